"""Tables: separators, headers, columns on request, rows chosen and sorted, of every function that prints one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.cases.model import Case, Level, Param, provided
from conformance.cases.recipes import Recipes, is_own
from conformance.cases.refusal import UNKNOWN_NAME
from conformance.contract.contract import Contract
from conformance.contract.function import Function
from conformance.contract.table import HEADED, SEPARATORS, Table

Request = tuple[str, str, tuple[Param, ...]]
"""Subject and rule, words for the title, parameters."""


def cases(contract: Contract) -> Iterator[Case]:
    """Those of every function of whose rows at least one can be asked for: the run's own, or all that there are."""
    recipes = Recipes(contract)
    for function in contract.functions.values():
        samples = [parameter.sample or "" for parameter in function.required]
        if function.table is not None and all(map(is_own, samples)):
            printing = TableRequests(recipes, function, function.table)
            yield from (printing.case(*asked) for asked in printing.requests())


SENT = (
    ("text", "plain text for {name}", "field5"),
    ("empty", "an empty {name}", ""),
    ("punctuation", "punctuation in {name}", 'a;b#c"d!e'),
    ("markup", "HTML in {name}", "<b>conformance</b>"),
    ("apostrophe", "an apostrophe in {name}", "it's"),
    ("plus", "a plus in {name}", "a+b"),
    ("percent", "a percent sign in {name}", "a%b"),
)
"""Rule, words for the title and value of what is sent where it is printed as it came."""


@dataclass(frozen=True)
class TableRequests:
    """How one table is printed."""

    recipes: Recipes
    function: Function
    table: Table

    def requests(self) -> Iterator[Request]:
        """What is asked for besides the row."""
        yield from self._separators()
        yield from self._headers()
        yield from self._columns()
        yield from self._sorting()
        yield from self._rows()
        yield from self._sent()
        yield from self._ignored()

    def case(self, rule: str, what: str, params: tuple[Param, ...]) -> Case:
        """One request for the table."""
        steps = self.recipes.carrying(self.function, *params)
        return self.recipes.case(
            f"{self.function.name}/{rule}",
            f"{self.function.name} with {what}",
            self.table.clause,
            *steps,
            level=Level.STANDARD if len(steps) > 1 else Level.PROBE,
        )

    def _separators(self) -> Iterator[Request]:
        name = self.table.stage
        if name is None:
            return
        for value in SEPARATORS:
            yield f"{name}/{value}", f"{name}={value}", (Param(name, value),)
        first = next(iter(SEPARATORS))
        yield f"{name}/upper-case", f"{name} in upper case", (Param(name, first.upper()),)
        yield f"{name}/unknown", f"a {name} that is no separator", (Param(name, "X"),)
        yield f"{name}/empty", f"an empty {name}", (Param(name, ""),)
        # What older builds do not keep of it is behind a separator of theirs.
        yield f"{name}/continued", f"a {name} with a digit behind it", (Param(name, f"{first}9"),)

    def _headers(self) -> Iterator[Request]:
        name, stage = self.table.header, self.table.stage
        if name is None:
            return
        yield f"{name}/{HEADED}", f"{name}={HEADED}", (Param(name, HEADED),)
        yield f"{name}/lower-case", f"a {name} in lower case", (Param(name, HEADED.lower()),)
        yield f"{name}/unknown", f"a {name} of one letter", (Param(name, HEADED[0]),)
        yield f"{name}/padded", f"a {name} with what servers strip behind it", (Param(name, f"{HEADED}-"),)
        if stage is not None:
            for value in SEPARATORS:
                params = (Param(stage, value), Param(name, HEADED))
                yield f"{name}/{HEADED}-{value}", f"{name}={HEADED} and {stage}={value}", params

    def _columns(self) -> Iterator[Request]:
        asked = dict.fromkeys(Param(*given) for column in self.table.columns for given in column.when.items())
        counts = [column.count for column in self.table.columns if column.count]
        told = (said.partition("=") for count in counts for said in count.instead)
        instead = dict.fromkeys(Param(name, value) for name, _, value in told)
        headed = (Param(self.table.header, HEADED),) if self.table.header else ()
        for param in asked:
            yield f"{param.name}/value-{param.value}", f"{param.name}={param.value}", (param,)
            title = f"{param.name}={param.value} and a header"
            yield f"{param.name}/headed", title, (param, *headed)
            lower = Param(param.name, param.value.lower())
            yield f"{param.name}/lower-case", f"{param.name}={lower.value}", (lower,)
        for param in instead:
            yield f"{param.name}/value-{param.value}", f"{param.name}={param.value}", (*asked, param)
        if len(asked) > 1:
            yield "columns/all", "every column that can be asked for", (*asked, *headed)

    def _sorting(self) -> Iterator[Request]:
        for sorting in (column.listed.sorting for column in self.table.columns if column.listed):
            if sorting is not None:
                orders = [Param(given.parameter, given.value) for given in (sorting.up, sorting.down)]
                for order in orders:
                    yield f"{order.name}/{order.value}", f"{order.name}={order.value}", (order,)
                unknown = Param(orders[0].name, "X")
                yield f"{unknown.name}/unknown", f"a {unknown.name} that there is not", (unknown,)

    def _rows(self) -> Iterator[Request]:
        every, chosen = self.table.every, self.table.filter
        if every is not None:
            wanted = Param(every.parameter, every.value)
            yield f"{wanted.name}/every", f"{wanted.value} for {wanted.name}", (wanted,)
        if chosen is not None:
            yield f"{chosen}/unknown", f"a {chosen} that does not exist", (Param(chosen, UNKNOWN_NAME),)
            if self.table.kind in provided():
                known = f"<{self.table.kind}>"
                swapped = f"<{self.table.kind}:swapped>"
                yield f"{chosen}/known", f"a {chosen} that exists", (Param(chosen, known),)
                yield f"{chosen}/wrong-case", f"a {chosen} in the other letter case", (Param(chosen, swapped),)

    def _sent(self) -> Iterator[Request]:
        """What is printed in every row as it was sent. What names the row is no such thing."""
        named = {parameter.name for parameter in self.function.required}
        for name in sorted(self.table.sent - named):
            for rule, what, value in SENT:
                yield f"{name}/{rule}", what.format(name=name), (Param(name, value),)

    def _ignored(self) -> Iterator[Request]:
        for parameter in self.function.parameters:
            if not parameter.shown:
                yield (
                    f"{parameter.name}/ignored",
                    f"a {parameter.name} that nobody looks at",
                    (Param(parameter.name, "X"),),
                )

"""How to call any function that the contract describes.

What a good call sends, what it needs to be there before it, and the questions that show what it has done: all of it
follows from functions, kinds and the samples of parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from conformance.cases.make import FIRST, showing
from conformance.cases.model import CANNOT_LOG_IN, OWN, Case, Level, Need, Param, Purpose, Role, Step
from conformance.cases.rows import question
from conformance.cases.steps import setup
from conformance.contract.contract import Contract
from conformance.contract.function import Effect, Function, check_of
from conformance.contract.kind import Kind
from conformance.contract.parameter import Parameter
from conformance.contract.world import RowName

_NEEDS_ITS_ROW = frozenset({Effect.UPDATES, Effect.DELETES})


@dataclass(frozen=True)
class Recipes:
    """Recipes for the functions of one contract."""

    contract: Contract

    def call(self, function: Function, *params: Param) -> Step:
        """A call with these parameters and what every call needs; a function that adds rows keeps them off."""
        quiet = function.optional_samples if function.effect is Effect.ADDS else ()
        return _called(function, params, quiet)

    def carrying(self, function: Function, *params: Param) -> tuple[Step, ...]:
        """The same, after what prepares for it."""
        call = self.call(function, *params)
        return (*self.before(function, call), call)

    def valid(self, function: Function) -> tuple[Step, ...]:
        """A call that succeeds, and what prepares for it; the last step is the call."""
        call = _called(function, (), function.optional_samples)
        return (*self.before(function, call), call)

    def bare(self, function: Function) -> Step:
        """A call as far as the contract tells how to make one."""
        return self.valid(function)[-1] if function.is_described else Step(function.name)

    def before(self, function: Function, call: Step) -> Iterator[Step]:
        """What adds the rows that a call works on, or reads, if they are the run's own."""
        kind = next(iter(self._kinds(function, {param.name: param.value for param in call.params})), None)
        made = self.contract.targets(function) if function.effect not in _NEEDS_ITS_ROW else ()
        for parameter in function.parameters:
            value = next((param.value for param in call.params if param.name == parameter.name), "")
            if parameter.required and parameter not in made and is_own(value):
                of = self._named_by(function, parameter) or kind
                if of is not None:
                    yield setup(self.adding(of, value))
                    return

    def _named_by(self, function: Function, parameter: Parameter) -> Kind | None:
        """The kind of the row that a parameter names, if a check looks for one."""
        for name, told in function.arguments.items():
            known = check_of(name, self.contract.kinds)
            if told.parameter == parameter.name and known is not None and known[1] is not None:
                return self.contract.kinds[known[1]]
        return None

    def made_by(self, step: Step) -> Iterator[Kind]:
        """The kinds of which a step may make rows that have to be removed again."""
        function = self.contract.functions.get(step.function or "")
        if function is not None and function.makes:
            yield from self._kinds(function, {param.name: param.value for param in (*step.params, *step.form)})

    def _kinds(self, function: Function, sent: Mapping[str, str]) -> tuple[Kind, ...]:
        """The kind of the row that a call with these values works on, if it is known."""
        usual, *others = (*self.contract.kinds_of(function), None)
        instead = function.instead
        is_other = instead is not None and sent.get(instead.parameter) == instead.value
        kind = others[0] if is_other else usual
        return (kind,) if kind else ()

    def adding(self, kind: Kind, name: str) -> Step:
        """The call that adds a row of a kind under that name."""
        adding = next(f for f in self.contract.functions.values() if kind in self.contract.kinds_of(f) and f.creates)
        targets = {parameter.column or "": parameter.name for parameter in self.contract.targets(adding, kind)}
        own = targets[kind.own or ""]
        others = [Param(targets[column], value) for column, value in kind.fixed.items()]
        if adding.instead is not None and adding.instead.kind == kind.name:
            others.append(Param(adding.instead.parameter, adding.instead.value))
        return _called(adding, (Param(own, name), *others), adding.optional_samples, first=True)

    def level_of_name(self, function: Function, parameter: Parameter, size: int) -> Level:
        """How careful one must be with a name of so many characters: one that is stored cut cannot be found again."""
        kinds = self.contract.kinds_of(function)
        sizes = [kind.columns[parameter.column].size for kind in kinds if parameter.column in kind.key]
        return Level.FULL if any(most is not None and size > most for most in sizes) else Level.STANDARD

    def case(
        self,
        id: str,
        title: str,
        clause: str,
        *steps: Step,
        level: Level = Level.STANDARD,
        asks: Iterable[Step] | None = None,
    ) -> Case:
        """A case with these steps, followed by those that show their effect: `asks` instead of questions, if given."""
        depends, needs = self._depends(steps), self._removers(steps)
        return showing(
            Case(id, title, clause, level, steps, depends=depends, needs=needs), self._effects(steps, level, asks)
        )

    def _removers(self, steps: Iterable[Step]) -> frozenset[Need]:
        """Who must be there to remove what a server makes that should have refused."""
        return frozenset({Role.ADMIN}) if any(kind for step in steps for kind in self.made_by(step)) else frozenset()

    def _depends(self, steps: Iterable[Step]) -> tuple[str, ...]:
        """The cases without which nothing that needs such a row says anything."""
        adding = dict.fromkeys(step.function for step in steps if step.purpose is Purpose.SETUP and step.function)
        return tuple(FIRST if name == FIRST.split("/")[0] else f"{name}/life-cycle/valid" for name in adding)

    def _effects(self, steps: tuple[Step, ...], level: Level, asks: Iterable[Step] | None) -> Iterator[Step]:
        acts = [step for step in steps if step.purpose is Purpose.ACT]
        for act in acts[-1:]:
            if self._shows(act) and level is not Level.PROBE:
                yield replace(act, purpose=Purpose.EFFECT)
        asked = (
            dict.fromkeys(chain.from_iterable(self._questions(act, level) for act in acts)) if asks is None else asks
        )
        yield from (replace(step, purpose=Purpose.EFFECT) for step in asked)

    def _shows(self, act: Step) -> bool:
        """Whether the same request once more tells by its reply what the first one created, and harms nobody.

        A reply to HEAD tells nothing; a login that fails brings a lock nearer.
        """
        function = self.contract.functions.get(act.function or "")
        adds = function is not None and function.effect is Effect.ADDS
        return adds and act.method != "HEAD" and act.role not in CANNOT_LOG_IN

    def _questions(self, act: Step, level: Level) -> Iterator[Step]:
        """A question for each row of the run's own that a request names, if one may be asked at that level."""
        function = self.contract.functions.get(act.function or "")
        sent = {param.name: param.value for param in (*act.params, *act.form)}
        for kind in self._kinds(function, sent) if function else self._kinds_named_by(sent):
            if kind.ask is None or (kind.ask == kind.undo and level is Level.PROBE):
                continue
            targets = self.contract.targets(function, kind) if function else self._naming(kind)
            for key in _keys(targets, sent, kind):
                yield question(self.contract, RowName(kind.name, key))

    def _kinds_named_by(self, sent: Iterable[str]) -> tuple[Kind, ...]:
        """Of a function that nobody knows: the kind that its parameters would name."""
        names = set(sent)
        found = (k for k in self.contract.kinds.values() if k.own and names.issuperset(p.name for p in self._naming(k)))
        return tuple(found)[:1]

    def _naming(self, kind: Kind) -> tuple[Parameter, ...]:
        adding = next((f for f in self.contract.functions.values() if f.creates == kind.name), None)
        return self.contract.targets(adding, kind) if adding else ()


def _called(
    function: Function, params: tuple[Param, ...], quiet: tuple[Parameter, ...], *, first: bool = False
) -> Step:
    given = {param.name: param for param in params}
    required = tuple(
        given.get(p.name, Param(p.name, p.sample or ""))
        for p in function.required_samples
        if first or p.name not in given
    )
    others = tuple(param for param in params if param not in required)
    off = tuple(Param(p.name, p.sample or "") for p in quiet if p.name not in given)
    return Step(function.name, (*required, *others, *off))


def is_own(value: str) -> bool:
    """Whether a value names a row of the run's own."""
    return any(f"<{name}" in value for name in OWN)


def _keys(targets: tuple[Parameter, ...], sent: dict[str, str], kind: Kind) -> Iterator[tuple[str, ...]]:
    """The keys of the run's own rows that these values name, several where one value is a list."""
    if len(targets) < len(kind.key):
        return
    values = [sent.get(parameter.name, "") for parameter in targets]
    place = kind.key.index(kind.own) if kind.own else 0
    between = targets[place].separator
    for name in values[place].split(between) if between else values[place : place + 1]:
        if is_own(name):
            yield tuple(name if at == place else value for at, value in enumerate(values))

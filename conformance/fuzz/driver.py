"""Sends what searches generate, several inputs at the same time; makes smaller what fails, and tries it again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from math import inf

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.errors import Unsatisfiable

from conformance.cases.catalogue import catalogue
from conformance.cases.model import Case, Step
from conformance.contract.load import load_contract
from conformance.contract.reply import parse_reply
from conformance.fuzz.coverage import combinations
from conformance.fuzz.examples import Examples
from conformance.fuzz.keys import first_difference, is_known, key_of, origin
from conformance.fuzz.model import Finding, Key, Tally
from conformance.fuzz.reduce import reduced
from conformance.fuzz.search import AT_ONCE, Search, Sending
from conformance.options import Effort
from conformance.run.record import Record
from conformance.verdict.model import Difference, Error

REDUCING = 1000
"""Requests that making one failing input smaller may take, on top of the budget."""

A_ROUND = 2000
"""Requests after which a search begins again with another seed."""

REQUESTS_AN_EXAMPLE = 12
LEAST_EXAMPLES = 5
LONGEST_WALK = 40
"""Steps of one example of a state machine."""

FIRST_NUMBER, NUMBERS = 2000, 7900
"""The DID numbers that inputs take in turn; those below are the written-out cases'."""

TELLING = frozenset({"update_did/list_id/letters", "update_did/source/utf8"})
"""Written-out cases of which each setting of a server gives other replies."""

_SEEDS_APART = 1_000_003


class Enough(BaseException):
    """The budget of a search is spent. No Exception, which Hypothesis would take for a failing example."""


@dataclass(frozen=True, slots=True)
class Tried:
    """An input with the number of its DIDs, and what became of it."""

    case: Case
    number: int
    record: Record

    @property
    def difference(self) -> Difference | None:
        """What was wrong first, if anything."""
        return first_difference(self.record)

    @property
    def origin(self) -> tuple[str, str] | None:
        """What stays the same of its defect while it gets smaller."""
        return origin(self.case, self.difference) if self.difference else None


@dataclass
class Fuzzer:
    """One fuzzing of one target, by searches that share the effort by their weights, which add up to `weights`.

    `examples` are those that failed before; new ones are added. `keep` gets the record of every input; `watch` is
    told after every example. `unstable` are the inputs that failed once and not again, one for each origin.
    """

    run: Sending
    effort: Effort
    weights: int
    examples: Examples
    keep: Callable[[Record], None] = lambda _: None
    watch: Callable[[Tally, int], None] = lambda *_: None
    tally: Tally = field(default_factory=Tally)
    findings: dict[Key, Finding] = field(default_factory=dict)
    unstable: dict[tuple[str, str], Finding] = field(default_factory=dict)
    answered: int = 0
    trouble: str | None = None
    _numbers: Iterator[int] = field(default_factory=count)
    _fine: set[tuple[Step, ...]] = field(default_factory=set)
    _left: int = field(init=False)
    _end: float = field(init=False)
    _until: float = inf
    _ends: float = inf

    def __post_init__(self) -> None:
        self._left = self.weights
        self._end = self.run.sent + (self.effort.requests or inf)

    def __call__(self, search: Search) -> tuple[Finding, ...]:
        """Search until its share of what is left of the effort is spent. Every finding has been tried a second time."""
        if not self.tally.inputs:
            self._tell_settings_apart()
        known, self.answered, self.trouble = set(self.findings), 0, None
        share = search.weight / self._left
        self._left -= search.weight
        self._ends = time.monotonic() + search.weight / self.weights * (self.effort.seconds or inf)
        end = self.run.sent + max(1, share * (self._end - self.run.sent))
        self._until = end
        self._try_kept(search)
        for attempt in count():
            before = self.run.sent
            self._until = min(end, before + A_ROUND)
            self._attempt(search, attempt)
            if self.run.sent == before or self.run.sent >= end or self._over:
                break
        return tuple(finding for key, finding in self.findings.items() if key not in known)

    def _tell_settings_apart(self) -> None:
        """Learn the server's SQL mode and character set from plain requests, before a crash could be taken for one."""
        for case in catalogue(load_contract()):
            if case.id in TELLING:
                self.keep(self.run.result(case))

    def _try_kept(self, search: Search) -> None:
        """Try what failed in an earlier run with the same folder."""
        for case in self.examples.of(search.name):
            if self._over:
                return
            [tried] = self._send(search, [case])
            if tried.difference is None:
                self.examples.drop(search.name, case)
            elif self._is_new(tried):
                self._take(search, tried)

    @property
    def _over(self) -> bool:
        return self.run.stopped is not None or time.monotonic() >= self._ends

    def _attempt(self, search: Search, attempt: int) -> None:
        """Generate until the effort is spent, or a round is over."""
        self._fine.clear()
        seed = self.effort.seed * _SEEDS_APART + attempt
        try:
            search.generate(lambda cases: self._example(search, cases), seed, self._settings())
        except (Enough, Unsatisfiable):
            return

    def _settings(self) -> settings:
        """About as many examples as there are requests for."""
        left = self._until - self.run.sent
        examples = LEAST_EXAMPLES + int(min(left, A_ROUND)) // REQUESTS_AN_EXAMPLE
        return settings(
            max_examples=examples,
            stateful_step_count=LONGEST_WALK,
            database=None,
            phases=(Phase.generate,),
            deadline=None,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
            print_blob=False,
        )

    def _example(self, search: Search, cases: Sequence[Case]) -> None:
        if self.run.sent >= self._until or self._over:
            raise Enough
        for tried in self._send(search, self._new(cases)):
            if self._is_new(tried):
                self._take(search, tried)
        self.watch(self.tally, len(self.findings))

    def _new(self, cases: Sequence[Case]) -> list[Case]:
        """The inputs that have not been fine already in this round."""
        new = [case for case in {case.steps: case for case in cases}.values() if case.steps not in self._fine]
        self._fine.update(case.steps for case in new)
        return new

    def _is_new(self, tried: Tried) -> bool:
        return tried.difference is not None and not is_known(tried.case, tried.difference, self.findings)

    def _send(self, search: Search, cases: Sequence[Case]) -> list[Tried]:
        numbered = [(self._named(search, case), FIRST_NUMBER + next(self._numbers) % NUMBERS) for case in cases]
        records = self.run.once(numbered, search.check)
        tried = [Tried(case, number, record) for (case, number), record in zip(numbered, records, strict=True)]
        for one in tried:
            self.keep(one.record)
            self._count(one)
        return tried

    def _named(self, search: Search, case: Case) -> Case:
        self.tally.inputs += 1
        return replace(case, id=f"{case.function}/fuzz/{search.name}-{self.tally.inputs:06d}")

    def _take(self, search: Search, tried: Tried) -> None:
        """Make a failing input smaller, unless it does not fail again, and send the smallest once more."""
        after = self.run.sent
        self._try(search, tried, after)
        self._end += self.run.sent - after
        self._until += self.run.sent - after

    def _try(self, search: Search, tried: Tried, after: int) -> None:
        smallest = self._again(search, tried)
        if smallest is not None:
            smallest = self._again(search, self._reduced(search, smallest))
        if smallest is None:
            self.unstable.setdefault(tried.origin or ("", ""), _finding(search, tried, after, stable=False))
            return
        if self._is_new(smallest):
            finding = _finding(search, smallest, after, stable=True)
            self.findings[finding.key] = finding
            self.examples.save(search.name, finding.case)

    def _again(self, search: Search, tried: Tried) -> Tried | None:
        again = self._send(search, [tried.case])[0]
        return again if again.origin == tried.origin else None

    def _reduced(self, search: Search, tried: Tried) -> Tried:
        smallest, until = [tried], self.run.sent + REDUCING

        def fails(attempts: Sequence[Case]) -> int | None:
            if self.run.sent >= until or self.run.stopped:
                return None
            for number, one in enumerate(self._send(search, attempts)):
                if one.origin == tried.origin:
                    smallest.append(one)
                    return number
            return None

        reduced(_until_it_failed(tried), fails, AT_ONCE)
        return smallest[-1]

    def _count(self, tried: Tried) -> None:
        verdict = tried.record.result.verdict
        if isinstance(verdict, Error):
            self.trouble = verdict.reason
        else:
            self.answered += 1
        lines = [line for exchange in tried.record.exchanges for line in parse_reply(exchange.body or "")]
        for line in lines:
            self.tally.forms[f"{line.status} {line.function} {line.message}{line.separator}"[:200]] += 1
        outcome = f"{lines[0].status} {lines[0].message}"[:200] if lines else "no reply"
        self.tally.combinations.update(combinations(tried.case, outcome))


def _until_it_failed(tried: Tried) -> Case:
    """The case without what came after the request that failed."""
    assert tried.difference is not None
    return replace(tried.case, steps=tried.case.steps[: tried.difference.step])


def _finding(search: Search, tried: Tried, after: int, *, stable: bool) -> Finding:
    assert tried.difference is not None
    key = key_of(tried.case, tried.difference)
    return Finding(key, search.name, tried.case, tried.number, tried.record, stable, after)

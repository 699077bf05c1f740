"""Sends what searches generate, several inputs at the same time; makes smaller what fails, and tries it again."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, count

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.errors import Unsatisfiable

from conformance.cases.catalogue import catalogue
from conformance.cases.model import Case, Step
from conformance.contract.reply import parse_reply
from conformance.fuzz.coverage import combinations
from conformance.fuzz.examples import Examples
from conformance.fuzz.keys import first_difference, is_known, key_of, may_be_known, origin
from conformance.fuzz.metered import Metered
from conformance.fuzz.model import Finding, FindingKey, FuzzTally
from conformance.fuzz.reduce import reduced
from conformance.fuzz.search import Search
from conformance.fuzz.share import Shares
from conformance.run.finished import predicted
from conformance.run.plan import Effort
from conformance.run.record import Record
from conformance.verdict.model import Difference, Error, NotTested

REDUCING = 1000
"""Requests that making one failing input smaller may take, if that is at most half of what its search has left."""

REDUCING_ANYWAY = 100
"""Requests that it may take even if they are more than that; with fewer nobody knows whether a defect is a new one."""

TRIES = 2
"""An input is sent only if it could be sent a second time as well: what fails once is no finding."""

A_ROUND = 2000
"""Requests after which a search begins again with another seed."""

TOO_LARGE = 10
"""Examples in a row of which no input fits into what is left, after which a search is over."""

REQUESTS_AN_EXAMPLE = 12
LEAST_EXAMPLES = 5
SHORTEST_WALK, LONGEST_WALK = 6, 40
"""Steps of one example of a state machine."""

REQUESTS_A_STEP = 4
"""Requests kept aside for each: it is sent and may be sent again, and so is the removal of what it made."""

FIRST_NUMBER, NUMBERS = 2000, 7900
"""The DID numbers that inputs take in turn; those below are the written-out cases'."""

TELLING = frozenset({"update_did/list_id/letters", "update_did/source/utf8"})
"""Written-out cases of which each setting of a server gives other replies."""

_SEEDS_APART = 1_000_003


class Enough(BaseException):
    """The share of a search is spent. No Exception, which Hypothesis would take for a failing example."""


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
    """One fuzzing of one target, by searches that have their shares of one effort.

    `examples` are those that failed before; new ones are added. `keep` gets the record of every input; `watch` is
    told after every example. `unstable` are the inputs that failed once and not again, one for each origin. Of the
    last search, `answered` counts the inputs with a verdict, `trouble` is what kept one from it, and `untested` is what
    it would have needed to be reached, if it was not.
    """

    run: Metered
    effort: Effort
    shares: Shares
    examples: Examples
    keep: Callable[[Record], None] = lambda _: None
    watch: Callable[[FuzzTally, int], None] = lambda *_: None
    tally: FuzzTally = field(default_factory=FuzzTally)
    findings: dict[FindingKey, Finding] = field(default_factory=dict)
    unstable: dict[tuple[str, str], Finding] = field(default_factory=dict)
    answered: int = 0
    trouble: str | None = None
    untested: NotTested | None = None
    _begun: bool = False
    _told_apart: bool = False
    _numbers: Iterator[int] = field(default_factory=count)
    _fine: set[tuple[Step, ...]] = field(default_factory=set)
    _before: int = 0
    _round: int = 0
    _too_large: int = 0
    _cut_short: bool = False
    _ends: float = 0.0

    def __call__(self, search: Search) -> tuple[Finding, ...]:
        """Search until its share is spent. Every finding has been tried a second time."""
        known, self.answered, self.trouble = set(self.findings), 0, None
        self.untested = self._begin(search) or self._search(search)
        return tuple(finding for key, finding in self.findings.items() if key not in known)

    def _begin(self, search: Search) -> NotTested | None:
        """Take a search's share, with what those before it have left. Gives what there is none of, if that is so."""
        if not self._begun:
            self._begun, self._ends, self.run.until = True, time.monotonic(), 0
        share = self.shares.of.get(search.name)
        if share is None:
            return self.shares.none
        self.run.until += share.requests
        self._ends += share.seconds
        return self.shares.too_small if time.monotonic() >= self._ends else None

    def _search(self, search: Search) -> NotTested | None:
        """Send what there is room for. Gives what was lacking if that was nothing."""
        if not self._told_apart:
            self._tell_settings_apart()
        self._before, self._too_large = self.run.spent, 0
        self._try_kept(search)
        for attempt in count():
            before = self.run.spent
            self._round = before + A_ROUND
            self._attempt(search, attempt)
            if self.run.spent == before or self._over:
                break
        nothing_fits = self._too_large and not self.answered and self.trouble is None
        return self.shares.too_small if nothing_fits else None

    def _tell_settings_apart(self) -> None:
        """Learn the server's SQL mode and character set from plain requests, before a crash could be taken for one.

        They are of no search's share.
        """
        self._told_apart = True
        for case in catalogue(self.run.contract):
            if case.id in TELLING:
                named = replace(case, id=f"{case.function}/fuzz/settings")
                [record] = self.run.run.once([(named, self._number())], predicted)
                self.keep(record)

    def _try_kept(self, search: Search) -> None:
        """Try what failed in an earlier run with the same folder."""
        for case in self.examples.of(search.name):
            for tried in self._fitting(search, [case]):
                if tried.difference is None:
                    self.examples.drop(search.name, case)
                elif self._is_new(tried):
                    self._take(search, tried)

    @property
    def _over(self) -> bool:
        """Whether a search has to end. One that has begun sends something, however little time there is."""
        late = time.monotonic() >= self._ends and self.run.spent > self._before
        return late or self.run.run.stopped is not None or self._too_large >= TOO_LARGE

    def _attempt(self, search: Search, attempt: int) -> None:
        """Generate until the effort is spent, or a round is over."""
        self._fine.clear()
        seed = self.effort.seed * _SEEDS_APART + attempt
        try:
            search.generate(lambda cases: self._example(search, cases), seed, self._settings())
        except (Enough, Unsatisfiable):
            return

    def _settings(self) -> settings:
        """About as many examples as there are requests for, and none too long for them."""
        left = int(max(0, min(self.run.room, A_ROUND)))
        examples = LEAST_EXAMPLES + left // REQUESTS_AN_EXAMPLE
        return settings(
            max_examples=examples,
            stateful_step_count=max(SHORTEST_WALK, min(LONGEST_WALK, left // REQUESTS_A_STEP)),
            database=None,
            phases=(Phase.generate,),
            deadline=None,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
            print_blob=False,
        )

    def _example(self, search: Search, cases: Sequence[Case]) -> None:
        if self.run.spent >= self._round or self._over:
            raise Enough
        new, before = self._new(cases), self.tally.inputs
        for tried in self._fitting(search, new):
            if self._is_new(tried):
                self._take(search, tried)
        self._too_large = self._too_large + 1 if new and self.tally.inputs == before else 0
        self.watch(self.tally, len(self.findings))

    def _fitting(self, search: Search, cases: Sequence[Case]) -> Iterator[Tried]:
        """Those for which there is room, sent as many at a time as fit together."""
        left = [(case, TRIES * self.run.most(case, FIRST_NUMBER)) for case in cases]
        while left and not self._over:
            number = bisect_right(list(accumulate(most for _, most in left)), self.run.room)
            if number:
                yield from self._send(search, [case for case, _ in left[:number]])
            left = left[number or 1 :]

    def _new(self, cases: Sequence[Case]) -> list[Case]:
        """The inputs that have not been fine already in this round."""
        new = [case for case in {case.steps: case for case in cases}.values() if case.steps not in self._fine]
        self._fine.update(case.steps for case in new)
        return new

    def _is_new(self, tried: Tried) -> bool:
        return tried.difference is not None and not is_known(tried.case, tried.difference, self.findings)

    def _is_another(self, tried: Tried) -> bool:
        """Whether it certainly shows a defect not found before, which one that was not made small may not."""
        assert tried.difference is not None
        unsure = self._cut_short and may_be_known(tried.case, tried.difference, self.findings)
        return self._is_new(tried) and not unsure

    def _send(self, search: Search, cases: Sequence[Case]) -> list[Tried]:
        numbered = [(self._named(search, case), self._number()) for case in cases]
        records = self.run.once(numbered, search.check)
        tried = [Tried(case, number, record) for (case, number), record in zip(numbered, records, strict=True)]
        for one in tried:
            self.keep(one.record)
            self._count(one)
        return tried

    def _number(self) -> int:
        return FIRST_NUMBER + next(self._numbers) % NUMBERS

    def _named(self, search: Search, case: Case) -> Case:
        self.tally.inputs += 1
        return replace(case, id=f"{case.function}/fuzz/{search.name}-{self.tally.inputs:06d}")

    def _take(self, search: Search, tried: Tried) -> None:
        """Make a failing input smaller, unless it does not fail again, and send the smallest once more."""
        after = self.run.run.sent
        again = self._again(search, tried)
        smallest = again and self._smallest(search, again)
        if smallest is None:
            self.unstable.setdefault(tried.origin or ("", ""), _finding(search, tried, after, stable=False))
        elif self._is_another(smallest):
            finding = _finding(search, smallest, after, stable=True)
            self.findings[finding.key] = finding
            self.examples.save(search.name, finding.case)

    def _smallest(self, search: Search, tried: Tried) -> Tried | None:
        """The smallest input that fails in the same way each time; the one given if there is no room for others."""
        smallest = self._reduced(search, tried)
        return self._again(search, smallest) if smallest is not tried and self._is_new(smallest) else smallest

    def _again(self, search: Search, tried: Tried) -> Tried | None:
        again = self._send(search, [tried.case])[0]
        return again if again.origin == tried.origin else None

    def _reduced(self, search: Search, tried: Tried) -> Tried:
        """The smallest that fails, as far as there is room; or the first of which it is known what it shows."""
        smallest, self._cut_short = [tried], False
        once_more, room, begun = self.run.most(tried.case, FIRST_NUMBER), self.run.room, self.run.spent
        until = begun + min(REDUCING, room - once_more, max(REDUCING_ANYWAY, room / 2))

        def fails(case: Case) -> bool:
            if not self._is_new(smallest[-1]):
                return False
            if self._over or self.run.spent + self.run.most(case, FIRST_NUMBER) > until:
                self._cut_short = self.run.spent - begun < REDUCING_ANYWAY
                return False
            [one] = self._send(search, [case])
            smallest.extend([one] if one.origin == tried.origin else [])
            return one is smallest[-1]

        reduced(_until_it_failed(tried), fails)
        return smallest[-1]

    def _count(self, tried: Tried) -> None:
        verdict = tried.record.result.verdict
        if isinstance(verdict, NotTested):
            self.trouble = f"every input needs what the target file does not name, such as {verdict.missing}"
        elif not isinstance(verdict, Error):
            self.answered += 1
        elif self.run.room > 0:
            self.trouble = verdict.reason
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

"""The report of one run. It reads back as it was written; its JSON Schema is `schema.json` beside this file.

What was sent, what came back and what quotes either has been redacted before it was built: no password is in a report.
"""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

import msgspec

from conformance.report.form import Form
from conformance.verdict.model import Difference, Expect, Printed, Verdict, VerdictKind, kind

SCHEMA_VERSION = 2
"""Until 1, what differs in form alone was a deviation like any other."""


class CaseCall(msgspec.Struct, frozen=True, kw_only=True):
    """One request of a case, for people: a `curl` line with `$VICIDIAL_PASS` for the password, and the reply.

    `purpose` is setup, act or effect; empty in reports of versions that did not say.
    """

    curl: str
    status: int | None
    body: str
    elapsed: float
    trouble: str | None = None
    purpose: str = ""


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """A case and its verdict. `calls` are kept for failures and errors, all else is in exchanges.jsonl.

    `elapsed` is the sum of the waits for replies, in seconds. `replay` is the file, beside the report, that repeats a
    finding of the fuzzer. `repeated` is whether every further try failed in the same way as the first, which all else
    is about; None if there was none. `known` is why the baseline accepts this very fail, `unlike` in what it is another
    fail than the one that the baseline has of this case. `as_documented` are its replies in the documented form where
    servers have another.
    """

    id: str
    title: str
    clause: str
    level: str
    verdict: Verdict
    requests: int
    elapsed: float
    calls: tuple[CaseCall, ...] = ()
    exclusive: bool = False
    replay: str | None = None
    repeated: bool | None = None
    known: str | None = None
    unlike: str | None = None
    as_documented: tuple[Printed, ...] = ()

    @property
    def kind(self) -> VerdictKind:
        """The name of the verdict."""
        return kind(self.verdict)

    @property
    def is_flaky(self) -> bool:
        """Whether it failed, and not again when it was tried again."""
        return self.repeated is False

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What was not as documented, explained or not."""
        found: tuple[Difference, ...] = getattr(self.verdict, "differences", ())
        return found


class DeviationSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A listed deviation that this server showed, and in how many cases."""

    id: str
    title: str
    severity: str
    effect: str
    clause: str
    cases: int


class TestedTarget(msgspec.Struct, frozen=True, kw_only=True):
    """What was tested. `settings` are those that explain all replies, in words; `version` is the server's own line.

    `note` says how the build became known, where the server did not tell it itself.
    """

    url: str
    version: str
    build: str
    settings: tuple[str, ...]
    roles: tuple[str, ...]
    entities: tuple[str, ...]
    note: str = ""


class Fuzzed(msgspec.Struct, frozen=True, kw_only=True):
    """What fuzzing has covered, besides its findings, which are results like any other.

    `combinations` are distinct ones of field, rule and outcome. `unstable` says what failed once and not again.
    """

    seed: int
    inputs: int
    forms: int
    combinations: int
    unstable: tuple[str, ...] = ()

    def __str__(self) -> str:
        return (
            f"fuzzed with seed {self.seed}: {self.inputs} inputs, {self.forms} reply forms, "
            f"{self.combinations} combinations of field, rule and outcome"
        )


class BaselineUse(msgspec.Struct, frozen=True, kw_only=True):
    """What a run made of its baseline. `file` is as it was given.

    `stale` are the cases in it that passed, `not_run` those that got no verdict on the server, `unreasoned` the ids of
    the causes that nobody has written a reason for.
    """

    file: str
    stale: tuple[str, ...] = ()
    not_run: tuple[str, ...] = ()
    unreasoned: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One run. Times are ISO 8601 in UTC. `expected` cases were selected, `results` were reported.

    `form` is the one in which the server prints, None if no reply tells.
    `left` are DIDs that may still be on the target, `locked` users that the server has locked and until when.
    `ended` says why a run stopped early, if it did, `again` is the command that runs what did not succeed once more.
    """

    schema: int = SCHEMA_VERSION
    suite: str
    target: TestedTarget
    level: str
    expect: str
    seed: int
    started: str
    finished: str
    expected: int
    results: tuple[CaseResult, ...]
    deviations: tuple[DeviationSeen, ...] = ()
    form: Form | None = None
    left: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    ended: str | None = None
    requests: int = 0
    fuzzed: Fuzzed | None = None
    baseline: BaselineUse | None = None
    again: str = ""

    @property
    def counts(self) -> dict[VerdictKind, int]:
        """How many cases ended in each verdict, every verdict named."""
        counts = dict.fromkeys(VerdictKind, 0)
        for result in self.results:
            counts[result.kind] += 1
        return counts

    def with_kind(self, *kinds: VerdictKind) -> tuple[CaseResult, ...]:
        """The results with these verdicts."""
        return tuple(result for result in self.results if result.kind in kinds)

    @property
    def mixes_forms(self) -> bool:
        """Whether the server prints the same thing in two forms, as no known server does."""
        return self.form is not None and bool(self.form.mixed)

    @property
    def untested(self) -> int:
        """How many cases were not tested: something that they need was missing, or a case before them failed."""
        return len(self.with_kind(VerdictKind.NOT_TESTED, VerdictKind.BLOCKED))

    @property
    def tested(self) -> int:
        """How many cases were."""
        return len(self.results) - self.untested

    @property
    def unreported(self) -> int:
        """How many cases were selected, and have no result."""
        return max(0, self.expected - len(self.results))

    @property
    def broken_off(self) -> str:
        """Why the run is not whole, and how far it came, in words; empty if it is whole."""
        told = f"after {len(self.results)} of {self.expected} cases"
        if self.ended:
            return f"the run ended early, {told}: {self.ended}"
        return f"the run ended without a reason, {told}" if self.unreported else ""

    @property
    def known(self) -> tuple[CaseResult, ...]:
        """The fails that the baseline accepts."""
        return tuple(result for result in self.with_kind(VerdictKind.FAIL) if result.known is not None)

    @property
    def fails(self) -> tuple[CaseResult, ...]:
        """The fails that it does not: all of them without one."""
        return tuple(result for result in self.with_kind(VerdictKind.FAIL) if result.known is None)

    @property
    def stale(self) -> tuple[str, ...]:
        """The cases that the baseline says fail, and that passed."""
        return self.baseline.stale if self.baseline else ()

    @property
    def exit_code(self) -> int:
        """0 no new fail; 1 a fail, or a known one gone; 2 nothing tested; 3 an error, cases lost; 4 something left."""
        counts = self.counts
        if self.left:
            return 4
        if self.fails or self.stale:
            return 1
        if counts[VerdictKind.ERROR] or self.ended or len(self.results) != self.expected:
            return 3
        return 0 if counts[VerdictKind.PASS] or counts[VerdictKind.DEVIATION] or self.known else 2

    @property
    def answer(self) -> str:
        """Whether the target conforms, and whether something was left on it."""
        number = len(self.left)
        left = f" {number} DID{'s' * (number != 1)} may still be on the target." if number else ""
        return self._conforms + left

    @property
    def only_fuzzed(self) -> bool:
        """Whether generated inputs are all that was sent: then nothing found is no proof."""
        return bool(self.results) and all(result.id.startswith("fuzz/") for result in self.results)

    @property
    def searches(self) -> dict[str, bool]:
        """The searches of the fuzzer, by their ids, and whether the effort has reached them."""
        results = [(r.kind, "/".join(r.id.split("/")[:2])) for r in self.results if r.id.startswith("fuzz/")]
        return {id: kind is not VerdictKind.NOT_TESTED for kind, id in results}

    @property
    def _found(self) -> str:
        found = self.counts[VerdictKind.FAIL]
        assert self.fuzzed is not None
        reached, every = sum(self.searches.values()), len(self.searches)
        where = f" in {reached} of {every} searches" if reached < every else ""
        return f"{found or 'No'} defect{'s' * (found != 1)} found by {self.fuzzed.inputs} generated inputs{where}."

    @property
    def _fails(self) -> str:
        new, known = len(self.fails), len(self.known)
        of = f"of {self.tested:,} cases{' tested' * bool(self.untested)} failed"
        rest = f"; {self.untested:,} not tested" if self.untested else ""
        if new:
            also = f", and {known} more as known" if known else ""
            return f"Does not conform: {new:,} {of}{also}{rest}."
        gone = f", but {_gone(len(self.stale))}" if self.stale else ""
        return f"Does not conform, as known: {known:,} {of}{gone}{rest}."

    @property
    def _passes(self) -> str:
        """The answer of a run without a fail: how far it went is part of it, unless it went all the way."""
        far = " as far as it was tested" if self.untested else ""
        of = f": {self.tested:,} of {len(self.results):,} cases; {self.untested:,} not tested" if self.untested else ""
        return f"{self._passes_as(far)}{of}."

    def _passes_as(self, far: str) -> str:
        number = len(self.deviations)
        if self.counts[VerdictKind.DEVIATION]:
            mixed = ", and mixes two forms" if self.mixes_forms else ""
            return f"Conforms{far}, with {number} known deviation{'s' * (number != 1)} from the documentation{mixed}"
        if self.expect == Expect.SHIPPED.value:
            return f"Conforms to what servers send{far}"
        but_form = " in all but form" if self.form and self.form.shipped else ""
        return f"Conforms to the documentation{but_form}{far}"

    @property
    def _conforms(self) -> str:  # noqa: PLR0911 - one sentence for each way to end
        counts = self.counts
        if self.ended:
            return f"The run ended early: {self.ended}"
        if len(self.results) != self.expected:
            return f"{self.expected - len(self.results)} of {self.expected} cases were never reported."
        if self.only_fuzzed and self.fuzzed and not counts[VerdictKind.ERROR]:
            return self._found if counts[VerdictKind.FAIL] or counts[VerdictKind.PASS] else "Nothing was tested."
        if self.fails:
            return self._fails
        if counts[VerdictKind.ERROR]:
            found = f"{counts[VerdictKind.ERROR]} of {len(self.results)}"
            return f"No answer: {found} cases ended in an error of ours or of the network."
        if self.known:
            return self._fails
        if self.stale:
            return f"Better than the baseline: {_gone(len(self.stale))}."
        return self._passes if counts[VerdictKind.PASS] or counts[VerdictKind.DEVIATION] else "Nothing was tested."


def _gone(known: int) -> str:
    return f"{known} known fail{' is' if known == 1 else 's are'} gone"


def to_json(report: Report) -> bytes:
    """The report as JSON, indented for people."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n"


def from_json(data: bytes | str) -> Report:
    """Read a report back. Raises msgspec.ValidationError or DecodeError for anything else."""
    return msgspec.json.decode(data, type=Report)


def schema() -> dict[str, Any]:
    """The JSON Schema of a report, draft 2020-12; the same under every version of Python."""
    described: dict[str, Any] = msgspec.json.schema(Report)
    for definition in described["$defs"].values():
        definition["description"] = cleandoc(definition["description"])  # Python 3.13 strips the indent itself
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}

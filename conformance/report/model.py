"""The report of one run. It reads back as it was written; its JSON Schema is `schema.json` beside this file.

Everything in here has been redacted before it was built: no password is in a report.
"""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

import msgspec

from conformance.verdict.model import Difference, Expect, Kind, Verdict, kind

SCHEMA_VERSION = 1


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request of a case, for people: a `curl` line with `$VICIDIAL_PASS` for the password, and the reply."""

    curl: str
    status: int | None
    body: str
    elapsed: float
    trouble: str | None = None


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """A case and its verdict. `calls` are kept for failures and errors, all else is in exchanges.jsonl.

    `elapsed` is the sum of the waits for replies, in seconds. `replay` is the file, beside the report, that repeats a
    finding of the fuzzer.
    """

    id: str
    title: str
    clause: str
    level: str
    verdict: Verdict
    requests: int
    elapsed: float
    calls: tuple[Call, ...] = ()
    exclusive: bool = False
    replay: str | None = None

    @property
    def kind(self) -> Kind:
        """The name of the verdict."""
        return kind(self.verdict)

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


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What was tested. `settings` are those that explain all replies, in words; `version` is the server's own line."""

    url: str
    version: str
    build: str
    settings: tuple[str, ...]
    roles: tuple[str, ...]
    entities: tuple[str, ...]


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


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One run. Times are ISO 8601 in UTC. `expected` cases were selected, `results` were reported.

    `left` are DIDs that may still be on the target, `locked` users that the server has locked and until when.
    `ended` says why a run stopped early, if it did.
    """

    schema: int = SCHEMA_VERSION
    suite: str
    target: Target
    level: str
    expect: str
    seed: int
    started: str
    finished: str
    expected: int
    results: tuple[CaseResult, ...]
    deviations: tuple[DeviationSeen, ...] = ()
    left: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    ended: str | None = None
    requests: int = 0
    fuzzed: Fuzzed | None = None

    @property
    def counts(self) -> dict[Kind, int]:
        """How many cases ended in each verdict, every verdict named."""
        counts = dict.fromkeys(Kind, 0)
        for result in self.results:
            counts[result.kind] += 1
        return counts

    def with_kind(self, *kinds: Kind) -> tuple[CaseResult, ...]:
        """The results with these verdicts."""
        return tuple(result for result in self.results if result.kind in kinds)

    @property
    def exit_code(self) -> int:
        """0 conforms; 1 a fail; 2 nothing tested; 3 an error, not reachable, cases missing; 4 something left."""
        counts = self.counts
        if self.left:
            return 4
        if counts[Kind.FAIL]:
            return 1
        if counts[Kind.ERROR] or self.ended or len(self.results) != self.expected:
            return 3
        return 0 if counts[Kind.PASS] or counts[Kind.DEVIATION] else 2

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
    def _found(self) -> str:
        found = self.counts[Kind.FAIL]
        assert self.fuzzed is not None
        return f"{found or 'No'} defect{'s' * (found != 1)} found by {self.fuzzed.inputs} generated inputs."

    @property
    def _conforms(self) -> str:  # noqa: PLR0911 - one sentence for each way to end
        counts = self.counts
        if self.ended:
            return f"The run ended early: {self.ended}"
        if len(self.results) != self.expected:
            return f"{self.expected - len(self.results)} of {self.expected} cases were never reported."
        if self.only_fuzzed and self.fuzzed and not counts[Kind.ERROR]:
            return self._found if counts[Kind.FAIL] or counts[Kind.PASS] else "Nothing was tested."
        if counts[Kind.FAIL]:
            return f"Does not conform: {counts[Kind.FAIL]} of {len(self.results)} cases failed."
        if counts[Kind.ERROR]:
            found = f"{counts[Kind.ERROR]} of {len(self.results)}"
            return f"No answer: {found} cases ended in an error of ours or of the network."
        if counts[Kind.DEVIATION]:
            number = len(self.deviations)
            return f"Conforms, with {number} known deviation{'s' * (number != 1)} from the documentation."
        if not counts[Kind.PASS]:
            return "Nothing was tested."
        shipped = self.expect == Expect.SHIPPED.value
        return "Conforms to what servers send." if shipped else "Conforms to the documentation."


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

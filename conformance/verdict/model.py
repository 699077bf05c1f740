"""Verdicts: a closed union, never merged (docs/architecture.md, verdicts)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

import msgspec


class Expect(StrEnum):
    """What counts as conforming: the documentation or a listed deviation, only the one, or only the shipped form."""

    EITHER = "either"
    DOCUMENTED = "documented"
    SHIPPED = "shipped"


class VerdictKind(StrEnum):
    """The names of the verdicts, in the order in which people want to see them."""

    FAIL = "fail"
    ERROR = "error"
    BLOCKED = "blocked"
    NOT_TESTED = "not-tested"
    DEVIATION = "deviation"
    PASS = "pass"  # noqa: S105 - a verdict


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One aspect of one reply that is not as documented. `step` counts from 1; `line` too, 0 for the reply as a whole.

    `deviation` is the id that explains it; None where nothing does.
    """

    step: int
    line: int
    aspect: str
    documented: str | None
    shipped: str | None
    got: str
    deviation: str | None = None


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """A reply in the documented form where servers have another: its step, and the deviation that they show there."""

    step: int
    deviation: str


class Pass(msgspec.Struct, frozen=True, tag="pass", tag_field="kind"):
    """Every reply is the documented one, or the shipped one where documentation is silent.

    `form` is where the shipped one differs in form alone, which is said of the server as a whole.
    """

    form: tuple[Difference, ...] = ()


class Deviates(msgspec.Struct, frozen=True, kw_only=True, tag="deviation", tag_field="kind"):
    """Some reply is not the documented one, but every difference is a listed deviation of this build.

    `form` is where replies differ in form alone besides: it is none of the `ids`, and none of the `differences`.
    """

    ids: tuple[str, ...]
    differences: tuple[Difference, ...] = ()
    form: tuple[Difference, ...] = ()


class Fail(msgspec.Struct, frozen=True, kw_only=True, tag="fail", tag_field="kind"):
    """Some difference is neither documented nor listed. `summary` is one sentence for a person."""

    summary: str
    differences: tuple[Difference, ...]

    @property
    def ways(self) -> frozenset[tuple[int, str]]:
        """The requests and aspects that nothing explains: what stays the same when the same defect shows again."""
        return frozenset((d.step, d.aspect) for d in self.differences if d.deviation is None)


class NotTested(msgspec.Struct, frozen=True, kw_only=True, tag="not-tested", tag_field="kind"):
    """A need is missing; `setting` says what would supply it."""

    missing: str
    setting: str


class Blocked(msgspec.Struct, frozen=True, kw_only=True, tag="blocked", tag_field="kind"):
    """A case that this one depends on failed."""

    by: str


class Error(msgspec.Struct, frozen=True, kw_only=True, tag="error", tag_field="kind"):
    """We failed or the target could not be reached: never the server's fault, never a pass."""

    reason: str


Verdict = Pass | Deviates | Fail | NotTested | Blocked | Error


def kind(verdict: Verdict) -> VerdictKind:
    """The name of a verdict."""
    return VerdictKind(str(verdict.__struct_config__.tag))


def conforming(ids: Iterable[str], differences: Iterable[Difference], forms: Collection[str]) -> Pass | Deviates:
    """The verdict on differences that listed deviations explain, of which `forms` are those in form alone."""
    parts: dict[bool, list[Difference]] = {True: [], False: []}
    for difference in differences:
        parts[difference.deviation in forms].append(difference)
    form, content = tuple(parts[True]), tuple(parts[False])
    told = tuple(sorted(id for id in ids if id not in forms))
    return Deviates(ids=told, differences=content, form=form) if told else Pass(form)


def in_form(verdict: Verdict) -> tuple[Difference, ...]:
    """Where the replies of a case that conforms differ in form alone."""
    return verdict.form if isinstance(verdict, Pass | Deviates) else ()


def every_difference(verdict: Verdict) -> tuple[Difference, ...]:
    """All differences of a case that conforms, those in form alone too, in the order of its replies."""
    content = verdict.differences if isinstance(verdict, Deviates) else ()
    return tuple(sorted((*content, *in_form(verdict)), key=lambda d: (d.step, d.line)))

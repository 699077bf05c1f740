"""What has become of one case between two runs."""

from __future__ import annotations

from itertools import zip_longest

from conformance.compare.client_effect import EffectAt, Replies, by_replies, by_verdicts
from conformance.compare.model import DIFFERENT, CaseChange, ChangeKind, ReplyChange
from conformance.report.model import CaseResult
from conformance.report.view import note
from conformance.upgrade.compare import SAID_ONLY
from conformance.upgrade.effect import ClientEffect
from conformance.verdict.model import Deviates, Fail, NotTested, VerdictKind

ANSWERED = (VerdictKind.PASS, VerdictKind.DEVIATION, VerdictKind.FAIL)
"""The verdicts that say something about a server."""

_BECAME = {
    (VerdictKind.PASS, VerdictKind.FAIL): ChangeKind.REGRESSION,
    (VerdictKind.DEVIATION, VerdictKind.FAIL): ChangeKind.REGRESSION,
    (VerdictKind.PASS, VerdictKind.DEVIATION): ChangeKind.DEVIATES,
    (VerdictKind.DEVIATION, VerdictKind.PASS): ChangeKind.NO_DEVIATION,
    (VerdictKind.FAIL, VerdictKind.PASS): ChangeKind.FIX,
    (VerdictKind.FAIL, VerdictKind.DEVIATION): ChangeKind.FIX,
}


def change(
    before: CaseResult | None,
    after: CaseResult | None,
    replies: tuple[Replies, Replies],
    *,
    same_judge: bool,
    broken_off: tuple[bool, bool] = (False, False),
) -> ChangeKind:
    """What has become of a case. `same_judge` is whether one suite judged both, by the same expectation.

    `broken_off` is whether each run has cases that it never reported: then one that it lacks may be such a case.
    """
    if before is None or after is None:
        only, lacks = (ChangeKind.NEW, broken_off[0]) if before is None else (ChangeKind.GONE, broken_off[1])
        return ChangeKind.NO_ANSWER if lacks else only
    if before.is_flaky or after.is_flaky:
        return ChangeKind.FLAKY
    answered = [result.kind in ANSWERED for result in (before, after)]
    if not all(answered):
        return _unanswered(before, after) if any(answered) else ChangeKind.NONE
    alike = _alike(before, after, replies)
    if alike and Fail not in (type(before.verdict), type(after.verdict)):
        # what is known of a server grows as a run goes on, so one reply may be read in two ways
        return ChangeKind.NONE if same_judge or before.kind is after.kind else ChangeKind.JUDGED
    found = _verdicts(before, after)
    if found is ChangeKind.NONE:
        return ChangeKind.NONE if alike else ChangeKind.REPLY
    return found if same_judge or not alike else ChangeKind.JUDGED


def _unanswered(before: CaseResult, after: CaseResult) -> ChangeKind:
    is_untested = any(isinstance(result.verdict, NotTested) for result in (before, after))
    return ChangeKind.NOT_TESTED if is_untested else ChangeKind.NO_ANSWER


def _verdicts(before: CaseResult, after: CaseResult) -> ChangeKind:
    otherwise = ChangeKind.REGRESSION if _newly_wrong(before, after) else ChangeKind.NONE
    return _BECAME.get((before.kind, after.kind), otherwise)


def _newly_wrong(before: CaseResult, after: CaseResult) -> frozenset[tuple[int, str]]:
    """Where a case fails that failed elsewhere before."""
    if not isinstance(before.verdict, Fail) or not isinstance(after.verdict, Fail):
        return frozenset()
    return after.verdict.ways - before.verdict.ways


def _alike(before: CaseResult, after: CaseResult, replies: tuple[Replies, Replies]) -> bool:
    """Whether the replies are the same; where they were not kept, whether the verdicts say the same."""
    if None not in replies:
        return replies[0] == replies[1]
    return before.kind is after.kind and _told(before) == _told(after)


def _told(result: CaseResult) -> object:
    match result.verdict:
        case Deviates(ids=ids):
            return ids
        case Fail() as fail:
            return fail.ways
        case _:
            return None


def described(
    found: ChangeKind, before: CaseResult | None, after: CaseResult | None, replies: tuple[Replies, Replies]
) -> CaseChange:
    """That change, with all that there is to say about it."""
    known = after or before
    assert known is not None
    told = _effect(before, after, replies) if found in DIFFERENT and before and after else None
    return CaseChange(
        id=known.id,
        title=known.title,
        change=found,
        effect=told.effect if told else None,
        step=told.step if told else None,
        before=before.verdict if before else None,
        after=after.verdict if after else None,
        why=_why(found, before, after),
        replies=_changed(replies),
    )


def _effect(before: CaseResult, after: CaseResult, replies: tuple[Replies, Replies]) -> EffectAt:
    if replies[0] is None or replies[1] is None:
        found = by_verdicts(before, after)
    else:
        found = by_replies(replies[0], replies[1]) or EffectAt(ClientEffect.UNKNOWN, None)
    is_empty = SAID_ONLY in _deviations(after) - _deviations(before)
    return EffectAt(ClientEffect.STORED, found.step) if is_empty and found.effect is ClientEffect.WORKS else found


def _deviations(result: CaseResult) -> frozenset[str]:
    return frozenset(result.verdict.ids) if isinstance(result.verdict, Deviates) else frozenset()


def _changed(replies: tuple[Replies, Replies]) -> tuple[ReplyChange, ...]:
    if replies[0] is None or replies[1] is None:
        return ()
    texts = ([one.text for one in told] for told in replies if told is not None)
    steps = enumerate(zip_longest(*texts), 1)
    return tuple(ReplyChange(step=step, before=old, after=new) for step, (old, new) in steps if old != new)


def _why(found: ChangeKind, before: CaseResult | None, after: CaseResult | None) -> str:
    if before is None or after is None:
        known = before or after
        assert known is not None
        lost = "before" if before is None else "after"
        return (
            f"{lost}: never reported; the other run: {known.kind.value}"
            if found is ChangeKind.NO_ANSWER
            else _shown(known)
        )
    match found:
        case ChangeKind.FLAKY:
            sides = [name for name, result in (("before", before), ("after", after)) if result.is_flaky]
            return f"failed {' and '.join(sides)}, and not again when tried again"
        case ChangeKind.NOT_TESTED | ChangeKind.NO_ANSWER:
            is_before = before.kind not in ANSWERED
            silent, other = (before, after) if is_before else (after, before)
            return f"{'before' if is_before else 'after'}: {_shown(silent)}; the other run: {other.kind.value}"
        case ChangeKind.REGRESSION if wrong := _newly_wrong(before, after):
            told = ", ".join(f"request {step}: {aspect}" for step, aspect in sorted(wrong))
            return f"fail as before, and now in {told}"
        case _:
            return " -> ".join(dict.fromkeys((_shown(before), _shown(after))))


def _shown(result: CaseResult) -> str:
    text = note(result)
    return f"{result.kind.value} ({text})" if text else result.kind.value

"""What a client feels of a case whose replies, or whose verdicts, are not the same in two runs. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import NamedTuple

from conformance.cases.model import Purpose
from conformance.compare.normal import Normal
from conformance.contract.reply import Aspect, Line, parse_line
from conformance.report.exchanges import ExchangeLine
from conformance.report.model import CaseResult
from conformance.report.placeholders import shortened
from conformance.upgrade.effect import ClientEffect, Standing, effect, standing
from conformance.verdict.model import Difference, Fail

_BELONGS_TO_A_CALL = frozenset({"", "<user>", "<did_id>", "<number>"})
_EXISTENCE = re.compile("ALREADY EXISTS|DOES NOT EXIST")


class Said(NamedTuple):
    """One reply: its normal form, why it was asked for, and what it says of its call.

    `done` are the lines that say SUCCESS: their values in any order, such as the DIDs that were added and how many.
    `plain` is all that it says, without what stands between words and values: two replies with the same differ in their
    form alone.
    """

    text: str
    purpose: str
    standing: Standing
    done: str
    plain: str


class EffectAt(NamedTuple):
    """What a client feels of a case, and the request that shows it, from 1; None where no reply does."""

    effect: ClientEffect
    step: int | None


Replies = tuple[Said, ...] | None
"""A case's replies; None where they were not kept."""


def said(line: ExchangeLine, normal: Normal) -> Said:
    """The reply in one line of exchanges.jsonl."""
    parsed = [parse_line(text) for text in normal.lines(line)]
    done = sorted(str(part) for one in parsed if one.status == "SUCCESS" for part in (one.status, *one.fields))
    told = standing(line.status, (line.body or "").split("\n"))
    kept = "|".join(field for field in done if field not in _BELONGS_TO_A_CALL)
    plain = (f"{line.status} {line.content_type}", *map(_plain, parsed))
    return Said(normal(line), line.purpose, told, shortened(kept), shortened("\n".join(plain)))


def _plain(line: Line) -> str:
    return f"{line.status} {line.function} {line.message}|{'|'.join(map(str, line.fields)).strip('|')}"


def by_replies(before: tuple[Said, ...], after: tuple[Said, ...]) -> EffectAt | None:
    """What is felt of a case with these replies; None if they are the same.

    The first reply that is more than worded otherwise decides: what comes after is its consequence.
    """
    steps = enumerate(zip_longest(before, after), 1)
    return _decided([EffectAt(_of_step(*pair), step) for step, pair in steps if _text(pair[0]) != _text(pair[1])])


def _text(one: Said | None) -> str | None:
    return one.text if one else None


def _decided(found: Sequence[EffectAt]) -> EffectAt | None:
    beyond_words = (one for one in found if one.effect in (ClientEffect.FAILS, ClientEffect.STORED, ClientEffect.WORKS))
    return next(beyond_words, None) or min(found, key=lambda one: list(ClientEffect).index(one.effect), default=None)


def _of_step(before: Said | None, after: Said | None) -> ClientEffect:
    if before is None or after is None:
        return ClientEffect.UNKNOWN
    asks = before.purpose == Purpose.EFFECT
    if asks and before.standing is not after.standing and any(_EXISTENCE.search(one.plain) for one in (before, after)):
        return ClientEffect.STORED
    found = effect((before.standing, after.standing), stored_alike=before.done == after.done)
    return ClientEffect.FORM if found is ClientEffect.REPLY and before.plain == after.plain else found


class _Part(NamedTuple):
    """One aspect of one reply, and what it was before and after."""

    step: int
    aspect: str
    before: str
    after: str


def by_verdicts(before: CaseResult, after: CaseResult) -> EffectAt:
    """What is felt of a case whose replies were not kept, by what its verdicts say that they were not.

    A fail says what nothing explains and may leave out the rest, so where one of the two fails, only that counts.
    """
    old, new = ({(d.step, d.line, d.aspect): d for d in result.differences} for result in (before, after))
    failed = {place for one in (before, after) for place in _unexplained(one)}
    parts = (_part(old.get(place), new.get(place)) for place in sorted(failed or {*old, *new}))
    changed = [part for part in parts if part.before != part.after]
    by_step = groupby(changed, key=lambda part: part.step)
    return _decided([EffectAt(_of_parts(tuple(some)), step) for step, some in by_step]) or EffectAt(
        ClientEffect.UNKNOWN, None
    )


def _unexplained(result: CaseResult) -> Iterator[tuple[int, int, str]]:
    if isinstance(result.verdict, Fail):
        yield from ((d.step, d.line, d.aspect) for d in result.differences if d.deviation is None)


def _part(before: Difference | None, after: Difference | None) -> _Part:
    known = before or after
    assert known is not None
    expected = known.documented or known.shipped or ""
    return _Part(known.step, known.aspect, before.got if before else expected, after.got if after else expected)


def _of_parts(parts: tuple[_Part, ...]) -> ClientEffect:
    before = min(_standing(part.aspect, part.before) for part in parts)
    after = min(_standing(part.aspect, part.after) for part in parts)
    is_effect = any(part.aspect == Aspect.EFFECT for part in parts)
    found = effect((before, after), stored_alike=not (is_effect and before is Standing.DONE))
    is_form = found is ClientEffect.REPLY and all(part.aspect == Aspect.SEPARATOR for part in parts)
    return ClientEffect.FORM if is_form else found


def _standing(aspect: str, value: str) -> Standing:
    """What one aspect of a reply says of its call: as much as a verdict has kept of it."""
    match aspect:
        case Aspect.HTTP_STATUS:
            return Standing.DONE if value == "200" else Standing.REFUSED
        case Aspect.STATUS:
            return standing(200, [f"{value}: "] if value else [value])
        case Aspect.EFFECT:
            return standing(200, value.split("\n"))
        case _:
            return Standing.DONE

"""What a failed case shows: each thing that the server does otherwise, told the same in every case and run. Pure.

Fields are told by their places, so that no user, DID or number is in a symptom.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from urllib.parse import unquote_plus

import msgspec

from conformance.contract.load import load_contract
from conformance.contract.reply import Aspect, parse_line
from conformance.contract.settings import Dialect
from conformance.report import view
from conformance.report.model import CaseResult
from conformance.report.placeholders import shortened, with_moments, with_numbers, with_users
from conformance.verdict.invariants import EMPTY, SERVER_ERROR, UNPARSED
from conformance.verdict.model import Difference

ANSWER = "answer"
"""In place of an aspect: another of the contract's answers than the one that is due."""

OTHER = "other"
"""In place of an aspect: a fail that tells no difference."""

SAME = "…"
"""What was wanted, where all of it is in what was got."""

ANOTHER = "<another>"
"""A field with a value that is none of those wanted."""

NEVER = "never: "
"""How what an invariant promises begins."""

_JOINED = " + "
_NO_REPLY = frozenset({EMPTY, SERVER_ERROR, UNPARSED})
_USER = re.compile(r"[?&'\"]user=([^&'\"\s]+)")


class Symptom(msgspec.Struct, frozen=True, order=True):
    """One thing that a server does otherwise. `about` is the parameter whose value came back changed, else empty."""

    aspect: str
    wanted: str
    got: str
    about: str = ""

    def __str__(self) -> str:
        about = f" of {self.about}" if self.about else ""
        return f"{self.aspect}{about}: {self.got or '(nothing)'!r} in place of {self.wanted or '(nothing)'!r}"


def symptoms(result: CaseResult, expect: str) -> frozenset[Symptom]:
    """Every symptom of a failed case: at least one."""
    found = frozenset(_told(result, view.unexplained(result), expect))
    users = {unquote_plus(name) for call in result.calls for name in _USER.findall(call.curl)}
    bare = frozenset(_bare(symptom, users) for symptom in found)
    return bare or frozenset({Symptom(OTHER, "", shortened(with_numbers(with_moments(view.note(result)))))})


def refusals(answer: str) -> frozenset[str]:
    """The messages of an answer's lines that do not say that something was done, without their status words."""
    messages = {_message(head) for head in answer.split(_JOINED) if head}
    return frozenset(messages - _successes())


def strange(lines: str) -> str:
    """Of lines those that are no answer of the contract."""
    return _JOINED.join(head for head in lines.split(_JOINED) if head and _message(head) not in _known())


def _told(result: CaseResult, differences: Sequence[Difference], expect: str) -> Iterator[Symptom]:
    broken = [d for d in differences if d.aspect == Aspect.INVARIANT]
    for d in broken:
        yield Symptom(d.aspect, d.documented or "", _seen(result, d))
    if not _NO_REPLY.isdisjoint(str(d.documented).removeprefix(NEVER) for d in broken):
        return  # an error page has no parts that could be compared
    for line, alike in groupby(differences, key=lambda d: d.line):
        parts = {Aspect(d.aspect): (_wanted(d, expect), d.got) for d in alike if d.aspect != Aspect.INVARIANT}
        yield from _line(result, parts) if line else _whole(parts)


def _seen(result: CaseResult, difference: Difference) -> str:
    """What shows that an invariant is broken: of a text that is no reply, all of it."""
    is_text = difference.documented == NEVER + UNPARSED and difference.step <= len(result.calls)
    return result.calls[difference.step - 1].body if is_text else difference.got


def _wanted(difference: Difference, expect: str) -> str:
    """What was due: of two forms the one that is in what was got, if one is."""
    due = view.expected(difference, expect)
    forms = {text for text in (due, difference.documented, difference.shipped) if text}
    if difference.aspect in {Aspect.LINES, Aspect.EFFECT}:
        got = _heads(difference.got)
        return min(sorted(forms), key=lambda text: sum(head not in got for head in _heads(text)), default="")
    near = [text for text in forms if text in difference.got and text != difference.got]
    return max(near, key=len) if near else next((text for text in (due, *sorted(forms)) if text != difference.got), due)


def _whole(parts: Mapping[Aspect, tuple[str, str]]) -> Iterator[Symptom]:
    for aspect, (wanted, got) in parts.items():
        if aspect in {Aspect.LINES, Aspect.EFFECT}:
            yield _lines(aspect, _heads(wanted), _heads(got))
        else:
            yield Symptom(aspect, wanted, got)


def _lines(aspect: Aspect, wanted: Sequence[str], got: Sequence[str]) -> Symptom:
    missing = _JOINED.join(head for head in wanted if head not in got)
    more = _JOINED.join(head for head in got if head not in wanted)
    if not missing and not more:
        return Symptom(aspect, SAME, "another number of lines")
    return Symptom(aspect if strange(_JOINED.join((*wanted, *got))) else ANSWER, missing, more)


def _heads(text: str) -> tuple[str, ...]:
    """What each line says first, once: the lines of a reply as differences tell them, or as a body has them."""
    lines = re.split(r" / |\n", text)
    return tuple(dict.fromkeys(_head(line) for line in lines if line))


def _head(text: str) -> str:
    line = parse_line(text)
    return f"{line.status}: {line.message}" if line.message else line.status or text


def _line(result: CaseResult, parts: Mapping[Aspect, tuple[str, str]]) -> Iterator[Symptom]:
    messages = parts.get(Aspect.MESSAGE)
    if messages and messages[1] in _known():
        before = [f"{status}: " for status in parts.get(Aspect.STATUS, _statuses(messages))]
        yield Symptom(ANSWER, before[0] + messages[0], before[1] + messages[1])
        return  # function, separator and fields are those of the other answer
    if messages and messages[0] and messages[0] in messages[1]:
        parts = {aspect: texts for aspect, texts in parts.items() if texts[1]}  # what is not told apart is in there
    for aspect, (wanted, got) in parts.items():
        if wanted and wanted in got:
            yield Symptom(aspect, SAME, got.replace(wanted, SAME, 1))
        elif aspect is Aspect.FIELDS:
            yield from _fields(wanted.split("|"), got.split("|"), _parameter(result))
        elif aspect is Aspect.FUNCTION and got == wanted.upper():
            yield Symptom(aspect, "<function>", "<FUNCTION>")
        elif aspect is Aspect.FUNCTION and not got:
            yield Symptom(aspect, "<function>", "")
        else:
            yield Symptom(aspect, wanted, got)


def _statuses(messages: tuple[str, str]) -> tuple[str, str]:
    """The status word that both lines have: the one that both answers may have, or nothing if that is not known."""
    first, second = (_known().get(message, frozenset()) for message in messages)
    both = sorted(first & second)
    return (both[0], both[0]) if both else ("", "")


def _fields(wanted: Sequence[str], got: Sequence[str], parameter: str) -> Iterator[Symptom]:
    told: list[str] = []
    last = -1
    for number, field in enumerate(got):
        place = _place(field, number, last, wanted)
        last = last if place is None else place
        told.append(_otherwise(field, wanted[number : number + 1], number) if place is None else f"<{place + 1}>")
    places = [f"<{number}>" for number, _ in enumerate(wanted, 1)]
    yield Symptom(Aspect.FIELDS, "|".join(places), "|".join(told), parameter if ANOTHER in told else "")


def _place(field: str, number: int, last: int, wanted: Sequence[str]) -> int | None:
    """Which of the fields wanted this one is: its own, if it can be, else the next after the `last` that was found."""
    own = wanted[number] if number < len(wanted) else None
    if own is not None and (field == own or (own.startswith("<") and field.isdigit())):  # a shape, such as <number>
        return number
    return next((n for n in (*range(last + 1, len(wanted)), *range(last)) if field == wanted[n]), None)


def _otherwise(field: str, wanted: Sequence[str], number: int) -> str:
    if wanted and wanted[0] and wanted[0] in field:
        return field.replace(wanted[0], f"<{number + 1}>", 1)
    return ANOTHER if field else ""


def _parameter(result: CaseResult) -> str:
    """The parameter that a case is about, if it is about one."""
    subject = result.id.split("/")[1:2]
    return subject[0] if subject and subject[0] in _parameters() else ""


def _bare(symptom: Symptom, users: Iterable[str]) -> Symptom:
    def bare(text: str) -> str:
        return shortened(with_numbers(with_moments(with_users(text, users))))

    return msgspec.structs.replace(symptom, wanted=bare(symptom.wanted), got=bare(symptom.got))


def _message(head: str) -> str:
    return head.partition(": ")[2] or head


@cache
def _known() -> Mapping[str, frozenset[str]]:
    """Every message of the contract, with the status words that may stand before it."""
    contract = load_contract()
    forms = [form for one in (contract.common, *contract.functions.values()) for form in one.replies.values()]
    lines = {parse_line(text) for form in forms for text in map(form.text, Dialect) if text}
    messages = {line.message for line in lines if line.message}
    return {message: frozenset(line.status for line in lines if line.message == message) for message in messages}


@cache
def _successes() -> frozenset[str]:
    return frozenset(message for message, statuses in _known().items() if "SUCCESS" in statuses)


@cache
def _parameters() -> frozenset[str]:
    contract = load_contract()
    return frozenset(name for one in (contract.common, *contract.functions.values()) for name in one.by_name)

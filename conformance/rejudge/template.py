"""What a request of the catalogue is known to look like, and what a recorded one tells where only that run knew it.

A step is expanded with marks for users, passwords, entities and digits. Where a mark stands, the recorded request has
what it stood for, unless that was masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from functools import cache
from itertools import zip_longest
from typing import NamedTuple
from urllib.parse import unquote_plus

from conformance.cases.expand import Ground, Login, request
from conformance.cases.model import MADE_UP_ROLES, Role, Step, provided
from conformance.contract.request import Request
from conformance.report.exchanges import ExchangeLine
from conformance.run.redact import MASK, USER_MASK

MASKS = (MASK, USER_MASK)


class About(Enum):
    """What a recorded request tells something about."""

    USER = auto()
    PASSWORD = auto()
    ENTITY = auto()
    SWAPPED = auto()
    RUN = auto()
    NUMBER = auto()
    MASK = auto()


class Told(NamedTuple):
    """One thing that a request tells: of which role, entity or mask, and what."""

    about: About
    of: str
    text: str


_RUN, _NUMBER = "QrunzQ", 7391
_ROLES = tuple(role for role in Role if role not in MADE_UP_ROLES)
_MARKS = re.compile(
    rf"999(?P<did>{_RUN}){_NUMBER}|(?P<run>{_RUN})|Q(?P<mark>[upe])(?P<index>\d\d)zQ|qE(?P<swapped>\d\d)Zq"
)


@cache
def _marked() -> Ground:
    """A target of marks."""
    logins = {role: Login(f"Qu{n:02d}zQ", f"Qp{n:02d}zQ") for n, role in enumerate(_ROLES)}
    return Ground(logins, {entity: f"Qe{n:02d}zQ" for n, entity in enumerate(provided())}, _RUN)


def told(step: Step, line: ExchangeLine) -> Iterator[Told]:
    """What the request of a step tells. Nothing is told by a part that has another form than the step's."""
    template = request(step, _marked(), _NUMBER)
    for known, recorded in pairs(template, line):
        if known is not None and recorded is not None:
            yield from _told(known, recorded)


def pairs(sent: Request, line: ExchangeLine) -> Iterator[tuple[str | None, str | None]]:
    """The parts of a request beside those of a recorded one: parameter by parameter, None where one has no more."""
    for known, recorded in ((sent.query, line.query), (sent.form, line.form), (sent.wire, line.wire)):
        one, other = (None if text is None else text.split("&") for text in (known, recorded))
        yield from zip_longest(one or (), other or ())


def hidden(recorded: str, known: str) -> list[Told] | None:
    """What the masks in a recorded part hide, by what is known to have been there; None if it is another part."""
    split = re.split(_ANY_MASK, recorded)
    pattern = "".join("(.+?)" if piece in MASKS else re.escape(piece) for piece in split)
    found = re.fullmatch(pattern, known, re.DOTALL)
    masks = [piece for piece in split if piece in MASKS]
    return found and [
        Told(About.MASK, mask, unquote_plus(text)) for mask, text in zip(masks, found.groups(), strict=True)
    ]


_ANY_MASK = f"({'|'.join(map(re.escape, MASKS))})"


def _told(known: str, recorded: str) -> Iterator[Told]:
    pattern, abouts = _pattern(known)
    if not abouts:
        yield from hidden(recorded, known) or ()
        return
    found = pattern.fullmatch(recorded)
    if found:
        for (about, of), text in zip(abouts, found.groups(), strict=True):
            yield Told(about, of, unquote_plus(text))


@cache
def _pattern(known: str) -> tuple[re.Pattern[str], tuple[tuple[About, str], ...]]:
    """What a recorded part must look like, and what each group in it is about."""
    made, abouts, end = "", [], 0
    for mark in _MARKS.finditer(known):
        group, about = _group(mark)
        made += re.escape(known[end : mark.start()]) + group
        abouts += about
        end = mark.end()
    return re.compile(made + re.escape(known[end:]), re.DOTALL), tuple(abouts)


def _group(mark: re.Match[str]) -> tuple[str, list[tuple[About, str]]]:
    if mark["did"]:
        return r"999(\d{6})(\d{4})", [(About.RUN, ""), (About.NUMBER, "")]
    if mark["run"]:
        return r"(\d{6})", [(About.RUN, "")]
    if mark["swapped"]:
        return "(.+?)", [(About.SWAPPED, list(provided())[int(mark["swapped"])])]
    number = int(mark["index"])
    of = {"u": (About.USER, _ROLES), "p": (About.PASSWORD, _ROLES), "e": (About.ENTITY, tuple(provided()))}
    about, names = of[mark["mark"]]
    return "(.+?)", [(about, names[number])]

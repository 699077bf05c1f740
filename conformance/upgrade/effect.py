"""What a client feels of a server that has changed: the kinds, their words, and how a kind is known. Pure.

The one vocabulary of predictions and of comparisons: one knows the changes of either side from the contract, the other
what replies tell of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum
from typing import NamedTuple

from conformance.contract.reply import parse_line


class ClientEffect(StrEnum):
    """What a client feels of a change. In order of danger: the first breaks it, the last may be nothing."""

    FAILS = "calls-that-fail"
    STORED = "stored-otherwise"
    WORKS = "calls-that-succeed"
    REPLY = "said-otherwise"
    FORM = "printed-otherwise"
    UNKNOWN = "not-known"


class Words(NamedTuple):
    """How people call an effect: as a heading, counted, in a narrow column; and what it means for a client."""

    heading: str
    one: str
    many: str
    short: str
    meaning: str


WORDS: Mapping[ClientEffect, Words] = {
    ClientEffect.FAILS: Words(
        "Calls that now fail",
        "call that now fails",
        "calls that now fail",
        "fail",
        "A call that succeeds before is refused or fails after.",
    ),
    ClientEffect.STORED: Words(
        "Stored otherwise",
        "stored otherwise",
        "stored otherwise",
        "stored",
        "Something else is stored than before, and nothing warns the client.",
    ),
    ClientEffect.WORKS: Words(
        "Calls that now succeed",
        "call that now succeeds",
        "calls that now succeed",
        "succeed",
        "A call that is refused before does its work after.",
    ),
    ClientEffect.REPLY: Words(
        "Said otherwise",
        "said otherwise",
        "said otherwise",
        "said",
        "What is done stays the same; the reply reads differently to a client that compares its text.",
    ),
    ClientEffect.FORM: Words(
        "Printed otherwise",
        "printed otherwise",
        "printed otherwise",
        "printed",
        "The same words and values; only what stands between them is printed in another form.",
    ),
    ClientEffect.UNKNOWN: Words(
        "Not known",
        "not known",
        "not known",
        "not known",
        "What one of the two prints is not known, so a client cannot rely on it.",
    ),
}


def counted(counts: Mapping[ClientEffect, int]) -> list[str]:
    """How many there are of each effect that occurs, in words, the most dangerous first."""
    found = ((WORDS[effect], counts.get(effect, 0)) for effect in ClientEffect)
    return [f"{number:,} {words.one if number == 1 else words.many}" for words, number in found if number]


class Standing(IntEnum):
    """What a reply says of its call: it was refused or broke, it says neither in a known word, or it was done."""

    REFUSED = 0
    WORDLESS = 1
    DONE = 2


_DONE = frozenset({"SUCCESS", "NOTICE", "VERSION"})


def standing(status: int | None, lines: Iterable[str]) -> Standing:
    """What a reply of these lines says of its call; `status` is that of HTTP, None where there was no reply.

    Lists have no word such as SUCCESS before them; what begins as a page of HTML is no list.
    """
    told = [line for line in lines if line]
    words = {parse_line(line).status for line in told}
    if status != 200 or "ERROR" in words:
        return Standing.REFUSED
    if words & _DONE:
        return Standing.DONE
    return Standing.REFUSED if told and told[0].lstrip().startswith("<") else Standing.WORDLESS


def effect(standings: tuple[Standing, Standing], *, stored_alike: bool) -> ClientEffect:
    """What a client feels of a call that is answered otherwise, by what became of it before and after."""
    before, after = standings
    if before is not after:
        return ClientEffect.WORKS if after > before else ClientEffect.FAILS
    return ClientEffect.REPLY if stored_alike else ClientEffect.STORED

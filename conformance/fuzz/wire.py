"""Byte-level messages as cases: HTTP that is broken in one or two ways, and what a server must still do after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.cases.make import needs_of
from conformance.cases.model import Case, Level, Purpose, Role, Step
from conformance.cases.steps import question
from conformance.fuzz.wire_parts import (
    CALLS,
    DID,
    EOLS,
    HEADER_COUNTS,
    HEADER_SIZES,
    HEADERS,
    JUNK,
    METHODS,
    NOISE,
    TARGETS,
    VERSION,
    VERSIONS,
    Message,
    bodies,
)

CLAUSE = "RFC 9112, 2.2"
"""A server answers an invalid message with 400, and goes on."""

MOST_EDITS = 2

LONGEST = 131_072
"""Characters of the longest request line that is tried."""

_ALIVE = Step("version", role=Role.NOBODY, purpose=Purpose.EFFECT)

_START, _END = f"GET <path>?{VERSION}&x=", " HTTP/1.1"

Edit = Callable[[Message], Message]


def messages(line_limit: int) -> SearchStrategy[Case]:
    """Cases of one byte-level message each; `line_limit` is the longest request line that is answered, 0 if unknown.

    None logs in as a user of the target, and the DIDs named are the case's own.
    """
    return st.one_of(_texts().map(case), *([_long_lines(line_limit).map(case)] if line_limit else []))


def case(message: str) -> Case:
    """A message and what must be answered after it: a DID that it names does not exist, and `version` is told."""
    named = "did_pattern" in message
    steps = (Step(None, role=Role.NOBODY, wire=message), *([question(DID)] if named else []), _ALIVE)
    level = Level.STANDARD if named else Level.PROBE
    return Case("wire/message/generated", "A byte-level message", CLAUSE, level, steps, needs=needs_of(steps))


def line_limit(ask: Callable[[Case], bool], most: int = LONGEST) -> int:
    """The longest request line that the server answers, at most `most`; 0 if it answers none. Takes 18 tries at most.

    `ask` sends a case and says whether its message was answered with HTTP 200. Lengths are those of the template, in
    which `<path>` has six characters.
    """
    least = len(_START + _END)
    if ask(case(_with_line(most))):
        return most
    answered, refused = least - 1, most
    while refused - answered > 1:
        middle = (answered + refused) // 2
        if ask(case(_with_line(middle))):
            answered = middle
        else:
            refused = middle
    return answered if answered >= least else 0


def _with_line(length: int) -> str:
    target = _START.partition(" ")[2] + "x" * (length - len(_START + _END))
    return str(Message(target=target))


def _long_lines(limit: int) -> SearchStrategy[str]:
    """Request lines around what the server takes, and well beyond."""
    around = [limit, limit + 1, limit - 1, limit // 2, 2 * limit]
    return st.sampled_from([_with_line(length) for length in around if len(_START + _END) <= length <= 2 * LONGEST])


def _texts() -> SearchStrategy[str]:
    whole = st.sampled_from([Message(target=f"<path>?{call}") for call in CALLS])
    starts = st.one_of(whole, st.sampled_from([message for call in CALLS for message in bodies(call)]))
    edited = st.lists(_edits(), min_size=1, max_size=MOST_EDITS)
    return st.builds(
        lambda start, edits: str(reduce(lambda message, edit: edit(message), edits, start)), starts, edited
    )


def _edits() -> SearchStrategy[Edit]:
    """Everything that may be done to a message, one thing at a time."""
    junk = st.one_of(st.lists(st.sampled_from(JUNK), min_size=1, max_size=4).map("".join), st.text(NOISE, max_size=12))
    return st.one_of(
        junk.map(_with_junk),
        st.sampled_from(TARGETS).map(_at),
        st.sampled_from(METHODS).map(_by),
        st.sampled_from(VERSIONS).map(_in_version),
        st.lists(st.sampled_from(HEADERS), min_size=1, max_size=2).map(_with_headers),
        st.sampled_from(HEADER_SIZES).map(lambda size: _with_headers([f"X: {'x' * (size - 3)}"])),
        st.sampled_from(HEADER_COUNTS).map(lambda count: _with_headers(["X: x"] * count)),
        st.sampled_from(EOLS).map(_ending),
        st.just(_without_host),
    )


def _with_junk(junk: str) -> Edit:
    def edit(message: Message) -> Message:
        mark = "&" if "?" in message.target else "?"
        return replace(message, target=f"{message.target}{mark}x={junk}")

    return edit


def _at(target: str) -> Edit:
    return lambda message: replace(message, target=target)


def _by(method: str) -> Edit:
    return lambda message: replace(message, method=method)


def _in_version(version: str | None) -> Edit:
    return lambda message: replace(message, version=version)


def _with_headers(headers: list[str]) -> Edit:
    return lambda message: replace(message, headers=(*message.headers, *headers))


def _ending(eol: str) -> Edit:
    return lambda message: replace(message, eol=eol)


def _without_host(message: Message) -> Message:
    return replace(message, headers=tuple(h for h in message.headers if not h.startswith("Host")))

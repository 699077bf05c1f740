"""What faults written by hand are made of: how to make one, and the small words they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.emulator.faults.asked import Answering, Asked, behaving
from conformance.emulator.faults.model import Fault, FaultKind
from conformance.emulator.respond import Behaviour, Response

NO_REPLY = "no reply shows what a column holds; only the database does"

Rewording = Callable[[str], str]
"""What is made of a body."""

Elsewhere = Callable[[Asked], Asked]
"""What is made of a request before it is answered honestly."""


def by_hand(id: str, title: str, answer: Answering, **more: Any) -> Fault:
    """The fault of answering so; `id` is `theme/rule`, `more` are other fields of a Fault."""
    return Fault(f"{FaultKind.BY_HAND}/{id}", title, FaultKind.BY_HAND, partial(behaving, answer), **more)


def bug(id: str, title: str, **more: Any) -> Callable[[Answering], Fault]:
    """The same, written above the function that answers so."""
    return lambda answer: by_hand(id, title, answer, **more)


def remembering(id: str, title: str, begin: Callable[[], Answering], **more: Any) -> Fault:
    """The fault of a server that remembers: `begin` gives what one server of its kind answers with."""
    return Fault(f"{FaultKind.BY_HAND}/{id}", title, FaultKind.BY_HAND, partial(_begun, begin), **more)


def reworded(id: str, title: str, words: Rewording, **more: Any) -> Fault:
    """The fault of doing all rightly and saying something else."""
    return by_hand(id, title, partial(_reworded, words), **more)


def read_as(id: str, title: str, elsewhere: Elsewhere, **more: Any) -> Fault:
    """The fault of taking a request for another one."""
    return by_hand(id, title, partial(_read_as, elsewhere), **more)


def _begun(begin: Callable[[], Answering]) -> Behaviour:
    return behaving(begin())


def _reworded(words: Rewording, asked: Asked) -> Response:
    response = asked.honestly()
    return replace(response, body=words(response.body.decode()).encode())


def _read_as(elsewhere: Elsewhere, asked: Asked) -> Response:
    return elsewhere(asked).honestly()


def lines(body: str) -> list[str]:
    """The lines of a body."""
    return body.split("\n")[:-1] if body.endswith("\n") else body.split("\n")


def joined(texts: Iterable[str]) -> str:
    """A body of these lines."""
    return "".join(f"{text}\n" for text in texts)


def succeeded(response: Response) -> bool:
    """Whether the last line tells of a success."""
    return response.body.rpartition(b"\n")[0].rpartition(b"\n")[2].startswith(b"SUCCESS")

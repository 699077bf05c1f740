"""The two consoles that every command prints on, and the question for a password.

Whatever they print, only we give orders to a terminal.

What a server, a file or an option said may be anywhere in it: what cannot be printed is an escape there.
"""

from __future__ import annotations

import errno
import getpass
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console, ConsoleDimensions, ConsoleOptions, RenderableType
from rich.segment import Segment

from conformance.errors import UsageError
from conformance.report.text import printable, visible
from conformance.streams import trouble_with

LEFT = 4
INCOMPLETE = 2
UNWRAPPED = 1_000_000


class Terminal(Console):
    """A console that shows control characters of any text as escapes, and reads no text as markup."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, soft_wrap=stderr, highlight=False, markup=False, emoji=False)

    @property
    def size(self) -> ConsoleDimensions:
        """That of the terminal, or COLUMNS. Without either lines are as long as they are: who reads them can wrap."""
        found = super().size
        is_known = self.is_terminal or "COLUMNS" in os.environ
        return found if is_known else ConsoleDimensions(UNWRAPPED, found.height)

    @size.setter
    def size(self, size: tuple[int, int]) -> None:
        Console.size.fset(self, size)  # type: ignore[attr-defined]

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of a renderable; rich's own control codes among them stay as they are."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)

    def raw(self, text: str) -> None:
        """Print text for another program: not wrapped and not coloured."""
        self.file.write(printable(text))
        self.file.flush()

    def json(self, text: str) -> None:
        """Print a JSON document, in which escapes are those of JSON."""
        can_all = self.encoding.startswith("utf")
        self.file.write("".join(c if c == "\n" or _fits(c, can_all) else _in_json(c) for c in text.rstrip("\n")) + "\n")
        self.file.flush()


def _fits(character: str, can_all: bool) -> bool:
    return character.isprintable() and (can_all or character.isascii())


def _in_json(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


out = Terminal()
err = Terminal(stderr=True)


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a run is shown: progress on `err`, what it comes to on `out`. `quiet` leaves only the answer."""

    out: Terminal
    err: Terminal
    quiet: bool = False
    verbose: bool = False


_answer: list[str] = []


def comes_to(*lines: str) -> None:
    """Keep what a command came to: it is told on standard error if standard output does not take it."""
    _answer[:] = lines


def say(message: str) -> None:
    """Tell what is wrong on standard error, or if that takes nothing on standard output."""
    err.print(f"vicidial-conformance: {message}")
    if trouble_with(sys.stderr):
        out.print(f"vicidial-conformance: {message}", soft_wrap=True)


def concluded(code: int) -> int:
    """The exit code of a command, by its own and by what standard output took of it.

    Whoever closes a pipe has read enough, and is told only of what may be left on the server.
    """
    answer = tuple(_answer)
    _answer.clear()
    trouble = trouble_with(sys.stdout)
    if trouble is None:
        return code
    is_read = trouble.errno == errno.EPIPE
    for line in answer if code == LEFT or not is_read else ():
        err.print(line)
    if is_read:
        return code
    say(f"standard output: {trouble.strerror}: what was printed is not complete")
    return code or INCOMPLETE


def ask_password(user: str) -> str | None:
    """What a person types, unseen; None where nobody can. Raises UsageError for what is no text."""
    if sys.stdin is None or not sys.stdin.isatty():
        return None
    try:
        return getpass.getpass(f"Password of {visible(user)}: ")
    except (EOFError, KeyboardInterrupt, UnicodeDecodeError) as error:
        err.print()  # what comes next does not stand beside the question
        if isinstance(error, KeyboardInterrupt):
            raise
        if isinstance(error, UnicodeDecodeError):
            raise UsageError("what was typed is not UTF-8: give the password by --password-file") from None
        return None

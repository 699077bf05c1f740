"""Passwords out of text, in whatever form a server, a library or we ourselves wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NoReturn
from urllib.parse import unquote, unquote_plus

from conformance.run.decoding import Span, View, as_bytes, as_text, decoders, packed, views

MASK = "***"
USER_MASK = "(user)"

_SHORT = 4
_TELLING = 3
_DEPTH = 6
_NEVER = r"(?!)"


class Redactor:
    """Replaces passwords by `***`.

    They are looked for in every decoding of a text (`decoding.views`), with the characters removed that servers
    remove, and in the wrong encoding; what is replaced is what the text has there. One that is shorter than 4
    characters, or nothing but ASCII letters and digits, is replaced only where, decoded, no letter or digit touches it;
    otherwise ordinary text would be shredded. In base64 and hex all symbols are replaced that stand side by side.
    Neither its repr nor a pickle of it (which is refused) shows a password.
    """

    __slots__ = ("_count", "_passwords", "_users")

    def __init__(self, passwords: Iterable[str], users: Iterable[str] = ()) -> None:
        given = {password for password in passwords if password}
        self._count = len(given)
        self._passwords = _Needles({form for password in given for form in _seen(password)}, MASK)
        names = set(users)
        self._users = _Needles(names, USER_MASK, always_alone=True) if names else None

    def __call__(self, text: str) -> str:
        """The text with every form of every password masked, and the user names that are to be masked."""
        text = self._passwords.masked(text)
        return self._users.masked(text) if self._users else text

    def __repr__(self) -> str:
        return f"<Redactor of {self._count} passwords>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Redactor holds passwords and cannot be pickled or copied")


def _seen(password: str) -> set[str]:
    """The password as a server may have read it."""
    octets = _utf8(password)
    return _cut(password) | {
        password,
        password.replace("+", " "),
        unquote(password),
        unquote_plus(password),
        octets.decode("latin-1"),
        octets.decode("cp1252", "replace"),
    }


def _cut(password: str) -> set[str]:
    """The password with something lost on the way, where enough is left to tell it from ordinary text."""
    left = {
        re.sub(r"[^-_0-9A-Za-z]", "", password),
        re.sub(r"['\"\\;]", "", password),
        re.sub(r"[^ -~]", "", password),
        password.strip(),
        _utf8(password).decode("ascii", "replace"),
        password.encode("latin-1", "replace").decode("utf-8", "replace"),
        password.encode("ascii", "replace").decode(),
    }
    return {text for text in left if len(text) >= _TELLING}


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


class _Needles:
    """Texts to look for, and what takes their place. Alone stand those that no letter and no digit touches."""

    __slots__ = ("_anywhere", "_mask", "_packed", "_pattern")

    def __init__(self, texts: Iterable[str], mask: str, *, always_alone: bool = False) -> None:
        given = {text for text in texts if text}
        plain = {text for text in given if always_alone or len(text) < _SHORT or (text.isascii() and text.isalnum())}
        telling = _forms(given - plain)
        every = telling | _forms(plain)
        long = {form for form in every if len(form) >= _SHORT}
        self._mask = mask
        self._pattern = _compiled(every, every - telling)
        self._anywhere = _compiled(long, set())
        self._packed = packed(long)

    def masked(self, text: str) -> str:
        """The text with the mask wherever one of them stands, however it is written there."""
        if text.isascii() and not decoders(text, self._packed):
            return self._pattern.sub(self._mask, text)
        octets = as_bytes(text)
        spans = {span for view in views(octets, self._packed) for span in self._found(view)}
        return as_text(self._replaced(octets, spans)) if spans else text

    def _found(self, view: View) -> Sequence[Span]:
        """Where in the text they stand, as this view has it. In noise, short ones would be found everywhere."""
        pattern = self._anywhere if view.is_packed else self._pattern
        spans = [match.span() for match in pattern.finditer(view.text)]
        return view.sources(spans) if spans else ()

    def _replaced(self, octets: str, spans: Iterable[Span]) -> str:
        pieces, done = [], 0
        for start, end in sorted(spans if octets.isascii() else (_whole(octets, span) for span in spans)):
            if start >= done:
                pieces += [octets[done:start], self._mask]
            done = max(done, end)
        return "".join([*pieces, octets[done:]])


def _forms(texts: Iterable[str]) -> set[str]:
    """Texts as decodings have them: all in UTF-8, or with a byte for each character that is one in latin-1."""
    return {"".join(map(write, text)) for text in texts for write in (as_bytes, _in_latin)}


def _in_latin(character: str) -> str:
    return character if character <= "\xff" else as_bytes(character)


def _whole(octets: str, span: Span) -> Span:
    """The same part of a text, but with no character of it cut in two."""
    start, end = span
    while _is_inside(octets, start):
        start -= 1
    while _is_inside(octets, end):
        end += 1
    return start, end


def _is_inside(octets: str, at: int) -> bool:
    return "\x80" <= octets[at : at + 1] <= "\xbf"


def _compiled(every: set[str], alone: set[str]) -> re.Pattern[str]:
    """One pattern for all forms, the longest first wherever several fit; some count only where they stand alone."""
    return re.compile("|".join(_alternatives(sorted(every), 0, alone)) or _NEVER)


def _alternatives(some: list[str], depth: int, alone: set[str]) -> Iterator[str]:
    """Patterns for sorted forms that share their first `depth` characters, which are left out.

    Each begins with a literal character: so the engine skips all text that cannot begin a form.
    """
    if len(some) == 1 or depth == _DEPTH:
        for form in sorted(some, key=len, reverse=True):
            yield _literal(form[depth:]) + _bound(form, alone)
        return
    longer = [form for form in some if len(form) > depth]
    for first, group in groupby(longer, key=lambda form: form[depth]):
        yield f"{_literal(first)}(?:{'|'.join(_alternatives(list(group), depth + 1, alone))})"
    yield from (_bound(form, alone) for form in some if len(form) == depth)


def _literal(form: str) -> str:
    """A pattern for a form. A space may have become a plus on its way through a URL."""
    return "[ +]".join(map(re.escape, form.split(" ")))


def _bound(form: str, alone: set[str]) -> str:
    """What must hold around a form that was just matched."""
    return f"(?![0-9A-Za-z])(?<![0-9A-Za-z]{_literal(form)})" if form in alone else ""

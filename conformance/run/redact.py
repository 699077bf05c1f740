"""Passwords out of text, in whatever form a server, a library or we ourselves wrote them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import NoReturn
from urllib.parse import quote, quote_plus, unquote, unquote_plus

MASK = "***"
USER_MASK = "(user)"

_SHORT = 4
_TELLING = 3
_DEPTH = 6
_SUB_DELIMITERS = "!$&'()*+,;=:@/?"  # RFC 3986: what may stand in a query as it is
_KEPT_BY_JAVASCRIPT = "!'()*~"
_BEFORE = ("%[0-9A-Fa-f]{2}", r"\\[abfnrtv]", r"\\x[0-9a-f]{2}", r"\\u[0-9A-Fa-f]{4}")
"""Escapes that end in a letter or digit and stand for another character: a bounded form may follow them."""


class Redactor:
    """Replaces passwords by `***`.

    Raw or percent-encoded, as HTML, JSON or a repr, with the characters removed that servers remove, or in the wrong
    encoding: every such form is replaced. One that is shorter than 4 characters, or nothing but ASCII letters and
    digits, is replaced only where no letter or digit touches it; otherwise ordinary text would be shredded.
    Neither its repr nor a pickle of it (which is refused) shows a password.
    """

    __slots__ = ("_count", "_pattern", "_users")

    def __init__(self, passwords: Iterable[str], users: Iterable[str] = ()) -> None:
        given = {password for password in passwords if password}
        self._count = len(given)
        self._pattern = _compiled({form for password in given for form in forms(password)})
        names = "|".join(re.escape(user) for user in sorted(set(users), key=len, reverse=True))
        self._users = re.compile(rf"(?<![0-9A-Za-z])(?:{names})(?![0-9A-Za-z])") if names else None

    def __call__(self, text: str) -> str:
        """The text with every form of every password masked, and the user names that are to be masked."""
        text = self._pattern.sub(MASK, text) if self._pattern else text
        return self._users.sub(USER_MASK, text) if self._users else text

    def __repr__(self) -> str:
        return f"<Redactor of {self._count} passwords>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Redactor holds passwords and cannot be pickled or copied")


def forms(password: str) -> frozenset[str]:
    """Every text that a password may turn into, itself included."""
    return frozenset(write(seen) for seen in _seen(password) for write in _WRITERS) - {""}


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


def _percent(safe: str) -> Callable[[str], str]:
    return lambda text: quote(_utf8(text), safe=safe)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _every_byte(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in _utf8(text))


def _lower(write: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), write(text))


def _twice(text: str) -> str:
    return quote(quote(_utf8(text), safe=""), safe="")


def _php_html(text: str) -> str:
    return html.escape(text).replace("&#x27;", "&#039;")


def _numeric_html(text: str) -> str:
    """As Jinja's escaping writes it."""
    return html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")


def _php_json(text: str) -> str:
    return json.dumps(text)[1:-1].replace("/", r"\/")


def _slashed(text: str) -> str:
    return re.sub(r"(['\"\\])", r"\\\1", text)


_PERCENT: tuple[Callable[[str], str], ...] = (
    *(_percent(safe) for safe in ("", "/", _KEPT_BY_JAVASCRIPT, _SUB_DELIMITERS)),
    lambda text: quote_plus(_utf8(text)),
    _every_byte,
)

_WRITERS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    *_PERCENT,
    *(_lower(write) for write in _PERCENT),
    _twice,
    html.escape,
    lambda text: html.escape(text, quote=False),
    _php_html,
    _numeric_html,
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    _php_json,
    lambda text: repr(text)[1:-1],
    lambda text: ascii(text)[1:-1],
    lambda text: repr(_utf8(text))[2:-1],
    lambda text: repr(text + "'\"")[1:-4],
    _slashed,
)


def _compiled(every: set[str]) -> re.Pattern[str] | None:
    """One pattern for all forms, the longest first wherever several fit."""
    if not every:
        return None
    return re.compile("|".join(_alternatives(sorted(every), 0)))


def _alternatives(some: list[str], depth: int) -> Iterator[str]:
    """Patterns for sorted forms that share their first `depth` characters, which are left out.

    Each begins with a literal character: so the engine skips all text that cannot begin a form.
    """
    if len(some) == 1 or depth == _DEPTH:
        yield from (re.escape(form[depth:]) + _bound(form) for form in sorted(some, key=len, reverse=True))
        return
    longer = [form for form in some if len(form) > depth]
    for first, group in groupby(longer, key=lambda form: form[depth]):
        yield f"{re.escape(first)}(?:{'|'.join(_alternatives(list(group), depth + 1))})"
    yield from (_bound(form) for form in some if len(form) == depth)


def _bound(form: str) -> str:
    """What must hold around a form that was just matched."""
    if len(form) >= _SHORT and not (form.isascii() and form.isalnum()):
        return ""
    literal = re.escape(form)
    before = "|".join(f"(?<={escape}{literal})" for escape in _BEFORE)
    return f"(?![0-9A-Za-z])(?:(?<![0-9A-Za-z]{literal})|{before})"

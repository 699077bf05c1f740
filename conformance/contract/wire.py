"""A byte-level message: one HTTP request byte for byte, well-formed or not, and all that a server may make of it.

It is text in which each character is a byte (latin-1). `<path>` and `<host>` stand for those of the target's URL until
it leaves. Nobody knows how a server reads what is malformed, so it is not predicted: `texts` and `readings` give
everything that it could be read as, and may well give more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from conformance.contract.request import Request, decode, parse

LONG = 200
"""Characters of any other parameter that a reading keeps: what they say makes no difference to it."""

_PLACE = re.compile("<path>|<host>")
_ASCII = "".join(map(chr, range(0x21, 0x7F)))

_LINES = re.compile(r"[\r\n]+")
_BLANK = re.compile(r"\r?\n[ \t]*\r?\n|\r\r")
_VERSION = re.compile(r"(?<!\s)\s+HTTP/[^?]*$", re.IGNORECASE)
_STOP = re.compile(r"[\x00-\x20#]")
_CHUNK_SIZE = re.compile(r"(?:^|\r?\n)[ \t]*[0-9A-Fa-f]+[ \t]*(?:;[^\r\n]*)?\r?\n")
_PART = re.compile(r'name="?([^";\r\n]*)"?[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n(.*?)(?=\r?\n--|\Z)', re.DOTALL)
_JSON_PAIR = re.compile(r'"([^"]*)"\s*:\s*"?([^",}\r\n]*)')
_PHP_UNDERSCORE = re.compile(r"(?:[. +]|%2[Ee0])(?=[^=&]*=)")


def filled(wire: str, url: str) -> bytes:
    """The bytes that go out to `url`. Raises UnicodeEncodeError where a character is no byte."""
    parts = urlsplit(url)
    known = {"<path>": quote(parts.path, safe=_ASCII) or "/", "<host>": _host(parts)}
    return _PLACE.sub(lambda match: known[match[0]], wire).encode("latin-1")


def _host(parts: SplitResult) -> str:
    """Host and port as a Host header has them."""
    given = parts.netloc.rpartition("@")[2]
    if given.isascii():
        return given
    name = (parts.hostname or "").encode("idna").decode()
    return name if parts.port is None else f"{name}:{parts.port}"


def calls_api(wire: str) -> bool:
    """Whether the first line asks for the API: any other address, and TRACE, are a web server's own to answer."""
    first = _LINES.split(wire.lstrip("\r\n"), maxsplit=1)[0]
    return "<path>" in first and not is_trace(wire)


def is_trace(wire: str) -> bool:
    """Whether the message asks for itself: a server that allows it sends all of it back (RFC 9110, 9.3.8)."""
    return wire.lstrip().upper().startswith("TRACE")


@lru_cache(maxsize=64)
def texts(wire: str, kept: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Whatever may be read as `a=1&b=2`: what follows a question mark, what follows a blank line; each once.

    Long values are cut, but for those of the parameters `kept`.
    """
    found = (*_queries(wire), *_bodies(wire), *_pieces(wire))
    return tuple(dict.fromkeys(_told(found, kept)))


def readings(wire: str, naming: frozenset[str]) -> Iterator[Request]:
    """Every call that the message may be read as: each text alone, and what could be the query with the body as form.

    A server may stop reading anywhere, so texts are also cut off within the parameters that are `naming` what a call
    creates, changes or deletes. Some calls come twice. There may be very many: take no more than you can look at.
    """
    yield from (Request(part) for text in texts(wire, naming) for part in _cuts(text, naming))
    queries, forms = _told(_queries(wire), naming), _told(_bodies(wire), naming)
    yield from (Request(query, part, "POST") for query in queries for form in forms for part in _cuts(form, naming))


def _queries(wire: str) -> tuple[str, ...]:
    """What follows the first question mark of each line, as far as one server or another reads it."""
    rests = [rest for _, mark, rest in (line.partition("?") for line in _LINES.split(wire)) if mark]
    inner = [_VERSION.sub("", rest) for rest in rests]
    stopped = [_STOP.split(rest, maxsplit=1)[0] for rest in rests]
    return (*rests, *inner, *(text.partition("#")[0] for text in (*rests, *inner)), *stopped)


def _bodies(wire: str) -> tuple[str, ...]:
    """What follows the first blank line as a form: as it is, taken out of chunks, out of parts, out of JSON."""
    first = _BLANK.search(wire)
    body = wire[first.end() :] if first else ""
    whole = (body, _CHUNK_SIZE.sub("", body))
    pairs = (pattern.findall(text) for text in whole for pattern in (_PART, _JSON_PAIR))
    return (*whole, *(text.rstrip("\r\n") for text in whole), *(urlencode(p, encoding="latin-1") for p in pairs))


def _pieces(wire: str) -> tuple[str, ...]:
    """Whatever stands between blank lines: another request may begin there."""
    return tuple(piece for piece in _BLANK.split(wire) if "=" in piece)


def _told(found: Iterable[str], kept: Collection[str]) -> tuple[str, ...]:
    """Texts that say something, each once, also with their names as PHP spells them."""
    short = [_shortened(text, kept) for text in found]
    return tuple(dict.fromkeys(text for one in short for text in (one, _PHP_UNDERSCORE.sub("_", one)) if text))


def _shortened(text: str, kept: Collection[str]) -> str:
    if len(text) <= LONG:
        return text
    return "&".join(pair if _name(pair) in kept else pair[:LONG] for pair in text.split("&"))


def _cuts(text: str, naming: Collection[str]) -> Iterator[str]:
    """The text, and all its beginnings that end within a parameter of `naming`; no function has a LONG name."""
    yield text
    start = 0
    for pair in text.split("&"):
        if _name(pair) in naming:
            size = min(len(pair), LONG) if _name(pair) == "function" else len(pair)
            yield from (text[:end] for end in range(start + 1, start + size + 1))
        start += len(pair) + 1


def _name(pair: str) -> str:
    return decode(pair.partition("=")[0]).decode("latin-1").partition("[")[0].strip()


def passwords(wire: str) -> frozenset[str]:
    """What may be read as the password of a login."""
    found = (parse(text).values.get("pass", b"") for text in texts(wire))
    return frozenset(value.decode("utf-8", "replace") for value in found)

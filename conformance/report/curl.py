"""A shell line that repeats a request, and names `$VICIDIAL_PASS` instead of the password."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Collection

from conformance.contract.request import Request
from conformance.report.byte_line import byte_line

SECRET = '"$VICIDIAL_PASS"'  # noqa: S105 - the name of a variable
"""How a password stands in the line. The variable holds it as it is sent, that is percent-encoded."""

_GLOB = re.compile(r"[\[\]{}]")
_NOT_LEFT_OF_WORD = r"(?:(?<![0-9A-Za-z])|(?<=%[0-9A-Fa-f]{2}))"
_NOT_RIGHT_OF_WORD = r"(?![0-9A-Za-z])"


def curl_line(request: Request, url: str, passwords: Collection[str]) -> str:
    """A line for a POSIX shell, bash where text cannot be printed, that sends `request` to `url`, byte for byte.

    Every password that stands alone in the query or the body is replaced, however it is encoded.
    """
    if request.wire is not None:
        return byte_line(request.wire, url)
    words = ["curl", *_method(request)]
    if request.form is not None:
        words += ["-H", _quoted(f"Content-Type: {request.content_type}")]
        words += ["--data-raw", _with_secret(_split(request.form, passwords))]
    if _GLOB.search(url + request.query):
        words.append("--globoff")  # or curl takes `new_dids[]` for a range
    return " ".join([*words, _address(request, url, passwords)])


def _method(request: Request) -> list[str]:
    if request.method == "HEAD":
        return ["--head"]  # -X HEAD would wait for a body
    if request.method == "GET" and request.form is None:
        return []
    return ["-X", _quoted(request.method)]


def _address(request: Request, url: str, passwords: Collection[str]) -> str:
    if not request.query:
        return _quoted(url)
    start, *rest = _split(request.query, passwords)
    return _with_secret([f"{url}?{start}", *rest])


def _with_secret(pieces: list[str]) -> str:
    """The pieces between which the password stood, each quoted unless it is empty."""
    return SECRET.join(_quoted(piece) if piece else "" for piece in pieces) or "''"


def _split(text: str, passwords: Collection[str]) -> list[str]:
    spellings = [_any_spelling(p) for p in sorted(passwords, key=len, reverse=True) if p]
    if not spellings:
        return [text]
    secret = f"(?:{'|'.join(spellings)})"
    return re.split(f"(?<=pass=){secret}|{_NOT_LEFT_OF_WORD}{secret}{_NOT_RIGHT_OF_WORD}", text)


def _any_spelling(password: str) -> str:
    """A pattern for a password as it is, percent-encoded in whole or in part, or in JSON."""
    return "".join(f"(?:{'|'.join(_spellings(character))})" for character in password)


def _spellings(character: str) -> list[str]:
    encoded = "".join(f"%{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
    spellings = [f"(?i:{encoded})", re.escape(character), re.escape(json.dumps(character)[1:-1])]
    return [r"\+", *spellings] if character == " " else spellings


def _quoted(text: str) -> str:
    if text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(map(_ansi_c, text)) + "'"


def _ansi_c(character: str) -> str:
    if character in "\\'":
        return f"\\{character}"
    if character.isprintable():
        return character
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))

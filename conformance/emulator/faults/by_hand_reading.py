"""Bugs of reading a request: encodings, repeated and odd parameters, forms, methods, values that look like others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from urllib.parse import unquote, unquote_to_bytes

from conformance.contract.request import FORM_TYPE, Request
from conformance.emulator.faults.asked import Asked
from conformance.emulator.faults.by_hand import bug, by_hand, read_as
from conformance.emulator.faults.generated_builds import with_settings
from conformance.emulator.faults.model import Fault
from conformance.emulator.respond import HTML, Response

LONGEST_URL = 2000
KNOWN_METHODS = frozenset({"GET", "POST"})


def _values(id: str, title: str, change: Callable[[bytes], bytes], **more: object) -> Fault:
    """Every value is read otherwise."""
    return read_as(f"reading/{id}", title, partial(_every_value, change), **more)


def _every_value(change: Callable[[bytes], bytes], asked: Asked) -> Asked:
    return asked.saying({name: change(value) for name, value in asked.request.parameters.values.items()})


def _text(id: str, title: str, change: Callable[[str], str]) -> Fault:
    """The encoded text is read otherwise."""

    def reread(asked: Asked) -> Asked:
        form = asked.request.form
        return asked.of(replace(asked.request, query=change(asked.request.query), form=form and change(form)))

    return read_as(f"reading/{id}", title, reread)


def _request(id: str, title: str, change: Callable[[Request], Request]) -> Fault:
    return read_as(f"reading/{id}", title, lambda asked: asked.of(change(asked.request)))


def _field(id: str, title: str, name: str, change: Callable[[str], str]) -> Fault:
    """One parameter, if it was sent, is read otherwise."""

    def reread(asked: Asked) -> Asked:
        sent = name in asked.request.parameters.values
        return asked.saying({name: change(asked.sent(name))}) if sent else asked

    return read_as(f"reading/{id}", title, reread)


def _pairs(text: str) -> Iterable[tuple[str, str]]:
    return [(name, value) for name, _, value in (pair.partition("=") for pair in text.split("&")) if name]


def _first_wins(text: str) -> str:
    first: dict[str, str] = {}
    for name, value in _pairs(text):
        first.setdefault(name, value)
    return "&".join(f"{name}={value}" for name, value in first.items())


def _joined(text: str) -> str:
    together: dict[str, list[str]] = {}
    for name, value in _pairs(text):
        together.setdefault(name, []).append(value)
    return "&".join(f"{name}={','.join(values)}" for name, values in together.items())


def _form_wins(request: Request) -> Request:
    if request.form is None or request.method != "POST" or request.content_type != FORM_TYPE:
        return request
    return replace(request, query=f"{request.query}&{request.form}", form=None)


def _json_read(request: Request) -> Request:
    if not request.sends_json:
        return request
    found = re.findall(r'"(\w+)":\s*"([^"]*)"', request.form or "")
    return replace(request, query="&".join(f"{name}={value}" for name, value in found), form=None)


def _first_of_each(text: str) -> str:
    return re.sub(r"(?:\[\d*\]|%5B%5D)=", "=", text)


def _arrays_dropped(text: str) -> str:
    return "&".join(f"{name}={value}" for name, value in _pairs(text) if "[" not in name)


def _only(method: str, status: int, asked: Asked) -> Response:
    """One method is refused before anything is done."""
    return Response(status, HTML, b"") if asked.request.method == method else asked.honestly()


def _idle(method: str, asked: Asked) -> Response:
    """One method is answered as ever, and nothing is done."""
    response = asked.honestly()
    return replace(response, changes=()) if asked.request.method == method else response


@bug("reading/url-too-long", f"A URL over {LONGEST_URL:,} characters is refused")
def _too_long(asked: Asked) -> Response:
    if len(asked.request.query) <= LONGEST_URL:
        return asked.honestly()
    return Response(414, HTML, b"<html><body><h1>Request-URI Too Long</h1></body></html>\n")


@bug("reading/unknown-parameter", "A parameter that no function knows is refused")
def _strict_names(asked: Asked) -> Response:
    """What no function knows is refused."""
    known = {name for function in asked.contract.functions.values() for name in function.by_name}
    known |= asked.contract.common.by_name.keys()
    odd = sorted(asked.request.parameters.values.keys() - known)
    return Response(200, HTML, f"ERROR: UNKNOWN PARAMETER {odd[0]}\n".encode()) if odd else asked.honestly()


def _blocked(mark: bytes, asked: Asked) -> Response:
    """A firewall stops what has this in it."""
    if mark not in unquote_to_bytes(asked.request.query):
        return asked.honestly()
    return Response(403, HTML, b"<html><body>Forbidden</body></html>\n")


def _source_first(asked: Asked) -> Asked:
    names = [name for name, _ in _pairs(asked.request.query)]
    at = names.index("source") if "source" in names else 0
    return asked.of(replace(asked.request, query="&".join(asked.request.query.split("&")[at:])))


@bug("reading/empty-is-sent", "An empty field is checked like any other")
def _empty_is_sent(asked: Asked) -> Response:
    """An empty field that has a list to keep to is refused."""
    sent = asked.request.parameters.values
    function = asked.contract.functions.get(asked.calls)
    lists = [p.name for p in function.optional if p.shipped.values and sent.get(p.name) == b""] if function else []
    response = asked.saying(dict.fromkeys(lists, "NONE")).honestly()
    return replace(response, body=response.body.replace(b"|NONE\n", b"|\n"))


def _function_as(change: Callable[[str], str]) -> Callable[[Asked], Asked]:
    def reread(asked: Asked) -> Asked:
        name = change(asked.sent("function"))
        return asked.saying({"function": name}) if name in asked.contract.functions else asked

    return reread


def _names_in_lower_case(text: str) -> str:
    return "&".join(f"{name if name == 'DB' else name.lower()}={value}" for name, value in _pairs(text))


@bug("reading/unknown-function-succeeds", "An unknown function is a success")
def _unknown_is_success(asked: Asked) -> Response:
    response = asked.honestly()
    said = f"SUCCESS: {asked.calls} - {asked.value('user')}\n".encode()
    return replace(response, body=response.body.replace(b"ERROR: NO FUNCTION SPECIFIED\n", said))


def _is_utf8(raw: bytes) -> bool:
    return raw.decode("utf-8", "replace").encode() == raw


def _characters(raw: bytes) -> bytes:
    """As many bytes as there are characters."""
    return re.sub(r"[^\x00-\x7f]", "e", raw.decode()).encode() if _is_utf8(raw) else raw


def _plus_for_zeros(raw: bytes) -> bytes:
    return b"00" + raw[1:] if raw.startswith(b"+") else raw


TRUE: Mapping[str, str] = {"1": "Y", "0": "N", "y": "Y", "n": "N", "YES": "Y", "NO": "N"}

FAULTS = (
    _values("decoded-twice", "Values are percent-decoded twice", unquote_to_bytes),
    _values("plus-is-space", "An encoded plus is a space", lambda raw: raw.replace(b"+", b" ")),
    _values("plus-is-00", "A plus in front is read as 00", _plus_for_zeros),
    _values("trimmed", "Spaces around values are dropped", bytes.strip),
    _values("cut-at-nul", "A value ends at a NUL", lambda raw: raw.partition(b"\0")[0]),
    _values("cut-at-line-feed", "A value ends at a line feed", lambda raw: raw.partition(b"\n")[0]),
    _values("cut-at-semicolon", "A value ends at a semicolon", lambda raw: raw.partition(b";")[0]),
    _values("cut-at-hash", "A value ends at a hash", lambda raw: raw.partition(b"#")[0]),
    _values("cut-at-quote", "A value ends at a double quote", lambda raw: raw.partition(b'"')[0]),
    _values("cut-at-255", "A value is cut to 255 bytes", lambda raw: raw[:255]),
    _values("star-is-percent", "A star is a wildcard for nothing", lambda raw: raw.replace(b"*", b"")),
    _values("invalid-utf8-empties", "A value that is no UTF-8 is empty", lambda raw: raw if _is_utf8(raw) else b""),
    _values("accents-lost", "An accented letter loses its accent", lambda raw: raw.replace("é".encode(), b"e")),
    _values("tags-stripped", "Markup is stripped", lambda raw: re.sub(rb"<[^>]*>", b"", raw)),
    _values("lower-case", "Values are read in lower case", bytes.lower),
    _values("upper-case", "Values are read in upper case", bytes.upper),
    _values(
        "characters-counted",
        "Lengths are counted in characters",
        _characters,
        config=partial(with_settings, non_latin=True),
    ),
    _text("raw-plus-kept", "A raw plus is a plus", lambda text: text.replace("+", "%2B")),
    _text("semicolon-separates", "A raw semicolon separates parameters", lambda text: text.replace(";", "&")),
    _text("decoded-first", "The URL is decoded before it is taken apart", unquote),
    _text(
        "broken-percent-dropped",
        "A broken percent-encoding is dropped",
        lambda t: re.sub(r"%(?![0-9A-Fa-f]{2})..", "", t),
    ),
    _text(
        "small-hex-unknown",
        "Percent-encodings with small letters are not decoded",
        lambda t: re.sub(r"%(?=\d?[a-f])", "%25", t),
    ),
    _text("first-wins", "The first of a repeated parameter counts", _first_wins),
    _text("repeated-joined", "The values of a repeated parameter are joined", _joined),
    _text("array-is-value", "name[] is read as name", _first_of_each),
    _text("array-ignored", "name[] is ignored", _arrays_dropped),
    _text("names-any-case", "Names of parameters are read in any letter case", _names_in_lower_case),
    _text(
        "first-20-parameters", "Parameters after the twentieth are ignored", lambda text: "&".join(text.split("&")[:20])
    ),
    _text("last-parameter-lost", "The last parameter is lost", lambda text: text.rpartition("&")[0] or text),
    _request("form-ignored", "A form is ignored", lambda r: r if r.sends_json else replace(r, form=None)),
    _request(
        "url-ignored",
        "With a form the URL is ignored",
        lambda r: replace(r, query="") if r.form and not r.sends_json else r,
    ),
    _request("form-wins", "A form wins over the URL", _form_wins),
    _request("json-read", "A JSON body is read", _json_read),
    _request(
        "put-ignored", "Parameters of PUT are ignored", lambda r: replace(r, query="") if r.method == "PUT" else r
    ),
    by_hand("reading/head-idle", "HEAD changes nothing", partial(_idle, "HEAD")),
    by_hand("reading/head-refused", "HEAD is refused", partial(_only, "HEAD", 405)),
    by_hand("reading/put-refused", "PUT is refused", partial(_only, "PUT", 405)),
    by_hand("reading/options-idle", "OPTIONS is answered with nothing", partial(_only, "OPTIONS", 204)),
    by_hand("reading/post-redirected", "A POST is sent elsewhere", partial(_only, "POST", 302)),
    _too_long,
    _strict_names,
    by_hand("reading/apostrophe-blocked", "A firewall stops an apostrophe", partial(_blocked, b"'")),
    by_hand("reading/markup-blocked", "A firewall stops markup", partial(_blocked, b"<")),
    read_as("reading/source-first", "What comes before the source in the URL is not read", _source_first),
    _empty_is_sent,
    _unknown_is_success,
    read_as("reading/function-any-case", "Functions are known in any letter case", _function_as(str.lower)),
    read_as(
        "reading/function-with-dash",
        "A dash in a function's name is an underscore",
        _function_as(lambda n: n.replace("-", "_")),
    ),
    read_as(
        "reading/function-first-of-list",
        "The first function of a list is called",
        _function_as(lambda n: n.partition(",")[0]),
    ),
    read_as(
        "reading/function-cut-at-percent",
        "A function's name ends at a percent sign",
        _function_as(lambda n: n.partition("%")[0]),
    ),
    read_as("reading/function-by-default", "Without a function a DID is added", _function_as(lambda n: n or "add_did")),
    _field("active-as-boolean", "active is read as true or false", "active", lambda value: TRUE.get(value, value)),
    _field("delete-any-value", "Any delete_did deletes", "delete_did", lambda value: "Y" if value else ""),
    _field("delete-small-letter", "delete_did=y deletes", "delete_did", str.upper),
    _field("delete-first-letter", "delete_did=YES deletes", "delete_did", lambda value: value[:1]),
    _field("delete-never-empty", "An empty delete_did deletes", "delete_did", lambda value: value or "Y"),
    _field("route-any-case", "did_route is read in upper case", "did_route", str.upper),
    _field(
        "numbers-bare", "did_pattern is read without punctuation", "did_pattern", lambda v: re.sub(r"[*#._:]", "", v)
    ),
    _field("description-cut", "A long description is cut, not refused", "did_description", lambda value: value[:50]),
    _field("extension-cut", "A long extension is cut, not refused", "extension", lambda value: value[:50]),
)

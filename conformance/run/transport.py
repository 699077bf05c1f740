"""HTTP as plain as it gets: the request goes out byte for byte, and one `Reply` or one `Failure` comes back.

The only module that imports httpx. Nothing that httpx or the socket raises leaves it: `_RULES` is the one place where
exceptions become a `Trouble` and a line for a person. No message holds a query, since that holds the password.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
import zlib
from asyncio import timeout as deadline
from collections.abc import Iterator
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin, urlsplit

import httpx

from conformance import __version__
from conformance.contract.request import Request
from conformance.errors import UsageError
from conformance.exchange import Failure, Reply, Trouble

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

USER_AGENT = f"vicidial-conformance/{__version__}"

MAX_BODY = 1_000_000
"""Bytes of a body, counted after unpacking; as many may come packed."""

Verify = bool | ssl.SSLContext | str | Path
"""Whom to trust: True the usual authorities, False anybody, a path the authorities in that PEM file."""

_IDLE = 2.0  # seconds; web servers drop an idle connection after 5, and a request must not meet that moment

_CONNECT_SHARE = 0.9  # of the timeout; the library leaks a socket when it is cancelled in the middle of a TLS handshake

_LIMITS = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=_IDLE)


class Transport:
    """A way to one URL, with `lanes` connections that share nothing.

    Each lane is an httpx transport of its own, for two reasons: a pool shared by 16 requests in flight handles half as
    many requests a second, and what is not an httpx client cannot follow redirects, keep cookies or log URLs.
    Proxies, `.netrc` and the like in the environment are ignored: what was asked for is what is tested.
    `app` answers in this process instead of a server; what it raises is raised.

    Attributes:
        url: where requests go, without a query.
        timeout: seconds from the start of a request to the last byte of its reply.
    """

    def __init__(self, url: str, lanes: int, timeout: float, verify: Verify = True, app: ASGIApp | None = None) -> None:
        try:
            self._url = httpx.URL(url)
        except httpx.InvalidURL:
            raise UsageError("the URL of the target is malformed: give one such as https://dialer.example") from None
        self.url = url
        self.timeout = timeout
        context = ssl_context(verify if self._url.scheme == "https" else False)
        self._lanes = tuple(_lane(context, app) for _ in range(lanes))
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for lane in self._lanes:
            await self._open.enter_async_context(lane)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def send(self, request: Request, lane: int) -> Reply | Failure:
        """Send one request over a lane, counted from 0, and read its reply. A lane carries one request at a time."""
        start = time.perf_counter()
        try:
            async with deadline(self.timeout):
                status, content_type, body = await self._exchange(request, self._lanes[lane])
        except _CAUGHT as error:
            trouble, message = _explain(error, self.timeout)
            return Failure(trouble, message, time.perf_counter() - start)
        return Reply(status, content_type, body.decode("utf-8", "replace"), time.perf_counter() - start)

    async def _exchange(self, request: Request, lane: httpx.AsyncBaseTransport) -> tuple[int, str, bytes]:
        response = await lane.handle_async_request(self._built(request))
        async with aclosing(response):
            _refuse_redirect(response, self.url)
            return response.status_code, response.headers.get("content-type", ""), await _body(response)

    def _built(self, request: Request) -> httpx.Request:
        """The target line is given as bytes: a query that is part of an httpx URL would be encoded anew."""
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip"}
        if request.form is not None:
            headers["Content-Type"] = request.content_type
        target = self._url.raw_path + (b"?" + request.query.encode("utf-8", "surrogatepass") if request.query else b"")
        content = None if request.form is None else request.form.encode("utf-8", "surrogatepass")
        extensions = {"target": target, "timeout": {"connect": self.timeout * _CONNECT_SHARE}}
        return httpx.Request(request.method, self._url, headers=headers, content=content, extensions=extensions)


def ssl_context(verify: Verify) -> ssl.SSLContext:
    """The TLS settings for `verify`. Raises UsageError for a file that holds no certificates."""
    if isinstance(verify, ssl.SSLContext):
        return verify
    if isinstance(verify, str | Path):
        return _trusting(Path(verify))
    context = httpx.create_ssl_context(verify=verify, trust_env=False)
    if verify:
        context.load_default_certs()  # the machine's own authorities, besides those that come with httpx
    return context


def _trusting(ca_file: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError:
        raise UsageError(f"{ca_file}: holds no certificates: give the authority's certificate as PEM") from None
    except OSError as error:
        raise UsageError(f"{ca_file}: cannot be read ({error.strerror}): give the authority's certificate") from None


def _lane(context: ssl.SSLContext, app: ASGIApp | None) -> httpx.AsyncBaseTransport:
    if app is not None:
        return _InProcess(app)
    return httpx.AsyncHTTPTransport(verify=context, trust_env=False, limits=_LIMITS)


class _InProcess(httpx.AsyncBaseTransport):
    """An application in this process that is given the query byte for byte, as a server would be."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        query = request.extensions["target"].partition(b"?")[2]

        async def exact(scope: Scope, receive: Receive, send: Send) -> None:
            await self._app({**scope, "query_string": query}, receive, send)

        return await httpx.ASGITransport(exact).handle_async_request(request)


class _Unacceptable(Exception):  # noqa: N818 - the reply is, not we
    """A reply that is HTTP, and that we do not take."""

    def __init__(self, trouble: Trouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


def _refuse_redirect(response: httpx.Response, url: str) -> None:
    location = response.headers.get("location")
    if location is None or not response.is_redirect:
        return
    raise _Unacceptable(Trouble.REDIRECT, f"redirected to {_shown(url, location)}: use that URL if it is right")


def _shown(url: str, location: str) -> str:
    """Where a redirect leads, without its query, its user and anything that a terminal would act on."""
    try:
        parts = urlsplit(urljoin(url, location))
    except ValueError:
        return "something that is not a URL"
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    return "".join(character for character in shown if character.isprintable())[:200]


async def _body(response: httpx.Response) -> bytes:
    """The unpacked body. httpx would unpack it whole before we could count, so that is done here."""
    unpacker = _unpacker(response.headers.get("content-encoding", "identity"))
    body = bytearray()
    packed = 0
    async for chunk in response.aiter_raw():
        packed += len(chunk)
        body += unpacker.feed(chunk, MAX_BODY + 1 - len(body))
        if max(packed, len(body)) > MAX_BODY:
            raise _Unacceptable(
                Trouble.TOO_LARGE, f"the reply is larger than {MAX_BODY:,} bytes: is this the URL of the API?"
            )
    unpacker.finish()
    return bytes(body)


class _Plain:
    """What is not packed."""

    def feed(self, chunk: bytes, room: int) -> bytes:
        """At most the first `room` bytes."""
        return chunk[:room]

    def finish(self) -> None:
        """Nothing to check."""


class _Gzip(_Plain):
    """One or more gzip members, never unpacked further than asked for."""

    def __init__(self) -> None:
        self._member: zlib._Decompress | None = None

    def feed(self, chunk: bytes, room: int) -> bytes:
        """The next bytes, at most `room`; when there are fewer, all of `chunk` is used up."""
        unpacked = b""
        while chunk and len(unpacked) < room:
            member = self._member = self._member or zlib.decompressobj(zlib.MAX_WBITS | 16)
            unpacked += member.decompress(chunk, room - len(unpacked))
            chunk = member.unused_data
            if member.eof:
                self._member = None
        return unpacked

    def finish(self) -> None:
        """Raises zlib.error when the end is missing."""
        if self._member is not None:
            raise zlib.error("cut short")


def _unpacker(encoding: str) -> _Plain:
    match encoding.strip().lower():
        case "identity" | "":
            return _Plain()
        case "gzip" | "x-gzip":
            return _Gzip()
        case _:
            raise _Unacceptable(Trouble.PROTOCOL, "the reply is packed in a way that was not asked for")


_UNKNOWN_OUTCOME = "whether the request was carried out is not known"

_Kind = type[BaseException] | tuple[type[BaseException], ...]

_RULES: tuple[tuple[_Kind, Trouble, str], ...] = (
    (
        ssl.SSLCertVerificationError,
        Trouble.TLS,
        "certificate not trusted: {reason}; use --ca-file with the authority that signed it, or --insecure",
    ),
    (
        ssl.SSLError,
        Trouble.TLS,
        "no TLS connection: {reason}; check the port, and whether the URL should begin with http://",
    ),
    (socket.gaierror, Trouble.CONNECT, "the host name is not known: check its spelling in the URL"),
    (ConnectionRefusedError, Trouble.CONNECT, "connection refused: check host and port, and that the web server runs"),
    (
        httpx.ConnectTimeout,
        Trouble.CONNECT,
        "no connection in time: check host and port, and the firewalls between, or raise --timeout",
    ),
    (
        (httpx.TimeoutException, TimeoutError),
        Trouble.TIMEOUT,
        f"no complete reply within {{timeout:g}} s: raise --timeout, or ask why the server is slow; {_UNKNOWN_OUTCOME}",
    ),
    (httpx.ConnectError, Trouble.CONNECT, "no connection: check host and port, and the firewalls between"),
    (httpx.ProxyError, Trouble.CONNECT, "no connection through a proxy: use the server's own URL"),
    (httpx.UnsupportedProtocol, Trouble.CONNECT, "the URL does not begin with http:// or https://: mend it"),
    (httpx.InvalidURL, Trouble.CONNECT, "the URL is malformed: mend it"),
    (UnicodeError, Trouble.CONNECT, "the host name is malformed: check its spelling in the URL"),
    (
        httpx.LocalProtocolError,
        Trouble.REFUSED_BY_US,
        "the request cannot be sent as HTTP ({gist}): percent-encode spaces, control characters and non-ASCII",
    ),
    (
        httpx.ProtocolError,
        Trouble.PROTOCOL,
        "no whole HTTP reply ({gist}): check the port, and whether the URL should begin with https://; "
        + _UNKNOWN_OUTCOME,
    ),
    (httpx.NetworkError, Trouble.PROTOCOL, f"the connection broke off ({{gist}}): {_UNKNOWN_OUTCOME}"),
    (httpx.DecodingError, Trouble.PROTOCOL, "the reply cannot be unpacked: ask what stands before the server"),
    (zlib.error, Trouble.PROTOCOL, "the reply is broken gzip: ask what stands before the server"),
    (httpx.TooManyRedirects, Trouble.REDIRECT, "redirected without end: use the URL that it should lead to"),
    (httpx.HTTPStatusError, Trouble.PROTOCOL, "the HTTP status was refused by httpx: please report this"),
    (httpx.CookieConflict, Trouble.PROTOCOL, "the reply's cookies contradict each other: ask who sets them"),
    (httpx.StreamError, Trouble.PROTOCOL, "the reply was read twice: please report this"),
    (httpx.HTTPError, Trouble.PROTOCOL, "unforeseen trouble ({gist}): please report this"),
    (OSError, Trouble.CONNECT, "the network failed ({gist}): " + _UNKNOWN_OUTCOME),
)

_WAITING = (ssl.SSLWantReadError, ssl.SSLWantWriteError)  # not trouble: so TLS asks for bytes

_CAUGHT = (
    _Unacceptable,
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpx.CookieConflict,
    zlib.error,
    OSError,
    UnicodeError,
)


def _explain(error: Exception, timeout: float) -> tuple[Trouble, str]:
    """What kind of trouble it is, and one line: the first rule that fits the error or anything that caused it."""
    if isinstance(error, _Unacceptable):
        return error.trouble, str(error)
    chain = tuple(_causes(error))
    for kind, trouble, message in _RULES:
        for cause in chain:
            if isinstance(cause, kind):
                return trouble, message.format(timeout=timeout, gist=_gist(error), reason=_reason(cause))
    raise AssertionError(f"no rule for {type(error).__name__}")  # pragma: no cover - _CAUGHT is what _RULES explain


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what caused it, and what caused that; all of them where several causes are grouped."""
    while error is not None:
        if not isinstance(error, _WAITING):
            yield error
        if isinstance(error, BaseExceptionGroup):
            for each in error.exceptions:
                yield from _causes(each)
        error = error.__cause__ or error.__context__


def _gist(error: BaseException) -> str:
    """The words at the start of an error's text: what follows a colon or a quote may be what was sent."""
    words = re.match(r"[A-Za-z][A-Za-z0-9 ,()-]*", str(error))
    return words[0].strip() if words else type(error).__name__


def _reason(error: BaseException) -> str:
    """What OpenSSL says of a failed handshake."""
    said = getattr(error, "verify_message", None) or getattr(error, "reason", None) or "handshake failed"
    return str(said).replace("_", " ").lower().rstrip(".")

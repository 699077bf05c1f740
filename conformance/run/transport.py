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

import httpx

from conformance import __version__
from conformance.contract.page import without_scripts
from conformance.contract.request import Request
from conformance.contract.wire import filled
from conformance.errors import UsageError
from conformance.exchange import Failure, Reply, Trouble
from conformance.run.accept import MAX_BODY, Unacceptable, refuse_redirect, too_large, unpacker
from conformance.run.wire import Peer, exchange

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

USER_AGENT = f"vicidial-conformance/{__version__}"

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
        self._peer = _peer(self._url, context) if app is None else None
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
                status, content_type, body = await self._exchange(request, lane)
        except _CAUGHT as error:
            trouble, message = _explain(error, self.timeout)
            return Failure(trouble, message, time.perf_counter() - start)
        text = without_scripts(body.decode("utf-8", "replace"))
        return Reply(status, content_type, text, time.perf_counter() - start)

    async def _exchange(self, request: Request, lane: int) -> tuple[int, str, bytes]:
        if request.wire is not None:
            return await self._byte_level(request, request.wire)
        response = await self._lanes[lane].handle_async_request(self._built(request))
        async with aclosing(response):
            refuse_redirect(response.status_code, response.headers.get("location"), self.url)
            return response.status_code, response.headers.get("content-type", ""), await _body(response)

    async def _byte_level(self, request: Request, message: str) -> tuple[int, str, bytes]:
        """The same over a connection of its own, which no lane shares: it may be in any state afterwards."""
        if self._peer is None:
            raise Unacceptable(Trouble.REFUSED_BY_US, "a byte-level message needs a server with a port: here is none")
        connect = self.timeout * _CONNECT_SHARE
        reply = await exchange(self._peer, filled(message, self.url), is_head=request.is_head, connect=connect)
        refuse_redirect(reply.status, reply.header("location"), self.url)
        unpacking = unpacker(reply.header("content-encoding") or "identity")
        body = unpacking.feed(reply.body, MAX_BODY + 1)
        if len(body) > MAX_BODY:
            raise too_large()
        unpacking.finish()
        return reply.status, reply.header("content-type") or "", body

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


def _peer(url: httpx.URL, context: ssl.SSLContext) -> Peer:
    secure = url.scheme == "https"
    return Peer(url.raw_host.decode("ascii"), url.port or (443 if secure else 80), context if secure else None)


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


async def _body(response: httpx.Response) -> bytes:
    """The unpacked body. httpx would unpack it whole before we could count, so that is done here."""
    unpacking = unpacker(response.headers.get("content-encoding", "identity"))
    body = bytearray()
    packed = 0
    async for chunk in response.aiter_raw():
        packed += len(chunk)
        body += unpacking.feed(chunk, MAX_BODY + 1 - len(body))
        if max(packed, len(body)) > MAX_BODY:
            raise too_large()
    unpacking.finish()
    return bytes(body)


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
    (OSError, Trouble.PROTOCOL, "the network failed ({gist}): " + _UNKNOWN_OUTCOME),
)

_WAITING = (ssl.SSLWantReadError, ssl.SSLWantWriteError)  # not trouble: so TLS asks for bytes

_CAUGHT = (
    Unacceptable,
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
    if isinstance(error, Unacceptable):
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

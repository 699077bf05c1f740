import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from conformance.contract.request import Request
from conformance.exchange import Failure, Reply, Trouble
from conformance.run.transport import Transport


def sent_to(app: Any, query: str = "") -> Reply | Failure:
    """Send one request to an application in this process."""

    async def run() -> Reply | Failure:
        async with Transport("http://emulator/api.php", 1, 5, app=app) as transport:
            return await transport.send(Request(query), 0)

    return asyncio.run(run())


async def echoing(scope: Any, receive: Any, send: Any) -> None:
    body = scope["method"].encode() + b" " + scope["query_string"]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize("query", ["a=%2b%ZZ'<\"+", ""])
def test_an_application_in_this_process_gets_the_query_byte_for_byte(query: str) -> None:
    result = sent_to(echoing, query)
    assert isinstance(result, Reply)
    assert (result.content_type, result.body) == ("text/plain", f"GET {query}")


def every_exception() -> Iterator[type[Exception]]:
    """All that httpx may raise: the roots of its hierarchy, and everything below."""
    found = [httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict]
    while found:
        kind = found.pop()
        yield kind
        found.extend(kind.__subclasses__())


def raised(kind: type[Exception]) -> Exception:
    request = httpx.Request("GET", "http://emulator/")
    if issubclass(kind, httpx.HTTPStatusError):
        return kind("text", request=request, response=httpx.Response(500))
    return kind() if issubclass(kind, httpx.StreamError) and kind is not httpx.StreamError else kind("text")


ABSTRACT = {httpx.HTTPError, httpx.RequestError, httpx.TransportError}


@pytest.mark.parametrize("kind", [kind for kind in every_exception() if kind not in ABSTRACT])
def test_every_exception_of_httpx_has_a_line_of_its_own(kind: type[Exception]) -> None:
    async def raising(scope: Any, receive: Any, send: Any) -> None:
        raise raised(kind)

    result = sent_to(raising)
    assert isinstance(result, Failure)
    assert "unforeseen" not in result.message


def test_every_public_exception_of_httpx_is_below_the_roots_that_are_walked() -> None:
    public = (value for value in vars(httpx).values() if isinstance(value, type) and issubclass(value, Exception))
    assert set(public) - set(every_exception()) == set()


def test_a_refusal_at_each_of_several_addresses_is_a_refusal() -> None:
    async def raising(scope: Any, receive: Any, send: Any) -> None:
        cause = ExceptionGroup("all attempts failed", [OSError("unreachable"), ConnectionRefusedError()])
        raise httpx.ConnectError("text") from cause

    result = sent_to(raising)
    assert isinstance(result, Failure)
    assert (result.trouble, result.message[:18]) == (Trouble.CONNECT, "connection refused")


def test_a_mistake_of_the_application_is_not_hidden() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sent_to(broken)

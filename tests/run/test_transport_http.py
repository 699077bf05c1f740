import asyncio
import contextlib
import gzip
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from conformance.contract.request import Request
from conformance.errors import UsageError
from conformance.exchange import Failure, Reply, Trouble
from conformance.run.accept import MAX_BODY
from conformance.run.transport import USER_AGENT, Transport

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

SECRET = "pass=hunter22"


@contextlib.asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[int]:
    """A server on a free port; when the block ends, whatever it still does is stopped."""
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await handler(reader, writer)
        writer.close()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await writer.wait_closed()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=1 << 20)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def head(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


def saying(answer: bytes) -> Handler:
    """A server that answers one request with these bytes and hangs up."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.write(answer)
        await writer.drain()

    return handler


def reply(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def sent_to(handler: Handler, request: Request | None = None, timeout: float = 5) -> Reply | Failure:
    async def run() -> Reply | Failure:
        async with serving(handler) as port, Transport(f"http://127.0.0.1:{port}/api.php", 1, timeout) as transport:
            return await transport.send(request or Request(SECRET), 0)

    return asyncio.run(run())


def received(request: Request) -> bytes:
    """What a server reads from its socket."""
    seen = bytearray()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.extend(await head(reader))
        for line in bytes(seen).split(b"\r\n"):
            name, _, value = line.partition(b": ")
            if name.lower() == b"content-length":
                seen.extend(await reader.readexactly(int(value)))
        writer.write(reply(b"fine"))
        await writer.drain()

    assert isinstance(sent_to(handler, request), Reply)
    return bytes(seen)


def failure(handler: Handler, timeout: float = 5) -> Failure:
    result = sent_to(handler, timeout=timeout)
    assert isinstance(result, Failure)
    assert "hunter22" not in result.message
    assert "\n" not in result.message
    return result


@pytest.mark.parametrize(
    "query",
    [
        "did_pattern=%2b999",
        "did_pattern=%2B999",
        "did_pattern=+999",
        "a=%ZZ&b=%&c=%4",
        "a=it's",
        "a=%00%0a%0D",
        'a=<b>"quoted"</b>',
        "a=`~!@$^*(){}[]|\\;:,./?'",
        "a=1&a=2&&=&a[]=3",
        "a=%252B%c3%A9",
        "a=#b",
        "a=" + "x" * 100_000,
        "?",
    ],
    ids=lambda query: query[:30],
)
def test_the_query_goes_out_byte_for_byte(query: str) -> None:
    assert received(Request(query)).split(b"\r\n")[0] == f"GET /api.php?{query} HTTP/1.1".encode()


def test_an_empty_query_leaves_no_question_mark() -> None:
    assert received(Request("")).split(b"\r\n")[0] == b"GET /api.php HTTP/1.1"


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PUT", "OPTIONS", "DELETE"])
def test_the_method_is_the_request_s_own(method: str) -> None:
    assert received(Request("a=1", method=method)).startswith(f"{method} /api.php?a=1 ".encode())


def test_a_form_goes_out_byte_for_byte_with_its_content_type() -> None:
    seen = received(Request("a=1", "b=%2b+%ZZ'é", "POST"))
    assert seen.endswith("\r\n\r\nb=%2b+%ZZ'é".encode())
    assert b"Content-Type: application/x-www-form-urlencoded\r\n" in seen


def test_json_is_announced_as_json() -> None:
    assert b"Content-Type: application/json\r\n" in received(Request("", "{}", "POST", "application/json"))


def test_the_server_is_told_who_asks() -> None:
    assert f"User-Agent: {USER_AGENT}\r\n".encode() in received(Request("a=1"))


def test_a_reply_has_status_content_type_and_body() -> None:
    result = sent_to(saying(reply(b"SUCCESS: \xc3\xa9", "Content-Type: text/html; charset=utf-8", status="500 Oops")))
    assert isinstance(result, Reply)
    assert (result.status, result.content_type, result.body) == (500, "text/html; charset=utf-8", "SUCCESS: é")


def test_bytes_that_are_not_utf_8_become_replacement_characters() -> None:
    result = sent_to(saying(reply(b"a\xffb")))
    assert isinstance(result, Reply)
    assert result.body == "a\ufffdb"


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified", "300 Multiple Choices"])
def test_a_status_without_a_body_or_location_is_a_reply(status: str) -> None:
    result = sent_to(saying(f"HTTP/1.1 {status}\r\n\r\n".encode()))
    assert isinstance(result, Reply)
    assert (result.status, result.body) == (int(status[:3]), "")


@pytest.mark.parametrize("members", [1, 2])
def test_gzip_is_unpacked(members: int) -> None:
    packed = gzip.compress(b"SUCCESS\n") * members
    result = sent_to(saying(reply(packed, "Content-Encoding: gzip")))
    assert isinstance(result, Reply)
    assert result.body == "SUCCESS\n" * members


def test_the_reply_to_head_may_announce_gzip_and_send_nothing() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 40\r\n\r\n"
    result = sent_to(saying(answer), Request("a=1", method="HEAD"))
    assert isinstance(result, Reply)
    assert result.body == ""


def test_a_body_of_exactly_the_limit_is_taken() -> None:
    result = sent_to(saying(reply(b"x" * MAX_BODY)))
    assert isinstance(result, Reply)
    assert len(result.body) == MAX_BODY


@pytest.mark.parametrize(
    ("answer", "trouble", "message"),
    [
        (reply(b"x" * (MAX_BODY + 1)), Trouble.TOO_LARGE, "the reply is larger than 1,000,000 bytes"),
        (reply(gzip.compress(b"x" * (MAX_BODY + 1)), "Content-Encoding: gzip"), Trouble.TOO_LARGE, "larger than"),
        (reply(gzip.compress(b"text")[:-3], "Content-Encoding: gzip"), Trouble.PROTOCOL, "broken gzip"),
        (reply(b"not gzip", "Content-Encoding: gzip"), Trouble.PROTOCOL, "broken gzip"),
        (reply(b"text", "Content-Encoding: br"), Trouble.PROTOCOL, "was not asked for"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", Trouble.PROTOCOL, "received 3 bytes, expected 100"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", Trouble.PROTOCOL, "no whole HTTP reply"),
        (b"", Trouble.PROTOCOL, "no whole HTTP reply (Server disconnected without sending a response)"),
        (b"SSH-2.0-OpenSSH_9.6 pass=hunter22\r\n\r\n", Trouble.PROTOCOL, "no whole HTTP reply (illegal status line)"),
        (b"HTTP/1.1 200 OK\r\npass=hunter22\r\n\r\n", Trouble.PROTOCOL, "no whole HTTP reply"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000, Trouble.PROTOCOL, "no whole HTTP reply"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_reply_that_cannot_be_taken_says_why(answer: bytes, trouble: Trouble, message: str) -> None:
    result = failure(saying(answer))
    assert result.trouble is trouble
    assert message in result.message


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://dialer.example/api.php?pass=hunter22#x", "https://dialer.example/api.php"),
        ("https://6666:hunter22@dialer.example/", "https://dialer.example/"),
        ("/login", "http://127.0.0.1:"),
        ("http://[broken", "something that is not a URL"),
    ],
)
def test_a_redirect_is_not_followed_but_shown_without_secrets(location: str, shown: str) -> None:
    result = failure(saying(reply(b"", f"Location: {location}", status="302 Found")))
    assert result.trouble is Trouble.REDIRECT
    assert result.message.startswith(f"redirected to {shown}")
    assert result.message.endswith(": use that URL if it is right")


def test_a_server_that_drips_does_not_hold_us() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    result = failure(drip, timeout=0.3)
    assert result.trouble is Trouble.TIMEOUT
    assert result.message.startswith("no complete reply within 0.3 s: raise --timeout")
    assert 0.3 <= result.elapsed < 1


def test_a_server_that_never_answers_does_not_hold_us() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    assert failure(silent, timeout=0.2).trouble is Trouble.TIMEOUT


def test_a_connection_that_is_reset_says_that_the_outcome_is_not_known() -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.transport.abort()  # with unread bytes or without, the peer sees the end at once

    result = failure(reset)
    assert result.trouble is Trouble.PROTOCOL
    assert result.message.endswith("whether the request was carried out is not known")


def test_a_hundred_megabytes_are_not_read() -> None:
    written = 0

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(1600):
            writer.write(b"x" * 65_536)
            written += 65_536
            await writer.drain()

    assert failure(flood).trouble is Trouble.TOO_LARGE
    assert written < 20_000_000  # what the sockets' buffers take


def test_a_gzip_bomb_does_not_fill_memory() -> None:
    bomb = gzip.compress(gzip.compress(b"\0" * 100_000_000, 9) + b"\0" * 100_000_000)
    tracemalloc.start()
    try:
        result = failure(saying(reply(bomb, "Content-Encoding: gzip")))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert result.trouble is Trouble.TOO_LARGE
    assert peak < 10_000_000


@pytest.mark.parametrize("query", ["a=b c", "a=\n", "a=é", "a=\0", "a=\ud800"])
def test_what_cannot_be_sent_as_it_is_is_not_sent(query: str) -> None:
    result = sent_to(saying(reply(b"")), Request(query))
    assert isinstance(result, Failure)
    assert result.trouble is Trouble.REFUSED_BY_US
    assert "percent-encode" in result.message


def sent_alone(url: str) -> Reply | Failure:
    async def run() -> Reply | Failure:
        async with Transport(url, 1, 5) as transport:
            return await transport.send(Request(SECRET), 0)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://127.0.0.1:1/", "connection refused: check host and port"),
        ("http://no-such-host.invalid/", "the host name is not known"),
        ("ftp://127.0.0.1/", "does not begin with http"),
    ],
)
def test_a_server_that_is_not_there_is_a_failure_to_connect(url: str, message: str) -> None:
    result = sent_alone(url)
    assert isinstance(result, Failure)
    assert result.trouble is Trouble.CONNECT
    assert message in result.message


def test_a_malformed_url_is_the_user_s_mistake() -> None:
    with pytest.raises(UsageError, match="malformed"):
        Transport("http://a:b:c/", 1, 5)


def connections(lanes: int, requests: int, cookie: str = "") -> tuple[int, list[bytes]]:
    """Send requests round the lanes, all answered on connections kept alive: how many there were, and the requests."""
    opened, heads = 0, list[bytes]()

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        while True:
            heads.append(await head(reader))
            writer.write(reply(b"fine", *([f"Set-Cookie: {cookie}"] if cookie else [])))
            await writer.drain()

    async def run() -> None:
        async with serving(keep) as port, Transport(f"http://127.0.0.1:{port}/", lanes, 5) as transport:
            for number in range(requests):
                assert isinstance(await transport.send(Request("a=1"), number % lanes), Reply)

    asyncio.run(run())
    return opened, heads


@pytest.mark.parametrize("lanes", [1, 3])
def test_each_lane_keeps_one_connection(lanes: int) -> None:
    assert connections(lanes, 9)[0] == lanes


def test_cookies_are_not_kept() -> None:
    assert not any(b"cookie" in each.lower() for each in connections(1, 2, "session=1")[1])


def test_a_lane_works_again_after_a_failure() -> None:
    answers = iter([b"", reply(b"fine")])

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await saying(next(answers))(reader, writer)

    async def run() -> tuple[Reply | Failure, Reply | Failure]:
        async with serving(handler) as port, Transport(f"http://127.0.0.1:{port}/", 1, 5) as transport:
            return await transport.send(Request(""), 0), await transport.send(Request(""), 0)

    first, second = asyncio.run(run())
    assert isinstance(first, Failure)
    assert isinstance(second, Reply)


def test_proxies_in_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert isinstance(sent_to(saying(reply(b"fine"))), Reply)


def test_a_cancelled_request_is_not_taken_for_a_failure() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async def run() -> None:
        async with serving(silent) as port, Transport(f"http://127.0.0.1:{port}/", 1, 5) as transport:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(transport.send(Request(""), 0), 0.1)

    asyncio.run(run())

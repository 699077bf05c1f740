"""Byte-level messages: what leaves, what comes back, and that nothing is left open."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import time
from pathlib import Path

import pytest
import trustme

from conformance.contract.request import Request
from conformance.exchange import Failure, Reply, Trouble
from conformance.run import wire
from conformance.run.accept import MAX_BODY
from conformance.run.transport import Transport, Verify
from tests.support.listening import Handler, listening

GET = "GET <path>?function=version HTTP/1.1\r\nHost: <host>\r\n\r\n"
FINE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nfine\n"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PATIENCE", 0.3)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").is_dir() else 0


def sent_to(
    handler: Handler,
    *messages: str,
    timeout: float = 5,
    tls: ssl.SSLContext | None = None,
    verify: Verify = True,
) -> Reply | Failure:
    """The last reply to messages sent one after the other; whatever was opened for them is closed by then."""

    async def run() -> Reply | Failure:
        scheme = "http" if tls is None and verify is True else "https"
        async with (
            listening(handler, tls) as port,
            Transport(f"{scheme}://127.0.0.1:{port}/api.php", 1, timeout, verify) as transport,
        ):
            before = open_files(), len(asyncio.all_tasks())
            for message in messages or (GET,):
                result = await transport.send(Request(wire=message), 0)
            for _ in range(50):  # the server has to notice
                if (after := (open_files(), len(asyncio.all_tasks()))) <= before:
                    break
                await asyncio.sleep(0.01)
            assert after <= before
            return result

    return asyncio.run(run())


def saying(answer: bytes, *, hang_up: bool = True) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        if not hang_up:
            await reader.read()

    return handler


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(1 << 16):
        pass


def reply(*answer: bytes, message: str = GET, hang_up: bool = True) -> Reply:
    result = sent_to(saying(b"".join(answer), hang_up=hang_up), message)
    assert isinstance(result, Reply), result
    return result


def failure(handler: Handler, **how: float) -> Failure:
    result = sent_to(handler, GET, **how)  # type: ignore[arg-type]
    assert isinstance(result, Failure)
    return result


def test_the_bytes_arrive_as_they_are() -> None:
    seen = bytearray()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.extend(await reader.readuntil(b"END"))
        seen.extend(str(writer.get_extra_info("sockname")[1]).encode())
        writer.write(FINE)

    sent_to(handler, "G\xc9T <path>?a=\x00 \xff%G1\r\nHost: <host>\n\rEND")
    port = seen.rpartition(b"END")[2]
    assert seen == b"G\xc9T /api.php?a=\x00 \xff%G1\r\nHost: 127.0.0.1:" + port + b"\n\rEND" + port


@pytest.mark.parametrize(
    "answer",
    [
        FINE,
        b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\nfine\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfine\n\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + FINE,
        FINE + b"HTTP/1.1 400 Bad Request\r\n\r\n",
        FINE.replace(b"\r\n", b"\n"),
    ],
    ids=["with a length", "until the end", "in chunks", "after 100", "before another", "with bare line feeds"],
)
def test_a_reply_is_read_however_it_ends(answer: bytes) -> None:
    found = reply(answer)
    assert (found.status, found.content_type, found.body) == (200, "text/html", "fine\n")


@pytest.mark.parametrize("status", [b"204 No Content", b"400 Bad Request\r\nContent-Length: 0"])
def test_a_reply_that_is_whole_is_not_waited_for(status: bytes) -> None:
    assert reply(b"HTTP/1.1 ", status, b"\r\n\r\n", hang_up=False).body == ""


def test_the_reply_to_head_has_no_body() -> None:
    found = reply(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", message=GET.replace("GET", "HEAD"), hang_up=False)
    assert (found.status, found.body) == (200, "")


def test_a_body_that_comes_packed_is_unpacked() -> None:
    packed = gzip.compress(b"fine\n")
    assert reply(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", packed).body == "fine\n"


def test_a_server_may_refuse_before_it_has_read_everything() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 414 URI Too Long\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.2)

    result = sent_to(handler, f"GET /{'x' * 5_000_000} HTTP/1.1\r\n\r\n")
    assert isinstance(result, Reply)
    assert result.status == 414


@pytest.mark.parametrize(
    ("answer", "trouble", "said"),
    [
        (b"", Trouble.PROTOCOL, "without a whole HTTP reply"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", Trouble.PROTOCOL, "without a whole HTTP reply"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfine", Trouble.PROTOCOL, "without a whole HTTP reply"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz", Trouble.PROTOCOL, "without a whole HTTP reply"),
        (b"VERSION: 2.14", Trouble.PROTOCOL, "does not begin as an HTTP reply does"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (MAX_BODY + 1), Trouble.TOO_LARGE, "larger than 1,000,000 bytes"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2 * MAX_BODY, Trouble.TOO_LARGE, "larger than 1,000,000 bytes"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nx", Trouble.PROTOCOL, "was not asked for"),
        (b"HTTP/1.1 302 Found\r\nLocation: https://u:p@x/y?z\r\n\r\n", Trouble.REDIRECT, "redirected to https://x/y:"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_reply_says_why(answer: bytes, trouble: Trouble, said: str) -> None:
    result = failure(saying(answer))
    assert result.trouble is trouble
    assert said in result.message


def test_a_reset_connection_is_no_reply() -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.transport.abort()

    assert failure(reset).trouble is Trouble.PROTOCOL


def test_a_message_that_is_never_answered_takes_little_time() -> None:
    start = time.perf_counter()
    result = sent_to(silent, "POST <path> HTTP/1.1\r\nContent-Length: 1000\r\n\r\nfunction=version", timeout=30)
    assert isinstance(result, Failure)
    assert result.trouble is Trouble.TIMEOUT
    assert time.perf_counter() - start < 2


def test_a_server_that_drips_does_not_hold_us() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            writer.write(b"HTTP/1.1 200 OK\r\nX: ")
            await writer.drain()
            await asyncio.sleep(0.02)

    result = failure(drip, timeout=0.5)
    assert result.trouble is Trouble.TIMEOUT
    assert result.elapsed < 1.5


def test_many_messages_leave_nothing_open() -> None:
    assert isinstance(sent_to(silent, *[GET] * 5), Failure)
    assert isinstance(sent_to(saying(FINE), *[GET] * 50), Reply)


def test_a_server_that_is_not_there_is_a_failure_to_connect() -> None:
    async def run() -> Reply | Failure:
        async with Transport("http://127.0.0.1:1/", 1, 5) as transport:
            return await transport.send(Request(wire=GET), 0)

    result = asyncio.run(run())
    assert isinstance(result, Failure)
    assert (result.trouble, result.message[:18]) == (Trouble.CONNECT, "connection refused")


def test_an_application_in_this_process_takes_no_bytes() -> None:
    async def app(scope: object, receive: object, send: object) -> None:
        raise AssertionError("asked")

    async def run() -> Reply | Failure:
        async with Transport("http://x/", 1, 5, app=app) as transport:
            return await transport.send(Request(wire=GET), 0)

    result = asyncio.run(run())
    assert isinstance(result, Failure)
    assert result.trouble is Trouble.REFUSED_BY_US
    assert "needs a server with a port" in result.message


def test_a_lane_is_as_it_was_before() -> None:
    opened = 0

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(FINE)

    async def run() -> None:
        async with listening(keep) as port, Transport(f"http://127.0.0.1:{port}/", 1, 5) as transport:
            for request in (Request("a=1"), Request(wire=GET), Request("a=2"), Request(wire=GET)):
                assert isinstance(await transport.send(request, 0), Reply)

    asyncio.run(run())
    assert opened == 3  # the lane's, and one for each message


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def test_messages_go_over_tls_where_everything_does(
    authority: trustme.CA, secure: ssl.SSLContext, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    assert isinstance(sent_to(saying(FINE), tls=secure, verify=tmp_path / "ca.pem"), Reply)
    assert isinstance(sent_to(saying(FINE), tls=secure, verify=False), Reply)


def test_a_certificate_that_is_not_trusted_is_refused(secure: ssl.SSLContext) -> None:
    result = sent_to(saying(FINE), tls=secure)
    assert isinstance(result, Failure)
    assert result.trouble is Trouble.TLS


def test_a_server_that_is_silent_before_the_handshake_cannot_be_reached() -> None:
    result = sent_to(silent, verify=False, timeout=0.5)
    assert isinstance(result, Failure)
    assert result.trouble is Trouble.CONNECT

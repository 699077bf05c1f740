import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import trustme

from conformance.contract.request import Request
from conformance.errors import UsageError
from conformance.exchange import Failure, Reply, Trouble
from conformance.run.transport import Transport, Verify

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(path)
    return path


def server_context(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(FINE)
    await writer.drain()


async def answer_anything(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As a web server does with what is not HTTP."""
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


@contextlib.asynccontextmanager
async def serving(handler: Handler, context: ssl.SSLContext | None) -> AsyncIterator[int]:
    """A server on a free port. Its connections end with the client's, and are waited for."""
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await handler(reader, writer)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await asyncio.sleep(0.02)  # a refused handshake has no task: it ends by itself
        if tasks:
            _, left = await asyncio.wait(tasks, timeout=2)
            for task in left:  # a connection given up in the middle of its handshake may never be closed
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        server.close()
        await server.wait_closed()


def sent(
    context: ssl.SSLContext | None, verify: Verify, scheme: str = "https", handler: Handler = answer, timeout: float = 5
) -> Reply | Failure:
    """Send one request to a server with this context, or without TLS."""

    async def run() -> Reply | Failure:
        async with (
            serving(handler, context) as port,
            Transport(f"{scheme}://127.0.0.1:{port}/", 1, timeout, verify) as transport,
        ):
            return await transport.send(Request("pass=hunter22"), 0)

    return asyncio.run(run())


def refused(context: ssl.SSLContext | None, verify: Verify, handler: Handler = answer) -> str:
    result = sent(context, verify, handler=handler)
    assert isinstance(result, Failure)
    assert result.trouble is Trouble.TLS
    assert "hunter22" not in result.message
    return result.message


def test_a_certificate_of_the_given_authority_is_trusted(authority: trustme.CA, ca_file: Path) -> None:
    assert isinstance(sent(server_context(authority, "127.0.0.1"), ca_file), Reply)


def test_the_authority_may_be_given_as_text(authority: trustme.CA, ca_file: Path) -> None:
    assert isinstance(sent(server_context(authority, "127.0.0.1"), str(ca_file)), Reply)


def test_a_context_of_the_caller_is_used(authority: trustme.CA) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    assert isinstance(sent(server_context(authority, "127.0.0.1"), context), Reply)


def test_a_certificate_of_an_unknown_authority_says_what_to_do(authority: trustme.CA) -> None:
    message = refused(server_context(authority, "127.0.0.1"), True)
    assert message.startswith("certificate not trusted: ")
    assert message.endswith("use --ca-file with the authority that signed it, or --insecure")


def test_a_certificate_for_another_host_is_not_trusted(authority: trustme.CA, ca_file: Path) -> None:
    assert "not valid for" in refused(server_context(authority, "dialer.example"), ca_file)


def test_a_self_signed_certificate_is_not_trusted(tmp_path: Path) -> None:
    lonely = trustme.CA()
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    lonely.cert_pem.write_to_path(chain)
    lonely.private_key_pem.write_to_path(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    assert "certificate not trusted: " in refused(context, True)


def test_insecure_takes_any_certificate(authority: trustme.CA) -> None:
    assert isinstance(sent(server_context(authority, "dialer.example"), False), Reply)


def test_tls_on_a_plain_port_suggests_http() -> None:
    message = refused(None, True, answer_anything)
    assert message.startswith("no TLS connection: ")
    assert "begin with http://" in message


def test_a_server_that_is_silent_after_the_handshake_is_slow(authority: trustme.CA) -> None:
    result = sent(server_context(authority, "127.0.0.1"), False, handler=stay_silent, timeout=1)
    assert isinstance(result, Failure)
    assert result.trouble is Trouble.TIMEOUT


def test_a_server_that_is_silent_before_the_handshake_cannot_be_reached() -> None:
    result = sent(None, False, handler=stay_silent, timeout=1)
    assert isinstance(result, Failure)
    assert result.trouble is Trouble.CONNECT
    assert "no connection in time" in result.message


def test_plain_http_on_a_tls_port_suggests_https(authority: trustme.CA) -> None:
    result = sent(server_context(authority, "127.0.0.1"), True, scheme="http")
    assert isinstance(result, Failure)
    assert result.trouble is Trouble.PROTOCOL
    assert "begin with https://" in result.message


@pytest.mark.parametrize(
    ("content", "said"), [("not a certificate", "holds no certificates"), (None, "cannot be read")]
)
def test_an_authority_that_cannot_be_read_is_the_user_s_mistake(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UsageError, match=said):
        Transport("https://dialer.example/", 1, 5, path)

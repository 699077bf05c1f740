"""The emulator on a port: start, requests over a socket, stop."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn

from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.app import PATH, create_app
from conformance.emulator.config import Config
from conformance.emulator.respond import Response
from conformance.emulator.server import running, serve
from conformance.errors import HarnessError, UsageError
from tests.support.rows import dids_after

CALL = "source=test&user=6666&pass=1234&function=add_did&did_pattern="
PROGRAM = """
from conformance.emulator.config import Config
from conformance.emulator.server import serve

serve(Config(), "127.0.0.1", 0, lambda url: print(url, flush=True))
"""


def test_a_running_emulator_answers_over_http() -> None:
    with running(Config()) as url:
        assert httpx.get(f"{url}?{CALL}999").text == "SUCCESS: add_did DID HAS BEEN ADDED - 6666|999\n"


def test_its_url_is_that_of_the_api() -> None:
    with running(Config()) as url:
        assert urlsplit(url).path == "/vicidial/non_agent_api.php"


def test_a_stopped_emulator_answers_no_more() -> None:
    with running(Config()) as url:
        pass
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_two_emulators_run_side_by_side_with_dids_of_their_own() -> None:
    with running(Config()) as one, running(Config()) as other:
        answers = [httpx.get(f"{url}?{CALL}999").text for url in (one, other)]
    assert answers == ["SUCCESS: add_did DID HAS BEEN ADDED - 6666|999\n"] * 2


def test_replies_on_a_kept_connection_do_not_wait_for_acknowledgements() -> None:
    with running(Config()) as url, httpx.Client() as client:
        took = sorted(client.get(f"{url}?function=version").elapsed.total_seconds() for _ in range(11))
    assert took[5] < 0.03


def test_requests_at_the_same_time_add_each_did_once() -> None:
    app = create_app(Config())
    patterns = [f"99900{n % 20:02d}" for n in range(60)]
    with closing(app.state.store) as store, running(Config(), app=app) as url, httpx.Client() as client:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda pattern: client.get(f"{url}?{CALL}{pattern}"), patterns))
        assert sorted(row["did_id"] for row in dids_after(store)) == list(range(2, 25))


@pytest.mark.parametrize("method", ["HEAD", "PUT", "OPTIONS"])
def test_any_method_carries_out_the_request(method: str) -> None:
    with running(Config()) as url:
        httpx.request(method, f"{url}?{CALL}999")
        assert httpx.get(f"{url}?{CALL}999").text == "ERROR: add_did DID ALREADY EXISTS: |6666|999\n"


def test_a_behaviour_takes_the_place_of_the_honest_answers() -> None:
    def teapot(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        return Response(418, {"content-type": "text/plain"}, b"short and stout")

    app = create_app(Config(), behaviour=teapot)
    with closing(app.state.store), running(Config(), app=app) as url:
        assert httpx.get(url).status_code == 418


def test_an_ipv6_address_stands_in_brackets() -> None:
    try:
        with running(Config(), host="::1") as url:
            assert url.startswith("http://[::1]:")
    except UsageError as error:
        pytest.skip(f"no IPv6 here: {error}")


def start_beside(port: int) -> None:
    with running(Config(), port=port):
        pass


def serve_on(port: int) -> None:
    serve(Config(), "127.0.0.1", port, print)


@pytest.mark.parametrize("start", [start_beside, serve_on])
def test_a_port_in_use_is_the_users_mistake_in_one_line(start: Callable[[int], None]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError) as raised:
            start(port)
    assert str(raised.value) == f"cannot listen on 127.0.0.1 port {port}: Address already in use"


def test_a_port_that_cannot_be_is_the_users_mistake() -> None:
    with pytest.raises(UsageError, match=r"cannot listen on 127\.0\.0\.1 port 70000: ports end at 65535"):
        serve_on(70000)


def test_a_host_that_cannot_be_is_the_users_mistake() -> None:
    with pytest.raises(UsageError, match=r"cannot listen on 192\.0\.2\.1 port 0: Cannot assign requested address"):
        running(Config(), host="192.0.2.1").__enter__()


def test_a_server_that_ends_before_it_listens_is_our_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: None)
    with pytest.raises(HarnessError, match="did not start"):
        start_beside(0)


def test_a_port_is_free_again_once_the_server_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    announced: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(uvicorn.Server, "run", lambda self, sockets: None)
        serve(Config(), "127.0.0.1", 0, announced.append)
    port = urlsplit(announced[0]).port
    assert port is not None
    with running(Config(), port=port) as url:
        assert url == announced[0]


def test_the_serving_program_announces_its_url_and_ends_when_interrupted() -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as program:  # noqa: S603
        assert program.stdout is not None
        url = program.stdout.readline().strip()
        answer = httpx.get(f"{url}?function=version").text
        program.send_signal(signal.SIGINT)
        assert (url.endswith(PATH), answer[:8], program.wait(10)) == (True, "VERSION:", 0)

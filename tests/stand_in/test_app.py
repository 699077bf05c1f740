"""The emulator that clients are tried on: it is watched, slow, wrong in one way, and back at its start on demand."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from conformance.cases.expand import Login
from conformance.cases.model import Role
from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.config import Config
from conformance.emulator.faults.model import Fault, FaultKind
from conformance.emulator.respond import Behaviour, Response, honest
from conformance.emulator.server import running
from conformance.errors import UsageError
from conformance.stand_in.app import StandIn, fault_named
from conformance.stand_in.latency import Latency
from conformance.stand_in.seen import SeenRequest
from tests.support.rows import dids_after

CALL = "source=test&user=6666&pass={}&function=add_did&did_pattern="
RIGHT, WRONG = CALL.format(1234), CALL.format("wrong")
ADDED = "SUCCESS: add_did DID HAS BEEN ADDED - 6666|999\n"


class Client:
    """Asks a stand-in over HTTP, as if from an address."""

    def __init__(self, app: StandIn, address: str = "127.0.0.1") -> None:
        self.transport = httpx.ASGITransport(app, client=(address, 4711))

    def ask(self, path: str, method: str = "GET") -> httpx.Response:
        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(transport=self.transport, base_url="http://emulator") as client:
                return await client.request(method, path)

        return asyncio.run(asked())

    def call(self, query: str) -> str:
        return self.ask(f"/vicidial/non_agent_api.php?{query}").text

    def reset(self) -> httpx.Response:
        return self.ask("/emulator/reset", "POST")


@pytest.fixture
def app() -> Iterator[StandIn]:
    with closing(StandIn(Config())) as made:
        yield made


def test_a_reset_puts_dids_and_their_ids_back(app: StandIn) -> None:
    client, before = Client(app), dids_after(app.store)
    client.call(f"{RIGHT}999")
    told = client.reset()
    assert (told.status_code, told.text, dids_after(app.store)) == (
        200,
        "The emulator is as it was at its start.\n",
        before,
    )
    client.call(f"{RIGHT}999")
    assert dids_after(app.store)[-1]["did_id"] == 5


def test_a_reset_forgets_failed_logins(app: StandIn) -> None:
    client = Client(app)
    for _ in range(10):
        client.call(f"{WRONG}999")
    assert "Too many login attempts" in client.call(f"{RIGHT}999")
    client.reset()
    assert client.call(f"{RIGHT}999") == ADDED


def only_once() -> Behaviour:
    """A behaviour that answers its first request, and no other."""
    asked = []

    def answer(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        asked.append(request)
        honestly = honest(contract, state, request, config, now)
        return honestly if len(asked) == 1 else Response(503, {}, b"")

    return answer


def test_a_reset_empties_the_memory_of_a_fault() -> None:
    with closing(StandIn(Config(), Fault("once", "Answers once", FaultKind.BY_HAND, make=only_once))) as app:
        client = Client(app)
        assert [client.call(f"{RIGHT}999"), client.call(f"{RIGHT}999")] == [ADDED, ""]
        client.reset()
        assert [client.call(f"{RIGHT}999"), client.call(f"{RIGHT}999")] == [ADDED, ""]


def test_a_reset_gives_a_state_file_what_it_held_at_the_start(tmp_path: Path) -> None:
    config = Config(state=tmp_path / "dids.sqlite")
    with closing(StandIn(config)) as app:
        Client(app).call(f"{RIGHT}998")
    with closing(StandIn(config)) as app:
        Client(app).call(f"{RIGHT}999")
        Client(app).reset()
    with closing(StandIn(config)) as app:
        assert [row["did_pattern"] for row in dids_after(app.store)][-1] == "998"


@pytest.mark.parametrize("address", ["192.0.2.1", "172.17.0.1", "2001:db8::1", "::ffff:192.0.2.1", "testclient"])
def test_only_this_machine_may_reset(address: str, app: StandIn) -> None:
    Client(app).call(f"{RIGHT}999")
    told = Client(app, address).reset()
    assert (told.status_code, told.text) == (403, "Only this machine may reset the emulator.\n")
    assert dids_after(app.store)[-1]["did_pattern"] == "999"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_has_several_addresses(address: str, app: StandIn) -> None:
    assert Client(app, address).reset().status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_a_link_that_is_followed_resets_nothing(method: str, app: StandIn) -> None:
    Client(app).call(f"{RIGHT}999")
    assert Client(app).ask("/emulator/reset", method).status_code == 405
    assert dids_after(app.store)[-1]["did_pattern"] == "999"


def test_a_request_is_told_of_before_its_reply_has_left() -> None:
    told: list[SeenRequest] = []
    with closing(StandIn(Config(), watch=told.append)) as app, running(app.config, app=app) as url:
        assert httpx.get(f"{url}?{RIGHT}999").text == ADDED
        [seen] = told
        assert (seen.function, seen.status, seen.reply) == ("add_did", 200, ADDED)
        httpx.post(url, data={"user": "6666", "pass": "1234", "function": "version"})
        assert told[1].sent == "user=6666&pass=***&function=version"


def test_the_password_of_a_target_file_s_user_is_told_nowhere() -> None:
    told: list[SeenRequest] = []
    config = Config().with_target_users({Role.ADMIN: Login("boss", "hunter22!")}, {})
    with closing(StandIn(config, watch=told.append)) as app:
        Client(app).call("source=test&user=boss&comments=hunter22%21&function=version")
    assert (told[0].parameters["comments"], "hunter22" in f"{told[0]!r} {told[0]}") == ("***", False)


def test_a_reset_is_no_request_of_a_client() -> None:
    told: list[SeenRequest] = []
    with closing(StandIn(Config(), watch=told.append)) as app:
        Client(app).reset()
    assert told == []


def test_every_reply_waits() -> None:
    with closing(StandIn(Config(), latency=Latency(0.2, 0.3))) as app:
        began = time.monotonic()
        assert Client(app).call(f"{RIGHT}999") == ADDED
        assert 0.2 <= time.monotonic() - began < 3


def test_a_request_is_dated_by_when_it_came() -> None:
    told: list[SeenRequest] = []
    with closing(StandIn(Config(), latency=Latency(0.2, 0.2), watch=told.append)) as app:
        began = time.time()
        Client(app).call(f"{RIGHT}999")
    assert told[0].at.timestamp() - began < 0.2


def test_a_fault_shows_and_is_told_of_as_it_left() -> None:
    told: list[SeenRequest] = []
    with closing(StandIn(Config(), fault_named("--fault", "by-hand/replies/html-around"), watch=told.append)) as app:
        assert Client(app).call(f"{RIGHT}999").startswith("<html>")
    assert told[0].reply.startswith("<html>")


@pytest.mark.parametrize("id", ["by-hand/wire/two-pieces", "by-hand/wire/closes"])
def test_what_a_fault_does_on_the_way_is_told_of_once(id: str) -> None:
    told: list[SeenRequest] = []
    with closing(StandIn(Config(), fault_named("--fault", id), watch=told.append)) as app:
        Client(app).call(f"{RIGHT}999")
    assert [seen.reply for seen in told] == [ADDED]


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("by-hand/wire/close", "did you mean by-hand/wire/closes or "),
        ("html-around", "did you mean by-hand/replies/html-around ?"),
        ("", "`vicidial-conformance emulator --faults` lists them"),
        ("§§", "`vicidial-conformance emulator --faults` lists them"),
    ],
)
def test_a_fault_that_there_is_not_is_said_with_those_that_are_like_it(id: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        fault_named("--fault", id)
    assert str(caught.value).startswith(f"--fault {id}: there is no such fault: {said}")

"""What a run says of what is to come: how many requests, how long, and what is left of that."""

import re
import time

import pytest

from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.config import Config
from conformance.emulator.respond import Response, honest
from tests.front.conftest import Cli
from tests.front.servers import Server, serving

SOME = ("--only", "add_did/did_description")
WAIT = 0.05


def slow(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
    time.sleep(WAIT)
    return honest(contract, state, request, config, now)


def foretold(text: str) -> tuple[int, int]:
    """Requests and seconds."""
    found = re.search(r"about (\d+) requests .* takes about (\d+) s", text)
    assert found is not None, text
    return int(found[1]), int(found[2])


def test_the_time_is_told_by_how_long_the_first_replies_took(command: Cli) -> None:
    with serving(answer=slow) as server:
        ended = command("run", server.url, "--user", "6666", "--concurrency", "1", *SOME)
    requests, seconds = foretold(ended.err)
    assert round(requests * WAIT) <= seconds <= 3 * requests * WAIT


def test_the_time_is_told_by_the_rate_where_that_is_slower(server: Server, command: Cli) -> None:
    ended = command("run", server.url, "--user", "6666", "--rate", "200", "--only", "version", freely=False)
    assert "requests at 200 a second" in ended.err
    assert foretold(ended.err)[1] == 1


def test_as_many_requests_are_told_as_are_sent(server: Server, command: Cli) -> None:
    before = server.asked.requests
    ended = command("run", server.url, "--user", "6666", *SOME)
    assert foretold(ended.err)[0] == server.asked.requests - before


def test_log_rows_are_announced_for_a_server_and_not_for_an_emulator_of_our_own(server: Server, command: Cli) -> None:
    rows = ["log rows stay" in command("run", *words, *SOME).err for words in ((server.url, "--user", "6666"), ())]
    assert rows == [True, False]


def test_a_rehearsal_prints_every_request_that_it_counts(server: Server, command: Cli) -> None:
    before = server.asked.requests
    ended = command("run", server.url, "--user", "6666", "--dry-run", *SOME)
    lines = ended.out.splitlines()
    assert foretold(ended.out)[0] == sum(line.startswith("  curl ") for line in lines)
    assert {"before the first case", "add_did/did_description/longest, clean-up", "after the last case"} <= set(lines)
    assert "if a reply takes 20 ms." in ended.out
    assert server.asked.requests == before


def test_without_a_terminal_a_line_says_now_and_then_how_far_it_is(
    command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.progress.EVERY", 0.3)
    with serving(answer=slow) as server:
        ended = command("run", server.url, "--user", "6666", "--concurrency", "1", *SOME)
    lines = [line for line in ended.err.splitlines() if " of 15 tests" in line]
    assert re.fullmatch(r"\d+ of 15 tests; .*\d+ deviation.*; about \d+ s left", lines[-1])


def test_quiet_says_nothing_of_that(command: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.progress.EVERY", 0.1)
    with serving(answer=slow) as server:
        assert command("run", server.url, "--user", "6666", "--concurrency", "1", "--quiet", *SOME).err == ""


def test_lines_are_whole_where_nobody_looks_at_a_terminal(command: Cli) -> None:
    lines = command("deviations").out.rstrip("\n").split("\n")
    assert sum(line.startswith("  ") and not line.isspace() for line in lines) == sum(
        "  builds: " in line for line in lines
    )
    assert max(map(len, lines)) > 80

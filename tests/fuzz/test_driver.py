"""The search: what it finds, how small it makes it, and that the seed decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.config import Config
from conformance.emulator.respond import Response, honest
from conformance.fuzz.examples import Examples
from conformance.fuzz.search import search_of
from tests.fuzz.support import crashing, fuzzed, fuzzer, opened


def test_a_crash_is_made_as_small_as_it_gets(tmp_path: Path) -> None:
    made = fuzzed(tmp_path, crashing(lambda sent: "voicemail_ext" in sent), requests=400)

    [finding] = made.findings.values()
    assert (finding.key.field, finding.key.rule, finding.key.aspect) == ("voicemail_ext", "plain", "http-status")
    assert [param.name for step in finding.case.steps for param in step.params] == ["voicemail_ext"]


def test_a_crash_on_a_third_entry_that_stood_before_is_found(tmp_path: Path) -> None:
    def third_again(sent: dict[str, str]) -> bool:
        entries = sent.get("new_dids", "").split(",")
        return len(entries) > 2 and entries[2] in entries[:2]

    made = fuzzed(tmp_path, crashing(third_again), names=("counts",), requests=800)

    [finding] = made.findings.values()
    assert (finding.key.function, finding.key.field, finding.stable) == ("copy_did", "new_dids", True)
    assert finding.case.steps[-1].params[-1].value.count(",") == 2


@pytest.mark.thorough
def test_two_defects_are_two_findings(tmp_path: Path) -> None:
    made = fuzzed(tmp_path, crashing(lambda sent: "voicemail_ext" in sent or "extension" in sent), requests=400)

    assert {"voicemail_ext", "extension"} <= {key.field for key in made.findings}


def test_a_defect_that_does_not_show_again_is_unstable(tmp_path: Path) -> None:
    seen: list[int] = []

    def once(sent: dict[str, str]) -> bool:
        seen.extend([1] if "extension" in sent else [])
        return len(seen) == 1 and "extension" in sent

    made = fuzzed(tmp_path, crashing(once))

    assert made.findings == {}
    assert [finding.stable for finding in made.unstable.values()] == [False]


def test_the_same_seed_sends_the_same_requests(tmp_path: Path) -> None:
    def sent(folder: Path, seed: int) -> list[str]:
        queries: list[str] = []

        def note(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
            queries.append(f"{request.method} {request.query} {request.form}")
            return honest(contract, state, request, config, now)

        fuzzed(folder, note, names=("replies", "sequences"), seed=seed)
        return sorted(queries)

    first = sent(tmp_path / "a", 7)
    assert first == sent(tmp_path / "b", 7)
    assert first != sent(tmp_path / "c", 8)


def test_fuzzing_leaves_nothing_behind(tmp_path: Path) -> None:
    with opened(tmp_path) as (run, server):
        before = server.rows()
        fuzzer(run, tmp_path, ("sequences",), 300, 3)(search_of("sequences", run))
        assert run.sender.ledger.open == ()
        assert server.rows() == before


def test_the_tally_tells_what_was_covered(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with opened(tmp_path) as (run, _):
        made = fuzzer(run, tmp_path, ("replies",), 200, 3)
        made.watch = lambda tally, findings: told.append((tally.inputs, findings))
        made(search_of("replies", run))

    assert told[-1] == (made.tally.inputs, 0)
    assert any("DID HAS BEEN ADDED" in form for form in made.tally.forms)
    assert ("did_pattern", "plain", "SUCCESS DID HAS BEEN ADDED") in made.tally.combinations


@pytest.mark.thorough
def test_what_failed_before_is_tried_first_in_the_same_folder(tmp_path: Path) -> None:
    crash = crashing(lambda sent: "voicemail_ext" in sent)
    first = fuzzed(tmp_path, crash)
    again = fuzzed(tmp_path, crash, seed=99)

    assert set(again.findings) == set(first.findings)
    assert min(finding.after for finding in again.findings.values()) <= 25


@pytest.mark.thorough
def test_what_does_not_fail_any_more_is_forgotten(tmp_path: Path) -> None:
    fuzzed(tmp_path, crashing(lambda sent: "voicemail_ext" in sent))
    kept = Examples(tmp_path / "examples")
    assert list(kept.of("replies")) != []
    fuzzed(tmp_path)
    assert list(kept.of("replies")) == []


def test_the_examples_that_are_kept_hold_no_password(tmp_path: Path) -> None:
    fuzzed(tmp_path, crashing(lambda sent: "voicemail_ext" in sent))

    kept = [path.read_bytes() for path in (tmp_path / "examples").rglob("*") if path.is_file()]
    assert kept
    assert not any(b"1234" in text for text in kept)


def test_a_search_ends_when_its_time_is_up(tmp_path: Path) -> None:
    with opened(tmp_path) as (run, _):
        made = fuzzer(run, tmp_path, ("replies",), None, 1, seconds=0.3)
        made(search_of("replies", run))
    assert 0 < run.sent < 10**4

"""What builds are known to store otherwise although they reply alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.compare import view
from conformance.compare.model import Pair
from conformance.contract.load import load_contract
from conformance.report.advice import Tone
from conformance.upgrade.compare import stored_unseen
from conformance.verdict.model import Fail, Pass, Verdict
from tests.compare.support import compared, line, made_up
from tests.report import sample

SILENT = "add_did/agent_search_method/value-LO"
TOLD = "add_did/menu_id/unknown"
SAME = "add_did/life-cycle/add"
EVERY = frozenset({SILENT, TOLD, SAME})


@pytest.mark.parametrize("builds", [("2.14-137", "2.14-202"), ("2.14-202", "2.14-137")])
def test_only_a_field_that_one_build_reads_and_the_other_ignores_is_unseen(builds: tuple[str, str]) -> None:
    assert stored_unseen(load_contract(), EVERY, builds) == (SILENT,)


@pytest.mark.parametrize("builds", [("2.14-202", "2.14-202"), ("2.14-202", ""), ("2.14-202", "2.14-999")])
def test_nothing_is_known_of_one_build_alone_or_of_one_that_is_not_described(builds: tuple[str, str]) -> None:
    assert stored_unseen(load_contract(), EVERY, builds) == ()


def pair(folder: Path, verdict: Verdict) -> Pair:
    (found,) = compared(*(_run(folder / build, build, verdict) for build in ("2.14-137", "2.14-202"))).pairs
    return found


def _run(folder: Path, build: str, verdict: Verdict) -> Path:
    results, lines = [sample.case(SILENT, verdict)], [line(SILENT, "SUCCESS: a")]
    return made_up(folder, *results, lines=lines, target=sample.target(build=build))


def test_replies_that_are_the_same_are_not_said_to_be_all(tmp_path: Path) -> None:
    found = compared(*(_run(tmp_path / build, build, Pass()) for build in ("2.14-137", "2.14-202")))
    assert (found.answer, found.exit_code, view.tone(found)) == (
        "The same replies: no difference, of 1 case compared. 1 known to be stored otherwise, unseen.",
        0,
        Tone.UNSURE,
    )


def test_nothing_is_known_of_what_a_server_stores_that_does_otherwise_than_its_build(tmp_path: Path) -> None:
    assert pair(tmp_path, Fail(summary="wrong", differences=(sample.FUNCTION,))).unseen == ()

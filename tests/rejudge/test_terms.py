"""Judging a run again under another expectation or another build, and part of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.contract.settings import Build, ServerSettings
from conformance.emulator.config import Config
from conformance.errors import UsageError
from conformance.report.json_file import load_report
from conformance.verdict.model import Blocked, Expect, NotTested, VerdictKind
from tests.rejudge.support import CASES, FEW, SAMPLE, again, every, kinds, ran

pytestmark = pytest.mark.untraced


@pytest.mark.parametrize("expect", [Expect.DOCUMENTED, Expect.SHIPPED])
def test_another_expectation_gives_the_verdicts_of_a_run_with_it(expect: Expect, tmp_path: Path) -> None:
    either = again(ran(tmp_path / "either", SAMPLE), expect=expect)
    wanted = load_report(ran(tmp_path / "wanted", SAMPLE, expect=expect))
    assert kinds(either) == kinds(wanted)
    assert (either.expect, either.deviations) == (wanted.expect, wanted.deviations)


def test_another_build_says_what_would_be_wrong(tmp_path: Path) -> None:
    folder = ran(tmp_path, every("copy_did/life-cycle/copy", "version/access"))
    after = again(folder, build="2.14-137")
    assert after.target.build == "2.14-137"
    assert after.target.note == "the build was given; the server says 2.14-202"
    assert kinds(after)["copy_did/life-cycle/copy"] is VerdictKind.FAIL


def test_the_right_build_in_place_of_a_wrong_one_mends_the_verdicts(tmp_path: Path) -> None:
    config = Config(settings=ServerSettings(Build.parse("2.14-137")))
    newest = Build.parse("2.14-202")
    wrong = ran(tmp_path / "wrong", SAMPLE, config, target=lambda target: replace(target, build=newest))
    right = load_report(ran(tmp_path / "right", SAMPLE, config))
    mended = kinds(again(wrong, build="2.14-137"))
    judged = {
        id
        for id, kind in kinds(load_report(wrong)).items()
        if kind not in (VerdictKind.BLOCKED, VerdictKind.NOT_TESTED)
    }
    assert VerdictKind.FAIL in kinds(load_report(wrong)).values()
    assert {id: mended[id] for id in judged} == {id: kind for id, kind in kinds(right).items() if id in judged}


def test_a_case_whose_replies_in_that_build_nobody_knows_is_not_tested(tmp_path: Path) -> None:
    newer = [case for case in every("") if case.since is not None]
    after = again(ran(tmp_path, newer), build="2.14-137")
    missing = {result.verdict.missing for result in after.results if isinstance(result.verdict, NotTested)}
    assert missing == {f"build {case.since}" for case in newer}
    assert {result.kind for result in after.results} == {VerdictKind.NOT_TESTED}


def test_a_case_that_depends_on_one_that_is_now_wrong_is_blocked(tmp_path: Path) -> None:
    before, after = "copy_did/life-cycle/copy", "copy_did/life-cycle/back"
    folder = ran(tmp_path, every(before, after))
    cases = [replace(case, depends=(before,)) if case.id == after else case for case in CASES]
    assert VerdictKind.BLOCKED not in kinds(again(folder, cases=cases)).values()
    verdicts = {result.id: result.verdict for result in again(folder, build="2.14-137", cases=cases).results}
    assert verdicts[after] == Blocked(by=before)


def test_only_those_that_are_asked_for_are_in_the_new_report(tmp_path: Path) -> None:
    after = again(ran(tmp_path, FEW), only=("add_did/login/*",))
    assert {result.id.rpartition("/")[0] for result in after.results} == {"add_did/login"}
    assert (after.expected, after.exit_code) == (len(after.results), 0)


def test_a_pattern_that_matches_nothing_is_a_mistake(tmp_path: Path) -> None:
    folder = ran(tmp_path, every("add_did/life-cycle/add"))
    with pytest.raises(UsageError, match="matches no case of that report"):
        again(folder, only=("nothing/*",))

"""What is said of whole runs: facts, notes, roll-ups, deviations, the matrix, the last line."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from conformance.compare.compare import compare
from conformance.compare.model import ChangeKind, Comparison, to_json
from conformance.compare.traces import load
from conformance.contract.load import load_contract
from conformance.pytest_run.collector import EXCHANGES
from conformance.upgrade.effect import ClientEffect
from conformance.verdict.model import Blocked, Deviates, Error, Fail, NotTested, Pass, Verdict
from tests.compare.support import compared, line, made_up, pair
from tests.report import sample

FAIL = Fail(summary="wrong", differences=(sample.FUNCTION,))
HARMLESS = "Changed, and no call fails that succeeded before"
SEPARATOR = Deviates(ids=("error-separator",))


def run(folder: Path, verdicts: dict[str, Verdict], said: str = "A: a", **facts: object) -> Path:
    """A report of these verdicts, each case with one reply."""
    results = [sample.case(id, verdict) for id, verdict in verdicts.items()]
    return made_up(folder, *results, lines=[line(id, said) for id in verdicts], **facts)


def seen(*ids: str) -> dict[str, object]:
    return {"deviations": tuple(sample.seen(id) for id in ids)}


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("suite", {"suite": "0.2.0"}),
        ("level", {"level": "probe"}),
        ("expect", {"expect": "shipped"}),
        ("build", {"target": sample.target(build="2.14-137")}),
        ("settings", {"target": sample.target(settings=("strict",))}),
        ("server", {"target": sample.target(version="VERSION: 2.14-202|BUILD: 999999-9999|DATE: x")}),
        ("roles", {"target": sample.target(roles=("admin",))}),
    ],
)
def test_what_is_not_the_same_for_both_runs_is_told(name: str, facts: dict[str, object], tmp_path: Path) -> None:
    one, two = run(tmp_path / "1", {"a/b/c": Pass()}), run(tmp_path / "2", {"a/b/c": Pass()}, **facts)
    assert [fact.name for fact in compared(one, two).facts] == [name]


def test_when_a_server_was_asked_and_under_which_url_is_no_difference(tmp_path: Path) -> None:
    version = sample.target().version.replace("19:19:58", "20:20:20").replace("1795288798", "1795292420")
    target = sample.target(version=version, url="https://dialer.example/x")
    one = run(tmp_path / "1", {"a/b/c": Pass()})
    found = compared(one, run(tmp_path / "2", {"a/b/c": Pass()}, target=target, started="2027-01-01T00:00:00+00:00"))
    assert (found.facts, found.pairs[0].changes) == ((), ())


# --- runs that are not whole ---

FIFTEEN = {f"a/b/{number}": Pass() for number in range(15)}
ERROR = Error(reason="connection refused")


def test_a_run_that_broke_off_is_compared_as_far_as_it_came_and_is_no_answer(tmp_path: Path) -> None:
    one = run(tmp_path / "1", FIFTEEN)
    two = run(tmp_path / "2", {"a/b/0": Pass()}, ended="no reply", expected=15)
    found = compared(one, two)
    told = "ended early after 1 of 15 cases: no reply, so 14 were not compared"
    assert (found.sides[0].notes, found.sides[1].notes) == ((), (told,))
    assert (found.pairs[0].compared, found.pairs[0].cases, found.exit_code) == (1, 15, 3)
    assert found.answer == (f"No answer: 1 of 15 cases compared, and the same. 14 not compared. {two}: {told}.")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["before", "after"])
def test_a_run_that_never_reached_its_server_is_no_answer_on_whichever_side(
    order: tuple[int, int], tmp_path: Path
) -> None:
    whole = run(tmp_path / "whole", FIFTEEN)
    never = run(tmp_path / "never", {}, ended="connection refused", expected=15)
    found = compared(*((never, whole)[place] for place in order))
    told = f"{never}: ended early after 0 of 15 cases: connection refused, so 15 were not compared."
    assert (found.exit_code, found.pairs[0].compared) == (3, 0)
    assert found.answer == f"No answer: 0 of 15 cases compared. 15 not compared. {told}"


def test_cases_that_were_never_reported_are_neither_gone_nor_new(tmp_path: Path) -> None:
    one = run(tmp_path / "1", FIFTEEN)
    found = pair(one, run(tmp_path / "2", {"a/b/0": Pass()}, expected=15))
    assert len(found.of(ChangeKind.NO_ANSWER)) == 14
    assert {case.why for case in found.of(ChangeKind.NO_ANSWER)} == {"after: never reported; the other run: pass"}
    assert "not compared: 14 of 15 cases were never reported." in found.answer


def test_cases_that_only_the_selection_left_out_are_no_gap(tmp_path: Path) -> None:
    found = compared(run(tmp_path / "1", FIFTEEN), run(tmp_path / "2", {"a/b/0": Pass(), "a/b/1": Pass()}))
    assert (found.exit_code, len(found.pairs[0].of(ChangeKind.GONE))) == (0, 13)
    assert found.answer == "The same: no difference, 2 of 15 cases compared. 13 not compared."


def test_errors_are_no_answer(tmp_path: Path) -> None:
    found = compared(run(tmp_path / "1", FIFTEEN), run(tmp_path / "2", {**FIFTEEN, "a/b/7": ERROR}))
    assert found.exit_code == 3
    assert found.answer.endswith("2: not compared: 1 of 15 cases ended in an error.")


def test_cases_that_both_runs_have_no_answer_to_are_no_answer(tmp_path: Path) -> None:
    one, two = (run(tmp_path / name, {**FIFTEEN, "a/b/7": ERROR}) for name in "12")
    assert (compared(one, two).exit_code, pair(one, two).same) == (3, 14)


def test_a_case_that_is_blocked_now_is_no_answer_and_one_that_no_longer_is_a_gain(tmp_path: Path) -> None:
    flaky = msgspec.structs.replace(sample.case("a/b/0", FAIL), repeated=False)
    one = made_up(tmp_path / "1", sample.case("a/b/0", Pass()), sample.case("a/b/1", Pass()))
    two = made_up(tmp_path / "2", flaky, sample.case("a/b/1", Blocked(by="a/b/0")))
    three = run(tmp_path / "3", {"a/b/0": FAIL, "a/b/1": Blocked(by="a/b/0")})
    four = run(tmp_path / "4", {"a/b/0": Pass(), "a/b/1": Pass()}, "B: b")
    assert [compared(*both).exit_code for both in ((one, two), (three, three), (three, four))] == [3, 0, 0]
    assert "not compared: 1 of 2 cases were blocked by others that failed." in compared(one, two).answer


def test_a_regression_counts_even_if_the_run_broke_off(tmp_path: Path) -> None:
    two = run(tmp_path / "2", {"a/b/0": FAIL}, "B: b", ended="no reply", expected=15)
    found = compared(run(tmp_path / "1", FIFTEEN), two)
    assert (
        found.exit_code,
        found.answer.startswith("Worse: 1 regression; 1 said otherwise, 1 of 15 cases compared."),
    ) == (1, True)
    assert "ended early after 1 of 15 cases: no reply, so 14 were not compared." in found.answer


def test_what_changed_in_a_run_that_broke_off_is_told(tmp_path: Path) -> None:
    two = run(tmp_path / "2", {"a/b/0": Pass()}, "B: b", ended="no reply", expected=15)
    found = compared(run(tmp_path / "1", FIFTEEN), two)
    assert found.answer.startswith("No answer: 1 said otherwise, 1 of 15 cases compared.")


def test_a_folder_without_exchanges_is_compared_by_verdicts_and_is_no_answer(tmp_path: Path) -> None:
    one, two = (run(tmp_path / name, {"a/b/c": Pass()}) for name in "12")
    (two / EXCHANGES).unlink()
    found = compared(one, two)
    told = "has no exchanges.jsonl, so its replies and waits were not compared, only its verdicts"
    assert (found.sides[0].notes, found.sides[1].notes, found.exit_code) == ((), (told,), 3)
    assert found.answer == f"No answer: 1 of 1 case compared by verdict alone, and the same. {two}: {told}."


def test_exchanges_that_have_nothing_of_a_case_are_no_other_reply(tmp_path: Path) -> None:
    id = "add_did/life-cycle/add"
    one, two = run(tmp_path / "1", {id: Pass()}), made_up(tmp_path / "2", sample.case(id, Pass()))
    found = compared(one, two)
    assert (found.pairs[0].changes, found.exit_code) == ((), 3)
    assert "exchanges.jsonl has nothing of 1 of 1 cases, so only their verdicts were compared" in found.answer


def test_where_nothing_was_compared_there_is_no_answer(tmp_path: Path) -> None:
    found = compared(run(tmp_path / "1", {"a/b/c": Pass()}), run(tmp_path / "2", {"a/b/d": Pass()}))
    assert (found.exit_code, found.answer) == (
        3,
        "Nothing to compare: no case was answered in both runs. 2 not compared.",
    )


def test_what_is_felt_is_rolled_up_by_function_and_by_field(tmp_path: Path) -> None:
    names = ["add_did/active/x", "add_did/group/x", "copy_did/active/x"]
    said = {names[0]: "ERROR: a", names[1]: "ERROR: a", names[2]: "OTHER: a"}
    one = run(tmp_path / "1", dict.fromkeys(names, Pass()), "DONE: a")
    two = made_up(
        tmp_path / "2", *(sample.case(id, Pass()) for id in names), lines=[line(id, text) for id, text in said.items()]
    )
    found = pair(one, two)
    fails, reply = {ClientEffect.FAILS: 1}, {ClientEffect.REPLY: 1}
    assert [(row.name, row.counts) for row in found.functions] == [
        ("add_did", {ClientEffect.FAILS: 2}),
        ("copy_did", reply),
    ]
    assert [(row.name, row.counts) for row in found.fields] == [("active", {**fails, **reply}), ("group", fails)]


def test_changes_are_rolled_up_by_deviation_those_of_the_most_cases_first(tmp_path: Path) -> None:
    old, new = Deviates(ids=("gone", "kept")), Deviates(ids=("kept", "new"))
    one = run(tmp_path / "1", {"a/b/c": old, "a/b/d": Pass()}, **seen("gone", "kept"))
    two = run(tmp_path / "2", {"a/b/c": new, "a/b/d": new}, "B: b", **seen("kept", "new"))
    told = [(d.id, d.before, d.after) for d in pair(one, two).deviations]
    assert told == [("new", 0, 2), ("gone", 1, 0), ("kept", 1, 2)]


def test_a_case_whose_replies_are_the_same_shows_its_deviation_in_both_runs(tmp_path: Path) -> None:
    two = Deviates(ids=("error-separator",))
    before = made_up(
        tmp_path / "1",
        *(sample.case(id, verdict) for id, verdict in {"a/b/c": Pass(), "a/b/d": Pass()}.items()),
        lines=[line("a/b/c", "A: a"), line("a/b/d", "A: a")],
    )
    after = made_up(
        tmp_path / "2",
        *(sample.case(id, two) for id in ("a/b/c", "a/b/d")),
        lines=[line("a/b/c", "A: a"), line("a/b/d", "B: b")],
        **seen("error-separator"),
    )
    assert [(d.before, d.after) for d in pair(before, after).deviations] == [(1, 2)]


def test_a_fail_says_nothing_of_deviations(tmp_path: Path) -> None:
    one = run(tmp_path / "1", {"a/b/c": SEPARATOR}, **seen("error-separator"))
    assert pair(one, run(tmp_path / "2", {"a/b/c": FAIL}, "B: b")).deviations == ()


def test_a_deviation_in_replies_that_are_the_same_is_not_new(tmp_path: Path) -> None:
    one = run(tmp_path / "1", {"a/b/c": Pass()})
    assert pair(one, run(tmp_path / "2", {"a/b/c": SEPARATOR}, **seen("error-separator"))).deviations == ()


def test_a_deviation_of_a_case_that_only_one_run_tested_is_not_new(tmp_path: Path) -> None:
    one = run(tmp_path / "1", {"a/b/c": NotTested(missing="x", setting="y")})
    assert pair(one, run(tmp_path / "2", {"a/b/c": SEPARATOR}, **seen("error-separator"))).deviations == ()


def test_regressions_come_first(tmp_path: Path) -> None:
    one = run(tmp_path / "1", {"a/b/c": FAIL, "a/b/d": Pass(), "a/b/e": Pass(), "a/b/f": Pass()})
    two = run(tmp_path / "2", {"a/b/c": Pass(), "a/b/d": Pass(), "a/b/e": SEPARATOR, "a/b/f": FAIL}, "B: b")
    order = [ChangeKind.REGRESSION, ChangeKind.DEVIATES, ChangeKind.FIX, ChangeKind.REPLY]
    assert [case.change for case in pair(one, two).changes] == order


@pytest.mark.parametrize(
    ("before", "after", "said", "answer"),
    [
        (Pass(), Pass(), "A: a", "The same: no difference, of 1 case compared."),
        (Pass(), FAIL, "B: b", "Worse: 1 regression; 1 said otherwise, of 1 case compared."),
        (Pass(), FAIL, "ERROR: b", "Worse: 1 regression; 1 call that now fails, of 1 case compared."),
        (Pass(), SEPARATOR, "ERROR: b", "Worse for clients: 1 call that now fails, of 1 case compared."),
        (Pass(), SEPARATOR, "B: b", f"{HARMLESS}: 1 said otherwise, of 1 case compared."),
        (SEPARATOR, Pass(), "B: b", f"{HARMLESS}: 1 said otherwise, of 1 case compared."),
        (FAIL, Pass(), "B: b", f"{HARMLESS}: 1 fix; 1 said otherwise, of 1 case compared."),
        (
            NotTested(missing="x", setting="y"),
            Pass(),
            "B: b",
            "Nothing to compare: no case was answered in both runs. 1 not compared.",
        ),
    ],
)
def test_the_last_line_says_what_it_comes_to(
    before: Verdict, after: Verdict, said: str, answer: str, tmp_path: Path
) -> None:
    found = compared(run(tmp_path / "1", {"a/b/c": before}), run(tmp_path / "2", {"a/b/c": after}, said))
    assert (found.answer, found.exit_code) == (
        answer,
        {"Worse": 1, "Nothing to compare": 3}.get(answer.partition(":")[0], 0),
    )


def test_what_is_stored_otherwise_is_not_called_harmless(tmp_path: Path) -> None:
    one, two = (run(tmp_path / said[:1], {"a/b/c": Pass()}, said) for said in ("NOTICE: a", "SUCCESS: a"))
    assert compared(one, two).answer == "Changed: 1 stored otherwise, of 1 case compared."


def test_cases_that_neither_run_answered_are_counted(tmp_path: Path) -> None:
    untested = {"a/b/c": Pass(), "a/b/d": NotTested(missing="x", setting="y")}
    found = compared(run(tmp_path / "1", untested), run(tmp_path / "2", untested))
    assert found.answer == "The same: no difference, 1 of 2 cases compared. 1 answered in neither run."


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [((ClientEffect.FAILS,), 5), ((ClientEffect.STORED, ClientEffect.REPLY), 0), ((), 0), (tuple(ClientEffect), 5)],
)
def test_what_a_client_must_not_feel_has_an_exit_code_of_its_own(
    fail_on: tuple[ClientEffect, ...], code: int, tmp_path: Path
) -> None:
    given = [load(load_contract(), run(tmp_path / said[:1], {"a/b/c": Pass()}, said)) for said in ("A: a", "ERROR: b")]
    found = compare(load_contract(), given, fail_on)
    assert found.exit_code == code
    assert found.answer.endswith(" Exit code 5, as asked with --fail-on.") is (code == 5)


def test_a_regression_is_exit_code_1_and_what_is_felt_in_half_a_run_is_5(tmp_path: Path) -> None:
    one, two = run(tmp_path / "1", FIFTEEN), run(tmp_path / "2", {**FIFTEEN, "a/b/0": FAIL}, "ERROR: b")
    half = run(tmp_path / "3", {"a/b/0": Pass()}, "ERROR: b", ended="no reply", expected=15)
    assert [
        compare(load_contract(), [load(load_contract(), one), load(load_contract(), other)], ClientEffect).exit_code
        for other in (two, half)
    ] == [1, 5]
    assert compared(one, half).exit_code == 3


def test_a_call_that_fails_in_a_run_that_broke_off_is_told(tmp_path: Path) -> None:
    half = run(tmp_path / "2", {"a/b/0": Pass()}, "ERROR: b", ended="no reply", expected=15)
    found = compared(run(tmp_path / "1", FIFTEEN), half)
    assert found.answer.startswith("No answer: 1 call that now fails, 1 of 15 cases compared.")


# --- more than two ---


@pytest.fixture
def three(tmp_path: Path) -> Comparison:
    same = {"a/b/same": Pass(), "a/b/other": Pass(), "a/b/worse": Pass()}
    worse = {**same, "a/b/worse": FAIL}
    runs = [run(tmp_path / "1", same), run(tmp_path / "2", same), run(tmp_path / "3", worse, "B: b")]
    return compared(*runs)


def test_of_more_than_two_runs_each_is_beside_the_first(three: Comparison) -> None:
    assert [(found.before, found.after, len(found.changes)) for found in three.pairs] == [(0, 1, 0), (0, 2, 3)]
    assert (three.exit_code, three.answer) == (1, "1 worse, 1 the same, of 2 runs beside the first.")


def test_of_more_than_two_runs_one_in_which_calls_fail_is_not_said_to_be_no_worse(tmp_path: Path) -> None:
    runs = [run(tmp_path / said, {"a/b/c": Pass()}, said) for said in ("A: a", "ERROR: b", "B: b")]
    found = compared(*runs)
    assert (found.exit_code, found.answer) == (0, "1 worse for clients, 1 changed, of 2 runs beside the first.")


def test_the_matrix_begins_with_what_differs_most(three: Comparison) -> None:
    assert [(row.id, row.change) for row in three.rows] == [
        ("a/b/worse", ChangeKind.REGRESSION),
        ("a/b/same", ChangeKind.REPLY),
        ("a/b/other", ChangeKind.REPLY),
    ]
    assert [(cell.kind, cell.replies) for cell in three.rows[0].cells] == [("pass", "a"), ("pass", "a"), ("fail", "b")]


def test_a_case_that_a_run_does_not_have_is_an_empty_cell(tmp_path: Path) -> None:
    one, two = run(tmp_path / "1", {"a/b/c": Pass()}), run(tmp_path / "2", {"a/b/d": Pass()})
    rows = {row.id: [cell.kind for cell in row.cells] for row in compared(one, two, one).rows}
    assert rows == {"a/b/c": ["pass", None, "pass"], "a/b/d": [None, "pass", None]}


def test_of_more_than_two_runs_those_without_an_answer_are_counted_and_named(tmp_path: Path) -> None:
    one, two = run(tmp_path / "1", FIFTEEN), run(tmp_path / "2", FIFTEEN)
    broken = run(tmp_path / "broken", {"a/b/0": Pass()}, ended="no reply", expected=15)
    found = compared(one, two, broken)
    assert found.exit_code == 3
    assert found.answer == (
        "1 without an answer, 1 the same, of 2 runs beside the first. "
        f"{broken}: ended early after 1 of 15 cases: no reply, so 14 were not compared."
    )
    assert compared(broken, one, two).exit_code == 3


def test_json_says_what_it_comes_to(three: Comparison) -> None:
    found = json.loads(to_json(three))
    assert (found["answer"], found["exit_code"]) == (three.answer, 1)


def test_a_comparison_reads_back_from_json_as_it_was_written(three: Comparison) -> None:
    assert msgspec.json.decode(to_json(three), type=Comparison) == three

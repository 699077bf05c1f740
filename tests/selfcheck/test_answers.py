"""What follows from a kill matrix: redundancy, parts, the files, and what is lost."""

import json
from pathlib import Path

import pytest

from conformance.cases.model import Purpose
from conformance.errors import UsageError
from conformance.selfcheck import cover, matrix
from conformance.selfcheck.model import Kill, Trial
from conformance.selfcheck.parts import bought
from conformance.selfcheck.result import FaultFree, FaultRow, OverHttp, Result, percent
from tests.selfcheck.own import CASES

IDS = list(CASES)
ORDER = next(id for id in IDS if "/order/" in id)


def row(id: str, *kills: Kill, hidden: str | None = None, **trial: object) -> FaultRow:
    made = Trial(fault=id, kills=kills, **trial)  # type: ignore[arg-type]
    return FaultRow(id=id, title=id, kind="by-hand", hidden=hidden, trial=made)


def kill(case: str, *aspects: str, purpose: Purpose = Purpose.ACT) -> Kill:
    return Kill(case, purpose.value, aspects or ("status",))


def result(*rows: FaultRow, **more: object) -> Result:
    honest = FaultFree(server="any", trial=Trial(fault="honest"))
    return Result(level="full", cases=tuple(IDS), rows=rows, fault_free=(honest,), **more)  # type: ignore[arg-type]


def test_all_caught_is_exit_code_0() -> None:
    assert result(row("a", kill(IDS[0])), row("b", hidden="nothing shows it")).exit_code == 0


def test_a_survivor_is_exit_code_1() -> None:
    assert result(row("a", kill(IDS[0])), row("b")).exit_code == 1


def test_a_failed_fault_free_server_is_exit_code_1() -> None:
    wrong = FaultFree(server="any", trial=Trial(fault="honest", kills=(kill(IDS[0]),)))
    assert Result(level="full", cases=(), rows=(), fault_free=(wrong,)).exit_code == 1


def test_a_difference_over_a_socket_is_exit_code_1() -> None:
    assert result(over_http=(OverHttp(fault="a", only_there=("x",)),)).exit_code == 1


def test_a_survivor_says_whether_any_reply_was_another() -> None:
    assert "no case provokes it" in row("a").reason
    assert row("a", accepted=("x", "y", "z", "v")).reason.startswith("x, y, z and 1 more get another reply")
    assert row("a", errors=("x",), reason="no reply").reason == "x end in an error: no reply"


def test_a_share_is_100_only_if_nothing_is_missing() -> None:
    assert (percent(1999, 2000), percent(2000, 2000), percent(0, 0)) == ("99.9", "100", "100")


KILLERS = {"f1": {"a"}, "f2": {"a", "b"}, "f3": {"b", "c"}, "f4": {"c", "d"}}


def test_a_case_is_redundant_if_others_catch_all_that_it_catches() -> None:
    assert cover.redundant(list("abcde"), KILLERS) == ("b", "c", "d")


def test_a_case_that_catches_nothing_is_idle() -> None:
    assert cover.idle(list("abcde"), KILLERS) == ("e",)


def test_the_fewest_cases_catch_every_fault() -> None:
    chosen = cover.fewest(list("abcde"), KILLERS)
    assert (chosen, all(by & set(chosen) for by in KILLERS.values())) == (("a", "c"), True)


def test_of_equal_cases_the_first_is_chosen_whatever_the_order_of_the_faults() -> None:
    backwards = dict(reversed(KILLERS.items()))
    assert cover.fewest(list("dcba"), KILLERS) == cover.fewest(list("dcba"), backwards)


def test_what_a_later_choice_makes_needless_is_dropped() -> None:
    killers = {"1": {"big", "x"}, "2": {"big", "x"}, "3": {"big", "y"}, "4": {"y"}, "5": {"x"}, "6": {"big", "y"}}
    assert cover.fewest(["big", "x", "y"], killers) == ("x", "y")


def test_what_preflight_catches_needs_no_case() -> None:
    assert cover.killers([row("a", kill("preflight")), row("b", kill("x")), row("c")]) == {"b": {"x"}}


def test_a_part_that_is_left_out_loses_the_faults_that_only_it_shows() -> None:
    rows = [
        row("effect", kill("x", purpose=Purpose.EFFECT)),
        row("order", kill(ORDER)),
        row("message", kill("x", "message", "fields")),
        row("plain", kill("x", "status", "message"), kill(ORDER)),
    ]
    assert [part.lost for part in bought(rows)] == [(), ("effect",), ("order",), ("message",)]
    assert [part.caught for part in bought(rows)] == [4, 3, 3, 3]


ROWS = [row("b", kill(IDS[2]), kill(IDS[3]), kill(IDS[4]), kill(IDS[9])), row("a", kill("preflight")), row("c")]


def test_a_matrix_is_read_as_it_was_written() -> None:
    data = matrix.encode(ROWS, IDS)
    assert matrix.decode(data, "m") == {"a": {"preflight"}, "b": {IDS[2], IDS[3], IDS[4], IDS[9]}}
    assert json.loads(data)["faults"] == {"a": "0", "b": "1-4"}


def test_a_lost_kill_is_told_by_fault_and_case() -> None:
    before = matrix.decode(matrix.encode(ROWS, IDS), "m")
    now = [row("b", kill(IDS[2]), kill(IDS[9])), row("a", kill("preflight")), row("c", kill(IDS[0]))]
    assert matrix.losses(before, now) == (matrix.Loss("b", tuple(sorted((IDS[3], IDS[4])))),)
    assert matrix.losses(before, ROWS) == ()


@pytest.mark.parametrize(
    "text", ["", "[]", '{"cases": [], "faults": {"a": "7"}}', '{"cases": ["x"], "faults": {"a": "b"}}']
)
def test_what_is_no_matrix_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(text)
    with pytest.raises(UsageError, match="is no kill matrix"):
        matrix.read(path)


def test_a_missing_matrix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--write-matrix"):
        matrix.read(tmp_path / "none.json")


def test_the_quick_file_gives_its_cases_in_the_order_of_the_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "quick.json"
    path.write_bytes(cover.quick_file([IDS[5], IDS[1]], 12))
    assert [case.id for case in cover.read_quick_file(path, list(CASES.values()))] == [IDS[1], IDS[5]]
    assert json.loads(path.read_bytes()) == {"faults": 12, "cases": [IDS[5], IDS[1]]}


@pytest.mark.parametrize(
    ("text", "said"), [("{}", "lists no cases"), ('{"faults": 1, "cases": ["gone"]}', "gone: is no case any more")]
)
def test_a_quick_file_that_does_not_fit_is_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "quick.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=said):
        cover.read_quick_file(path, list(CASES.values()))
    with pytest.raises(UsageError, match="--write-quick"):
        cover.read_quick_file(tmp_path / "none.json", [])

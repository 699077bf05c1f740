"""What a folder must hold to be judged again; and where nothing is written."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.contract.settings import Build
from conformance.errors import UsageError
from conformance.rejudge.recorded import load
from conformance.rejudge.rejudge import Terms
from conformance.rejudge.write import check_folder, folder_beside
from conformance.report.model import Report
from conformance.verdict.model import Expect
from tests.compare.support import edited
from tests.rejudge.support import again, every, ran


def _cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


def _without_last_line(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


DAMAGES: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "no report": ("report.json", Path.unlink, "report.json: No such file"),
    "half a report": (
        "report.json",
        lambda path: path.write_bytes(path.read_bytes()[:500]) and None,
        "is not a report",
    ),
    "no exchanges": ("exchanges.jsonl", Path.unlink, "cannot read .*exchanges.jsonl: No such file"),
    "half an exchange": (
        "exchanges.jsonl",
        lambda path: _cut(path, -40),
        r"line \d: is no exchange, or half of one",
    ),
    "a line less": ("exchanges.jsonl", _without_last_line, "has 5 of the 6 requests of .*: it is not whole"),
    "no lines": ("exchanges.jsonl", lambda path: _cut(path, 0), "has 0 of the 6 requests"),
    "no run": ("run.json", Path.unlink, "holds no run"),
}


@pytest.mark.parametrize(("name", "damage", "said"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_folder_is_one_line(name: str, damage: Callable[[Path], None], said: str, tmp_path: Path) -> None:
    folder = ran(tmp_path, every("add_did/life-cycle/add-again"))
    again(folder)
    damage(folder / name)
    with pytest.raises(UsageError, match=said) as told:
        again(folder)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", ["nowhere", "report.json"])
def test_what_is_no_folder_is_a_mistake(name: str, tmp_path: Path) -> None:
    (tmp_path / "report.json").touch()
    with pytest.raises(UsageError, match=r"does not exist|is a file"):
        load(tmp_path / name, {})


def test_a_new_report_is_named_after_the_run_and_the_terms() -> None:
    assert folder_beside(Path("reports/lab"), Terms()) == Path("reports/lab-rejudged")
    terms = Terms(Expect.SHIPPED, Build.parse("2.14-172"))
    assert folder_beside(Path("lab/"), terms) == Path("lab-rejudged-shipped-2.14-172")
    assert folder_beside(Path(), Terms()) == Path.cwd().with_name(f"{Path.cwd().name}-rejudged")


def test_a_part_of_a_run_that_broke_off_is_not_judged_to_be_whole(tmp_path: Path) -> None:
    """Nobody knows whether what was never reported is of that part."""
    cases = every("add_did/life-cycle/add", "version/access/without-login")
    folder = edited(ran(tmp_path, cases), lambda report: replace(report, expected=report.expected + 5))
    found = again(folder, only=("version/*",))
    assert (found.exit_code, found.unreported) == (3, 5)


def test_a_run_that_never_reached_its_server_has_nothing_to_judge_and_the_reason_is_told(tmp_path: Path) -> None:
    def emptied(report: Report) -> Report:
        return replace(report, results=(), ended="connection refused")

    folder = edited(ran(tmp_path, every("version/access/without-login")), emptied)
    with pytest.raises(UsageError, match=r"nothing to judge again .*connection refused"):
        again(folder)


def test_the_report_of_a_run_is_never_written_over(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds a run, which is not written over"):
        check_folder(ran(tmp_path, every("add_did/life-cycle/add")))

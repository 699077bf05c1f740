"""Cases that are other ones now are never judged by what was recorded of the old ones."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cases.model import Case, Param, Role
from conformance.rejudge.rejudge import GONE
from conformance.rejudge.restore import CHANGED, MASKED
from tests.rejudge.support import CASES, FEW, again, kinds, ran

ID = "add_did/life-cycle/add"


def with_case(change: Callable[[Case], Case]) -> list[Case]:
    """A catalogue in which one case is another."""
    return [change(case) if case.id == ID else case for case in CASES]


def as_role(role: Role) -> Callable[[Case], Case]:
    return lambda case: replace(first_step(role=role)(case), needs=case.needs | {role})


def first_step(**changes: object) -> Callable[[Case], Case]:
    return lambda case: replace(case, steps=(replace(case.steps[0], **changes), *case.steps[1:]))  # type: ignore[arg-type]


CHANGES: dict[str, Callable[[Case], Case]] = {
    "a step more": lambda case: replace(case, steps=(*case.steps, case.steps[0])),
    "a step less": lambda case: replace(case, steps=case.steps[:-1]),
    "another value": first_step(params=(Param("did_pattern", "<did2>"),)),
    "another parameter": first_step(params=(Param("did_pattern", "<did>"), Param("active", "Y"))),
    "another function": first_step(function="update_did"),
    "another method": first_step(method="POST"),
    "another role": as_role(Role.LEVEL7),
    "a role that the run never used": as_role(Role.LOCKABLE),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ran(tmp_path_factory.mktemp("run"), FEW)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_case_that_sends_something_else_now_is_not_tested(change: Callable[[Case], Case], folder: Path) -> None:
    verdicts = {result.id: result.verdict for result in again(folder, cases=with_case(change)).results}
    assert verdicts[ID] == CHANGED
    assert list(verdicts.values()).count(CHANGED) == 1


def test_a_case_that_is_no_more_is_not_tested(folder: Path) -> None:
    after = again(folder, cases=[case for case in CASES if case.id != ID])
    assert {result.id for result in after.results if result.verdict == GONE} == {ID}


def test_a_catalogue_in_another_order_changes_nothing(folder: Path) -> None:
    assert again(folder, cases=CASES[::-1]).results == again(folder).results


def test_a_reply_in_which_a_mask_may_hide_two_things_is_not_judged(folder: Path, tmp_path: Path) -> None:
    """As if one user's password was the source of every request, and another's the N of `active=N`."""
    copy = shutil.copytree(folder, tmp_path / "copy")
    lines = (copy / "exchanges.jsonl").read_text("utf-8").replace("source=conformance", "source=***").splitlines()
    masked = [_masked(line) if f'"{ID}"' in line else line for line in lines]
    (copy / "exchanges.jsonl").write_text("\n".join(masked) + "\n", "utf-8")
    found, before = again(copy), again(folder)
    assert [result.id for result in found.results if result.verdict == MASKED] == [ID]
    assert {id: kind for id, kind in kinds(found).items() if id != ID}.items() <= kinds(before).items()


def _masked(line: str) -> str:
    return line.replace("active=N", "active=***").replace("- 6666|", "- ***|")

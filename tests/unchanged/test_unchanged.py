"""What the suite sends, gets and concludes is what it was before its structure changed."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.support.some import drawn
from tools import unchanged
from tools.unchanged import (
    DESCRIBED,
    DOCUMENT,
    PARTS,
    RULED,
    Table,
    by_the_guard,
    case_ids,
    changes,
    in_openapi,
    in_the_catalogue,
    on_server,
    read,
    write,
)
from tools.unchanged.servers import SERVERS

WAS = read()
IDS = case_ids(WAS)
HONEST, FAULTY = "2.14-202 shipped", "by-hand/batches/rolled-back"

SERVERS_IN_A_USUAL_RUN = 3
PORTIONS = 6
"""Of which a usual run has the guard rule on one."""

SHOWN = 30
"""Changes that a failure shows."""


def compare(was: Table, now: Table, columns: Iterable[str]) -> None:
    """Fail where a cell is not what it was."""
    told = list(changes(was, now, set(columns)))
    more = f"\n... and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    if told:
        pytest.fail("these are not what they were (CONTRIBUTING.md):\n" + "\n".join(told[:SHOWN]) + more, pytrace=False)


@pytest.mark.parametrize("server", drawn(SERVERS, SERVERS_IN_A_USUAL_RUN))
def test_a_server_is_sent_answers_and_comes_to_what_it_did(server: str) -> None:
    compare(WAS, on_server(server, IDS), columns(server))


@pytest.mark.parametrize("portion", drawn(range(PORTIONS)))
def test_the_guard_rules_as_it_did(portion: int) -> None:
    some = IDS[portion::PORTIONS]
    compare({id: WAS[id] for id in some}, by_the_guard(IDS, some), {RULED})


def test_the_catalogue_says_of_its_cases_what_it_did() -> None:
    compare(WAS, in_the_catalogue(IDS), {DESCRIBED})


def test_the_catalogue_has_its_cases_in_the_order_that_it_had() -> None:
    known = set(IDS)
    assert [id for id in unchanged.cases() if id in known] == [id for id in IDS if WAS[id]]


def test_openapi_documents_say_what_they_did() -> None:
    compare(WAS, in_openapi(), {DOCUMENT})


def test_every_case_has_been_sent_to_every_server_but_those_for_newer_ones() -> None:
    for server in SERVERS:
        unsent = [id for id in IDS if f"{server}: sent" not in WAS[id]]
        assert len(unsent) <= 9, server


def test_a_server_that_answers_otherwise_is_told_of_by_case_and_part() -> None:
    ids = [id for id in IDS if id.startswith("copy_did/batch/")][:20]
    faulty = {
        row: {column.replace(FAULTY, HONEST): cell for column, cell in cells.items()}
        for row, cells in on_server(FAULTY, ids).items()
    }
    told = list(changes(on_server(HONEST, ids), faulty, columns(HONEST)))
    assert {f"copy_did/batch/mixed: {HONEST}: {part}" for part in ("replies", "verdict")} <= set(told)
    assert not any(line.startswith(f"{ids[0]}:") for line in told)


def test_another_title_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unchanged, "described", lambda case: case.title)
    assert f"{IDS[0]}: {DESCRIBED}" in list(changes(WAS, in_the_catalogue(IDS[:2]), {DESCRIBED}))


def test_a_case_that_is_gone_is_told_of() -> None:
    gone = IDS[3]
    now = {row: cells for row, cells in WAS.items() if row != gone}
    assert f"{gone}: {DESCRIBED}" in list(changes(WAS, now, WAS[gone]))


def test_a_case_that_is_added_changes_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    every = unchanged.cases()
    monkeypatch.setattr(unchanged.servers, "cases", lambda: dict(reversed(every.items())))
    some = IDS[:30]
    compare({id: WAS[id] for id in some}, on_server(HONEST, some), columns(HONEST))


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    write(WAS, tmp_path / "table.csv")
    assert read(tmp_path / "table.csv") == WAS


def columns(server: str) -> set[str]:
    return {f"{server}: {part}" for part in PARTS}

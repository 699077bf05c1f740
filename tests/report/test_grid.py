import pytest

from conformance.report import grid
from conformance.verdict.model import Deviates, Pass, VerdictKind
from tests.report import sample


def cases(*ids: str) -> tuple[grid.Grid, ...]:
    return grid.grids(sample.report(*(sample.case(id, Pass()) for id in ids)))


def test_a_rule_that_several_fields_share_is_a_column() -> None:
    (only,) = cases("add/a/empty", "add/a/own", "add/b/empty", "add/c/empty", "add/c/other/part")
    assert only.columns == ("empty",)
    assert [(row.field, bool(row.shared[0]), [c.rule for c in row.own]) for row in only.rows] == [
        ("a", True, ["own"]),
        ("b", True, []),
        ("c", True, ["other/part"]),
    ]


def test_a_column_is_empty_where_a_field_has_no_such_rule() -> None:
    (only,) = cases("add/a/empty", "add/b/empty", "add/c/empty", "add/d/own")
    assert only.rows[3].shared == (None,)


def test_what_has_no_rule_makes_no_column() -> None:
    (only,) = cases("fuzz/counts", "fuzz/replies", "fuzz/sequences")
    assert (only.columns, [len(row.own) for row in only.rows]) == ((), [1, 1, 1])


@pytest.mark.parametrize("ids", [("fuzz/replies",), ("odd",), ("add/a/x", "add/a/x"), tuple(sample.VERDICTS)])
def test_every_case_has_a_cell(ids: tuple[str, ...]) -> None:
    cells = [cell for one in cases(*ids) for row in one.rows for cell in (*row.shared, *row.own) if cell]
    assert sorted(cell.id for cell in cells) == sorted(ids)


def test_each_function_has_a_grid() -> None:
    assert [one.function for one in grid.grids(sample.every_verdict())] == [
        "add_did",
        "permission",
        "update_did",
        "version",
    ]


def test_a_dangerous_deviation_looks_other_than_the_rest() -> None:
    verdict = Deviates(ids=("odd", "harm"))
    seen = (sample.seen("odd", "misleading"), sample.seen("harm", "dangerous"))
    for deviations, look in ((seen, "dangerous"), (seen[:1], "deviation")):
        report = sample.report(sample.case("add/a/b", verdict), deviations=deviations)
        assert grid.looks(grid.grids(report), grid.SIGNS) == (look,)


def test_every_verdict_has_a_sign_of_its_own() -> None:
    assert set(VerdictKind) < set(grid.SIGNS)
    assert len(set(grid.SIGNS.values())) == len(grid.SIGNS)

"""Numbers of cases, roles and searches in the documentation are those of the data."""

import shutil
from pathlib import Path

import pytest

from tools.counts import ROOT, Count, counts


@pytest.mark.parametrize("count", list(counts()), ids=lambda count: f"{count.page}: {count.pattern}")
def test_a_number_is_that_of_the_data(count: Count) -> None:
    assert set(count.found()) == {count.right}, "`python -m tools.counts` writes the right one"


def test_a_wrong_number_is_found_and_corrected_also_where_a_line_ends_within(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("There are 1,000\ncases of it, and 7 roles.\n")
    wrong = Count("page.md", r"are ([\d,]+) cases", "1,236")
    assert wrong.found(tmp_path) == ["1,000"]
    wrong.correct(tmp_path)
    assert (tmp_path / "page.md").read_text() == "There are 1,236\ncases of it, and 7 roles.\n"


def test_the_readme_is_corrected_in_the_places_where_it_counts(tmp_path: Path) -> None:
    shutil.copy(ROOT / "README.md", tmp_path)
    [total] = [count for count in counts() if count.pattern.startswith("The")]
    Count(total.page, total.pattern, "77").correct(tmp_path)
    assert total.found(tmp_path) == ["77"]

"""A comparison as one page that needs nothing else, in the frame of every page."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.compare import view
from conformance.compare.model import CaseChange, Change, Comparison
from conformance.report import grid
from conformance.report.advice import Tone
from conformance.report.page import page
from conformance.verdict.model import kind

SIGNS = {
    Change.REGRESSION: "✗",
    Change.DEVIATES: "▲",
    Change.NO_DEVIATION: "▽",
    Change.FIX: "✓",
    Change.FLAKY: "~",
    Change.REPLY: "≠",
    Change.JUDGED: "§",
    Change.NO_ANSWER: "‖",
    Change.NOT_TESTED: "–",  # noqa: RUF001 - a sign, not a minus
    Change.NEW: "+",
    Change.GONE: "∅",
    Change.NONE: "·",
}
"""A sign for each change: colour is never all there is."""


def render(comparison: Comparison) -> str:
    """The page: of two runs each difference, of more of them the matrix."""
    changes = [row.change for row in comparison.rows]
    return page(
        "compare",
        "report",
        package="conformance.compare",
        comparison=comparison,
        tone=_tone(comparison),
        signs=SIGNS,
        maps=grid.laid_out((row.id, row.change) for row in comparison.rows),
        kinds={change.value: changes.count(change) for change in Change if change in changes},
        known=_known(comparison),
        told=view,
        kind_of=kind,
    )


def _tone(comparison: Comparison) -> Tone:
    if comparison.exit_code == 1:
        return Tone.BAD
    is_same = comparison.exit_code == 0 and not any(pair.changes for pair in comparison.pairs)
    return Tone.GOOD if is_same else Tone.UNSURE


def _known(comparison: Comparison) -> Mapping[str, list[tuple[list[int], CaseChange]]]:
    """What has become of each case that is not the same, and in which runs, counted from 1."""
    found: dict[str, list[tuple[list[int], CaseChange]]] = {}
    for pair in comparison.pairs:
        for case in pair.changes:
            told = found.setdefault(case.id, [])
            runs = next((runs for runs, known in told if (known.why, known.replies) == (case.why, case.replies)), None)
            if runs is None:
                told.append(([pair.after + 1], case))
            else:
                runs.append(pair.after + 1)
    return found

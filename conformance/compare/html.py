"""A comparison as one page that needs nothing else, in the frame of every page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from conformance.compare import view
from conformance.compare.model import LOOKS, CaseChange, ChangeKind, Comparison
from conformance.report import grid
from conformance.report.html import page
from conformance.upgrade.effect import WORDS, ClientEffect
from conformance.verdict.model import kind

SIGNS: Mapping[str, str] = {
    ClientEffect.FAILS: "✗",
    ClientEffect.STORED: "▲",
    ClientEffect.WORKS: "✓",
    ClientEffect.REPLY: "≠",
    ClientEffect.FORM: "≈",
    ClientEffect.UNKNOWN: "?",
    ChangeKind.FLAKY: "~",
    ChangeKind.JUDGED: "§",
    ChangeKind.NO_ANSWER: "‖",
    ChangeKind.NOT_TESTED: "–",  # noqa: RUF001 - a sign, not a minus
    ChangeKind.NEW: "+",
    ChangeKind.GONE: "∅",
    ChangeKind.NONE: "·",
}
"""A sign for all that can be said of a case: colour is never all there is."""


def render(comparison: Comparison) -> str:
    """The page: of two runs each difference, of more of them the matrix."""
    looks = Counter(row.look for row in comparison.rows)
    return page(
        "compare",
        "report",
        package="conformance.compare",
        comparison=comparison,
        tone=view.tone(comparison),
        signs=SIGNS,
        maps=grid.laid_out((row.id, row.look) for row in comparison.rows),
        kinds={look: looks[look] for look in LOOKS if look in looks},
        known=_known(comparison),
        told=view,
        words=WORDS,
        zip=zip,
        kind_of=kind,
    )


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

"""A self-check as one page that needs nothing else."""

from __future__ import annotations

from conformance.report.page import page
from conformance.selfcheck.summary import Summary


def render(summary: Summary) -> str:
    """The page, in the frame of every page."""
    return page("selfcheck", package="conformance.selfcheck", summary=summary, **_lists(summary))


def _lists(summary: Summary) -> dict[str, object]:
    """What the page lists, each line as a name and what is said of it."""
    result = summary.result
    caught = [row for row in result.rows if row.killed]
    return {
        "kind_of": {row.id: row.kind for row in result.rows},
        "survivors": [(row.id, f"{row.title}; {row.reason}") for row in result.survivors],
        "hidden": [(row.id, f"{row.title}; {row.hidden}") for row in result.hidden],
        "honest": [
            (server.server, ", ".join([*sorted(server.trial.killed_by), *server.trial.errors]))
            for server in summary.failed_honest
        ],
        "lost": [(loss.fault, ", ".join(loss.cases)) for loss in summary.losses],
        "differing": [
            (check.fault, f"only there: {', '.join(check.only_there)}; only here: {', '.join(check.only_here)}")
            for check in summary.differing
        ],
        "caught": caught,
        "most": max((len(row.trial.kills) for row in caught), default=1),
    }

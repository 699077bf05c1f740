"""A self-check as files: as JSON for other programs, and as one page that needs nothing else."""

from __future__ import annotations

import msgspec

from conformance.report.html import page
from conformance.selfcheck.summary import Summary


def as_json(summary: Summary) -> bytes:
    """Everything that was found out, as JSON."""
    result = summary.result
    content = {
        "score": {"caught": summary.caught, "visible": len(result.visible), "hidden": len(result.hidden)},
        "exit_code": summary.exit_code,
        "level": result.level,
        "seconds": round(result.seconds, 1),
        "survivors": [{"id": row.id, "title": row.title, "reason": row.reason} for row in result.survivors],
        "fault_free": result.fault_free,
        "over_http": result.over_http,
        "lost": [{"fault": loss.fault, "cases": loss.cases} for loss in summary.losses],
        "parts": [{"suite": b.part.name, "caught": b.caught, "lost": b.lost} for b in summary.parts],
        "cases": {
            "all": result.cases,
            "idle": summary.idle,
            "redundant": summary.redundant,
            "fewest": summary.fewest,
        },
        "faults": result.rows,
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"


def as_page(summary: Summary) -> str:
    """Everything that was found out as a page, in the frame of every page."""
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

"""A self-check as JSON, for other programs."""

from __future__ import annotations

import msgspec

from conformance.selfcheck.summary import Summary


def encode(summary: Summary) -> bytes:
    """Everything that was found out."""
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

"""A self-check as one page that needs nothing else."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.report.text import visible
from conformance.selfcheck.summary import Summary


def render(summary: Summary) -> str:
    """The page. Its security policy allows its own style, and nothing from anywhere else."""
    templates = Environment(
        loader=PackageLoader("conformance.selfcheck"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters["visible"] = visible
    assert templates.loader is not None
    style = templates.loader.get_source(templates, "selfcheck.css")[0]
    return templates.get_template("selfcheck.html").render(
        summary=summary,
        style=Markup(style),  # noqa: S704 - our own file
        **_lists(summary),
    )


def _lists(summary: Summary) -> dict[str, object]:
    """What the page lists, each line as a name and what is said of it."""
    result = summary.result
    caught = [row for row in result.rows if row.killed]
    return {
        "survivors": [(row.id, f"{row.title}; {row.reason}") for row in result.survivors],
        "hidden": [(row.id, f"{row.title}; {row.hidden}") for row in result.hidden],
        "honest": [
            (server.server, ", ".join([*sorted(server.attempt.killed_by), *server.attempt.errors]))
            for server in summary.failed_honest
        ],
        "lost": [(loss.fault, ", ".join(loss.cases)) for loss in summary.losses],
        "differing": [
            (check.fault, f"only there: {', '.join(check.only_there)}; only here: {', '.join(check.only_here)}")
            for check in summary.differing
        ],
        "caught": caught,
        "most": max((len(row.attempt.kills) for row in caught), default=1),
    }

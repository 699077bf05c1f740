"""report.html: one file that needs nothing else, with or without JavaScript."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from markupsafe import Markup

from conformance.report.files import write_whole
from conformance.report.jinja import environment
from conformance.report.model import Report

NAME = "report.html"


def write(report: Report, folder: Path) -> Path:
    """Write `report.html`."""
    return write_whole(folder / NAME, render(report).encode())


def render(report: Report) -> str:
    """The page. Its security policy allows one script, by its hash, and nothing from anywhere else."""
    templates = environment(html=True)
    assert templates.loader is not None
    script, style = (templates.loader.get_source(templates, name)[0] for name in ("report.js", "report.css"))
    return templates.get_template("report.html").render(
        report=report,
        script=Markup(script),  # noqa: S704 - our own file
        style=Markup(style),  # noqa: S704 - the same
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )

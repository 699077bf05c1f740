"""Pages as one file that needs nothing else, with or without JavaScript; report.html is one of them.

Templates, their style and their script stand in one frame. A page of another package extends `base.html` and has its
own `NAME.html` and, if it needs more style, `NAME.css`.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import BaseLoader, ChoiceLoader, PackageLoader, TemplateNotFound
from markupsafe import Markup

from conformance.report.files import write_whole
from conformance.report.jinja import environment
from conformance.report.model import Report

NAME = "report.html"
_OURS = "conformance.report"


def write(report: Report, folder: Path) -> Path:
    """Write `report.html`."""
    return write_whole(folder / NAME, render(report).encode())


def render(report: Report) -> str:
    """The page."""
    return page("report", report=report)


def page(name: str, like: str = "", /, *, package: str = _OURS, **values: object) -> str:
    """The page of the template `NAME.html`. Its security policy allows our script, by its hash, and nothing else.

    A page that has what another one has, such as its map, is `like` that: it has its style and script too.
    """
    templates = environment(html=True)
    templates.loader = loader = ChoiceLoader([PackageLoader(package), PackageLoader(_OURS)])
    script, style = (
        "".join(_source(loader, f"{part}.{ending}") for part in ("base", like, name)) for ending in ("js", "css")
    )
    return templates.get_template(f"{name}.html").render(
        **values,
        script=Markup(script),  # noqa: S704 - our own files
        style=Markup(style),  # noqa: S704 - the same
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def _source(loader: BaseLoader, file: str) -> str:
    """A file of the templates, empty if the page has none of that kind."""
    try:
        return loader.get_source(environment(html=True), file)[0]
    except TemplateNotFound:
        return ""

"""Writes the pages into a temporary folder, lets zensical make a site of them, and checks its links."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tools.site import paths
from tools.site.links import problems
from tools.site.own_pages import menu, own_pages
from tools.site.sources import data_pages

_CONFIG = Path(__file__).with_name("zensical.toml")
_LISTS = {"Cases": paths.CASES, "Clauses": paths.CLAUSES, "Deviations": paths.DEVIATIONS}


def build(target: Path) -> list[str]:
    """Make the site in `target`, which is replaced; the answer is what is wrong with it, a line each.

    Raises subprocess.CalledProcessError if zensical refuses it.
    """
    own = own_pages()
    with tempfile.TemporaryDirectory(prefix="vicidial-conformance-docs-") as name:
        folder = Path(name)
        write({**own, **data_pages()}, folder / "pages")
        (folder / _CONFIG.name).write_text(config(own), "utf-8")
        command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict", "--config-file", _CONFIG.name]
        subprocess.run(command, cwd=folder, check=True)  # noqa: S603 - our own words
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder / "site", target)
    return problems(target)


def write(pages: Mapping[str, str], folder: Path) -> None:
    """Write every page at its place."""
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def config(own: Mapping[str, str]) -> str:
    """The generator's settings. Single cases are in lists, not in the menu, which every page repeats."""
    home, start, *others = menu(own)
    entries = [home, start, *_LISTS.items(), *others]
    rows = ",\n".join(f"  {{{json.dumps(title)} = {json.dumps(at)}}}" for title, at in entries)
    return _CONFIG.read_text("utf-8").replace("nav = []", f"nav = [\n{rows}\n]")

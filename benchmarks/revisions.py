"""Is one revision slower than another? A standard run by each over the same cases, in turn, against one emulator.

Processor time of the suite alone, the least of three, and the ratio for a request. Run it in a clone with
`python benchmarks/revisions.py OLD NEW 'add_did/*' 'update_did/*' 'copy_did/*'`; without patterns it takes all cases.
"""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import tarfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from support import emulator

ROUNDS = 3


@dataclass(frozen=True)
class Cost:
    """What one run took: seconds of processor time, and requests."""

    seconds: float
    requests: int

    @property
    def each(self) -> float:
        """Milliseconds for a request."""
        return 1000 * self.seconds / self.requests


def unpacked(revision: str, folder: Path) -> Path:
    """The tree of a revision in a folder of its own."""
    packed = subprocess.run(["git", "archive", revision], capture_output=True, check=True)  # noqa: S607
    tree = folder / revision
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(tree, filter="data")
    return tree


def run(tree: Path, url: str, patterns: list[str], report: Path) -> Cost:
    """One standard run by the code of a tree, which must end well."""
    target = tree / "conformance" / "emulator" / "target.toml"
    command = [sys.executable, "-c", start(tree), "run", url, "--target", str(target), "--report", str(report)]
    command += ["--allow-writes", "--rate", "0", "--level", "standard", "--quiet"]
    command += [word for pattern in patterns for word in ("--only", pattern)]
    environment = {**os.environ, "VICIDIAL_EMULATOR_PASS": "1234", "PYTHONPATH": str(tree)}
    before = used()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=environment, cwd=tree)
    requests: int = json.loads((report / "report.json").read_text("utf-8"))["requests"]
    return Cost(used() - before, requests)


def start(tree: Path) -> str:
    """What starts a revision's command line."""
    project = tomllib.loads((tree / "pyproject.toml").read_text("utf-8"))["project"]
    module, _, function = project["scripts"]["vicidial-conformance"].partition(":")
    return f"from {module} import {function} as run; run()"


def used() -> float:
    """The processor time of all programs that have ended so far, in seconds."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def main() -> None:
    """Print a line for each revision, and the ratio."""
    old, new, *patterns = sys.argv[1:]
    with TemporaryDirectory() as folder, emulator() as url:
        trees = {revision: unpacked(revision, Path(folder)) for revision in (old, new)}
        rounds = [
            {name: run(tree, url, patterns, Path(folder) / f"{name}-{turn}") for name, tree in trees.items()}
            for turn in range(ROUNDS)
        ]
    least = {revision: min((costs[revision] for costs in rounds), key=lambda cost: cost.each) for revision in trees}
    print("              requests   seconds   ms a request")
    for revision, cost in least.items():
        print(f"{revision:12.12}  {cost.requests:8}   {cost.seconds:7.1f}   {cost.each:12.2f}")
    print(f"ratio for a request   {least[new].each / least[old].each:.2f}")


if __name__ == "__main__":
    main()

"""Kill a run at a random moment, clean up, and count what is left on the server: it has to be nothing.

`python -m tests.safety.kill --points 200 --seed 1`
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.cases.model import Level
from conformance.contract.world import Column
from conformance.emulator.config import Config
from conformance.run.files import ledgers, read_run
from conformance.run.ledger import read_ledger
from conformance.run.recover import recover
from tests.safety.support import PASSWORD, Server, built_in_target, planned, serving

START = "from conformance.commands.app import main; main()"
ONLY = ("add_did/life-cycle/*", "update_did/delete/*", "copy_did/batch/*", "add_did/did_route/*")
LONGEST = 1.5
"""Seconds after its beginning in which a run is killed."""

PATIENCE = 30.0
Rows = Sequence[Mapping[str, Column]]


@dataclass(frozen=True)
class Point:
    """One killed run: what the server had more right after it, and what was still there after cleaning up."""

    killed_at: float
    made: int
    ledger: int
    left: Rows


def kill_points(points: int, seed: int, folder: Path) -> Iterable[Point]:
    """Kill that many runs, each against the same emulator, which restarts before every second clean-up."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    config = Config(state=folder / "dids.sqlite")
    with serving(config) as server:
        before, url = server.rows(), server.url
    port = int(url.split(":")[2].split("/")[0])
    for number in range(points):
        report = folder / f"run{number}"
        moment = chance.uniform(0, LONGEST)
        with serving(config, port=port) as server:
            _killed(url, report, moment)
            made = len(_more(server, before))
            claimed = sum(len(read_ledger(path).open) for path in ledgers(report))
            if number % 2:
                _clean_up_twice(url, report)
                yield Point(moment, made, claimed, _more(server, before))
                continue
        with serving(config, port=port) as server:
            _clean_up_twice(url, report)
            yield Point(moment, made, claimed, _more(server, before))


def _killed(url: str, report: Path, moment: float) -> None:
    report.mkdir()
    target = report / "target.toml"
    target.write_text(f'url = "{url}"\n[roles.admin]\nuser = "6666"\npassword_env = "VICIDIAL_PASS"\n', "utf-8")
    command = [
        sys.executable,
        "-c",
        START,
        "run",
        url,
        "--target",
        str(target),
        "--report",
        str(report),
        "-q",
        "--allow-writes",
        "--rate",
        "0",
    ]
    command += [f"--only={glob}" for glob in ONLY]
    environment = {**os.environ, "VICIDIAL_PASS": PASSWORD}
    process = subprocess.Popen(  # noqa: S603 - our own program
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _until_begun(process, report)
        time.sleep(moment)
    finally:
        process.kill()
        process.wait()


def _until_begun(process: subprocess.Popen[bytes], report: Path) -> None:
    """The ledger is made just before the first request leaves."""
    deadline = time.monotonic() + PATIENCE
    while not ledgers(report):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the run did not begin")
        time.sleep(0.002)


def _clean_up_twice(url: str, report: Path) -> None:
    plan = planned(built_in_target(url), report, run=read_run(report).run)
    for _ in range(2):
        recover(replace(plan, level=Level.STANDARD))


def _more(server: Server, before: Rows) -> Rows:
    rows = server.rows()
    assert all(row in rows for row in before), "a DID that was there before the run is gone or changed"
    return [row for row in rows if row not in before]


def main() -> int:
    """Print what the points came to; exit code 1 if any DID is left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with TemporaryDirectory(prefix="vicidial-conformance-kill-") as folder:
        os.environ["XDG_STATE_HOME"] = folder
        points = list(kill_points(given.points, given.seed, Path(folder)))
    left = sum(len(point.left) for point in points)
    made = sum(point.made for point in points)
    print(f"{len(points)} runs killed, {sum(point.made > 0 for point in points)} of them with DIDs on the server")
    print(f"{made} DIDs on the server when killed, {sum(point.ledger for point in points)} in the ledgers")
    print(f"{left} DIDs left after cleaning up")
    return int(left > 0)


if __name__ == "__main__":
    sys.exit(main())

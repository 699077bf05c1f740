"""Interrupt commands, lose replies and let servers be late at random moments: whatever is left has to be said.

`python -m tests.edges.moments --points 300 --seed 1`
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.contract.world import Put
from conformance.run.files import RunFile, ledger_path, write_run
from conformance.run.ledger import open_ledger
from tests.edges.programs import PROGRAM, environment
from tests.edges.troubled import Answer, Server, gateway, late, lost, reset, saying, troubled
from tests.support.rows import DID, did, named

FINDINGS = Path(__file__).parents[2] / "fixtures" / "findings"
RUN = "123456"
OWN = tuple(f"999{RUN}{number:04d}1" for number in range(6))
TIMEOUT, LATE, SETTLING = 0.4, 0.7, 1.5
"""Seconds that a client waits, that a late server takes, and that it may go on working."""

LONGEST = 150.0
LEFT = 4
ONLY = ("--only", "add_did/life-cycle/*", "--only", "copy_did/batch/*", "--only", "update_did/delete/*")

COMMANDS: dict[str, tuple[str, ...]] = {
    "run": ("run", "{url}", "--user", "6666", *ONLY, "--allow-writes", "--rate", "0", "--report", "r"),
    "fuzz": ("fuzz", "{url}", "--user", "6666", "--budget", "120", "--allow-writes", "--rate", "0", "--report", "r"),
    "identify": ("identify", "{url}", "--user", "6666", "--allow-writes", "--rate", "0", "--report", "r"),
    "replay": ("replay", "{finding}", "--url", "{url}", "--user", "6666", "--allow-writes"),
    "cleanup": ("cleanup", "r", "--user", "6666"),
}
REQUESTS = {"run": 160, "fuzz": 120, "identify": 40, "replay": 12, "cleanup": 20}
"""About how many requests each sends: moments are drawn among them."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TROUBLES: dict[str, Answer] = {
    "lost": lost,
    "reset": reset,
    "late": late(LATE),
    "behind a gateway": gateway(LATE),
    "500 after the work": saying(500, does=True),
}


@dataclass(frozen=True)
class Point:
    """What happens at which requests of a command, counted from 0. `signals` are sent just before they are answered."""

    command: str
    signals: tuple[tuple[int, signal.Signals], ...] = ()
    troubles: tuple[tuple[int, str], ...] = ()

    def __str__(self) -> str:
        met = [f"{name} at {at}" for at, name in self.troubles] + [f"{sent.name} at {at}" for at, sent in self.signals]
        return f"{self.command}: {', '.join(met)}"


@dataclass(frozen=True)
class Ended:
    """What became of it: the exit code, all that was written, the DIDs that are there, those there after a cleanup."""

    point: Point
    code: int
    said: str
    left: tuple[str, ...]
    after_cleanup: tuple[str, ...]

    @property
    def wrong(self) -> str | None:
        """What promise was broken, if one was."""
        if self.left and self.code != LEFT:
            return f"exit {self.code}, and {', '.join(self.left)} left"
        if self.left and "Nothing is left" in self.said:
            return "it says that nothing is left"
        unnamed = [did for did in self.left if did not in self.said and " more;" not in self.said]
        if unnamed:
            return f"{', '.join(unnamed)} left, and not named"
        if "Traceback" in self.said or "a bug of ours" in self.said:
            return "a traceback"
        return f"{', '.join(self.after_cleanup)} left after cleanup" if self.after_cleanup else None


def drawn(chance: random.Random) -> Point:
    """A point: one to three troubles or signals, the second signal soon after the first."""
    command = chance.choice(list(COMMANDS))
    most = REQUESTS[command]
    at = chance.randrange(most)
    kind = chance.randrange(4)
    signals: tuple[tuple[int, signal.Signals], ...] = ()
    troubles: tuple[tuple[int, str], ...] = ()
    if kind != 0:
        signals = ((at, chance.choice(SIGNALS)),)
    if kind == 1:
        signals = (*signals, (at + chance.randrange(1, 12), chance.choice(SIGNALS)))
    if kind in (0, 3):
        troubles = tuple((chance.randrange(most), chance.choice(list(TROUBLES))) for _ in range(chance.randrange(1, 4)))
    return Point(command, signals, troubles)


@dataclass
class _Met:
    """Decides what the server does; knows the process once it is there."""

    point: Point
    process: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __call__(self, number: int, query: str) -> Answer | None:
        del query
        for at, sent in self.point.signals:
            if at == number and self.process:
                self.process[0].send_signal(sent)
        return next((TROUBLES[name] for at, name in self.point.troubles if at == number), None)


def carried_out(point: Point) -> Ended:
    """One command against one server, and a cleanup after it."""
    met = _Met(point)
    with TemporaryDirectory(prefix="moments-") as name, troubled(met) as server:
        folder = Path(name)
        before = server.rows
        if point.command == "cleanup":
            _owed(folder / "r", server)
        code, said = _started(point, server.url, folder, met)
        time.sleep(LATE * 1.2 if point.troubles else 0)
        left = tuple(row for row in server.rows if row not in before)
        assert all(row in server.rows for row in before), "a DID that was there before is gone"
        met.point = Point(point.command)
        folders = [path.parent for path in folder.rglob("run.json")]
        for report in folders:
            _started(Point("cleanup"), server.url, folder, met, str(report))
        return Ended(point, code, said, left, tuple(row for row in server.rows if row not in before))


def _owed(report: Path, server: Server) -> None:
    """A run that was killed, with its DIDs on the server."""
    report.mkdir()
    write_run(report, RunFile(url=server.url, run=RUN, user="6666", level="standard"))
    ledger = open_ledger(ledger_path(report), RUN, settling=0)
    asyncio.run(ledger.claim(named(*OWN), "case"))
    ledger.close()
    lines = ledger_path(report).read_bytes().splitlines(keepends=True)
    ledger_path(report).write_bytes(b"".join(lines[:-1]))  # a run that is killed does not close it
    for pattern in OWN[:4]:
        server.store.apply((Put(did(server.store.next_number(DID), pattern)),))


def _started(point: Point, url: str, folder: Path, met: _Met, report: str = "r") -> tuple[int, str]:
    finding = next(iter(sorted(FINDINGS.glob("*.json"))))
    words = [word.format(url=url, finding=finding) for word in COMMANDS[point.command]]
    words = [report if word == "r" and point.command == "cleanup" else word for word in words]
    line = [*PROGRAM, *words, "--timeout", str(TIMEOUT), "--settling", str(SETTLING)]
    state = {"XDG_STATE_HOME": str(folder / "state"), "VICIDIAL_PASS": "1234"}
    with subprocess.Popen(  # noqa: S603 - our own program
        line, cwd=folder, env=environment(**state), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        met.process[:] = [process]
        try:
            said, _ = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
            said += b"\nTraceback: it hung"
        met.process.clear()
    return process.returncode, said.decode("utf-8", "replace")


def points(count: int, seed: int) -> list[Point]:
    """The points of a seed."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    return [drawn(chance) for _ in range(count)]


def endings(every: Sequence[Point], jobs: int = 2) -> Iterator[Ended]:
    """What becomes of each, in their order."""
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(carried_out, every)


def main() -> int:
    """Print what the points came to; exit code 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("-v", action="store_true")
    given = parser.parse_args()
    ended = []
    for one in endings(points(given.points, given.seed), given.jobs):
        ended.append(one)
        if one.wrong or given.v:
            print(f"{one.point}: exit {one.code}: {one.wrong or 'fine'}", flush=True)
            if one.wrong:
                print("    " + one.said[-1500:].replace("\n", "\n    "), flush=True)
    wrong = sum(one.wrong is not None for one in ended)
    left = sum(bool(one.left) for one in ended)
    print(f"{len(ended)} points, {left} ended with DIDs left and said so; {wrong} broke a promise")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())

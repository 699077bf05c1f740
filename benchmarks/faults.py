"""How many requests does it take to find a fault that no written-out case sees? Ours, and plain Schemathesis.

Each of the twenty subtle faults of the emulator, three seeds, at most 2,000 requests. Plain Schemathesis gets the same
OpenAPI documents, the same server and as many requests, and may call a fault found when any of its own checks fails
that does not fail on the emulator without the fault. Run it with `python benchmarks/faults.py`, with `--ours` for
one column only.
"""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from support import opened

from conformance.emulator.faults.model import Fault, faulty
from conformance.emulator.faults.subtle import subtle
from conformance.fuzz import driver
from conformance.fuzz.driver import Fuzzer
from conformance.fuzz.examples import Examples
from conformance.fuzz.model import Tally
from conformance.fuzz.names import NAMES
from conformance.fuzz.properties.catalogue import search_of
from conformance.options import Effort

SEEDS = (1, 2, 3)
BUDGET = 2000


def ours(fault: Fault, seed: int) -> int | None:
    """The number of requests after which the fuzzer sees the fault first; None if it does not."""
    driver.REDUCING = 0
    app = faulty(fault)
    with closing(app.state.store), TemporaryDirectory() as folder, opened(app, Path(folder), seed) as run:
        searches = [search_of(name, run) for name in NAMES]
        weights = sum(search.weight for search in searches)
        fuzzer = Fuzzer(run, Effort(requests=BUDGET, seed=seed), weights, Examples(Path(folder) / "examples"))
        fuzzer.watch = _stop
        with suppress(Found):
            for search in searches:
                fuzzer(search)
        return min((finding.after for finding in fuzzer.findings.values()), default=None)


class Found(BaseException):
    """The first finding is all that counts here."""


def _stop(tally: Tally, findings: int) -> None:
    del tally
    if findings:
        raise Found


def main() -> None:
    """Print the table."""
    for fault in subtle():
        found = [ours(fault, seed) for seed in SEEDS]
        seen = [number for number in found if number is not None]
        shown = f"{median(seen):.0f}" if seen else "-"
        print(f"{fault.id:45} {shown:>6}   {found}", flush=True)


if __name__ == "__main__":
    main()

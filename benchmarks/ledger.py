"""What does the ledger cost? Wall time of a standard run with it, beside one whose ledger writes nothing, as a ratio.

Both do the same cases against the same emulator, in turn, so that what else the machine does hits both alike.
Run it with `python benchmarks/ledger.py`.
"""

from __future__ import annotations

import argparse
import time
from importlib.resources import files
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from support import emulator

from conformance.cases.catalogue import catalogue
from conformance.cases.model import Case, Level
from conformance.contract.load import load_contract
from conformance.defaults import CONCURRENCY, TIMEOUT
from conformance.run.ledger import Ledger
from conformance.run.plan import Plan, new_run
from conformance.run.run import Run
from conformance.run.settings import load_target, resolve
from conformance.verdict.model import Expect


def seconds(url: str, cases: list[Case], folder: Path, *, is_written: bool) -> float:
    """The wall time of a run of these cases, from its preflight to the end of its clean-up.

    Without a ledger that is written it is what a run would be that could not be cleaned up after.
    """
    file = load_target(Path(str(files("conformance.emulator") / "target.toml")))
    target = resolve(url, file, None, None, {"VICIDIAL_EMULATOR_PASS": "1234"})
    folder.mkdir()
    run = Run(Plan(target, Level.STANDARD, Expect.EITHER, CONCURRENCY, TIMEOUT, True, folder, new_run()))
    if not is_written:
        run.sender.ledger.close()
        run.sender.ledger = Ledger(None, run.plan.run)
    start = time.perf_counter()
    run.open()
    for case in cases:
        run.ask(case)
    for case in cases:
        run.result(case)
    run.close()
    return time.perf_counter() - start


def main() -> None:
    """Print the two medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=4, help="take every so many-th case (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="runs of each kind (default: %(default)s)")
    given = parser.parse_args()
    cases = [case for case in catalogue(load_contract()) if case.level <= Level.STANDARD][:: given.every]
    taken: dict[bool, list[float]] = {True: [], False: []}
    with emulator() as url, TemporaryDirectory() as folder:
        seconds(url, cases, Path(folder) / "warm-up", is_written=True)
        for number in range(given.rounds):
            kinds = list(taken) if number % 2 else list(taken)[::-1]
            for kind in kinds:
                taken[kind].append(seconds(url, cases, Path(folder) / f"{kind}{number}", is_written=kind))
    written, forgotten = median(taken[True]), median(taken[False])
    ratios = [a / b for a, b in zip(taken[True], taken[False], strict=True)]
    print(f"{len(cases)} cases   ledger on disk {written:.2f} s   in memory {forgotten:.2f} s")
    print(f"ratio of the medians {written / forgotten:.3f}, median of the ratios {median(ratios):.3f}")


if __name__ == "__main__":
    main()

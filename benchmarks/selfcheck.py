"""What does the self-check cost, and how does it grow? Seconds of one processor for some faults, at three sizes.

The same faults, drawn from the catalogue, with a quarter, half and all of the cases; and half of the faults with all of
them. `fault-free` is what has to be done once for a configuration. Run it with `python benchmarks/selfcheck.py`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace

from conformance.contract.load import load_contract
from conformance.emulator.faults.catalogue import faults
from conformance.emulator.faults.model import Fault
from conformance.selfcheck.checker import Checker
from conformance.selfcheck.over_http import drawn, failing_over_http
from conformance.selfcheck.run import Suite

FAULTS = 60
WHOLE = Suite.whole(load_contract())


def measured(share: int, chosen: Sequence[Fault], *, shortcuts: bool = True) -> None:
    """Print a line for every `share`th case and these faults."""
    cases = WHOLE.cases[::share]
    checker = Checker(replace(WHOLE, cases=cases), shortcuts=shortcuts)
    start = time.process_time()
    checker.honest(checker.base)
    once = time.process_time() - start
    trials = [checker.trial(fault) for fault in chosen]
    each = sum(trial.seconds for trial in trials) / len(trials)
    product = len(cases) * len(chosen)
    name = "" if shortcuts else "  every case sent"
    print(
        f"{len(cases):6} {len(chosen):7} {product:15} {once:11.2f} {each:14.3f} {1e6 * each / len(cases):13.1f}{name}"
    )


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FAULTS
    base = Checker(WHOLE).base
    usual = [fault for fault in faults() if fault.config(base) == base]
    chosen = drawn(usual, count, 0)
    print(" cases  faults  cases x faults  fault-free s  s per fault  us per case")
    for share in (4, 2, 1):
        measured(share, chosen)
    measured(1, chosen[::2])
    measured(1, chosen[: max(1, count // 12)], shortcuts=False)
    start = time.perf_counter()
    failing_over_http(chosen[0], WHOLE, base)
    print(f"one fault over HTTP, all cases: {time.perf_counter() - start:.1f} s of wall time")


if __name__ == "__main__":
    main()

"""How many of the catalogue's faults does plain Schemathesis find, with as many requests as a run of the suite sends?

A seeded sample of the visible faults that a server of the newest build shows. Which of them the suite catches is read
from the committed kill matrix. A fault counts as found by Schemathesis as in `faults.py`. Run it with
`python benchmarks/catalogue.py 100`, or another size of the sample.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from plain import plain

from conformance.emulator.config import Config
from conformance.emulator.faults.catalogue import faults
from conformance.selfcheck.matrix import read
from conformance.selfcheck.over_http import drawn

MATRIX = Path(__file__).parents[1] / "fixtures" / "selfcheck" / "matrix.json"
REQUESTS = 5_400
"""What a run of all cases sends, rounded up."""

SAMPLE = 100
SEED = 1


def main() -> None:
    """Print a row for each kind of fault, and name what Schemathesis found."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE
    shown = [fault for fault in faults() if not fault.hidden and fault.config(Config()) == Config()]
    matrix = read(MATRIX)
    sample, suite, theirs = Counter[str](), Counter[str](), Counter[str]()
    for fault in drawn(shown, count, SEED):
        sample[fault.kind] += 1
        suite[fault.kind] += bool(matrix.get(fault.id))
        found = plain(fault, SEED, REQUESTS)
        theirs[fault.kind] += found is not None
        if found is not None:
            print(f"found with request {found}: {fault.id}", flush=True)
    print("| kind | in the sample | the suite | plain Schemathesis |\n|---|---|---|---|")
    for kind in sample:
        print(f"| {kind} | {sample[kind]} | {suite[kind]} | {theirs[kind]} |")
    print(f"| all | {sample.total()} | {suite.total()} | {theirs.total()} |")


if __name__ == "__main__":
    main()

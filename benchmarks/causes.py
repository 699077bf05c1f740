"""How many causes does a fault make? Faulty servers of the self-check, against all cases.

Run it with `python benchmarks/causes.py [FAULTS]`; half a second a fault. Faults that fail no case are left out.
"""

from __future__ import annotations

import sys
from collections import Counter

from conformance.contract.load import load_contract
from conformance.emulator.faults.catalogue import faults
from conformance.report.causes import causes_of
from conformance.report.model import CaseResult
from conformance.selfcheck.checker import Checker
from conformance.selfcheck.over_http import drawn
from conformance.selfcheck.run import Suite, Verdicts
from conformance.verdict.model import Expect, Fail

FAULTS = 100


def failed(verdicts: Verdicts) -> list[CaseResult]:
    """The cases that failed, as a report has them."""
    return [
        CaseResult(
            id=case.id,
            title=case.title,
            clause=case.clause,
            level=case.level.value,
            verdict=verdict,
            requests=0,
            elapsed=0.0,
        )
        for case, verdict in verdicts.cases
        if isinstance(verdict, Fail)
    ]


def main() -> None:
    """Print a line for each number of causes, and the kinds of the faults that make so many."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FAULTS
    checker = Checker(Suite.whole(load_contract()))
    chosen = drawn([fault for fault in faults() if fault.hidden is None], count, 0)
    numbers = [(fault.kind, len(causes_of(failed(checker.verdicts(fault)), Expect.EITHER.value))) for fault in chosen]
    print("causes  faults")
    for number, found in sorted(Counter(number for _, number in numbers if number).items()):
        kinds = Counter(kind.value for kind, own in numbers if own == number)
        print(f"{number:6} {found:7}  {', '.join(f'{kind} {n}' for kind, n in kinds.most_common())}")


if __name__ == "__main__":
    main()

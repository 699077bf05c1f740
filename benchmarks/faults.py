"""How many requests does it take to find a fault that no written-out case sees? Ours, and plain Schemathesis.

Each of the twenty subtle faults of the emulator, three seeds, at most 2,000 requests. Plain Schemathesis gets the same
OpenAPI documents, the same server and as many requests, and may call a fault found when any of its own checks fails
that does not fail on the emulator without the fault. Run it with `python benchmarks/faults.py`; `--ours` or `--plain`
is one of the two only, `--seeds 1` other seeds. A median is of those seeds that found the fault.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from plain import plain
from support import opened

from conformance.emulator.faults.catalogue import subtle
from conformance.emulator.faults.model import Fault, faulty
from conformance.fuzz import driver
from conformance.fuzz.driver import Fuzzer
from conformance.fuzz.examples import Examples
from conformance.fuzz.metered import Metered
from conformance.fuzz.model import FuzzTally
from conformance.fuzz.names import NAMES
from conformance.fuzz.search import search_of
from conformance.fuzz.share import shared
from conformance.run.plan import Effort

SEEDS = (1, 2, 3)
BUDGET = 2000


def ours(fault: Fault, seed: int) -> int | None:
    """The number of requests after which the fuzzer sees the fault first; None if it does not."""
    driver.REDUCING = 0
    app = faulty(fault)
    with closing(app.state.store), TemporaryDirectory() as folder, opened(app, Path(folder), seed) as run:
        metered, effort = Metered(run), Effort(requests=BUDGET, seed=seed)
        searches = [search_of(name, metered) for name in NAMES]
        fuzzer = Fuzzer(metered, effort, shared(searches, effort), Examples(Path(folder) / "examples"))
        fuzzer.watch = _stop
        with suppress(Found):
            for search in searches:
                fuzzer(search)
        return min((finding.after for finding in fuzzer.findings.values()), default=None)


class Found(BaseException):
    """The first finding is all that counts here."""


def _stop(tally: FuzzTally, findings: int) -> None:
    del tally
    if findings:
        raise Found


Contender = Callable[[Fault, int], int | None]

CONTENDERS: dict[str, Contender] = {"ours": ours, "plain": lambda fault, seed: plain(fault, seed, BUDGET)}


def columns(found: Sequence[int | None]) -> str:
    """The median of the requests it took, and how often the fault was found."""
    seen = [number for number in found if number is not None]
    return f"{f'{median(seen):.0f}' if seen else '-'} | {len(seen)}"


def main() -> None:
    """Print the table, a row as soon as it is known."""
    asked = _asked()
    names = [name for name in CONTENDERS if getattr(asked, name)] or list(CONTENDERS)
    print("| fault |", " | ".join(f"{name}: requests | found of {len(asked.seeds)}" for name in names), "|")
    print("|---|" + "---|---|" * len(names))
    for fault in subtle():
        cells = (columns([CONTENDERS[name](fault, seed) for seed in asked.seeds]) for name in names)
        print(f"| `{fault.id.removeprefix('subtle/')}` |", " | ".join(cells), "|", flush=True)


def _asked() -> Namespace:
    parser = ArgumentParser(description="After how many requests is each subtle fault found?")
    for name in CONTENDERS:
        parser.add_argument(f"--{name}", action="store_true", help="this one only")
    parser.add_argument("--seeds", type=lambda text: [int(one) for one in text.split(",")], default=list(SEEDS))
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""The findings in fixtures/findings, one for each subtle fault. `python -m tests.fuzz.findings` makes them anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from conformance.emulator.faults.catalogue import subtle
from conformance.emulator.faults.model import Fault, faulty
from conformance.fuzz.driver import Fuzzer
from conformance.fuzz.model import FuzzTally, Replay
from conformance.fuzz.repeat import Repeated, compared, read_replay, write_replay
from conformance.fuzz.search import search_of
from tests.fuzz.support import IN_PROCESS, fuzzer, opened

FOLDER = Path(__file__).parents[2] / "fixtures" / "findings"
SEED = 1


class Enough(BaseException):
    """One finding is enough."""


def path_of(fault: Fault) -> Path:
    """Where the finding of a fault is kept."""
    return FOLDER / f"{fault.id.replace('/', '-')}.json"


@dataclass
class First:
    """Ends a search with its first finding."""

    def __call__(self, tally: FuzzTally, findings: int) -> None:
        if findings:
            raise Enough


def found(fault: Fault) -> Replay:
    """The first finding that the fuzzer makes on a server with this fault."""
    with TemporaryDirectory() as folder, opened(Path(folder), app=faulty(fault)) as (run, _):
        made: Fuzzer = fuzzer(run, Path(folder), IN_PROCESS, 4000, SEED)
        made.watch = First()
        try:
            for name in IN_PROCESS:
                made(search_of(name, run))
        except Enough:
            return next(iter(made.findings.values())).replay(run.ground.run)
    raise LookupError(fault.id)


def repeated(fault: Fault, replay: Replay) -> Repeated:
    """The finding sent once more, to a new server with that fault."""
    with TemporaryDirectory() as folder, opened(Path(folder), app=faulty(fault)) as (run, _):
        [record] = run.once([(replay.case(), replay.number)], search_of(replay.search, run).check)
        return compared(replay, record, ())


def main() -> None:
    """Find, repeat on a new server for its replies, and write."""
    FOLDER.mkdir(exist_ok=True)
    for fault in subtle():
        replay = found(fault)
        calls = repeated(fault, replay).record.result.calls
        kept = msgspec.structs.replace(replay, replies=tuple(call.body for call in calls))
        write_replay(kept, FOLDER).rename(path_of(fault))
        print(fault.id, replay.key, len(replay.steps), flush=True)


def kept(fault: Fault) -> Replay:
    """The finding of a fault as it is kept."""
    return read_replay(path_of(fault))


if __name__ == "__main__":
    main()

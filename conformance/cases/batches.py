"""Batches: what `copy_did` makes of lists, of its source, and of a description on the way (observed.md section 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from conformance.cases.boundaries import did_list
from conformance.cases.make import Variation, case
from conformance.cases.model import Case, Level, Param, Step
from conformance.cases.steps import OFF, add, copy, setup
from conformance.contract.contract import Contract

FUNCTION = "NON-AGENT_API.txt#copy_did"
OBSERVED = "observed.md#5"

SOURCE = "<did>"
"""What is copied from, in every batch that does not say otherwise."""


@dataclass(frozen=True, slots=True)
class DidBatch(Variation):
    """A list to copy a source onto; `there` are the DIDs that exist before, the source among them."""

    new: str
    there: tuple[str, ...] = (SOURCE,)
    source: str = SOURCE
    clause: str = FUNCTION
    level: Level = Level.STANDARD
    raw: bool = False
    asks: tuple[str, ...] | None = None


def _odd(rule: str, title: str, new: str, asks: tuple[str, ...] = ("<did2>",)) -> DidBatch:
    """A list with an entry that no request can remove again."""
    return DidBatch(rule, title, new, clause=OBSERVED, level=Level.FULL, asks=asks)


SHORTEST = 2
"""Characters of the shortest DID that the API can delete."""

MANY = ",".join(f"<did2>{letter}" for letter in "ABCDEFGHIJKLMNOPQRST")

LISTS = (
    DidBatch("one", "One new number", "<did2>"),
    DidBatch("three", "Three new numbers", "<did2>,<did3>,<did4>"),
    DidBatch("eight", "Eight new numbers", ",".join(f"<did{n}>" for n in range(2, 10))),
    DidBatch("twenty", "Twenty new numbers", MANY),
    DidBatch("twice", "A number twice in one list: added, then there already", "<did2>,<did2>"),
    DidBatch("twice-apart", "A number twice with another one between", "<did2>,<did3>,<did2>"),
    DidBatch(
        "twice-by-case", "A number twice in one list, once in capitals", "<did2>sales,<did2>SALES", clause=OBSERVED
    ),
    DidBatch("existing", "A number that exists already", "<did2>", (SOURCE, "<did2>")),
    DidBatch(
        "existing-by-case", "A number that exists in capitals", "<did2>sales", (SOURCE, "<did2>SALES"), clause=OBSERVED
    ),
    DidBatch("existing-first", "An existing number, then a new one", "<did2>,<did3>", (SOURCE, "<did2>")),
    DidBatch("existing-last", "A new number, then an existing one", "<did3>,<did2>", (SOURCE, "<did2>")),
    DidBatch("mixed", "New and existing numbers in turn", "<did2>,<did3>,<did4>,<did5>", (SOURCE, "<did3>", "<did5>")),
    DidBatch("all-existing", "Nothing but existing numbers", "<did2>,<did3>", (SOURCE, "<did2>", "<did3>")),
    DidBatch("onto-itself", "A source onto itself", SOURCE),
    DidBatch("onto-itself-and-new", "A source onto itself and onto a new number", f"{SOURCE},<did2>"),
    DidBatch("onto-itself-with-plus", "A source without plus onto the same with plus", f"+{SOURCE}", clause=OBSERVED),
    DidBatch("with-plus", "New numbers with a plus", "+<did2>,+<did3>"),
    DidBatch("plus-and-without", "A number with a plus and the same without", "+<did2>,<did2>"),
    DidBatch("raw-plus", "A list whose plus is not encoded", "<did2>,+<did3>", raw=True, clause=OBSERVED),
    DidBatch("raw-comma", "A list whose comma is not encoded", "<did2>,<did3>", raw=True),
    DidBatch(
        "spaces", "A list with spaces after its commas", "<did2>, <did3>", clause=OBSERVED, asks=("<did2>", "<did3>")
    ),
    DidBatch("semicolon", "A list with a semicolon for a comma", "<did2>;5", clause=OBSERVED, asks=("<did2>5",)),
    DidBatch("longest-entry", "An entry of 50 characters", f"<did2>{'5' * 36}"),
    DidBatch("longest-list", "A list of exactly 2,000 characters, all copied", did_list(2000)),
    DidBatch("from-plus", "A source with a plus", "<did2>", (f"+{SOURCE}",), f"+{SOURCE}"),
    DidBatch(
        "from-other-case",
        "A source in the other letter case",
        "<did2>",
        (f"{SOURCE}SALES",),
        f"{SOURCE}sales",
        OBSERVED,
    ),
    DidBatch("from-missing", "A source that does not exist", "<did2>", (), level=Level.PROBE),
    DidBatch("from-missing-plus", "A source without the plus that it has", "<did2>", (f"+{SOURCE}",)),
    DidBatch(
        "from-missing-onto-existing", "A source that does not exist onto a number that does", "<did2>", ("<did2>",)
    ),
    _odd("trailing-comma", "A comma after the last number", "<did2>,"),
    _odd("leading-comma", "A comma before the first number", ",<did2>"),
    _odd("inner-comma", "Two commas between two numbers", "<did2>,,<did3>", ("<did2>", "<did3>")),
    _odd("only-commas", "Nothing but two commas", ",,", ()),
    _odd("one-character-entry", "An entry of one character", "<did2>,5"),
    _odd("too-long-entry", "An entry of 51 characters", f"<did2>{'5' * 37}", (f"<did2>{'5' * 36}",)),
)


def cases(_: Contract) -> Iterator[Case]:
    """Every list, and every description with and without an existing number before the new one."""
    yield from (_list(batch) for batch in LISTS)
    for rule, value in DESCRIPTIONS.items():
        yield _description(rule, value)
        yield _late_description(rule, value)


def _list(batch: DidBatch) -> Case:
    """A list with an undeletable entry runs alone: another case, or an earlier run, may have left the same one."""
    short = tuple(dict.fromkeys(entry for entry in batch.new.split(",") if len(entry) < SHORTEST))
    made = case(
        f"copy_did/batch/{batch.rule}",
        batch.what,
        batch.clause,
        *(setup(add(did)) for did in batch.there),
        copy(batch.source, batch.new, raw=batch.raw),
        level=batch.level,
        asks=batch.asks,
        maybe=short,
    )
    return replace(made, exclusive=batch.level is Level.FULL)


DESCRIPTIONS: Mapping[str, str] = {
    "blank": "",
    "five": "5" * 5,
    "six": "5" * 6,
    "fifty": "5" * 50,
    "fifty-one": "5" * 51,
}


def _description(rule: str, value: str) -> Case:
    """The source has a description of its own, which the copies take unless they are given one."""
    return _described(f"copy_did/description/{rule}", f"Copies with a description: {rule}", value, "<did2>,<did3>")


def _late_description(rule: str, value: str) -> Case:
    title = f"An existing number first, then a new one with a description: {rule}"
    return _described(f"copy_did/description/{rule}-existing-first", title, value, f"{SOURCE},<did2>")


def _described(id: str, title: str, value: str, new: str) -> Case:
    description = Param("did_description", value)
    steps: tuple[Step, ...] = (setup(_source("Source of copies")), copy(SOURCE, new, description))
    return case(id, title, OBSERVED, *steps)


def _source(description: str) -> Step:
    return add(SOURCE, Param("did_description", description), OFF)

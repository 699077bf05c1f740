"""copy_did's counts add up to its lines, and its lines come in the order of its entries."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from conformance.cases.model import Case, Purpose
from conformance.cases.steps import add, copy, setup
from conformance.cases.strategies import batches, carried, generated
from conformance.contract.reply import Line, parse_reply
from conformance.exchange import Exchange
from conformance.fuzz.properties.evidence import body, effect
from conformance.fuzz.search import Search, Sending, drawing
from conformance.verdict.model import Difference

MOST = 4
"""Lists, one after the other: what the first has added exists for the next."""
SUMMARIES = ("DIDS HAVE BEEN ADDED", "NO DIDS ADDED")
"""What the last line of a reply says of lists that were gone through."""


def search(run: Sending) -> Search:
    """Batches of new and known numbers, the same again among them."""
    del run
    return Search("counts", __doc__, drawing(_calls()), adds_up, weight=3)


@st.composite
def _calls(draw: st.DrawFn) -> Case:
    calls = [draw(carried(copy("<did>", batch))) for batch in draw(batches(MOST))]
    return generated(setup(add("<did>")), *calls)


def adds_up(case: Case, exchanges: Sequence[Exchange]) -> Difference | None:
    """What is wrong with the lines of the copies, counted without any prediction."""
    acts = (number for number, step in enumerate(case.steps) if step.purpose is Purpose.ACT)
    return next((wrong for number in acts if (wrong := _miscounted(number, exchanges[number]))), None)


def _miscounted(number: int, exchange: Exchange) -> Difference | None:
    sent = exchange.request.parameters.values.get("new_dids", b"").decode().split(",")
    *lines, last = parse_reply(body(exchange))
    if last.message not in SUMMARIES:
        return None
    if len(lines) != len(sent) or not all(entry in line.fields for entry, line in zip(sent, lines, strict=True)):
        return effect(number, f"one line for each of {','.join(sent)}, in their order", exchange)
    added = sum(_is_added(line) for line in lines)
    wanted = (str(added), str(len(lines) - added))
    return None if last.fields[-2:] == wanted else effect(number, f"the counts {'|'.join(wanted)}", exchange)


def _is_added(line: Line) -> bool:
    return "ADDED" in line.message

"""copy_did's counts add up to its lines, and its lines come in the order of its entries."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from conformance.cases.model import Case, Purpose
from conformance.cases.steps import add, copy, setup
from conformance.cases.strategies import carried, generated
from conformance.contract.reply import Line, parse_reply
from conformance.exchange import Exchange
from conformance.fuzz.properties.seen import body, effect, number_of
from conformance.fuzz.search import Search, Sending, drawing
from conformance.verdict.model import Difference

NUMBERS = ("<did>", *(f"<did{index}>" for index in range(2, 10)))
MOST = 20


def search(run: Sending) -> Search:
    """Batches of new and known numbers, the same again among them."""
    del run
    return Search("counts", __doc__, drawing(_batches()), adds_up)


@st.composite
def _batches(draw: st.DrawFn) -> Case:
    known = draw(st.lists(st.sampled_from(NUMBERS[1:]), max_size=3, unique=True))
    batch = draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=MOST))
    return generated(*(setup(add(did)) for did in ("<did>", *known)), draw(carried(copy("<did>", ",".join(batch)))))


def adds_up(case: Case, exchanges: Sequence[Exchange]) -> Difference | None:
    """What is wrong with the lines of a copy, counted without any prediction."""
    act = number_of(case, Purpose.ACT)
    sent = exchanges[act].request.parameters.values["new_dids"].decode().split(",")
    *lines, last = parse_reply(body(exchanges[act]))
    if len(lines) != len(sent) or not all(entry in line.fields for entry, line in zip(sent, lines, strict=True)):
        return effect(act, f"one line for each of {','.join(sent)}, in their order", exchanges[act])
    added = sum(_is_added(line) for line in lines)
    wanted = (str(added), str(len(lines) - added))
    return None if last.fields[-2:] == wanted else effect(act, f"the counts {'|'.join(wanted)}", exchanges[act])


def _is_added(line: Line) -> bool:
    return "ADDED" in line.message

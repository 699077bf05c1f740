"""did_id grows and is never reused, and a deletion names the one that the copy was given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import strategies as st

from conformance.cases.model import Case
from conformance.cases.steps import add, copy, delete, setup
from conformance.cases.strategies import generated
from conformance.contract.reply import parse_reply
from conformance.exchange import Exchange
from conformance.fuzz.properties.evidence import body, effect
from conformance.fuzz.search import Search, Sending, drawing
from conformance.verdict.model import Difference

NUMBERS = tuple(f"<did{index}>" for index in range(2, 8))


def search(run: Sending) -> Search:
    """Copies onto the same numbers again and again, with deletions between them."""
    del run
    return Search("numbers", __doc__, drawing(_walks()), grows)


@st.composite
def _walks(draw: st.DrawFn) -> Case:
    steps = [setup(add("<did>"))]
    for _ in range(draw(st.integers(1, 3))):
        batch = draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=4, unique=True))
        steps.append(copy("<did>", ",".join(batch)))
        steps += [delete(did) for did in draw(st.lists(st.sampled_from(batch), unique=True))]
    return generated(*steps)


def grows(case: Case, exchanges: Sequence[Exchange]) -> Difference | None:
    """The first did_id that is not above all before it, or that a deletion names wrongly."""
    del case
    highest, given = -1, dict[str, str]()
    for number, exchange in enumerate(exchanges):
        for entry, did_id in _copied(exchange):
            if int(did_id) <= highest:
                return effect(number, f"a did_id above {highest}", exchange)
            highest, given[entry] = int(did_id), did_id
        deleted = exchange.request.parameters.values.get("did_pattern", b"").decode()
        if "DELETED" in body(exchange) and deleted in given and f"|{given[deleted]}" not in body(exchange):
            return effect(number, f"the did_id {given[deleted]} of the deleted DID", exchange)
    return None


def _copied(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """The entries of a copy that were added, each with its did_id."""
    sent = exchange.request.parameters.values.get("new_dids", b"").decode().split(",")
    for line in parse_reply(body(exchange)):
        if line.status == "NOTICE" and "ADDED" in line.message:
            entry = next((entry for entry in sent if entry in line.fields), "")
            yield entry, str(line.fields[3])

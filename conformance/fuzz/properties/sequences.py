"""Whatever adds, copies, updates, deletions and duplicates came before, each call is answered as their sum predicts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, multiple, rule

from conformance.cases.model import Param, Place, Purpose, Role, Step
from conformance.cases.steps import add, copy, delete, question, update
from conformance.cases.strategies import Validity, fields_of, generated
from conformance.fuzz.search import Example, Search, Sending, walking

LANES = 2
"""Sequences that one walk makes at the same time, each with DIDs of its own."""

NAMES = ("<did>", "+<did>", *(f"<did{index}>" for index in range(2, 6)), "<did>a", "<did>A", "+<did2>b", "+<did2>B")
"""Patterns that a sequence uses: some differ in nothing but a plus, or the case of a letter."""

NEW = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4)


@st.composite
def sent(draw: st.DrawFn, name: str) -> tuple[Param, ...]:
    """Mostly right fields or none: what came before counts. Composite, for Hypothesis prints what rules draw from."""
    right = fields_of(name, Validity.VALID)
    return draw((st.just(()), right, right, fields_of(name))[draw(st.integers(0, 3))])


@dataclass(frozen=True, slots=True)
class Made:
    """A DID that a sequence has tried to make: in which lane, and its pattern."""

    lane: int
    name: str


@dataclass
class Lane:
    """The steps of one sequence so far."""

    steps: list[Step] = field(default_factory=list)


def search(run: Sending) -> Search:
    """A state machine whose model is the prediction: the judge follows every reply with the world it predicts.

    What is particular about servers (patterns that differ in letter case only are one DID, DIDs of other user groups
    are hidden, strict SQL refuses what legacy SQL bends) is in that prediction, by build and setting.
    """
    strangers = [role for role in (Role.OTHER_GROUP, Role.NO_DELETE_DIDS) if role in run.ground.logins]
    return Search("sequences", __doc__, walking(lambda example: machine(example, (Role.ADMIN, *strangers))), weight=9)


def machine(example: Example, roles: tuple[Role, ...]) -> type[RuleBasedStateMachine]:
    """The state machine. Its steps are sent when a walk is over: no reply decides what comes next."""
    who = st.one_of(st.just(Role.ADMIN), st.sampled_from(roles))

    class Sequences(RuleBasedStateMachine):
        """Adds, copies, updates and deletes DIDs in several lanes."""

        dids = Bundle("dids")

        def __init__(self) -> None:
            super().__init__()
            self.lanes = [Lane() for _ in range(LANES)]

        @rule(target=dids, lane=st.integers(0, LANES - 1), name=st.sampled_from(NAMES), sent=sent("add_did"))
        def add(self, lane: int, name: str, sent: tuple[Param, ...]) -> Made:
            self.lanes[lane].steps.append(add(name, *sent))
            return Made(lane, name)

        @rule(did=dids, swapped=st.booleans())
        def duplicate(self, did: Made, swapped: bool) -> None:
            name = did.name if not swapped else did.name.replace("a", "A") if "<did>a" in did.name else did.name
            self.lanes[did.lane].steps.append(add(name))

        @rule(target=dids, did=dids, names=NEW, sent=sent("copy_did"))
        def copy(self, did: Made, names: list[str], sent: tuple[Param, ...]) -> MultipleResults[Made]:
            self.lanes[did.lane].steps.append(copy(did.name, ",".join(names), *sent))
            return multiple(*(Made(did.lane, name) for name in names))

        @rule(did=dids, sent=sent("update_did"), role=who)
        def update(self, did: Made, sent: tuple[Param, ...], role: Role) -> None:
            self.lanes[did.lane].steps.append(replace(update(did.name, *sent), role=role))

        @rule(did=dids, role=who)
        def delete(self, did: Made, role: Role) -> None:
            self.lanes[did.lane].steps.append(replace(delete(did.name), role=role))

        @rule(did=dids)
        def ask(self, did: Made) -> None:
            self.lanes[did.lane].steps.append(replace(question(did.name), purpose=Purpose.ACT))

        def teardown(self) -> None:
            """Send each lane as one case, and ask in the end for every DID that it has touched."""
            cases = [generated(*map(_in_turn, enumerate(lane.steps))) for lane in self.lanes if lane.steps]
            if cases:
                example(cases)

    return Sequences


def _in_turn(numbered: tuple[int, Step]) -> Step:
    """Every third call by a form."""
    number, step = numbered
    return replace(step, method="POST", place=Place.FORM) if number % 3 == 2 else step

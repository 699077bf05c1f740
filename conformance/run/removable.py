"""Whether rows of a kind can be removed again from this server: shown with one of them before any case relies on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.cases.expand import Ground, request
from conformance.cases.make import needs_of
from conformance.cases.model import Case, Level, Need, Role, Step
from conformance.cases.recipes import Recipes
from conformance.cases.rows import question
from conformance.contract.contract import Contract
from conformance.contract.kind import Kind
from conformance.contract.world import RowName
from conformance.exchange import Failure
from conformance.run.cleanup import remove
from conformance.run.preflight import SENTINEL
from conformance.run.sender import Sender
from conformance.verdict.model import NotTested

PROVEN_FIRST = "did"
"""The kind of which preflight shows it."""

PROOF = "proof"
_SHOWN = 120


async def removable(sender: Sender, ground: Ground, name: str, lane: int) -> NotTested | None:
    """Why nothing shows that rows of a kind can be removed; None if one was added, removed and is gone.

    The question comes first: if it is not answered that there is no such row, nothing is added.
    """
    kind, case = sender.contract.kinds[name], f"{PROOF}/{name}"
    asking, adding = proof(sender.contract, kind, ground)
    wanting = unsupplied(ground, needs_of((asking, adding)))
    if wanting is not None:
        return wanting
    asked = await sender.send(request(asking, ground, SENTINEL), case, lane)
    if not sender.says_missing(asked):
        return _unproven(sender, kind, asked.result)
    added = await sender.send(request(adding, ground, SENTINEL), case, lane)
    await remove(sender, ground, case, lane)
    return _unproven(sender, kind, added.result) if sender.ledger.of_case(case) else None


def to_prove(recipes: Recipes, case: Case) -> Iterator[str]:
    """The kinds of which a case makes rows, but for that of which preflight has shown that they can be removed."""
    for step in case.steps if case.level is not Level.PROBE else ():
        yield from (made.name for made in recipes.made_by(step) if made.name != PROVEN_FIRST)


def proof(contract: Contract, kind: Kind, ground: Ground) -> tuple[Step, Step]:
    """The question whether there is a row that no case uses, and what adds it."""
    own = ground.did(SENTINEL)
    row = RowName(kind.name, tuple(own if column == kind.own else kind.fixed[column] for column in kind.key))
    return question(contract, row), Recipes(contract).adding(kind, own)


def unsupplied(ground: Ground, needs: Iterable[Need]) -> NotTested | None:
    """Why what has these needs cannot be sent to this target; None if it can."""
    missing = ground.unsupplied(needs)
    if not missing:
        return None
    table = "roles" if isinstance(missing[0], Role) else "entities"
    return NotTested(missing=", ".join(missing), setting=f"[{table}] {missing[0]} in the target file")


def _unproven(sender: Sender, kind: Kind, result: object) -> NotTested:
    said = result.message if isinstance(result, Failure) else getattr(result, "body", "").strip()
    shown = sender.redact(said)[:_SHOWN]
    return NotTested(
        missing=f"proof that a {kind.title} can be removed",
        setting=f"an admin who may add and delete a {kind.title} (it was told {shown!r})",
    )

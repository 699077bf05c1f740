"""The requests that cases are made of, by name, and the questions that show what a request has done. Data only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from conformance.cases.model import CANNOT_LOG_IN, Level, Param, Purpose, Role, Step

OFF = Param("active", "N")
"""What keeps a new DID from taking calls."""

TOO_SHORT = Param("did_description", "short")
"""A description that every function refuses, in both dialects and in every build."""

OWN = "<did"
"""What the DIDs of a case begin with, after a plus or what servers strip."""


def add(did: str = "<did>", *params: Param, raw: bool = False) -> Step:
    """Create a DID: off, unless the parameters say something about `active`."""
    quiet = () if any(param.name == OFF.name for param in params) else (OFF,)
    return Step("add_did", (Param("did_pattern", did, raw), *params, *quiet))


def update(did: str = "<did>", *params: Param, raw: bool = False) -> Step:
    """Change a DID; without parameters nothing is changed, and the reply says whether it exists."""
    return Step("update_did", (Param("did_pattern", did, raw), *params))


def delete(did: str = "<did>", value: str = "Y") -> Step:
    """Delete a DID."""
    return update(did, Param("delete_did", value))


def copy(source: str, new: str, *params: Param, raw: bool = False) -> Step:
    """Copy a DID onto a list of new ones; `raw` is about the list."""
    return Step("copy_did", (Param("source_did_pattern", source), Param("new_dids", new, raw), *params))


def setup(step: Step) -> Step:
    """The same request, sent only to prepare."""
    return replace(step, purpose=Purpose.SETUP)


def acted(step: Step) -> Step:
    """The same request, to be judged."""
    return replace(step, purpose=Purpose.ACT)


def sent_by(role: Role, step: Step) -> Step:
    """The same request, sent by somebody else."""
    return replace(step, role=role)


def question(did: str) -> Step:
    """Does this DID exist? Changes nothing: an update without fields."""
    return replace(update(did), purpose=Purpose.EFFECT)


def effects(steps: Iterable[Step], level: Level, asks: tuple[str, ...] | None = None) -> tuple[Step, ...]:
    """What shows the effect of a case's requests: the last add once more, and a question for each own DID they touch.

    A probe does not add again, for it adds nothing. `asks` names the DIDs if they are not spelled as they are stored.
    """
    acts = [step for step in steps if step.purpose is Purpose.ACT]
    again = [replace(act, purpose=Purpose.EFFECT) for act in acts[-1:] if _shows(act) and level is not Level.PROBE]
    touched = dict.fromkeys(did for act in acts for did in _touched(act)) if asks is None else asks
    return (*again, *map(question, touched))


def _shows(act: Step) -> bool:
    """Whether the same request once more tells by its reply what the first one created, and harms nobody.

    A reply to HEAD tells nothing; a login that fails brings a lock nearer.
    """
    return act.function == "add_did" and act.method != "HEAD" and act.role not in CANNOT_LOG_IN


_NAMES = ("did_pattern", "new_dids")


def _touched(act: Step) -> Iterator[str]:
    for param in (*act.params, *act.form):
        if param.name in _NAMES:
            yield from (did for did in param.value.split(",") if OWN in did)

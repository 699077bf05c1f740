"""Which question to ask next: the one that leaves the fewest hypotheses for the requests that it costs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from math import log2

from conformance.cases.expand import Ground, requests
from conformance.cases.model import CANNOT_LOG_IN, Case, Level, Role
from conformance.contract.contract import Contract
from conformance.contract.settings import ServerSettings
from conformance.identify.hypothesis import Hypothesis
from conformance.identify.prediction import Predictions, Replies, apart
from conformance.run.engine import worlds

_DID = re.compile(r"<did[2-9]?>")
_CREATES = frozenset({"add_did", "copy_did"})


def questions(cases: Iterable[Case], ground: Ground, contract: Contract, level: Level) -> tuple[Case, ...]:
    """The cases whose replies depend on what the server is, and on nothing that nobody knows of this target.

    Left out are also `version`, which only repeats what a server calls itself, what is not known of every build,
    whatever costs a user a login, and what a gateway may pass on as something else.
    """
    asked = (case for case in cases if case.level <= level and case.level < Level.FULL and not ground.missing(case))
    certain = (case for case in asked if _is_plain(case) and _is_certain(case, ground, contract))
    return tuple(case for case in certain if not any(r.encoded_on_the_way for r in requests(case, ground, 0)))


def _is_plain(case: Case) -> bool:
    barred = {*CANNOT_LOG_IN, Role.LOCKABLE}
    return (
        not case.exclusive
        and case.since is None
        and all(step.wire is None and step.function != "version" and step.role not in barred for step in case.steps)
    )


def _is_certain(case: Case, ground: Ground, contract: Contract) -> bool:
    return len(worlds(case, ground, contract, frozenset({ServerSettings()}))) == 1


@cache
def cost(case: Case) -> int:
    """About how many requests a case takes, with those that remove what it names."""
    named = {
        did
        for step in case.steps
        if step.function in _CREATES
        for param in step.params
        for did in _DID.findall(param.value)
    }
    return len(case.steps) + 2 * len(named)


MOST_BITS = 3.0
"""More than any question is taken to tell: how often it halves what is left. A case that is too dear even then is not
looked at while there is a better one."""


def best(cases: Iterable[Case], left: Sequence[Hypothesis], predictions: Predictions) -> Case | None:
    """The next question; None if no case tells any two of the hypotheses apart."""
    found, gain = None, 0.0
    most = min(MOST_BITS, log2(len(left)))
    for case in sorted(cases, key=cost):
        if most / cost(case) <= gain:
            break
        bits = _bits(case, left, predictions) / cost(case)
        if bits > gain:
            found, gain = case, bits
    return found


def _bits(case: Case, left: Sequence[Hypothesis], predictions: Predictions) -> float:
    """How many times a question is expected to halve what is left, if all of it is equally likely."""
    counted = Counter(predictions.replies(case, hypothesis) for hypothesis in left)
    if len(counted) == 1:
        return 0.0
    return sum(many * log2(len(left) / _kept(replies, counted)) for replies, many in counted.items()) / len(left)


def _kept(replies: Replies, counted: Counter[Replies]) -> int:
    return sum(many for other, many in counted.items() if not apart(replies, other))


def tells(case: Case, left: Sequence[Hypothesis], predictions: Predictions) -> bool:
    """Whether a case tells any two hypotheses apart."""
    return len(left) > 1 and _bits(case, left, predictions) > 0

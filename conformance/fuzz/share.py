"""What each search may spend: shares of the effort by weight, fixed before the first search begins.

A share that is too small to send anything useful is given to nobody. Where there is not enough for all, as many
searches as can be have a useful one each, and the seed decides which: the next seed goes on with the next ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, inf
from typing import NamedTuple

from conformance.fuzz.search import Search
from conformance.run.plan import QUESTIONS, USEFUL, Effort
from conformance.verdict.model import NotTested

USEFUL_SECONDS = 1.0
"""Seconds of the smallest share of a time that is of use."""


class Share(NamedTuple):
    """What one search may spend; infinite where the effort sets no limit."""

    requests: float
    seconds: float


class Shares(NamedTuple):
    """The shares of those searches that are reached, by name.

    `none` is what becomes of any other, `too_small` of one whose share is not enough to send anything.
    """

    of: Mapping[str, Share]
    none: NotTested
    too_small: NotTested


def shared(searches: Sequence[Search], effort: Effort, processes: int = 1) -> Shares:
    """Share an effort. Each process that takes part asks questions of its own before and after its searches."""
    requests = (effort.requests or inf) - processes * QUESTIONS
    seconds = effort.seconds or inf
    weights = _reached(searches, requests, seconds, effort.seed)
    each, time = _by_weight(weights, requests, USEFUL), _by_weight(weights, seconds, USEFUL_SECONDS)
    of = {name: Share(each[name], time[name]) for name in weights}
    if requests / USEFUL < seconds / USEFUL_SECONDS:
        enough = f"--budget {len(searches) * USEFUL + processes * QUESTIONS}"
        return Shares(of, *_lacking("budget", enough, f"--budget {effort.requests}"))
    return Shares(of, *_lacking("time", f"--time {ceil(len(searches) * USEFUL_SECONDS)}s", f"--time {seconds:g}s"))


def _lacking(what: str, enough: str, given: str) -> tuple[NotTested, NotTested]:
    """What a search without a share would need, and one whose share is too small."""
    none = NotTested(missing=f"a share of the {what}", setting=enough)
    return none, NotTested(missing=f"a larger share of the {what}", setting=f"more than {given}")


def _reached(searches: Sequence[Search], requests: float, seconds: float, seed: int) -> Mapping[str, int]:
    """The weights of those for which there is enough. A time, however short, is enough for one."""
    number = int(min(len(searches), max(0, requests / USEFUL), max(1, seconds / USEFUL_SECONDS)))
    turn = [searches[(seed * number + place) % len(searches)] for place in range(number)]
    return {search.name: search.weight for search in turn}


def _by_weight(weights: Mapping[str, int], total: float, least: float) -> dict[str, float]:
    """A total by weight, but to nobody less than the least: those get it, and the others share what is left."""
    each = {name: total * weight / sum(weights.values()) for name, weight in weights.items()}
    small = {name: least for name, part in each.items() if part < least}
    if len(small) in (0, len(each)):
        return each
    others = {name: weight for name, weight in weights.items() if name not in small}
    return {**small, **_by_weight(others, total - least * len(small), least)}

"""Makes a failing input smaller: fewer requests, then fewer parameters, then shorter and plainer values.

Hypothesis shrinks the choices that made an input, one example after the other. A case has a shape of its own, so its
parts are taken out directly, whoever has generated it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar

from conformance.cases.expand import placeholder
from conformance.cases.make import needs_of
from conformance.cases.model import Case, Param, Place, Step

T = TypeVar("T")
PLAINER = "a0"
"""What any other character is replaced by, if the input fails as well then."""


@cache
def _tokens() -> re.Pattern[str]:
    return re.compile(f"{placeholder().pattern}|.", re.DOTALL)


_LONGEST_BY_ONE = 24
"""Tokens of a value up to which each is taken out on its own; of longer ones, halves, quarters, eighths."""


def reduced(case: Case, fails: Callable[[Case], bool]) -> Case:
    """The smallest case to be found that fails in the same way. `fails` may give up by saying that none does."""
    while (smaller := next(filter(fails, _smaller(case)), None)) is not None:
        case = smaller
    return case


def _smaller(case: Case) -> Iterator[Case]:
    """Every case that lacks something, or has one thing that is plainer: much at once before little."""
    yield from (_with(case, steps) for steps in _without_some(case.steps) if steps)
    for changes in (_bare, _fewer, _plainer):
        for number, step in enumerate(case.steps):
            for changed in changes(step):
                yield _with(case, (*case.steps[:number], changed, *case.steps[number + 1 :]))


def _with(case: Case, steps: tuple[Step, ...]) -> Case:
    return replace(case, steps=steps, needs=needs_of(steps))


def _without_some(items: Sequence[T]) -> Iterator[tuple[T, ...]]:
    """What is left without one of the halves, then without one of the quarters, and so on down to single items."""
    size = len(items) // 2
    while size:
        for start in reversed(range(0, len(items), size)):
            yield (*items[:start], *items[start + size :])
        size //= 2


def _bare(step: Step) -> Iterator[Step]:
    """The step with no more than its first parameter, which names what it is about."""
    if len(step.params) > 1:
        yield replace(step, params=step.params[:1])


_UNUSUAL = ("role", "source", "method", "place", "form", "backwards")


def _fewer(step: Step) -> Iterator[Step]:
    """The step as a usual one, or with a parameter less."""
    usual = Step(step.function, step.params, purpose=step.purpose)
    for name in _UNUSUAL:
        if getattr(step, name) != getattr(usual, name):
            yield replace(step, **{name: getattr(usual, name)})
    if (step.method, step.place) == ("POST", Place.FORM):
        yield replace(step, method="GET", place=Place.QUERY)
    if len(step.params) == 1:
        yield replace(step, params=())
    for params in _without_some(step.params):
        yield replace(step, params=params)


def _plainer(step: Step) -> Iterator[Step]:
    if step.wire is not None:
        yield from (replace(step, wire=wire) for wire in _shorter(step.wire))
    for number, param in enumerate(step.params):
        for changed in _values(param):
            yield replace(step, params=(*step.params[:number], changed, *step.params[number + 1 :]))


def _values(param: Param) -> Iterator[Param]:
    if "," in param.value:
        yield from (replace(param, value=",".join(left)) for left in _without_some(param.value.split(",")))
    yield from (replace(param, value=value) for value in _shorter(param.value))
    if not param.raw:
        yield from (replace(param, value=value) for value in _plain(param.value))


def _shorter(value: str) -> Iterator[str]:
    tokens = [match[0] for match in _tokens().finditer(value)]
    size = max(1, len(tokens) // 2)
    least = 1 if len(tokens) <= _LONGEST_BY_ONE else max(1, len(tokens) // 8)
    while size >= least:
        for start in range(0, len(tokens), size):
            left = tokens[:start] + tokens[start + size :]
            if left:
                yield "".join(left)
        size //= 2
        if size == 0:
            return


def _plain(value: str) -> Iterator[str]:
    """The value with one kind of character replaced by a plain one."""
    for character in dict.fromkeys(placeholder().sub("", value)):
        plain = PLAINER[character.isdigit()]
        if character not in PLAINER:
            yield "".join(plain if token[0] == character else token[0] for token in _tokens().finditer(value))

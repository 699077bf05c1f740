"""Transport: the same call as query or form, by other methods, with more than it needs (observed.md section 7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from conformance.cases.make import Variation, case
from conformance.cases.model import Case, Level, Param, Place, Role, Step
from conformance.cases.recipes import Recipes
from conformance.cases.steps import OFF, add
from conformance.contract.contract import Contract
from conformance.contract.function import Function
from conformance.contract.predict import DEBUG_UNTIL

CLAUSE = "observed.md#7"

LONG = 7000
"""Characters of a URL that a server must still take: Apache's own limit is 8,190."""

MANY = 30
"""Parameters that no function knows; PHP reads 1,000 unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class Way(Variation):
    """Another way to send a call, in words that follow the function's name."""

    of: Callable[[Step], Step]


def _with(*params: Param) -> Callable[[Step], Step]:
    return lambda step: replace(step, params=(*step.params, *params))


def _by(method: str) -> Callable[[Step], Step]:
    return lambda step: replace(step, method=method)


def _posted(step: Step) -> Step:
    return replace(step, method="POST", place=Place.FORM)


def _backwards(step: Step) -> Step:
    return replace(step, backwards=True)


def _as_json(step: Step) -> Step:
    return replace(step, method="POST", place=Place.JSON)


def _behind_many(step: Step) -> Step:
    others = tuple(Param(f"nosuchparam{n}", "1") for n in range(MANY))
    return replace(step, params=(*others, *step.params))


def _with_empty_form(step: Step) -> Step:
    return replace(step, method="POST", form=(Param("nosuchparam", "1"),))


WAYS = (
    Way("get", "as query", lambda step: step),
    Way("post", "as form", _posted),
    Way("post-query", "by POST with its parameters in the URL", _with_empty_form),
    Way("backwards", "with its parameters in reverse", _backwards),
    Way("form-backwards", "as form with its parameters in reverse", lambda step: _backwards(_posted(step))),
    Way("unknown-parameter", "with a parameter that does not exist", _with(Param("nosuchparam", "1"))),
    Way("many-parameters", f"with its own parameters after {MANY} that do not exist", _behind_many),
    Way("long-url", f"with a URL of more than {LONG:,} characters", _with(Param("junk", "x" * LONG))),
    Way("head", "by HEAD", _by("HEAD")),
    Way("put", "by PUT", _by("PUT")),
    Way("options", "by OPTIONS", _by("OPTIONS")),
    Way("json", "as JSON", _as_json),
)

DEBUG = Way("debug", "with DB=1", _with(Param("DB", "1")))
"""What builds before DEBUG_UNTIL print for it was recorded for one request only, so they are not asked."""


def cases(contract: Contract) -> Iterator[Case]:
    """Every way for every DID function, what happens where URL and form disagree, and `version` as form."""
    recipes = Recipes(contract)
    for function in contract.functions.values():
        if function.is_described:
            yield from (_sent(recipes, function, way) for way in WAYS)
            yield replace(_sent(recipes, function, DEBUG), since=DEBUG_UNTIL)
    yield from (_conflict(conflict) for conflict in CONFLICTS)
    yield _in_capitals()
    step = _posted(Step("version", role=Role.NOBODY))
    yield case("version/transport/post", "version as form", CLAUSE, step, level=Level.PROBE)


def _sent(recipes: Recipes, function: Function, way: Way) -> Case:
    *before, act = recipes.valid(function)
    id, title = f"{function.name}/transport/{way.rule}", f"{function.name} {way.what}"
    return recipes.case(id, title, CLAUSE, *before, way.of(act))


def _in_capitals() -> Case:
    """A question, so that a server which reads the name creates nothing."""
    step = Step("update_did", (Param("DID_PATTERN", "<did>"),))
    title = "update_did with the name of did_pattern in capitals, which is another parameter"
    return case("update_did/transport/name-in-capitals", title, CLAUSE, step, level=Level.PROBE, asks=("<did>",))


@dataclass(frozen=True, slots=True)
class Conflict:
    """A call whose form says something that its URL does not."""

    rule: str
    title: str
    step: Step
    level: Level = Level.STANDARD


def _form(*params: Param) -> Step:
    return replace(add("<did>"), method="POST", form=params)


CONFLICTS = (
    Conflict("did-twice", "One DID in the URL, another in the form", _form(Param("did_pattern", "<did2>"))),
    Conflict(
        "field-in-form", "A field in the form beside a call in the URL", _form(Param("did_description", "In the form"))
    ),
    Conflict("bad-field-in-form", "A refused field in the form", _form(Param("did_description", "short")), Level.PROBE),
    Conflict("field-twice", "A good field in the URL, a bad one in the form", _form(Param(OFF.name, "U"))),
    Conflict("function-twice", "One function in the URL, another in the form", _form(Param("function", "update_did"))),
    Conflict("source-twice", "A source in the URL, too short a one in the form", _form(Param("source", "t"))),
)


def _conflict(conflict: Conflict) -> Case:
    id = f"add_did/transport/{conflict.rule}"
    return case(id, conflict.title, CLAUSE, conflict.step, level=conflict.level)

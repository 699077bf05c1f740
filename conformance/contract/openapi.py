"""The contract as OpenAPI 3.1 documents, one a function: all of them share one path, which a document may name once.

A document says what the documentation says. What servers do otherwise stands in descriptions and in `x-vicidial-` keys.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.form import ReplyForm
from conformance.contract.function import Effect, Function, Permission
from conformance.contract.outcome import CLOCK
from conformance.contract.parameter import Parameter, Rule
from conformance.contract.reply import Value, render
from conformance.contract.request import FORM_TYPE
from conformance.contract.settings import NEWEST_BUILD, Dialect

PATH = "/vicidial/non_agent_api.php"
URL = f"https://dialer.example{PATH}"
"""The made-up server that a document names unless it is told another."""

Json = dict[str, Any]

_WITHOUT_LOGIN = frozenset({"version"})
"""The functions that ask for no login (observed.md section 2)."""

_COMMON = {
    "user": "The API user; API access must be on.",
    "pass": "The user's password. It stands in the URL of a GET, and in the server's URL log.",
    "source": "A name for the program that calls, for the server's log.",
}


def document(contract: Contract, function: str, url: str = URL) -> Json:
    """The OpenAPI document of one function on the server at `url`. Raises KeyError for a function of another name."""
    called = contract.functions[function]
    server, path = _split(url)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"VICIdial Non-Agent API: {function}",
            "version": called.since,
            "summary": called.summary,
            "description": _ABOUT,
        },
        "servers": [{"url": server}],
        "tags": [{"name": function, "description": called.summary}],
        "paths": {path: _operations(contract, called)},
        "x-vicidial-deviations": {id: _deviation(contract, id) for id in sorted(set(_ids(contract, called)))},
    }


def to_json(document: Mapping[str, Any]) -> str:
    """A document, or several by name, as the text of a file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write(contract: Contract, function: str | None = None, url: str = URL) -> str:
    """The document of a function, or an object with those of all by name. Raises KeyError as `document` does."""
    if function is not None:
        return to_json(document(contract, function, url))
    return to_json({name: document(contract, name, url) for name in contract.functions})


_ABOUT = (
    "Every reply, errors included, is HTTP 200 with lines of text; a client goes by the first word of a line. "
    "Schemas state what the documentation states. Where servers are known to differ, `x-vicidial-shipped` has their "
    "rule and `x-vicidial-deviations` the names of the differences. A HTTP 500 or an empty body says nothing about "
    "whether the work was done."
)


def _split(url: str) -> tuple[str, str]:
    """The server's own address, without anybody's login, and the path on it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", PATH if parts.path in ("", "/") else parts.path


def _operations(contract: Contract, function: Function) -> Json:
    shared: Json = {
        "summary": function.summary,
        "description": _told(function),
        "tags": [function.name],
        "responses": {"200": _response(contract, function)},
        "security": [],
        "x-vicidial-since": function.since,
        "x-vicidial-clause": function.clause,
    }
    fields = list(_fields(contract, function))
    form = {"required": True, "content": {FORM_TYPE: {"schema": _form(fields)}}}
    return {
        "get": {"operationId": function.name, **shared, "parameters": [_in_query(*field) for field in fields]},
        "post": {"operationId": f"{function.name}_by_form", **shared, "requestBody": form},
    }


def _told(function: Function) -> str:
    needed = function.permission
    allowed = f" Needs user level {needed.level}{_settings(needed)}." if needed else ""
    return f"{function.summary}{allowed} On servers from API {function.since}. ({function.clause})"


def _settings(needed: Permission) -> str:
    named = " and ".join(f"`{setting}`" for setting in needed.settings)
    return f" and the setting{'s' * (len(needed.settings) > 1)} {named}" if named else ""


Field = tuple[str, Json, bool]
"""A parameter's name, its schema, and whether it must be sent."""


def _fields(contract: Contract, function: Function) -> Iterator[Field]:
    yield "function", {"type": "string", "const": function.name, "description": "Chooses this operation."}, True
    for name in ("source", "user", "pass"):
        schema = _schema(contract.common.by_name[name], _COMMON[name])
        schema |= {"format": "password"} if name == "pass" else {}
        yield name, schema, function.name not in _WITHOUT_LOGIN
    for parameter in function.parameters:
        yield parameter.name, _schema(parameter, _meaning(function, parameter)), parameter.required


def _in_query(name: str, schema: Json, required: bool) -> Json:
    own = {key: value for key, value in schema.items() if key != "description"}
    return {"name": name, "in": "query", "required": required, "description": schema["description"], "schema": own}


def _form(fields: Iterable[Field]) -> Json:
    properties = {name: schema for name, schema, _ in fields}
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name, _, required in fields if required],
    }


def _schema(parameter: Parameter, meaning: str) -> Json:
    rule = parameter.documented if parameter.documented != Rule() else parameter.shipped
    schema = {"type": "string", "description": _description(parameter, meaning), **_constraints(rule)}
    if rule.open:
        schema["examples"] = list(rule.values)
    schema |= {"x-vicidial-clause": parameter.clause, "x-vicidial-kept": parameter.kept}
    schema["x-vicidial-since"] = parameter.since
    if parameter.shipped != parameter.documented:
        schema["x-vicidial-shipped"] = _stated(parameter.shipped)
    deviations = list(dict.fromkeys(_of_parameter(parameter)))
    return {**schema, "x-vicidial-deviations": deviations} if deviations else schema


def _constraints(rule: Rule) -> Json:
    """What a JSON schema can say of a rule: not that a value must exist on the server."""
    stated: Json = {}
    if rule.min:
        stated["minLength"] = rule.min
    if rule.max is not None:
        stated["maxLength"] = rule.max
    if rule.digits or rule.dotted:
        stated["pattern"] = "^[0-9]*$" if rule.digits else "^[0-9.]*$"
    if rule.pattern is not None:
        stated["pattern"] = f"^({rule.pattern})$"
    if rule.date:
        stated["format"] = "date"
    if rule.values and not rule.open:
        stated["enum"] = list(rule.values)
    return stated


def _stated(rule: Rule) -> Json:
    """What a rule says, without what it leaves at its default."""
    given: Json = msgspec.to_builtins(rule)
    blank = msgspec.to_builtins(Rule())
    return {key: value for key, value in given.items() if value != blank[key]}


def _meaning(function: Function, parameter: Parameter) -> str:
    must = "Required." if parameter.required else "Optional; empty counts as not sent."
    default = f" Without it, `{parameter.default}` is stored." if parameter.default not in (None, "") else ""
    return must + (default if function.effect is Effect.ADDS else "")


def _description(parameter: Parameter, meaning: str) -> str:
    reference = parameter.documented.reference or parameter.shipped.reference
    told = [meaning]
    if reference:
        told.append(f"Must exist on the server ({reference}).")
    told.append(f"Servers keep only the characters [{parameter.kept}] and drop all others before looking at a length.")
    if parameter.message:
        told.append(f"Refused with: {parameter.message}.")
    return " ".join([*told, f"({parameter.clause})"])


def _response(contract: Contract, function: Function) -> Json:
    described = "Lines of text, each ending in a line feed: successes and errors alike, in the form the server prints."
    if function.table is not None and function.table.page is not None:
        described = "A page of HTML with a row for each; of an error a line of text, in the form the server prints."
    content = {"schema": {"type": "string"}, "examples": dict(_examples(contract, function))}
    return {"description": described, "content": {"text/html": content}}


def _examples(contract: Contract, function: Function) -> Iterator[tuple[str, Json]]:
    """Every reply line in each of its printed forms: once where both dialects print it alike."""
    values = _Samples(contract, function)
    for name, form in _replies(contract, function):
        for dialect in Dialect:
            template = form.text(dialect)
            if template is None:
                continue
            example: Json = {"summary": f"{name}, as {dialect}", "value": f"{render(template, values)}\n"}
            differing = sorted(set(form.deviations.values()) | set(form.invariants.values()))
            if differing and (dialect is Dialect.SHIPPED or form.shipped is None):
                example["x-vicidial-deviations"] = differing
            yield f"{name}-{dialect}", {**example, "x-vicidial-template": template, "x-vicidial-clause": form.clause}


def _replies(contract: Contract, function: Function) -> Iterator[tuple[str, ReplyForm]]:
    """The replies that a call by this document can get: without what old builds print for DB=1."""
    if function.name in _WITHOUT_LOGIN:
        yield function.name, contract.common.replies[function.name]
        return
    for name, form in {**contract.common.replies, **function.replies}.items():
        if name not in _WITHOUT_LOGIN and "sql" not in form.invariants:
            yield name, form


class _Samples(dict[str, Value]):
    """A value for each placeholder: a refused one for a parameter with a message of its own."""

    def __init__(self, contract: Contract, function: Function) -> None:
        sent = {p.name: _sample(p) for p in function.required_samples}
        numbers = {kind.number: _NUMBER for kind in contract.kinds_of(function) if kind.number}
        refused = {p.name: _refused(p.documented) for p in function.optional}
        super().__init__({**CLOCK, **_SAMPLES, **sent, **numbers, **refused, "function": function.name})

    def __missing__(self, key: str) -> Value:
        return key.upper()


_SAMPLES = {
    "build": str(NEWEST_BUILD),
    "user": "6666",
    "pass": "PASSWORD",
    "source": "x",
    "new_did": "99900000002",
    "added": "1",
    "not_added": "1",
}
"""What no parameter of a function has."""

_NUMBER = "15"
"""What the server has counted a row up to."""

_PLACEHOLDER = re.compile(r"<([a-z_]+?)([0-9]?)>")
_OWN = frozenset({"own", "did"})


def _sample(parameter: Parameter) -> str:
    """A good value of a parameter; two of them where it takes several."""
    told = _PLACEHOLDER.search(parameter.sample or "")
    if told is None:
        return parameter.sample or ""
    if told[1] not in _OWN:
        return told[1].upper()
    first = int(told[2] or 1)
    names = [f"9990000000{number}" for number in (first, first + 1)]
    return parameter.separator.join(names) if parameter.separator else names[0]


def _refused(rule: Rule) -> str:
    """A value that the rule does not allow."""
    if rule.values or rule.reference:
        return "nosuch"
    return "x" if rule.min > 1 else "9" * ((rule.max or 0) + 1)


def _of_parameter(parameter: Parameter) -> Iterator[str]:
    named = (parameter.deviation, parameter.case_deviation, parameter.function_deviation)
    yield from (id for id in (*named, parameter.stored_deviation, parameter.strict_deviation) if id)


def _ids(contract: Contract, function: Function) -> Iterator[str]:
    for parameter in (*function.parameters, contract.common.by_name["source"]):
        yield from _of_parameter(parameter)
    for _, form in _replies(contract, function):
        yield from (*form.deviations.values(), *form.invariants.values())


def _deviation(contract: Contract, id: str) -> Json:
    known = contract.deviations[id]
    return {"title": known.title, "severity": known.severity.value, "effect": known.effect, "clause": known.clause}

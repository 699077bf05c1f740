"""What the loader tells of a mistake: where a value stands that does not fit its type, and what there is instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

import msgspec
from msgspec import inspect

from conformance.contract.contract import Contract
from conformance.contract.function import CHECKS, KIND_CHECKS

_AT = re.compile(r"(?s)(?P<what>.*?)(?: - at `\$(?P<path>[^`]*)`)?")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]|\[(\.\.\.)\]")
_FIELD = re.compile(r"Object (?P<how>contains unknown|missing required) field `(?P<name>[^`]+)`")
_EXAMPLES: Mapping[type, str] = {
    inspect.StrType: '"..."',
    inspect.IntType: "0",
    inspect.BoolType: "true",
    inspect.VarTupleType: "[...]",
    inspect.DictType: "{ ... }",
}


def mistake(error: msgspec.ValidationError, data: object, kind: object) -> str:
    """The key, by the names of what it is in, and what helps. `data` is what was read, `kind` its type."""
    found = _AT.fullmatch(str(error))
    what, path = (found["what"], found["path"] or "") if found else (str(error), "")
    field = _FIELD.fullmatch(what)
    where, here = _walked(path, data, inspect.type_info(kind), field)
    begins = f"{where.removeprefix('.')}: " if where else ""
    if field is None or not isinstance(here, inspect.StructType):
        return f"{begins}{what}"
    fields = {one.encode_name: one for one in here.fields}
    if field["how"] == "missing required":
        example = _EXAMPLES.get(type(fields[field["name"]].type), "...")
        return f"{begins}missing required field `{field['name']}`: add `{field['name']} = {example}`"
    near = get_close_matches(field["name"], fields, 1)
    helps = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(sorted(fields))}"
    return f"{begins}unknown field `{field['name']}`: {helps}"


def _walked(path: str, data: object, kind: inspect.Type, field: re.Match[str] | None) -> tuple[str, inspect.Type]:
    """A path such as `.parameters[1]` with names for numbers, and the type of what stands there."""
    where = ""
    for name, place, _ in _STEP.findall(path):
        kind = next(_inside(kind, name), kind)
        if name:
            where, data = f"{where}.{name}", data.get(name) if isinstance(data, Mapping) else None
        elif place:
            data = data[int(place)] if isinstance(data, list) else None
            named = data.get("name") or data.get("id") if isinstance(data, Mapping) else None
            where = f"{where}.{named}" if named else f"{where}[{place}]"
        else:
            key = _mistaken(data, field)
            where, data = f"{where}.{key or '...'}", data.get(key) if isinstance(data, Mapping) else None
    return where, _plain(kind)


def _inside(kind: inspect.Type, name: str) -> Iterator[inspect.Type]:
    kind = _plain(kind)
    if isinstance(kind, inspect.StructType):
        yield from (field.type for field in kind.fields if field.encode_name == name)
    elif isinstance(kind, inspect.VarTupleType):
        yield kind.item_type
    elif isinstance(kind, inspect.DictType):
        yield kind.value_type


def _plain(kind: inspect.Type) -> inspect.Type:
    """A type without the None that it may be instead."""
    if isinstance(kind, inspect.UnionType):
        return next((one for one in kind.types if not isinstance(one, inspect.NoneType)), kind)
    return kind


def _mistaken(data: object, field: re.Match[str] | None) -> str | None:
    """The entry of a mapping that has the unknown field, or lacks the required one."""
    if field is None or not isinstance(data, Mapping):
        return None
    wanted = field["how"] == "contains unknown"
    keys = (key for key, value in data.items() if isinstance(value, Mapping) and (field["name"] in value) is wanted)
    return next(keys, None)


def checks_told(contract: Contract) -> str:
    """The checks that a function may name, besides those that all functions pass."""
    own = (check for check in CHECKS if check not in contract.common.checks)
    return f"there are {', '.join((*own, *(f'<kind>-{check}' for check in KIND_CHECKS)))}"


def differing_told(aspects: Iterable[str]) -> str:
    """The `deviations` of a reply whose forms differ in these aspects, with ids to be filled in."""
    pairs = ", ".join(f'{aspect} = "..."' for aspect in sorted(aspects))
    return f"{{ {pairs} }}" if pairs else "{}"

"""TOML to types. Every mistake in a contract file is named with its file, its key and the reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import msgspec

from conformance.contract.model import (
    READS,
    UNSPECIFIED,
    Build,
    Contract,
    ContractError,
    Deviation,
    Function,
    Parameter,
    Refusal,
    ReplyForm,
    Struct,
)
from conformance.contract.reply import LINE_ASPECTS, Aspect, parse_line

T = TypeVar("T")

CHECKS = frozenset(
    {"version", "login", "function", "source", "allowed", "permission", "required", "optional"}
    | {"did-is-new", "did-exists", "source-did-exists", "delete"}
)
EFFECTS = frozenset({"add", "copy", "update", READS, UNSPECIFIED})


@cache
def load_contract() -> Contract:
    """The contract that ships with this package. Raises ContractError."""
    return read_contract(files("conformance.contract"))


def read_contract(folder: Traversable) -> Contract:
    """Read `functions/*.toml` and `deviations.toml` from a folder. Raises ContractError."""
    deviations = _deviations(folder / "deviations.toml")
    functions: dict[str, Function] = {}
    for path in sorted((folder / "functions").iterdir(), key=lambda p: p.name):
        if path.name.endswith(".toml"):
            function = _function(folder, path)
            _check_function(path.name, function, deviations)
            if function.name in functions:
                raise ContractError(f"{path.name}: name: {function.name!r} stands twice")
            functions[function.name] = function
    if "common" not in functions:
        raise ContractError("functions/common.toml: is missing")
    return Contract(functions.pop("common"), functions, deviations)


def _read(path: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ContractError(f"{path.name}: {error}") from error


def _convert(name: str, data: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise ContractError(f"{name}: {error}") from error


class _DeviationsFile(Struct, frozen=True):
    deviation: tuple[Deviation, ...] = ()


class _SharedFile(Struct, frozen=True):
    parameters: tuple[Parameter, ...]
    refusal: Refusal


def _deviations(path: Traversable) -> Mapping[str, Deviation]:
    result: dict[str, Deviation] = {}
    for deviation in _convert(path.name, _read(path), _DeviationsFile).deviation:
        if deviation.id in result:
            raise ContractError(f"{path.name}: deviation {deviation.id}: the id stands twice")
        if not deviation.evidence and not deviation.unobservable:
            raise ContractError(
                f"{path.name}: deviation {deviation.id}: has neither evidence nor a reason why none can be"
            )
        _check_builds(f"{path.name}: deviation {deviation.id}", [deviation.since, deviation.until])
        result[deviation.id] = deviation
    return result


def _function(folder: Traversable, path: Traversable) -> Function:
    data = _read(path)
    included = data.pop("include", None)
    function = _convert(path.name, data, Function)
    if included is not None:
        name = _convert(f"{path.name}: include", included, str)
        shared = _convert(name, _read(folder / name), _SharedFile)
        parameters = (*function.parameters, *shared.parameters)
        function = msgspec.structs.replace(function, parameters=parameters, refusal=shared.refusal)
    return msgspec.structs.replace(function, replies={**function.replies, **_refusals(path.name, function)})


def refusal_name(parameter: str) -> str:
    """The name of the reply that refuses an optional parameter."""
    return f"{parameter}-refused"


def _refusals(file: str, function: Function) -> Mapping[str, ReplyForm]:
    """One reply form for every optional parameter that has a message of its own."""
    if function.optional and function.refusal is None:
        raise ContractError(f"{file}: refusal: is missing, and {function.optional[0].name} has a message")
    result: dict[str, ReplyForm] = {}
    for parameter in function.optional:
        assert function.refusal is not None
        fill = {"message": parameter.message or "", "value": f"{{{parameter.name}}}"}
        shipped_name = parameter.shipped_function or function.name
        deviations = dict(function.refusal.deviations)
        if shipped_name != function.name and parameter.function_deviation:
            deviations["function"] = parameter.function_deviation
        result[refusal_name(parameter.name)] = ReplyForm(
            clause=parameter.clause,
            documented=_fill(function.refusal.documented, {**fill, "function": function.name}),
            shipped=_fill(function.refusal.shipped, {**fill, "function": shipped_name}),
            deviations=deviations,
        )
    return result


def _fill(template: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda m: values.get(m[1], m[0]), template)


def _check_function(file: str, function: Function, deviations: Mapping[str, Deviation]) -> None:
    for check in function.checks:
        if check not in CHECKS:
            raise ContractError(f"{file}: checks: {check!r} is not one of {', '.join(sorted(CHECKS))}")
    if function.effect not in EFFECTS:
        raise ContractError(f"{file}: effect: {function.effect!r} is not one of {', '.join(sorted(EFFECTS))}")
    _check_builds(f"{file}: since", [function.since])
    _check_permission(file, function)
    for name, form in function.replies.items():
        _check_reply(f"{file}: replies.{name}", form, deviations)
    for parameter in function.parameters:
        where = f"{file}: parameters.{parameter.name}"
        _check_builds(where, [parameter.since, *parameter.kept_before])
        for kept in (parameter.kept, *filter(None, parameter.kept_before.values())):
            _check_kept(where, kept)
        if parameter.documented != parameter.shipped and not parameter.deviation and not _same_reach(parameter):
            raise ContractError(f"{where}: the dialects differ and no deviation says so")
        named = [parameter.deviation, parameter.stored_deviation, parameter.strict_deviation]
        named += [parameter.function_deviation, parameter.case_deviation]
        _check_ids(where, [id for id in named if id], deviations)
        _check_content(where, [id for id in named if id], deviations)


def _check_permission(file: str, function: Function) -> None:
    if function.permission is None and "permission" in function.checks:
        raise ContractError(f"{file}: permission: is missing, and its checks ask for it")
    if function.permission is not None and function.permission.reply not in function.replies:
        raise ContractError(f"{file}: permission.reply: {function.permission.reply!r} is not one of its replies")


def _check_builds(where: str, builds: Iterable[str | None]) -> None:
    for build in builds:
        try:
            Build.parse(build or "2.14-0")
        except ValueError as error:
            raise ContractError(f"{where}: {error}") from error


def _same_reach(parameter: Parameter) -> bool:
    """Whether the rules differ only in `min = 1`, which no value can break: an empty one counts as not sent."""
    relaxed = msgspec.structs.replace(parameter.documented, min=parameter.shipped.min)
    return parameter.documented.min <= 1 and relaxed == parameter.shipped


def _check_kept(where: str, kept: str) -> None:
    try:
        re.compile(f"[{kept}]")
    except re.error as error:
        raise ContractError(f"{where}: kept: {error}") from error


def _check_reply(where: str, form: ReplyForm, deviations: Mapping[str, Deviation]) -> None:
    if form.documented is None and form.shipped is None:
        raise ContractError(f"{where}: has neither a documented nor a shipped form")
    if form.documented is not None and form.shipped is not None:
        documented, shipped = parse_line(form.documented), parse_line(form.shipped)
        differing = {a.value for a in LINE_ASPECTS if documented.aspect(a) != shipped.aspect(a)}
        if differing != set(form.deviations):
            raise ContractError(
                f"{where}: the dialects differ in {sorted(differing)}, its deviations are for {sorted(form.deviations)}"
            )
    _check_ids(where, [*form.deviations.values(), *form.invariants.values()], deviations)
    of_content = [id for aspect, id in form.deviations.items() if not _same_content(form, aspect)]
    _check_content(where, [*of_content, *form.invariants.values()], deviations)


def _same_content(form: ReplyForm, aspect: str) -> bool:
    """Whether the two forms of a reply say the same in this aspect, or the documentation knows no such reply.

    Fields do if what the documentation promises stands where it says, and more comes after it.
    """
    if form.documented is None or form.shipped is None:
        return form.shipped is not None
    documented, shipped = parse_line(form.documented).fields, parse_line(form.shipped).fields
    return aspect == Aspect.SEPARATOR or (aspect == Aspect.FIELDS and documented == shipped[: len(documented)])


def _check_ids(where: str, ids: list[str], deviations: Mapping[str, Deviation]) -> None:
    for id in ids:
        if id not in deviations:
            raise ContractError(f"{where}: deviation {id!r} is not in deviations.toml")


def _check_content(where: str, ids: Iterable[str], deviations: Mapping[str, Deviation]) -> None:
    """What a reply says, or what a server does, is no matter of form."""
    for id in ids:
        if deviations[id].form:
            raise ContractError(f"{where}: deviation {id!r} is about more than form, and has form = true")

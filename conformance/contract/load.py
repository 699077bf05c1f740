"""TOML to types. Every mistake in a contract file is named with its file, its key and the reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import msgspec

from conformance.contract.contract import Contract, ContractError
from conformance.contract.deviation import Deviation
from conformance.contract.form import Refusal, ReplyForm, refusal_name
from conformance.contract.function import Function
from conformance.contract.kind import Kind
from conformance.contract.load_function import check_function
from conformance.contract.load_kind import check_kind
from conformance.contract.load_named import check_builds
from conformance.contract.load_told import mistake
from conformance.contract.parameter import Parameter
from conformance.contract.struct import Struct

T = TypeVar("T")

COMMON = "common"
"""The name of what all functions have in common."""


@cache
def load_contract() -> Contract:
    """The contract that ships with this package. Raises ContractError."""
    return read_contract(files("conformance.contract"))


def read_contract(folder: Traversable) -> Contract:
    """Read `kinds/*.toml`, `functions/*.toml` and `deviations.toml` from a folder. Raises ContractError."""
    deviations = _deviations(folder / "deviations.toml")
    kinds = {path.name: _convert(path.name, _read(path), Kind) for path in _files(folder / "kinds")}
    functions = {path.name: _function(folder, path) for path in _files(folder / "functions")}
    contract = Contract(
        functions=_by_name(functions), deviations=deviations, kinds=_by_name(kinds), common=_common(functions)
    )
    for file, kind in kinds.items():
        check_kind(file, kind, contract)
    for file, function in functions.items():
        check_function(file, function, contract)
    return contract


def _files(folder: Traversable) -> list[Traversable]:
    found = (path for path in folder.iterdir() if path.name.endswith(".toml"))
    return sorted(found, key=lambda path: path.name)


Named = TypeVar("Named", Kind, Function)


def _by_name(found: Mapping[str, Named]) -> Mapping[str, Named]:
    result: dict[str, Named] = {}
    for file, one in found.items():
        if one.name in result:
            raise ContractError(f"{file}: name: {one.name!r} stands twice")
        if one.name != COMMON:
            result[one.name] = one
    return result


def _common(functions: Mapping[str, Function]) -> Function:
    for function in functions.values():
        if function.name == COMMON:
            return function
    raise ContractError("functions/common.toml: is missing")


def _read(path: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ContractError(f"{path.name}: {error}") from error


def _convert(name: str, data: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise ContractError(f"{name}: {mistake(error, data, kind)}") from error


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
        check_builds(f"{path.name}: deviation {deviation.id}", [deviation.since, deviation.until])
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

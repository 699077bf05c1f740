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

from conformance.contract.action import Action, Condition
from conformance.contract.load_table import check_table
from conformance.contract.load_told import checks_told, differing_told, mistake
from conformance.contract.model import (
    Build,
    Contract,
    ContractError,
    Deviation,
    Function,
    Kind,
    Parameter,
    Refusal,
    ReplyForm,
    Rule,
    Use,
    check_of,
)
from conformance.contract.reply import LINE_ASPECTS, Aspect, parse_line
from conformance.contract.struct import Struct

T = TypeVar("T")

COMMON = "common"
"""The name of what all functions have in common."""

OWN_SIZE = 14
"""Digits of a name of a run's own: 999, six of the run, four of the case, one of the row."""


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
        _check_kind(file, kind, contract)
    for file, function in functions.items():
        _check_function(file, function, contract)
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


def _check_kind(file: str, kind: Kind, contract: Contract) -> None:
    if kind.own is not None:
        _check_own(file, kind)
    of_columns = (id for column in kind.columns.values() for id in (column.cut, column.strict))
    for id in filter(None, (kind.hidden, kind.collision, kind.twice, *of_columns)):
        _check_ids(file, [id], contract.deviations)
    for key, use in (("ask", kind.ask), ("undo", kind.undo)):
        if use is not None:
            _check_use(f"{file}: {key}", use, kind, contract)


def _check_own(file: str, kind: Kind) -> None:
    """A kind of which a run makes rows: its names have room for the run's digits, and a call asks for them."""
    if kind.own not in kind.key:
        raise ContractError(f"{file}: own: {kind.own!r} is not one of its key ({', '.join(kind.key)})")
    others = [column for column in kind.key if column != kind.own and column not in kind.fixed]
    if others:
        raise ContractError(f"{file}: fixed.{others[0]}: is missing: say what a run's own rows have there")
    for column in kind.key:
        if column not in kind.columns or kind.columns[column].size is None:
            raise ContractError(f"{file}: columns.{column}.size: is missing: say what size the column of the key has")
    size = kind.own_column.size
    if size is not None and size < OWN_SIZE:
        raise ContractError(
            f"{file}: columns.{kind.own}.size: {size} has no room for the {OWN_SIZE} digits of a run's own names:"
            " leave out `own`, or choose another column"
        )
    if kind.ask is None:
        raise ContractError(
            f"{file}: ask: is missing: name the call that shows whether a row is there, or leave out `own`"
        )
    for column in kind.key:
        if f"{{{column}}}" not in kind.ask.parameters.values():
            raise ContractError(f"{file}: ask.parameters: none is '{{{column}}}': say which names the row")


def _check_use(where: str, use: Use, kind: Kind, contract: Contract) -> None:
    function = contract.functions.get(use.function)
    if function is None:
        raise ContractError(f"{where}.function: {use.function!r} is not described: add its file to functions/")
    for reply in (use.reply, *use.also):
        if reply not in function.replies:
            raise ContractError(f"{where}.reply: {reply!r} is not one of the replies of {use.function}")
    for name, value in use.parameters.items():
        if name not in function.by_name:
            raise ContractError(f"{where}.parameters: {name!r} is not a parameter of {use.function}")
        for column in _PLACEHOLDERS.findall(value):
            if column not in kind.key:
                raise ContractError(f"{where}.parameters.{name}: {column!r} is not one of the columns of its key")


_PLACEHOLDERS = re.compile(r"\{(\w+)\}")


def _check_function(file: str, function: Function, contract: Contract) -> None:
    deviations = contract.deviations
    for check in function.checks:
        if check not in function.actions and check_of(check, contract.kinds) is None:
            raise ContractError(
                f"{file}: checks: {check!r} is no check, or of a kind that is not in kinds/: {checks_told(contract)}"
            )
    _check_arguments(file, function, contract)
    for name, action in function.actions.items():
        _check_action(file, name, action, function, contract)
    _check_effect(file, function, contract)
    _check_builds(f"{file}: since", [function.since])
    _check_permission(file, function)
    check_table(file, function, contract)
    for name, form in function.replies.items():
        _check_reply(f"{file}: replies.{name}", form, deviations)
    for parameter in function.parameters:
        _check_parameter(f"{file}: parameters.{parameter.name}", parameter, contract)


def _check_arguments(file: str, function: Function, contract: Contract) -> None:
    for check, told in function.arguments.items():
        if check not in function.checks:
            raise ContractError(f"{file}: arguments.{check}: is not one of its checks")
        if told.parameter is not None and told.parameter not in function.by_name:
            raise ContractError(f"{file}: arguments.{check}.parameter: {told.parameter!r} is not one of its parameters")
        if told.reply is not None and told.reply not in function.replies:
            raise ContractError(f"{file}: arguments.{check}.reply: {told.reply!r} is not one of its replies")
        _check_ids(f"{file}: arguments.{check}", [told.left_out] if told.left_out else [], contract.deviations)
        if told.otherwise is not None and told.otherwise.function not in contract.functions:
            raise ContractError(f"{file}: arguments.{check}.otherwise: {told.otherwise.function!r} is not described")


def _check_action(file: str, name: str, action: Action, function: Function, contract: Contract) -> None:
    where = f"{file}: actions.{name}"
    if name not in function.checks:
        raise ContractError(f"{where}: stands nowhere among the checks: say when it is taken")
    for reply in action.replies:
        if reply not in function.replies:
            raise ContractError(f"{where}: {reply!r} is not one of its replies")
    for kind in action.kinds:
        _check_kind_named(where, kind, contract)
    for parameter in action.parameters:
        if parameter not in function.by_name:
            raise ContractError(f"{where}: {parameter!r} is not one of its parameters")
    _check_needs(where, action.needs)
    _check_ids(where, list(action.deviations), contract.deviations)


def _check_needs(where: str, needs: Iterable[Condition]) -> None:
    for need in needs:
        if len([kind for kind in (need.setting, need.sent, need.rows, need.below) if kind]) != 1:
            raise ContractError(f"{where}: needs: one of setting, sent, rows and below is what is needed")


def _check_effect(file: str, function: Function, contract: Contract) -> None:
    effects = {name: getattr(function, name) for name in ("creates", "changes", "deletes", "copies")}
    for name, kind in effects.items():
        if kind is not None:
            _check_kind_named(f"{file}: {name}", kind, contract)
        if kind is not None and not contract.targets(function):
            raise ContractError(
                f"{file}: {name}: no parameter has the column {contract.kinds[kind].key[0]!r}: say which names the row"
            )
    if function.reads and any(effects.values()):
        raise ContractError(f"{file}: reads: it also says that it changes rows: leave out one of the two")
    for trace in function.traces:
        _check_kind_named(f"{file}: traces", trace.kind, contract)
    if function.instead is not None:
        _check_kind_named(f"{file}: instead.kind", function.instead.kind, contract)
        if function.instead.parameter not in function.by_name:
            told = function.instead.parameter
            raise ContractError(f"{file}: instead.parameter: {told!r} is not one of its parameters")


def _check_kind_named(where: str, kind: str, contract: Contract) -> None:
    if kind not in contract.kinds:
        raise ContractError(f"{where}: {kind!r} is not described: add {kind}.toml to kinds/, with its name in it")


def _check_parameter(where: str, parameter: Parameter, contract: Contract) -> None:
    _check_builds(where, [parameter.since, *parameter.kept_before, *parameter.shipped_before])
    _check_needs(where, parameter.needs)
    for kept in (parameter.kept, *filter(None, parameter.kept_before.values())):
        _check_kept(where, kept)
    for rule in (parameter.documented, parameter.shipped, *parameter.shipped_before.values()):
        _check_rule(where, rule, contract)
    if parameter.documented != parameter.shipped and not parameter.deviation and not _same_reach(parameter):
        raise ContractError(f"{where}: the dialects differ and no deviation says so: `deviation` is missing")
    named = [parameter.deviation, parameter.stored_deviation, parameter.strict_deviation]
    named += [parameter.function_deviation, parameter.case_deviation, parameter.decoded_again, parameter.lost]
    _check_ids(where, [id for id in named if id], contract.deviations)
    _check_content(where, [id for id in named if id], contract.deviations)


def _check_rule(where: str, rule: Rule, contract: Contract) -> None:
    if rule.reference is not None:
        _check_kind_named(f"{where}: reference", rule.reference, contract)
    for pattern in filter(None, (rule.pattern, rule.taken)):
        _check_pattern(where, pattern)


def _check_permission(file: str, function: Function) -> None:
    if function.permission is None and "permission" in function.checks:
        raise ContractError(f"{file}: permission: is missing, and its checks ask for it")
    if function.permission is not None and function.permission.reply not in function.replies:
        raise ContractError(
            f"{file}: permission.reply: {function.permission.reply!r} is not one of its replies: add it"
        )


def _check_builds(where: str, builds: Iterable[str | None]) -> None:
    for build in builds:
        try:
            Build.parse(build or "2.14-0")
        except ValueError as error:
            raise ContractError(f"{where}: {error}; what every build has is 2.14-0") from error


def _same_reach(parameter: Parameter) -> bool:
    """Whether the rules differ only in `min = 1`, which no value can break: an empty one counts as not sent."""
    relaxed = msgspec.structs.replace(parameter.documented, min=parameter.shipped.min)
    return parameter.documented.min <= 1 and relaxed == parameter.shipped


def _check_kept(where: str, kept: str) -> None:
    try:
        re.compile(f"[{kept}]")
    except re.error as error:
        raise ContractError(f"{where}: kept: {error}") from error


def _check_pattern(where: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ContractError(f"{where}: {pattern!r}: {error}") from error


def _check_reply(where: str, form: ReplyForm, deviations: Mapping[str, Deviation]) -> None:
    if form.documented is None and form.shipped is None:
        raise ContractError(f"{where}: has neither a documented nor a shipped form: write the one that is known")
    if form.documented is not None and form.shipped is not None:
        documented, shipped = parse_line(form.documented), parse_line(form.shipped)
        differing = {a.value for a in LINE_ASPECTS if documented.aspect(a) != shipped.aspect(a)}
        if differing != set(form.deviations):
            raise ContractError(
                f"{where}: the dialects differ in {sorted(differing)}, its deviations are for {sorted(form.deviations)}"
                f": write `deviations = {differing_told(differing)}`, with ids of deviations.toml"
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

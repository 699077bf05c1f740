"""The mistakes that a file of a function can make, each told with its file, its key and what helps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from conformance.contract.action import Action, Condition
from conformance.contract.contract import Contract, ContractError
from conformance.contract.deviation import Deviation
from conformance.contract.form import ReplyForm
from conformance.contract.function import Function, check_of
from conformance.contract.load_named import check_builds, check_ids
from conformance.contract.load_table import check_table
from conformance.contract.load_told import checks_told, differing_told
from conformance.contract.parameter import Parameter, Rule
from conformance.contract.reply import LINE_ASPECTS, Aspect, parse_line


def check_function(file: str, function: Function, contract: Contract) -> None:
    """Look at a function, and at its table. Raises ContractError for the first mistake."""
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
    check_builds(f"{file}: since", [function.since])
    _check_permission(file, function)
    check_table(file, function, contract)
    for name, form in function.replies.items():
        _check_reply(f"{file}: replies.{name}", form, deviations)
    for parameter in function.parameters:
        _check_parameter(f"{file}: parameters.{parameter.name}", parameter, contract)


def _check_arguments(file: str, function: Function, contract: Contract) -> None:
    for check in function.checks:
        what, kind = check_of(check, contract.kinds) or (check, None)
        column = function.arguments[check].column if check in function.arguments else None
        if what == "is-on" and kind and column not in contract.kinds[kind].columns:
            raise ContractError(f"{file}: arguments.{check}.column: {column!r} is not a column of {kind}: add it there")
    for check, told in function.arguments.items():
        if check not in (*function.checks, *contract.common.checks):
            raise ContractError(f"{file}: arguments.{check}: is not one of its checks")
        if told.parameter is not None and told.parameter not in function.by_name:
            raise ContractError(f"{file}: arguments.{check}.parameter: {told.parameter!r} is not one of its parameters")
        if told.reply is not None and told.reply not in function.replies:
            raise ContractError(f"{file}: arguments.{check}.reply: {told.reply!r} is not one of its replies")
        check_ids(f"{file}: arguments.{check}", [told.left_out] if told.left_out else [], contract.deviations)
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
    check_ids(where, list(action.deviations), contract.deviations)


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
    check_builds(where, [parameter.since, *parameter.kept_before, *parameter.shipped_before])
    _check_needs(where, parameter.needs)
    for kept in (parameter.kept, *filter(None, parameter.kept_before.values())):
        _check_kept(where, kept)
    for rule in (parameter.documented, parameter.shipped, *parameter.shipped_before.values()):
        _check_rule(where, rule, contract)
    if parameter.documented != parameter.shipped and not parameter.deviation and not _same_reach(parameter):
        raise ContractError(f"{where}: the dialects differ and no deviation says so: `deviation` is missing")
    named = [parameter.deviation, parameter.stored_deviation, parameter.strict_deviation]
    named += [parameter.function_deviation, parameter.case_deviation, parameter.decoded_again, parameter.lost]
    check_ids(where, [id for id in named if id], contract.deviations)
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
    check_ids(where, [*form.deviations.values(), *form.invariants.values()], deviations)
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


def _check_content(where: str, ids: Iterable[str], deviations: Mapping[str, Deviation]) -> None:
    """What a reply says, or what a server does, is no matter of form."""
    for id in ids:
        if deviations[id].form:
            raise ContractError(f"{where}: deviation {id!r} is about more than form, and has form = true")

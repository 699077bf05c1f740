"""The checks a call passes, each by the name that contract files use (observed.md section 2).

A check takes a call and gives either the call, with what it found out, or the outcome that ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from conformance.contract.call import Call, Step, read_as
from conformance.contract.conditions import met, named
from conformance.contract.form import refusal_name
from conformance.contract.function import Arguments, Function, check_of
from conformance.contract.kind import Kind
from conformance.contract.outcome import CLOCK, NUMBER, Outcome
from conformance.contract.parameter import Parameter
from conformance.contract.reply import Value
from conformance.contract.rules import allows, disagreement, is_taken
from conformance.contract.visible import column_of, has_campaign, may_see
from conformance.contract.world import (
    LOCK_AFTER,
    LOGIN_LEVEL,
    Drop,
    LoginFailed,
    LoginSucceeded,
    MayChange,
    Row,
    User,
    is_own_name,
)

NO_ARGUMENTS = Arguments()


def version(call: Call) -> Step:
    """`version` answers without a login, to anybody (observed.md section 3)."""
    if call.function is None or call.function.name != "version":
        return call
    return call.ends(call.answer("version", build=str(call.state.settings.build), **CLOCK))


def login(call: Call) -> Step:
    """User and password must be right, the user active, of level 7 at least, and not locked (sections 3, 6 and 9)."""
    user = call.state.user(call.value("user"))
    if user is not None and user.failed_logins >= LOCK_AFTER and user.lock_holds:
        return call.ends(call.answer("locked"))
    if user is None or not _is_password(call, user):
        failed = (LoginFailed(user.name),) if user else ()
        return call.ends(call.answer("login-incorrect"), changes=failed)
    if not user.active or user.level < LOGIN_LEVEL:
        if not call.shipped:
            return call.silent("documentation does not say what answers the right password of one who may not log in")
        call = call.noting("below-level-7-cannot-log-in")
        return call.ends(call.answer("login-incorrect"), changes=(LoginFailed(user.name),))
    return replace(call, user=user, changes=(LoginSucceeded(user.name),) if user.failed_logins else ())


def _is_password(call: Call, user: User) -> bool:
    """Whether the password sent is the user's. Servers sanitise one that is sent, as they did when it was set (4)."""
    sent = call.value("pass")
    kept = call.as_read("pass", user.password) if call.shipped else user.password
    return user.password == sent or (kept == sent != "")


def function(call: Call) -> Step:
    """The function must exist in this build, spelled exactly (section 3)."""
    return call if call.function is not None else replace(call, logged=True).ends(call.answer("no-function"))


def user_group(call: Call) -> Step:
    """A caller restricted to the lists of its user group needs that group to be there, for functions of lists."""
    if not call.called.of_lists or not call.caller.lists_restricted or call.caller.group_exists:
        return call
    return call.ends(call.answer("no-user-group", user_group=call.caller.group))


def source(call: Call) -> Step:
    """`source` has 2 characters at least; the documented 20 at most are not checked (sections 3 and 4)."""
    parameter, value = call.contract.common.by_name["source"], call.value("source")
    if call.is_array("source"):
        return _asked_of_an_array(call) or call.ends(call.answer("invalid-source"), call.answer("invalid-source-again"))
    allowed = allows(parameter, value, call.state, call.dialect)
    if not allowed and len(value) < parameter.rule(call.dialect).min:
        return call.ends(call.answer("invalid-source"), call.answer("invalid-source-again"))
    if not allowed:
        return call.silent("documentation does not say what answers a source over 20 characters")
    return call.noting(disagreement(parameter, value, call.state))


def allowed(call: Call) -> Step:
    """The function must be in the user's list (section 3)."""
    functions = call.caller.functions
    if functions is None or call.called.name in functions:
        return replace(call, logged=True)
    return call.ends(call.answer("function-not-allowed"))


def permission(call: Call) -> Step:
    """The user needs the function's level and settings, and API access where it is looked at (section 6)."""
    needed = call.called.permission
    assert needed is not None
    user = call.caller
    if not user.api_access and needed.no_api_access and call.shipped:
        call = call.noting(needed.no_api_access)
    elif not user.api_access:
        return call.ends(call.answer(needed.reply))
    level = needed.level_of(call.state.settings.build) if call.shipped else needed.level
    if user.level >= level and user.grants.issuperset(needed.settings):
        return call
    return call.ends(call.answer(needed.reply))


def required(call: Call) -> Step:
    """Every required field has an allowed length (section 4), which no array has (section 7)."""
    for parameter in call.called.required:
        if call.is_array(parameter.name):
            return _asked_of_an_array(call) or call.ends(call.answer("required"))
        value = call.value(parameter.name)
        call = call.noting(disagreement(parameter, value, call.state))
        if allows(parameter, value, call.state, call.dialect) is False:
            return call.ends(call.answer("required"))
    return call


def _asked_of_an_array(call: Call) -> Outcome | None:
    """How the script ends that asks for the length of an array; None where that is nothing (section 7)."""
    return call.noting("array-parameter-500").ends(status=500) if call.throws else None


def is_new(kind: Kind, told: Arguments, call: Call) -> Step:
    """No row has this key, whatever its user group and letter case (section 5)."""
    kind = call.kind_instead(kind)
    call, row = look_up(call, kind, _key(call, kind, told), wanted=False)
    return call if row is None else call.ends(call.answer(told.reply or "exists"))


def exists(kind: Kind, told: Arguments, call: Call) -> Step:
    """A row has this key and the caller may see it (sections 5 and 6).

    Where servers leave the check out, the row is whatever has the key, and may be anybody's.
    """
    kind = call.kind_instead(kind)
    key = _key(call, kind, told)
    call, row = look_up(call, kind, key)
    visible = row is not None and may_see(call.caller, kind, row)
    if call.shipped and any(map(call.has, told.unless)):
        return replace(call.noting(None if visible else told.left_out), row=row, unbound=True)
    if row is not None and visible:
        return replace(call, row=row)
    call = call.noting(kind.hidden if row is not None else None)
    further = told.otherwise
    if further is not None and call.value(further.parameter) == further.value:
        return _handed_on(call.says(further.reply), call.contract.functions[further.function])
    ended = call.ends(call.answer(told.reply or "missing"))
    return ended if row is not None or is_nobodys(call, kind, key) else _unless(call, ended)


def _unless(call: Call, ended: Outcome) -> Call:
    """A call that nobody knows whether it ends so, for nobody knows which rows there are."""
    return replace(call, row=None).might(ended)


def is_nobodys(call: Call, kind: Kind, key: tuple[str, ...]) -> bool:
    """Whether there is surely no row where none is known: all are, or the name is one that only runs give to theirs.

    Calls that change something only ever name rows that the world knows all about.
    """
    return call.called.table is None or call.state.knows_all(kind.name) or is_own_name(*key)


def _handed_on(call: Call, function: Function) -> Call:
    """The call as if another function had been called."""
    call = read_as(call, function)
    return replace(call, values={**(call.values or {}), "function": function.name})


def is_allowed(kind: Kind, told: Arguments, call: Call) -> Step:
    """A caller restricted to lists names one of a campaign that its user group is allowed, spelled as it is stored."""
    if not call.caller.lists_restricted:
        return call
    key = _key(call, kind, told)
    row = call.state.find(kind.name, key, exact=True)
    if row is not None and has_campaign(call.caller, kind, row):
        return call
    ended = call.ends(call.answer(told.reply or "not-allowed"))
    return ended if row is not None or is_nobodys(call, kind, key) else _unless(call, ended)


def is_on(kind: Kind, told: Arguments, call: Call) -> Step:
    """A setting of the whole server is switched on, as far as anybody knows."""
    assert told.column is not None
    ended = call.ends(call.answer(told.reply or "switched-off"))
    row = next(iter(call.state.rows(kind.name)), None)
    if row is None:
        return call.might(ended)
    return call if str(column_of(kind, row, told.column)) == ON else ended


ON = "1"
"""What a setting holds that is switched on."""


def _key(call: Call, kind: Kind, told: Arguments) -> tuple[str, ...]:
    """The key that a call names, in the order of the kind's columns."""
    if told.parameter is not None:
        return (call.value(told.parameter),)
    return call.key(kind)


def delete(told: Arguments, call: Call) -> Step:
    """`delete_did=Y` deletes, with a permission of its own, and skips all other fields (section 5)."""
    assert told.parameter is not None
    value, parameter = call.value(told.parameter), call.called.by_name[told.parameter]
    if value not in ("", *parameter.documented.values):
        if not call.shipped:
            return call.silent(f"documentation does not say what {parameter.name}={value} does")
        return call.noting(parameter.deviation)
    if value != "Y":
        return call
    if told.setting is not None and told.setting not in call.caller.grants:
        return call.ends(call.answer(told.reply or "no-delete-permission"))
    return call.ends(call.answer("deleted", **shown_number(call.kind, call.found)), changes=(Drop(call.found),))


def optional(call: Call) -> Step:
    """Every optional field that was sent has an allowed value; the first that has not answers (section 2)."""
    for parameter in call.called.looked_at:
        if parameter.name not in (call.values or {}):
            continue
        step = _optional(call, parameter)
        if not isinstance(step, Call):
            return step
        call = step
    return call


def _optional(call: Call, parameter: Parameter) -> Step:
    if call.is_array(parameter.name) and parameter.known_to(call.state.settings.build):
        return _asked_of_an_array(call) or call.noting("array-not-sent")
    value = call.value(parameter.name)
    if value != "":
        call = call.noting(disagreement(parameter, value, call.state))
    return _one_field(call, parameter, value) if is_taken(parameter, value, call.state, call.dialect) else call


def _one_field(call: Call, parameter: Parameter, value: str) -> Step:
    verdict = allows(parameter, value, call.state, call.dialect)
    if verdict is None:
        return call.silent(f"the documented values of {parameter.name} break off before {value!r}")
    if not verdict and parameter.message:
        return call.ends(call.answer(refusal_name(parameter.name)))
    if not verdict:
        return call.silent(f"documentation does not say what answers {parameter.name}={value}")
    return met(call, parameter.needs, MayChange(call.kind.name, named(call)))[0]


_PLAIN: Mapping[str, Callable[[Call], Step]] = {
    "version": version,
    "login": login,
    "function": function,
    "user-group": user_group,
    "source": source,
    "allowed": allowed,
    "permission": permission,
    "required": required,
    "optional": optional,
}
_OF_A_KIND: Mapping[str, Callable[[Kind, Arguments, Call], Step]] = {
    "is-new": is_new,
    "exists": exists,
    "allowed": is_allowed,
    "is-on": is_on,
}


def check(name: str, call: Call) -> Step:
    """Put a call to the check of that name, as contract files use it."""
    told = call.function.arguments.get(name, NO_ARGUMENTS) if call.function else NO_ARGUMENTS
    step = _put(name, told, call)
    if told.left_out and not told.unless and call.shipped and not isinstance(step, Call):
        return call.noting(told.left_out)
    return step


def _put(name: str, told: Arguments, call: Call) -> Step:
    if name in _PLAIN:
        return _PLAIN[name](call)
    known = check_of(name, call.contract.kinds)
    assert known is not None
    what, kind = known
    if _asks_for_every(call, told):
        return call
    return delete(told, call) if kind is None else _OF_A_KIND[what](call.contract.kinds[kind], told, call)


def _asks_for_every(call: Call, told: Arguments) -> bool:
    """Whether the parameter that a check would look at names no row, but asks for all."""
    every = call.called.table.every if call.called.table else None
    return every is not None and every.parameter == told.parameter and call.has(every)


def look_up(call: Call, kind: Kind, key: tuple[str, ...], *, wanted: bool = True) -> tuple[Call, Row | None]:
    """The row with that key; servers disregard letter case and compare numbers, documentation does not say so.

    `wanted` is as in `State.find`.
    """
    sought = kind.compared(key) if call.shipped else key
    row = call.state.find(kind.name, sought, exact=not call.shipped, wanted=wanted)
    if row is not None and row.key != key:
        call = call.noting(kind.collision)
    return call, row


def shown_number(kind: Kind, row: Row) -> Mapping[str, Value]:
    """The number of a row as replies print it, by the name of its column; any number where nobody can know it."""
    if kind.number is None:
        return {}
    return {kind.number: str(row.number) if row.number >= 0 else NUMBER}

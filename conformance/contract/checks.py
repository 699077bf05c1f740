"""The checks a call passes, each by the name that contract files use (observed.md section 2).

A check takes a call and gives either the call, with what it found out, or the outcome that ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from conformance.contract.call import Call, Step
from conformance.contract.load import refusal_name
from conformance.contract.outcome import CLOCK, NUMBER, Outcome
from conformance.contract.reply import Value
from conformance.contract.rules import allows, disagreement
from conformance.contract.world import (
    ALL_GROUPS,
    LOCK_AFTER,
    LOGIN_LEVEL,
    Did,
    DropDid,
    LoginFailed,
    LoginSucceeded,
    User,
)

DELETE_SETTING = "delete_dids"


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


def source(call: Call) -> Step:
    """`source` has 2 characters at least; the documented 20 at most are not checked (sections 3 and 4)."""
    parameter, value = call.contract.common.by_name["source"], call.value("source")
    if call.is_array("source"):
        return _asked_of_an_array(call) or call.ends(call.answer("invalid-source"), call.answer("invalid-source-again"))
    allowed = allows(parameter, value, call.state.entities, call.dialect)
    if not allowed and len(value) < parameter.rule(call.dialect).min:
        return call.ends(call.answer("invalid-source"), call.answer("invalid-source-again"))
    if not allowed:
        return call.silent("documentation does not say what answers a source over 20 characters")
    return call.noting(disagreement(parameter, value, call.state.entities))


def allowed(call: Call) -> Step:
    """The function must be in the user's list (section 3)."""
    functions = call.caller.functions
    if functions is None or call.called.name in functions:
        return replace(call, logged=True)
    return call.ends(call.answer("function-not-allowed"))


def permission(call: Call) -> Step:
    """The user needs the function's level and setting, and API access (section 6)."""
    needed = call.called.permission
    assert needed is not None
    user = call.caller
    if user.api_access and user.level >= needed.level and needed.setting in user.grants:
        return call
    return call.ends(call.answer(needed.reply))


def required(call: Call) -> Step:
    """Every required field has an allowed length (section 4), which no array has (section 7)."""
    for parameter in call.called.required:
        if call.is_array(parameter.name):
            return _asked_of_an_array(call) or call.ends(call.answer("required"))
        if allows(parameter, call.value(parameter.name), call.state.entities, call.dialect) is False:
            return call.ends(call.answer("required"))
    return call


def _asked_of_an_array(call: Call) -> Outcome | None:
    """How the script ends that asks for the length of an array; None where that is nothing (section 7)."""
    return call.noting("array-parameter-500").ends(status=500) if call.throws else None


def did_is_new(call: Call) -> Step:
    """No DID has this pattern, whatever its user group and letter case (section 5)."""
    call, did = look_up(call, call.value("did_pattern"))
    return call if did is None else call.ends(call.answer("exists"))


def did_exists(call: Call) -> Step:
    """A DID has this pattern and the caller may see it (sections 5 and 6)."""
    return _must_exist(call, call.value("did_pattern"))


def source_did_exists(call: Call) -> Step:
    """The DID to copy from exists and the caller may see it (sections 5 and 6)."""
    return _must_exist(call, call.value("source_did_pattern"))


def delete(call: Call) -> Step:
    """`delete_did=Y` deletes, with a permission of its own, and skips all other fields (section 5)."""
    value, parameter = call.value("delete_did"), call.called.by_name["delete_did"]
    if value not in ("", *parameter.documented.values):
        if not call.shipped:
            return call.silent(f"documentation does not say what delete_did={value} does")
        return call.noting(parameter.deviation)
    if value != "Y":
        return call
    if DELETE_SETTING not in call.caller.grants:
        return call.ends(call.answer("no-delete-permission"))
    assert call.did is not None
    return call.ends(call.answer("deleted", did_id=shown_id(call.did)), changes=(DropDid(call.did.did_id),))


def optional(call: Call) -> Step:
    """Every optional field that was sent has an allowed value; the first that has not answers (section 2)."""
    for parameter in call.called.optional:
        if call.is_array(parameter.name) and parameter.known_to(call.state.settings.build):
            ended = _asked_of_an_array(call)
            if ended:
                return ended
            call = call.noting("array-not-sent")
            continue
        value = call.value(parameter.name)
        if value == "":
            continue
        call = call.noting(disagreement(parameter, value, call.state.entities))
        verdict = allows(parameter, value, call.state.entities, call.dialect)
        if verdict is None:
            return call.silent(f"the documented values of {parameter.name} break off before {value!r}")
        if not verdict:
            return call.ends(call.answer(refusal_name(parameter.name)))
    return call


CHECKS: Mapping[str, Callable[[Call], Step]] = {
    "version": version,
    "login": login,
    "function": function,
    "source": source,
    "allowed": allowed,
    "permission": permission,
    "required": required,
    "did-is-new": did_is_new,
    "did-exists": did_exists,
    "source-did-exists": source_did_exists,
    "delete": delete,
    "optional": optional,
}


def look_up(call: Call, pattern: str) -> tuple[Call, Did | None]:
    """The DID with that pattern; servers disregard letter case, documentation does not say so."""
    did = call.state.find(pattern, exact=not call.shipped)
    if did is not None and did.pattern != pattern:
        call = call.noting("did-case-collision")
    return call, did


def _must_exist(call: Call, pattern: str) -> Step:
    call, did = look_up(call, pattern)
    if did is not None and not may_see(call.caller, did):
        call, did = call.noting("hidden-did-groups"), None
    return replace(call, did=did) if did is not None else call.ends(call.answer("missing"))


def may_see(user: User, did: Did) -> bool:
    """Whether a user may view the user group of a DID (section 6)."""
    return user.groups is None or did.group in {ALL_GROUPS, *user.groups}


def shown_id(did: Did) -> Value:
    """A did_id as replies print it; any number where nobody can know it."""
    return str(did.did_id) if did.did_id >= 0 else NUMBER

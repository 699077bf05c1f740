"""Which values every server refuses: what a field's rules say of a value before any request is sent."""

from __future__ import annotations

from conformance.cases.model import Level
from conformance.contract.function import Effect, Function
from conformance.contract.parameter import Parameter
from conformance.contract.rules import allows
from conformance.contract.sanitise import sanitise
from conformance.contract.settings import NEWEST_BUILD, OLDEST_BUILD, Dialect, ServerSettings
from conformance.contract.world import World

_SERVERS = tuple(
    ServerSettings(build=build, non_latin=non_latin)
    for build in (OLDEST_BUILD, NEWEST_BUILD)
    for non_latin in (False, True)
)

UNKNOWN_NAME = "nosuchname"
UNKNOWN_SERVER = "192.0.2.1"
"""An address for documentation (RFC 5737), so no server has it; digits and dots, so every build keeps all of it."""


def level_of(function: Function, parameter: Parameter, value: str) -> Level:
    """How careful one must be with an otherwise valid call that has this value: a refused add is a probe."""
    refused = function.effect is Effect.ADDS and refused_everywhere(parameter, value)
    return Level.PROBE if refused else Level.STANDARD


def refused_everywhere(parameter: Parameter, value: str) -> bool:
    """Whether both dialects refuse the value, in every build and setting. A placeholder may stand for a good one."""
    return parameter.known_to(OLDEST_BUILD) and refused_where_known(parameter, value)


def refused_where_known(parameter: Parameter, value: str) -> bool:
    """Whether both dialects refuse the value in every setting of the builds that know the parameter."""
    if "<" in value or not value or allows(parameter, value, World(), Dialect.DOCUMENTED) is not False:
        return False
    knowing = (settings for settings in _SERVERS if parameter.known_to(settings.build))
    left = {sanitise(value.encode(), parameter, settings) for settings in knowing}
    return "" not in left and not any(allows(parameter, v, World(), Dialect.SHIPPED) for v in left)


def refused_value(parameter: Parameter) -> str:
    """A value of an optional field that both dialects refuse, in every build that knows it; empty if there is none."""
    rule = parameter.shipped
    if rule.reference is not None:
        return unknown_name(parameter)
    if parameter.documented.values:
        return "U"
    if parameter.documented.min > 1:
        return "5" * (parameter.documented.min - 1)
    return "5" * (rule.max + 1) if rule.max is not None else ""


def unknown_name(parameter: Parameter) -> str:
    """A name that no entity of the parameter's kind has."""
    return UNKNOWN_SERVER if parameter.documented.dotted else UNKNOWN_NAME

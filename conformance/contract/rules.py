"""Whether a value is what a rule demands."""

from __future__ import annotations

import re
from datetime import date

from conformance.contract.parameter import Parameter, Rule
from conformance.contract.settings import Dialect
from conformance.contract.world import State

_DIGITS = re.compile(r"[0-9]*")
_DOTTED = re.compile(r"[0-9.]*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def allows(parameter: Parameter, value: str, state: State, dialect: Dialect) -> bool | None:
    """True, False, or None where the dialect's list of values breaks off and this value is not on it."""
    rule = parameter.rule(dialect, state.settings.build)
    documented = dialect is Dialect.DOCUMENTED
    if value in rule.words:
        return True
    if not _form_fits(rule, value, len(value) if documented else len(value.encode())):
        return False
    if rule.values and value not in rule.values:
        return None if rule.open else False
    return rule.reference is None or state.find(rule.reference, (value,), exact=documented) is not None


def _form_fits(rule: Rule, value: str, length: int) -> bool:
    if length < rule.min or (rule.max is not None and length > rule.max):
        return False
    if rule.digits and not _DIGITS.fullmatch(value):
        return False
    if rule.pattern is not None and not re.fullmatch(rule.pattern, value):
        return False
    if rule.date and not is_date(value):
        return False
    return not rule.dotted or _DOTTED.fullmatch(value) is not None


def is_date(value: str) -> bool:
    """Whether a text is a day of the calendar, such as 2027-01-31."""
    if not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_taken(parameter: Parameter, value: str, state: State, dialect: Dialect) -> bool:
    """Whether a value counts as sent: it is not empty, and is none of those that the dialect passes over."""
    taken = parameter.rule(dialect, state.settings.build).taken
    return value != "" and (taken is None or re.fullmatch(taken, value) is not None)


def disagreement(parameter: Parameter, value: str, state: State) -> str | None:
    """The deviation that a server shows when it judges this value; None where both dialects agree."""
    shipped = allows(parameter, value, state, Dialect.SHIPPED)
    if shipped == allows(parameter, value, state, Dialect.DOCUMENTED):
        return None
    if parameter.case_deviation and shipped:
        return parameter.case_deviation
    if len(value.encode()) != len(value):
        return "length-in-bytes"
    return parameter.deviation

"""Values drawn from the contract are as valid as was asked."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conformance.cases.expand import Ground, Login, requests
from conformance.cases.model import Case, Entity, Level, Role
from conformance.cases.strategies import Spelling, Validity, inputs, possible, spelled, values
from conformance.contract.load import load_contract
from conformance.contract.parameter import Parameter
from conformance.contract.request import Request
from conformance.contract.rules import allows
from conformance.contract.sanitise import sanitise
from conformance.contract.settings import Dialect, ServerSettings
from conformance.contract.world import World
from conformance.run.guard import Guard

PARAMETERS = [p for p in load_contract().functions["add_did"].optional if not p.shipped.reference]
PAIRS = [(parameter, validity) for parameter in PARAMETERS for validity in possible(parameter)]
GROUND = Ground(
    {Role.ADMIN: Login("6666", "1234")},
    {Entity("ingroup"): "G", Entity("call_menu"): "m", Entity("server_ip"): "10.0.0.1"},
    "000001",
)
QUICK = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def left(parameter: Parameter, value: str) -> str:
    return sanitise(value.encode(), parameter, ServerSettings())


def accepted(parameter: Parameter, value: str) -> bool:
    return allows(parameter, left(parameter, value), World(), Dialect.SHIPPED) is True


def ids(pair: object) -> str:
    return pair.name if isinstance(pair, Parameter) else str(pair)


@pytest.mark.parametrize("parameter", PARAMETERS, ids=ids)
def test_a_valid_value_is_accepted(parameter: Parameter) -> None:
    @QUICK
    @given(values(parameter, Validity.VALID))
    def check(value: str) -> None:
        assert accepted(parameter, value)

    check()


@pytest.mark.parametrize(
    ("parameter", "validity"),
    [pair for pair in PAIRS if pair[1] in (Validity.SHORT, Validity.LONG, Validity.UNKNOWN)],
    ids=ids,
)
def test_an_invalid_value_is_refused_unless_nothing_is_left_of_it(parameter: Parameter, validity: Validity) -> None:
    @QUICK
    @given(values(parameter, validity))
    def check(value: str) -> None:
        assert left(parameter, value) == "" or not accepted(parameter, value)

    check()


@pytest.mark.parametrize("parameter", [p for p, v in PAIRS if v is Validity.SHRINKING], ids=ids)
def test_a_shrinking_value_crosses_a_limit_only_when_it_is_sanitised(parameter: Parameter) -> None:
    rule = parameter.shipped

    def fits(length: int) -> bool:
        return rule.min <= length <= (rule.max or length)

    @QUICK
    @given(values(parameter, Validity.SHRINKING))
    def check(value: str) -> None:
        sent, kept = len(value), len(left(parameter, value))
        assert kept < sent
        assert fits(kept) or kept < rule.min

    check()


@pytest.mark.parametrize(
    ("parameter", "validity"),
    [pair for pair in PAIRS if pair[1] in (Validity.STRIPPED, Validity.MULTI_BYTE, Validity.CONTROL)],
    ids=ids,
)
def test_a_value_with_foreign_characters_loses_them(parameter: Parameter, validity: Validity) -> None:
    @QUICK
    @given(values(parameter, validity))
    def check(value: str) -> None:
        assert left(parameter, value) != value

    check()


def test_a_validity_that_a_parameter_cannot_have_raises_at_once() -> None:
    active = next(p for p in PARAMETERS if p.name == "active")
    with pytest.raises(InvalidArgument, match="active has no value that is long"):
        values(active, Validity.LONG)


@QUICK
@given(st.text(max_size=20).filter(lambda text: "<" not in text), st.sampled_from(Spelling))
def test_every_spelling_is_the_same_value(value: str, spelling: Spelling) -> None:
    param = spelled("x", value, spelling)
    query = f"x={param.value}" if param.raw else None

    assert query is None or Request(query).parameters.values["x"] == value.encode()


@QUICK
@given(inputs(), st.integers(0, 8999))
def test_the_guard_lets_every_generated_input_out(case: Case, number: int) -> None:
    guard = Guard(load_contract(), GROUND, Level.STANDARD, (ServerSettings(),))
    for request in requests(case, GROUND, number):
        guard.rule(request)

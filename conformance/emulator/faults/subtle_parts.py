"""What subtle faults are made of: a crash, a refusal that is not deserved, the fields of a request that are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from conformance.contract.call import Call, read
from conformance.contract.parameter import Parameter
from conformance.contract.rules import allows
from conformance.contract.settings import Dialect
from conformance.emulator.faults.asked import Answering, Asked, behaving, without_rows
from conformance.emulator.faults.generated import with_rule
from conformance.emulator.faults.model import Fault, FaultKind
from conformance.emulator.respond import Response

ADD, UPDATE, COPY = "add_did", "update_did", "copy_did"
DESCRIPTION = "did_description"


def subtle_fault(id: str, title: str) -> Callable[[Answering], Fault]:
    """A subtle fault without a memory, written above the function that answers so; `id` is without its kind."""
    return lambda answering: Fault(f"{FaultKind.SUBTLE}/{id}", title, FaultKind.SUBTLE, partial(behaving, answering))


def crashed(answer: Response) -> Response:
    """The answer of a server that falls over before it has stored anything."""
    return replace(answer, status=500, body=b"", changes=without_rows(answer.changes))


def succeeds(answer: Response) -> bool:
    """Whether a call of one of the DID functions did what it was asked for."""
    return answer.body.startswith(b"SUCCESS")


def refusing(asked: Asked, name: str) -> Asked:
    """The same request, asked of a server that refuses whatever this field holds."""
    return replace(asked, contract=with_rule(asked.contract, asked.calls, name, values=("",)))


Sent = tuple[Parameter, str]
"""A field and its value as servers see it."""


def optional_of(asked: Asked) -> tuple[Parameter, ...]:
    """The optional fields of the function that is called, in the order of their checks."""
    function = asked.contract.functions.get(asked.calls)
    return function.optional if function else ()


def fields_of(asked: Asked) -> tuple[Sent, ...]:
    """The optional fields that are sent and of which something is left, in the order of their checks."""
    call = read(asked.contract, asked.state, asked.request, Dialect.SHIPPED)
    if not isinstance(call, Call) or call.function is None:
        return ()
    return tuple((p, call.value(p.name)) for p in call.function.optional if call.value(p.name))


def refused(asked: Asked) -> tuple[Parameter, ...]:
    """The optional fields of the request that servers refuse, in the order of their checks."""
    return tuple(p for p, value in fields_of(asked) if not allows(p, value, asked.state, Dialect.SHIPPED))

"""Faults of defaults: what a column holds that a request left out. No reply shows a column."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.model import Contract, Parameter
from conformance.emulator.faults.generated import mutant, parameter_mutation
from conformance.emulator.faults.model import Fault, FaultKind

NO_REPLY = "no reply shows what a column holds; only the database does"


def faults(contract: Contract) -> Iterator[Fault]:
    """One for each column that add_did fills by itself."""
    for parameter in contract.functions["add_did"].optional:
        if parameter.column:
            yield _other(parameter)


def _other(parameter: Parameter) -> Fault:
    default = parameter.default + 1 if isinstance(parameter.default, int) else f"{parameter.default or ''}9"
    return mutant(
        f"add_did/{parameter.name}/other",
        f"add_did without {parameter.name} stores {default!r}",
        FaultKind.DEFAULT,
        parameter_mutation("add_did", parameter.name, default=default),
        hidden=NO_REPLY,
    )

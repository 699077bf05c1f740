"""The mistakes that a file of a kind can make, each told with its file, its key and what helps."""

from __future__ import annotations

import re

from conformance.contract.contract import Contract, ContractError
from conformance.contract.kind import Kind, Use
from conformance.contract.load_named import check_ids

OWN_SIZE = 14
"""Digits of a name of a run's own: 999, six of the run, four of the case, one of the row."""

_PLACEHOLDERS = re.compile(r"\{(\w+)\}")


def check_kind(file: str, kind: Kind, contract: Contract) -> None:
    """Look at a kind. Raises ContractError for the first mistake."""
    if kind.own is not None:
        _check_own(file, kind)
    of_columns = (id for column in kind.columns.values() for id in (column.cut, column.strict))
    for id in filter(None, (kind.hidden, kind.collision, kind.twice, *of_columns)):
        check_ids(file, [id], contract.deviations)
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

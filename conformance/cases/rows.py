"""The calls that ask for a row and remove it, and what they say, as its kind describes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from conformance.cases.model import Param, Step
from conformance.contract.contract import Contract
from conformance.contract.kind import Kind, Use
from conformance.contract.reply import parse_reply
from conformance.contract.request import Request
from conformance.contract.sanitise import as_text
from conformance.contract.settings import Dialect
from conformance.contract.world import RowName


def question(contract: Contract, row: RowName) -> Step:
    """Whether a row exists; changes nothing."""
    kind = contract.kinds[row.kind]
    assert kind.ask is not None
    return _used(kind.ask, kind, row.key)


def deletion(contract: Contract, row: RowName) -> Step | None:
    """The deletion of a row; None of a kind of which none can be deleted."""
    kind = contract.kinds[row.kind]
    return _used(kind.undo, kind, row.key) if kind.undo else None


def removal(contract: Contract, row: RowName) -> tuple[Step, ...]:
    """What removes a row and shows that it is gone."""
    undo = deletion(contract, row)
    return (*([undo] if undo else []), question(contract, row))


def _used(use: Use, kind: Kind, key: Iterable[str]) -> Step:
    values = dict(zip(kind.key, key, strict=True))
    return Step(use.function, tuple(Param(name, text.format(**values)) for name, text in use.parameters.items()))


def asked_about(contract: Contract, request: Request) -> Iterator[tuple[Kind, RowName]]:
    """The row that a request asks for, once for each kind of which it could be one."""
    values = request.parameters.values
    called = as_text(values.get("function", b""))
    for kind in contract.kinds.values():
        if kind.ask and kind.ask.function == called and _is_of(kind.ask, values):
            yield kind, RowName(kind.name, tuple(as_text(values.get(name, b"")) for name in naming(kind)))


def _is_of(use: Use, values: Mapping[str, bytes]) -> bool:
    """Whether a call has the values that tell this kind from others of the same function."""
    fixed = {name: text for name, text in use.parameters.items() if "{" not in text}
    return all(as_text(values.get(name, b"")) == text for name, text in fixed.items())


def naming(kind: Kind) -> tuple[str, ...]:
    """The parameters by which a question names a row, in the order of its key."""
    assert kind.ask is not None
    by_column = {text.strip("{}"): name for name, text in kind.ask.parameters.items()}
    return tuple(by_column[column] for column in kind.key)


Signs = Mapping[tuple[str, str], Mapping[int, frozenset[str]]]
"""By status and message of a line that says that there is no such row: how many fields it has, and the parameters that
they show. Dialects that differ in their fields alone are two forms of one line.
"""


def signs(contract: Contract, kind: Kind) -> Signs:
    """Those of a kind, in both dialects."""
    assert kind.ask is not None
    forms = [contract.functions[kind.ask.function].replies[reply] for reply in (kind.ask.reply, *kind.ask.also)]
    texts = [text for form in forms for dialect in Dialect if (text := form.text(dialect))]
    shown = frozenset(naming(kind))
    found: dict[tuple[str, str], dict[int, frozenset[str]]] = {}
    for text in texts:
        for line in parse_reply(text):
            by_number = found.setdefault((line.status, line.message), {})
            by_number[len(line.fields)] = shown & frozenset(_PLACEHOLDER.findall(text))
    return found


_PLACEHOLDER = re.compile(r"\{(\w+)\}")

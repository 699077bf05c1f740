"""What the replies that a run acts on say: their messages as the contract has them, in either dialect's form."""

from __future__ import annotations

from conformance.contract.contract import Contract
from conformance.contract.reply import Line, parse_line
from conformance.contract.settings import Dialect


def lines(contract: Contract, function: str, *names: str) -> tuple[Line, ...]:
    """Lines of these replies of a function, or of the common ones, with placeholders where they quote something."""
    forms = (contract.reply(function, name) for name in names)
    return tuple(parse_line(text) for form in forms for dialect in Dialect if (text := form.text(dialect)))


def messages(contract: Contract, function: str, *names: str) -> frozenset[str]:
    """What these replies say, without status, function and fields."""
    return frozenset(line.message for line in lines(contract, function, *names))

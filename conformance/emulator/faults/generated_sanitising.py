"""Faults of sanitising: one character more is kept than should be, one less, or all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from conformance.cases.refusal import refused_value
from conformance.contract.contract import Contract
from conformance.contract.parameter import Parameter
from conformance.contract.sanitise import dropped
from conformance.emulator.faults.generated import checked, mutant, nowhere_shown, parameter_mutation
from conformance.emulator.faults.model import Fault, FaultKind

MORE: Mapping[str, str] = {
    "did_pattern": "-",
    "source_did_pattern": "-",
    "new_dids": "-",
    "source": "-",
    "active": "y",
    "function": " ",
    "did_route": " ",
    "record_call": " ",
    "server_ip": " ",
    "group": " ",
    "menu_id": " ",
    "delete_did": " ",
}
"""A character that servers strip and that somebody sends, where it is not that of most fields."""

MORE_ELSEWHERE = "!"

LESS: Mapping[str, str] = {
    "did_pattern": "9",
    "source_did_pattern": "9",
    "new_dids": "9",
    "function": "_",
    "user": "n",
    "pass": "n",
    "source": "t",
    "delete_did": "Y",
}
"""A character that servers keep and that somebody sends, where no refused value tells."""

ALL_BUT = "^"
"""What a class of kept characters begins with that names those which are not."""

_ASCII = "".join(map(chr, range(0x20, 0x7F)))

NEVER = "99.99-9999"
"""A build before which are all."""


def faults(contract: Contract) -> Iterator[Fault]:
    """Three for each parameter."""
    for function in checked(contract):
        for parameter in function.parameters:
            yield from _of(function.name, parameter)


def _of(function: str, parameter: Parameter) -> Iterator[Fault]:
    more, less = widened_by(parameter), narrowed_by(parameter)
    yield _fault(function, parameter, "more", f"keeps {more!r} in", kept=_with(parameter.kept, more))
    yield _fault(function, parameter, "less", f"strips {less!r} from", kept=_without(parameter.kept, less))
    yield _fault(function, parameter, "off", "keeps every character of", kept_before={NEVER: ""})
    if parameter.becomes:
        yield _fault(function, parameter, "as-sent", f"reads {''.join(parameter.becomes)!r} as it is in", becomes={})


def _fault(function: str, parameter: Parameter, how: str, what: str, **changes: object) -> Fault:
    return mutant(
        f"{function}/{parameter.name}/{how}",
        f"{function} {what} {parameter.name}",
        FaultKind.SANITISING,
        parameter_mutation(function, parameter.name, **changes),
        hidden=nowhere_shown(parameter),
    )


def widened_by(parameter: Parameter) -> str:
    """The character that the fault keeps too."""
    elsewhere = _not_kept(parameter.kept)[0] if parameter.kept.startswith(ALL_BUT) else MORE_ELSEWHERE
    return MORE.get(parameter.name, elsewhere)


def narrowed_by(parameter: Parameter) -> str:
    """The character that the fault strips too: one of a value that is refused, so that the reply shows it."""
    if parameter.name in LESS:
        return LESS[parameter.name]
    shown = refused_value(parameter) if parameter.message else parameter.sample or ""
    return shown[0] if shown and shown[0] in _alphabet(parameter.kept) else _alphabet(parameter.kept)[-1]


@cache
def _alphabet(kept: str) -> str:
    return "".join(re.findall(f"[{kept}]", _ASCII))


@cache
def _not_kept(kept: str) -> str:
    return "".join(re.findall(dropped(kept), _ASCII))


def _with(kept: str, character: str) -> str:
    if not kept.startswith(ALL_BUT):
        return f"{kept}{re.escape(character)}"
    return ALL_BUT + "".join(re.escape(c) for c in _not_kept(kept) if c != character)


def _without(kept: str, character: str) -> str:
    if kept.startswith(ALL_BUT):
        return f"{kept}{re.escape(character)}"
    return "".join(re.escape(c) for c in _alphabet(kept) if c != character)

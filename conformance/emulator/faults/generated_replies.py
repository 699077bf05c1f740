"""Faults of replies: each part of every line that servers send, changed in each way that a part of its kind can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from conformance.contract.contract import Contract
from conformance.contract.form import ReplyForm
from conformance.contract.reply import Line, Value, parse_line
from conformance.emulator.faults.generated import COMMON, function_of, mutant, unseen, with_reply
from conformance.emulator.faults.model import Fault, FaultKind

NEVER_SENT = frozenset({"second-factor-missing", "ip-blocked", "no-user-group"})
"""Replies that no run can provoke."""

DEBUG = "debug-"
"""What the names of replies begin with that only one old build sends."""

ALWAYS_EMPTY = "what is refused there is empty already"

OTHER_STATUS = {"SUCCESS": "ERROR", "ERROR": "SUCCESS", "NOTICE": "ERROR", "VERSION": "ERROR"}
OTHER_SEPARATOR = {": |": " - ", " - ": ": |", ": ": " - "}
NAMES = ("copy_did", "update_did", "add_did")

Change = tuple[str, str, str]
"""The last part of the id, the words of the title, the line's text."""


def faults(contract: Contract) -> Iterator[Fault]:
    """Every change of every line that servers send."""
    for function in (COMMON, *contract.functions):
        for name, form in function_of(contract, function).replies.items():
            if sent(name, form):
                yield from _form(
                    function, name, form, _shown_empty(contract, function, name), _unseen(contract, function, name)
                )


def sent(name: str, form: ReplyForm) -> bool:
    """Whether new servers send this line to a run."""
    return form.shipped is not None and name not in NEVER_SENT and not name.startswith(DEBUG)


def _unseen(contract: Contract, function: str, name: str) -> str | None:
    """Why no run sees a reply: the check that gives it refuses nobody."""
    called = function_of(contract, function)
    giving = (check for check, told in called.arguments.items() if told.reply == name)
    return next((why for check in giving if (why := unseen(called, check))), None)


def _form(function: str, name: str, form: ReplyForm, emptied: frozenset[str], never: str | None) -> Iterator[Fault]:
    assert form.shipped is not None
    seen = {form.shipped}
    for how, what, text in changes(form):
        if text not in seen:
            seen.add(text)
            title = f"{function} answers {name} with {what}"
            mutation = partial(with_reply, function=function, name=name, text=text)
            hidden = ALWAYS_EMPTY if how in emptied else never
            yield mutant(f"{function}/{name}/{how}", title, FaultKind.REPLY, mutation, hidden=hidden)


def _shown_empty(contract: Contract, function: str, name: str) -> frozenset[str]:
    """The changes that empty a field which shows the one required parameter, refused only when it is empty."""
    called = function_of(contract, function)
    if name != "required" or len(called.required) != 1:
        return frozenset()
    only_empty = {f"{{{p.name}}}" for p in called.required if p.shipped.min == 1 and p.shipped.max is None}
    fields = parse_line(called.replies[name].shipped or "").fields
    return frozenset(f"field-{at}-emptied" for at, field in enumerate(fields, 1) if field in only_empty)


def changes(form: ReplyForm) -> Iterator[Change]:
    """Every change of one line; some of them may come to the same."""
    assert form.shipped is not None
    line = parse_line(form.shipped)
    for part in (_status, _function, _message, _separator, _fields):
        yield from part(line, form)


def _status(line: Line, _: ReplyForm) -> Iterator[Change]:
    yield "status-swapped", "another status word", str(replace(line, status=OTHER_STATUS[line.status]))


def _function(line: Line, form: ReplyForm) -> Iterator[Change]:
    if line.function:
        right = {line.function, parse_line(form.documented or "").function}
        wrong = next(name for name in NAMES if name not in right)
        yield "function-wrong", "the name of another function", str(replace(line, function=wrong))
        yield "function-missing", "no function's name", str(replace(line, function=""))


def _message(line: Line, _: ReplyForm) -> Iterator[Change]:
    words = line.message.split(" ")
    if line.message:
        dropped, changed = words[:-1], [*words[:-1], words[-1] + "S"]
        yield "word-dropped", "its last word missing", str(replace(line, message=" ".join(dropped)))
        yield "word-changed", "its last word changed", str(replace(line, message=" ".join(changed)))


def _separator(line: Line, _: ReplyForm) -> Iterator[Change]:
    if line.separator:
        other = OTHER_SEPARATOR[line.separator]
        yield "separator-other", "the separator of the other dialect", str(replace(line, separator=other))
        yield "separator-broken", "a separator that no dialect has", str(replace(line, separator=" | "))


Fields = tuple[Value, ...]


def _dropped(fields: Fields, at: int) -> Fields:
    return (*fields[:at], *fields[at + 1 :])


def _emptied(fields: Fields, at: int) -> Fields:
    return (*fields[:at], "", *fields[at + 1 :])


def _swapped(fields: Fields, at: int) -> Fields:
    return (*fields[:at], *reversed(fields[at : at + 2]), *fields[at + 2 :])


def _from_neighbour(fields: Fields, at: int) -> Fields:
    return (*fields[:at], fields[at + 1 if at + 1 < len(fields) else at - 1], *fields[at + 1 :])


FIELD_CHANGES: tuple[tuple[str, str, Callable[[Fields, int], Fields]], ...] = (
    ("dropped", "field {} left out", _dropped),
    ("emptied", "an empty field {}", _emptied),
    ("swapped", "field {} and the next in each other's place", _swapped),
    ("from-neighbour", "its neighbour's value in field {}", _from_neighbour),
)


def _fields(line: Line, _: ReplyForm) -> Iterator[Change]:
    for at in range(len(line.fields)):
        for how, what, change in FIELD_CHANGES:
            fields = change(line.fields, at)
            yield f"field-{at + 1}-{how}", what.format(at + 1), str(replace(line, fields=fields))

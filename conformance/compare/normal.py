"""The normal form of a reply: the same for two runs against one server, whoever asks, whenever and for which DIDs.

What varies is known from three places: the run's own digits, the request that the reply answers, and the contract,
whose reply forms say which parts nobody can know beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from urllib.parse import urlsplit

from conformance.cases.model import Case, Step, provided
from conformance.contract.contract import Contract
from conformance.contract.outcome import CLOCK, NUMBER
from conformance.contract.reply import Shape, parse_line
from conformance.contract.request import Request
from conformance.contract.sanitise import as_text
from conformance.contract.settings import Dialect
from conformance.report.exchanges import ExchangeLine
from conformance.report.model import Report
from conformance.report.placeholders import shortened, with_moments

WORKERS = 64
"""Processes that share a run (pytest -n). Each has the digits of the run, counted on."""

_USUAL = "HTTP 200 text/html; charset=utf-8\n"
_BUILD = frozenset({"build_date", "tz"})
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"[1-9]\d*")


@cache
def _entity() -> re.Pattern[str]:
    """What stands for an entity of the target in a value of a case."""
    return re.compile(rf"<({'|'.join(provided())})(:\w+)?>")


@dataclass(frozen=True)
class Normal:
    """What makes the replies of one run comparable. `cases` are those of the catalogue, by id."""

    contract: Contract
    cases: Mapping[str, Case]
    run: int
    host: str

    def __call__(self, line: ExchangeLine) -> str:
        """The normal form of the reply in one line of exchanges.jsonl."""
        if line.status is None:
            return f"no reply: {(line.trouble or '').split(':')[0]}"
        head = (
            f"HTTP {line.status} {'; '.join(part.strip() for part in (line.content_type or '').lower().split(';'))}\n"
        )
        text = "\n".join(self.lines(line))
        return shortened((head + text).removeprefix(_USUAL).rstrip("\n") or "(empty)")

    def lines(self, line: ExchangeLine) -> list[str]:
        """The lines of that reply's body in their normal form; the last one is what follows the last line feed."""
        echoed = self._echoed(line)
        return [self._line(part, echoed) for part in self.bare(line.body or "").split("\n")]

    def bare(self, text: str) -> str:
        """Text without the run's digits and the host."""
        return self._without_digits(text).replace(self.host, "<host>")

    def _line(self, text: str, echoed: Mapping[str, str]) -> str:
        for form in self._open_forms:
            filled = form.filled(text)
            if filled is not None:
                return with_moments(_with_fields(filled, echoed))
        parsed = parse_line(text)
        is_known = (parsed.status, parsed.message) in self._known
        return with_moments(_with_fields(text, echoed, numbers=not is_known))

    def _without_digits(self, text: str) -> str:
        text = self._did.sub(lambda match: f"<did{match[1]}>" if match[1] != "1" else "<did>", text)
        return self._digits.sub("<run>", text)

    def _echoed(self, line: ExchangeLine) -> Mapping[str, str]:
        """What of the request is the target's own, and comes back in replies: a user, an entity."""
        sent = Request(line.query, line.form, line.method).parameters.values
        user = self._without_digits(as_text(sent.get("user", b"")))
        names = {param.name: param.value for param in self._step(line).params if _entity().fullmatch(param.value)}
        entities = {as_text(sent[name]): shown for name, shown in names.items() if name in sent}
        return {**entities, user: "<user>", re.sub(r"[^-_0-9A-Za-z<>]", "", user): "<user>"}

    def _step(self, line: ExchangeLine) -> Step:
        case = self.cases.get(line.case)
        return case.steps[line.step - 1] if case and line.step <= len(case.steps) else Step(None)

    @cached_property
    def _did(self) -> re.Pattern[str]:
        return re.compile(rf"999(?:{'|'.join(self._runs)})\d{{4}}(\d)")

    @cached_property
    def _digits(self) -> re.Pattern[str]:
        """The digits wherever else they are: in a DID that was cut, in the name of a user that does not exist."""
        return re.compile(rf"(?<=999)(?:{'|'.join(self._runs)})\d{{0,4}}|(?<=nosuchuser)(?:{'|'.join(self._runs)})")

    @cached_property
    def _runs(self) -> tuple[str, ...]:
        return tuple(f"{(self.run + worker) % 1_000_000:06d}" for worker in range(WORKERS + 1))

    @cached_property
    def _open_forms(self) -> tuple[_OpenForm, ...]:
        forms = (_OpenForm(template) for template in _templates(self.contract))
        return tuple(dict.fromkeys(form for form in forms if form.names))

    @cached_property
    def _known(self) -> frozenset[tuple[str, str]]:
        """The status and message of every form in which all is known beforehand."""
        lines = (parse_line(template) for template in _templates(self.contract) if not _OpenForm(template).names)
        return frozenset((line.status, line.message) for line in lines)


def normal(report: Report, contract: Contract, cases: Iterable[Case]) -> Normal:
    """What makes the replies of that run comparable."""
    host = urlsplit(report.target.url).hostname or "\0"
    return Normal(contract, {case.id: case for case in cases}, report.seed, host)


@dataclass(frozen=True)
class _OpenForm:
    """A reply form, and what in it nobody can know beforehand."""

    template: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in _PLACEHOLDER.findall(self.template) if name in _SHAPES)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        parts = _PLACEHOLDER.split(self.template)
        made = (_piece(part) if odd % 2 else re.escape(part) for odd, part in enumerate(parts))
        return re.compile("".join(made))

    def filled(self, text: str) -> str | None:
        """The text with a placeholder for each such part; None if it has another form."""
        match = self.pattern.fullmatch(text)
        if match is None:
            return None
        for group, name in reversed(list(enumerate(self.names, 1))):
            text = f"{text[: match.start(group)]}<{name}>{text[match.end(group) :]}"
        return text


_SHAPES: Mapping[str, Shape] = {
    "did_id": NUMBER,
    **{name: value for name, value in CLOCK.items() if isinstance(value, Shape) and name not in _BUILD},
}


def _piece(name: str) -> str:
    return f"({_SHAPES[name].pattern})" if name in _SHAPES else ".*?"


def _templates(contract: Contract) -> Iterator[str]:
    for function in (contract.common, *contract.functions.values()):
        for form in function.replies.values():
            yield from filter(None, map(form.text, Dialect))


def _with_fields(text: str, echoed: Mapping[str, str], *, numbers: bool = False) -> str:
    """The line with what it echoes as placeholders; with `numbers`, also each number, which may be a did_id."""
    line = parse_line(text)
    fields = "|".join(map(str, line.fields))
    for user in (value for value, shown in echoed.items() if value and shown == "<user>"):
        fields = fields.replace(f"user='{user}'", "user='<user>'")
    told = [_field(field, echoed, numbers=numbers) for field in fields.split("|")]
    return text[: len(text) - len(fields)] + "|".join(told)


def _field(field: str, echoed: Mapping[str, str], *, numbers: bool) -> str:
    if field and field in echoed:
        return echoed[field]
    return "<number>" if numbers and _NUMBER.fullmatch(field) else field

"""The exchanges of a case as they were before passwords were masked, if they are still those of the case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conformance.cases.expand import Ground, Login, request
from conformance.cases.model import Case, Step
from conformance.contract.request import Request
from conformance.exchange import Exchange, Failure, Reply, Trouble
from conformance.rejudge.target import RecordedTarget
from conformance.rejudge.template import About, hidden, pairs, told
from conformance.report.exchanges import ExchangeLine
from conformance.run.redact import MASK, USER_MASK
from conformance.verdict.model import NotTested

CHANGED = NotTested(missing="the case has changed since", setting="a new run: other requests were recorded")
MASKED = NotTested(
    missing="what was masked in a reply cannot be told",
    setting="a new run, with passwords and users that no case sends as a value",
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a case exchanged, and the ground on which it is judged: the digits are those of its own requests."""

    ground: Ground
    exchanges: tuple[Exchange, ...]


def restored(
    case: Case, number: int, lines: Sequence[ExchangeLine], known: RecordedTarget, run: str
) -> Restored | NotTested:
    """The exchanges of a case by the lines of its first try, clean-up left out.

    `number` and `run` are the digits of its DIDs where its requests tell none.
    """
    digits = _digits(case, lines)
    if digits is None or not _is_whole(case, lines):
        return CHANGED
    ground = Ground(known.logins, known.entities, digits.get(About.RUN, run))
    if ground.missing(case):
        return CHANGED
    exchanges = []
    for step, line in zip(case.steps, lines, strict=False):
        sent = request(step, ground, int(digits.get(About.NUMBER, number)))
        masked = _masked(sent, line)
        if masked is None:
            return CHANGED
        exchange = Exchange(sent, _result(line, known.login(step.role)))
        if not _is_clear(step, line, masked, known):
            return MASKED
        exchanges.append(exchange)
    return Restored(ground, tuple(exchanges))


def _digits(case: Case, lines: Iterable[ExchangeLine]) -> dict[About, str] | None:
    """The digits of the run and of the case in its requests; None if they have several."""
    found: dict[About, str] = {}
    for step, line in zip(case.steps, lines, strict=False):
        for one in told(step, line):
            if one.about in (About.RUN, About.NUMBER) and found.setdefault(one.about, one.text) != one.text:
                return None
    return found


def _is_whole(case: Case, lines: Sequence[ExchangeLine]) -> bool:
    """Whether there is a line for each step; a request without a reply is a case's last."""
    purposes = [step.purpose.value for step in case.steps]
    recorded = [line.purpose for line in lines]
    ended = bool(lines) and lines[-1].status is None
    return recorded == (purposes[: len(recorded)] if ended else purposes)


def _masked(sent: Request, line: ExchangeLine) -> Counter[tuple[str, str]] | None:
    """What each mask in a recorded request hides; None if it is not that request."""
    method = sent.method if sent.wire is None else ""
    if line.method != method:
        return None
    found: Counter[tuple[str, str]] = Counter()
    for known, recorded in pairs(sent, line):
        here = hidden(recorded, known) if recorded is not None and known is not None else None
        if here is None:
            return None
        found.update((one.of, one.text) for one in here)
    return found


def _is_clear(step: Step, line: ExchangeLine, masked: Iterable[tuple[str, str]], known: RecordedTarget) -> bool:
    """Whether a mask in the reply can hide one thing only: the caller's own name or password."""
    login = known.login(step.role)
    own = {MASK: login.password, USER_MASK: login.user} if login else {}
    return all(own.get(mask) == text for mask, text in masked if mask in (line.body or ""))


def _result(line: ExchangeLine, login: Login | None) -> Reply | Failure:
    if line.status is None:
        trouble, _, message = (line.trouble or "").partition(": ")
        return Failure(Trouble(trouble), message, line.elapsed)
    body, content_type = (_unmasked(text or "", login) for text in (line.body, line.content_type))
    return Reply(line.status, content_type, body, line.elapsed)


def _unmasked(text: str, login: Login | None) -> str:
    return text.replace(MASK, login.password).replace(USER_MASK, login.user) if login else text

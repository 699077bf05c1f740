"""Asks a server one question after the other, until no further one would tell what is left apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from conformance.cases.catalogue import catalogue
from conformance.cases.expand import Ground
from conformance.cases.model import Case, Entity, Level, Role
from conformance.cases.sample import sample
from conformance.contract.contract import Contract
from conformance.contract.settings import NEWEST_BUILD
from conformance.exchange import Exchange, Failure, Reply, Trouble
from conformance.identify.choice import best, questions, tells
from conformance.identify.hypothesis import Hypothesis, hypotheses
from conformance.identify.prediction import Predictions, explains
from conformance.identify.result import Identified, Question
from conformance.report.text import visible
from conformance.run.finished import Finished
from conformance.run.known import told_build
from conformance.run.plan import Plan
from conformance.run.run import Run, closing

MOST_UNEXPLAINED = 3
"""Questions whose replies nothing explains, before it is given up: such a server would be asked for ever."""

_WIDEST = 100


@dataclass
class Identification:
    """What is known so far. `missed` counts for each hypothesis the questions whose replies it does not explain."""

    predictions: Predictions
    missed: dict[Hypothesis, int]
    cases: list[Case]
    asked: list[Question] = field(default_factory=list)

    @property
    def left(self) -> tuple[Hypothesis, ...]:
        """The hypotheses that explain the most: all replies, as long as one does."""
        least = min(self.missed.values())
        return tuple(hypothesis for hypothesis, times in self.missed.items() if times == least)

    @property
    def next(self) -> Case | None:
        """The next question, if one tells anything."""
        return best(self.cases, self.left, self.predictions)

    @property
    def given_up(self) -> bool:
        """Whether there is no use in asking on."""
        return min(self.missed.values()) >= MOST_UNEXPLAINED

    def take(self, case: Case, exchanges: Sequence[Exchange], came: tuple[str, ...]) -> None:
        """Learn from the replies to a question."""
        before, any_explains = len(self.left), False
        for hypothesis in self.missed:
            fits = explains(self.predictions.replies(case, hypothesis), exchanges)
            self.missed[hypothesis] += not fits
            any_explains |= fits
        self.cases.remove(case)
        self.asked.append(Question(case.id, case.title, before, len(self.left), came, any_explains))


def identify(contract: Contract, plan: Plan, predictions: Predictions | None = None) -> Identified:
    """Place a server by what it answers. Raises what preflight raises, and LeftBehind if it is stopped untidily.

    `predictions` are those of `predictions_for` this plan's ground, kept from another server.
    """
    plan = replace(plan, level=min(plan.level, Level.STANDARD))
    run = Run(replace(plan, target=replace(plan.target, build=NEWEST_BUILD)))
    with closing(run):
        run.open()
        search = _begin(contract, plan, predictions or predictions_for(contract, plan.ground))
        run.consider({hypothesis.settings for hypothesis in search.missed})
        ended = _ask(run, search)
    facts = run.close()
    return Identified(
        url=plan.target.url,
        version=facts.version,
        told=told_build(run.version),
        left=search.left,
        asked=tuple(search.asked),
        contradiction=min(search.missed.values()) > 0,
        wanting=() if ended else _wanting(contract, search, plan),
        requests=facts.requests,
        left_behind=facts.left,
        ended=ended or facts.silent,
    )


def predictions_for(contract: Contract, ground: Ground) -> Predictions:
    """What every hypothesis expects of a target."""
    numbers = {case.id: number for number, case in enumerate(catalogue(contract))}
    return Predictions(contract, ground, numbers, frozenset(h.settings for h in hypotheses(contract)))


def _begin(contract: Contract, plan: Plan, predictions: Predictions) -> Identification:
    cases = questions(catalogue(contract), plan.ground, contract, plan.level)
    return Identification(predictions, dict.fromkeys(hypotheses(contract), 0), list(cases))


def _ask(run: Run, search: Identification) -> str | None:
    """Ask until there is nothing more to learn. Gives why it ended early, if it did."""
    while (case := search.next) is not None:
        if search.given_up:
            return f"given up after {MOST_UNEXPLAINED} replies that nothing explains"
        finished = run.exchanged(case)
        failure = _failure(finished)
        if failure is None:
            search.take(case, finished.exchanges, _came(run, finished))
        elif run.stopped is not None or failure.trouble is not Trouble.REFUSED_BY_US:
            return run.stopped or failure.message
        else:
            search.cases.remove(case)
    return None


def _failure(finished: Finished) -> Failure | None:
    """Why a question has no answer; None if it has."""
    if not finished.exchanges:
        return Failure(Trouble.REFUSED_BY_US, "not sent")
    result = finished.exchanges[-1].result
    return result if isinstance(result, Failure) else None


def _came(run: Run, finished: Finished) -> tuple[str, ...]:
    replies = (exchange.result for exchange in finished.exchanges if isinstance(exchange.result, Reply))
    return tuple(
        ("" if reply.status == 200 else f"HTTP {reply.status} ") + _shown(run.redact(reply.body.rstrip("\n")))
        for reply in replies
    )


def _shown(text: str) -> str:
    return visible(text[:_WIDEST]) + "…" * (len(text) > _WIDEST)


def _wanting(contract: Contract, search: Identification, plan: Plan) -> tuple[str, ...]:
    """What would have to be allowed or given for a question that tells the rest apart; nothing if none ever would."""
    ground = plan.ground
    full = Ground({**sample().logins, **ground.logins}, {**sample().entities, **ground.entities}, ground.run)
    predictions = predictions_for(contract, full)
    possible = questions(catalogue(contract), full, contract, Level.STANDARD)
    known = {asked.case for asked in search.asked}.union(case.id for case in search.cases)
    wanted = {
        needs
        for case in possible
        if case.id not in known and (needs := _needs(case, plan)) and tells(case, search.left, predictions)
    }
    least = [needs for needs in wanted if not any(fewer < needs for fewer in wanted)]
    return tuple(sorted(" with ".join(sorted(needs)) for needs in least))


def _needs(case: Case, plan: Plan) -> frozenset[str]:
    level = {"--allow-writes"} if case.level > plan.level else set()
    return frozenset(level).union(_setting(need) for need in plan.ground.missing(case))


def _setting(need: Role | Entity) -> str:
    return f"{need.value} under {'[roles]' if isinstance(need, Role) else '[entities]'} in the target file"

"""The one way a request takes: guard, logins, pace, ledger, transport, and what the reply says about our rows."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from conformance.cases.expand import request as expanded
from conformance.cases.model import Role
from conformance.cases.rows import Signs, asked_about, naming, question, signs
from conformance.contract.contract import Contract
from conformance.contract.kind import Kind
from conformance.contract.parameter import Parameter
from conformance.contract.reply import Line, parse_reply
from conformance.contract.request import Request
from conformance.contract.sanitise import as_text, sanitise
from conformance.contract.world import RowName
from conformance.exchange import Exchange, Failure, Reply, Trouble
from conformance.run.budget import Budget
from conformance.run.guard import Forbidden, Guard
from conformance.run.ledger import Ledger
from conformance.run.logins import Logins
from conformance.run.pace import Pacing
from conformance.run.redact import Redactor

Send = Callable[[Request, int], Awaitable[Reply | Failure]]

Rule = Callable[[Guard, Request], frozenset[RowName]]
"""How a guard is asked for its ruling; `Guard.rule`, or what remembers what that said."""


@dataclass
class Sender:
    """Sends requests for cases. `sent` counts those that left; `redact` takes the target's passwords out of text."""

    contract: Contract
    guard: Guard
    ledger: Ledger
    logins: Logins
    pace: Pacing
    transport: Send
    rule: Rule = Guard.rule
    sent: int = 0
    budget: Budget = field(default_factory=Budget)
    redact: Callable[[str], str] = field(init=False)
    _signs: Mapping[str, Signs] = field(init=False)
    _first: defaultdict[str, asyncio.Lock] = field(init=False, default_factory=lambda: defaultdict(asyncio.Lock))

    def __post_init__(self) -> None:
        self.redact = Redactor(login.password for login in self.guard.ground.logins.values())
        self._signs = {name: signs(self.contract, kind) for name, kind in self.contract.kinds.items() if kind.ask}

    async def send(self, request: Request, case: str, lane: int, *, cleanup: bool = False) -> Exchange:
        """Send one request and note what it means for the ledger. A forbidden one comes back as a Failure.

        Clean-up is sent even if there is no room for it in the budget.
        """
        try:
            created = self.rule(self.guard, request)
            self._check(request)
            async with self._one_by_one(self._user(request)):
                self._check(request)
                await self.pace.turn()
                self._check(request)
                await self._check_free(created, lane)
                self._count(created, cleanup=cleanup)
                return Exchange(request, await self._send(request, created, case, lane))
        except Forbidden as ruling:
            return Exchange(request, Failure(Trouble.REFUSED_BY_US, f"not sent: {self.redact(str(ruling))}"))

    async def _send(self, request: Request, created: Iterable[RowName], case: str, lane: int) -> Reply | Failure:
        await self.ledger.claim(created, case)
        asked = self.ledger.now()
        result: Reply | Failure | None = None
        try:
            result = self._told(await self.transport(request, lane))
        finally:
            if request.wire is None and may_be_under_way(result):  # bytes log nobody in, and most get no reply
                self.ledger.doubt(created)
        self._note(request, result, asked)
        return result

    def _told(self, result: Reply | Failure) -> Reply | Failure:
        """The same; but what a failure says may quote the server, and is shown as it is."""
        return replace(result, message=self.redact(result.message)) if isinstance(result, Failure) else result

    async def _check_free(self, created: Iterable[RowName], lane: int) -> None:
        """A row that is not the run's own must not be there yet: removing it would remove somebody else's."""
        for row in created:
            if self.guard.is_own(row) or row in self.ledger.open or not self.guard.could_be(row):
                continue
            asked = expanded(question(self.contract, row), self.guard.ground, 0)
            self._count(created)
            reply = await self.transport(asked, lane)
            if not self.says_missing(Exchange(asked, reply)):
                raise Forbidden(f"{str(row)!r} is not this run's own, and may exist already: it is left alone")

    def _count(self, created: Iterable[RowName], *, cleanup: bool = False) -> None:
        """Count a request as sent, if the budget has room for it and for the removal of what it could create."""
        if not cleanup:
            self.budget.check(self.sent, {*self.ledger.open, *created})
        self.sent += 1

    @asynccontextmanager
    async def _one_by_one(self, user: str) -> AsyncIterator[None]:
        """Until a login is known to work, its user has one request under way: eight at once would be eight failures."""
        if user not in self.guard.real_users or user in self.logins.proven:
            yield
            return
        async with self._first[user]:
            yield

    def _check(self, request: Request) -> None:
        if self.pace.stopped is not None:
            raise Forbidden(self.pace.stopped)
        refusal = self.logins.refusal(self._user(request))
        if refusal is not None:
            raise Forbidden(refusal)

    def _note(self, request: Request, result: Reply | Failure, asked: float) -> None:
        if not Exchange(request, result).is_silence:
            self.pace.saw(result)
        if not isinstance(result, Reply):
            return
        user = self._user(request)
        if user in self.guard.real_users:
            self.logins.saw(user, result)
        admin = self.guard.ground.logins.get(Role.ADMIN)
        if admin is not None and user == admin.user:
            for row in self._missing(Exchange(request, result)):
                self.ledger.gone(row, asked)

    def _user(self, request: Request) -> str:
        raw = request.parameters.values.get("user", b"")
        if as_text(raw) in self.guard.real_users:
            return as_text(raw)
        return sanitise(raw, self.contract.common.by_name["user"], self.guard.settings[0])

    def says_missing(self, exchange: Exchange) -> bool:
        """Whether the reply says, to an undoubted question, that there is no such row: in either dialect's form.

        With HTTP 500 it is one too: then the server only could not write its log (observed.md section 7).
        """
        return bool(self._missing(exchange))

    def _missing(self, exchange: Exchange) -> tuple[RowName, ...]:
        """The rows, of one kind or another, that are not there by this reply."""
        request, reply = exchange.request, exchange.result
        if isinstance(reply, Failure) or reply.status not in (200, 500) or request.method not in ("GET", "POST"):
            return ()
        lines = parse_reply(reply.body)
        asked = asked_about(self.contract, request)
        return tuple(row for kind, row in asked if self._says_so(kind, request, lines))

    def _says_so(self, kind: Kind, request: Request, lines: Iterable[Line]) -> bool:
        assert kind.ask is not None
        parameters = self.contract.functions[kind.ask.function].by_name
        names = {name: self._readings(request, parameters[name]) for name in naming(kind)}
        for line in lines:
            forms = self._signs[kind.name].get((line.status, line.message), {})
            shown = forms.get(len(line.fields), frozenset[str]().union(*forms.values()))
            if shown and all(not names[name].isdisjoint(map(str, line.fields)) for name in shown):
                return True
        return False

    def _readings(self, request: Request, parameter: Parameter) -> frozenset[str]:
        """What a question is about, as sent and as servers sanitise it."""
        raw = request.parameters.values.get(parameter.name, b"")
        return frozenset({as_text(raw), *(sanitise(raw, parameter, settings) for settings in self.guard.settings)})


_NOT_SENT = frozenset({Trouble.REFUSED_BY_US, Trouble.CONNECT})
"""Troubles in which the server never got the request."""

_FROM_A_GATEWAY = frozenset({408, 502, 503, 504}) | frozenset(range(520, 530))
"""Statuses of somebody on the way who no longer waits for the server."""


def may_be_under_way(result: Reply | Failure | None) -> bool:
    """Whether a server may still be at work on a request that came to this; None is one that was broken off."""
    if isinstance(result, Reply):
        return result.status in _FROM_A_GATEWAY
    return result is None or result.trouble not in _NOT_SENT

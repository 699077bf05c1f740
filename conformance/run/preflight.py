"""What a run asks before its first case: is there a VICIdial API, does the login work, can we clean up after us?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from conformance.cases.expand import Ground, request
from conformance.cases.model import Level, Param, Role, Step
from conformance.contract.contract import Contract
from conformance.contract.reply import parse_reply
from conformance.contract.request import Request
from conformance.errors import TargetUnreachable, UsageError
from conformance.exchange import Failure, Reply, Trouble
from conformance.run.known import Heard, heard
from conformance.run.messages import lines, messages
from conformance.run.sender import Sender

SANITY = Step("version", role=Role.NOBODY)
QUESTION = Step("update_did", (Param("did_pattern", "<did>"),))
ADDITION = Step("add_did", (Param("did_pattern", "<did>"), Param("active", "N")))
DELETION = Step("update_did", (Param("did_pattern", "<did>"), Param("delete_did", "Y")))
ANY_API = Step("update_did", role=Role.NOBODY)
"""What every API refuses in words of its own, whatever it makes of `version`; nobody's login fails by it."""

PREFLIGHT = "preflight"
SENTINEL = 9999
"""The case number whose DID preflight creates and deletes; no case has it."""

_SHOWN = 120


def first_requests(ground: Ground, level: Level) -> tuple[Request, ...]:
    """What a run asks a server that answers well before its first case."""
    steps = [SANITY]
    if Role.ADMIN in ground.logins:
        steps += [QUESTION, *((ADDITION, DELETION, QUESTION) if level > Level.PROBE else ())]
    return tuple(request(step, ground, SENTINEL) for step in steps)


def last_requests(ground: Ground) -> tuple[Request, ...]:
    """What a run asks after its last case: whether the server still answers."""
    return (request(SANITY, ground, 0),)


async def sanity(sender: Sender, ground: Ground, url: str) -> Heard:
    """What the server answers to `version`.

    Raises TargetUnreachable where there is no VICIdial API. One that hides its version, or wraps it into something, is
    one all the same.
    """
    tried = f"asked {url}?function=version"
    result = (await sender.send(request(SANITY, ground, 0), PREFLIGHT, 0)).result
    if isinstance(result, Failure):
        raise TargetUnreachable(f"{tried}: {result.message}")
    found = heard(result)
    if found is not None:
        return found
    if _is_api(sender.contract, (await sender.send(request(ANY_API, ground, 0), PREFLIGHT, 0)).result):
        return Heard(result.body.split("\n", maxsplit=1)[0])
    raise _no_api(result, sender.redact, tried)


def _is_api(contract: Contract, result: Reply | Failure) -> bool:
    """Whether a reply is one of those that all functions have in common, in either dialect."""
    if isinstance(result, Failure) or result.status != 200 or not result.body:
        return False
    came = parse_reply(result.body)[0]
    known = lines(contract, contract.common.name, *contract.common.replies)
    return came.status == "ERROR" and came.message in {line.message for line in known if line.status == "ERROR"}


def _no_api(reply: Reply, redact: Callable[[str], str], tried: str) -> TargetUnreachable:
    shown = repr(re.sub(r"\s+", " ", redact(reply.body))[:_SHOWN]) if reply.body else "an empty body"
    came = f"HTTP {reply.status}, {redact(reply.content_type) or 'no content type'}, {shown}"
    return TargetUnreachable(f"{tried}: no VICIdial API answers there (no line 'VERSION: ...'); got {came}")


@dataclass(frozen=True)
class Preflight:
    """The questions that a run with a login asks first. Each ends it with the one line that says what to mend.

    `strict` is for targets that take calls: what cannot be shown to be removable is not begun there. Elsewhere the
    cases themselves will show what is wrong. `fault` is what is wrong with the reply to `version`, if something is.
    """

    sender: Sender
    ground: Ground
    level: Level
    strict: bool
    fault: str = ""

    async def __call__(self) -> None:
        """Ask. Raises UsageError where the target is not ready, TargetUnreachable where it does not answer."""
        if Role.ADMIN not in self.ground.logins:
            return
        said = await self._login()
        if self.level > Level.PROBE:
            if self.strict and not any(line.status for line in parse_reply(said)):
                why = self.fault or f"its reply to a question cannot be read ({self.sender.redact(said)[:_SHOWN]!r})"
                raise UsageError(f"nothing is written to a server that nobody can read: {why}; use --level probe")
            await self._delete()

    @property
    def _user(self) -> str:
        return self.sender.redact(self.ground.logins[Role.ADMIN].user)

    async def _say(self, step: Step) -> str:
        exchange = await self.sender.send(request(step, self.ground, SENTINEL), PREFLIGHT, 0)
        if isinstance(exchange.result, Failure):
            ours = exchange.result.trouble is Trouble.REFUSED_BY_US
            raise (UsageError if ours else TargetUnreachable)(f"preflight: {exchange.result.message}")
        return exchange.result.body.rstrip()

    async def _login(self) -> str:
        """A question about a DID of ours proves the login, the permission and that the run's numbers are free."""
        said = await self._say(QUESTION)
        message = next((line.message for line in parse_reply(said) if line.status), "")
        for reply, what in _REFUSALS.items():
            if self._says(reply, message):
                raise UsageError(f"user {self._user}: {what}")
        if self._says("no-updates", message):
            raise UsageError(
                f"a DID that begins with {self.ground.prefix} exists already: run again, for other numbers"
            )
        return said

    def _says(self, reply: str, text: str) -> bool:
        """Whether a text holds the message of that reply of update_did."""
        return any(message in text for message in messages(self.sender.contract, "update_did", reply))

    async def _delete(self) -> None:
        """One DID is created and deleted, before any case relies on that."""
        added = await self._say(ADDITION)
        deleted = await self._say(DELETION)
        after = await self._say(QUESTION)
        if not self.sender.ledger.of_case(PREFLIGHT):
            return
        left = f"{self.ground.did(SENTINEL)} is left behind: run cleanup on the report folder once that is mended"
        if self._says("no-delete-permission", deleted):
            raise UsageError(f'user {self._user} may not delete DIDs: switch on "Delete DIDs" for it; {left}')
        if self.strict:
            said = [repr(self.sender.redact(body)[:_SHOWN]) for body in (added, deleted, after)]
            told = "add said {}, delete {}, a question then {}".format(*said)
            raise UsageError(f"nothing shows that a DID could be deleted again ({told}): use --level probe; {left}")


_REFUSALS = {
    "login-incorrect": "login refused: check the user, its password, Active, and User Level (7 at least)",
    "locked": "is locked after failed logins: try again in 15 minutes",
    "function-not-allowed": 'update_did is not in its "Allowed API Functions"',
    "no-permission": 'needs User Level 8 or 9, "Modify DIDs" and API access switched on',
    "no-function": "the server's build has no update_did (it needs 2.14-108), so nothing could be cleaned up",
}
"""Replies that preflight's question may have, by their names in the contract, and what to do then."""

"""What may be sent: decided for every request in one place, by predicting what it could change at worst.

The guard asks the contract, not the case: whoever made a request (a case, a fuzzer, a replay), the same rules hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from conformance.cases.expand import Ground, world
from conformance.cases.model import Level
from conformance.contract.effects import PATTERN_COLUMN_SIZE
from conformance.contract.model import Contract, Dialect, ServerSettings
from conformance.contract.outcome import Outcome, Unspecified
from conformance.contract.predict import predict
from conformance.contract.request import Request
from conformance.contract.sanitise import as_text, sanitise
from conformance.contract.wire import readings
from conformance.contract.world import Did, DropDid, Entities, PutDid, State, User
from conformance.run.withheld import Secrets, is_bytes

SPECIAL_DIDS = frozenset({"default", "did_system_filter"})
"""DIDs that every install depends on (observed.md section 9)."""

SHORTEST_DELETABLE = 2
"""Characters of the shortest DID that the API can delete (observed.md section 5)."""


_TARGETS = {"add_did": "did_pattern", "copy_did": "new_dids", "update_did": "did_pattern"}
"""The parameter that names what a function creates, changes or deletes."""

_QUESTION = frozenset({"source", "user", "pass", "function", "did_pattern"})
"""What an update sends that changes nothing: it only asks whether the DID exists."""


MOST = 20_000
"""Calls that one byte-level message may be read as."""


class Forbidden(Exception):  # noqa: N818 - a ruling, not an error
    """The guard does not let a request out; the message says which rule forbids it."""


class _AnyPassword(str):
    """A password that is right whatever was sent."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str)

    def __ne__(self, other: object) -> bool:
        return not self == other


class _Everything(Entities):
    """Entities of which every one exists."""

    def has(self, kind: str, name: str, *, exact: bool) -> bool:
        del kind, name, exact
        return True


@dataclass
class WorstCase:
    """A server on which a request does all that it ever could: every login is right, every DID in its way is there.

    Used for one prediction: copy_did's source exists, the numbers it copies to do not.
    """

    settings: ServerSettings
    function: str
    asked: int = 0
    entities: Entities = field(default_factory=_Everything)
    next_did_id: int | None = None
    unknown_did_id: int = -2
    found: list[str] = field(default_factory=list)

    def user(self, name: str) -> User:
        """Everybody may do everything to DIDs."""
        return User(name, _AnyPassword(), grants=frozenset({"modify_dids", "delete_dids"}))

    def find(self, pattern: str, *, exact: bool) -> Did | None:  # noqa: ARG002 - the protocol's
        """What stands in the way of a new DID is absent; what is changed, deleted or copied from is there."""
        self.asked += 1
        if self.function == "update_did" or (self.function == "copy_did" and self.asked == 1):
            self.found.append(pattern)
            return Did(-1, pattern, {})
        return None


@dataclass(frozen=True)
class Guard:
    """The rules of one run. `settings` are those that the target may have.

    `known` are DIDs that this run may touch although they do not begin with its digits: those of a ledger to clean up.
    """

    contract: Contract
    ground: Ground
    level: Level
    settings: tuple[ServerSettings, ...]
    known: frozenset[str] = frozenset()

    @property
    def real_users(self) -> frozenset[str]:
        """The users of the target that this run logs in as."""
        return frozenset(login.user for login in self.ground.logins.values())

    def rule(self, request: Request) -> frozenset[str]:
        """The DIDs that this request could create. Raises Forbidden if it must not be sent.

        A DID counts as soon as a request names it as its target: a faulty server may do what the contract refuses.
        Names too short to be a DID count where some reading of the contract makes one of them.
        """
        if request.wire is not None:
            return self._rule_on_bytes(request.wire)
        touched, created = self._at_worst(request)
        named = self._named(request)
        for pattern in sorted(touched | {name for name in named if len(name) >= SHORTEST_DELETABLE}):
            self._check_target(pattern)
        if self.level is Level.PROBE and self._changes_something(request):
            raise Forbidden("level probe sends nothing that could create, change or delete a DID; use --allow-writes")
        makes = _function(request) in ("add_did", "copy_did")
        return frozenset(created | {name for name in named if makes and self.is_own(name)})

    def _rule_on_bytes(self, message: str) -> frozenset[str]:
        """A byte-level message logs nobody in, so it can neither write nor lock; in case it can, its DIDs are our own.

        Whatever it may be read as is ruled on, at level standard at most: a faulty server may skip the login.
        """
        if not is_bytes(message):
            raise Forbidden("a byte-level message has a character that is no byte")
        if self._secrets.stand_in(message):
            raise Forbidden("a byte-level message logs nobody in: this one names a user or a password of the target")
        calls = list(islice(readings(message), MOST))
        if len(calls) == MOST:
            raise Forbidden(f"a byte-level message may be read as {MOST:,} calls: too many to look at")
        strict = replace(self, level=min(self.level, Level.STANDARD), known=frozenset())
        writing = {call for call in calls if _function(call) in _TARGETS}
        return frozenset(did for call in writing for did in strict.rule(call))

    @cached_property
    def _secrets(self) -> Secrets:
        logins = self.ground.logins.values()
        return Secrets(text for login in logins for text in (login.user, login.password))

    def _named(self, request: Request) -> set[str]:
        """The DIDs that a request names as its target, as sent and as sanitised, cut to what the column holds."""
        function, sent = _function(request), request.parameters.values
        name = _TARGETS.get(function)
        if name is None or (function == "update_did" and sent.keys() <= _QUESTION):
            return set()
        raw, parameter = sent.get(name, b""), self.contract.functions[function].by_name[name]
        texts = {as_text(raw), *(sanitise(raw, parameter, settings) for settings in self.settings)}
        entries = {entry for text in texts for entry in (text.split(",") if function == "copy_did" else (text,))}
        return {entry[:PATTERN_COLUMN_SIZE] for entry in entries}

    def is_own(self, pattern: str) -> bool:
        """Whether a DID is one of this run's own, a plus or a space before it aside."""
        return pattern.lstrip(" +").startswith(self.ground.prefix)

    def _check_target(self, pattern: str) -> None:
        if pattern.lower() in SPECIAL_DIDS:
            raise Forbidden(f"{pattern!r} is a DID that every install depends on; it is never touched")
        if pattern in self.known:
            return
        if self.level < Level.FULL and not SHORTEST_DELETABLE <= len(pattern) <= PATTERN_COLUMN_SIZE:
            raise Forbidden(f"{pattern!r} could not be deleted again under that name; it needs --level full")
        if self.level < Level.FULL and not self.is_own(pattern):
            raise Forbidden(f"{pattern!r} is not one of this run's own DIDs, which begin with {self.ground.prefix}")

    def _at_worst(self, request: Request) -> tuple[set[str], set[str]]:
        """The patterns that any reading of a request could touch, and those it could create."""
        touched: set[str] = set()
        created: set[str] = set()
        for state, end in self._readings(request):
            for change in end.changes:
                if isinstance(change, DropDid):
                    touched.update(state.found)
                elif isinstance(change, PutDid):
                    touched.add(change.did.pattern)
                    if change.did.did_id != -1:
                        created.add(change.did.pattern)
            touched.update(_as_sent(end))
        return touched, created

    def _readings(self, request: Request) -> Iterator[tuple[WorstCase, Outcome | Unspecified]]:
        for settings in self.settings:
            for dialect in Dialect:
                state = WorstCase(settings, _function(request))
                yield state, predict(self.contract, state, request, dialect)

    def _changes_something(self, request: Request) -> bool:
        """Whether the request changes DIDs on a target whose roles are what the target file says."""
        for settings in self.settings:
            state: State = world(self.ground, settings)
            for dialect in Dialect:
                end = predict(self.contract, state, request, dialect)
                if any(isinstance(change, PutDid | DropDid) for change in end.changes):
                    return True
        return False


def _as_sent(end: Outcome | Unspecified) -> Iterable[str]:
    """Entries of a copy as they are sent: one over the column's size would be stored under another name."""
    if not isinstance(end, Outcome):
        return ()
    return (str(a.values["new_did"]) for a in end.answers if a.name == "added" and "new_did" in a.values)


def _function(request: Request) -> str:
    raw: Mapping[str, bytes] = request.parameters.values
    return "".join(c for c in raw.get("function", b"").decode("latin-1") if c.isalnum() or c in "_-")

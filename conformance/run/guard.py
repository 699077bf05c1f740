"""What may be sent: decided for every request in one place, by predicting what it could change at worst.

The guard asks the contract, not the case: whoever made a request (a case, a fuzzer, a replay), the same rules hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from conformance.cases.expand import ROLE_SETTINGS, Ground, world
from conformance.cases.model import Level
from conformance.contract.effects import PATTERN_COLUMN_SIZE
from conformance.contract.model import UNSPECIFIED, Contract, Dialect, ServerSettings
from conformance.contract.mysql import comments_out, reopens
from conformance.contract.outcome import Outcome, Unspecified
from conformance.contract.predict import predict
from conformance.contract.request import Request, every_value
from conformance.contract.sanitise import as_text, sanitise
from conformance.contract.wire import readings, texts
from conformance.contract.world import Did, DropDid, Entities, MayChange, PutDid, State, User, World
from conformance.run.withheld_secrets import Secrets, is_bytes

SPECIAL_DIDS = frozenset({"default", "did_system_filter"})
"""DIDs that every install depends on (observed.md section 9)."""

SHORTEST_DELETABLE = 2
"""Characters of the shortest DID that the API can delete (observed.md section 5)."""


_TARGETS = {"add_did": "did_pattern", "copy_did": "new_dids", "update_did": "did_pattern"}
"""The parameter that names what a function creates, changes or deletes."""

_CREATES = frozenset({"add_did", "copy_did"})

_QUESTION = frozenset({"source", "user", "pass", "function", "did_pattern"})
"""What an update sends that changes nothing: it only asks whether the DID exists."""

_WORD = re.compile(r"[A-Za-z][-_A-Za-z]*")
"""What a name of a function may be made of; servers drop the rest, or stop there."""

_NO_SUCH = re.compile("no_?such", re.IGNORECASE)
"""How names begin that we made up: no API has such a function, nor will."""

_SHOWN = 40


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
    """The rules of one run. `settings` are those that the target may have."""

    contract: Contract
    ground: Ground
    level: Level
    settings: tuple[ServerSettings, ...]

    @cached_property
    def real_users(self) -> frozenset[str]:
        """The users of the target that this run logs in as."""
        return frozenset(login.user for login in self.ground.logins.values())

    def rule(self, request: Request) -> frozenset[str]:
        """The DIDs that this request could create. Raises Forbidden if it must not be sent.

        What is not described is not sent. A DID counts as soon as a request names it as its target: a faulty server may
        do what the contract refuses. Names too short to be a DID count where some reading makes one of them.
        """
        if request.wire is not None:
            return self._rule_on_bytes(request.wire)
        functions = self._functions(request)
        self._check_sql(request, functions)
        touched, created = self._at_worst(request)
        named = {name for function in functions for name in self._named(request, function)}
        for pattern in sorted(touched | {name for name in named if len(name) >= SHORTEST_DELETABLE}):
            self._check_target(pattern)
        unknown = any(self.contract.functions[name].effect == UNSPECIFIED for name in functions)
        if unknown or self.level is Level.PROBE:
            self._check_effect(request)
        makes = not functions.isdisjoint(_CREATES)
        return frozenset(created | {name for name in named if makes and self.is_own(name)})

    def _functions(self, request: Request) -> frozenset[str]:
        """The functions that the request may call on some server. Raises Forbidden for one that is not described."""
        return self._described_ones(every_value(request, "function"))

    def _check_sql(self, request: Request, functions: Iterable[str]) -> None:
        """Old builds put some parameters into SQL as they are: none may reach other rows than the one named."""
        for name in functions:
            for parameter in self.contract.functions[name].parameters:
                texts = [as_text(raw) for raw in every_value(request, parameter.name)]
                is_target = parameter.name == _TARGETS.get(name)
                if any(map(comments_out, texts)) or (is_target and any(map(reopens, texts))):
                    raise Forbidden(f"{parameter.name}: an old build takes it into SQL as it is, where it may be more")

    def _described_ones(self, names: Iterable[bytes]) -> frozenset[str]:
        words = [word for raw in names for word in _WORD.findall(raw.decode("latin-1"))]
        for word in words:
            if not _NO_SUCH.match(word) and _folded(word) not in self._described:
                raise Forbidden(f"what {word[:_SHOWN]!r} does is not described here: nothing is sent that is not")
        return frozenset(self._described[_folded(word)] for word in words if not _NO_SUCH.match(word))

    @cached_property
    def _described(self) -> Mapping[str, str]:
        return {_folded(name): name for name in self.contract.functions}

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
        for text in texts(message):
            self._described_ones(raw.partition(b" ")[0] for raw in every_value(Request(text), "function"))
        strict = replace(self, level=min(self.level, Level.STANDARD))
        writing = {call for call in calls if _function(call) in _TARGETS}
        return frozenset(did for call in writing for did in strict.rule(call))

    @cached_property
    def _secrets(self) -> Secrets:
        logins = self.ground.logins.values()
        return Secrets(text for login in logins for text in (login.user, login.password))

    def _named(self, request: Request, function: str) -> set[str]:
        """The DIDs that a request names as its target, as sent and as sanitised, cut to what the column holds."""
        name = _TARGETS.get(function)
        if name is None or (function == "update_did" and _only_asks(request)):
            return set()
        parameter = self.contract.functions[function].by_name[name]
        raws = every_value(request, name) or {b""}
        texts = {as_text(raw) for raw in raws}
        texts |= {sanitise(raw, parameter, settings) for raw in raws for settings in self.settings}
        entries = {entry for text in texts for entry in (text.split(",") if function == "copy_did" else (text,))}
        return {entry[:PATTERN_COLUMN_SIZE] for entry in entries}

    def is_own(self, pattern: str) -> bool:
        """Whether a DID is one of this run's own, a plus or a space before it aside."""
        return pattern.lstrip(" +").startswith(self.ground.prefix)

    def _check_target(self, pattern: str) -> None:
        if pattern.lower() in SPECIAL_DIDS:
            raise Forbidden(f"{pattern!r} is a DID that every install depends on; it is never touched")
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

    def _check_effect(self, request: Request) -> None:
        """Raise Forbidden where the request would do what is not described, or at level probe change any DID."""
        for settings in self.settings:
            state: State = self._permissive(settings)
            for dialect in Dialect:
                for change in predict(self.contract, state, request, dialect).changes:
                    if isinstance(change, MayChange):
                        raise Forbidden("what it does is described only as far as its refusals: this is none of them")
                    if self.level is Level.PROBE and isinstance(change, PutDid | DropDid):
                        raise Forbidden(
                            "level probe sends nothing that could create, change or delete a DID; use --allow-writes"
                        )

    def _permissive(self, settings: ServerSettings) -> World:
        """The target, each of whose users has every permission that its role says nothing of."""
        target = world(self.ground, settings)
        asked = {f.permission.setting for f in self.contract.functions.values() if f.permission} - ROLE_SETTINGS
        return replace(target, users={n: replace(u, grants=u.grants | asked) for n, u in target.users.items()})


def _as_sent(end: Outcome | Unspecified) -> Iterable[str]:
    """Entries of a copy as they are sent: one over the column's size would be stored under another name."""
    if not isinstance(end, Outcome):
        return ()
    return (str(a.values["new_did"]) for a in end.answers if a.name == "added" and "new_did" in a.values)


def _function(request: Request) -> str:
    raw: Mapping[str, bytes] = request.parameters.values
    return "".join(c for c in raw.get("function", b"").decode("latin-1") if c.isalnum() or c in "_-")


def _only_asks(request: Request) -> bool:
    """Whether an update has no field on any server: it only says whether the DID exists."""
    sent = request.parameters
    is_read = request.form is None or (request.method == "POST" and not request.sends_json)
    return sent.values.keys() <= _QUESTION and not sent.arrays and is_read


def _folded(name: str) -> str:
    """A name of a function as the most careless server compares it."""
    return name.lower().replace("-", "").replace("_", "")

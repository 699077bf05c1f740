"""What may be sent: decided for every request in one place, by predicting what it could change at worst.

The guard asks the contract, not the case: whoever made a request (a case, a fuzzer, a replay), the same rules hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, product

from conformance.cases.expand import Ground, world
from conformance.cases.model import Level
from conformance.contract.contract import Contract
from conformance.contract.function import Effect, Function
from conformance.contract.kind import Kind
from conformance.contract.mysql import comments_out, reopens
from conformance.contract.outcome import Outcome, Unspecified
from conformance.contract.parameter import Parameter
from conformance.contract.predict import predict
from conformance.contract.request import Request, decode, every_value
from conformance.contract.sanitise import as_text, sanitise
from conformance.contract.settings import Dialect, ServerSettings
from conformance.contract.wire import readings, texts
from conformance.contract.world import ANY, Drop, MayChange, Put, Row, RowName, State, User
from conformance.run.withheld_secrets import Secrets, is_bytes

_ASKING = frozenset({"source", "user", "pass", "function"})
"""What is sent besides the row's name where it is only asked whether a row exists."""

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


class _EverySetting(frozenset[str]):
    """Settings of which every one is switched on."""

    __slots__ = ()

    def __contains__(self, setting: object) -> bool:
        return True

    def issuperset(self, other: Iterable[object], /) -> bool:
        """Whether the others are among them."""
        del other
        return True


FOUND = -1
"""The number of a row that is there already."""


@dataclass
class WorstCase:
    """A server on which a request does all that it ever could: every login is right, every row in its way is there.

    Used for one prediction. What is to be changed, deleted, copied or referred to is there, what is to be made is not.
    """

    settings: ServerSettings

    def next_number(self, kind: str) -> int | None:
        """Nobody can know it."""
        del kind
        return None

    def unknown_number(self, kind: str) -> int:
        """Another than that of a row that is there."""
        del kind
        return FOUND - 1

    def user(self, name: str) -> User:
        """Everybody may do everything."""
        return User(name, _AnyPassword(), grants=_EverySetting())

    def find(self, kind: str, key: tuple[str, ...], *, exact: bool, wanted: bool = True) -> Row | None:  # noqa: ARG002 - the protocol's
        """There is a row if the call goes on then, and none if it goes on without."""
        return Row(kind, FOUND, key) if wanted else None

    def rows(self, kind: str) -> tuple[Row, ...]:
        """Of no row more is known than that it is in the way."""
        del kind
        return ()

    def knows_all(self, kind: str, *, own: bool = False) -> bool:
        """What else there is nobody knows."""
        del kind, own
        return False


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

    def rule(self, request: Request) -> frozenset[RowName]:
        """The rows that this request could create. Raises Forbidden if it must not be sent.

        What is not described is not sent. A row counts as soon as a request names it as its target: a faulty server may
        do what the contract refuses. Names too short to be one count where some reading makes one of them.
        """
        if request.wire is not None:
            return self._rule_on_bytes(request.wire)
        functions = [self.contract.functions[name] for name in self._functions(request)]
        self._check_sql(request, functions)
        unknown = any(function.effect is Effect.UNSPECIFIED for function in functions)
        touched, created = self._at_worst(request, unknown=unknown)
        named = {function.name: self._named(request, function) for function in functions}
        for row in sorted(touched.union(*({row for row in rows if self.could_be(row)} for rows in named.values()))):
            self._check_target(row)
        if unknown or self.level is Level.PROBE:
            self._check_effect(request)
        makes = any(function.makes for function in functions)
        own = {row for rows in named.values() for row in rows if self.is_own(row) and self.could_be(row)}
        return frozenset(created | own if makes else created)

    def _functions(self, request: Request) -> frozenset[str]:
        """The functions that the request may call on some server. Raises Forbidden for one that is not described."""
        return self._described_ones(every_value(request, "function"))

    def _check_sql(self, request: Request, functions: Iterable[Function]) -> None:
        """Some parameters get into SQL as they are, on old builds or decoded again: none may reach other rows."""
        for function in functions:
            targets = self.contract.targets(function)
            for parameter in function.parameters:
                texts = [as_text(raw) for raw in every_value(request, parameter.name)]
                texts += [as_text(decode(text)) for text in texts if parameter.decoded_again]
                if any(map(comments_out, texts)) or (parameter in targets and any(map(reopens, texts))):
                    raise Forbidden(f"{parameter.name}: it may get into SQL as it is, and be more there than a value")

    def _described_ones(self, names: Iterable[bytes]) -> frozenset[str]:
        words = [word for raw in names for word in _WORD.findall(raw.decode("latin-1"))]
        for word in words:
            if not _NO_SUCH.match(word) and _folded(word) not in self._described:
                raise Forbidden(f"what {word[:_SHOWN]!r} does is not described here: nothing is sent that is not")
        return frozenset(self._described[_folded(word)] for word in words if not _NO_SUCH.match(word))

    @cached_property
    def _described(self) -> Mapping[str, str]:
        return {_folded(name): name for name in self.contract.functions}

    def _rule_on_bytes(self, message: str) -> frozenset[RowName]:
        """A byte-level message logs nobody in, so it can neither write nor lock; in case it can, its rows are our own.

        Whatever it may be read as is ruled on, at level standard at most: a faulty server may skip the login.
        """
        if not is_bytes(message):
            raise Forbidden("a byte-level message has a character that is no byte")
        if self._secrets.stand_in(message):
            raise Forbidden("a byte-level message logs nobody in: this one names a user or a password of the target")
        calls = list(islice(readings(message, self.contract.naming), MOST))
        if len(calls) == MOST:
            raise Forbidden(f"a byte-level message may be read as {MOST:,} calls: too many to look at")
        for text in texts(message, self.contract.naming):
            self._described_ones(raw.partition(b" ")[0] for raw in every_value(Request(text), "function"))
        strict = replace(self, level=min(self.level, Level.STANDARD))
        writing = {name for name, function in self.contract.functions.items() if function.kind}
        return frozenset(row for call in set(calls) if _function(call) in writing for row in strict.rule(call))

    @cached_property
    def _secrets(self) -> Secrets:
        logins = self.ground.logins.values()
        return Secrets(text for login in logins for text in (login.user, login.password))

    def _named(self, request: Request, function: Function) -> set[RowName]:
        """The rows that a request names as its target: as sent, as sanitised, cut to what columns hold, as numbers."""
        named: set[RowName] = set()
        for kind in self._kinds(request, function):
            if not _only_asks(request, function, kind):
                targets = self.contract.targets(function, kind)
                parts = [self._values(request, parameter, kind) for parameter in targets]
                keys = set(product(*parts))
                named |= {RowName(kind.name, key) for key in keys | {kind.compared(key) for key in keys}}
        return named

    def _kinds(self, request: Request, function: Function) -> tuple[Kind, ...]:
        """The kinds of which a function may take the row to be that a request names."""
        kinds = self.contract.kinds_of(function)
        if function.instead is None:
            return kinds
        told = self._texts(request, function.by_name[function.instead.parameter])
        usual, other = kinds
        is_told = function.instead.value in told
        return (*([usual] if told - {function.instead.value} else []), *([other] if is_told else []))

    def _texts(self, request: Request, parameter: Parameter) -> set[str]:
        """A value of a request as sent and as sanitised, as whatever server reads it."""
        raws = every_value(request, parameter.name) or {b""}
        sent = {as_text(raw) for raw in raws}
        return sent | {sanitise(raw, parameter, settings) for raw in raws for settings in self.settings}

    def _values(self, request: Request, parameter: Parameter, kind: Kind) -> set[str]:
        """What a request may give as one value of a row's key."""
        texts, between = self._texts(request, parameter), parameter.separator
        entries = {entry for text in texts for entry in (text.split(between) if between else (text,))}
        assert parameter.column is not None
        return {entry[: kind.columns[parameter.column].size] for entry in entries}

    def could_be(self, row: RowName) -> bool:
        """Whether a row of that name could be deleted again: one that is too short cannot."""
        kind = self.contract.kinds[row.kind]
        least = (kind.columns[column].least for column in kind.key)
        return all(len(value) >= size for value, size in zip(row.key, least, strict=True))

    def is_own(self, row: RowName) -> bool:
        """Whether a row is one of this run's own, a plus or a space before its name aside."""
        kind = self.contract.kinds[row.kind]
        return kind.own is not None and row.key[kind.key.index(kind.own)].lstrip(" +").startswith(self.ground.prefix)

    def _check_target(self, row: RowName) -> None:
        kind = self.contract.kinds[row.kind]
        if kind.is_special(row.key):
            raise Forbidden(f"{str(row)!r} is a {kind.title} that every install depends on; it is never touched")
        if self.level is Level.FULL:
            return
        if kind.undo is None:
            raise Forbidden(f"no call removes a {kind.title}: it needs --level full")
        if not self.could_be(row) or not self._fits(row):
            raise Forbidden(f"{str(row)!r} could not be deleted again under that name; it needs --level full")
        if not self.is_own(row):
            raise Forbidden(
                f"{str(row)!r} is not one of this run's own {kind.title}s, which begin with {self.ground.prefix}"
            )

    def _fits(self, row: RowName) -> bool:
        kind = self.contract.kinds[row.kind]
        sizes = (kind.columns[column].size for column in kind.key)
        return all(size is None or len(value) <= size for value, size in zip(row.key, sizes, strict=True))

    def _at_worst(self, request: Request, *, unknown: bool) -> tuple[set[RowName], set[RowName]]:
        """The rows that any reading of a request could touch, and those it could create. Raises Forbidden.

        `unknown` is whether a function is called of which nobody knows what it does: of that only refusals are sent.
        """
        touched: set[RowName] = set()
        created: set[RowName] = set()
        for end in self._readings(request):
            for change in end.changes:
                if isinstance(change, Put | Drop):
                    touched.add(change.row.called)
                if isinstance(change, Put) and change.row.number != FOUND:
                    created.add(change.row.called)
                if isinstance(change, MayChange) and not (unknown and change.kind == ANY):
                    self._check_unknown(change)
            touched.update(_as_sent(end))
        return touched, created

    def _check_unknown(self, change: MayChange) -> None:
        """Rows of which nobody knows which they are must be those of a row of the run's own."""
        if change.within is None or not self.is_own(change.within.called):
            title = "row" if change.kind == ANY else self.contract.kinds[change.kind].title
            raise Forbidden(f"it may change any {title}: nothing is sent that may")

    def _readings(self, request: Request) -> Iterator[Outcome | Unspecified]:
        for settings in self.settings:
            for dialect in Dialect:
                yield predict(self.contract, WorstCase(settings), request, dialect)

    def _check_effect(self, request: Request) -> None:
        """Raise Forbidden where the request would do what is not described, or at level probe change any row."""
        for settings in self.settings:
            state: State = world(self.contract, self.ground, settings)
            for dialect in Dialect:
                for change in predict(self.contract, state, request, dialect).changes:
                    if isinstance(change, MayChange) and (change.kind == ANY or self.level is Level.PROBE):
                        raise Forbidden("what it does is described only as far as its refusals: this is none of them")
                    if self.level is Level.PROBE and isinstance(change, Put | Drop):
                        title = self.contract.kinds[change.row.kind].title
                        told = f"level probe sends nothing that could create, change or delete a {title}"
                        raise Forbidden(f"{told}; use --allow-writes")


def _as_sent(end: Outcome | Unspecified) -> Iterable[RowName]:
    """Entries of a copy as they are sent: one over the column's size would be stored under another name."""
    made = [change.row for change in end.changes if isinstance(change, Put)]
    if not isinstance(end, Outcome) or not made:
        return ()
    return (
        RowName(made[0].kind, (str(a.values["new_did"]),))
        for a in end.answers
        if a.name == "added" and "new_did" in a.values
    )


def _function(request: Request) -> str:
    raw: Mapping[str, bytes] = request.parameters.values
    return "".join(c for c in raw.get("function", b"").decode("latin-1") if c.isalnum() or c in "_-")


def _only_asks(request: Request, function: Function, kind: Kind) -> bool:
    """Whether a call has no field on any server, and only says whether the row exists."""
    if kind.ask is None or function.name != kind.ask.function or function.effect is Effect.DELETES:
        return False
    sent = request.parameters
    is_read = request.form is None or (request.method == "POST" and not request.sends_json)
    return sent.values.keys() <= _ASKING | kind.ask.parameters.keys() and not sent.arrays and is_read


def _folded(name: str) -> str:
    """A name of a function as the most careless server compares it."""
    return name.lower().replace("-", "").replace("_", "")

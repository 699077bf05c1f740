"""Bugs in what is stored: nothing, too much, under another name, too late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from conformance.contract.world import Change, Drop, Put, Row, State
from conformance.emulator.faults.asked import DID, Answering, Asked, did, without_rows
from conformance.emulator.faults.by_hand import NO_REPLY, bug, by_hand, remembering, succeeded
from conformance.emulator.respond import Response

MODIFY = frozenset({"modify_dids"})
"""The setting that add_did asks for."""


def _stored(asked: Asked, function: str, change: Callable[[Row], Row | None]) -> Response:
    """The honest reply of one function, with each DID that it stores changed, or lost if there is none then."""
    response = asked.honestly()
    if asked.calls != function:
        return response
    changes = (_changed(made, change) for made in response.changes)
    return replace(response, changes=tuple(made for made in changes if made is not None))


def _changed(made: Change, change: Callable[[Row], Row | None]) -> Change | None:
    if not isinstance(made, Put):
        return made
    row = change(made.row)
    return Put(row) if row is not None else None


def _nothing(function: str) -> Answering:
    return lambda asked: _stored(asked, function, lambda _: None)


def _named(function: str, name: Callable[[str], str]) -> Answering:
    return lambda asked: _stored(asked, function, lambda row: replace(row, key=(name(row.name),)))


@bug("store/refused-field-stored", "add_did refuses a field and stores the DID without it")
def _stores_refused(asked: Asked) -> Response:
    """The field is refused, and the DID is there all the same."""
    response = asked.honestly()
    if asked.calls != "add_did" or b"OPTIONAL FIELD" not in response.body:
        return response
    optional = (parameter.name for parameter in asked.contract.functions["add_did"].optional)
    return replace(response, changes=asked.without(*optional).honestly().changes)


@bug("store/forbidden-stored", "add_did asks for permission after it has stored the DID")
def _stores_forbidden(asked: Asked) -> Response:
    """The user is told of the missing permission after the work is done."""
    response = asked.honestly()
    if b"DOES NOT HAVE PERMISSION TO ADD" not in response.body:
        return response
    may = asked.seeing(as_user=lambda _, user: user and replace(user, grants=user.grants | MODIFY, level=9))
    return replace(response, changes=may.honestly().changes)


@bug("store/success-denied", "add_did stores the DID and says that it existed before")
def _denies_success(asked: Asked) -> Response:
    response = asked.honestly()
    if asked.calls != "add_did" or not succeeded(response):
        return response
    body = f"ERROR: add_did DID ALREADY EXISTS: |{asked.value('user')}|{asked.value('did_pattern')}\n"
    return replace(response, body=body.encode())


@bug("store/delete-nothing", "update_did tells of a deletion and deletes nothing")
def _deletes_nothing(asked: Asked) -> Response:
    response = asked.honestly()
    kept = tuple(change for change in response.changes if not isinstance(change, Drop))
    return replace(response, changes=kept)


@bug("store/delete-refused-done", "A refused deletion is done")
def _deletes_first(asked: Asked) -> Response:
    response = asked.honestly()
    if b"PERMISSION TO DELETE" not in response.body:
        return response
    row = asked.state.find(DID, (asked.value("did_pattern"),), exact=False)
    return replace(response, changes=(*response.changes, Drop(row))) if row else response


@bug("store/add-twice", "add_did stores two DIDs of one number")
def _twice(asked: Asked) -> Response:
    response = asked.honestly()
    again = [replace(c.row, number=c.row.number + 1) for c in response.changes if isinstance(c, Put)]
    if asked.calls != "add_did" or not again:
        return response
    return replace(response, changes=(*response.changes, *map(Put, again)))


@bug("store/update-creates", "update_did adds the DID that it does not find")
def _creates(asked: Asked) -> Response:
    """An update of a DID that is not there adds it."""
    pattern = asked.value("did_pattern")
    if asked.calls != "update_did" or len(pattern) < 2 or asked.value("delete_did") == "Y":
        return asked.honestly()
    return asked.seeing(as_found=lambda _, row: row or did(pattern, _next_id(asked.state))).honestly()


def _next_id(state: State) -> int:
    known = state.next_number(DID)
    return known if known is not None else state.unknown_number(DID)


@bug("store/copy-moves", "copy_did gives the source another number instead of copying it")
def _moves_source(asked: Asked) -> Response:
    """The row of the source is changed instead of a new one made."""
    source = asked.state.find(DID, (asked.value("source_did_pattern"),), exact=False)
    if source is None:
        return asked.honestly()
    return _stored(asked, "copy_did", lambda row: replace(row, number=source.number))


@bug("store/copy-last-lost", "copy_did does not store the last of its copies")
def _last_copy_lost(asked: Asked) -> Response:
    response = asked.honestly()
    if asked.calls != "copy_did" or not any(isinstance(change, Put) for change in response.changes):
        return response
    last = max(at for at, change in enumerate(response.changes) if isinstance(change, Put))
    return replace(response, changes=(*response.changes[:last], *response.changes[last + 1 :]))


@bug("store/case-counts", "DIDs in another letter case are other DIDs")
def _exact(asked: Asked) -> Response:
    return asked.seeing(exact=True).honestly()


@bug("store/copy-over", "copy_did adds numbers that exist already once more")
def _copies_over(asked: Asked) -> Response:
    """Only the source is looked up, never what is copied onto."""
    source = asked.value("source_did_pattern")
    if asked.calls != "copy_did":
        return asked.honestly()
    return asked.seeing(as_found=lambda name, row: row if name == source else None).honestly()


@dataclass
class Forgetting:
    """Loses every so many-th change, or all after so many."""

    every: int = 0
    after: int = 0
    seen: int = 0

    def __call__(self, asked: Asked) -> Response:
        """Answer honestly, and forget now and then."""
        response = asked.honestly()
        if asked.calls != "add_did" or not without_logins(response.changes):
            return response
        self.seen += 1
        lost = (self.every and self.seen % self.every == 0) or (self.after and self.seen > self.after)
        return replace(response, changes=without_rows(response.changes)) if lost else response


def without_logins(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The changes that are about DIDs."""
    return tuple(change for change in changes if isinstance(change, Put | Drop))


@dataclass
class Late:
    """What a request changes is seen by the request after the next."""

    waiting: tuple[Change, ...] = ()

    def __call__(self, asked: Asked) -> Response:
        """Answer honestly, and make the changes of the request before."""
        response = asked.honestly()
        ready, self.waiting = self.waiting, without_logins(response.changes)
        return replace(response, changes=(*without_rows(response.changes), *ready))


@dataclass
class Ghosts:
    """A number that was deleted is taken for ever."""

    gone: set[str] = field(default_factory=set)

    def __call__(self, asked: Asked) -> Response:
        """Answer as if add_did found what was deleted."""
        if asked.calls == "add_did":
            return asked.seeing(as_found=self._found).honestly()
        response = asked.honestly()
        if any(isinstance(change, Drop) for change in response.changes):
            self.gone.add(asked.value("did_pattern").lower())
        return response

    def _found(self, name: str, row: Row | None) -> Row | None:
        return did(name) if row is None and name.lower() in self.gone else row


@dataclass
class Greedy:
    """A deletion takes the DID that was stored last with it."""

    last: Row | None = None

    def __call__(self, asked: Asked) -> Response:
        """Answer honestly, and drop one more."""
        response = asked.honestly()
        stored = [change.row for change in response.changes if isinstance(change, Put)]
        self.last = stored[-1] if stored else self.last
        dropped = any(isinstance(change, Drop) for change in response.changes)
        if not dropped or self.last is None:
            return response
        return replace(response, changes=(*response.changes, Drop(self.last)))


FAULTS = (
    by_hand("store/add-nothing", "add_did tells of a success and stores nothing", _nothing("add_did")),
    by_hand("store/copy-nothing", "copy_did tells of a success and stores nothing", _nothing("copy_did")),
    _last_copy_lost,
    _deletes_nothing,
    _deletes_first,
    _stores_refused,
    _stores_forbidden,
    _denies_success,
    _twice,
    _creates,
    _moves_source,
    _copies_over,
    _exact,
    by_hand("store/plus-lost", "add_did stores a number without its plus", _named("add_did", lambda p: p.lstrip("+"))),
    by_hand(
        "store/copy-plus-lost", "copy_did stores numbers without plus", _named("copy_did", lambda p: p.lstrip("+"))
    ),
    by_hand(
        "store/plus-added", "add_did stores every number with a plus", _named("add_did", lambda p: f"+{p.lstrip('+')}")
    ),
    by_hand("store/ten-digits", "add_did stores the last 10 digits of a number", _named("add_did", lambda p: p[-10:])),
    by_hand("store/cut-to-20", "add_did stores 20 characters of a number", _named("add_did", lambda p: p[:20])),
    by_hand("store/copy-cut-to-20", "copy_did stores 20 characters of a number", _named("copy_did", lambda p: p[:20])),
    by_hand(
        "store/symbols-lost",
        "add_did stores letters and digits only",
        _named("add_did", lambda p: "".join(c for c in p if c.isalnum() or c == "+")),
    ),
    by_hand(
        "store/digits-only",
        "add_did stores digits only",
        _named("add_did", lambda p: "".join(c for c in p if c.isdigit() or c == "+")),
    ),
    by_hand(
        "store/lower-case",
        "add_did stores letters in lower case",
        _named("add_did", str.lower),
        hidden="DIDs are found in either letter case, and no reply shows the stored one",
    ),
    by_hand("store/update-nothing", "update_did stores nothing", _nothing("update_did"), hidden=NO_REPLY),
    by_hand(
        "store/copy-without-columns",
        "Copies have the columns of a new DID",
        lambda asked: _stored(asked, "copy_did", lambda row: replace(row, columns={})),
        hidden=NO_REPLY,
    ),
    by_hand(
        "store/update-clears",
        "update_did empties the columns that were not sent",
        lambda asked: _stored(asked, "update_did", lambda row: replace(row, columns={})),
        hidden=NO_REPLY,
    ),
    remembering("store/every-third-lost", "Every third DID is lost", lambda: Forgetting(every=3)),
    remembering("store/full-after-100", "DIDs after the first hundred are lost", lambda: Forgetting(after=100)),
    remembering("store/late", "A change is seen one request late", Late),
    remembering("store/ghosts", "A deleted number cannot be added again", Ghosts),
    remembering("store/greedy-delete", "A deletion takes the DID that was stored last with it", Greedy),
    by_hand(
        "store/lost-on-restart",
        "A restart loses everything",
        lambda asked: asked.honestly(),
        hidden="nothing restarts during a run",
    ),
)

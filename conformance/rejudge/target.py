"""What the redacted exchanges of a run tell of its target: enough to predict again, passwords made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from conformance.cases.expand import Login
from conformance.cases.model import Case, Entity, Role, provided
from conformance.rejudge.template import MASKS, About, Told, told
from conformance.report.exchanges import ExchangeLine
from conformance.run.redact import MASK, USER_MASK, Redactor

_FIRST_PASSWORD = 271828182845904523
"""Made-up passwords count from here: digits, since what was masked in a reply may have been a did_id as well."""


@dataclass(frozen=True, slots=True)
class RecordedTarget:
    """Logins by role, their passwords made up and user names too where they were masked, and entities.

    `also_masked` are texts of the catalogue that were masked because a password, or a user, is the same.
    """

    logins: Mapping[Role, Login]
    entities: Mapping[Entity, str]
    also_masked: Mapping[str, frozenset[str]]

    @property
    def passwords(self) -> tuple[str, ...]:
        """All that is masked as a password."""
        return (*(login.password for login in self.logins.values()), *self.also_masked[MASK])

    def redactor(self) -> Redactor:
        """What masks again all that was masked."""
        made_up = [login.user for login in self.logins.values() if login.user.startswith(_MASKED_USER)]
        return Redactor(self.passwords, [*made_up, *self.also_masked[USER_MASK]])

    def login(self, role: Role) -> Login | None:
        """Whose name and password the masks in a reply to that role hide; an admin's where it has none."""
        return self.logins.get(role) or self.logins.get(Role.ADMIN) or next(iter(self.logins.values()), None)


_MASKED_USER = "maskeduser"


@dataclass
class Learning:
    """Gathers what lines tell; what most of them say counts, for the step of a case may have changed since."""

    cases: Mapping[str, Case]
    _votes: Counter[Told] = field(default_factory=Counter)

    def take(self, line: ExchangeLine) -> None:
        """Take in one line."""
        case = self.cases.get(line.case)
        if case is not None and line.step <= len(case.steps):
            useful = (one for one in told(case.steps[line.step - 1], line) if one.about in _GLOBAL)
            self._votes.update(useful)

    def known(self) -> RecordedTarget:
        """What all lines together have told."""
        also = {mask: frozenset(self._texts(About.MASK, mask)) for mask in (MASK, USER_MASK)}
        logins = {role: _login(number, user, also[MASK]) for number, (role, user) in enumerate(self._users().items())}
        return RecordedTarget(logins, {e: name for e in provided() if (name := self._entity(e))}, also)

    def _users(self) -> dict[Role, str]:
        """The user of each role, those that most tell first: every role has a user of its own, unless it was masked."""
        found: dict[Role, str] = {}
        for vote, _ in self._votes.most_common():
            is_free = vote.text not in found.values() or any(mask in vote.text for mask in MASKS)
            if vote.about is About.USER and vote.of not in found and is_free:
                found[Role(vote.of)] = vote.text
        return found

    def _texts(self, about: About, of: str) -> list[str]:
        """What was told, what most say first."""
        return [vote.text for vote, _ in self._votes.most_common() if (vote.about, vote.of) == (about, of)]

    def _entity(self, entity: Entity) -> str | None:
        swapped = [text.swapcase() for text in self._texts(About.SWAPPED, entity)]
        return next(iter((*self._texts(About.ENTITY, entity), *swapped)), None)


_GLOBAL = frozenset({About.USER, About.ENTITY, About.SWAPPED, About.MASK})


def _login(number: int, user: str, same_as_password: Iterable[str]) -> Login:
    """A login with a made-up password: the very text that was masked elsewhere, where there is one.

    A user whose name was masked as a password has that name as its password; one of its own, so that users differ.
    """
    made_up = str(_FIRST_PASSWORD + number)
    if MASK in user:
        return Login(user.replace(MASK, made_up), made_up)
    name = f"{_MASKED_USER}{number:02d}" if user == USER_MASK else user
    return Login(name, next(iter(same_as_password), made_up))

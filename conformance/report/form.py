"""In which form a server prints, where documentation and servers differ in form alone: said once for all replies."""

from __future__ import annotations

import msgspec


class FormSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that servers print otherwise than documented, and how many replies have the one form and the other."""

    id: str
    title: str
    severity: str
    effect: str
    clause: str
    shipped: int
    documented: int


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The form of a server's replies: how many have the shipped one in anything, how many the documented one."""

    shipped: int
    documented: int
    seen: tuple[FormSeen, ...] = ()

    @property
    def mixed(self) -> tuple[str, ...]:
        """What is printed now so and now so, by the ids of the deviations: no property of the server."""
        return tuple(seen.id for seen in self.seen if seen.shipped and seen.documented)

    @property
    def name(self) -> str:
        """The form, or the two, in a word or two; the numbers are of one run, and this is the server's."""
        forms = [form for form in ("shipped", "documented") if getattr(self, form)]
        return "mixed" if self.mixed else " and ".join(forms)

    def __str__(self) -> str:
        if not (self.shipped and self.documented):
            return f"prints {self._part(self.name, named=False)}"
        if self.mixed:
            replies = f"{self.shipped:,} shipped, {self.documented:,} documented"
            return f"mixes two forms ({', '.join(self.mixed)}); replies in each: {replies}"
        return f"prints {self._part('shipped')} and {self._part('documented')}"

    def _part(self, form: str, *, named: bool = True) -> str:
        replies: int = getattr(self, form)
        ids = ", ".join(seen.id for seen in self.seen if getattr(seen, form))
        return f"the {form} form: {replies:,} {'reply' if replies == 1 else 'replies'}{f' ({ids})' * named}"

"""Form apart from content: what deviations explain, parted by whether it is about more than how a server prints."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from conformance.verdict.model import Deviates, Difference, Pass, Verdict


def conforming(ids: Iterable[str], differences: Iterable[Difference], forms: Collection[str]) -> Pass | Deviates:
    """The verdict on differences that listed deviations explain, of which `forms` are those in form alone."""
    parts: dict[bool, list[Difference]] = {True: [], False: []}
    for difference in differences:
        parts[difference.deviation in forms].append(difference)
    form, content = tuple(parts[True]), tuple(parts[False])
    told = tuple(sorted(id for id in ids if id not in forms))
    return Deviates(ids=told, differences=content, form=form) if told else Pass(form)


def in_form(verdict: Verdict) -> tuple[Difference, ...]:
    """Where the replies of a case that conforms differ in form alone."""
    return verdict.form if isinstance(verdict, Pass | Deviates) else ()


def every_difference(verdict: Verdict) -> tuple[Difference, ...]:
    """All differences of a case that conforms, those in form alone too, in the order of its replies."""
    content = verdict.differences if isinstance(verdict, Deviates) else ()
    return tuple(sorted((*content, *in_form(verdict)), key=lambda d: (d.step, d.line)))

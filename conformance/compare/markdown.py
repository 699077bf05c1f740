"""A comparison as Markdown, for a job summary or a merge request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.compare import view
from conformance.compare.model import ChangeKind, Comparison, Pair, RunCell
from conformance.report.jinja import cell, code, fenced, plain
from conformance.upgrade.effect import WORDS, ClientEffect

GROUPS = 25
IDS = 10
ROWS = 200
"""How many of each are shown; the JSON form has them all."""


def render(comparison: Comparison) -> str:
    """The whole comparison; the answer comes first, since a summary is read from the top."""
    pair = comparison.pairs[0] if len(comparison.pairs) == 1 else None
    effects = (
        (*_counts(pair), *_runs(comparison), *_pair(pair, view.unseen(comparison)))
        if pair
        else (*_runs(comparison), *_matrix(comparison))
    )
    parts = [f"## {plain(comparison.answer)}", *effects, *_facts(comparison), *(_maps(pair) if pair else ())]
    return "\n\n".join(parts) + "\n"


def _runs(comparison: Comparison) -> Iterator[str]:
    sides = list(enumerate(comparison.sides, 1))
    rows = [(str(n), cell(side.name), cell(side.url), cell(side.build), str(side.cases)) for n, side in sides]
    yield _table(("", "run", "server", "build", "cases"), rows)
    notes = [f"- run {n} {plain(note)}" for n, side in sides for note in side.notes]
    if notes:
        yield "\n".join(notes)


def _facts(comparison: Comparison) -> Iterator[str]:
    sides = list(enumerate(comparison.sides, 1))
    if comparison.facts:
        yield "### Not the same for all runs"
        facts = [(fact.name, *map(cell, fact.values)) for fact in comparison.facts]
        yield _table(("", *(str(n) for n, _ in sides)), facts)


def _pair(pair: Pair, prediction: str) -> Iterator[str]:
    for effect in pair.effects:
        yield from _effect(pair, effect)
    if pair.unseen:
        yield f"### {view.UNSEEN.capitalize()}: {len(pair.unseen)}"
        yield f"{view.UNSEEN_MEANING} {code(prediction)}: {code(view.some(pair.unseen, IDS))}"
    if pair.deviations:
        yield "### By known deviation: the cases that showed it"
        lines = [(plain(d.severity), cell(d.id), f"{d.before}", f"{d.after}", plain(d.effect)) for d in pair.deviations]
        yield _table(("severity", "deviation", "before", "after", "what it does to a client"), lines)
    if pair.shifts:
        yield "### Waits that shifted: median, and the half of all replies around it"
        shifts = [(cell(s.function), view.waits(s.before), view.waits(s.after), f"{s.factor:.1f}") for s in pair.shifts]
        yield _table(("function", "before", "after", "factor"), shifts)
    for change, heading in view.NAMED.items():
        yield from _named(pair, change, heading)


def _counts(pair: Pair) -> Iterator[str]:
    rows = [(str(one.number), one.words, plain(one.places)) for one in view.counts(pair)]
    if rows:
        yield _table(("cases", "what a client will feel", "of"), rows)


def _effect(pair: Pair, effect: ClientEffect) -> Iterator[str]:
    cases = pair.with_effect(effect)
    found = view.groups(cases)
    yield f"### {WORDS[effect].heading}: {len(cases)}"
    yield WORDS[effect].meaning
    for group in found[:GROUPS]:
        also = f"; also {code(view.ids(group.others, IDS))}" if group.others else ""
        yield f"{plain(group.title)}, for example {code(group.example)}{also}"
        if group.summary:
            yield plain(group.summary)
        yield from _example(group)
    if len(found) > GROUPS:
        yield f"... and {sum(len(group.cases) for group in found[GROUPS:])} more"


def _example(group: view.Group) -> Iterator[str]:
    sides = (("before", group.before), ("after", group.after))
    told = [f"{name:<8}{line}" for name, reply in sides if reply is not None for line in reply.split("\n")]
    lines = [*([group.curl] if group.curl else []), *told]
    if lines:
        yield fenced("\n".join(lines), limit=4_000)


def _maps(pair: Pair) -> Iterator[str]:
    for name, rows in view.tables(pair):
        yield f"### By {name}"
        columns = view.columns(rows)
        numbered = [(cell(row.name), *(str(row.counts.get(effect, 0)) for effect in columns)) for row in rows[:ROWS]]
        yield _table(("", *(WORDS[effect].short for effect in columns)), numbered)


def _named(pair: Pair, change: ChangeKind, heading: str) -> Iterator[str]:
    found = pair.of(change)
    if found:
        yield f"### {heading}: {len(found)}"
        every = view.reasons(found)
        more = [("", "", f"... and {len(every) - GROUPS} more reasons")] if len(every) > GROUPS else []
        rows = [(str(len(cases)), cell(view.ids(cases, IDS)), plain(why)) for why, cases in every[:GROUPS]]
        yield _table(("cases", "which", "why"), [*rows, *more])


def _matrix(comparison: Comparison) -> Iterator[str]:
    rows = comparison.differing
    if rows:
        yield "### Cases that differ; runs with the same letter sent the same replies"
        numbers = [str(n) for n, _ in enumerate(comparison.sides, 1)]
        told = [(cell(row.id), view.effect(row), *map(_told, row.cells)) for row in rows[:ROWS]]
        yield _table(("case", "felt", *numbers), told)
    if len(rows) > ROWS:
        yield f"... and {len(rows) - ROWS} more"
    yield "\n".join(f"- {pair.before + 1} to {pair.after + 1}: {plain(pair.answer)}" for pair in comparison.pairs)


def _told(one: RunCell) -> str:
    if one.kind is None:
        return "-"
    return " ".join(filter(None, (one.kind.value, one.replies, "flaky" * one.is_flaky)))


def _table(names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [names, ("---",) * len(names), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

"""What a terminal shows after a run. Text of the server is never read as markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from conformance.contract.deviation import Severity
from conformance.report import advice, view
from conformance.report.causes import causes
from conformance.report.model import CaseResult, DeviationSeen, Report
from conformance.report.text import visible
from conformance.verdict.model import VerdictKind

FAILURES = 10
"""Causes and errors shown; report.html has all of them."""

_WIDEST = 300
_DIFFERENCES = 5
STYLES = {
    VerdictKind.FAIL: "bold red",
    VerdictKind.ERROR: "bold magenta",
    VerdictKind.BLOCKED: "yellow",
    VerdictKind.NOT_TESTED: "dim",
    VerdictKind.DEVIATION: "cyan",
    VerdictKind.PASS: "green",
}
SEVERITIES = {"dangerous": "bold red", "misleading": "yellow", "cosmetic": "dim"}
TONES = {advice.Tone.GOOD: "bold green", advice.Tone.BAD: "bold red", advice.Tone.UNSURE: "bold yellow"}


def summary(report: Report) -> RenderableType:
    """The end of a run: causes of failures, errors, deviations, gaps, counts, and last the answer.

    Print it with `console.print(summary(report), crop=False)`, or long curl lines are cut at the edge of the terminal.
    """
    parts = chain.from_iterable(part(report) for part in (_causes, _errors, _known, _deviations, _gaps, _fuzzed, _left))
    answer = Text(visible(report.answer), style=TONES[advice.tone(report)], no_wrap=True, overflow="ignore")
    return Group(*parts, _tested(report), _counts(report), answer)


def _heading(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _causes(report: Report) -> Iterator[RenderableType]:
    """What is behind the failures that no baseline accepts, each with the case to look at."""
    found = [cause for cause in causes(report) if not cause.is_known]
    for number, cause in enumerate(found[:FAILURES], 1):
        title = f"cause {number} of {len(found)}" if len(found) > 1 else "the cause"
        yield Text.assemble("\n", (title, STYLES[VerdictKind.FAIL]), "  ", (visible(cause.says, _WIDEST), "bold"))
        yield indented(Text(visible(cause.told, _WIDEST)))
        yield indented(Text.assemble("the first to look at: ", (visible(cause.first.id, _WIDEST), "bold")))
        yield from _details(cause.first, report.expect)
        if report.again and not cause.is_found:
            again = f"all of them again: {report.again}#{number}"
            yield Text(f"  {visible(again)}", no_wrap=True, overflow="ignore", style="dim")
    if len(found) > FAILURES:
        yield Text(f"\n... and {len(found) - FAILURES} more causes in report.html", style="bold")


def _errors(report: Report) -> Iterator[RenderableType]:
    found = report.with_kind(VerdictKind.ERROR)
    for result in found[:FAILURES]:
        head = (result.kind.value, STYLES[result.kind]), "  ", (visible(result.id, _WIDEST), "bold")
        yield Text.assemble("\n", *head)
        yield from _details(result, report.expect)
    if len(found) > FAILURES:
        yield Text(f"\n... and {len(found) - FAILURES} more in report.html", style="bold")


def _details(result: CaseResult, expect: str) -> Iterator[RenderableType]:
    yield indented(Text(visible(f"{result.title} ({result.clause})", _WIDEST), style="dim"))
    if result.is_flaky:
        yield indented(Text(view.DID_NOT_REPEAT, style="yellow"))
    if view.unexplained(result):
        yield indented(_differences(result, expect))
    else:
        yield indented(Text(visible(view.note(result), _WIDEST)))
    for number, call in enumerate(result.calls, 1):
        yield Text(f"  {view.request(call, number)}", style="dim")
        yield Text(f"  {visible(call.curl)}", no_wrap=True, overflow="ignore", style="dim")


def _known(report: Report) -> Iterator[RenderableType]:
    """The fails that the baseline accepts, and what else there is to say about it."""
    if report.baseline is None:
        return
    yield _heading("Baseline")
    found = view.known(report)
    for reason, cases in found[:FAILURES]:
        more = f" and {len(cases) - 1} more" if len(cases) > 1 else ""
        told = (visible(cases[0].id, _WIDEST), more, "  ", (visible(reason, _WIDEST), "dim"))
        yield indented(Text.assemble(("known", "yellow"), "  ", *told))
    if len(found) > FAILURES:
        yield indented(Text(f"... and {len(found) - FAILURES} more in report.html"))
    for line in view.baseline(report):
        yield indented(Text(visible(line)))


def _differences(result: CaseResult, expect: str) -> Table:
    table = columns("", "expected", "got")
    found = view.unexplained(result)
    for difference in found[:_DIFFERENCES]:
        texts = (view.place(difference), view.expected(difference, expect), difference.got)
        table.add_row(*(Text(visible(text, _WIDEST), overflow="fold") for text in texts))
    if len(found) > _DIFFERENCES:
        table.add_row(Text(f"... and {len(found) - _DIFFERENCES} more"))
    return table


def _deviations(report: Report) -> Iterator[RenderableType]:
    """The dangerous ones in full; of the others, how many there are."""
    if not report.deviations:
        return
    yield _heading("Known deviations seen")
    dangerous = [seen for seen in view.deviations(report) if seen.severity == Severity.DANGEROUS]
    yield from map(_dangerous, dangerous)
    others = Counter(seen.severity for seen in report.deviations if seen.severity != Severity.DANGEROUS)
    if others:
        counted = ", ".join(
            f"{number} {visible(severity)}" for severity, number in sorted(others.items(), reverse=True)
        )
        yield indented(
            Text(f"{'and ' * bool(dangerous)}{counted}: see report.html or `vicidial-conformance deviations`")
        )


def _dangerous(seen: DeviationSeen) -> RenderableType:
    cases = f"  {seen.cases} case{'s' * (seen.cases != 1)}"
    head = Text.assemble((seen.severity, SEVERITIES[seen.severity]), "  ", visible(seen.id), (cases, "dim"))
    return indented(Group(head, indented(Text(visible(seen.effect)))))


def _gaps(report: Report) -> Iterator[RenderableType]:
    gaps = view.gaps(report)
    if not gaps:
        return
    table = columns("cases", "would be tested with")
    table.columns[0].justify = "right"
    for gap in gaps:
        table.add_row(Text(str(len(gap.cases))), Text(visible(gap.setting, _WIDEST)))
    told = f"Not tested: {report.untested:,} of {len(report.results):,} cases"
    yield from (_heading(told), indented(table))


def _fuzzed(report: Report) -> Iterator[RenderableType]:
    if report.fuzzed is None:
        return
    yield _heading("Fuzzing")
    yield indented(Text(view.fuzzed(report)))
    for line in report.fuzzed.unstable[:FAILURES]:
        yield indented(Text(f"unstable, failed once and not again: {visible(line, _WIDEST)}", style="yellow"))


def _left(report: Report) -> Iterator[RenderableType]:
    if report.left:
        yield _heading("May still be on the target")
        yield indented(Text(visible(", ".join(did or "(an empty DID)" for did in report.left)), overflow="fold"))
    if report.locked:
        yield _heading("Locked by the server")
        yield indented(Text(visible(", ".join(report.locked)), overflow="fold"))


def _tested(report: Report) -> Text:
    build = f" ({report.target.build})" if report.target.build else ""
    requests = f"{report.requests} request{'s' * (report.requests != 1)}"
    text = f"\n{report.target.url}{build}, level {report.level}, {requests}"
    note = f"\n{visible(report.target.note, _WIDEST)}" if report.target.note else ""
    form = "".join(f"\n{visible(line)}" for line in view.form(report))
    told = Text(visible(text.strip(), _WIDEST) + form, style="dim", overflow="fold")
    return Text("\n") + told.append(note, style="yellow")


def _counts(report: Report) -> Text:
    known = {VerdictKind.FAIL: f" ({len(report.known)} known)"} if report.known else {}
    counts = [
        (f"{number} {kind.value}{known.get(kind, '')}", STYLES[kind])
        for kind, number in report.counts.items()
        if number
    ]
    return Text(", ").join(Text(text, style=style) for text, style in counts)


def columns(*names: str) -> Table:
    """A table without lines, whose columns have these names."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def indented(renderable: RenderableType) -> Padding:
    """Something two columns further in."""
    return Padding(renderable, (0, 0, 0, 2), expand=False)

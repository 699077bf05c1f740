"""Commands that look after a target: what it can be tested for, what a run left on it, how to make a disposable one."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from conformance.cases.catalogue import catalogue
from conformance.cases.expand import request
from conformance.cases.model import Case, Level
from conformance.contract.load import load_contract
from conformance.crash import told_redacted
from conformance.errors import UsageError
from conformance.options import REPORTS, Options, plan, select
from conformance.report.curl import curl_line
from conformance.run import provision
from conformance.run.doctor import DOCTOR, Finding, State, examine
from conformance.run.files import read_run
from conformance.run.forecast import Forecast, forecast, planned
from conformance.run.recover import Recovered, recover
from conformance.run.run import Plan, redactor
from conformance.run.settings import check_url

LEFT = 4
STYLES = {State.WORKS: "green", State.WRONG: "bold red", State.MISSING: "dim", State.NOT_TRIED: "yellow"}


def clean_up(folder: Path, options: Options, out: Console) -> int:
    """Finish what an interrupted run left, and say what could not be removed. Gives the exit code."""
    was = read_run(folder)
    url = options.url or (None if options.target_file else was.url)
    user = options.user or (None if options.target_file else was.user or None)
    made = plan(replace(options, url=url, user=user, report=folder, run=was.run, allow_writes=True), os.environ)
    if made.target.url != was.url:
        raise UsageError(f"{folder}: is about {was.url}, not {made.target.url}: what it left is there")
    with told_redacted(redactor(made)):
        done = recover(replace(made, level=Level.STANDARD))
    out.print(_recovered(done), soft_wrap=True)
    return LEFT if done.left else 0


def _recovered(done: Recovered) -> RenderableType:
    parts = [Text(f"removed, or never there: {did}") for did in done.gone]
    for item, curl in done.left:
        parts.append(
            Text(f"still there: {item.pattern!r} ({item.reason or 'the API cannot delete it'})", style="bold red")
        )
        parts += [Text(f"  {line}") for line in (curl, item.sql) if line]
    if not parts:
        parts.append(Text("Nothing is left of this run."))
    elif not done.left:
        parts.append(Text("Nothing is left of this run any more.", style="green"))
    return Group(*parts)


def diagnose(options: Options, out: Console, *, as_json: bool) -> int:
    """Examine a target. Gives 0, or 1 if something that the target file names is wrong."""
    made = plan(replace(options, report=REPORTS / DOCTOR, level=Level.PROBE), os.environ)
    with told_redacted(redactor(made)):
        version, findings = examine(made)
    if as_json:
        rows = [{**msgspec.to_builtins(finding)} for finding in findings]
        out.print(msgspec.json.encode({"version": version, "findings": rows}).decode(), soft_wrap=True, markup=False)
    else:
        out.print(_diagnosis(version, findings, made))
    return int(any(finding.state is State.WRONG for finding in findings))


def _diagnosis(version: str, findings: tuple[Finding, ...], made: Plan) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("need", "state", "cases", "what was said, and what to do"):
        table.add_column(name, no_wrap=name in ("need", "state"), overflow="fold")
    for finding in findings:
        text = Text.assemble(finding.said, ("\n" + finding.advice if finding.advice else "", "dim"))
        table.add_row(finding.need.value, Text(finding.state.value, STYLES[finding.state]), str(finding.cases), text)
    cases = catalogue(load_contract())
    possible = {level: len(planned(cases, made.ground, level)) for level in Level}
    told = ", ".join(f"{count} at level {level.value}" for level, count in possible.items())
    return Group(Text(version), table, Text(f"\nOf {len(cases)} cases this target allows {told}."))


def provide(url: str, write: Path | None, out: Console) -> None:
    """Print the SQL for a disposable server, and write or print the target file that goes with it."""
    text = provision.target_file(check_url(url))
    out.print(provision.sql(), markup=False, soft_wrap=True)
    if write is None:
        out.print("".join(f"-- {line}\n" for line in text.splitlines()), markup=False, soft_wrap=True)
        return
    try:
        write.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"{write}: {error.strerror}: the target file cannot be written there") from error


def rehearse(options: Options, out: Console) -> int:
    """Print what a run would do and every request it would send, and send nothing."""
    with TemporaryDirectory(prefix="vicidial-conformance-") as folder:
        made = plan(replace(options, report=Path(folder) / "rehearsal"), os.environ)
    every = catalogue(load_contract())
    cases = planned(select(every, options.only), made.ground, made.level)
    numbers = {case.id: number for number, case in enumerate(every)}
    for case in cases:
        out.print(_sent(case, numbers[case.id], made), soft_wrap=True)
    out.print(foretold(coming(options, made), made))
    out.print("Nothing was sent.")
    return 0


def coming(options: Options, made: Plan) -> Forecast:
    """What a run with these options will do to its target."""
    cases = planned(select(catalogue(load_contract()), options.only), made.ground, made.level)
    return forecast(cases, made.ground, made.rate)


def _sent(case: Case, number: int, made: Plan) -> RenderableType:
    passwords = [login.password for login in made.target.logins.values()]
    sent = (request(step, made.ground, number) for step in case.steps)
    return Group(Text(case.id, style="bold"), *(Text(f"  {curl_line(r, made.target.url, passwords)}") for r in sent))


def foretold(forecast: Forecast, made: Plan) -> Text:
    """What a run will do to its target, in a few lines."""
    functions = ", ".join(f"{count} {name}" for name, count in forecast.by_function)
    pace = f"at {made.rate:g} a second" if made.rate else "as fast as replies come"
    return Text(
        f"{forecast.cases} cases at level {made.level.value}, about {forecast.requests} requests {pace} ({functions}); "
        f"{forecast.creates} DIDs beginning with {made.ground.prefix} are created and deleted; "
        f"about {forecast.log_rows} log rows stay; it takes about {forecast.seconds:.0f} s."
    )

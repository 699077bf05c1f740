"""Commands that look after a target: what it can be tested for, what a run left on it, how to make a disposable one."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from conformance.cases.catalogue import catalogue
from conformance.cases.model import Level
from conformance.coming import coming, foretold, to_come
from conformance.contract.load import load_contract
from conformance.contract.request import Request
from conformance.crash import told_redacted
from conformance.errors import UsageError
from conformance.options import Options, plan
from conformance.prompt import ask_password
from conformance.report.curl import curl_line
from conformance.report.files import write_whole
from conformance.report.text import visible
from conformance.run import provision
from conformance.run.doctor import Diagnosis, NeedState, examine
from conformance.run.files import RunFile, ledgers, read_run
from conformance.run.forecast import Speed, planned
from conformance.run.ledger import read_ledger
from conformance.run.preflight import first_requests, last_requests
from conformance.run.recover import Recovered, recover
from conformance.run.run import Plan, raise_if_left, redactor
from conformance.run.settings import check_url
from conformance.terminal import LEFT, Terminal, comes_to

STYLES = {
    NeedState.WORKS: "green",
    NeedState.WRONG: "bold red",
    NeedState.NO_ANSWER: "bold magenta",
    NeedState.MISSING: "dim",
    NeedState.NOT_TRIED: "yellow",
}
_CODES = {NeedState.WRONG: 1, NeedState.NO_ANSWER: 3}
"""The exit codes of `doctor`, the first that applies; any other state is 0."""


def clean_up(folder: Path, options: Options, out: Terminal, told: Callable[[str], None]) -> int:
    """Finish what an interrupted run left, and say what could not be removed. Gives the exit code.

    Raises LeftBehind if it is stopped before it has begun.
    """
    was = read_run(folder)
    try:
        made = _recovering(folder, was, options)
        with told_redacted(redactor(made)):
            done = recover(made, told)
    except KeyboardInterrupt as error:
        raise_if_left(tuple(str(row) for path in ledgers(folder) for row in read_ledger(path).open), folder, error)
        raise
    lines = _recovered(done)
    out.print(Group(*lines), soft_wrap=True)
    comes_to(*(line.plain for line in lines[len(done.gone) :]))
    return LEFT if done.left or done.unread else 0


def _recovering(folder: Path, was: RunFile, options: Options) -> Plan:
    url = options.url or (None if options.target_file else was.url)
    user = options.user or (None if options.target_file else was.user or None)
    made = plan(
        replace(options, url=url, user=user, report=folder, run=was.run, allow_writes=True), os.environ, ask_password
    )
    if made.target.url != was.url:
        raise UsageError(f"{folder}: is about {was.url}, not {made.target.url}: what it left is there")
    return made


def _recovered(done: Recovered) -> list[Text]:
    parts = [Text(f"removed, or never there: {did}") for did in done.gone]
    for item, curl in done.left:
        why = item.reason or "it could not be deleted"
        parts.append(Text(f"still there: {str(item.row)!r} ({why})", style="bold red"))
        parts += [Text(f"  {line}") for line in (curl, item.sql) if line]
    for unread in done.unread:
        parts.append(Text(f"{visible(unread)}: what it named may still be there", style="bold red"))
    if done.unread:
        parts.append(Text(f"  look for DIDs of this run, which begin with {' or '.join(done.prefixes)}:"))
        parts += [Text(f"  {_SEARCH.format(prefix=prefix)}") for prefix in done.prefixes]
    if not parts:
        parts.append(Text("Nothing is left of this run."))
    elif not done.left and not done.unread:
        parts.append(Text("Nothing is left of this run any more.", style="green"))
    return parts


_SEARCH = "SELECT did_pattern FROM vicidial_inbound_dids WHERE did_pattern LIKE '%{prefix}%';"


def diagnose(options: Options, out: Terminal, *, as_json: bool) -> int:
    """Examine a target. Gives 1 if something that it was said to have is wrong, else 3 if something got no answer."""
    made = plan(replace(options, level=Level.PROBE), os.environ, ask_password)
    with told_redacted(redactor(made)):
        version, findings = examine(made)
    if as_json:
        rows = [{**msgspec.to_builtins(finding)} for finding in findings]
        out.json(msgspec.json.encode({"version": version, "findings": rows}).decode())
    else:
        out.print(_diagnosis(version, findings, made))
    comes_to(_told(findings))
    states = {finding.state for finding in findings}
    return next((code for state, code in _CODES.items() if state in states), 0)


def _told(findings: tuple[Diagnosis, ...]) -> str:
    """How many needs are in each state, and which of them keep `doctor` from ending well."""
    needs = {state: [f.need.value for f in findings if f.state is state] for state in NeedState}
    named = {state: f" ({', '.join(needs[state])})" for state in _CODES}
    return ", ".join(f"{len(some)} {state.value}{named.get(state, '')}" for state, some in needs.items() if some) + "."


def _diagnosis(version: str, findings: tuple[Diagnosis, ...], made: Plan) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("need", "state", "cases", "what was said, and what to do"):
        table.add_column(name, no_wrap=name in ("need", "state"), overflow="fold")
    for finding in findings:
        text = Text.assemble(visible(finding.said), ("\n" + finding.advice if finding.advice else "", "dim"))
        table.add_row(finding.need.value, Text(finding.state.value, STYLES[finding.state]), str(finding.cases), text)
    cases = catalogue(load_contract())
    possible = {level: len(planned(cases, made.ground, level)) for level in Level}
    told = ", ".join(f"{count} at level {level.value}" for level, count in possible.items())
    allowed = f"\nOf {len(cases)} cases this target allows {told}."
    return Group(Text(visible(version)), table, Text(allowed), Text(_told(findings)))


def provide(url: str, write: Path | None, out: Terminal) -> None:
    """Print the SQL for a disposable server, and write or print the target file that goes with it.

    Raises UsageError if the file is there already or cannot be written.
    """
    text = provision.target_file(check_url(url))
    if write is not None:
        write_whole(write, text.encode(), is_new=True)
    out.raw(provision.sql() + "\n")
    if write is None:
        out.raw("".join(f"-- {line}\n" for line in text.splitlines()) + "\n")


def rehearse(options: Options, out: Terminal) -> int:
    """Print what a run would do and every request it would send, clean-up included, and send nothing."""
    with TemporaryDirectory(prefix="vicidial-conformance-") as folder:
        made = plan(replace(options, report=Path(folder) / "rehearsal"), os.environ, ask_password)
    sent = list(to_come(options, made))
    _show("before the first case", first_requests(made.ground, made.level), made, out)
    for case, one in sent:
        _show(case.id, one.requests, made, out)
        _show(f"{case.id}, clean-up", one.cleanup, made, out)
    _show("after the last case", last_requests(made.ground), made, out)
    speed = Speed(made.rate, at_once=made.concurrency)
    told = foretold(coming(sent, made), made, speed)
    out.print(f"{told} if a reply takes {speed.reply * 1000:.0f} ms.", soft_wrap=True)
    out.print("Nothing was sent.")
    return 0


def _show(name: str, requests: Sequence[Request], made: Plan, out: Terminal) -> None:
    passwords = [login.password for login in made.target.logins.values()]
    lines = [Text(f"  {curl_line(request, made.target.url, passwords)}") for request in requests]
    if lines:
        out.print(Group(Text(name, style="bold"), *lines), soft_wrap=True)

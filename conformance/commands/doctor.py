"""`doctor`: what a target can be tested for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from conformance.cases.model import Level
from conformance.commands.shared import Json, ServerOptions, Url, command, every_case, taken
from conformance.report.text import visible
from conformance.terminal import ask_password, comes_to, out

if TYPE_CHECKING:
    from conformance.run.doctor import Diagnosis
    from conformance.run.plan import Plan

EPILOG = "Example: VICIDIAL_PASS=... vicidial-conformance doctor --target lab.toml"


@dataclass(frozen=True, slots=True)
class DoctorOptions(ServerOptions):
    """What `doctor` is told."""

    url: Url = None
    as_json: Json = False


def doctor(given: DoctorOptions) -> None:
    """Say for each role and entity whether it works, what it makes possible, and how to provide it.

    Sends nothing that writes. Exit code 1: something that the target file names is wrong. 3: something got no answer.
    """
    from conformance.crash import told_redacted
    from conformance.options import Options, plan
    from conformance.run.doctor import EXIT_CODES, examine

    made = plan(taken(Options, given, level=Level.PROBE), os.environ, ask_password)
    with told_redacted(made.redactor):
        version, findings = examine(made)
    if given.as_json:
        out.json(_json(version, findings))
    else:
        out.print(_page(version, findings, made))
    comes_to(_told(findings))
    states = {finding.state for finding in findings}
    raise typer.Exit(next((code for state, code in EXIT_CODES.items() if state in states), 0))


def _json(version: str, findings: tuple[Diagnosis, ...]) -> str:
    import msgspec

    return msgspec.json.encode({"version": version, "findings": findings}, enc_hook=str).decode()


def _page(version: str, findings: tuple[Diagnosis, ...], made: Plan) -> RenderableType:
    from rich.table import Table

    from conformance.run.forecast import planned

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("need", "state", "cases", "what was said, and what to do"):
        table.add_column(name, no_wrap=name in ("need", "state"), overflow="fold")
    styles = _styles()
    for finding in findings:
        text = Text.assemble(visible(finding.said), ("\n" + finding.advice if finding.advice else "", "dim"))
        state = Text(finding.state.value, styles[finding.state])
        table.add_row(finding.need.value, state, str(finding.cases), text)
    cases = every_case()
    possible = {level: len(planned(cases, made.ground, level)) for level in Level}
    told = ", ".join(f"{count} at level {level.value}" for level, count in possible.items())
    allowed = f"\nOf {len(cases)} cases this target allows {told}."
    return Group(Text(visible(version)), table, Text(allowed), Text(_told(findings)))


def _told(findings: tuple[Diagnosis, ...]) -> str:
    """How many needs are in each state, and which of them keep `doctor` from ending well."""
    from conformance.run.doctor import EXIT_CODES, NeedState

    needs = {state: [f.need.value for f in findings if f.state is state] for state in NeedState}
    named = {state: f" ({', '.join(needs[state])})" for state in EXIT_CODES}
    return ", ".join(f"{len(some)} {state.value}{named.get(state, '')}" for state, some in needs.items() if some) + "."


def _styles() -> dict[str, str]:
    from conformance.run.doctor import NeedState

    return {
        NeedState.WORKS: "green",
        NeedState.WRONG: "bold red",
        NeedState.NO_ANSWER: "bold magenta",
        NeedState.MISSING: "dim",
        NeedState.NOT_TRIED: "yellow",
    }


def register(app: typer.Typer) -> None:
    """Add this command."""
    command(app, doctor, epilog=EPILOG)

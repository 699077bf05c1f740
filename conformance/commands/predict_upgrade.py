"""`predict-upgrade`: what an upgrade will change, before anything is installed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.builds import NEWEST_PHP, described_build, described_php
from conformance.commands.shared import Json, command, flag, value
from conformance.contract.settings import NEWEST_BUILD, OLDEST_BUILD, Build
from conformance.errors import UsageError
from conformance.terminal import out

if TYPE_CHECKING:
    from conformance.upgrade.model import UpgradeForecast

EPILOG = """[bold]Examples[/]

vicidial-conformance predict-upgrade --from 2.14-137 --to 2.14-202

vicidial-conformance predict-upgrade --from reports/before        [dim]from the build that a run met[/]

vicidial-conformance predict-upgrade --from 2.14-155 --from-php 7.4 [dim]with the PHP of a newer distribution[/]

vicidial-conformance predict-upgrade --from 2.14-202 --to 2.14-179 [dim]a downgrade[/]

[bold]Exit codes[/]

0 the prediction was made, whatever it says, 2 wrong usage
"""


@dataclass(frozen=True, slots=True)
class PredictUpgradeOptions:
    """What `predict-upgrade` is told."""

    old: Annotated[
        str,
        value(
            "BUILD|REPORT",
            f"The build that runs now, {OLDEST_BUILD} to {NEWEST_BUILD}, or the report of a run against it.",
            "--from",
        ),
    ]
    new: Annotated[str, value("BUILD", "The build to come.", "--to")] = str(NEWEST_BUILD)
    from_php: Annotated[
        str | None, value("VERSION", "The PHP that runs now, such as 7.4. [default: that of --to-php]")
    ] = None
    to_php: Annotated[str, value("VERSION", "The PHP to come.")] = NEWEST_PHP
    as_json: Json = False
    markdown: Annotated[bool, flag("As Markdown, with an example of every change.")] = False


def predict_upgrade(given: PredictUpgradeOptions) -> None:
    """Say what a client will see change from one build to another. Nothing is sent."""
    if given.as_json and given.markdown:
        raise UsageError("--json and --markdown exclude each other: give the one you mean")
    builds = _from(given.old), described_build("--to", given.new)
    new_php = described_php("--to-php", given.to_php)
    old_php = described_php("--from-php", given.from_php) if given.from_php else new_php
    from conformance.cases.catalogue import catalogue
    from conformance.contract.load import load_contract
    from conformance.upgrade.forecast import forecast

    contract = load_contract()
    _show(forecast(contract, catalogue(contract), *builds, php=(old_php, new_php)), given)


def _show(found: UpgradeForecast, given: PredictUpgradeOptions) -> None:
    """Print what was found, in the form that is asked for."""
    import msgspec

    from conformance.upgrade import markdown, terminal

    if given.as_json:
        out.json(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
    elif given.markdown:
        out.raw(markdown.markdown(found))
    else:
        out.print(terminal.page(found), crop=False)


def _from(text: str) -> Build:
    """The build that is named, or that a report names."""
    path = Path(text)
    if not os.path.lexists(path):
        try:
            return described_build("--from", text)
        except UsageError as error:
            raise UsageError(f"{error}, and there is no report {text}") from error
    from conformance.report.json_file import load_report

    build = load_report(path).target.build
    if not build:
        raise UsageError(f"--from {text}: that run did not learn the server's build; name it, such as {NEWEST_BUILD}")
    return described_build("--from", build)


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, predict_upgrade, "predict-upgrade", epilog=EPILOG)

"""`fuzz`: inputs that nobody wrote down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance import defaults
from conformance.commands.shared import OPTIONS, MaskUsers, Quiet, Rate, SendingOptions, Url, command, taken, value
from conformance.errors import UsageError
from conformance.fuzz.names import IDS, NAMES, SUBJECT
from conformance.terminal import Screen, err, out

if TYPE_CHECKING:
    from conformance.run.plan import Effort

EPILOG = """[bold]Examples[/]

vicidial-conformance fuzz --budget 2000                             [dim]an emulator of its own[/]

vicidial-conformance fuzz --target lab.toml --allow-writes --time 10m --seed 7

vicidial-conformance fuzz --target lab.toml --allow-writes --only sequences --only wire

[bold]Exit codes[/]

0 nothing found, 1 something was found, 2 wrong usage or settings, 3 no answer to be had, 4 something was left
"""

PANELS: Mapping[str, tuple[str, ...]] = {
    OPTIONS: (
        *("user", "password_file", "target_file", "budget", "time", "seed", "only", "build", "allow_writes", "report"),
        *("concurrency", "rate", "mask_users", "ca_file", "insecure", "timeout", "settling", "quiet"),
    ),
}


def _searches(incomplete: str) -> list[str]:
    """For shell completion."""
    return [name for name in NAMES if name.startswith(incomplete)]


@dataclass(frozen=True, slots=True)
class FuzzOptions(SendingOptions):
    """What `fuzz` is told."""

    url: Url = None
    budget: Annotated[
        int | None, value("REQUESTS", "How many requests to send at most, clean-up included. [dim]Default: 500.[/]")
    ] = None
    time: Annotated[str | None, value("DURATION", "How long to go on instead: 60s, 10m, 2h.")] = None
    seed: Annotated[int, typer.Option(help="What is drawn; the same seed sends the same requests.")] = 0
    only: Annotated[
        list[str] | None, value("NAME", "Only this search; may be given again.", "--only", autocompletion=_searches)
    ] = None
    report: Annotated[Path | None, value("DIR", "Write report and findings here, not to reports/<host>-<time>/.")] = (
        None
    )
    concurrency: Annotated[int, value("N", "Inputs in flight.")] = defaults.CONCURRENCY
    rate: Rate = None
    mask_users: MaskUsers = False
    quiet: Quiet = False


def fuzz(given: FuzzOptions) -> None:
    """Send inputs that nobody wrote down, drawn from the contract, and make small what it does not explain.

    Without a URL: an emulator. Under the same guard, ledger, pace and reports as a run. Each finding is tried a second
    time and saved as a file for `replay`.
    """
    from conformance.launch import launch
    from conformance.options import Options

    options = taken(Options, given, only=_chosen(given.only or ()), effort=_effort(given))
    raise typer.Exit(launch(options, Screen(out, err, given.quiet)))


def _chosen(names: Sequence[str]) -> tuple[str, ...]:
    """The ids of searches by their names. Raises UsageError for one that there is not."""
    for name in names:
        if name not in NAMES:
            raise UsageError(f"--only {name}: there is no such search; there are {', '.join(NAMES)}")
    return tuple(f"{SUBJECT}/{name}" for name in names) or IDS


def _effort(given: FuzzOptions) -> Effort:
    from conformance.run.plan import Effort

    if given.time is None:
        return Effort(defaults.FUZZ_REQUESTS if given.budget is None else given.budget, None, given.seed)
    if given.budget is not None:
        raise UsageError("--budget and --time exclude each other: give the one you mean")
    return Effort(None, _seconds(given.time), given.seed)


_UNITS = {"s": 1, "m": 60, "h": 3600}


def _seconds(time: str) -> float:
    """A duration in seconds. Raises UsageError for what is none."""
    number, unit = (time[:-1], time[-1:]) if time[-1:] in _UNITS else (time, "s")
    try:
        return float(number) * _UNITS[unit]
    except ValueError:
        raise UsageError(f"--time {time}: is no duration such as 60s, 10m or 2h") from None


def register(app: typer.Typer) -> None:
    """Add this command."""
    command(app, fuzz, epilog=EPILOG, panels=PANELS)

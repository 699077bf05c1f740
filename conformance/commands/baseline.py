"""`baseline`: known fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.commands.shared import flag, value
from conformance.terminal import out

if TYPE_CHECKING:
    from conformance.baseline.update import Update

EPILOG = """[bold]Examples[/]

vicidial-conformance baseline write reports/lab-8080-20261121-211657-556817

vicidial-conformance baseline write out --output lab.toml           [dim]keeps the reasons and comments of lab.toml[/]

[bold]Exit codes[/]

0 written, 2 no whole report, or a file that cannot be read or written
"""

app = typer.Typer(
    help="Known fails: make the file that `run --baseline` reads.", no_args_is_help=True, rich_markup_mode="rich"
)


@app.command(epilog=EPILOG)
def write(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="The folder of a run's report.")],
    output: Annotated[Path, value("FILE", "The baseline; one that is there is brought up to date.")] = Path(
        "baseline.toml"
    ),
    incomplete: Annotated[bool, flag("Take a run too that ended early or had errors.", "--incomplete")] = False,
) -> None:
    """Write the causes of a run's fails down as known, a table each, and keep the reasons that are written there.

    A fail that did not repeat is not taken in: a baseline is for what a server does every time.
    """
    from conformance.baseline.write import write_baseline

    made = write_baseline(report, output, incomplete=incomplete)
    for line in _told(output, made):
        out.print(line, soft_wrap=True, markup=False)


def _told(output: Path, made: Update) -> Iterator[str]:
    """What has become of the file, in lines."""
    named = {"added": made.added, "changed": made.changed, "removed": made.removed, "not taken, flaky": made.flaky}
    for what, ids in named.items():
        for id in ids:
            says = f": {made.entries[id].says}" if id in made.entries else ""
            yield f"{what}: {id}{says}"
    kept = f", {len(made.kept)} of them with cases kept that were not run, or had no answer" if made.kept else ""
    causes, cases = len(made.entries), len(frozenset().union(*(entry.cases for entry in made.entries.values())))
    told = f"{causes} known cause{'s' * (causes != 1)} of {cases} fail{'s' * (cases != 1)}"
    yield f"{output}: {told}{kept}"
    unreasoned = sum(not entry.is_reasoned for entry in made.entries.values())
    if unreasoned:
        yield f"Write a reason for {unreasoned} of them: why is it accepted?"


def register(parent: typer.Typer) -> None:
    """Add this command."""
    parent.add_typer(app, name="baseline")

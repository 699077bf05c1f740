"""What a command is told arrives: no option is declared and then forgotten on its way to the plan."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

from conformance.commands import emulator, list_cases, run, selfcheck
from conformance.commands.cleanup import CleanupOptions
from conformance.commands.doctor import DoctorOptions
from conformance.commands.fuzz import FuzzOptions
from conformance.commands.identify import IdentifyOptions
from conformance.commands.replay import ReplayOptions
from conformance.commands.run import RunOptions
from conformance.commands.selfcheck import SelfcheckOptions
from conformance.commands.shared import command, taken
from conformance.options import Options
from conformance.pytest_run.begin import options_of
from conformance.selfcheck.command import SelfcheckPlan

OF_THEIR_OWN = {
    RunOptions: {"quick", "fail_fast", "dry_run", "quiet", "verbose"},
    FuzzOptions: {"budget", "time", "seed", "quiet"},
    ReplayOptions: {"finding"},
    CleanupOptions: {"folder"},
    DoctorOptions: {"as_json"},
    IdentifyOptions: {"as_json"},
}
"""What commands deal with themselves."""


def names(kind: Any) -> set[str]:
    return {field.name for field in fields(kind)}


@pytest.mark.parametrize(("kind", "own"), OF_THEIR_OWN.items(), ids=lambda of: getattr(of, "__name__", ""))
def test_an_option_that_a_command_does_not_deal_with_itself_is_one_of_a_run(kind: Any, own: set[str]) -> None:
    assert names(kind) - names(Options) == own


def test_the_self_check_is_asked_for_what_its_command_is_told() -> None:
    assert names(SelfcheckOptions) == names(SelfcheckPlan)


def test_a_run_that_is_told_nothing_does_what_is_usual() -> None:
    assert taken(Options, RunOptions(), only=()) == Options()


def test_a_pytest_run_that_is_told_nothing_does_what_is_usual(request: pytest.FixtureRequest) -> None:
    assert options_of(request.config) == Options()


@pytest.mark.parametrize(
    ("panels", "kind"),
    [
        (run.PANELS, RunOptions),
        (list_cases.PANELS, list_cases.ListOptions),
        (emulator.PANELS, emulator.EmulatorOptions),
        (selfcheck.PANELS, SelfcheckOptions),
    ],
    ids=["run", "list", "emulator", "selfcheck"],
)
def test_every_option_of_a_panel_exists_and_is_in_no_other(panels: Mapping[str, Iterable[str]], kind: Any) -> None:
    named = Counter(name for some in panels.values() for name in some)
    assert set(named) <= names(kind)
    assert set(named.values()) == {1}


@dataclass(frozen=True, slots=True)
class Told:
    file: Annotated[str, typer.Argument(metavar="FILE")]
    times: Annotated[int, typer.Option(help="How often.")] = 1


def test_a_command_is_handed_its_options_as_one() -> None:
    app, told = typer.Typer(), list[Told]()

    def note(given: Told) -> None:
        """Take note."""
        told.append(given)

    command(app, note, epilog="", panels={"How": ("times",)})
    assert CliRunner().invoke(app, ["x", "--times", "3"]).exit_code == 0
    assert told == [Told("x", 3)]
    helped = CliRunner().invoke(app, ["--help"]).output
    assert ("Take note." in helped, "─ How ─" in helped) == (True, True)

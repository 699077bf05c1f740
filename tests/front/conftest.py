import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.commands import app
from conformance.run.ledger import Ledger
from tests.front.servers import PASSWORD, Server, serving


@dataclass(frozen=True)
class Ended:
    """What a command came to."""

    code: int
    out: str
    err: str


Cli = Callable[..., Ended]

FREELY = {"run": ("--allow-writes", "--rate", "0"), "fuzz": ("--allow-writes", "--rate", "0")}
FREELY |= {"identify": FREELY["run"], "replay": ("--allow-writes",)}
"""What says of a server of ours that it may be written to, and how fast."""


def line(arguments: tuple[object, ...], *, freely: bool) -> list[str]:
    """A command line; `freely` lets it do to the server what it likes."""
    words = list(map(str, arguments))
    return [*words, *(FREELY.get(" ".join(words[:1]), ()) if freely else ())]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to be in, passwords in the environment, and nothing that colours output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VICIDIAL_PASS", PASSWORD)
    monkeypatch.setenv("VICIDIAL_EMULATOR_PASS", PASSWORD)
    for name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS", "TERM", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _ledgers_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what a process that ends in the middle of things leaves to the system."""
    made: list[Ledger] = []
    begin = Ledger.__init__

    def noted(ledger: Ledger, *given: object, **named: object) -> None:
        begin(ledger, *given, **named)  # type: ignore[arg-type]
        made.append(ledger)

    monkeypatch.setattr(Ledger, "__init__", noted)
    yield
    for ledger in made:
        ledger.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line, in this process."""
    interrupt = signal.getsignal(signal.SIGINT)

    def run(*arguments: object, freely: bool = True) -> Ended:
        monkeypatch.setattr(sys, "argv", ["vicidial-conformance", *line(arguments, freely=freely)])
        with pytest.raises(SystemExit) as ended:
            app.main()
        signal.signal(signal.SIGINT, interrupt)
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, printed.out, printed.err)

    return run


@pytest.fixture
def program() -> Cli:
    """The command line, as a process of its own."""

    def run(*arguments: object, name: str = "vicidial-conformance", freely: bool = True, **environment: str) -> Ended:
        code = f"import sys; sys.argv[0] = {name!r}; from conformance.commands.app import main; main()"
        started = [sys.executable, "-c", code, *line(arguments, freely=freely)]
        done = subprocess.run(  # noqa: S603 - our own program
            started, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run

"""The command line in this process, and folders for it to read."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.commands import app
from conformance.run.files import RunFile, write_run


@dataclass(frozen=True)
class Ended:
    """What a command came to."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Commands:
    """Runs the command line in this process."""

    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *words: object) -> Ended:
        interrupt = signal.getsignal(signal.SIGINT)
        self.monkeypatch.setattr(sys, "argv", ["vicidial-conformance", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            app.main()
        signal.signal(signal.SIGINT, interrupt)
        printed = self.capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, printed.out, printed.err)


def interrupted(folder: Path, url: str, *lines: str, user: str = "6666") -> Path:
    """The folder of a run that was killed when nothing was under way; its ledger has these lines."""
    folder.mkdir()
    write_run(folder, RunFile(url=url, run="123456", user=user, level="standard"))
    every = ('{"ledger":"123456"}', *lines, '{"closed":true}')
    (folder / "ledger.jsonl").write_text("".join(f"{line}\n" for line in every), "utf-8")
    return folder

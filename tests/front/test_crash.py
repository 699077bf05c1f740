"""A mistake of ours is one line and exit code 3; with -v it says where, without any password."""

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from conformance import carrying, launch
from conformance.contract.request import Request
from conformance.crash import Crash
from conformance.errors import UsageError
from conformance.progress import Progressing
from conformance.pytest_run.collector import Collector
from conformance.run.redact import Redactor
from conformance.run.run import Run
from conformance.run.transport import Transport
from conformance.terminal import Screen, err, out
from tests.front.conftest import Cli
from tests.front.servers import Server


def explode(*_: object, **__: object) -> NoReturn:
    password = "1234"
    raise ZeroDivisionError(f"while\nsending pass={password}&x")


def raising(error: BaseException) -> Callable[[Run], NoReturn]:
    def then(run: Run) -> NoReturn:
        raise error

    return then


RUN = ("--user", "6666", "--only", "version/*")


def test_a_crash_before_a_run_is_one_line(server: Server, command: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "plan", explode)
    ended = command("run", server.url, *RUN)
    said = "a bug of ours, please report it: ZeroDivisionError: while sending pass=***&x (-v shows where)"
    assert (ended.code, ended.err) == (3, f"vicidial-conformance: {said}\n")


def test_verbose_shows_where_it_crashed(server: Server, command: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "plan", explode)
    ended = command("run", server.url, *RUN, "-v")
    assert (ended.code, "in explode" in ended.err, "pass=1234" in ended.err) == (3, True, False)


def test_a_crash_while_opening_is_one_line(server: Server, command: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "open", raising(ZeroDivisionError("while sending pass=1234&x")))
    ended = command("run", server.url, *RUN, "-q")
    assert (ended.code, ended.err.count("\n"), "pass=***" in ended.err) == (3, 1, True)


def test_a_crash_in_a_case_is_that_cases_error(server: Server, command: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "result", explode)
    ended = command("run", server.url, *RUN, "-v")
    assert (ended.code, "pass=1234" in ended.out + ended.err) == (3, False)
    assert "a bug of ours, please report it: ZeroDivisionError" in ended.out
    assert "in explode" in ended.err


def test_a_crash_of_pytest_is_one_line(server: Server, command: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Collector, "add", explode)
    ended = command("run", server.url, *RUN, "-q")
    assert (ended.code, ended.err.count("\n"), "pass=1234" in ended.err) == (3, 1, False)


def test_a_disk_that_fills_up_is_no_bug(server: Server, command: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> NoReturn:
        raise UsageError("exchanges.jsonl: No space left on device")

    monkeypatch.setattr(Collector, "add", full)
    ended = command("run", server.url, *RUN, "-q")
    assert (ended.code, ended.err) == (2, "vicidial-conformance: exchanges.jsonl: No space left on device\n")


def test_a_report_that_cannot_be_written_is_said(server: Server, command: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> NoReturn:
        raise UsageError("cannot write report.json: No space left on device")

    monkeypatch.setattr("conformance.pytest_run.session.write_all", full)
    ended = command("run", server.url, *RUN, "-q")
    assert (ended.code, ended.err) == (2, "vicidial-conformance: cannot write report.json: No space left on device\n")


def test_ctrl_c_before_a_run_is_a_stop(server: Server, command: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "open", raising(KeyboardInterrupt()))
    assert command("run", server.url, *RUN).code == 130


def test_a_pytest_that_does_not_begin_is_said(server: Server, command: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "_QUIETLY", ("--nonsense",))
    ended = command("run", server.url, *RUN)
    assert (ended.code, "no report: run it as pytest to see why" in ended.err) == (3, True)


def test_a_crash_has_a_traceback_without_local_variables() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        explode()
    crash = Crash(caught.value, Redactor(["1234"]))
    assert ("in explode" in crash.trace, "1234" in crash.trace) == (True, False)


def test_a_crash_before_there_is_a_session_is_kept() -> None:
    progress = Progressing(Screen(out, err, quiet=True))
    with pytest.raises(ZeroDivisionError) as caught:
        explode()
    assert progress.pytest_internalerror(caught)
    assert isinstance(progress.crash, Crash)


@pytest.mark.parametrize("name", ["doctor", "identify"])
def test_a_crash_of_a_command_shows_no_password_from_a_file(
    name: str, server: Server, command: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(transport: Transport, request: Request, lane: int) -> NoReturn:
        raise ZeroDivisionError(f"no idea what to do with {request!r}")

    monkeypatch.delenv("VICIDIAL_PASS")
    monkeypatch.setattr(Transport, "send", broken)
    (tmp_path / "password").write_text("hunter 22")
    ended = command(name, server.url, "--user", "6666", "--password-file", tmp_path / "password")
    assert (ended.code, "hunter" in ended.err, "hunter" in ended.out) == (3, False, False)
    assert "a bug of ours, please report it: ZeroDivisionError: no idea what to do with" in ended.err


def test_words_of_ours_are_said_whatever_the_password() -> None:
    crash = Crash(ZeroDivisionError("bug while sending"), Redactor(["bug"]))
    assert str(crash) == "a bug of ours, please report it: ZeroDivisionError: *** while sending"

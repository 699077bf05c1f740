"""Every exception that a library has, raised where it is called: one line and the right exit code, and no traceback."""

from __future__ import annotations

import builtins
import inspect
import shutil
import sqlite3
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import filelock
import httpcore
import httpx
import hypothesis.errors
import jinja2
import msgspec
import pytest
import rich.errors
import typer.exceptions

from conformance.commands import deviations, list_cases
from conformance.contract.load import load_contract
from conformance.fuzz import search
from tests.edges.test_bad_files import RUN, SAMPLES, TARGET, URL, is_one_line
from tests.front.conftest import Cli
from tests.front.servers import Server, serving

ARGUMENTS: tuple[tuple[object, ...], ...] = (
    ("broken",),
    (),
    ("broken", "more"),
    ("broken", 1),
    ("utf-8", b"\xff", 0, 1, "broken"),
    ("broken", None, "broken"),
    ("broken", [ValueError("inner")]),
)


def made(kind: type[BaseException]) -> BaseException:
    """One of that class, whatever it wants to be made of."""
    for arguments in ARGUMENTS:
        try:
            return kind(*arguments)
        except (TypeError, ValueError, AttributeError):
            continue
    return kind.__new__(kind)


def kinds(*modules: ModuleType, base: type[BaseException] = Exception) -> list[type[BaseException]]:
    """The exception classes that modules show."""
    found = {
        value
        for module in modules
        for name, value in vars(module).items()
        if not name.startswith("_") and inspect.isclass(value) and issubclass(value, base)
    }
    return sorted(found, key=lambda kind: (kind.__module__, kind.__qualname__))


def raising(error: BaseException) -> Callable[..., NoReturn]:
    def broken(*_: object, **__: object) -> NoReturn:
        raise error

    return broken


def asynchronously(error: BaseException) -> Callable[..., Any]:
    async def broken(*_: object, **__: object) -> NoReturn:
        raise error

    return broken


def each(*modules: ModuleType, base: type[BaseException] = Exception) -> pytest.MarkDecorator:
    found = kinds(*modules, base=base)
    assert found
    return pytest.mark.parametrize("kind", found, ids=lambda kind: kind.__qualname__)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        shutil.copytree(SAMPLES / "emulator-documented", tmp_path / name)
        (tmp_path / name / "run.json").write_text(RUN)
        (tmp_path / name / "exchanges.jsonl").write_bytes(b"{}\n")
    (tmp_path / "file").write_text(TARGET)
    return tmp_path


TOML_READERS = (("run", "--target", "file"), ("run", URL, "--user", "6666", "--baseline", "file"))
JSON_READERS = (
    ("compare", "one", "two"),
    ("rejudge", "one"),
    ("har", "one"),
    ("cleanup", "one"),
    ("replay", "file", "--url", URL, "--user", "6666"),
    ("run", URL, "--user", "6666", "--rerun-failed", "one"),
    ("selfcheck", "--compare", "file"),
    ("selfcheck", "--cases", "file"),
)
DECODING = (RecursionError, UnicodeDecodeError, ValueError)


@pytest.mark.parametrize("words", TOML_READERS, ids=lambda words: words[-2])
@pytest.mark.parametrize("kind", [*kinds(tomllib), *DECODING], ids=lambda kind: kind.__qualname__)
def test_toml_that_cannot_be_read_is_the_file_s_fault(
    kind: type[Exception], words: tuple[str, ...], folders: Path, command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_contract()
    monkeypatch.setattr(tomllib, "loads", raising(made(kind)))
    ended = command(*words)
    assert (ended.code, is_one_line(ended)) == (2, True), ended.err


@pytest.mark.parametrize("words", JSON_READERS, ids=" ".join)
@pytest.mark.parametrize("kind", [*kinds(msgspec), *DECODING], ids=lambda kind: kind.__qualname__)
def test_json_that_cannot_be_read_is_the_file_s_fault(
    kind: type[Exception], words: tuple[str, ...], folders: Path, command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.reading.msgspec.json.decode", raising(made(kind)))
    ended = command(*words)
    assert (ended.code, is_one_line(ended)) == (2, True), ended.err


@pytest.mark.parametrize("words", [*TOML_READERS, *JSON_READERS], ids=" ".join)
@each(builtins, base=OSError)
def test_a_file_that_the_system_refuses_is_the_file_s_fault(
    kind: type[OSError], words: tuple[str, ...], folders: Path, command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = kind(5, "broken", "file")
    monkeypatch.setattr("conformance.reading.check_file", raising(error))
    monkeypatch.setattr("conformance.report.exchanges.check_file", raising(error))
    ended = command(*words)
    assert (ended.code, is_one_line(ended)) == (2, True), ended.err


@each(sqlite3)
def test_a_state_file_that_sqlite_refuses_is_the_file_s_fault(
    kind: type[Exception], folders: Path, command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "connect", raising(made(kind)))
    ended = command("emulator", "--port", "0", "--state", "file")
    is_of_sqlite = issubclass(kind, sqlite3.Error)
    assert (ended.code, ended.err.count("\n"), is_one_line(ended)) == (2 if is_of_sqlite else 3, 1, is_of_sqlite)


@each(filelock, base=OSError)
def test_a_lock_that_cannot_be_had_is_said_with_the_file(
    kind: type[OSError], command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filelock.FileLock, "acquire", raising(made(kind)))
    ended = command("doctor", URL, "--user", "6666")
    assert (ended.code, is_one_line(ended)) == (2, True), ended.err


@each(httpx)
def test_trouble_of_the_network_is_no_answer(
    kind: type[Exception], command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", asynchronously(made(kind)))
    ended = command("doctor", URL, "--user", "6666")
    assert (ended.code, is_one_line(ended)) == (3, True), ended.err


@each(httpcore)
def test_trouble_below_httpx_is_no_answer(kind: type[Exception], command: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(httpcore.AsyncConnectionPool, "handle_async_request", asynchronously(made(kind)))
    ended = command("doctor", URL, "--user", "6666")
    assert (ended.code, ended.err.count("\n"), "Traceback" in ended.err) == (3, 1, False), ended.err
    assert ("a bug of ours" in ended.err) == (kind is httpcore.ConnectionNotAvailable), ended.err


@pytest.mark.parametrize("kind", [kind for kind in kinds(typer.exceptions) if kind is not typer.Exit])
def test_what_typer_refuses_is_the_command_line_s_fault(
    kind: type[Exception], command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_cases, "every_case", raising(made(kind)))
    ended = command("list")
    expected = 130 if kind is typer.Abort else 2
    assert (ended.code, is_one_line(ended)) == (expected, True), ended.err


@each(rich.errors)
def test_what_rich_refuses_is_our_fault_in_one_line(
    kind: type[Exception], command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deviations.out, "print", raising(made(kind)))
    ended = command("deviations")
    assert (ended.code, ended.err.count("\n"), "Traceback" in ended.err) == (3, 1, False), ended.err


@each(jinja2)
def test_what_jinja_refuses_is_our_fault_in_one_line(
    kind: type[Exception], folders: Path, command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (folders / name / "exchanges.jsonl").write_bytes(b"")
    monkeypatch.setattr(jinja2.Template, "render", raising(made(kind)))
    ended = command("compare", "one", "two", "--html", "page.html")
    assert (ended.code, ended.err.count("\n"), "Traceback" in ended.err) == (3, 1, False), ended.err


@each(hypothesis.errors, base=BaseException)
def test_what_hypothesis_refuses_is_our_fault_and_no_traceback(
    kind: type[BaseException], server: Server, command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "given", raising(made(kind)))
    ended = command("fuzz", server.url, "--user", "6666", "--allow-writes", "--budget", "60", "--only", "numbers", "-q")
    assert (ended.code, "Traceback" in ended.err + ended.out) == (3, False), ended.err

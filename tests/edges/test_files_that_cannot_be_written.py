"""A file that cannot be written is one line with its name, exit code 2, and no half of it; what was there stays."""

from __future__ import annotations

import errno
import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import UsageError
from conformance.report import files
from conformance.report.files import check_writable, whole_file, write_whole
from conformance.selfcheck.command import Selfcheck
from conformance.selfcheck.result import Result
from conformance.verdict.model import Pass
from tests.compare.support import every, line, made_up, ran
from tests.front.conftest import Cli, command
from tests.report import sample

__all__ = ["command"]

ID = "add_did/life-cycle/add"
BEFORE = b"what it held"

COMMANDS: dict[str, tuple[str, ...]] = {
    "compare --html": ("compare", "made-up", "made-up", "--html", "FILE"),
    "har": ("har", "made-up", "--output", "FILE"),
    "baseline write": ("baseline", "write", "made-up", "--output", "FILE"),
    "rejudge": ("rejudge", "ran", "--report", "FOLDER"),
    "provision": ("provision", "https://lab.example", "--target", "FILE"),
    "selfcheck --json": ("selfcheck", "--json", "FILE"),
    "selfcheck --html": ("selfcheck", "--html", "FILE"),
    "selfcheck --write-matrix": ("selfcheck", "--write-matrix", "FILE"),
    "selfcheck --write-quick": ("selfcheck", "--write-quick", "FILE"),
}
"""Every command that writes a file which its user names; rejudge names a folder, which holds `rejudged.json`."""

SINGLE = {name: words for name, words in COMMANDS.items() if "FILE" in words}
REPLACING = {name: words for name, words in SINGLE.items() if name not in ("provision", "baseline write")}
"""The commands that write over what is there without reading it."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    ran(folder / "ran", every(ID))
    lines = [line(ID, "A: a")] * 2_000
    made_up(folder / "made-up", sample.case(ID, Pass()), lines=lines)
    return folder


@pytest.fixture(autouse=True)
def _nothing_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """A self-check that is done at once."""
    nothing = Result(level="full", cases=(), rows=(), fault_free=(), over_http=(), seconds=0.0)
    monkeypatch.setattr(Selfcheck, "_checked", lambda *_: nothing)


@pytest.fixture
def write(runs: Path, tmp_path: Path, command: Cli, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run a command that is to write a file which it cannot, and give the one line that it says."""
    monkeypatch.chdir(tmp_path)

    def tried(name: str, file: Path) -> str:
        there = {"made-up": runs / "made-up", "ran": runs / "ran", "FILE": file, "FOLDER": file.parent}
        before = _held(tmp_path)
        ended = command(*(there.get(word, word) for word in COMMANDS[name]))
        assert (ended.code, ended.err.count("\n"), "a bug of ours" in ended.err) == (2, 1, False), ended
        assert _held(tmp_path) == before
        return ended.err

    return tried


def _held(folder: Path) -> dict[Path, bytes | None]:
    """All files below a folder with what they hold; folders are made for a file and may stay."""
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def file_of(name: str, folder: Path) -> Path:
    """The file that a command is told to write; of rejudge, the first that it writes."""
    return folder / ("rejudged.json" if name == "rejudge" else "out.txt")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_in_place_of_the_file(name: str, write: Callable[..., str], tmp_path: Path) -> None:
    file = file_of(name, tmp_path / "new")
    file.mkdir(parents=True)
    assert f"{file}: Is a directory" in write(name, file)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_in_place_of_the_folder(name: str, write: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(BEFORE)
    file = file_of(name, tmp_path / "new")
    assert f"cannot write {file}: Not a directory" in write(name, file)


@pytest.mark.parametrize("name", SINGLE)
def test_a_name_of_300_characters(name: str, write: Callable[..., str], tmp_path: Path) -> None:
    file = tmp_path / ("x" * 300)
    assert f"cannot write {file}: File name too long" in write(name, file)


def test_a_folder_with_a_name_of_300_characters(write: Callable[..., str], tmp_path: Path) -> None:
    file = tmp_path / ("x" * 300) / "rejudged.json"
    assert f"cannot write {file}: File name too long" in write("rejudge", file)


@pytest.mark.parametrize("name", sorted(SINGLE.keys() - {"provision", "baseline write"}))
def test_a_device_that_is_full(name: str, write: Callable[..., str]) -> None:
    assert "cannot write /dev/full: No space left on device" in write(name, Path("/dev/full"))
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize("is_there", [True, False], ids=["over a file", "a new file"])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_disk_that_is_full_in_the_middle(
    name: str, is_there: bool, write: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = file_of(name, tmp_path / "new")
    file.parent.mkdir()
    if is_there and name in REPLACING | {"rejudge": ()}:
        file.write_bytes(BEFORE)
    monkeypatch.setattr(Path, "open", _filling(Path.open))
    assert f"cannot write {file}: No space left on device" in write(name, file)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_disk_that_only_can_be_read(
    name: str, write: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "open", _refusing(Path.open))
    file = file_of(name, tmp_path)
    assert f"cannot write {file}: Read-only file system" in write(name, file)


@pytest.mark.parametrize("name", REPLACING)
def test_a_file_that_only_can_be_read(
    name: str, write: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = file_of(name, tmp_path)
    file.write_bytes(BEFORE)
    may = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: not (mode == os.W_OK and Path(path) == file) and may(path, mode)
    )
    assert f"cannot write {file}: Permission denied" in write(name, file)


def test_exchanges_that_cannot_be_copied(write: Callable[..., str], tmp_path: Path) -> None:
    exchanges = tmp_path / "new" / "exchanges.jsonl"
    exchanges.mkdir(parents=True)
    (tmp_path / "new" / "rejudged.json").symlink_to(os.devnull)
    assert f"cannot write {exchanges}: Is a directory" in write("rejudge", exchanges)


LONG = "x" * 300
READING: tuple[tuple[str, ...], ...] = (
    ("compare", LONG, LONG),
    ("har", LONG),
    ("rejudge", LONG),
    ("baseline", "write", LONG),
    ("run", "--rerun-failed", LONG),
    ("run", "--baseline", LONG),
    ("run", "--target", LONG),
    ("run", "http://127.0.0.1:1", "--user", "6666", "--password-file", LONG),
    ("run", "http://127.0.0.1:1", "--user", "6666", "--ca-file", LONG),
    ("run", "http://127.0.0.1:1", "--user", "6666", "--report", LONG),
    ("predict-upgrade", "--from", LONG, "--to", "2.14-202"),
    ("selfcheck", "--compare", LONG),
    ("selfcheck", "--cases", LONG),
    ("replay", LONG, "--url", "http://127.0.0.1:1", "--user", "6666"),
    ("cleanup", LONG, "--user", "6666"),
    ("emulator", "--state", LONG),
)


@pytest.mark.parametrize("arguments", READING, ids=lambda words: " ".join(word[:20] for word in words))
def test_what_is_to_be_read_may_have_such_a_name_too(arguments: tuple[str, ...], command: Cli) -> None:
    ended = command(*arguments)
    told = "--password-file" if "--password-file" in arguments else LONG  # people put the password itself there
    assert (ended.code, ended.err.count("\n"), told in ended.err, "a bug of ours" in ended.err) == (2, 1, True, False)


def test_provision_writes_over_no_file(write: Callable[..., str], tmp_path: Path) -> None:
    file = tmp_path / "lab.toml"
    file.write_bytes(BEFORE)
    told = write("provision", file)
    assert f"cannot write {file}: the file exists already: remove it, or give another name" in told


def test_an_archive_that_breaks_off_for_its_source_leaves_no_half(runs: Path, command: Cli, tmp_path: Path) -> None:
    folder = made_up(tmp_path / "torn", sample.case(ID, Pass()), lines=[line(ID, "A: a")] * 100)
    with (folder / "exchanges.jsonl").open("ab") as file:
        file.write(b'{"case": "add_did/life')
    (folder / "exchanges.har").write_bytes(BEFORE)
    ended = command("har", folder)
    assert (ended.code, "line 101" in ended.err) == (2, True)
    assert (folder / "exchanges.har").read_bytes() == BEFORE
    assert not list(folder.glob(".*"))


# --- the writer itself ---


class _Full(io.BufferedWriter):
    """A file on a disk that takes ten bytes."""

    def write(self, data: Any) -> int:
        super().write(bytes(data)[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _filling(open_: Callable[..., Any]) -> Callable[..., Any]:
    def opened(path: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        made = open_(path, mode, *args, **options)
        return _Full(made.detach()) if mode in ("xb", "wb") else made

    return opened


def _refusing(open_: Callable[..., Any]) -> Callable[..., Any]:
    def opened(path: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        if mode in ("xb", "wb"):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return open_(path, mode, *args, **options)

    return opened


def test_what_cannot_be_removed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, *, missing_ok: bool = False) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", _filling(Path.open))
    monkeypatch.setattr(Path, "unlink", refused)
    with pytest.raises(UsageError) as error:
        write_whole(tmp_path / "out.txt", b"x" * 100)
    (left,) = tmp_path.iterdir()
    assert str(error.value) == (
        f"cannot write {tmp_path / 'out.txt'}: No space left on device; half of it is left in {left}: Permission denied"
    )


def test_a_folder_that_vanishes_meanwhile_is_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with (
        pytest.raises(UsageError, match=r"cannot write .*out.txt: No such file or directory$"),
        whole_file(folder / "out.txt"),
    ):
        shutil.rmtree(folder)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_what_is_broken_off_leaves_nothing(error: type[BaseException], tmp_path: Path) -> None:
    with pytest.raises(error), whole_file(tmp_path / "out.txt"):
        raise error
    assert list(tmp_path.iterdir()) == []


def test_a_name_as_long_as_a_name_may_be_is_written(tmp_path: Path) -> None:
    assert write_whole(tmp_path / ("x" * 255), b"all").read_bytes() == b"all"


def test_what_a_link_leads_to_is_written_and_the_link_stays(tmp_path: Path) -> None:
    link, file = tmp_path / "latest", tmp_path / "file"
    link.symlink_to(file)
    write_whole(link, b"all")
    assert (link.is_symlink(), file.read_bytes()) == (True, b"all")


def test_a_link_that_leads_to_itself_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(UsageError, match=r"cannot write .*loop: "):
        write_whole(tmp_path / "loop", b"all")


def test_whether_a_file_could_be_written_is_found_out_without_writing_it(tmp_path: Path) -> None:
    check_writable(tmp_path / "new" / "out.txt")
    assert list((tmp_path / "new").iterdir()) == []


def test_the_archive_is_never_held_in_memory(runs: Path, tmp_path: Path, command: Cli) -> None:
    """Two thousand exchanges are written in many pieces, none of them as long as a hundredth of the whole."""
    sizes: list[int] = []

    class Counted(io.BufferedWriter):
        def write(self, data: Any) -> int:
            sizes.append(len(data))
            return super().write(data)

    def opened(path: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        made = open_(path, mode, *args, **options)
        return Counted(made.detach()) if mode == "xb" else made

    open_ = Path.open
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files.Path, "open", opened)
        assert command("har", runs / "made-up", "--output", tmp_path / "out.har").code == 0
    assert max(sizes) < sum(sizes) / 100

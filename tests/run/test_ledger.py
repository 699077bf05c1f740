"""The ledger: what may exist is on the disk before the request leaves, until its removal is confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from conformance.contract.world import RowName
from conformance.errors import UsageError
from conformance.run.ledger import Ledger, LedgerFile, Written, open_ledger, read_ledger
from tests.support.rows import DID, named

RUN = "123456"


def row(pattern: str) -> RowName:
    return RowName(DID, (pattern,))


def test_a_claim_is_on_the_disk_when_it_returns(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.jsonl", RUN)
    asyncio.run(ledger.claim(named("9991", "9992"), "add_did/x/y"))

    assert read_ledger(tmp_path / "ledger.jsonl").open == dict.fromkeys(named("9991", "9992"), "add_did/x/y")
    ledger.close()


def test_what_is_gone_is_no_longer_left(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.jsonl", RUN)
    asyncio.run(ledger.claim(named("9991", "9992"), "case"))
    ledger.gone(row("9991"), ledger.now())
    ledger.close()

    assert read_ledger(tmp_path / "ledger.jsonl").open == {row("9992"): "case"}
    assert ledger.open == (row("9992"),)


def test_a_did_claimed_again_after_it_was_gone_is_left_again(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.jsonl", RUN)
    asyncio.run(ledger.claim(named("9991"), "case"))
    ledger.gone(row("9991"), ledger.now())
    asyncio.run(ledger.claim(named("9991"), "case"))
    ledger.close()

    assert read_ledger(tmp_path / "ledger.jsonl").open == {row("9991"): "case"}


@pytest.mark.parametrize(
    "claimed",
    [
        row("9991|7"),
        row("9991\n"),
        RowName("did", ("9991", "7")),
        RowName("other", ("9991",)),
        RowName("other", ("1", "2")),
    ],
)
def test_a_row_of_any_kind_and_name_is_read_as_it_was_written(claimed: RowName, tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.jsonl", RUN)
    asyncio.run(ledger.claim([claimed], "case"))
    assert read_ledger(tmp_path / "ledger.jsonl").open == {claimed: "case"}

    ledger.gone(claimed, ledger.now())
    ledger.close()
    assert read_ledger(tmp_path / "ledger.jsonl").open == {}


def test_many_claims_at_once_are_all_on_the_disk(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.jsonl", RUN)

    async def claim_all() -> None:
        await asyncio.gather(*(ledger.claim(named(str(n)), f"case {n}") for n in range(200)))

    asyncio.run(claim_all())

    assert len(read_ledger(tmp_path / "ledger.jsonl").open) == 200
    ledger.close()


HEAD = b'{"ledger":"123456"}\n'
CLAIM = b'{"may_exist":"9991","case":"a"}\n'

UNREAD = {
    "a line that is cut off": (HEAD + CLAIM + b'{"may_exist":"99', "line 3 is cut off"),
    "nothing at all": (b"", "line 1 is cut off"),
    "no beginning": (CLAIM, "line 1 is no line of a ledger"),
    "zeros": (b"\0" * 512, "line 1 is cut off"),
    "zeros at its end": (HEAD + CLAIM + b"\0" * 512, "line 3 is cut off"),
    "another file": (b"\x89PNG\r\n\x1a\n" * 4, "line 1 is no line of a ledger"),
    "a beginning in its middle": (HEAD + CLAIM + HEAD, "line 3 is no line of a ledger"),
    "a key that it does not have": (HEAD + CLAIM + b'{"maybe":"9992"}\n', "line 3 is no line of a ledger"),
    "nested without end": (HEAD + CLAIM + b"[" * 100_000 + b"\n", "line 3 is no line of a ledger"),
}


@pytest.mark.parametrize("what", UNREAD)
def test_a_ledger_that_cannot_be_read_to_its_end_says_so_and_what_stands_before_holds(
    what: str, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.jsonl"
    text, told = UNREAD[what]
    path.write_bytes(text)

    written = read_ledger(path)
    assert (written.unread, written.closed) == (f"{path}: {told}", False)
    assert written.open == ({row("9991"): "a"} if text.startswith(HEAD) else {})


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("nowhere")], ids=["a folder", "dangling"])
def test_what_is_no_file_cannot_be_read(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "ledger.jsonl")
    assert "cannot be read" in (read_ledger(tmp_path / "ledger.jsonl").unread or "")


def test_a_ledger_that_cannot_be_written_is_a_usage_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").mkdir()
    with pytest.raises(UsageError, match=r"ledger\.jsonl: Is a directory: choose another --report folder"):
        open_ledger(tmp_path / "ledger.jsonl", RUN)


def test_claims_are_told_apart_by_case(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.jsonl", RUN)
    asyncio.run(ledger.claim(named("9991"), "a"))
    asyncio.run(ledger.claim(named("9992"), "b"))

    assert ledger.of_case("b") == (row("9992"),)
    assert ledger.owner(row("9991")) == "a"
    ledger.close()


def test_a_claim_of_what_is_being_written_waits_for_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = open_ledger(path, RUN)

    async def claim() -> bool:
        await ledger.claim(named("9991"), "a")
        return row("9991") in read_ledger(path).open

    async def claims() -> list[bool]:
        return await asyncio.gather(*(claim() for _ in range(3)))

    assert asyncio.run(claims()) == [True, True, True]
    ledger.close()


def test_a_ledger_that_a_crash_cut_off_goes_on_in_a_new_line(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(HEAD + CLAIM + b'{"may_exist":"99')
    ledger = open_ledger(path, RUN)
    asyncio.run(ledger.claim(named("9993"), "b"))
    ledger.close()

    assert path.read_bytes().splitlines()[-2:] == [b'{"may_exist":"9993","case":"b"}', b'{"closed":true}']
    assert read_ledger(path).unread == f"{path}: line 3 is no line of a ledger"


def test_a_disk_that_is_full_sends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    ledger = open_ledger(tmp_path / "ledger.jsonl", RUN)
    monkeypatch.setattr("os.fsync", full)
    for _ in range(2):
        with pytest.raises(UsageError, match=r"No space left on device: nothing is sent"):
            asyncio.run(ledger.claim(named("9991"), "a"))
    ledger.close()


def test_a_question_asked_while_a_did_is_in_doubt_is_not_believed() -> None:
    time = iter([10.0, 11.0, 41.0])
    ledger = Ledger(None, RUN, settling=30, clock=lambda: next(time))
    asyncio.run(ledger.claim(named("9991"), "a"))
    ledger.doubt(named("9991"))
    ledger.gone(row("9991"), asked=39.9)
    assert (ledger.open, ledger.unsettled) == ((row("9991"),), 29.0)
    ledger.gone(row("9991"), asked=40.0)
    assert ledger.open == ()


def test_one_that_ended_in_order_says_so(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.jsonl", RUN)
    assert not read_ledger(tmp_path / "ledger.jsonl").closed
    ledger.close()
    assert read_ledger(tmp_path / "ledger.jsonl").closed


def test_one_that_ended_in_doubt_does_not(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.jsonl", RUN)
    asyncio.run(ledger.claim(named("9991"), "a"))
    ledger.doubt(named("9991"))
    ledger.close()
    assert not read_ledger(tmp_path / "ledger.jsonl").closed


@pytest.mark.parametrize("closed", [True, False])
def test_what_a_run_left_that_was_cut_off_is_in_doubt_when_it_is_taken_up(closed: bool) -> None:
    ledger = Ledger(None, RUN, settling=30)
    ledger.take_up(Written(RUN, {row("9991"): "a"}, closed))
    assert (ledger.unsettled > 29) is not closed


def test_a_ledger_belongs_to_one_process_at_a_time(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.jsonl", RUN)
    with pytest.raises(UsageError, match="a run is under way there"):
        open_ledger(tmp_path / "ledger.jsonl", RUN)
    ledger.close()
    open_ledger(tmp_path / "ledger.jsonl", RUN).close()


def test_a_disk_that_fills_up_in_the_middle_of_a_line_leaves_a_ledger_that_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.jsonl"
    file = LedgerFile(path, RUN)
    ledger = Ledger(file, RUN)
    asyncio.run(ledger.claim(named("9991"), "a"))
    file._file.close()
    file._file = FullDisk(path)
    with pytest.raises(UsageError, match="No space left on device: nothing is sent"):
        asyncio.run(ledger.claim(named("9992"), "a"))

    ledger.close()

    assert read_ledger(path) == Written(RUN, {row("9991"): "a"})


class FullDisk(FileIO):
    """A file on a disk that takes five bytes more."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "ab")
        self.room = 5

    def write(self, data: Any) -> int:
        if not self.room:
            raise OSError(28, "No space left on device")
        self.room -= len(data[: self.room])
        return super().write(data[:5])

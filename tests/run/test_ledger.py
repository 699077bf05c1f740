"""The ledger: what may exist is on the disk before the request leaves, until its removal is confirmed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.run.ledger import Ledger, read_ledger


def test_a_claim_is_on_the_disk_when_it_returns(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    asyncio.run(ledger.claim(["9991", "9992"], "add_did/x/y"))

    assert read_ledger(tmp_path / "ledger.jsonl") == {"9991": "add_did/x/y", "9992": "add_did/x/y"}
    ledger.close()


def test_what_is_gone_is_no_longer_left(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    asyncio.run(ledger.claim(["9991", "9992"], "case"))
    ledger.gone("9991")
    ledger.close()

    assert read_ledger(tmp_path / "ledger.jsonl") == {"9992": "case"}
    assert ledger.open == ("9992",)


def test_a_did_claimed_again_after_it_was_gone_is_left_again(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    asyncio.run(ledger.claim(["9991"], "case"))
    ledger.gone("9991")
    asyncio.run(ledger.claim(["9991"], "case"))
    ledger.close()

    assert read_ledger(tmp_path / "ledger.jsonl") == {"9991": "case"}


def test_many_claims_at_once_are_all_on_the_disk(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")

    async def claim_all() -> None:
        await asyncio.gather(*(ledger.claim([str(n)], f"case {n}") for n in range(200)))

    asyncio.run(claim_all())

    assert len(read_ledger(tmp_path / "ledger.jsonl")) == 200
    ledger.close()


def test_a_line_cut_off_by_a_crash_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b'{"may_exist":"9991","case":"a"}\n{"may_exist":"99')

    assert read_ledger(path) == {"9991": "a"}


def test_a_ledger_that_cannot_be_written_is_a_usage_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").mkdir()
    with pytest.raises(UsageError, match=r"ledger\.jsonl: Is a directory: choose another --report folder"):
        Ledger(tmp_path / "ledger.jsonl")


def test_claims_are_told_apart_by_case(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    asyncio.run(ledger.claim(["9991"], "a"))
    asyncio.run(ledger.claim(["9992"], "b"))

    assert ledger.of_case("b") == ("9992",)
    assert ledger.owner("9991") == "a"
    ledger.close()


def test_a_claim_of_what_is_being_written_waits_for_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)

    async def claim() -> bool:
        await ledger.claim(["9991"], "a")
        return "9991" in read_ledger(path)

    async def claims() -> list[bool]:
        return await asyncio.gather(*(claim() for _ in range(3)))

    assert asyncio.run(claims()) == [True, True, True]
    ledger.close()


def test_a_ledger_that_a_crash_cut_off_goes_on_in_a_new_line(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b'{"may_exist":"9991","case":"a"}\n{"may_exist":"99')
    ledger = Ledger(path)
    asyncio.run(ledger.claim(["9993"], "b"))
    ledger.close()

    assert read_ledger(path) == {"9991": "a", "9993": "b"}


def test_a_disk_that_is_full_sends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    ledger = Ledger(tmp_path / "ledger.jsonl")
    monkeypatch.setattr("os.fsync", full)
    for _ in range(2):
        with pytest.raises(UsageError, match=r"No space left on device: nothing is sent"):
            asyncio.run(ledger.claim(["9991"], "a"))
    ledger.close()


def test_a_did_in_doubt_is_not_gone_until_it_is_settled(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    asyncio.run(ledger.claim(["9991"], "a"))
    ledger.doubt(["9991"])
    ledger.gone("9991")
    assert ledger.open == ("9991",)
    ledger.settle()
    ledger.gone("9991")
    assert ledger.open == ()
    ledger.close()

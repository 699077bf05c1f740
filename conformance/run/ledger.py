"""Every DID that may exist because of us, on disk before the request that could create it leaves.

One JSON object a line, appended and flushed to the disk: `{"may_exist": "999...", "case": "add_did/..."}` before the
request, `{"gone": "999..."}` once the server has said DOES NOT EXIST.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import msgspec

from conformance.errors import UsageError


class Ledger:
    """The ledger of one run. Claims of several requests under way share one flush to the disk.

    A ledger that exists already is taken up where it ends.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: dict[str, str] = read_ledger(path) if path.is_file() else {}
        self._pending: dict[str, bytes] = {}
        self._unwritten: set[str] = set()
        self._doubtful: set[str] = set()
        self._flushing: asyncio.Task[None] | None = None
        try:
            self._file = path.open("ab")
            _begin(self._file, path)
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}: choose another --report folder") from error

    @property
    def open(self) -> tuple[str, ...]:
        """The DIDs that may exist, oldest first."""
        return tuple(self._open)

    def of_case(self, case: str) -> tuple[str, ...]:
        """The DIDs that may exist because of one case."""
        return tuple(did for did, owner in self._open.items() if owner == case)

    def owner(self, did: str) -> str:
        """The case because of which a DID may exist; empty if none does."""
        return self._open.get(did, "")

    async def claim(self, dids: Iterable[str], case: str) -> None:
        """Write down DIDs that the next request could create; returns when they are on the disk."""
        wanted = frozenset(dids)
        for did in sorted(wanted - self._open.keys()):
            self._open[did] = case
            self._pending[did] = msgspec.json.encode({"may_exist": did, "case": case}) + b"\n"
            self._unwritten.add(did)
        while not wanted.isdisjoint(self._unwritten):
            if self._flushing is None:
                self._flushing = asyncio.create_task(self._flush())
            await self._flushing

    def doubt(self, dids: Iterable[str]) -> None:
        """Take note that a request that could create these got no reply: the server may still carry it out."""
        self._doubtful.update(dids)

    def settle(self) -> None:
        """Time has passed: from now on what is said to be gone is believed, of whatever DID."""
        self._doubtful.clear()

    def gone(self, did: str) -> None:
        """The server has said that a DID does not exist. While it is in doubt, that is not believed yet."""
        if did not in self._doubtful and self._open.pop(did, None) is not None:
            self._file.write(msgspec.json.encode({"gone": did}) + b"\n")

    def close(self) -> None:
        """Write what is left to write."""
        self._file.close()

    async def _flush(self) -> None:
        batch, self._pending = self._pending, {}
        try:
            await asyncio.to_thread(self._write, b"".join(batch.values()))
            self._unwritten -= batch.keys()
        except OSError as error:
            self._pending = {**batch, **self._pending}
            raise UsageError(
                f"{self.path}: {error.strerror}: nothing is sent that could not be written down"
            ) from error
        finally:
            self._flushing = None

    def _write(self, batch: bytes) -> None:
        self._file.write(batch)
        self._file.flush()
        os.fsync(self._file.fileno())


def _begin(file: BinaryIO, path: Path) -> None:
    """Begin a line of its own after one that a crash cut off, and see to it that the file's name is on the disk."""
    if path.stat().st_size and not path.read_bytes().endswith(b"\n"):
        file.write(b"\n")
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def read_ledger(path: Path) -> dict[str, str]:
    """The DIDs that a run may have left, each with its case. A last line cut off by a crash is passed over."""
    left: dict[str, str] = {}
    for line in path.read_bytes().split(b"\n"):
        try:
            entry = msgspec.json.decode(line, type=dict[str, str]) if line else {}
        except msgspec.DecodeError:
            continue
        if "may_exist" in entry:
            left[entry["may_exist"]] = entry.get("case", "")
        left.pop(entry.get("gone", ""), None)
    return left

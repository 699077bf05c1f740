"""Every DID that may exist because of us, on disk before the request that could create it leaves.

One JSON object a line, appended and flushed to the disk: `{"may_exist": "999...", "case": "add_did/..."}` before the
request, `{"gone": "999..."}` once the server has said DOES NOT EXIST.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from conformance.errors import UsageError


class Ledger:
    """The ledger of one run. Claims of several requests under way share one flush to the disk.

    A ledger that exists already is taken up where it ends.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: dict[str, str] = read_ledger(path) if path.is_file() else {}
        self._pending: list[bytes] = []
        self._flushing: asyncio.Task[None] | None = None
        try:
            self._file = path.open("ab")
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
        new = [did for did in sorted(dids) if did not in self._open]
        for did in new:
            self._open[did] = case
            self._pending.append(msgspec.json.encode({"may_exist": did, "case": case}) + b"\n")
        while self._pending or (new and self._flushing):
            if self._flushing is None:
                self._flushing = asyncio.create_task(self._flush())
            await self._flushing

    def gone(self, did: str) -> None:
        """The server has said that a DID does not exist."""
        if self._open.pop(did, None) is not None:
            self._file.write(msgspec.json.encode({"gone": did}) + b"\n")

    def close(self) -> None:
        """Write what is left to write."""
        self._file.close()

    async def _flush(self) -> None:
        batch, self._pending = b"".join(self._pending), []
        try:
            await asyncio.to_thread(self._write, batch)
        finally:
            self._flushing = None

    def _write(self, batch: bytes) -> None:
        self._file.write(batch)
        self._file.flush()
        os.fsync(self._file.fileno())


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

"""Findings as files: written when they are found, read to send them again."""

from __future__ import annotations

from pathlib import Path

import msgspec

from conformance.errors import UsageError
from conformance.fuzz.model import REPLAY_SCHEMA, Replay
from conformance.reading import Malformed, contents, json_as
from conformance.report.files import write_whole


def write_replay(replay: Replay, folder: Path) -> Path:
    """Write a finding as `<function>-<field>-<aspect>.json`. Raises UsageError if it cannot be written."""
    path = folder / f"{str(replay.key).replace('/', '-')[:120]}.json"
    return write_whole(path, msgspec.json.format(msgspec.json.encode(replay), indent=1) + b"\n")


def read_replay(path: Path) -> Replay:
    """Read a finding. Raises UsageError for a file that is none, or of another version."""
    try:
        replay = json_as(contents(path), Replay)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}: give a file that a finding was written to") from error
    except Malformed as error:
        raise UsageError(f"{path}: is no finding: {error}") from error
    if replay.schema != REPLAY_SCHEMA:
        raise UsageError(f"{path}: is a finding of version {replay.schema}; this suite reads version {REPLAY_SCHEMA}")
    return replay

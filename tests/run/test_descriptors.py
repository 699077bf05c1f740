"""Concurrency goes as far as this process may open files."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.run import descriptors
from tests.edges.programs import PROGRAM


@pytest.mark.parametrize(
    ("limit", "is_own", "lanes"), [(100, False, 33), (100, True, 16), (37, False, 1), (1000, False, 483)]
)
def test_each_lane_takes_two_files_and_with_an_emulator_here_four(
    limit: int, is_own: bool, lanes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descriptors, "_open_files", lambda: 10)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, limit))
    assert descriptors.affordable(is_own=is_own) == lanes


def test_where_not_even_one_may_be_opened_it_says_how_many_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descriptors, "_open_files", lambda: 10)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (35, 35))
    with pytest.raises(UsageError, match="this process may open 35 files, and a run needs 36: raise it"):
        descriptors.affordable(is_own=False)


@pytest.mark.parametrize(
    ("limit", "concurrency", "code", "said"),
    [
        (12, 8, 2, "this process may open 12 files, and a run needs"),
        (20, 8, 2, "this process may open 20 files, and a run needs"),
        (64, 50, 0, "not 50: the process may not open more files"),
        (256, 256, 0, "not 256: the process may not open more files"),
        (256, 300, 2, "--concurrency 300: must be from 1 to 256"),
        (256, 1000, 2, "--concurrency 1000: must be from 1 to 256"),
    ],
)
def test_a_small_limit_is_one_line(limit: int, concurrency: int, code: int, said: str, tmp_path: Path) -> None:
    words = ["run", "--only", "version/*", "--concurrency", str(concurrency), "-q", "--report", "r"]
    done = subprocess.run(  # noqa: S603 - our own program
        ["/bin/bash", "-c", f'ulimit -n {limit}; exec "$@"', "-", *PROGRAM, *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, said in done.stderr, done.stderr.count("\n")) == (code, True, 1)

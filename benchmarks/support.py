"""What the benchmarks share: an emulator in a process of its own, and a stopwatch."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import httpx
from starlette.applications import Starlette

from conformance.cases.model import Level
from conformance.emulator.config import Config
from conformance.emulator.server import running
from conformance.run.plan import Plan
from conformance.run.run import Run
from conformance.run.settings import load_target, resolve
from conformance.verdict.model import Expect

START = "from conformance.commands.app import main; main()"

VERSION = "source=benchmark&function=version"
"""A query that needs no login and changes nothing."""


@contextmanager
def emulator() -> Iterator[str]:
    """The URL of an emulator that is served by another process, so that its work is not counted as ours."""
    command = [sys.executable, "-c", START, "emulator", "--port", "0"]
    environment = {**os.environ, "COLUMNS": "200"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield _url(process)
        finally:
            process.terminate()


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("http://"):
            return line.strip()
    raise RuntimeError("the emulator ended before it said where it listens")


@contextmanager
def opened(app: Starlette, folder: Path, seed: int = 0, concurrency: int = 8) -> Iterator[Run]:
    """A run against an emulator in this process, over HTTP, with the emulator's own users."""
    with running(Config(), app=app) as url:
        file = load_target(Path(str(files("conformance.emulator") / "target.toml")))
        target = replace(resolve(url, file, None, None, {"VICIDIAL_EMULATOR_PASS": "1234"}), disposable=True)
        run = Run(Plan(target, Level.STANDARD, Expect.EITHER, concurrency, 10.0, True, folder, f"{seed:06d}"))
        run.open()
        try:
            yield run
        finally:
            run.close()


async def timed(work: Awaitable[object]) -> float:
    """The seconds that some work takes."""
    start = time.perf_counter()
    await work
    return time.perf_counter() - start


def must_answer(response: httpx.Response) -> None:
    """Stop the benchmark if the emulator did not answer: a rate of failures says nothing."""
    if not response.text.startswith("VERSION: "):
        raise RuntimeError(f"the emulator answered HTTP {response.status_code}: {response.text[:200]!r}")

"""What does the suite cost beside its requests? A whole run, and a bare httpx loop that sends as many.

The loop sends `version`, the cheapest request there is, and does nothing with the reply; both have the same emulator
and as many requests in flight. The ratio is what is left for guard, ledger, judging, reports and clean-up, and for
requests that cost the emulator more. Run it with `python benchmarks/suite.py`.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from support import START, VERSION, emulator, must_answer, timed

IN_FLIGHT = 8


def run_suite(url: str, folder: Path) -> tuple[int, float]:
    """How many requests a standard run sends, and the seconds it takes from start to exit, reports included."""
    target = files("conformance.emulator") / "target.toml"
    command = [sys.executable, "-c", START, "run", url, "--target", str(target), "--quiet", "--report", str(folder)]
    command += ["--allow-writes", "--rate", "0"]
    command += ["--level", "standard", "--concurrency", str(IN_FLIGHT)]
    start = time.perf_counter()
    environment = {**os.environ, "VICIDIAL_EMULATOR_PASS": "1234"}
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False, env=environment)
    seconds = time.perf_counter() - start
    requests: int = json.loads((folder / "report.json").read_text("utf-8"))["requests"]
    return requests, seconds


async def bare_loop(url: str, count: int) -> float:
    """The seconds that a shared client takes for as many `version` requests."""
    limits = httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:

        async def share() -> None:
            for _ in range(count // IN_FLIGHT):
                must_answer(await client.get(f"{url}?{VERSION}"))

        return await timed(asyncio.gather(*(share() for _ in range(IN_FLIGHT))))


def main() -> None:
    """Print both, and their ratio."""
    with emulator() as url, TemporaryDirectory() as folder:
        requests, seconds = run_suite(url, Path(folder) / "report")
        bare = asyncio.run(bare_loop(url, requests))
    print("                      requests   seconds     req/s")
    print(f"standard run          {requests:8}   {seconds:7.1f}   {requests / seconds:7.0f}")
    print(f"bare httpx, version   {requests:8}   {bare:7.1f}   {requests / bare:7.0f}")
    print(f"ratio of the rates    {bare / seconds:8.2f}")


if __name__ == "__main__":
    main()

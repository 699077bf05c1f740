"""How long until the first request leaves, beside what it takes to import httpx and pytest alone?

Contenders take turns, each in a process of its own, and the quickest of several times counts: whatever else the
machine does can only make one slower. The last two are what a pytest process of this environment takes, with the plugin
of Schemathesis, which pytest loads unasked, and without. Run it with `python benchmarks/starting.py`.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from support import START

TURNS = 10
SERVER = ("--user", "6666", "--allow-writes", "--report")
IMPORTS = "import httpx, pytest"


def until_ended(folder: Path, *words: str) -> float:
    """The seconds that a program takes from start to exit."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *words], cwd=folder, stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


def until_asked(folder: Path, command: str, *more: str) -> float:
    """The seconds from the start of a command to the first byte of its first request."""
    environment = {**os.environ, "VICIDIAL_PASS": "1234"}
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        words = [sys.executable, "-c", START, command, url, *SERVER, str(folder / command), *more]
        start = time.perf_counter()
        with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            connection, _ = server.accept()
            with connection:
                connection.recv(1)
                seconds = time.perf_counter() - start
                process.kill()
    return seconds


CONTENDERS: Mapping[str, Callable[[Path], float]] = {
    IMPORTS: lambda folder: until_ended(folder, "-c", IMPORTS),
    "run": partial(until_asked, command="run"),
    "fuzz, all searches": partial(until_asked, command="fuzz"),
    "pytest": lambda folder: until_ended(folder, "-m", "pytest", "empty.py"),
    "pytest -p no:schemathesis": lambda folder: until_ended(
        folder, "-m", "pytest", "-p", "no:schemathesis", "empty.py"
    ),
}


def main() -> None:
    """Print the seconds of each, and the ratio to the imports alone."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "empty.py").touch()
        turns = [{name: measure(folder) for name, measure in CONTENDERS.items()} for _ in range(TURNS)]
    best = {name: min(turn[name] for turn in turns) for name in CONTENDERS}
    for name, seconds in best.items():
        print(f"{name:<26} {seconds:6.2f} s   {seconds / best[IMPORTS]:5.2f}")


if __name__ == "__main__":
    main()

"""How fast does the fuzzer send? Beside Schemathesis' own runner and a bare httpx loop, against the same emulator.

Each is a process of its own, one after the other, against a fresh emulator in this one, which counts what arrives.
Schemathesis gets the document of `add_did`, a login, the phases coverage and fuzzing, and enough examples for about as
many requests; the loop sends `version`, the cheapest request there is. Run it with `python benchmarks/fuzzing.py`.

The rates are those of the whole process, start and reports included; `sending` is from the first request that arrived
to the last. `CPU ms` is processor time of the contender's own process for a request, which other work on the machine
changes least.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from support import START, VERSION

from conformance.contract.contract import Contract
from conformance.contract.load import load_contract
from conformance.contract.openapi import write
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.app import PATH, create_app
from conformance.emulator.config import Config
from conformance.emulator.respond import Response, honest
from conformance.emulator.server import running

REQUESTS = 1200
IN_FLIGHT = 8
EXAMPLES = 300
"""Of each of two operations, on top of some 600 of the coverage phase."""

LOGIN = '[parameters]\n"query.user" = "6666"\n"query.pass" = "1234"\n"body.user" = "6666"\n"body.pass" = "1234"\n'

LOOP = f"""
import asyncio, httpx
async def main(url):
    limits = httpx.Limits(max_connections={IN_FLIGHT}, max_keepalive_connections={IN_FLIGHT})
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:
        async def share():
            for _ in range({REQUESTS // IN_FLIGHT}):
                (await client.get(url + "?{VERSION}")).raise_for_status()
        await asyncio.gather(*(share() for _ in range({IN_FLIGHT})))
import sys
asyncio.run(main(sys.argv[1]))
"""


@dataclass
class Counting:
    """An honest emulator that notes when each request arrives, in seconds of the stopwatch."""

    arrivals: list[float] = field(default_factory=list)

    def __call__(self, contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        """The honest answer."""
        self.arrivals.append(time.perf_counter())
        return honest(contract, state, request, config, now)


@dataclass(frozen=True, slots=True)
class Measured:
    """How many requests arrived, the seconds of the whole process, from the first request to the last, and of CPU."""

    requests: int
    seconds: float
    sending: float
    processor: float

    @property
    def rate(self) -> float:
        """Requests per second of the whole process."""
        return self.requests / self.seconds

    @property
    def rate_sending(self) -> float:
        """Requests per second while there were any."""
        return self.requests / self.sending

    @property
    def processor_each(self) -> float:
        """Milliseconds of processor time for a request."""
        return 1000 * self.processor / self.requests


Command = Callable[[str, Path], Sequence[str]]
"""What starts a contender: of the URL and a folder of its own."""


def ours(url: str, folder: Path) -> Sequence[str]:
    """Our fuzzer, all searches."""
    target = files("conformance.emulator") / "target.toml"
    command = [
        sys.executable,
        "-c",
        START,
        "fuzz",
        url,
        "--target",
        str(target),
        "--allow-writes",
        "--rate",
        "0",
        "--quiet",
    ]
    return [*command, "--budget", str(REQUESTS), "--concurrency", str(IN_FLIGHT), "--report", str(folder / "report")]


def schemathesis(url: str, folder: Path) -> Sequence[str]:
    """Schemathesis' runner. Without `--continue-on-failure` it would stop an operation at the first failed check."""
    document, settings = folder / "add_did.json", folder / "schemathesis.toml"
    base = url.removesuffix(PATH)
    document.write_text(write(load_contract(), "add_did", base), "utf-8")
    settings.write_text(LOGIN, "utf-8")
    start = "from schemathesis.cli import schemathesis; schemathesis()"
    command = [sys.executable, "-c", start, "--config-file", str(settings), "run", str(document), "--url", base]
    command += ["--phases", "coverage,fuzzing", "--workers", str(IN_FLIGHT), "--continue-on-failure"]
    return [*command, "--max-examples", str(EXAMPLES), "--seed", "1"]


def bare(url: str, _folder: Path) -> Sequence[str]:
    """The loop."""
    return [sys.executable, "-c", LOOP, url]


CONTENDERS: dict[str, Command] = {"our fuzzer": ours, "Schemathesis": schemathesis, "bare httpx": bare}


def measured(name: str, command: Command) -> Measured:
    """Run one to its end. Raises RuntimeError if nothing of it arrived: a rate of nothing says nothing."""
    counting = Counting()
    app = create_app(Config(), behaviour=counting)
    with closing(app.state.store), TemporaryDirectory() as folder, running(Config(), app=app) as url:
        words = command(url, Path(folder))
        environment = {**os.environ, "VICIDIAL_EMULATOR_PASS": "1234"}
        start, used = time.perf_counter(), _processor()
        ended = subprocess.run(words, capture_output=True, text=True, check=False, env=environment, cwd=folder)
        seconds, processor = time.perf_counter() - start, _processor() - used
    arrivals = counting.arrivals
    if len(arrivals) < 2:
        said = f"{ended.stdout}{ended.stderr}"[-2000:]
        raise RuntimeError(f"{name} sent nothing and ended with {ended.returncode}: {said}")
    return Measured(len(arrivals), seconds, arrivals[-1] - arrivals[0], processor)


def _processor() -> float:
    """Seconds of processor time of the processes that have been waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the table, and our numbers beside the others'."""
    print("                requests   seconds     req/s   req/s sending   CPU ms each", flush=True)
    found = {}
    for name, command in CONTENDERS.items():
        found[name] = one = measured(name, command)
        row = f"{one.requests:8}   {one.seconds:7.1f}   {one.rate:7.1f}   {one.rate_sending:13.1f}"
        print(f"{name:14}  {row}   {one.processor_each:11.1f}", flush=True)
    first, *others = found.values()
    for name, one in zip(list(found)[1:], others, strict=True):
        sending, processor = first.rate_sending / one.rate_sending, first.processor_each / one.processor_each
        rates = f"req/s {first.rate / one.rate:.2f}, while sending {sending:.2f}"
        print(f"ours beside {name}: {rates}, CPU of a request {processor:.2f}")


if __name__ == "__main__":
    main()

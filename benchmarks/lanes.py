"""Does one connection a lane pay? Requests per second of our transport beside one shared httpx client, as ratios.

Both send the same requests to the same emulator, in turn, so that what else the machine does hits both alike.
Run it with `python benchmarks/lanes.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from statistics import median

import httpx
from support import VERSION, emulator, must_answer, timed

from conformance.contract.request import Request
from conformance.exchange import Reply
from conformance.run.transport import Transport

IN_FLIGHT = (1, 8, 16)
REQUESTS = 400
ROUNDS = 5
TIMEOUT = 30.0  # seconds

Send = Callable[[int], Awaitable[None]]


async def compare(url: str, lanes: int) -> tuple[float, float]:
    """The median rates of our transport and of a shared client, with that many requests in flight."""
    ours: list[float] = []
    shared: list[float] = []
    limits = httpx.Limits(max_connections=lanes, max_keepalive_connections=lanes)
    async with (
        Transport(url, lanes, TIMEOUT) as transport,
        httpx.AsyncClient(timeout=TIMEOUT, limits=limits, trust_env=False) as client,
    ):

        async def by_lane(lane: int) -> None:
            if not isinstance(await transport.send(Request(VERSION), lane), Reply):
                raise RuntimeError("the emulator did not answer")

        async def by_client(_lane: int) -> None:
            must_answer(await client.get(f"{url}?{VERSION}"))

        for send in (by_lane, by_client):
            await rate(send, lanes, lanes * 4)  # open the connections, load the code
        for _ in range(ROUNDS):
            ours.append(await rate(by_lane, lanes, REQUESTS))
            shared.append(await rate(by_client, lanes, REQUESTS))
    return median(ours), median(shared)


async def rate(send: Send, lanes: int, count: int) -> float:
    """Requests per second, each lane sending its share one after the other."""

    async def share(lane: int) -> None:
        for _ in range(count // lanes):
            await send(lane)

    seconds = await timed(asyncio.gather(*(share(lane) for lane in range(lanes))))
    return count // lanes * lanes / seconds


def main() -> None:
    """Print one row for each number of requests in flight."""
    print("in flight   a client a lane   one shared client   ratio")
    with emulator() as url:
        for lanes in IN_FLIGHT:
            ours, shared = asyncio.run(compare(url, lanes))
            print(f"{lanes:9}   {ours:11.0f} req/s   {shared:13.0f} req/s   {ours / shared:5.2f}")


if __name__ == "__main__":
    main()

"""An event loop in which nobody waits: when all that is left to do is later, it is later at once.

For servers in this process, which have no socket that something could arrive at. A server that pauses before its reply
takes as long as one that does not, and a pause that is longer than a run would wait still ends as a timeout.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Impatient(selectors.DefaultSelector):
    """A selector that does not wait for a time to come. `skipped` are the seconds that it did not wait."""

    skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now."""
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        self.skipped += timeout
        return super().select(0)


class ImpatientLoop(asyncio.SelectorEventLoop):
    """The loop. Its time runs ahead by all that it did not wait for."""

    def __init__(self) -> None:
        self._impatient = _Impatient()
        super().__init__(self._impatient)

    def time(self) -> float:
        """Seconds since some moment."""
        return super().time() + self._impatient.skipped


def waited(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine. `asyncio.run` would take over Ctrl-C each time, and be slow at that."""
    loop = ImpatientLoop()
    try:
        return loop.run_until_complete(work)
    except KeyboardInterrupt:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        raise
    finally:
        loop.run_until_complete(_ended())
        loop.close()


async def _ended() -> None:
    """Let replies that nobody read to their end be closed: what closes them begins only now."""
    await asyncio.sleep(0)
    left = asyncio.all_tasks() - {asyncio.current_task()}
    if left:
        await asyncio.wait(left, timeout=1)
    await asyncio.get_running_loop().shutdown_asyncgens()

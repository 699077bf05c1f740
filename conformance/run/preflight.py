"""The first call of a run: is there a VICIdial API at all, and which build?"""

from __future__ import annotations

import re

from conformance.cases.expand import Ground, request
from conformance.cases.model import Role, Step
from conformance.contract.model import Build
from conformance.contract.reply import parse_reply
from conformance.errors import TargetUnreachable
from conformance.exchange import Failure, Reply
from conformance.run.sender import Send

SANITY = Step("version", role=Role.NOBODY)

_SHOWN = 120


async def sanity(send: Send, ground: Ground, url: str) -> tuple[str, Build | None]:
    """The server's `version` line, and its build if it is one we can read. Raises TargetUnreachable."""
    tried = f"asked {url}?function=version"
    result = await send(request(SANITY, ground, 0), 0)
    if isinstance(result, Failure):
        raise TargetUnreachable(f"{tried}: {result.message}")
    return _version(result, tried)


def _version(reply: Reply, tried: str) -> tuple[str, Build | None]:
    lines = parse_reply(reply.body)
    if reply.status == 200 and lines and lines[0].status == "VERSION":
        return str(lines[0]), _build(str(lines[0].fields[0]))
    shown = re.sub(r"\s+", " ", reply.body)[:_SHOWN]
    came = (
        f"HTTP {reply.status}, {reply.content_type or 'no content type'}, {shown!r}"
        if shown
        else f"HTTP {reply.status} and nothing"
    )
    raise TargetUnreachable(f"{tried}: no VICIdial API answers there (no line 'VERSION: ...'); got {came}")


def _build(text: str) -> Build | None:
    try:
        return Build.parse(text)
    except ValueError:
        return None

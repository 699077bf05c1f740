"""HTTP Archive 1.2 of a run's exchanges, for the tools that read it. Written entry by entry: a run may be long.

What was masked in the exchanges is masked here. The moment at which a request left is not recorded, so every entry
has that of the run's beginning.
"""

from __future__ import annotations

from codecs import getwriter
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import IO, cast
from urllib.parse import parse_qsl

from harfile import Content, Creator, HarFile, PostData, Record, Request, Response, Timings

from conformance import __version__
from conformance.contract.request import FORM_TYPE
from conformance.report.exchanges import ExchangeLine
from conformance.report.files import whole_file

_HTTP = "HTTP/1.1"
_MOMENT = (
    "startedDateTime is when the run began: exchanges.jsonl has how long each reply took, not when it was asked for"
)


@dataclass(frozen=True, slots=True)
class HarCounts:
    """How many requests are in the file, and how many byte-level messages are not: they are no HTTP requests."""

    entries: int
    left_out: int


def write(lines: Iterable[ExchangeLine], url: str, started: str, path: Path) -> HarCounts:
    """Write the exchanges with `url` as a HAR file; `started` is ISO 8601. Raises UsageError if the disk does not."""
    entries = left_out = 0
    creator = Creator(name="vicidial-conformance", version=__version__)
    with whole_file(path) as file:
        text = cast("IO[str]", getwriter("utf-8")(file))
        with HarFile(text, creator=creator, comment=_MOMENT) as har:
            for line in lines:
                if line.wire is not None:
                    left_out += 1
                    continue
                _add(har, line, url, started)
                entries += 1
    return HarCounts(entries, left_out)


def _add(har: HarFile, line: ExchangeLine, url: str, started: str) -> None:
    waited = line.elapsed * 1000
    again = f", try {line.attempt}" if line.attempt > 1 else ""
    har.add_entry(
        startedDateTime=started,
        time=waited,
        request=_request(line, url),
        response=_response(line),
        timings=Timings(send=0, wait=waited, receive=0),
        comment=f"{line.case}, {line.purpose}, request {line.step}{again}",
    )


def _request(line: ExchangeLine, url: str) -> Request:
    form, json = line.form, (line.form or "").startswith("{")
    kind = "application/json" if json else FORM_TYPE
    return Request(
        method=line.method,
        url=f"{url}?{line.query}" if line.query else url,
        httpVersion=_HTTP,
        headers=[Record("Content-Type", kind)] if form is not None else [],
        queryString=[Record(name, value) for name, value in parse_qsl(line.query, keep_blank_values=True)],
        postData=PostData(mimeType=kind, text=form) if form is not None else None,
        bodySize=len((form or "").encode()),
    )


def _response(line: ExchangeLine) -> Response:
    """The reply; status 0, as browsers write it, where there is none."""
    body, kind = line.body or "", line.content_type or ""
    return Response(
        status=line.status or 0,
        statusText=_phrase(line.status),
        httpVersion=_HTTP,
        headers=[Record("Content-Type", kind)] if kind else [],
        content=Content(size=len(body.encode()), mimeType=kind, text=body),
        comment=line.trouble,
    )


def _phrase(status: int | None) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""

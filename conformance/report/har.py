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
from typing import IO, Protocol, cast
from urllib.parse import parse_qsl

from harfile import Content, Creator, HarFile, PostData, Record, Request, Response, Timings

from conformance import __version__
from conformance.contract.request import FORM_TYPE
from conformance.report.files import whole_file

_HTTP = "HTTP/1.1"
_MOMENT = (
    "startedDateTime is when the run began: exchanges.jsonl has how long each reply took, not when it was asked for"
)


class HarLine(Protocol):
    """One line of exchanges.jsonl, as far as it is told here."""

    @property
    def case(self) -> str:
        """The case's id."""

    @property
    def step(self) -> int:
        """The number of the request in its case."""

    @property
    def purpose(self) -> str:
        """Why it was sent."""

    @property
    def attempt(self) -> int:
        """Which try of the case it is of."""

    @property
    def method(self) -> str:
        """The HTTP method."""

    @property
    def query(self) -> str:
        """The query as it was sent."""

    @property
    def form(self) -> str | None:
        """The body, if there was one."""

    @property
    def status(self) -> int | None:
        """The HTTP status; None where there was no reply."""

    @property
    def content_type(self) -> str | None:
        """The content type of the reply."""

    @property
    def body(self) -> str | None:
        """The reply."""

    @property
    def elapsed(self) -> float:
        """Seconds until the reply was whole."""

    @property
    def trouble(self) -> str | None:
        """Why there is no reply."""

    @property
    def wire(self) -> str | None:
        """A byte-level message."""


@dataclass(frozen=True, slots=True)
class HarCounts:
    """How many requests are in the file, and how many byte-level messages are not: they are no HTTP requests."""

    entries: int
    left_out: int


def write(lines: Iterable[HarLine], url: str, started: str, path: Path) -> HarCounts:
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


def _add(har: HarFile, line: HarLine, url: str, started: str) -> None:
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


def _request(line: HarLine, url: str) -> Request:
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


def _response(line: HarLine) -> Response:
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

"""Whatever bytes arrive, the server lives on, sends no 5xx, and shows no password, PHP message, SQL or stack trace."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from hypothesis import settings

from conformance.cases.model import Case
from conformance.fuzz.search import Example, Search, Sending, drawing
from conformance.fuzz.wire import line_limit, messages
from conformance.run.finished import predicted

NUMBER = 9999
"""The number of the cases that look for the longest request line; they name no DID."""

LOOKING = 40
"""Requests that must be left to look for it: that takes up to 18 of them."""


def search(run: Sending) -> Search:
    """Byte-level messages, and lines around the longest that this server takes, if there is room to look for it."""

    def answered(case: Case) -> bool:
        alone = replace(case, steps=case.steps[:1])
        [record] = run.once([(alone, NUMBER)], predicted)
        return bool(record.exchanges) and record.exchanges[0].status == 200

    @cache
    def longest() -> int:
        return line_limit(answered)

    def generate(example: Example, number: int, how: settings) -> None:
        drawing(messages(longest() if run.room >= LOOKING else 0))(example, number, how)

    return Search("wire", __doc__, generate)

"""Whatever bytes arrive, the server lives on, sends no 5xx, and shows no password, PHP message, SQL or stack trace."""

from __future__ import annotations

from hypothesis import settings

from conformance.cases.model import Case
from conformance.fuzz.search import Example, Search, Sending, drawing
from conformance.fuzz.wire import line_limit, messages
from conformance.run.engine import predicted

NUMBER = 9999
"""The number of the cases that look for the longest request line; they name no DID."""


def search(run: Sending) -> Search:
    """Byte-level messages, and request lines around the longest that this server takes, found by bisection."""

    def answered(case: Case) -> bool:
        [record] = run.once([(case, NUMBER)], predicted)
        return bool(record.exchanges) and record.exchanges[0].status == 200

    def generate(example: Example, number: int, how: settings) -> None:
        drawing(messages(line_limit(answered)))(example, number, how)

    return Search("wire", __doc__, generate)

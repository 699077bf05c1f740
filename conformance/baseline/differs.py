"""What a failed case got, in a form that is the same in every run against one server."""

from __future__ import annotations

import re
from collections.abc import Iterable

from conformance.baseline.model import Differs
from conformance.compare.normal import Normal, shortened
from conformance.contract.reply import Aspect, parse_line
from conformance.contract.request import Request
from conformance.contract.sanitise import as_text
from conformance.report.model import CaseResult
from conformance.run.record import ExchangeLine
from conformance.verdict.model import Difference

_NO_LINE_FEED = "none"


def differs(result: CaseResult, lines: Iterable[ExchangeLine], normal: Normal) -> frozenset[Differs]:
    """What nothing explains in the first try of a failed case. Raises KeyError if its exchanges are not among these."""
    first = {line.step: line for line in lines if line.attempt == 1 and line.purpose != "cleanup"}
    users = _users(first.values(), normal)
    return frozenset(
        Differs(d.step, d.line, d.aspect, shortened(users.sub("<user>", _got(d, first[d.step], normal))))
        for d in result.differences
        if d.deviation is None
    )


def _users(lines: Iterable[ExchangeLine], normal: Normal) -> re.Pattern[str]:
    """Who asked, wherever a reply names them: the normal form only knows the places where replies usually do."""
    sent = (Request(line.query, line.form, line.method).parameters.values for line in lines)
    names = sorted({normal.bare(as_text(values.get("user", b""))) for values in sent} - {""}, key=len, reverse=True)
    return re.compile(rf"(?<![0-9A-Za-z<])(?:{'|'.join(map(re.escape, names)) or '(?!)'})(?![0-9A-Za-z])")


def _got(difference: Difference, reply: ExchangeLine, normal: Normal) -> str:
    if difference.line:
        return _part(normal.lines(reply)[difference.line - 1], Aspect(difference.aspect))
    if difference.aspect == Aspect.EFFECT:
        return normal(reply)
    if difference.aspect == Aspect.LINES and difference.got != _NO_LINE_FEED:
        return " / ".join(normal.lines(reply)).removesuffix(" / ")
    return normal.bare(difference.got)


def _part(line: str, aspect: Aspect) -> str:
    """That part of a line, or all of it if the aspect is none of its parts."""
    if aspect is Aspect.LINES:
        return line
    part = parse_line(line).aspect(aspect)
    return "|".join(map(str, part)) if isinstance(part, tuple) else str(part)

"""Bugs of replies: what is around the text, what is lost of it, what status it has, whose reply it is."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from conformance.emulator.faults.asked import DID, Asked
from conformance.emulator.faults.by_hand import bug, by_hand, joined, lines, remembering, reworded, succeeded
from conformance.emulator.faults.model import Fault
from conformance.emulator.respond import HTML, Response

SCRIPT = "/srv/www/htdocs/vicidial/non_agent_api.php"
WARNING = f"<br />\n<b>Warning</b>:  Undefined variable $did in <b>{SCRIPT}</b> on line <b>12</b><br />\n"
TRACE = "PHP Fatal error:  Uncaught TypeError: strlen(): Argument #1\nStack trace:\n#0 {main}\n"
QUERY = "SELECT count(*) from vicidial_inbound_dids where did_pattern='999';"


def _headers(**headers: str) -> Mapping[str, str]:
    return {**HTML, **{name.replace("_", "-"): value for name, value in headers.items()}}


def _sent_with(headers: Mapping[str, str], asked: Asked) -> Response:
    return replace(asked.honestly(), headers=headers)


def _typed(rule: str, title: str, content_type: str) -> Fault:
    return by_hand(f"replies/{rule}", title, partial(_sent_with, _headers(content_type=content_type)))


def _status(rule: str, title: str, words: str, status: int) -> Fault:
    """Another HTTP status for replies that have these words in them."""

    def answer(asked: Asked) -> Response:
        response = asked.honestly()
        return replace(response, status=status) if re.search(words, response.body.decode()) else response

    return by_hand(f"replies/{rule}", title, answer)


def _where(words: str, change: Callable[[str], str], body: str) -> str:
    """The change, in bodies that have these words in them."""
    return change(body) if re.search(words, body) else body


def _words(rule: str, title: str, words: str, change: Callable[[str], str]) -> Fault:
    return reworded(f"replies/{rule}", title, partial(_where, words, change))


def _pattern_as(change: Callable[[str], str], asked: Asked) -> Response:
    """The number is printed otherwise than it was understood."""
    response = asked.honestly()
    clean = asked.value("did_pattern")
    if not clean or asked.calls == "version":
        return response
    body = re.sub(rf"(?<=\|){re.escape(clean)}(?=[|\n])", lambda _: change(clean), response.body.decode())
    return replace(response, body=body.encode())


@bug("replies/number-as-sent", "Numbers are printed as they were sent")
def _pattern_as_sent(asked: Asked) -> Response:
    return _pattern_as(lambda _: asked.sent("did_pattern"), asked)


@bug("replies/number-as-stored", "Numbers are printed as they are stored")
def _pattern_as_stored(asked: Asked) -> Response:
    row = asked.state.find(DID, (asked.value("did_pattern"),), exact=False)
    return _pattern_as(lambda clean: row.name if row is not None else clean, asked)


@bug("replies/password", "A success tells the password")
def _with_password(asked: Asked) -> Response:
    response = asked.honestly()
    if not succeeded(response):
        return response
    return replace(response, body=response.body[:-1] + f"|{asked.value('pass')}\n".encode())


@dataclass
class Cache:
    """A request that was answered before is answered so again, and nothing is done."""

    changing: bool
    known: dict[str, Response] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Response:
        """Answer from memory what is in it; without `changing` only what changed nothing is kept."""
        key = f"{asked.request.method} {asked.request.query} {asked.request.form}"
        if key not in self.known:
            response = asked.honestly()
            if not self.changing and succeeded(response):
                return response
            self.known[key] = response
            return response
        return replace(self.known[key], changes=())


@dataclass
class Behind:
    """Each reply is that of the request before."""

    last: Response = field(default_factory=lambda: Response(200, HTML, b""))

    def __call__(self, asked: Asked) -> Response:
        """Do what is asked, and say what was to be said before."""
        self.last, said = asked.honestly(), self.last
        return replace(said, changes=self.last.changes)


@dataclass
class Every:
    """Every so many-th reply is spoilt."""

    number: int
    spoilt: Callable[[Response, Response], Response]
    seen: int = 0
    earlier: deque[Response] = field(default_factory=lambda: deque(maxlen=2))

    def __call__(self, asked: Asked) -> Response:
        """Answer honestly but for some replies."""
        response = asked.honestly()
        self.seen += 1
        before = self.earlier[-1] if self.earlier else response
        self.earlier.append(response)
        return self.spoilt(response, before) if self.seen % self.number == 0 else response


def _emptied(response: Response, _: Response) -> Response:
    return replace(response, body=b"")


def _gateway(response: Response, _: Response) -> Response:
    return replace(response, status=502, body=b"<html><body><h1>502 Bad Gateway</h1></body></html>\n")


def _crossed(response: Response, before: Response) -> Response:
    return replace(before, changes=response.changes)


def _unlucky(begin: int, spoilt: Callable[[Response, Response], Response]) -> Callable[[], Every]:
    return lambda: Every(begin, spoilt)


FAULTS = (
    reworded("replies/html-around", "There is a page around the text", lambda b: f"<html><body>{b}</body></html>"),
    reworded("replies/pre-around", "The text is preformatted", lambda body: f"<pre>\n{body}</pre>\n"),
    reworded("replies/byte-order-mark", "A byte order mark comes first", lambda body: f"\ufeff{body}"),
    reworded("replies/carriage-returns", "Lines end as on Windows", lambda body: body.replace("\n", "\r\n")),
    reworded("replies/no-line-feed", "There is no line feed at the end", lambda body: body.removesuffix("\n")),
    reworded("replies/breaks", "Lines end in <br>", lambda body: body.replace("\n", "<br>\n")),
    reworded("replies/empty-line-after", "An empty line comes last", lambda body: f"{body}\n"),
    reworded("replies/empty-line-before", "An empty line comes first", lambda body: f"\n{body}"),
    reworded("replies/space-before", "A space comes first", lambda body: f" {body}"),
    reworded("replies/space-after", "A space ends each line", lambda body: body.replace("\n", " \n")),
    reworded("replies/bar-after", "A bar ends each line", lambda body: body.replace("\n", "|\n")),
    reworded("replies/bars-spaced", "There are spaces around bars", lambda body: body.replace("|", " | ")),
    reworded("replies/lower-case", "Replies are in lower case", str.lower),
    reworded(
        "replies/status-only",
        "Nothing but the status word is sent",
        lambda b: joined(x.partition(":")[0] for x in lines(b)),
    ),
    reworded(
        "replies/status-missing", "The status word is missing", lambda b: joined(x.partition(": ")[2] for x in lines(b))
    ),
    reworded("replies/as-json", "Replies are JSON", lambda body: json.dumps({"reply": body})),
    reworded("replies/twice", "Each reply comes twice", lambda body: body * 2),
    reworded("replies/cut", "Replies are cut to 60 characters", lambda body: body[:60]),
    reworded("replies/empty", "Every reply is empty", lambda _: ""),
    reworded(
        "replies/always-success", "Every reply is a success", lambda b: re.sub(r"(?m)^(ERROR|NOTICE):", "SUCCESS:", b)
    ),
    reworded(
        "replies/always-error", "Every reply is an error", lambda b: re.sub(r"(?m)^(SUCCESS|NOTICE):", "ERROR:", b)
    ),
    reworded("replies/no-notices", "A notice is called a success", lambda b: re.sub(r"(?m)^NOTICE:", "SUCCESS:", b)),
    reworded("replies/escaped", "Bars are escaped", lambda body: body.replace("|", "&#124;")),
    reworded("replies/plus-escaped", "A plus is printed as %2B", lambda body: body.replace("+", "%2B")),
    reworded("replies/plus-missing", "A plus is not printed", lambda body: body.replace("|+", "|")),
    reworded("replies/warning-before", "PHP warns before the text", lambda body: WARNING + body),
    reworded(
        "replies/notice-after", "PHP has a notice after the text", lambda b: b + WARNING.replace("Warning", "Notice")
    ),
    reworded("replies/debug-comment", "A comment tells how long it took", lambda b: f"{b}<!-- 3 ms -->\n"),
    _words("added-empty", "A DID that was added is told of with nothing", r"SUCCESS: add_did", lambda _: ""),
    _words("deleted-empty", "A deletion is told of with nothing", r"BEEN DELETED", lambda _: ""),
    _words(
        "trace-on-missing", "A DID that is missing gives a stack trace", r"DOES NOT EXIST", lambda body: body + TRACE
    ),
    _words(
        "sql-on-exists", "A DID that exists gives the query", r"add_did DID ALREADY", lambda body: f"{body}{QUERY}\n"
    ),
    _words("sql-on-success", "A success gives the query", r"^SUCCESS", lambda body: f"{QUERY}\n{body}"),
    _words(
        "quoted-user",
        "The user's name is quoted in permission errors",
        r"PERMISSION",
        lambda b: re.sub(r"\|(\w+)\|", r"|'\1'|", b, count=1),
    ),
    _words(
        "menu-as-group",
        "A bad menu_id is told of as a bad group",
        r"MENU ID",
        lambda b: b.replace("MENU ID MUST BE A VALID CALL MENU", "GROUP ID MUST BE A VALID INBOUND GROUP"),
    ),
    _words(
        "limits-in-words", "The limits of messages are missing", r"CHARACTERS", lambda b: re.sub(r"\d+ TO \d+ ", "", b)
    ),
    _words("did-id-zero", "A deletion tells of did_id 0", r"BEEN DELETED", lambda b: re.sub(r"\d+\n", "0\n", b)),
    _words(
        "did-id-hashed",
        "A deletion tells of a did_id in letters",
        r"BEEN DELETED",
        lambda b: re.sub(r"(\d+)\n", r"id\1\n", b),
    ),
    _words(
        "no-updates-success",
        "An update without fields is a success",
        r"NO UPDATES",
        lambda b: b.replace("NOTICE", "SUCCESS").replace("NO UPDATES DEFINED", "DID HAS BEEN UPDATED"),
    ),
    _words(
        "one-source-error", "A refused source has one line", r"Invalid Source", lambda body: joined(lines(body)[:1])
    ),
    _pattern_as_sent,
    _pattern_as_stored,
    by_hand("replies/number-lower-case", "Numbers are printed in lower case", partial(_pattern_as, str.lower)),
    by_hand("replies/number-cut", "Numbers are printed with 20 characters", partial(_pattern_as, lambda p: p[:20])),
    by_hand(
        "replies/number-digits",
        "Numbers are printed without punctuation",
        partial(_pattern_as, lambda p: re.sub(r"[^0-9A-Za-z]", "", p)),
    ),
    _with_password,
    _status("error-is-400", "Errors have HTTP status 400", r"^ERROR", 400),
    _status("permission-is-403", "A missing permission has HTTP status 403", r"PERMISSION", 403),
    _status("login-is-401", "A failed login has HTTP status 401", r"Login incorrect", 401),
    _status("missing-is-404", "A DID that is missing has HTTP status 404", r"NOT EXIST", 404),
    _status("exists-is-409", "A DID that exists has HTTP status 409", r"ALREADY EXISTS", 409),
    _status("added-is-201", "A DID that was added has HTTP status 201", r"^SUCCESS: add_did", 201),
    _status("deleted-is-500", "A deletion has HTTP status 500", r"BEEN DELETED", 500),
    _status("success-is-500", "A success has HTTP status 500", r"^SUCCESS", 500),
    _status("everything-is-500", "Every reply has HTTP status 500", r"", 500),
    _typed("plain-text", "Replies are plain text", "text/plain; charset=utf-8"),
    _typed("json-type", "Replies are said to be JSON", "application/json"),
    _typed("no-charset", "Replies do not name their charset", "text/html"),
    _typed("latin-charset", "Replies are said to be Latin-1", "text/html; charset=iso-8859-1"),
    remembering(
        "replies/cached", "A request that was answered before is answered so again", lambda: Cache(changing=True)
    ),
    remembering("replies/errors-cached", "An error or a notice is given again", lambda: Cache(changing=False)),
    remembering("replies/behind", "Each reply is that of the request before", Behind),
    remembering("replies/every-10th-empty", "Every tenth reply is empty", _unlucky(10, _emptied)),
    remembering("replies/every-50th-empty", "Every fiftieth reply is empty", _unlucky(50, _emptied)),
    remembering("replies/every-50th-gateway", "Every fiftieth reply is a proxy's", _unlucky(50, _gateway)),
    remembering(
        "replies/every-50th-crossed", "Every fiftieth reply is that of the request before", _unlucky(50, _crossed)
    ),
    remembering("replies/500th-empty", "Every five hundredth reply is empty", _unlucky(500, _emptied)),
)

"""What byte-level messages are made of: one that is well-formed, and all that may be wrong with it. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.cases.expand import UNKNOWN_USER, WRONG_PASSWORD
from conformance.cases.model import OWN_DID_LENGTH
from conformance.contract.request import FORM_TYPE

DID = "<did>"

LOGIN = f"source={DID}&user={UNKNOWN_USER}{DID}&pass={WRONG_PASSWORD}"
"""Nobody's: the name is too long for a user's, and the run's own."""

VERSION = "function=version"

CALLS = (
    VERSION,
    f"{LOGIN}&function=nosuch",
    f"{LOGIN}&function=campaigns_list",
    f"did_pattern={DID}&active=N&{LOGIN}&function=add_did",
    f"did_pattern={DID}&delete_did=Y&{LOGIN}&function=update_did",
)
"""What is called. A DID stands before the function, so that no part of a call names a part of the DID."""


@dataclass(frozen=True, slots=True)
class Message:
    """A request by its parts, each as it goes out; `version` None leaves out the space before it too."""

    method: str = "GET"
    target: str = f"<path>?{VERSION}"
    version: str | None = "HTTP/1.1"
    headers: tuple[str, ...] = ("Host: <host>", "Connection: close")
    body: str = ""
    eol: str = "\r\n"

    def __str__(self) -> str:
        line = f"{self.method} {self.target}" + ("" if self.version is None else f" {self.version}")
        return self.eol.join([line, *self.headers, "", self.body])


def size(text: str) -> int:
    """Bytes of a text once its DIDs are filled in."""
    return len(text.replace(DID, "9" * OWN_DID_LENGTH))


METHODS = (
    *("POST", "HEAD", "PUT", "OPTIONS", "DELETE", "PATCH", "PROPFIND", "TRACE", "CONNECT", "PRI", "M-SEARCH"),
    *("get", "Get", "head", "post", "", " GET", "GET ", "GET\t", "G ET", "G\0T", "G\xc9T", "\xff\xfe", "!", "X" * 300),
)

VERSIONS = (
    *(None, "", "HTTP/0.9", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/3", "HTTP/1", "HTTP/", "HTTP/1.10", "HTTP/01.1"),
    *("HTTP/-1.1", "HTTP/99999999999.1", "http/1.1", "HTTX/1.1", "HTTP/1.1 HTTP/1.1", "HTTP/1.1\0", "\xff", "x" * 300),
)

TARGETS = (
    *("*", "", "/", "?", "<host>", f"?{VERSION}", "<path>", "<path>?", f"<path>?{VERSION}#nosuch"),
    f"<path>#?{VERSION}",
    *(f"http://<host><path>?{VERSION}", f"HTTPS://<host><path>?{VERSION}", f"http:<path>?{VERSION}", "http://"),
    *(
        f"http://nosuchhost.invalid<path>?{VERSION}",
        f"http://<host>:99999<path>?{VERSION}",
        f"http://[x<path>?{VERSION}",
    ),
    *(
        f"/<path>?{VERSION}",
        f"/.<path>?{VERSION}",
        f"/%2e%2e<path>?{VERSION}",
        f"<path>%00?{VERSION}",
        f"<path>?{VERSION}?",
    ),
)
"""Addresses in every form of RFC 9112, section 3.2, and in none."""

JUNK = (
    *("%", "%G1", "%0", "%u0041", "%00", "%C0%AF", "%80", "%ff", "%E2%82", "%2", "%%41", "%25%30", "%0d%0a", "%2B"),
    *(
        " ",
        "\t",
        "\0",
        "\x0b",
        "\x7f",
        "\x80",
        "\xff",
        "\xc3(",
        "\xc0\xaf",
        "\r",
        "\n",
        "#",
        "?",
        "\\",
        '"',
        "&",
        "=",
        ";",
    ),
)
"""Pieces of a value: broken percent-encoding, bytes that are no UTF-8, characters that no target may have."""

NOISE = "".join(c for c in map(chr, range(256)) if not (c.isascii() and c.isalnum()) and c not in "'[<")
"""Any other byte, but no letters and digits, which could name somebody, and nothing with an answer of its own."""

HEADERS = (
    *("Host: <host>", "Host: nosuchhost.invalid", "Host:", "Host: a b", "Host: <host>:99999", "host : <host>"),
    *("Content-Length: 0", "Content-Length: 5", "Content-Length: -1", "Content-Length: x", "Content-Length: 0x10"),
    *("Content-Length:", "Content-Length: 5, 5", "Content-Length: +5", f"Content-Length: {'9' * 30}"),
    *("Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Transfer-Encoding: chunked, chunked"),
    *("Transfer-Encoding: x", "Transfer-Encoding : chunked", "Transfer-Encoding:\x0bchunked", "Transfer-Encoding:"),
    *(
        " folded: x",
        "X: a\r\n b",
        "X: a\r b",
        "X: a\n b",
        "nocolon",
        ": x",
        ":",
        "X y: z",
        "X\0: y",
        "X: \0",
        "X: \x80\xff",
    ),
    *("\xff: x", "X: " + "\t" * 50, "Expect: 100-continue", "Expect: x", "Connection: keep-alive", "Connection: \0"),
    *("Connection: Upgrade", "Upgrade: websocket", "Upgrade: h2c", "HTTP2-Settings: x", "Range: bytes=0-", "TE: x"),
    *("Content-Type: \xff", "Content-Type: text/html; charset=x", "Accept-Encoding: x", "Accept: \xff", "Cookie: ;;=;"),
)

HEADER_SIZES = (1000, 8180, 8190, 8200, 16_390, 65_530, 65_540, 100_000)
"""Characters of one header: around the limits of servers."""

HEADER_COUNTS = (50, 99, 100, 101, 200, 1000)
"""Headers of one request: the same."""

EOLS = ("\n", "\r", "\n\r", "\r\r\n", " \r\n", "\r\n ")

BOUNDARY = "wire"


def posted(body: str, *headers: str) -> Message:
    """A message with a body and these headers about it."""
    return Message("POST", "<path>", headers=("Host: <host>", "Connection: close", *headers), body=body)


def form(body: str, off: int = 0, *headers: str) -> Message:
    """A form of which `off` bytes too many are announced."""
    return posted(body, f"Content-Type: {FORM_TYPE}", f"Content-Length: {size(body) + off}", *headers)


def bodies(call: str) -> tuple[Message, ...]:
    """A call in a body: as a form with a wrong length, in chunks, in parts, as JSON, announced as what it is not."""
    chunked = (f"Content-Type: {FORM_TYPE}", "Transfer-Encoding: chunked")
    parts = _parts(call)
    return (
        *(form(call, off) for off in (0, -1, -20, 1, 1000)),
        form(call, 0, f"Content-Length: {size(call) + 5}"),
        form(call, 0, "Transfer-Encoding: chunked"),
        form(call, 0, "Content-Encoding: gzip"),
        posted(call),
        posted(call, f"Content-Length: {size(call)}"),
        posted(call, "Content-Type: text/plain", f"Content-Length: {size(call)}"),
        posted(_json(call), "Content-Type: application/json", f"Content-Length: {size(_json(call))}"),
        *(posted(body, *chunked) for body in _chunks(call)),
        *(_multipart(body) for body in (parts, parts.removesuffix("--\r\n"), parts.replace("\r\n\r\n", "\r\n"))),
        _multipart(parts, "; boundary=other"),
        _multipart(parts, ""),
    )


def _multipart(body: str, boundary: str = f"; boundary={BOUNDARY}") -> Message:
    return posted(body, f"Content-Type: multipart/form-data{boundary}", f"Content-Length: {size(body)}")


def _chunks(call: str) -> tuple[str, ...]:
    """The call as one chunk, whose size is right or wrong or no size."""
    sizes = (f"{size(call):x}", f"{size(call) - 1:x}", f"{size(call) + 1:x}", "zz", "-1", "f" * 20, "", "0", "5;x=\0")
    return (*(f"{number}\r\n{call}\r\n0\r\n\r\n" for number in sizes), f"{size(call):x}\r\n{call}")


def _pairs(call: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (pair.partition("=") for pair in call.split("&"))]


def _parts(call: str) -> str:
    said = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}'
    inner = "".join(f"--{BOUNDARY}\r\n{said.format(*pair)}\r\n" for pair in _pairs(call))
    return f"{inner}--{BOUNDARY}--\r\n"


def _json(call: str) -> str:
    return "{" + ", ".join(f'"{name}": "{value}"' for name, value in _pairs(call)) + "}"

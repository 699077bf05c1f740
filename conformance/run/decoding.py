"""Every reading of a text: as it is, and with what was percent-encoded, escaped or packed into base64 or hex undone.

Text has one character a byte here, as UTF-8 is read as latin-1, so that an escaped byte and an escaped character meet
in one form. A view knows where in the text each of its bytes came from; that is worked out only when somebody asks.
"""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from binascii import a2b_base64, unhexlify
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html.entities import html5
from itertools import accumulate
from typing import NamedTuple

Span = tuple[int, int]
"""Where something begins, and where it has ended."""

DEPTH = 4
"""How many encodings, one within the other, are undone."""


def as_bytes(text: str) -> str:
    """A text with one character for each byte of its UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("latin-1")


def as_text(octets: str) -> str:
    """The text that `as_bytes` made such characters of."""
    return octets if octets.isascii() else octets.encode("latin-1").decode("utf-8", "surrogatepass")


class View(NamedTuple):
    """One reading of a text. `is_packed` is whether base64 or hex was undone for it: most of that is noise."""

    text: str
    is_packed: bool = False
    of: View | None = None
    by: Escapes | Packing | None = None

    def sources(self, spans: Sequence[Span]) -> Sequence[Span]:
        """Where parts of this view stand in the text itself."""
        if self.of is None or self.by is None:
            return spans
        return self.of.sources(self.by.sources(self.of.text, spans))


def views(text: str, packed: re.Pattern[str]) -> Iterator[View]:
    """The text and all of its decodings, at the most `DEPTH` of them one within the other; none comes twice.

    Base64 and hex are undone where `packed` is found, and where they can be ASCII, which may hold escapes.
    """
    found, known = [View(text)], {text}
    yield from found
    for _ in range(DEPTH):
        found = [made for view in found for made in _decodings(view, packed, known)]
        if not found:
            return
        yield from found


def _decodings(view: View, packed: re.Pattern[str], known: set[str]) -> Iterator[View]:
    for decoder in decoders(view.text, packed):
        text = decoder.decode(view.text)
        if text not in known:
            known.add(text)
            yield View(text, view.is_packed or decoder in _PACKINGS, view, decoder)


def decoders(text: str, packed: re.Pattern[str]) -> tuple[Escapes | Packing, ...]:
    """Those that there may be something for in a text."""
    is_packed = packed.search(text) or _ASCII_IN_BASE64.search(text) or _ASCII_IN_HEX.search(text)
    return (_ESCAPES if _SIGN.search(text) else ()) + (_PACKINGS if is_packed else ())


def packed(texts: Collection[str]) -> re.Pattern[str]:
    """What there is in a text if one of these, or that with escapes, stands there in base64 or hex.

    It may be there without them as well. Of long ones in ASCII nothing need be looked for: `views` meets them anyway.
    """
    if not all(map(str.isascii, texts)):
        return _SYMBOLS
    short = sorted(text for text in texts if not _MUCH_ASCII.search(text))
    return re.compile("|".join(re.escape(written) for text in short for written in _written(text)) or "(?!)")


def _written(text: str) -> Iterator[str]:
    """These bytes in hex, and in base64 whatever stands before and after them."""
    data = text.encode("latin-1")
    yield from (data.hex(), data.hex().upper())
    for before in range(3):
        symbols = b64encode(bytes(before) + data)[-(-before * 8 // 6) : (before + len(data)) * 8 // 6].decode()
        yield from {symbols, symbols.translate(_URL)}


@dataclass(frozen=True)
class Escapes:
    """A way to write single characters; `meant` is what an escape stands for."""

    pattern: re.Pattern[str]
    meant: Callable[[re.Match[str]], str]

    def decode(self, text: str) -> str:
        """The text with every escape undone."""
        return self.pattern.sub(self.meant, text)

    def sources(self, text: str, spans: Iterable[Span]) -> list[Span]:
        """Where parts of the decoded text came from: an escape counts as a whole."""
        starts, escapes = [-1], [((0, 0), 0)]
        gone = 0
        for match in self.pattern.finditer(text):
            starts.append(match.start() - gone)
            gone += len(match[0]) - len(self.meant(match))
            escapes.append((match.span(), match.end() - gone))

        def place(at: int) -> Span:
            (start, end), ends = escapes[bisect_right(starts, at) - 1]
            return (start, end) if at < ends else (end + at - ends, end + at - ends + 1)

        return [(place(start)[0], place(end - 1)[1]) for start, end in spans]


@dataclass(frozen=True)
class Packing:
    """A way to write bytes as symbols of so many `bits`, undone from each place where a `group` of them may begin.

    Lines that were broken are whole again. Between other runs of symbols stand as many as make a group of zeros, so
    that the one does not run into the next.
    """

    bits: int
    group: str
    symbol: str
    unpack: Callable[[str], bytes]

    def decode(self, text: str) -> str:
        """All that the symbols may stand for, one reading after the other."""
        return _BETWEEN.join(self._readings(text))

    def _readings(self, text: str) -> list[str]:
        whole = re.sub(f"(?<={self.symbol})\r?\n(?={self.symbol})", "", text)
        symbols = self.group.join(re.findall(f"{self.symbol}+", whole))
        return [self.unpack(symbols[first:]).decode("latin-1") for first in range(len(self.group))]

    def sources(self, text: str, spans: Iterable[Span]) -> list[Span]:
        """Where parts of a decoding came from: all symbols that stand side by side with those of the part."""
        runs = [match.span() for match in re.finditer(f"{self.symbol}+", text)]
        starts, at, before = [], 0, 0
        for start, end in runs:
            at += 0 if before == 0 or text[before:start] in _LINE_BREAKS else len(self.group)
            starts.append(at)
            at, before = at + end - start, end
        readings = list(accumulate((len(reading) + 1 for reading in self._readings(text)), initial=0))

        def run(place: int, bit: int) -> Span:
            reading = bisect_right(readings, place) - 1
            symbol = reading + (8 * (place - readings[reading]) + bit) // self.bits
            return runs[bisect_right(starts, symbol) - 1]

        return [(run(start, 0)[0], run(end - 1, 7)[1]) for start, end in spans]


def _character(code: int, escape: str) -> str:
    """A character; where there is none with this number, its escape."""
    return as_bytes(chr(code)) if code <= sys.maxunicode else escape


def _units(code: str, escape: str) -> str:
    """A character by its number, or by the two that UTF-16 has for it, in hexadecimal digits."""
    if len(code) == 4:
        return _character(int(code, 16), escape)
    return as_bytes(bytes.fromhex(code[:4] + code[-4:]).decode("utf-16-be", "surrogatepass"))


def _percent(match: re.Match[str]) -> str:
    byte, code = match.groups()
    return chr(int(byte, 16)) if byte else _units(code, match[0])


def _entity(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return as_bytes(html5.get(f"{name};", match[0]))
    return _character(int(decimal) if decimal else int(hexadecimal, 16), match[0])


_CONTROLS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def _backslash(match: re.Match[str]) -> str:
    code, eight, braced, byte, octal, other = match.groups()
    if code:
        return _units(code, match[0])
    if byte or octal:
        return chr(int(byte, 16) if byte else int(octal, 8))
    return _CONTROLS.get(other, other) if other else _character(int(eight or braced, 16), match[0])


def _from_base64(symbols: str) -> bytes:
    return a2b_base64(symbols.translate(_STANDARD) + "A" * (-len(symbols) % 4))


def _from_hex(symbols: str) -> bytes:
    return unhexlify(symbols[: len(symbols) // 2 * 2])


_URL = str.maketrans("+/", "-_")
_STANDARD = str.maketrans("-_", "+/")

_HALF = "[Dd][89A-Fa-f][0-9A-Fa-f]{2}"

_ESCAPES = (
    Escapes(re.compile(f"%(?:([0-9A-Fa-f]{{2}})|u({_HALF}%u{_HALF}|[0-9A-Fa-f]{{4}}))"), _percent),
    Escapes(
        re.compile("&(?:#0*([0-9]{1,7});?|#[Xx]0*([0-9A-Fa-f]{1,6});?|([A-Za-z][0-9A-Za-z]{1,31});)"),
        _entity,
    ),
    Escapes(
        re.compile(
            rf"\\(?:u({_HALF}\\u{_HALF}|[0-9A-Fa-f]{{4}})"
            r"|U([0-9A-Fa-f]{8})|u\{([0-9A-Fa-f]{1,8})\}"
            r"|x([0-9A-Fa-f]{2})|([0-3][0-7]{2})|([abfnrtv -/:-@\[-`{-~]))"
        ),
        _backslash,
    ),
)
_SIGN = re.compile(r"[%\\]|&(?:#|[A-Za-z][0-9A-Za-z]{1,31};)")
_BETWEEN = "\0"
_LINE_BREAKS = ("\n", "\r\n")
_PACKINGS = (Packing(6, "AAAA", "[-+/_0-9A-Za-z]", _from_base64), Packing(4, "00", "[0-9A-Fa-f]", _from_hex))

_THREE = "[I-Za-f][C-HS-Xi-nyz0-3][ABEFIJMNQRUVYZcdghklopstwx014589]"
_ASCII_IN_BASE64 = re.compile(f"{_THREE}[-+/_0-9A-Za-z]{_THREE}")
_SYMBOLS = re.compile("[-+/_0-9A-Za-z]{6}")
_MUCH_ASCII = re.compile("[ -~]{7}")  # wherever in base64 it begins, it has _THREE twice
_ASCII_IN_HEX = re.compile("[2-7][0-9A-Fa-f]" * 5)

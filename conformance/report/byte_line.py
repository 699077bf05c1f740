"""A shell line that sends a byte-level message again. It holds no password, for such a message never does."""

from __future__ import annotations

import re
import shlex
from itertools import groupby
from urllib.parse import urlsplit

from conformance.contract.wire import filled

RUN = 100
"""How often a character must stand in a row to be written once, with its number."""

_PORTS = {"http": 80, "https": 443}
_PLAIN = re.compile(r"[ -~]")


def byte_line(wire: str, url: str) -> str:
    """A line for a POSIX shell with printf that sends the message to `url`, byte for byte."""
    message = filled(wire, url).decode("latin-1")
    return f"{printing(message)} | {_connection(url)}"


def printing(message: str) -> str:
    """A command that prints these bytes. What stands very often in a row is printed by a command of its own."""
    commands: list[str] = []
    text = ""
    for character, group in groupby(message):
        count = len(list(group))
        if count < RUN:
            text += character * count
            continue
        commands += [*_printed(text), f"printf '%0{count}d' 0 | tr 0 '{_escaped(character)}'"]
        text = ""
    commands += _printed(text)
    return commands[0] if len(commands) == 1 else f"{{ {'; '.join(commands)}; }}"


def _printed(text: str) -> list[str]:
    if not text:
        return []
    first = r"\055" if text[0] == "-" else _formatted(text[0])  # or it would begin an option
    return [f"printf '{first}{''.join(map(_formatted, text[1:]))}'"]


def _formatted(character: str) -> str:
    return "%%" if character == "%" else _escaped(character)


def _escaped(character: str) -> str:
    """One byte between single quotes: in octal, which every printf and tr knows, unless it is plain."""
    named = {"\r": r"\r", "\n": r"\n", "\t": r"\t"}
    if character in named:
        return named[character]
    return character if _PLAIN.match(character) and character not in "'\\" else f"\\{ord(character):03o}"


def _connection(url: str) -> str:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80)
    if parts.scheme != "https":
        return f"nc {shlex.quote(host)} {port}"
    address = f"[{host}]" if ":" in host else host
    return f"openssl s_client -quiet -connect {shlex.quote(f'{address}:{port}')}"

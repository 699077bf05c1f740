"""What a server leaves of a value before it looks at it (observed.md section 4)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from conformance.contract.parameter import Parameter
from conformance.contract.settings import Build, ServerSettings

NON_LATIN_DID_FIELDS_SINCE = Build(2, 14, 168)
"""The first build that sanitises DID fields with use_non_latin=1 (observed.md section 8)."""


def sanitise(raw: bytes, parameter: Parameter, settings: ServerSettings) -> str:
    """What is left of a value on a server with these settings."""
    left = _left(raw, parameter, settings)
    for character, other in parameter.becomes.items():
        left = left.replace(character, other)
    return left


def _left(raw: bytes, parameter: Parameter, settings: ServerSettings) -> str:
    kept = parameter.kept_by(settings.build)
    if kept is None or not is_sanitised(parameter, settings) or as_text(raw) in parameter.kept_words:
        return as_text(raw)
    if raw.isascii() or not settings.non_latin:
        left = _dropped(kept).sub("", raw.decode("latin-1"))
        return left.encode("latin-1").decode("utf-8", "replace")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    letters = "A-Za-z" in kept
    return "".join(c for c in text if not _dropped(kept).match(c) or (letters and _is_letter(c)))


def is_sanitised(parameter: Parameter, settings: ServerSettings) -> bool:
    """Whether such a server removes anything from the parameter before it becomes SQL."""
    left_alone = parameter.column is not None and settings.build < NON_LATIN_DID_FIELDS_SINCE and settings.non_latin
    return parameter.kept_by(settings.build) is not None and not left_alone


def as_text(raw: bytes) -> str:
    """UTF-8 text, or Latin-1 where the bytes are no UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def stripping_deviation(raw: bytes, value: str, parameter: Parameter) -> str | None:
    """The deviation that a server shows when it makes `value` of `raw`; None if it left the value alone."""
    sent = as_text(raw)
    if value == sent or not parameter.shown:
        return None
    if value == "" and not raw.isascii() and _is_broken(raw):
        return "non-latin-invalid-utf8-empties"
    return "value-stripped-to-nothing" if value == "" and not parameter.required else "silent-sanitising"


@lru_cache(maxsize=256)
def _dropped(kept: str) -> re.Pattern[str]:
    return re.compile(dropped(kept))


def dropped(kept: str) -> str:
    """The class of the characters that are not kept, as a regular expression."""
    return f"[{kept.removeprefix('^')}]" if kept.startswith("^") else f"[^{kept}]"


def _is_letter(character: str) -> bool:
    return unicodedata.category(character).startswith("L")


def _is_broken(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False

"""The options that pytest gets of us, all of them harmless without a target.

Imports nothing heavy: every pytest run in an environment that has this package reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance.defaults import CONCURRENCY, SETTLING, TIMEOUT

LEVELS = ("probe", "standard", "full")
EXPECTATIONS = ("either", "documented", "shipped")

Settings = tuple[str, Mapping[str, Any]]


def _value(name: str, metavar: str, help: str, type: Callable[[str], Any] = str, **more: Any) -> Settings:
    """An option that takes a value."""
    return name, {"metavar": metavar, "type": type, "help": help, **more}


def _choice(name: str, choices: Sequence[str], help: str, **more: Any) -> Settings:
    """An option that takes one of some words."""
    return name, {"choices": choices, "help": help, **more}


def _flag(name: str, help: str) -> Settings:
    """An option that takes nothing."""
    return name, {"action": "store_true", "help": help}


OPTIONS: Mapping[str, Settings] = {
    "--target-url": _value("url", "URL", "test this server; needs a user and VICIDIAL_PASS, or --target-file"),
    "--target-file": _value(
        "target_file", "FILE.toml", "test the server described here, with roles and entities", Path
    ),
    "--target-user": _value("user", "USER", "log in as this API user; the password comes from VICIDIAL_PASS"),
    "--target-password-file": _value("password_file", "FILE", "read the user's password from this file", Path),
    "--target-build": _value("build", "BUILD", "take the server for this build, whatever it says"),
    "--target-case": _value("only", "GLOB", "only cases whose id matches or begins so", action="append", default=[]),
    "--target-level": _choice(
        "level", LEVELS, "how far to go (default: probe, or standard with --target-allow-writes)"
    ),
    "--target-allow-writes": _flag("allow_writes", "let the target be written to"),
    "--target-expect": _choice("expect", EXPECTATIONS, "what counts (default: %(default)s)", default=EXPECTATIONS[0]),
    "--target-concurrency": _value("concurrency", "N", "cases in flight (%(default)s)", int, default=CONCURRENCY),
    "--target-timeout": _value("timeout", "SECONDS", "patience for one reply (%(default)g)", float, default=TIMEOUT),
    "--target-settling": _value("settling", "SECONDS", "until silence is a no (%(default)g)", float, default=SETTLING),
    "--target-rate": _value("rate", "N", "at most so many requests a second (10); 0: no limit", float),
    "--target-login-failures": _value(
        "allow_login_failures", "N", "logins of a real user that may fail, 0 to 3", int, default=0
    ),
    "--target-baseline": _value("baseline", "FILE.toml", "known fails, which do not break the build", Path),
    "--target-mask-users": _flag("mask_users", "keep user names out of the reports"),
    "--target-fuzz": _value("effort.requests", "REQUESTS", "send generated requests as well, so many at most", int),
    "--target-fuzz-time": _value("effort.seconds", "SECONDS", "send generated requests for so long instead", float),
    "--target-fuzz-seed": _value("effort.seed", "N", "what is generated (%(default)s)", int, default=0),
    "--target-report": _value("report", "DIR", "write here instead of reports/<host>-<time>/", Path),
    "--target-ca-file": _value("ca_file", "FILE", "trust the certificates in this file", Path),
    "--target-insecure": _flag("insecure", "trust any certificate"),
}
"""Each with the name that it has among the options of a run, and what pytest is told of it."""

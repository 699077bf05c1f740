"""The options that pytest gets of us, all of them harmless without a target.

Imports nothing heavy: every pytest run in an environment that has this package reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.defaults import CONCURRENCY, SETTLING, TIMEOUT

LEVELS = ("probe", "standard", "full")
EXPECTATIONS = ("either", "documented", "shipped")

OPTIONS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "--target-url": (
        "url",
        {"metavar": "URL", "help": "test this server; needs a user and VICIDIAL_PASS, or --target-file"},
    ),
    "--target-file": (
        "target_file",
        {"metavar": "FILE.toml", "type": Path, "help": "test the server described here, with roles and entities"},
    ),
    "--target-user": (
        "user",
        {"metavar": "USER", "help": "log in as this API user; the password comes from VICIDIAL_PASS"},
    ),
    "--target-password-file": (
        "password_file",
        {"metavar": "FILE", "type": Path, "help": "read the user's password from this file"},
    ),
    "--target-build": ("build", {"metavar": "BUILD", "help": "take the server for this build, whatever it says"}),
    "--target-case": (
        "only",
        {"metavar": "GLOB", "action": "append", "default": [], "help": "only cases whose id matches or begins so"},
    ),
    "--target-level": (
        "level",
        {"choices": LEVELS, "help": "how far to go (default: probe, or standard with --target-allow-writes)"},
    ),
    "--target-allow-writes": ("allow_writes", {"action": "store_true", "help": "let the target be written to"}),
    "--target-expect": (
        "expect",
        {"choices": EXPECTATIONS, "default": EXPECTATIONS[0], "help": "what counts (default: %(default)s)"},
    ),
    "--target-concurrency": (
        "concurrency",
        {"metavar": "N", "type": int, "default": CONCURRENCY, "help": "cases in flight (%(default)s)"},
    ),
    "--target-timeout": (
        "timeout",
        {"metavar": "SECONDS", "type": float, "default": TIMEOUT, "help": "patience for one reply (%(default)g)"},
    ),
    "--target-settling": (
        "settling",
        {"metavar": "SECONDS", "type": float, "default": SETTLING, "help": "until silence is a no (%(default)g)"},
    ),
    "--target-rate": (
        "rate",
        {"metavar": "N", "type": float, "help": "at most so many requests a second (10); 0: no limit"},
    ),
    "--target-login-failures": (
        "allow_login_failures",
        {"metavar": "N", "type": int, "default": 0, "help": "logins of a real user that may fail, 0 to 3"},
    ),
    "--target-baseline": (
        "baseline",
        {"metavar": "FILE.toml", "type": Path, "help": "known fails, which do not break the build"},
    ),
    "--target-mask-users": ("mask_users", {"action": "store_true", "help": "keep user names out of the reports"}),
    "--target-fuzz": (
        "effort.requests",
        {"metavar": "REQUESTS", "type": int, "help": "send generated requests as well, so many at most"},
    ),
    "--target-fuzz-time": (
        "effort.seconds",
        {"metavar": "SECONDS", "type": float, "help": "send generated requests for so long instead"},
    ),
    "--target-fuzz-seed": (
        "effort.seed",
        {"metavar": "N", "type": int, "default": 0, "help": "what is generated (%(default)s)"},
    ),
    "--target-report": (
        "report",
        {"metavar": "DIR", "type": Path, "help": "write here instead of reports/<host>-<time>/"},
    ),
    "--target-ca-file": ("ca_file", {"metavar": "FILE", "type": Path, "help": "trust the certificates in this file"}),
    "--target-insecure": ("insecure", {"action": "store_true", "help": "trust any certificate"}),
}
"""Each with the name that it has among the options of a run, and what pytest is told of it."""

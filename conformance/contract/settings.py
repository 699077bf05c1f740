"""What a server is: its build, and the settings that change its replies; and the two dialects in which it may speak."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache


class Dialect(StrEnum):
    """Whose word counts: the published documentation, or what servers send."""

    DOCUMENTED = "documented"
    SHIPPED = "shipped"


class SqlMode(StrEnum):
    """Whether the server's database rejects values that do not fit (`STRICT_TRANS_TABLES`) or bends them."""

    LEGACY = "legacy"
    STRICT = "strict"


class SqlErrors(StrEnum):
    """What a script does where the database refuses a statement: goes on (PHP before 8.1), or ends with HTTP 500."""

    IGNORED = "ignored"
    THROWN = "thrown"

    @property
    def php(self) -> str:
        """The versions of PHP that do so."""
        return "PHP before 8.1" if self is SqlErrors.IGNORED else "PHP 8.1 or newer"


_BUILD = re.compile(r"(\d+)\.(\d+)-(\d+)")


@dataclass(frozen=True, order=True, slots=True)
class Build:
    """An API version as `version` reports it, such as 2.14-202; ordered by age."""

    major: int
    minor: int
    number: int

    @classmethod
    @cache
    def parse(cls, text: str) -> Build:
        """Read `2.14-202`. Raises ValueError for anything else."""
        match = _BUILD.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not an API build such as 2.14-202")
        return cls(*(int(part) for part in match.groups()))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}-{self.number}"


OLDEST_BUILD = Build(2, 14, 137)
NEWEST_BUILD = Build(2, 14, 202)


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The four settings of a server that change its replies (observed.md sections 4, 7, 8 and 11)."""

    build: Build = NEWEST_BUILD
    sql_mode: SqlMode = SqlMode.LEGACY
    non_latin: bool = False
    sql_errors: SqlErrors = SqlErrors.THROWN

    def __str__(self) -> str:
        return f"{self.build}, {self.sql_mode} SQL, use_non_latin={int(self.non_latin)}, {self.sql_errors.php}"

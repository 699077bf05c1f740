"""Standard output or standard error that takes nothing: what a command came to is told by what is left of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from tests.front.servers import Server, liar, serving

LOGIN = ("{url}", "--user", "6666")
ONLY = ("--only", "version/*")


@dataclass(frozen=True)
class Asked:
    """A command, its exit code where all is well, and what it comes to."""

    words: tuple[str, ...]
    code: int = 0
    answer: str = ""


RESULTS = {
    "run": Asked(("run", *LOGIN, *ONLY), answer="Conforms to the documentation."),
    "run -q": Asked(("run", *LOGIN, *ONLY, "-q"), answer="Conforms to the documentation."),
    "run, nothing tested": Asked(
        ("run", *LOGIN, "--level", "probe", "--only", "add_did/life-cycle/add"), 2, "Nothing was tested."
    ),
    "run, a fail": Asked(("run", "{liar}", "--user", "6666", *ONLY), 1, r"Does not conform: \d+ of \d+ cases failed\."),
    "fuzz": Asked(
        ("fuzz", *LOGIN, "--allow-writes", "--only", "replies", "--budget", "20"), answer=r"No defects found by \d+"
    ),
    "cleanup": Asked(("cleanup", "empty"), answer=r"Nothing is left of this run\."),
    "cleanup, something left": Asked(("cleanup", "left", "--user", "8005"), 4, "still there: '99912345600011'"),
    "identify": Asked(("identify", *LOGIN), answer="Every reply is explained by"),
    "doctor": Asked(("doctor", *LOGIN), answer="admin"),
    "compare": Asked(("compare", "report", "report"), answer="No difference"),
}
OTHERS = {
    "list": Asked(("list", *ONLY)),
    "list --json": Asked(("list", *ONLY, "--json")),
    "show": Asked(("show", "version/access/with-login")),
    "deviations": Asked(("deviations",)),
    "openapi": Asked(("openapi",)),
    "provision": Asked(("provision", "https://lab.example")),
    "run --dry-run": Asked(("run", *LOGIN, *ONLY, "--dry-run")),
    "doctor --json": Asked(("doctor", *LOGIN, "--json")),
    "compare --markdown": Asked(("compare", "report", "report", "--markdown")),
    "predict-upgrade": Asked(("predict-upgrade", "--from", "2.14-137")),
    "har": Asked(("har", "report")),
    "--version": Asked(("--version",)),
    "--help": Asked(("--help",)),
    "run --help": Asked(("run", "--help")),
}
EVERY: Mapping[str, Asked] = RESULTS | OTHERS
CLOSED = "vicidial-conformance: standard output: Bad file descriptor: what was printed is not complete"
FULL = "vicidial-conformance: standard output: No space left on device: what was printed is not complete"
TROUBLES = {">&-": CLOSED, ">/dev/full": FULL}


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    with serving() as honest, serving(answer=liar(lambda _: b"SUCCESS\n", about_version=True)) as other:
        yield {"{url}": honest, "{liar}": other}

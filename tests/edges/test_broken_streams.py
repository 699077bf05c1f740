"""Standard output or standard error that takes nothing: what a command came to is told by what is left of them."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.contract.world import Put
from conformance.report.json_file import load_report
from tests.edges.commands import Ended, interrupted
from tests.edges.programs import PROGRAM, environment
from tests.front.servers import PASSWORD, Server, liar, serving
from tests.support.rows import did

LOGIN = ("{url}", "--user", "6666")
ONLY = ("--only", "version/*")
LEFT = "99912345600011"


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
    "run, a fail": Asked(
        ("run", "{liar}", "--user", "6666", "--allow-writes", "--only", "add_did/did_description/longest"),
        1,
        r"Does not conform: \d+ of \d+ cases failed\.",
    ),
    "fuzz": Asked(
        ("fuzz", *LOGIN, "--allow-writes", "--only", "numbers", "--budget", "60"), answer=r"No defects found by \d+"
    ),
    "cleanup": Asked(("cleanup", "empty"), answer=r"Nothing is left of this run\."),
    "cleanup, something left": Asked(("cleanup", "left", "--user", "8005"), 4, f"still there: '{LEFT}'"),
    "identify": Asked(("identify", *LOGIN), answer="Every reply is explained by"),
    "doctor": Asked(("doctor", *LOGIN), answer="1 works, 14 missing."),
    "compare": Asked(("compare", "report", "report"), answer="no difference"),
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
THOROUGH_STDERR = pytest.param("2>&-", marks=pytest.mark.thorough)
THOROUGH_BOTH = pytest.param(">&- 2>&- <&-", marks=pytest.mark.thorough)
NAMES = [
    *RESULTS,
    "list --json",
    *(pytest.param(name, marks=pytest.mark.thorough) for name in OTHERS if name != "list --json"),
]
CLOSED = "vicidial-conformance: standard output: Bad file descriptor: what was printed is not complete"
FULL = "vicidial-conformance: standard output: No space left on device: what was printed is not complete"
TROUBLES = {">&-": CLOSED, ">/dev/full": FULL}


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    """An honest one, one that misspells a word, and one that has what a run left."""
    misspelt = liar(lambda body: body.replace(b"ADDED", b"ADED"), about_version=False)
    with serving() as honest, serving(answer=misspelt) as other, serving() as full:
        full.store.apply((Put(did(99, LEFT)),))
        yield {"{url}": honest, "{liar}": other, "{full}": full}


Shell = Callable[..., Ended]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run."""
    folder = tmp_path_factory.mktemp("ran") / "report"
    words = ("run", *ONLY, "--report", str(folder), "-q")
    subprocess.run([*PROGRAM, *words], check=True, env=environment(), capture_output=True)  # noqa: S603 - our own program
    return folder


@pytest.fixture
def shell(servers: dict[str, Server], report: Path, tmp_path: Path) -> Shell:
    """A command of the shell with the program in it, in a folder with what commands read."""
    honest = servers["{url}"]
    shutil.copytree(report, tmp_path / "report")
    interrupted(tmp_path / "empty", honest.url)
    interrupted(tmp_path / "left", servers["{full}"].url, json.dumps({"may_exist": LEFT, "case": "add_did/x/y"}))

    def run(asked: Asked, redirected: str, **environ: str) -> Ended:
        words = list(asked.words)
        for name, server in servers.items():
            words = [word.replace(name, server.url) for word in words]
        line = f"{shlex.join([*PROGRAM, *words])} {redirected}"
        done = subprocess.run(  # noqa: S603 - our own program
            ["/bin/bash", "-c", f"set -o pipefail; {line}"],
            capture_output=True,
            env=environment(VICIDIAL_PASS=PASSWORD, **environ),
            cwd=tmp_path,
            text=True,
            timeout=60,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


def incomplete(code: int) -> int:
    """The exit code where standard output took nothing: that of the command, unless all was well."""
    return code or 2


def assert_quiet(ended: Ended) -> None:
    """Nothing of the interpreter's."""
    for sign in ("Traceback", "Exception ignored", "BrokenPipeError", "OSError", "a bug of ours"):
        assert sign not in ended.out + ended.err


@pytest.mark.parametrize("redirected", TROUBLES)
@pytest.mark.parametrize("name", NAMES)
def test_standard_output_that_takes_nothing_is_told_with_what_it_came_to(
    name: str, redirected: str, shell: Shell
) -> None:
    asked = EVERY[name]
    ended = shell(asked, redirected)
    assert_quiet(ended)
    assert (ended.code, ended.err.splitlines()[-1]) == (incomplete(asked.code), TROUBLES[redirected])
    assert re.search(asked.answer, ended.err)


@pytest.mark.parametrize("name", NAMES)
def test_whoever_closes_a_pipe_has_read_enough(name: str, shell: Shell) -> None:
    asked = EVERY[name]
    ended = shell(asked, "| head -c 1")
    assert_quiet(ended)
    assert (ended.code, len(ended.out), "standard output" in ended.err) == (asked.code, 1, False)


def test_what_is_left_is_told_to_whoever_closed_the_pipe_too(shell: Shell) -> None:
    ended = shell(RESULTS["cleanup, something left"], "| true")
    assert (ended.code, f"still there: '{LEFT}'" in ended.err, "DELETE FROM" in ended.err) == (4, True, True)


@pytest.mark.parametrize("redirected", ["2>/dev/full", THOROUGH_STDERR])
@pytest.mark.parametrize("name", RESULTS)
def test_a_result_does_not_need_standard_error(name: str, redirected: str, shell: Shell) -> None:
    asked = RESULTS[name]
    ended = shell(asked, redirected)
    assert_quiet(ended)
    assert (ended.code, bool(re.search(asked.answer, ended.out))) == (asked.code, True)


@pytest.mark.parametrize("redirected", [">/dev/full 2>&1", THOROUGH_BOTH])
@pytest.mark.parametrize("name", NAMES)
def test_without_any_stream_the_exit_code_tells(name: str, redirected: str, shell: Shell) -> None:
    asked = EVERY[name]
    ended = shell(asked, redirected)
    assert (ended.code, ended.out, ended.err) == (incomplete(asked.code), "", "")


@pytest.mark.parametrize("redirected", ["2>&-", "2>/dev/full"])
def test_a_mistake_is_told_on_standard_output_if_standard_error_takes_nothing(redirected: str, shell: Shell) -> None:
    ended = shell(Asked(("run", "--levle", "full")), redirected)
    assert (ended.code, ended.out.startswith("vicidial-conformance: No such option: --levle")) == (2, True)


@pytest.mark.parametrize("redirected", [">/dev/full", ">&-", "2>/dev/full", "2>&-", "2>&- >&-", "| true"])
def test_a_run_cleans_up_and_reports_whoever_listens(
    redirected: str, shell: Shell, servers: dict[str, Server], tmp_path: Path
) -> None:
    words = ("run", *LOGIN, "--allow-writes", "--only", "add_did/did_description/*", "--report", "r", "-v")
    shell(Asked(words), redirected)
    report = load_report(tmp_path / "r" / "report.json")
    assert (report.ended, report.left, report.expected, servers["{url}"].ours) == (None, (), len(report.results), [])


@pytest.mark.parametrize("redirected", ["2>&- <&-", ">&- 2>&- <&-"])
def test_a_ledger_is_never_standard_output_or_standard_error(redirected: str, shell: Shell, tmp_path: Path) -> None:
    words = ("run", *LOGIN, "--allow-writes", "--only", "add_did/life-cycle/*", "--report", "r", "-v")
    shell(Asked(words), redirected)
    lines = (tmp_path / "r" / "ledger.jsonl").read_text().splitlines()
    assert lines
    assert all(json.loads(line) for line in lines)


def test_json_is_whole_and_on_one_line_each_however_narrow_the_terminal(shell: Shell) -> None:
    for name in ("list --json", "doctor --json"):
        wide, narrow = (shell(OTHERS[name], "", COLUMNS=columns).out for columns in ("200", "20"))
        assert json.loads(narrow)
        assert narrow.count("\n") == wide.count("\n")

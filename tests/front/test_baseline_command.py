"""Known fails: `baseline write` writes them down, and `run --baseline` breaks for everything else."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from conformance.contract.contract import Contract
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.config import Config
from conformance.emulator.respond import Response
from conformance.report.json_file import load_report
from conformance.report.model import Report
from conformance.verdict.model import Pass
from tests.compare.support import made_up
from tests.front.conftest import Cli, Ended
from tests.front.servers import Server, liar, serving
from tests.report import sample

CASE = "add_did/did_description/longest"
ONLY = ("--only", "add_did/did_description/*", "--only", "version/*")
HONEST = liar(lambda body: body, about_version=True)
MISSPELT = liar(lambda body: body.replace(b"ADDED", b"ADED"), about_version=False)
WORSE = liar(lambda body: body.replace(b"ADDED", b"ADDDED"), about_version=False)


@pytest.fixture(scope="module")
def other() -> Iterator[Server]:
    """A server whose answers a test may change as it goes."""
    with serving() as found:
        yield found


def run(command: Cli, server: Server, folder: Path, *arguments: object, only: tuple[str, ...] = ONLY) -> Ended:
    return command("run", server.url, "--user", "6666", "--report", folder, *only, *arguments)


written: list[str] = []
"""The baseline of a server that misspells one word, written once for all tests."""


@pytest.fixture
def known(other: Server, command: Cli, tmp_path: Path) -> Path:
    """That baseline, in a file of the test's own."""
    other.asked.answer = MISSPELT
    if not written:
        run(command, other, tmp_path / "first")
        assert command("baseline", "write", tmp_path / "first", "--output", tmp_path / "known.toml").code == 0
        written.append((tmp_path / "known.toml").read_text("utf-8"))
    (tmp_path / "known.toml").write_text(written[0], "utf-8")
    return Path("known.toml")


def report(folder: Path) -> Report:
    return load_report(folder)


def flat(text: str) -> str:
    """What a terminal shows, as if it were as wide as it takes."""
    return " ".join(text.split())


def reasoned(file: Path, reason: str = "the proxy is replaced in spring") -> None:
    file.write_text(file.read_text().replace("TODO: why is this accepted?", reason))


# --- run --baseline ---


def test_a_fail_that_is_known_breaks_no_build_and_stays_a_fail(
    known: Path, other: Server, command: Cli, tmp_path: Path
) -> None:
    reasoned(known)
    ended = run(command, other, tmp_path / "r", "--baseline", known)
    assert ended.code == 0
    found = report(tmp_path / "r")
    assert (found.fails, {r.known for r in found.known}) == ((), {"the proxy is replaced in spring"})
    shown = re.search(r"known add_did/\S+ and \d+ more the proxy is replaced in spring", flat(ended.out))
    assert (shown is not None, "to repeat" in ended.err) == (True, False)
    last = ended.out.splitlines()[-1]
    assert re.fullmatch(r"Does not conform, as known: (\d+) of \d+ cases tested failed; 1 not tested\.", last)
    assert f"{len(found.known)} fail ({len(found.known)} known)" in ended.out
    assert "no reason is written" not in ended.out


def test_without_the_baseline_the_same_run_fails(known: Path, other: Server, command: Cli, tmp_path: Path) -> None:
    assert run(command, other, tmp_path / "r").code == 1


def test_a_known_fail_that_fails_otherwise_breaks_the_build(
    known: Path, other: Server, command: Cli, tmp_path: Path
) -> None:
    other.asked.answer = WORSE
    ended = run(command, other, tmp_path / "r", "--baseline", known)
    assert (ended.code, report(tmp_path / "r").known) == (1, ())
    assert f"more fail otherwise than {known} says: " in flat(ended.out)
    unlike = {r.id: r.unlike for r in report(tmp_path / "r").fails}
    assert unlike[CASE] == (
        "now message: 'DID HAS BEEN ADDDED' in place of 'DID HAS BEEN ADDED'; "
        "no longer message: 'DID HAS BEEN ADED' in place of 'DID HAS BEEN ADDED'"
    )


def test_a_known_fail_that_passes_now_breaks_the_build_and_says_which_entry_goes(
    known: Path, other: Server, command: Cli, tmp_path: Path
) -> None:
    count = known.read_text().count('  "add_did/')
    other.asked.answer = HONEST
    ended = run(command, other, tmp_path / "r", "--baseline", known)
    assert ended.code == 1
    assert f"more pass now: take what passes out by hand, or with `baseline write`, of {known}" in flat(ended.out)
    assert ended.out.splitlines()[-1] == f"Better than the baseline: {count} known fails are gone."


def test_an_entry_whose_case_was_not_run_is_only_counted(
    known: Path, other: Server, command: Cli, tmp_path: Path
) -> None:
    count = known.read_text().count('  "add_did/')
    ended = run(command, other, tmp_path / "r", "--baseline", known, only=("--only", "version/*"))
    assert (ended.code, f"0 failed as {known} says; {count} of its cases not run" in flat(ended.out)) == (0, True)


def test_a_case_that_the_level_leaves_out_was_not_run(known: Path, other: Server, command: Cli, tmp_path: Path) -> None:
    ended = run(command, other, tmp_path / "r", "--baseline", known, "--level", "probe")
    assert (ended.code, "of its cases not run" in flat(ended.out)) == (0, True)


def test_a_new_fail_is_shown_before_the_known_ones_and_breaks_the_build(
    known: Path, other: Server, command: Cli, tmp_path: Path
) -> None:
    known.write_text(known.read_text().replace(f'  "{CASE}",\n', ""))
    ended = run(command, other, tmp_path / "r", "--baseline", known)
    assert (ended.code, [r.id for r in report(tmp_path / "r").fails]) == (1, [CASE])
    said = r"^Does not conform: 1 of \d+ cases tested failed, and \d+ more as known; 1 not tested\.$"
    assert re.search(said, ended.out, re.MULTILINE)


@pytest.mark.thorough
def test_a_reason_that_nobody_has_written_is_asked_for(
    known: Path, other: Server, command: Cli, tmp_path: Path
) -> None:
    ended = run(command, other, tmp_path / "r", "--baseline", known)
    assert (ended.code, f"no reason is written in {known} for message/did-has-been-added-" in flat(ended.out)) == (
        0,
        True,
    )


@pytest.mark.thorough
def test_a_known_fail_does_not_stop_a_run_that_stops_at_the_first(
    known: Path, other: Server, command: Cli, tmp_path: Path
) -> None:
    assert run(command, other, tmp_path / "r", "--baseline", known, "--fail-fast").code == 0


def test_a_fail_that_does_not_repeat_is_not_a_known_one(
    known: Path, other: Server, command: Cli, tmp_path: Path
) -> None:
    lies = iter([MISSPELT])

    def once(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        is_case = "function=add_did" in request.query and "did_description=5" in request.query
        return (next(lies, HONEST) if is_case else HONEST)(contract, state, request, config, now)

    other.asked.answer = once
    ended = run(command, other, tmp_path / "r", "--baseline", known, only=("--only", CASE))
    (result,) = report(tmp_path / "r").fails
    assert (ended.code, result.is_flaky, result.known) == (1, True, None)
    assert result.unlike == "it did not repeat when tried again, and a known fail is one that does"


@pytest.mark.thorough
def test_every_form_of_the_report_says_known(known: Path, other: Server, command: Cli, tmp_path: Path) -> None:
    reasoned(known, "a <b>reason</b>")
    run(command, other, tmp_path / "r", "--baseline", known)
    suite = ET.parse(tmp_path / "r" / "junit.xml").getroot()[0]  # noqa: S314 - our own
    (case,) = [one for one in suite.iter("testcase") if one.get("name") == CASE]
    assert [(child.tag, child.get("message")) for child in case] == [("skipped", "known: a <b>reason</b>")]
    assert (suite.get("failures"), int(suite.get("skipped", 0)) >= 1) == ("0", True)
    page, summary = ((tmp_path / "r" / name).read_text() for name in ("report.html", "summary.md"))
    assert re.search(r"known: \d+ cases, the first `add_did/\S+`: a \\<b\\>reason", summary)
    assert "known: a &lt;b&gt;reason&lt;/b&gt;" in page
    assert "as known: " in page


@pytest.mark.parametrize("edit", [("longest", "longst"), ("reason =", "reson ="), ("[known.", "[known")])
def test_a_mistake_in_the_file_is_told_before_anything_is_sent(
    edit: tuple[str, str], known: Path, other: Server, command: Cli, tmp_path: Path
) -> None:
    known.write_text(known.read_text().replace(*edit))
    asked = other.asked.requests
    ended = run(command, other, tmp_path / "r", "--baseline", known)
    assert (ended.code, other.asked.requests, ended.err.count("\n")) == (2, asked, 1)
    assert f"vicidial-conformance: baseline {known}: " in ended.err


# --- baseline write ---


def test_it_prints_what_it_adds_and_asks_for_reasons(other: Server, command: Cli, tmp_path: Path) -> None:
    other.asked.answer = MISSPELT
    run(command, other, tmp_path / "first")
    ended = command("baseline", "write", tmp_path / "first")
    count = len(report(tmp_path / "first").fails)
    assert re.fullmatch(
        r"added: message/did-has-been-added-\w+: Says “DID HAS BEEN ADED”, where other words are due\.",
        ended.out.splitlines()[0],
    )
    assert (ended.code, ended.out.splitlines()[1:]) == (
        0,
        [
            f"baseline.toml: 1 known cause of {count} fails",
            "Write a reason for 1 of them: why is it accepted?",
        ],
    )


@pytest.mark.thorough
def test_reasons_stay_and_what_is_mended_goes(known: Path, other: Server, command: Cli, tmp_path: Path) -> None:
    reasoned(known)
    other.asked.answer = liar(lambda body: body.replace(b"HAS BEEN ADDED", b"HAS BEN ADDED"), about_version=False)
    run(command, other, tmp_path / "second")
    changed = command("baseline", "write", tmp_path / "second", "--output", known)
    told = [line.split(":")[0] for line in changed.out.splitlines()]
    assert (told, "Write a reason" in changed.out) == (["added", "removed", "known.toml"], False)
    assert "HAS BEN ADDED" in known.read_text()

    other.asked.answer = HONEST
    run(command, other, tmp_path / "third", only=("--only", CASE))
    ended = command("baseline", "write", tmp_path / "third", "--output", known)
    assert ended.out.startswith("changed: message/did-has-been-added-")
    assert (f'"{CASE}"' in known.read_text(), "with cases kept that were not run" in ended.out) == (False, True)


@pytest.mark.thorough
def test_writing_the_same_again_changes_nothing(known: Path, other: Server, command: Cli, tmp_path: Path) -> None:
    before = known.read_text()
    run(command, other, tmp_path / "second", "--mask-users")
    ended = command("baseline", "write", tmp_path / "second", "--output", known)
    assert (known.read_text(), "added" in ended.out) == (before, False)
    assert [text for text in ("6666", "127.0.0.1", "1234", "***") if text in before] == []


def test_comments_stay_when_the_file_is_brought_up_to_date(
    known: Path, other: Server, command: Cli, tmp_path: Path
) -> None:
    reasoned(known)
    known.write_text(re.sub(r"^\[known\..*\]$", r"# ask Kim\n\g<0> # the proxy", known.read_text(), flags=re.MULTILINE))
    tables = known.read_text().count("# ask Kim\n[known.")
    other.asked.answer = WORSE
    run(command, other, tmp_path / "second")
    ended = command("baseline", "write", tmp_path / "second", "--output", known)
    assert (ended.code, "ADDDED" in known.read_text()) == (0, True)
    kept = re.findall(
        r'^# ask Kim\n\[known\..*\] # the proxy\nreason = "the proxy is replaced', known.read_text(), re.M
    )
    assert len(kept) == tables


def test_a_run_that_ended_early_is_refused_unless_it_is_asked_for(other: Server, command: Cli, tmp_path: Path) -> None:
    other.asked.answer = MISSPELT
    run(command, other, tmp_path / "r", "--fail-fast")
    refused = command("baseline", "write", tmp_path / "r")
    assert (refused.code, "the run ended early" in refused.err, Path("baseline.toml").exists()) == (2, True, False)
    assert command("baseline", "write", tmp_path / "r", "--incomplete").code == 0


def test_a_run_that_never_reached_its_server_makes_no_baseline_and_is_said_to_be_one(
    command: Cli, tmp_path: Path
) -> None:
    folder = made_up(tmp_path / "never", ended="connection refused", expected=15)
    for more in ((), ("--incomplete",)):
        ended = command("baseline", "write", folder, *more)
        assert (ended.code, ended.err.count("\n"), "connection refused" in ended.err) == (2, 1, True)
    assert not Path("baseline.toml").exists()


def test_entries_that_a_run_never_came_to_stay_and_are_not_stale(known: Path, command: Cli, tmp_path: Path) -> None:
    before = known.read_text()
    part = made_up(tmp_path / "part", sample.case("version/access/without-login", Pass()), ended="no reply", expected=9)
    assert command("baseline", "write", part, "--output", known, "--incomplete").code == 0
    assert known.read_text() == before
    reasoned(known)
    nobody = "http://127.0.0.1:1"
    ended = command("run", nobody, "--user", "6666", "--report", "second", "--baseline", known, *ONLY)
    use = report(Path("second")).baseline
    assert ended.code == 3
    assert use is not None
    assert (use.stale, CASE in use.not_run) == ((), True)


EARLIER = f"""
[known."{CASE}"]
reason = "the proxy is replaced in spring"
differs = [
  {{ request = 1, line = 1, aspect = "message", got = "DID HAS BEEN ADED" }},
]
"""


def test_a_file_of_an_earlier_version_gets_one_line_and_its_reasons_are_kept(
    other: Server, command: Cli, tmp_path: Path
) -> None:
    Path("old.toml").write_text(EARLIER)
    other.asked.answer = MISSPELT
    refused = run(command, other, tmp_path / "r", "--baseline", "old.toml")
    assert (refused.code, refused.err) == (
        2,
        "vicidial-conformance: baseline old.toml: has a table for each case, as earlier versions wrote it: "
        "`vicidial-conformance baseline write REPORT --output old.toml` makes one for each cause, reasons kept\n",
    )
    run(command, other, tmp_path / "first")
    assert command("baseline", "write", tmp_path / "first", "--output", "old.toml").code == 0
    assert 'reason = "the proxy is replaced in spring"' in Path("old.toml").read_text()
    assert run(command, other, tmp_path / "second", "--baseline", "old.toml").code == 0


def test_a_table_of_an_earlier_version_is_not_lost_where_its_case_was_not_run(
    other: Server, command: Cli, tmp_path: Path
) -> None:
    Path("old.toml").write_text(EARLIER)
    run(command, other, tmp_path / "r", only=("--only", "version/*"))
    ended = command("baseline", "write", tmp_path / "r", "--output", "old.toml")
    assert (ended.code, f"no verdict on {CASE}" in ended.err, Path("old.toml").read_text()) == (2, True, EARLIER)


def test_what_is_no_report_is_refused(command: Cli, tmp_path: Path) -> None:
    ended = command("baseline", "write", tmp_path)
    assert (ended.code, "cannot read" in ended.err) == (2, True)

"""No false alarm: emulators in both dialects, of several builds, with either SQL mode and PHP, fail no case over HTTP.

tests/cases does the same for every case without HTTP; here two servers get every case and the others a sample. All of
that expects either dialect; what must conform to the documentation alone gets every case in this process.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from conformance.cases.catalogue import catalogue
from conformance.cases.model import Case, Level
from conformance.contract.load import load_contract
from conformance.contract.settings import Build, Dialect, ServerSettings, SqlErrors, SqlMode
from conformance.emulator.config import Config
from conformance.options import Options, plan
from conformance.report.json_file import load_report
from conformance.run.run import Run
from conformance.verdict.model import Expect, VerdictKind
from tests.compare.support import ran
from tests.front.conftest import Cli
from tests.front.servers import Server, serving
from tests.support.some import drawn

pytestmark = pytest.mark.untraced

CASES = catalogue(load_contract())
SAMPLE = tuple(c for n, c in enumerate(CASES) if n % 23 == 0 or c.id.endswith("/transport/debug"))
"""Some of every attack, and what an old build answers unlike any other."""

BUILDS = (137, 155, 179, 202)
WHOLE = ((Dialect.SHIPPED, 202, SqlMode.STRICT), (Dialect.DOCUMENTED, 155, SqlMode.LEGACY))
SAMPLED = tuple(
    (dialect, build, mode)
    for dialect in Dialect
    for build in BUILDS
    for mode in SqlMode
    if (dialect, build, mode) not in WHOLE
)


def config(dialect: Dialect, build: int, mode: SqlMode) -> Config:
    errors = list(SqlErrors)[(build + len(mode) + len(dialect)) % 2]
    return Config(dialect, ServerSettings(Build(2, 14, build), mode, sql_errors=errors))


def verdicts(server: Server, cases: Sequence[Case], folder: Path) -> dict[str, VerdictKind]:
    """The verdicts of a run, and nothing left behind by it."""
    options = Options(target_file=server.target(folder), allow_writes=True, rate=0.0, report=folder / "r")
    run = Run(plan(options, {**ENVIRON}))
    run.open()
    for case in cases:
        run.ask(case)
    found = {case.id: run.result(case).result.kind for case in cases}
    run.close()
    return found


ENVIRON = {"VICIDIAL_EMULATOR_PASS": "1234"}


@pytest.mark.parametrize(("dialect", "build", "mode"), drawn(SAMPLED, 7))
def test_a_sample_of_cases_raises_no_false_alarm(dialect: Dialect, build: int, mode: SqlMode, tmp_path: Path) -> None:
    with serving(config(dialect, build, mode)) as server:
        found = verdicts(server, SAMPLE, tmp_path)
    assert {
        id: kind for id, kind in found.items() if kind in (VerdictKind.FAIL, VerdictKind.ERROR, VerdictKind.BLOCKED)
    } == {}


@pytest.mark.thorough
@pytest.mark.parametrize(("dialect", "build", "mode"), WHOLE)
def test_the_whole_suite_raises_no_false_alarm(
    dialect: Dialect, build: int, mode: SqlMode, program: Cli, tmp_path: Path
) -> None:
    with serving(config(dialect, build, mode)) as server:
        ended = program("run", "--target", server.target(tmp_path), "--report", tmp_path / "r", "--quiet")
    print(ended)
    report = load_report(tmp_path / "r" / "report.json")
    counts = report.counts
    assert {
        kind: n
        for kind, n in counts.items()
        if n and kind in (VerdictKind.FAIL, VerdictKind.ERROR, VerdictKind.BLOCKED)
    } == {}
    assert (ended.code, sum(counts.values())) == (0, len(CASES)), report.answer
    assert counts[VerdictKind.NOT_TESTED] < len(CASES) / 20


HELD_TO = ((Expect.DOCUMENTED, SqlMode.LEGACY), (Expect.EITHER, SqlMode.STRICT))
EVERY_RUN = [
    *drawn((Level.FULL, *held) for held in HELD_TO),
    *drawn(((level, *held) for level in Level if level < Level.FULL for held in HELD_TO), 0),
]


@pytest.mark.parametrize(("level", "expect", "mode"), EVERY_RUN)
def test_a_server_in_the_documented_dialect_fails_no_case_held_to_the_documentation_or_to_either(
    level: Level, expect: Expect, mode: SqlMode, tmp_path: Path
) -> None:
    report = load_report(ran(tmp_path / "r", CASES, config(Dialect.DOCUMENTED, 202, mode), level=level, expect=expect))
    assert {r.id for r in report.with_kind(VerdictKind.FAIL, VerdictKind.ERROR, VerdictKind.BLOCKED)} == set()
    assert len(report.with_kind(VerdictKind.PASS)) > len(CASES) / 4


def test_the_sample_has_cases_of_every_function_that_writes() -> None:
    assert {"add_did", "copy_did", "update_did"} <= {case.function for case in SAMPLE}

"""The form of a whole server, from its replies to its report: said once of one that keeps to it, and never missed."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from conformance.contract.contract import Contract
from conformance.contract.load import load_contract
from conformance.contract.request import Request
from conformance.contract.settings import Dialect
from conformance.contract.world import State
from conformance.emulator.config import Config
from conformance.emulator.respond import Behaviour, Response, honest
from conformance.report.json_file import load_report
from conformance.report.model import Report
from conformance.verdict.model import Deviates, Expect, VerdictKind
from tests.compare.support import every, ran
from tests.rejudge.support import again

pytestmark = pytest.mark.untraced

SOME = every(
    "add_did/did_description/", "update_did/did_description/", "copy_did/source_did_pattern/", "add_did/source/"
)
ADDING = [case.id for case in SOME if case.id.startswith("add_did/did_description/")]


def mixing(*replies: bytes) -> Behaviour:
    """A server that prints errors as the documentation does where they begin so, and all others as servers do."""

    def answer(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        told = honest(contract, state, request, config, now)
        lines = [
            line.replace(b": |", b" - ", 1) if line.startswith(replies) else line
            for line in told.body.splitlines(keepends=True)
        ]
        return Response(told.status, told.headers, b"".join(lines), told.changes)

    return answer


def report(
    folder: Path, behaviour: Behaviour = honest, dialect: Dialect = Dialect.SHIPPED, **options: object
) -> Report:
    return load_report(ran(folder, SOME, Config(dialect), behaviour, **options))


def ids(found: Report, *kinds: VerdictKind) -> set[str]:
    return {result.id for result in found.with_kind(*kinds)}


def shown(found: Report) -> set[str]:
    """The deviations of all cases."""
    return {id for result in found.results if isinstance(result.verdict, Deviates) for id in result.verdict.ids}


def test_a_server_of_the_shipped_form_passes_where_it_says_the_same(tmp_path: Path) -> None:
    found = report(tmp_path)
    assert found.form is not None
    assert (found.form.name, found.form.documented, found.form.shipped > len(SOME)) == ("shipped", 0, True)
    assert shown(found).isdisjoint(load_contract().forms)
    assert len(ids(found, VerdictKind.PASS)) > len(SOME) / 3


def test_a_server_of_the_documented_form_says_so(tmp_path: Path) -> None:
    found = report(tmp_path, dialect=Dialect.DOCUMENTED)
    assert found.form is not None
    assert {seen.id for seen in found.form.seen if seen.documented} == {"error-separator"}
    assert found.form.mixed == ()


@pytest.mark.parametrize("replies", [(b"ERROR: update_did",), (b"ERROR: add_did DID DESCRIPTION",)])
def test_a_server_that_mixes_forms_deviates_in_every_case_of_the_shipped_one(
    replies: Sequence[bytes], tmp_path: Path
) -> None:
    whole, found = report(tmp_path / "whole"), report(tmp_path / "mixed", mixing(*replies))
    assert found.form is not None
    assert found.form.mixed == ("error-separator",)
    assert "error-separator" in shown(found)
    assert ids(found, VerdictKind.FAIL) == set()
    assert len(ids(found, VerdictKind.DEVIATION)) > len(ids(whole, VerdictKind.DEVIATION))
    assert " from the documentation, and mixes two forms" in found.answer


@pytest.mark.parametrize(("expect", "fails"), [(Expect.DOCUMENTED, True), (Expect.SHIPPED, False)])
def test_form_fails_where_the_documentation_alone_is_expected(expect: Expect, fails: bool, tmp_path: Path) -> None:
    assert bool(ids(report(tmp_path, expect=expect), VerdictKind.FAIL)) is fails


def test_a_mixed_run_judged_again_is_mixed_also_where_only_some_cases_are(tmp_path: Path) -> None:
    before = report(tmp_path, mixing(b"ERROR: update_did"))
    some = again(tmp_path, only=("add_did/did_description/*",))
    was = {result.id: result.verdict for result in before.results}
    assert {result.id: result.verdict for result in some.results} == {id: was[id] for id in ADDING}
    assert any(isinstance(was[id], Deviates) for id in ADDING)

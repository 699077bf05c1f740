"""What a failed case got is told by aspect, and is the same whoever asks, when and for which DIDs."""

from pathlib import Path

import pytest

from conformance.baseline.differs import differs
from conformance.baseline.model import Differs
from conformance.compare.load import exchanges
from conformance.compare.normal import normal
from conformance.contract.model import Contract
from conformance.contract.request import Request
from conformance.contract.world import State
from conformance.emulator.config import Config
from conformance.emulator.respond import Behaviour, Response
from conformance.report.model import CaseResult
from conformance.report.read import load_report
from conformance.reporting import EXCHANGES
from tests.compare.support import every, line, ran
from tests.front.servers import liar
from tests.report import sample
from tests.safety.support import CASES, CONTRACT

Got = dict[str, frozenset[Differs]]


def got(folder: Path) -> Got:
    report = load_report(folder)
    form = normal(report, CONTRACT, CASES.values())
    lines = list(exchanges(folder / EXCHANGES))
    return {r.id: differs(r, [one for one in lines if one.case == r.id], form) for r in report.fails}


def status(code: int, words: bytes) -> Behaviour:
    def answer(contract: Contract, state: State, request: Request, config: Config, now: float) -> Response:
        plain = liar(lambda body: body, about_version=True)(contract, state, request, config, now)
        return Response(code, plain.headers, plain.body, plain.changes) if words in plain.body else plain

    return answer


BEHAVIOURS = {
    "a word": liar(lambda body: body.replace(b"ADDED", b"ADED"), about_version=False),
    "fields": liar(lambda body: body.replace(b"|", b"||"), about_version=False),
    "a note": liar(lambda body: body + b"NOTE: more - 6666|7|x\n", about_version=False),
    "no line feed": liar(lambda body: body.rstrip(b"\n"), about_version=False),
    "nothing": liar(lambda _: b"", about_version=False),
    "a page": liar(lambda body: b"<p>Welcome 6666 of 127.0.0.1</p>" + body, "text/plain", about_version=False),
    "SQL": liar(lambda body: b"INSERT INTO x: " + body, about_version=False),
    "broken": status(500, b"DELETED"),
}


@pytest.mark.parametrize("behaviour", BEHAVIOURS.values(), ids=BEHAVIOURS)
def test_two_runs_against_one_server_got_the_same(behaviour: Behaviour, tmp_path: Path) -> None:
    cases = every("add_did/life-cycle", "update_did/life-cycle", "update_did/did_pattern/too", "copy_did/source_did_")
    one = got(ran(tmp_path / "1", cases, behaviour=behaviour, run="000007"))
    two = got(ran(tmp_path / "2", cases, behaviour=behaviour, run="730114", mask_users=True, concurrency=2))
    assert one
    assert one == two
    told = str(one)
    assert [text for text in ("000007", "6666", "127.0.0.1", "***") if text in told] == []


def test_an_aspect_has_its_own_part_of_the_reply(tmp_path: Path) -> None:
    folder = ran(tmp_path, every("add_did/life-cycle/add"), behaviour=BEHAVIOURS["a word"])
    assert got(folder)["add_did/life-cycle/add"] == {Differs(1, 1, "message", "DID HAS BEEN ADED")}


def test_what_a_deviation_explains_is_none_of_it() -> None:
    case = sample.case("add_did/active/lower-case", sample.FAIL)
    body = "SUCCESS: ADD_DID DID HAS BEEN ADDED: |6666|99900000700011\n"
    found = differs(case, [line(case.id, body)], normal(sample.report(), CONTRACT, CASES.values()))
    assert {one.aspect for one in found} == {"function"}


def test_further_tries_and_cleaning_up_do_not_count() -> None:
    case: CaseResult = sample.case("add_did/active/lower-case", sample.FAIL)
    body = "SUCCESS: ADDDID X\n"
    first = line(case.id, "SUCCESS: add_ddi X - 1\n")
    others = line(case.id, body, attempt=2), line(case.id, body, purpose="cleanup")
    form = normal(sample.report(), CONTRACT, CASES.values())
    assert differs(case, [first, *others], form) == differs(case, [first], form)

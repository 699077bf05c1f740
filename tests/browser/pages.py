"""The pages that are looked at."""

from collections.abc import Mapping
from functools import cache

import msgspec

from conformance.compare import html as compare_html
from conformance.compare.compare import compare
from conformance.compare.traces import GivenRun, Traces, Wait
from conformance.contract.load import load_contract
from conformance.emulator.faults.model import FaultKind
from conformance.report import html
from conformance.report.model import Fuzzed, Report
from conformance.selfcheck import writers
from conformance.selfcheck.model import Kill, Trial
from conformance.selfcheck.result import FaultFree, FaultRow, Result
from conformance.selfcheck.summary import Summary
from conformance.verdict.model import Deviates, NotTested, Pass, Verdict
from tests.compare.support import replies
from tests.report import sample


@cache
def report() -> str:
    """Every verdict."""
    return html.render(sample.every_verdict())


@cache
def hostile() -> str:
    """Every text is hostile, but that the page is about one is no secret."""
    return html.render(sample.hostile())


@cache
def fuzzed() -> str:
    covered = Fuzzed(seed=1, inputs=300, forms=20, combinations=80, unstable=("fuzz/replies: once",))
    results = (sample.case("fuzz/replies", Pass()), sample.case("fuzz/counts/1a2b", sample.FAIL, sample.CALL))
    return html.render(sample.report(*results, fuzzed=covered))


@cache
def selfcheck() -> str:
    """Two faults that are caught, one that is not, and one that nobody could see."""
    kill = Kill("add_did/life-cycle/add", "act", ("message",))
    rows = (
        _row("own/word", FaultKind.REPLY, kill),
        _row("own/limit", FaultKind.LIMIT, kill),
        _row("own/same", FaultKind.REPLY),
        _row("own/hidden", FaultKind.LIMIT, hidden="nothing shows it"),
    )
    honest = FaultFree(server="honest", trial=Trial(fault="honest"))
    cases = ("add_did/life-cycle/add", "add_did/life-cycle/add-again")
    return writers.as_page(Summary(Result(level="full", cases=cases, rows=rows, fault_free=(honest,))))


BEFORE: dict[str, Verdict] = {
    "add_did/active/worse": Pass(),
    "add_did/active/deviates": Pass(),
    "add_did/group/other": Pass(),
    "add_did/group/another": Pass(),
    "add_did/group/same": Pass(),
    "copy_did/active/better": sample.FAIL,
    "copy_did/active/flaky": Pass(),
    "copy_did/group/untested": NotTested(missing="level standard", setting="--allow-writes"),
}
AFTER: dict[str, Verdict] = {
    **dict.fromkeys(BEFORE, Pass()),
    "add_did/active/worse": sample.FAIL,
    "add_did/active/deviates": Deviates(ids=("error-separator",)),
    "copy_did/active/flaky": sample.FAIL,
}


@cache
def compared() -> str:
    """Each kind of change, two cases of which changed alike, and slower replies."""
    return compare_html.render(compare(load_contract(), (_before(), _after())))


@cache
def three() -> str:
    return compare_html.render(compare(load_contract(), (_before(), _before(), _after())))


@cache
def same() -> str:
    return compare_html.render(compare(load_contract(), (_before(), _before())))


@cache
def hostile_comparison() -> str:
    """Every text of both runs is hostile, and no reply is the same."""
    report = sample.hostile()
    results = tuple(sample.case(result.id, Pass(), title=sample.HOSTILE) for result in report.results)
    calm = msgspec.structs.replace(report, results=results, expect="either")
    texts = (sample.HOSTILE, sample.HOSTILE + "other")
    return compare_html.render(compare(load_contract(), [_given(calm, texts[0], 0.01), _given(report, texts[1], 0.01)]))


def _before() -> GivenRun:
    report = sample.report(*(sample.case(id, verdict) for id, verdict in BEFORE.items()))
    return _saying(_given(report, "A: one|two", 0.01), {"add_did/active/worse": "SUCCESS: one"})


def _after() -> GivenRun:
    results = [
        msgspec.structs.replace(sample.case(id, verdict), repeated=False if id.endswith("flaky") else None)
        for id, verdict in AFTER.items()
    ]
    given = _given(sample.report(*results, level="full", deviations=(sample.seen(),)), "A: one|three", 0.05)
    return _saying(given, {"add_did/group/same": "A: one|two", "add_did/active/worse": "ERROR: one"}, "after")


def _saying(given: GivenRun, said: Mapping[str, str], name: str = "before") -> GivenRun:
    """The run with other replies to some cases."""
    assert given.traces
    told = {**given.traces.replies, **{id: replies(text) for id, text in said.items()}}
    return GivenRun(name, given.report, Traces(told, given.traces.waits))


def _given(report: Report, said: str, seconds: float) -> GivenRun:
    waits = {("add_did/group/same", step): Wait("add_did", seconds) for step in range(50)}
    return GivenRun("before", report, Traces({result.id: replies(said) for result in report.results}, waits))


def _row(id: str, kind: FaultKind, *kills: Kill, hidden: str | None = None) -> FaultRow:
    title = f"The fault {id}"
    return FaultRow(id=id, title=title, kind=kind.value, hidden=hidden, trial=Trial(fault=id, kills=kills))


ALL = {"report": report, "hostile": hostile, "fuzzed": fuzzed, "selfcheck": selfcheck}
ALL |= {"compared": compared, "three": three, "same": same, "hostile comparison": hostile_comparison}

import re

import msgspec
import pytest

from conformance.report import latency
from conformance.report.latency import HEIGHT, WIDTH, Chart
from conformance.report.model import CaseResult
from conformance.verdict.model import NotTested, Pass, Verdict, VerdictKind
from tests.report import sample


def case(number: int, seconds: float, verdict: Verdict | None = None, requests: int = 1) -> CaseResult:
    made = sample.case(f"add_did/a/{number}", verdict or Pass())
    return msgspec.structs.replace(made, elapsed=seconds, requests=requests)


def drawn(*cases: CaseResult) -> Chart:
    chart = latency.chart(sample.report(*cases))
    assert chart is not None
    return chart


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"M([\d.]+) ([\d.]+)", path)]


def test_a_slower_reply_is_higher_and_a_later_case_to_the_right() -> None:
    (first, second) = points(drawn(case(1, 0.02), case(2, 0.2)).series[0].path)
    assert 0 < first[0] < second[0] < WIDTH
    assert HEIGHT > first[1] > second[1] > 0


def test_a_wait_is_that_of_one_reply() -> None:
    assert drawn(case(1, 0.6, requests=3), case(2, 0.1)).series[0].slowest.id == "add_did/a/1"
    assert drawn(case(1, 0.6, requests=3), case(2, 0.3)).series[0].slowest.id == "add_did/a/2"


def test_the_median_of_each_verdict_is_told() -> None:
    chart = drawn(case(1, 0.1), case(2, 0.2), case(3, 0.9), case(4, 5, sample.FAIL))
    assert [(s.kind, s.cases, s.middle) for s in chart.series] == [(VerdictKind.FAIL, 1, 5), (VerdictKind.PASS, 3, 0.2)]


@pytest.mark.parametrize("seconds", [1e-9, 0.001, 0.5, 1, 60, 1e6])
def test_every_point_is_inside_whatever_the_wait(seconds: float) -> None:
    chart = drawn(case(1, seconds), case(2, 0.01))
    assert all(0 <= y <= HEIGHT for _, y in points(chart.series[0].path))
    assert {0, HEIGHT} <= {tick.at for tick in chart.up}


@pytest.mark.parametrize("number", [1, 2, 9, 61, 1_229])
def test_the_cases_are_counted_in_few_round_numbers(number: int) -> None:
    chart = drawn(*(case(n, 0.1) for n in range(number)))
    values = [tick.value for tick in chart.across]
    assert values[0] == 1
    assert len(values) <= 9
    assert values == sorted(set(values))


def test_there_is_no_chart_where_nothing_was_sent() -> None:
    untested = NotTested(missing="a role", setting="roles.level7")
    assert latency.chart(sample.report()) is None
    assert latency.chart(sample.report(case(1, 0.0, untested, requests=0))) is None

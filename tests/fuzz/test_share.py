"""What each search may spend, decided before the first one begins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.fuzz.search import Search, taking
from conformance.fuzz.share import USEFUL_SECONDS, shared
from conformance.run.plan import QUESTIONS, USEFUL, Effort
from conformance.verdict.model import NotTested


def searches(*weights: int) -> list[Search]:
    """Searches with these weights, called by their places."""
    return [Search(str(place), "", taking(lambda _: iter(())), weight=weight) for place, weight in enumerate(weights)]


@pytest.mark.parametrize(
    ("weights", "for_searches", "requests"),
    [
        ((1,), 30, {"0": 30}),
        ((1, 1), 400, {"0": 200, "1": 200}),
        ((3, 1), 400, {"0": 300, "1": 100}),
        ((8, 1, 1), 160, {"0": 100, "1": 30, "2": 30}),
        ((9, 2, 1), 130, {"0": 70, "1": 30, "2": 30}),
        ((9, 1), 59, {"0": 59}),
        ((9, 1), 29, {}),
    ],
    ids=["one", "even", "weight", "least", "least of two weights", "enough for one", "enough for none"],
)
def test_a_budget_is_shared_by_weight_and_no_share_is_too_small_to_be_of_use(
    weights: tuple[int, ...], for_searches: int, requests: dict[str, float]
) -> None:
    found = shared(searches(*weights), Effort(QUESTIONS + for_searches)).of
    assert {name: share.requests for name, share in found.items()} == pytest.approx(requests)


@pytest.mark.parametrize(
    ("seconds", "shares"),
    [(0.3, {"0": 0.3}), (1.0, {"0": 1.0}), (2.0, {"0": 1.0, "1": 1.0}), (12.0, {"0": 6.0, "1": 4.0, "2": 2.0})],
)
def test_a_time_is_shared_in_the_same_way_and_is_always_enough_for_one(
    seconds: float, shares: dict[str, float]
) -> None:
    found = shared(searches(3, 2, 1), Effort(None, seconds)).of
    assert {name: share.seconds for name, share in found.items()} == pytest.approx(shares)


@given(
    st.lists(st.integers(1, 10), min_size=1, max_size=11), st.integers(1, 3000), st.integers(0, 20), st.integers(1, 4)
)
def test_shares_and_questions_never_come_to_more_than_the_budget(
    weights: list[int], budget: int, seed: int, processes: int
) -> None:
    found = shared(searches(*weights), Effort(budget, seed=seed), processes).of
    assert all(share.requests >= USEFUL - 0.001 for share in found.values())
    assert not found or sum(share.requests for share in found.values()) + processes * QUESTIONS <= budget + 0.001


@pytest.mark.parametrize("number", [1, 2, 3, 5])
def test_seeds_one_after_the_other_reach_every_search(number: int) -> None:
    made, effort = searches(*[1] * 11), Effort(QUESTIONS + number * USEFUL)
    each = [shared(made, Effort(effort.requests, seed=seed)).of.keys() for seed in range(11 // number + 1)]
    assert {len(names) for names in each} == {number}
    assert set().union(*each) == {search.name for search in made}


@pytest.mark.parametrize(
    ("effort", "processes", "setting"),
    [
        (Effort(60), 1, f"--budget {QUESTIONS + 2 * USEFUL}"),
        (Effort(60), 3, f"--budget {3 * QUESTIONS + 2 * USEFUL}"),
        (Effort(None, 1.0), 1, f"--time {2 * USEFUL_SECONDS:g}s"),
    ],
    ids=["budget", "processes", "time"],
)
def test_it_is_said_what_would_be_enough_for_all(effort: Effort, processes: int, setting: str) -> None:
    made = searches(1, 1)
    lacking = shared(made, effort, processes).none
    assert lacking.setting == setting
    value = int(setting.split()[1].rstrip("s"))
    enough = Effort(value) if effort.seconds is None else Effort(None, value)
    assert len(shared(made, enough, processes).of) == 2


def test_what_a_share_too_small_would_need_is_more_than_was_given() -> None:
    found = shared(searches(1), Effort(60)).too_small
    assert found == NotTested(missing="a larger share of the budget", setting="more than --budget 60")

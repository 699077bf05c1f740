"""The page of a comparison, as somebody uses it."""

import pytest

from tests.browser import pages
from tests.browser.visit import Open, Visit

pytestmark = pytest.mark.untraced

WORSE = "add_did/active/worse"
ALIKE = "add_did/group/another"
BETTER = "copy_did/active/better"
SAME = "add_did/group/same"


@pytest.fixture
def two(visit: Open) -> Visit:
    return visit(pages.compared())


def test_the_answer_and_its_reason_come_first(two: Visit) -> None:
    answer = two.page.locator(".answer.bad").inner_text()
    assert "Worse: 1 regression, 1 fix; 1 call that now fails, 4 said otherwise, 6 of 8 cases compared." in answer
    assert "What conformed fails now, or fails in another way: add_did (1)." in answer


@pytest.mark.parametrize(
    ("name", "tone", "answer"),
    [("same", "good", "The same: no difference"), ("three", "bad", "1 worse, 1 the same")],
)
def test_the_answer_is_coloured_by_what_it_means(name: str, tone: str, answer: str, visit: Open) -> None:
    assert answer in visit(pages.ALL[name]()).page.locator(f".answer.{tone} h1").inner_text()


def test_what_the_runs_do_not_have_in_common_is_told(two: Visit) -> None:
    assert two.page.locator("#runs").get_by_text("Not the same for all runs: level.").is_visible()
    assert two.page.locator("#runs tr", has_text="level").inner_text().split() == ["level", "standard", "full"]


def test_what_is_felt_comes_first_and_the_map_last(two: Visit) -> None:
    ids = two.page.locator("main > section").evaluate_all("all => all.map(one => one.id)")
    assert ids[:4] == ["felt", "calls-that-fail", "said-otherwise", "waits"]
    assert ids[-4:] == ["differing", "same", "where", "map"]


def test_each_kind_is_on_the_first_screen_with_an_example_and_both_replies(two: Visit) -> None:
    two.page.set_viewport_size({"width": 1280, "height": 900})
    told = two.page.locator("#felt tr")
    assert told.first.inner_text().split("\n")[-1].split() == ["ERROR:", "one"]
    assert told.last.locator("dt").all_inner_texts() == ["before", "after"]
    assert told.last.evaluate("one => one.getBoundingClientRect().bottom < innerHeight")
    told.first.get_by_role("link", name="calls that now fail").click()
    assert two.fragment == "#calls-that-fail"


def test_what_changed_in_a_reply_is_marked_before_and_after(two: Visit) -> None:
    marks = two.by_id(BETTER).locator("mark")
    assert "".join(marks.all_text_contents()) == "wohree"
    assert two.by_id(BETTER).locator("dt").all_text_contents() == ["before", "after"]


def test_a_call_that_fails_now_has_both_replies_as_they_are(two: Visit) -> None:
    assert two.by_id(WORSE).locator("dd").all_inner_texts() == ["SUCCESS: one", "ERROR: one"]
    assert two.by_id(WORSE).locator(".badge").all_inner_texts() == ["regression"]


def test_cases_that_changed_alike_are_one_card(two: Visit) -> None:
    cards = two.page.locator("#said-otherwise > details")
    assert (cards.count(), cards.locator("summary b").inner_text()) == (2, "3 cases of add_did")


def test_a_kind_of_change_is_hidden_and_the_count_told(two: Visit) -> None:
    two.page.get_by_role("checkbox", name="calls-that-fail").uncheck()
    assert (len(two.items()), two.told) == (7, "7 of 8 cases")
    assert not two.page.get_by_role("heading", name="Calls that now fail").is_visible()
    assert two.cell(WORSE).get_attribute("class") == "cell calls-that-fail dim"


def test_a_function_and_a_field_are_chosen(two: Visit) -> None:
    two.page.get_by_label("function").select_option("add_did")
    two.page.get_by_label("field").select_option("active")
    assert (sorted(two.items()), two.told) == (["add_did/active/deviates", WORSE], "2 of 8 cases")


def test_a_function_of_the_roll_up_is_chosen_by_a_click(two: Visit) -> None:
    two.page.locator("#where").get_by_role("link", name="copy_did").click()
    two.page.get_by_role("status").filter(has_text="3 of 8 cases").wait_for()
    assert two.fragment == "#?function=copy_did"


def test_the_changes_are_rolled_up_by_deviation(two: Visit) -> None:
    two.page.get_by_text("By known deviation").click()
    told = two.page.locator("#deviations tr", has_text="error-separator").inner_text()
    assert told.startswith("misleading")
    assert told.split()[-2:] == ["0", "1"]


def test_waits_that_shifted_are_told(two: Visit) -> None:
    assert two.page.locator("#waits tr").last.inner_text().split()[-1] == "5.0"


@pytest.mark.parametrize("id", [WORSE, ALIKE, SAME, "copy_did/active/flaky", "copy_did/group/untested"])
@pytest.mark.parametrize("name", ["compared", "three"])
def test_a_link_to_a_case_opens_it(name: str, id: str, visit: Open) -> None:
    it = visit(pages.ALL[name]().replace(" open>", ">"), f"#{id}")
    assert it.by_id(id).locator(".id").first.is_visible()
    assert it.by_id(id).evaluate("one => one.getBoundingClientRect().top < innerHeight")


def test_a_cell_of_the_map_leads_to_its_case(two: Visit) -> None:
    two.page.get_by_role("checkbox", name="said-otherwise").uncheck()
    two.cell(ALIKE).click()
    assert two.by_id(ALIKE).is_visible()


@pytest.mark.parametrize("name", ["compared", "three", "same"])
def test_every_link_leads_somewhere_and_every_case_has_one_anchor(name: str, visit: Open) -> None:
    page = visit(pages.ALL[name]()).page
    ids = page.locator("[id]").evaluate_all("all => all.map(one => one.id)")
    links = page.locator("a").evaluate_all("all => all.map(one => decodeURIComponent(one.hash.slice(1)))")
    assert len(ids) == len(set(ids))
    assert {link for link in links if not link.startswith("?")} <= set(ids)
    assert set(pages.BEFORE) <= set(ids)


def test_the_keyboard_goes_through_the_map(two: Visit) -> None:
    two.cell("add_did/active/deviates").focus()
    two.page.keyboard.press("ArrowDown")
    assert two.page.locator(":focus").get_attribute("aria-label") == f"{ALIKE}: said-otherwise"


def test_of_three_runs_the_cases_that_differ_come_first(visit: Open) -> None:
    it = visit(pages.three())
    rows = it.page.locator("#differing tbody > tr")
    assert rows.first.locator(".id").inner_text() == WORSE
    assert rows.first.locator(":scope > td").all_inner_texts()[2:] == ["pass a", "pass a", "fail b"]
    assert it.page.locator("#same .id").all_text_contents() == [SAME]
    assert "3: pass -> fail" in rows.first.inner_text()


def test_without_a_script_all_is_there_and_changes_are_filtered(visit: Open) -> None:
    it = visit(pages.compared(), java_script_enabled=False)
    it.page.get_by_role("checkbox", name="calls-that-fail").uncheck()
    assert not it.by_id(WORSE).is_visible()
    assert it.by_id("copy_did/active/better").is_visible()


def test_what_a_server_says_is_text_and_no_more(visit: Open) -> None:
    page = visit(pages.hostile_comparison()).page
    assert page.locator("script").count() == 1
    assert page.locator("body").inner_text().count("<script>alert(1)</script>") > 5
    assert "\u202e" not in page.content()

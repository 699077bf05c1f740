"""The page of a report, as somebody uses it."""

import pytest

from conformance.report import html
from conformance.verdict.model import Difference, Fail
from tests.browser import pages
from tests.browser.visit import DESK, Open, Visit
from tests.report import sample

pytestmark = pytest.mark.untraced

FAILED = "add_did/active/lower-case"
FOLDED = "update_did/active/lower-case"


@pytest.fixture
def report(visit: Open) -> Visit:
    return visit(pages.report())


def test_all_cases_are_there_at_first_and_counted(report: Visit) -> None:
    assert (sorted(report.items()), report.told) == (sorted(sample.VERDICTS), "all 8 cases")


def test_a_verdict_is_hidden_and_the_count_told(report: Visit) -> None:
    report.page.get_by_role("checkbox", name="not-tested").uncheck()
    assert (len(report.items()), report.told) == (5, "5 of 8 cases")
    assert report.cell("add_did/group/known").get_attribute("class") == "cell not-tested dim"


def test_a_function_and_a_field_are_chosen(report: Visit) -> None:
    report.page.get_by_label("function").select_option("add_did")
    report.page.get_by_label("field").select_option("active")
    assert (report.items(), report.told) == ([FAILED], "1 of 8 cases")


def test_a_text_of_a_reply_is_found(report: Visit) -> None:
    report.page.get_by_label("Find text").fill("HAS BEEN ADDED")
    assert report.page.locator(".card").filter(visible=True).count() == 2


def test_a_group_without_a_case_left_is_not_shown(report: Visit) -> None:
    report.page.get_by_label("function").select_option("version")
    assert not report.page.get_by_role("heading", name="Failures").is_visible()
    assert report.page.get_by_role("heading", name="Errors").is_visible()


def test_show_all_takes_the_filters_back(report: Visit) -> None:
    report.page.get_by_label("function").select_option("version")
    report.page.get_by_role("button", name="Show all").click()
    assert (len(report.items()), report.fragment) == (8, "")


def test_a_link_to_the_filters_shows_the_same_to_others(report: Visit, visit: Open) -> None:
    report.page.get_by_role("checkbox", name="pass").uncheck()
    report.page.get_by_label("field").select_option("did_pattern")
    report.page.get_by_label("Find text").fill("limit")
    other = visit(pages.report(), report.fragment)
    assert report.items() == other.items() == ["add_did/did_pattern/exists"]
    assert other.page.get_by_label("Find text").input_value() == "limit"


@pytest.mark.parametrize("fragment", ["#?function=nobody", "#%", "#nothing"])
def test_a_fragment_that_means_nothing_hides_nothing(fragment: str, visit: Open) -> None:
    assert len(visit(pages.report(), fragment).items()) == 8


@pytest.mark.parametrize("id", [FAILED, FOLDED, "version/plain/slow"])
def test_a_link_to_a_case_opens_it(id: str, visit: Open) -> None:
    it = visit(pages.report().replace(" open>", ">"), f"#{id}")
    assert it.by_id(id).locator(".quiet").first.is_visible()
    assert it.by_id(id).evaluate("one => one.getBoundingClientRect().top < innerHeight")


def test_a_case_that_filters_hide_is_shown_when_asked_for(report: Visit) -> None:
    report.page.get_by_role("checkbox", name="blocked").uncheck()
    report.cell(FOLDED).click()
    assert report.by_id(FOLDED).is_visible()


def test_a_case_shows_what_its_deviation_is(report: Visit) -> None:
    report.cell("add_did/did_pattern/exists").click()
    assert "documented" in report.by_id("add_did/did_pattern/exists").locator("li").inner_text()


def test_the_keyboard_is_enough(report: Visit) -> None:
    keys, focus = report.page.keyboard, report.page.locator(":focus")
    keys.press("Tab")
    assert focus.inner_text() == "Skip to the results"
    keys.press("/")
    keys.type("nobody has this")
    assert report.told == "0 of 8 cases"
    keys.press("Escape")
    assert report.told == "all 8 cases"
    keys.press("Tab")
    assert focus.get_attribute("aria-label") == f"{FAILED}: fail"
    keys.press("ArrowDown")
    assert focus.get_attribute("aria-label") == "add_did/did_pattern/exists: deviation"
    keys.press("ArrowRight")
    assert focus.get_attribute("aria-label") == "add_did/did_pattern/least: pass"
    keys.press("ArrowUp")
    keys.press("Enter")
    report.page.wait_for_function("location.hash.length > 0")
    assert report.fragment == f"#{FAILED}"


def test_a_grid_is_one_stop_of_the_tabulator(report: Visit) -> None:
    stops = report.page.locator(".grid").evaluate_all(
        "grids => grids.map(grid => grid.querySelectorAll('a:not([tabindex=\"-1\"])').length)"
    )
    assert stops == [1, 1, 1, 1]


def test_the_case_under_the_pointer_is_named(report: Visit) -> None:
    report.cell(FAILED).hover()
    assert report.page.locator("#readout").inner_text() == f"{FAILED}: fail"


def test_a_line_is_copied(visit: Open) -> None:
    it = visit(pages.report(), permissions=["clipboard-read", "clipboard-write"])
    it.by_id(FAILED).get_by_role("button", name="Copy").click()
    it.by_id(FAILED).get_by_role("button", name="Copied").wait_for()
    assert it.page.evaluate("navigator.clipboard.readText()") == sample.CURL


def test_expected_and_got_stand_in_the_same_columns(visit: Open) -> None:
    texts = {"documented": "A DID B", "shipped": "A DID B", "got": "A שDIDשB"}
    verdict = Fail(summary="s", differences=(Difference(step=1, line=1, aspect="message", **texts),))
    it = visit(html.render(sample.report(sample.case("add_did/a/b", verdict))))
    lefts = it.page.locator(".aligned code").evaluate_all(
        "lines => lines.map(line => [...line.childNodes].filter(one => one.textContent === 'DID').map(one => {"
        " const range = document.createRange(); range.selectNodeContents(one);"
        " return Math.round(range.getBoundingClientRect().left); }))"
    )
    assert len(lefts[0]) == 1
    assert lefts[0] == lefts[1]


def test_without_a_script_all_is_there_and_verdicts_are_filtered(visit: Open) -> None:
    it = visit(pages.report(), java_script_enabled=False)
    assert it.page.locator("select, .copy").filter(visible=True).count() == 0
    it.page.get_by_role("checkbox", name="error").uncheck()
    assert it.by_id(FAILED).is_visible()
    assert not it.by_id("version/plain/slow").is_visible()


def test_what_a_server_says_is_text_and_no_more(visit: Open) -> None:
    page = visit(pages.hostile()).page
    assert page.locator("script").count() == 1
    assert page.locator("body").inner_text().count("<script>alert(1)</script>") > 5
    assert "\u202e" not in page.content()


def test_a_report_of_nothing_is_a_page(visit: Open) -> None:
    page = visit(html.render(sample.report(ended="interrupted", expected=3))).page
    assert page.get_by_role("heading", level=1).inner_text() == "The run ended early: interrupted"


def test_the_faults_of_a_self_check_are_filtered(visit: Open) -> None:
    it = visit(pages.selfcheck())
    it.page.get_by_label("kind").select_option("reply")
    assert (sorted(it.items()), it.told) == (["own/same", "own/word"], "2 of 4 faults")
    it.page.get_by_role("checkbox", name="survivor").uncheck()
    assert it.items() == ["own/word"]


def test_the_first_cause_is_on_the_first_screen_before_the_map(visit: Open) -> None:
    page = visit(html.render(sample.every_verdict(left=()))).page
    cause, area = (page.locator(where).first.bounding_box() for where in (".cause", "#map"))
    assert cause is not None
    assert area is not None
    assert 0 < cause["y"] < cause["y"] + cause["height"] < DESK["height"]
    assert cause["y"] < area["y"]


def test_a_clause_leads_to_its_text(visit: Open) -> None:
    shown = visit(html.render(sample.every_verdict()))
    shown.page.locator(".cause").get_by_role("link", name="NON-AGENT_API.txt#add_did").click()
    shown.page.get_by_text("Creates one DID.").wait_for(state="visible")

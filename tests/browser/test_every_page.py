"""What holds for each page, however it came about."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser import pages
from tests.browser.visit import DESK, PHONE, Open, Visit

pytestmark = pytest.mark.untraced

every_page = pytest.mark.parametrize("name", pages.ALL)


def opened(visit: Open, name: str, **options: object) -> Visit:
    return visit(pages.ALL[name](), **options)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["report", "fuzzed", "selfcheck", "compared", "three"])
def test_everybody_can_use_it(name: str, theme: str, visit: Open) -> None:
    page = opened(visit, name, color_scheme=theme).page
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in {"serious", "critical"}] == []


def test_a_page_that_not_everybody_can_use_would_be_found(visit: Open) -> None:
    page = visit("<!doctype html><html lang=en><title>a</title><p style='color:#ccc'>pale").page
    assert [one["id"] for one in Axe().run(page).response["violations"] if one["impact"] == "serious"]


@every_page
def test_it_asks_for_nothing_but_itself_and_the_console_is_silent(name: str, visit: Open) -> None:
    it = opened(visit, name)
    assert (it.strangers, it.complaints) == ([], [])


def test_a_request_and_a_complaint_would_be_noticed(visit: Open) -> None:
    it = visit(
        pages.report().replace("default-src 'none'", "").replace("</main>", '<img src="other.png" alt=""></main>')
    )
    assert (len(it.strangers), len(it.complaints)) == (1, 1)
    it.strangers.clear()
    it.complaints.clear()


@every_page
def test_the_policy_stops_a_script_that_is_not_ours(name: str, visit: Open) -> None:
    it = visit(pages.ALL[name]().replace("</main>", "<script>document.title = 'taken'</script></main>"))
    assert it.page.title() != "taken"
    assert "Content Security Policy" in it.complaints.pop()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@every_page
def test_it_is_no_wider_than_the_window(name: str, size: dict[str, int], visit: Open) -> None:
    page = opened(visit, name, viewport=size).page
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@every_page
def test_it_is_light_or_dark_as_the_reader_wants(name: str, visit: Open) -> None:
    page = opened(visit, name).page
    assert brightness(page, "light") > 200
    assert brightness(page, "dark") < 60


def brightness(page: Page, theme: Literal["light", "dark"]) -> int:
    page.emulate_media(color_scheme=theme)
    return int(page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]"))


@every_page
def test_on_paper_nothing_is_folded_away_and_no_control_is_left(name: str, visit: Open) -> None:
    page = opened(visit, name).page
    page.emulate_media(media="print")
    assert page.locator("tr[data-item]").evaluate_all("rows => rows.every(row => row.checkVisibility())")
    assert page.locator(".choices button, .choices select, .copy, .skip").filter(visible=True).count() == 0
    assert page.pdf()[:5] == b"%PDF-"

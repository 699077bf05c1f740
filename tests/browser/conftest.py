"""One headless Chromium for all tests of this folder.

It is the package's, not the session's: Playwright's loop counts as running in the thread of the tests for as long as it
is there, and tests elsewhere start loops of their own.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.visit import Open, Visit

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str:
    """The browser's path, from CHROMIUM or from PATH."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if found:
        return found
    missing = "no Chromium: install it (apt-get install chromium), or name it in the variable CHROMIUM"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a page; at the end of the test, none may have complained or asked for anything but itself."""
    visits: list[Visit] = []

    def opened(text: str, fragment: str = "", **options: object) -> Visit:
        visits.append(Visit.to(browser, tmp_path / f"{len(visits)}.html", text, fragment, options))
        return visits[-1]

    yield opened
    for one in visits:
        one.page.context.close()
    assert [(one.complaints, one.strangers) for one in visits] == [([], [])] * len(visits)

"""A page that is open in the browser, and what it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
_TIMEOUT = 10_000


@dataclass
class Visit:
    """A page, the requests it made for anything but itself, and what its console said."""

    page: Page
    url: str
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def to(cls, browser: Browser, file: Path, text: str, fragment: str, options: dict[str, Any]) -> Visit:
        """Write a page into a file and open it."""
        file.write_text(text, "utf-8")
        page = browser.new_context(**{"viewport": DESK, **options}).new_page()
        page.set_default_timeout(_TIMEOUT)
        visit = cls(page, file.as_uri())
        page.on("request", visit._requested)
        page.on("console", lambda message: visit.complaints.append(message.text))
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        page.on("dialog", lambda dialog: visit.complaints.append(dialog.message))
        page.goto(file.as_uri() + fragment)
        return visit

    def _requested(self, request: Any) -> None:
        if request.url.split("#")[0] != self.url:
            self.strangers.append(request.url)

    def by_id(self, id: str) -> Locator:
        return self.page.locator(f'[id="{id}"]')

    def cell(self, id: str) -> Locator:
        return self.page.locator(f'a.cell[aria-label^="{id}:"]')

    def items(self) -> list[str]:
        """The cases or faults that are listed and not hidden."""
        return self.page.locator("tr[data-item]").evaluate_all(
            "rows => rows.filter(row => getComputedStyle(row).display !== 'none')"
            ".map(row => row.querySelector('.id, code').textContent)"
        )

    @property
    def told(self) -> str:
        """What the page tells of how much is left."""
        return self.page.get_by_role("status").first.inner_text()

    @property
    def fragment(self) -> str:
        return self.page.evaluate("location.hash")


Open = Callable[..., Visit]

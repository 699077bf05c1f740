"""Making failing inputs smaller may take few requests here: that it is done is tested, not how far it gets."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.fuzz.driver.SHRINKING", 150)

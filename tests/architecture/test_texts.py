"""What a server says stands in the contract alone: a run that looks for a reply takes its text from there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from conformance.contract.load import load_contract
from conformance.run.messages import messages

PACKAGE = Path(__file__).parents[2] / "conformance"
CONTRACT = load_contract()
SAID = frozenset(
    message
    for function in (CONTRACT.common, *CONTRACT.functions.values())
    for message in messages(CONTRACT, function.name, *function.replies)
    if len(message) > 15
)
"""Messages that nobody writes by chance."""


def retyped(modules: Iterable[Path]) -> list[tuple[str, str]]:
    """Each module with a message of the contract that stands in it."""
    texts = ((module.name, module.read_text("utf-8")) for module in modules)
    return [(name, message) for name, text in texts for message in sorted(SAID) if message in text]


def test_no_text_of_a_server_is_retyped_where_a_run_acts_on_it() -> None:
    assert retyped((PACKAGE / "run").glob("*.py")) == []


def test_a_text_that_is_retyped_is_found(tmp_path: Path) -> None:
    (tmp_path / "logins.py").write_text('LOGIN_INCORRECT = "Login incorrect, please try again"\n')
    assert retyped(tmp_path.glob("*.py")) == [("logins.py", "Login incorrect, please try again")]

"""Functions and kinds of rows are data: Python that names one of them says why, and nothing else does."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.asking import CONTRACT

CODE = Path(__file__).parents[2] / "conformance"

WORDS = frozenset({"version", "user", "call", "list", "lead", "campaign", "chat"})
"""Names that are words of the language, or parameters, as well."""

STORY = "cases about DIDs that somebody wrote by hand"
BUG = "bugs that somebody wrote by hand, or that are made of the functions about DIDs"
SEARCH = "what is searched for is about DIDs"
FIRST = "every server is tried with a DID before anything else"
EXAMPLE = "an example in a help text"

NAMES: Mapping[str, str] = {
    "cases/access.py": STORY,
    "cases/batches.py": STORY,
    "cases/boundaries.py": STORY,
    "cases/encodings.py": STORY,
    "cases/examples.py": STORY,
    "cases/lifecycle.py": STORY,
    "cases/make.py": STORY,
    "cases/model.py": "the placeholder of a DID",
    "cases/ordering.py": STORY,
    "cases/sample.py": "values that look like what they stand for",
    "cases/steps.py": STORY,
    "cases/strategies.py": SEARCH,
    "cases/transport.py": STORY,
    "commands/emulator.py": EXAMPLE,
    "commands/list_cases.py": EXAMPLE,
    "commands/openapi.py": EXAMPLE,
    "commands/replay.py": EXAMPLE,
    "commands/run.py": EXAMPLE,
    "commands/shared.py": EXAMPLE,
    "commands/show.py": EXAMPLE,
    "contract/openapi.py": "the placeholder of a DID",
    "contract/predict.py": "three requests of which old builds were recorded printing SQL",
    "contract/quirks.py": "quirks that contract files name",
    "emulator/faults/": BUG,
    "fuzz/": SEARCH,
    "identify/choice.py": FIRST,
    "rejudge/template.py": "the placeholder of a DID",
    "run/doctor.py": FIRST,
    "run/ledger.py": "ledgers of runs that knew DIDs alone",
    "run/preflight.py": FIRST,
    "run/removable.py": FIRST,
    "stand_in/fixture.py": "`dids`, which tests of others use",
}
"""Files and folders that name a function or a kind, each with the reason. It only ever gets shorter."""


def named_in(path: Path) -> set[str]:
    """The functions, and the kinds, that stand in a file's texts, docstrings apart."""
    functions, kinds = CONTRACT.functions.keys() - WORDS, CONTRACT.kinds.keys() - WORDS
    texts = list(texts_of(ast.parse(path.read_text("utf-8"))))
    found = {word for text in texts for word in re.findall(r"[a-z_]+", text) if word in functions}
    return found | {text for text in texts if text in kinds}


def texts_of(tree: ast.Module) -> Iterator[str]:
    """Every text of a module but its docstrings."""
    told = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    blocks = (node.body[0] for node in ast.walk(tree) if isinstance(node, told) and node.body)
    docstrings = {id(first.value) for first in blocks if isinstance(first, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


NAMING = {str(path.relative_to(CODE)): found for path in CODE.rglob("*.py") if (found := named_in(path))}


@pytest.mark.parametrize("file", sorted(NAMING))
def test_python_names_no_function_and_no_kind_without_a_reason(file: str) -> None:
    assert any(file == known or (known.endswith("/") and file.startswith(known)) for known in NAMES), NAMING[file]


@pytest.mark.parametrize("known", NAMES)
def test_a_reason_is_given_only_for_what_is_there(known: str) -> None:
    assert any(file.startswith(known) for file in NAMING)


def test_no_file_names_a_function_that_is_neither_about_dids_nor_a_quirk() -> None:
    others = {file: found for file, found in NAMING.items() if {name for name in found if "did" not in name}}
    assert set(others) <= {
        "cases/sample.py",
        "contract/quirks.py",
        *(file for file in NAMING if file.startswith(("emulator/faults/", "fuzz/"))),
        *("cases/examples.py", "cases/lifecycle.py", "run/doctor.py"),
    }

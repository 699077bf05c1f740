"""One word, one meaning: no two classes of the package have one name."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "conformance"


def homes(modules: Iterable[Path]) -> Mapping[str, list[str]]:
    """The modules in which each class name is defined."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(module.name)
    return found


def twice(modules: Iterable[Path]) -> set[str]:
    """The class names that are defined more than once."""
    return {name for name, places in homes(modules).items() if len(places) > 1}


def test_no_class_name_is_given_to_two_classes() -> None:
    assert twice(PACKAGE.rglob("*.py")) == set()


def test_a_name_that_two_modules_define_is_found(tmp_path: Path) -> None:
    for name in ("one.py", "other.py"):
        (tmp_path / name).write_text(f"class Same:\n    pass\n\n\nclass {name[:-3].title()}:\n    pass\n")
    assert twice(tmp_path.glob("*.py")) == {"Same"}

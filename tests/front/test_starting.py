"""What a command loads: libraries that only one search needs wait until that search runs."""

import subprocess
import sys
from pathlib import Path

import pytest

SCHEMATHESIS = ("schemathesis", "requests", "werkzeug", "graphql")
TOLD = """import atexit, sys
names = sys.argv.pop(1).split()
atexit.register(lambda: print("loaded:", *(name for name in names if name in sys.modules), file=sys.stderr))
from conformance.start import main
main()"""


def loaded(folder: Path, *words: str) -> str:
    line = [sys.executable, "-c", TOLD, " ".join(SCHEMATHESIS), *words, "--quiet", "--report", str(folder / "r")]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - our own
    assert done.returncode == 0, done.stderr
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "words", [("run", "--only", "version/*"), ("fuzz", "--only", "counts", "--budget", "50")], ids=["run", "fuzz"]
)
def test_nothing_of_schemathesis_is_loaded_without_a_search_of_schemas(words: tuple[str, ...], tmp_path: Path) -> None:
    assert loaded(tmp_path, *words) == "loaded:"


def test_a_search_of_schemas_loads_it(tmp_path: Path) -> None:
    assert "schemathesis" in loaded(tmp_path, "fuzz", "--only", "schemas", "--budget", "50")


def test_our_own_tests_load_no_plugin_of_it(request: pytest.FixtureRequest) -> None:
    assert request.config.pluginmanager.is_blocked("schemathesis")

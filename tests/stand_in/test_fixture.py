"""The fixture `vicidial_emulator`, as the tests of somebody's client use it."""

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.untraced

ASK = """
import urllib.request

import pytest

def ask(server, query):
    login = f"source=test&user={server.user}&pass={server.password}"
    with urllib.request.urlopen(f"{server.url}?{login}&{query}") as reply:
        return reply.read().decode()

ADD = "function=add_did&did_pattern=999"
"""

Ran = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path) -> Ran:
    """pytest on tests that are written here, as a process of its own."""

    def run(tests: str, *options: str) -> tuple[int, str]:
        (tmp_path / "test_client.py").write_text(ASK + textwrap.dedent(tests))
        words = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-W", "error", "--strict-markers", *options]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=90)  # noqa: S603
        return done.returncode, done.stdout

    return run


def test_every_test_has_an_emulator_as_new(run: Ran) -> None:
    code, said = run("""
        @pytest.mark.parametrize("time", range(3))
        def test_it(vicidial_emulator, time):
            assert vicidial_emulator.requests == ()
            assert ask(vicidial_emulator, ADD).startswith("SUCCESS")
            assert vicidial_emulator.dids[-1]["did_pattern"] == "999"
            assert [seen.function for seen in vicidial_emulator.requests] == ["add_did"]
            vicidial_emulator.reset()
            assert vicidial_emulator.requests == ()
            assert ask(vicidial_emulator, ADD).startswith("SUCCESS")

        def test_a_password_is_not_shown(vicidial_emulator):
            ask(vicidial_emulator, "function=version")
            shown = f"{vicidial_emulator!r} {vicidial_emulator.requests!r} {vicidial_emulator.requests[0]}"
            assert f"pass={vicidial_emulator.password}" not in shown
            assert f"'{vicidial_emulator.password}'" not in shown
    """)
    assert (code, "4 passed" in said) == (0, True), said


def test_a_mark_says_what_server_it_is(run: Ran) -> None:
    code, said = run("""
        @pytest.mark.vicidial_emulator(build="2.14-137", dialect="documented", sql_mode="strict", php="7.4")
        def test_settings(vicidial_emulator):
            assert ask(vicidial_emulator, "function=version").startswith("VERSION: 2.14-137")

        @pytest.mark.vicidial_emulator(php=7.4, latency=0.01, non_latin=True)
        def test_numbers(vicidial_emulator):
            assert ask(vicidial_emulator, ADD).startswith("SUCCESS")

        @pytest.mark.vicidial_emulator(fault="by-hand/replies/html-around")
        def test_fault(vicidial_emulator):
            assert ask(vicidial_emulator, ADD).startswith("<html>")

        def test_none(vicidial_emulator):
            assert ask(vicidial_emulator, ADD).startswith("SUCCESS")
    """)
    assert (code, "4 passed" in said) == (0, True), said


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ('bild="2.14-137"', "bild: an emulator has no such setting: there are dialect, build, "),
        ("build=2.14", "build: '2.14' is not an API build such as 2.14-202"),
        ('"2.14-137"', "takes settings by name, such as build='2.14-137'"),
        ('sql_mode="hard"', "sql_mode hard: there are legacy, strict"),
        ("latency=-1", "latency -1: is no time"),
        (
            'fault="by-hand/wire/close"',
            "fault by-hand/wire/close: there is no such fault: did you mean by-hand/wire/closes",
        ),
    ],
)
def test_a_mark_that_is_wrong_is_one_line(mark: str, said: str, run: Ran) -> None:
    code, text = run(f"""
        @pytest.mark.vicidial_emulator({mark})
        def test_it(vicidial_emulator):
            pass
    """)
    assert code == 1
    assert f"the mark vicidial_emulator{'' if 'takes' in said else ':'} {said}" in text
    assert "Traceback" not in text
    assert "plugin.py" not in text


def test_who_asks_for_no_emulator_imports_none(run: Ran) -> None:
    code, said = run("""
        import sys

        def test_it():
            heavy = {"uvicorn", "starlette", "conformance.emulator", "conformance.stand_in", "conformance.contract"}
            assert heavy & set(sys.modules) == set()
    """)
    assert code == 0, said

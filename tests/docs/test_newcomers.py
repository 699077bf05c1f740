"""An operator and the author of an emulator follow the quick start word for word, and read what is on their screens."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from conformance.emulator.config import Config
from conformance.emulator.respond import Behaviour
from tests.docs.pages import README, ROOT, Page
from tests.docs.test_readme_runs import served
from tests.front.servers import Server, liar, serving

pytestmark = pytest.mark.untraced

START = Page(ROOT / "docs/quick-start.md")
SCREEN = 24
"""Lines of a terminal."""

_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def lines(heading: str) -> list[str]:
    """What a section of the page says to type."""
    return "".join(_BLOCK.findall(START.section(heading))).splitlines()


OPERATOR, AUTHOR = lines("You operate a live dialer"), lines("You write an emulator, a proxy or a client")
WHOLE = [line for line in (*OPERATOR, *AUTHOR) if "--allow-writes" in line and not re.search("--only|--dry-run", line)]
"""Runs of all cases, which take too long to be repeated here."""


@dataclass(frozen=True)
class Shell:
    """A folder to be in, and an environment in which the servers of the page answer."""

    here: Path
    environment: Mapping[str, str]

    def typed(self, line: str) -> tuple[int, list[str]]:
        """The exit code of a line, and what is left of it on a screen."""
        done = subprocess.run(  # noqa: S603 - our own program
            ["bash", "-c", f"{line} 2>&1"],  # noqa: S607
            cwd=self.here,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout.splitlines()[-SCREEN:]


def shell(here: Path, ports: Mapping[str, int]) -> Shell:
    program = here / "bin" / "vicidial-conformance"
    program.parent.mkdir()
    reach = f"{sys.executable} -m tests.docs.reaching '{json.dumps(ports)}' {program.name}"
    program.write_text(f'#!/bin/sh\nexec {reach} "$@"\n')
    program.chmod(0o755)
    more = {"PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "VICIDIAL_PASS": "1234"}
    return Shell(here, {**os.environ, **more, "COLUMNS": "80", "SSL_CERT_FILE": str(here / "ca.pem")})


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Somebody with a dialer that takes calls."""
    here = tmp_path_factory.mktemp("operator")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(here / "ca.pem")
    with served(Config(), authority.issue_cert("dialer.example")) as port:
        yield shell(here, {"443": port})


def author(here: Path, server: Server) -> Shell:
    """Somebody with an emulator of their own on port 8080."""
    return shell(here, {"8080": int(re.findall(r":(\d+)/", server.url)[0])})


@pytest.fixture
def author_of(tmp_path: Path) -> Iterator[Shell]:
    with serving() as server:
        yield author(tmp_path, server)


def test_what_is_not_repeated_here_is_what_the_readme_runs() -> None:
    told = " ".join(README.blocks("sh"))
    assert (len(WHOLE), [line for line in WHOLE if line not in told]) == (3, [])


def test_the_operator_is_told_first_what_can_be_tested(operator: Shell) -> None:
    [line] = [line for line in OPERATOR if " doctor " in line]
    code, screen = operator.typed(line)
    assert code == 0
    assert re.search(r"Of [\d,]+ cases this target allows \d+ at level probe, \d+ at level standard", " ".join(screen))
    assert re.fullmatch(r"1 works, \d+ missing\.", screen[-1])


def test_the_operator_reads_whether_the_dialer_conforms_and_where_the_page_is(operator: Shell) -> None:
    [line] = [line for line in OPERATOR if re.fullmatch(r"vicidial-conformance run \S+ --user 6666", line)]
    code, screen = operator.typed(line)
    assert (code, any(line.startswith("Conforms") for line in screen)) == (0, True)
    assert "level probe" in " ".join(screen)
    [folder] = re.findall(r"report: (reports/dialer\.example-\S+)/report\.html", screen[-1])
    assert (operator.here / folder / "report.html").is_file()


def test_the_operator_sees_what_would_be_sent_and_that_nothing_was(operator: Shell) -> None:
    [line] = [line for line in OPERATOR if "--dry-run" in line]
    code, screen = operator.typed(line)
    assert (code, screen[-1]) == (0, "Nothing was sent.")
    assert re.search(r"DIDs beginning with 999\d{6} are created and deleted; about \d+ log rows stay", screen[-2])
    assert "after the last case" in screen


def test_the_operator_writes_for_one_field_first(operator: Shell) -> None:
    [line] = [line for line in OPERATOR if "--only" in line]
    code, screen = operator.typed(line)
    assert (code, any(line.startswith("Conforms") for line in screen)) == (0, True)
    assert re.search(r"15 cases at level standard, about \d+ requests .* it takes about \d+ s\.", " ".join(screen))


def test_the_author_reads_what_a_client_has_to_know_of_a_server_that_conforms(author_of: Shell) -> None:
    [line] = [line for line in AUTHOR if "--only" in line]
    code, screen = author_of.typed(line)
    assert (code, any(line.startswith("Conforms") for line in screen)) == (0, True)
    assert "silent-sanitising" in " ".join(screen)


def test_the_author_reads_what_is_wrong_and_pastes_the_line_that_repeats_it(tmp_path: Path) -> None:
    wrong: Behaviour = liar(lambda body: body.replace(b"MUST BE FROM 6", b"MUST BE FROM 5"), about_version=False)
    [line] = [line for line in AUTHOR if "--only" in line]
    with serving(answer=wrong) as server:
        here = author(tmp_path, server)
        code, screen = here.typed(line)
        [again] = [line for line in screen if line.startswith("to repeat what failed: ")]
        repeated, told = here.typed(again.removeprefix("to repeat what failed: "))
    assert (code, repeated) == (1, 1)
    assert any(line.startswith("Does not conform: ") for line in screen)
    assert any(line.startswith("Does not conform: ") for line in told)
    assert any(line.startswith("report: reports/127.0.0.1-8080-") for line in screen)


def test_the_author_looks_up_what_documentation_and_servers_answer(author_of: Shell) -> None:
    [line] = [line for line in AUTHOR if " show " in line]
    code, screen = author_of.typed(line)
    assert (code, screen[0]) == (0, "add_did/did_description/too-short")
    assert any(line.startswith("   documented ERROR: add_did DID DESCRIPTION MUST BE FROM 6 TO 50") for line in screen)
    assert any(line.startswith("   shipped    ERROR: add_did DID DESCRIPTION MUST BE FROM 6 TO 50") for line in screen)


def test_the_author_starts_an_emulator_and_pastes_the_line_that_it_prints(author_of: Shell) -> None:
    [line] = [line for line in AUTHOR if " emulator " in line]
    with subprocess.Popen(  # noqa: S603 - our own program
        ["bash", "-c", f"exec {line.replace('--port 8080', '--port 0')}"],  # noqa: S607
        cwd=author_of.here,
        env=author_of.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        screen = [program.stdout.readline()]
        while "curl " not in screen[-1]:
            screen.append(program.stdout.readline())
        code, said = author_of.typed(screen[-1].strip().replace("curl ", "curl -s "))
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=20)
    assert "2.14-179" in screen[0]
    assert (code, said[0].startswith("SUCCESS: add_did DID HAS BEEN ADDED")) == (0, True)

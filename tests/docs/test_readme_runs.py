"""Every command of the README, run word for word, where its servers are."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import trustme
import uvicorn

from conformance.contract.settings import Dialect
from conformance.emulator.app import create_app
from conformance.emulator.config import Config
from conformance.run.files import RunFile, ledger_path, write_run
from conformance.run.ledger import open_ledger
from tests.docs.pages import README, ROOT
from tests.support.rows import named
from tests.support.some import drawn

pytestmark = pytest.mark.untraced

BY_CI = re.compile(r"python3 -m venv|pip install|uvx |pipx |export ")
"""What prepares, and is run where a clean clone is: `.ci/run` and whoever releases."""

LINES = [line for block in README.blocks("sh") for line in block.splitlines() if line and not BY_CI.match(line)]
TARGET = 'url = "https://{host}.example"\n[roles.admin]\nuser = "6666"\npassword_env = "VICIDIAL_PASS"\n'
REPORT = Path("reports/dialer.example-20260101-120000-000000")
API = "https://dialer.example/vicidial/non_agent_api.php"


@contextmanager
def served(emulator: Config, certificate: trustme.LeafCert | None = None) -> Iterator[int]:
    """An emulator on a port, with TLS or without."""
    app = create_app(emulator)
    config = uvicorn.Config(app, port=0, log_config=None, log_level="critical", lifespan="off", ws="none")
    config.load()
    if certificate is not None:
        config.ssl = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificate.configure_cert(config.ssl)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    with closing(app.state.store):
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with what the README's readers have: target files, a finding, a run that was cut off, and a program."""
    here = tmp_path_factory.mktemp("readme")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(here / "ca.pem")
    certificate = authority.issue_cert("dialer.example", "old.example", "new.example")
    for name, host in (("dialer", "dialer"), ("old", "old"), ("new", "new")):
        (here / f"{name}.toml").write_text(TARGET.format(host=host))
    (here / "reports/.../findings").mkdir(parents=True)
    findings = sorted((ROOT / "fixtures/findings").glob("*.json"))
    shutil.copy(findings[0], here / "reports/.../findings/FINDING.json")
    (here / REPORT).mkdir()
    write_run(here / REPORT, RunFile(url=API, run="123456", user="6666", level="standard"))
    ledger = open_ledger(ledger_path(here / REPORT), "123456")
    asyncio.run(ledger.claim(named("99912345600011"), "case"))
    ledger.close()
    shipped, documented = Config(), Config(Dialect.DOCUMENTED)
    with served(shipped, certificate) as https, served(shipped) as http, served(documented) as other:
        for program in ("vicidial-conformance", "pytest"):
            ports = f'{{"443": {https}, "8080": $port}}'
            script = f'#!/bin/sh\nport={http}; case "$*" in *documented*) port={other};; esac\n'
            script += f'exec {sys.executable} -m tests.docs.reaching "{json.dumps(ports)[1:-1]}" {program} "$@"\n'
            (here / "bin").mkdir(exist_ok=True)
            (here / "bin" / program).write_text(script)
            (here / "bin" / program).chmod(0o755)
        yield here


def environment(folder: Path) -> dict[str, str]:
    more = {
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "SSL_CERT_FILE": str(folder / "ca.pem"),
        "VICIDIAL_PASS": "1234",
    }
    return {**os.environ, **more}


def ran(line: str, folder: Path, seconds: float = 280) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own program
        ["bash", "-c", line.replace("VICIDIAL_PASS='...'", "VICIDIAL_PASS=1234")],  # noqa: S607
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


LONG = ("selfcheck", "emulator")
ALL_CASES = [line for line in LINES if " run " in line and "--allow-writes" in line and "--dry-run" not in line]
"""Runs of every case. A usual run of the tests has one of them word for word, and the others with `--quick`."""


@pytest.mark.parametrize("line", [line for line in LINES if not any(f" {word} " in line for word in LONG)])
def test_a_command_of_the_readme_can_be_carried_out(line: str, folder: Path) -> None:
    line = f"{line} --quick" if line in ALL_CASES else line
    if line.startswith("vicidial-conformance compare"):
        for name in ("old", "new"):
            before = ran(f"vicidial-conformance run --target {name}.toml --quick --report {name}", folder)
            assert before.returncode == 0, before.stderr
        line = line.replace("before after", "old new") if not (folder / "after/report.json").exists() else line
    succeeds(line, folder)


@pytest.mark.parametrize("line", drawn(ALL_CASES))
def test_a_run_of_all_cases_in_the_readme_does_what_it_says(line: str, folder: Path) -> None:
    succeeds(line, folder)


def succeeds(line: str, folder: Path) -> None:
    done = ran(line, folder)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


@pytest.mark.thorough
def test_the_self_check_of_the_readme_catches_every_visible_fault(folder: Path) -> None:
    [line] = [line for line in LINES if " selfcheck " in line]
    assert ran(line, folder, 3000).returncode == 0


def test_the_emulator_of_the_readme_serves_until_it_is_stopped(folder: Path) -> None:
    [line] = [line for line in LINES if " emulator " in line]
    with subprocess.Popen(  # noqa: S603 - our own program
        ["bash", "-c", f"exec {line}"],  # noqa: S607
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        assert program.stdout is not None
        told = program.stdout.readline()
        program.send_signal(signal.SIGTERM)
        said, _ = program.communicate(timeout=20)
    assert "2.14-137" in told or "cannot listen on 127.0.0.1 port 8080: Address already in use" in told, told + said

"""cleanup, doctor, provision and --dry-run, as an operator uses them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.contract.settings import Dialect
from conformance.emulator.app import create_app
from conformance.emulator.config import Config
from conformance.emulator.server import running
from conformance.emulator.store import Store
from conformance.run.files import RunFile, write_run
from tests.support.rows import dids_after

OWN = "99912345600011"


@pytest.fixture(params=Dialect)
def server(request: pytest.FixtureRequest) -> Iterator[tuple[str, Store]]:
    config = Config(dialect=request.param)
    app = create_app(config)
    with running(config, app=app) as url:
        yield url, app.state.store


def command(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    code = [sys.executable, "-c", "from conformance.commands.app import main; main()", *map(str, arguments)]
    environment = {**os.environ, "VICIDIAL_PASS": "1234", "COLUMNS": "200"}
    return subprocess.run(code, capture_output=True, text=True, timeout=60, cwd=cwd, env=environment, check=False)  # noqa: S603 - our own command


def interrupted(folder: Path, url: str, *dids: str) -> Path:
    """The folder of a run that was killed when these DIDs may have existed."""
    folder.mkdir()
    write_run(folder, RunFile(url=url, run="123456", user="6666", level="standard"))
    claims = [{"may_exist": did, "case": "add_did/x/y"} for did in dids]
    lines = [json.dumps(line) + "\n" for line in ({"ledger": "123456"}, *claims, {"closed": True})]
    (folder / "ledger.jsonl").write_text("".join(lines), "utf-8")
    return folder


def add(url: str, did: str) -> None:
    query = f"source=test&user=6666&pass=1234&function=add_did&did_pattern={did}&active=N"
    urllib.request.urlopen(f"{url}?{query}", timeout=10).read()  # noqa: S310 - our own server


def patterns(store: Store) -> set[object]:
    return {row["did_pattern"] for row in dids_after(store)}


def test_cleanup_removes_what_the_ledger_names_and_nothing_else(server: tuple[str, Store], tmp_path: Path) -> None:
    url, store = server
    add(url, OWN)
    add(url, "99912345600021")
    folder = interrupted(tmp_path / "run", url, OWN, "99912345600031")

    done = command("cleanup", folder, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "Nothing is left of this run any more." in done.stdout
    assert OWN not in patterns(store)
    assert "99912345600021" in patterns(store)


def test_cleanup_may_be_run_again(server: tuple[str, Store], tmp_path: Path) -> None:
    url, _ = server
    add(url, OWN)
    folder = interrupted(tmp_path / "run", url, OWN)
    command("cleanup", folder, cwd=tmp_path)

    again = command("cleanup", folder, cwd=tmp_path)

    assert (again.returncode, again.stdout) == (0, "Nothing is left of this run.\n")


def test_what_cannot_be_removed_comes_with_the_call_and_the_sql(server: tuple[str, Store], tmp_path: Path) -> None:
    url, _ = server
    add(url, OWN)
    folder = interrupted(tmp_path / "run", url, OWN)

    done = command("cleanup", folder, "--user", "8005", cwd=tmp_path)

    assert done.returncode == 4
    assert f"vicidial_inbound_dids WHERE did_pattern = '{OWN}';" in done.stdout
    assert "curl " in done.stdout
    assert "delete_did=Y" in done.stdout
    assert "1234&" not in done.stdout


def test_cleanup_of_a_folder_that_holds_no_run_is_one_line(tmp_path: Path) -> None:
    done = command("cleanup", tmp_path, cwd=tmp_path)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "holds no run" in done.stderr


def test_cleanup_does_not_ask_another_server(server: tuple[str, Store], tmp_path: Path) -> None:
    url, _ = server
    folder = interrupted(tmp_path / "run", "http://192.0.2.1/vicidial/non_agent_api.php", OWN)
    target = tmp_path / "other.toml"
    target.write_text(f'url = "{url}"\n[roles.admin]\nuser = "6666"\npassword_env = "VICIDIAL_PASS"\n', "utf-8")

    done = command("cleanup", folder, "--target", target, cwd=tmp_path)

    assert done.returncode == 2
    assert "is about http://192.0.2.1/" in done.stderr


def test_doctor_says_what_works_and_how_to_provide_the_rest(server: tuple[str, Store], tmp_path: Path) -> None:
    url, store = server
    before = dids_after(store)

    done = command("doctor", url, "--user", "6666", "--json", cwd=tmp_path)

    findings = {f["need"]: f for f in json.loads(done.stdout)["findings"]}
    assert done.returncode == 0
    assert findings["admin"]["state"] == "works"
    assert findings["level7"]["state"] == "missing"
    assert "User Level 7" in findings["level7"]["advice"]
    assert dids_after(store) == before


def test_doctor_names_a_role_that_is_not_what_the_file_says(server: tuple[str, Store], tmp_path: Path) -> None:
    url, _ = server
    done = command("doctor", url, "--user", "8001", cwd=tmp_path)

    assert done.returncode == 1
    assert "USER DOES NOT HAVE PERMISSION TO UPDATE DIDS" in done.stdout


def test_a_dry_run_sends_nothing_and_shows_every_request(server: tuple[str, Store], tmp_path: Path) -> None:
    url, store = server
    before = dids_after(store)

    given = ("--user", "6666", "--allow-writes", "--dry-run", "--only", "add_did/life-cycle/add")
    done = command("run", url, *given, cwd=tmp_path)

    assert done.returncode == 0
    assert done.stdout.count("curl ") == 11
    assert done.stdout.endswith("Nothing was sent.\n")
    assert "$VICIDIAL_PASS" in done.stdout
    assert dids_after(store) == before


def test_provision_prints_sql_and_writes_a_target_file_that_loads(tmp_path: Path) -> None:
    done = command("provision", "https://lab.example", "--target", tmp_path / "lab.toml", cwd=tmp_path)

    target = tomllib.loads((tmp_path / "lab.toml").read_text("utf-8"))
    assert done.returncode == 0
    assert done.stdout.count("INSERT INTO vicidial_users") == len(target["roles"])
    assert target["disposable"] is True


@pytest.mark.parametrize("name", ["cleanup", "doctor", "provision"])
def test_each_command_has_help_with_an_example(name: str, tmp_path: Path) -> None:
    done = command(name, "--help", cwd=tmp_path)

    assert done.returncode == 0
    assert "Example: " in done.stdout

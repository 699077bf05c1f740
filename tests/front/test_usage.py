"""Every mistake of the user is one line and exit code 2, before anything is sent."""

import os
from pathlib import Path

import pytest

from tests.front.conftest import Cli
from tests.front.servers import Server

TARGET = '[roles.admin]\nuser = "6666"\npassword_env = "VICIDIAL_PASS"\n'

TARGET_FILES = {
    "an unknown key": ('colour = "blue"\nurl = "{url}"\n' + TARGET, "colour: unknown"),
    "an unknown role": ('url = "{url}"\n[roles.king]\nuser = "6666"\n', "roles.king: unknown"),
    "a wrong type": ('url = "{url}"\nnon_latin = "yes"\n' + TARGET, "non_latin: expected true or false"),
    "a password in the file": ('url = "{url}"\n[roles.admin]\nuser = "a"\npassword = "hush77"\n', "never in the file"),
    "a variable that is not set": (
        'url = "{url}"\n[roles.admin]\nuser = "6666"\npassword_env = "NOBODY_SET_THIS"\n',
        "roles.admin.password_env: names a variable that is not set",
    ),
    "no TOML": ("url = \n", "is not TOML"),
    "no user": ('url = "{url}"\n', "no user"),
}


@pytest.mark.parametrize("name", TARGET_FILES)
def test_a_mistake_in_a_target_file_is_one_line_and_nothing_is_sent(
    name: str, server: Server, command: Cli, tmp_path: Path
) -> None:
    text, said = TARGET_FILES[name]
    (tmp_path / "t.toml").write_text(text.replace("{url}", server.url))
    before = server.asked.requests
    ended = command("run", "--target", tmp_path / "t.toml")
    assert (ended.code, ended.out, ended.err.count("\n"), server.asked.requests) == (2, "", 1, before)
    assert said in ended.err
    assert "hush77" not in ended.err


FLAGS = {
    "a URL without a scheme": (["dialer.example"], "did you mean https://dialer.example ?"),
    "a URL with a query": (["{url}?function=version"], "leave out '?' or '#'"),
    "a URL with a password": (["http://6666:hush77@dialer.example"], "leave user and password out"),
    "no user": (["{url}"], "no user: give --user"),
    "a user but no URL": (["--user", "6666"], "give its URL"),
    "a password file that is missing": (
        ["{url}", "--user", "6666", "--password-file", "none"],
        "--password-file: does not exist",
    ),
    "a target file that is missing": (["--target", "none.toml"], "none.toml: does not exist"),
    "cases that do not exist": (["{url}", "--user", "6666", "--only", "nothing/*"], "matches no case"),
    "a report folder below a file": (["{url}", "--user", "6666", "--report", "{file}/reports"], "choose another"),
    "a certificate file that is missing": (["{url}", "--user", "6666", "--ca-file", "none.pem"], "no such file"),
    "both ways of trust": (["{url}", "--user", "6666", "--ca-file", "{file}", "--insecure"], "exclude each other"),
    "no concurrency": (["{url}", "--user", "6666", "--concurrency", "0"], "must be 1 or more"),
    "no time": (["{url}", "--user", "6666", "--timeout", "0"], "--timeout 0: must be a number above 0"),
    "no rate": (["{url}", "--user", "6666", "--rate", "-1"], "--rate -1: must be a number above 0"),
    "too many failed logins": (["{url}", "--user", "6666", "--allow-login-failures", "9"], "must be from 0 to 3"),
    "level full without saying so": (
        ["{url}", "--user", "6666", "--level", "full", "--allow-writes"],
        "disposable = true",
    ),
    "writes elsewhere without saying so": (
        ["http://dialer.example", "--user", "6666", "--level", "standard"],
        "add --allow-writes",
    ),
    "an unknown level": (["{url}", "--level", "most"], "'most' is not one of"),
    "an unknown option": (["{url}", "--levle", "full"], "No such option: --levle"),
    "a password as an argument": (["{url}", "--password", "hush77"], "No such option: --password"),
}


@pytest.mark.parametrize("name", FLAGS)
def test_a_mistake_on_the_command_line_is_one_line_and_nothing_is_sent(
    name: str, server: Server, command: Cli, tmp_path: Path
) -> None:
    given, said = FLAGS[name]
    (tmp_path / "file").write_text("")
    before = server.asked.requests
    words = (a.replace("{url}", server.url).replace("{file}", str(tmp_path / "file")) for a in given)
    ended = command("run", *words, freely=False)
    lines = ended.err.splitlines()
    said_by_us = [line for line in lines if line.startswith("vicidial-conformance: ")]
    assert (ended.code, ended.out, said_by_us, server.asked.requests) == (2, "", lines[-1:], before)
    assert said in ended.err
    assert "hush77" not in ended.err


def test_a_missing_password_is_asked_for_only_where_somebody_can_answer(
    server: Server, command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VICIDIAL_PASS")
    ended = command("run", server.url, "--user", "6666")
    assert (ended.code, ended.err) == (
        2,
        "vicidial-conformance: no password for --user: set VICIDIAL_PASS or give --password-file\n",
    )


class Terminal:
    def isatty(self) -> bool:
        return True


def test_a_password_from_the_prompt_is_used_and_forgotten(
    server: Server, command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VICIDIAL_PASS")
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda _: "1234")
    ended = command("run", server.url, "--user", "6666", "--only", "version/*", "-q")
    assert (ended.code, "VICIDIAL_PASS" in os.environ) == (0, False)


def test_ctrl_d_at_the_prompt_is_no_password(server: Server, command: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_: str) -> str:
        raise EOFError

    monkeypatch.delenv("VICIDIAL_PASS")
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", closed)
    ended = command("run", server.url, "--user", "6666")
    assert (ended.code, ended.err.splitlines()[-1].partition(": set")[0]) == (
        2,
        "vicidial-conformance: no password for --user",
    )


def test_cases_that_need_what_nobody_supplied_are_no_success(server: Server, command: Cli) -> None:
    ended = command("run", server.url, "--user", "6666", "--level", "probe", "--only", "add_did/life-cycle/add")
    assert (ended.code, ended.out.splitlines()[-1]) == (2, "Nothing was tested.")


def test_a_wrong_password_is_said_before_any_case(
    server: Server, command: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VICIDIAL_PASS", "hush77")
    ended = command("run", server.url, "--user", "7001")
    assert (ended.code, "login refused" in ended.err, "hush77" in ended.err) == (2, True, False)


@pytest.mark.parametrize("words", [(), ("run",), ("fuzz",), ("emulator",), ("baseline", "write")], ids=" ".join)
def test_help_names_no_type_where_an_option_takes_no_value(words: tuple[str, ...], command: Cli) -> None:
    ended = command(*words, "--help", freely=False)
    assert (ended.code, "<bool>" in ended.out, "--help" in ended.out) == (0, False, True)


def test_an_address_that_may_be_left_out_has_one_pair_of_brackets(command: Cli) -> None:
    assert "run [OPTIONS] [URL]" in command("run", "--help", freely=False).out

"""A run that is judged again under the same terms has the same verdicts, whatever server it was against."""

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.cases.expand import Login
from conformance.contract.settings import Build, Dialect, ServerSettings, SqlErrors, SqlMode
from conformance.emulator.config import Config
from conformance.emulator.faults.catalogue import faults
from conformance.report.json_file import load_report
from tests.rejudge.support import FEW, SAMPLE, again, ran, ran_with, renamed

pytestmark = pytest.mark.untraced

OLDEST = ServerSettings(Build.parse("2.14-137"), non_latin=True)
SERVERS = {
    "shipped": Config(),
    "documented": Config(dialect=Dialect.DOCUMENTED),
    "the oldest build": Config(settings=OLDEST),
    "strict": Config(settings=ServerSettings(sql_mode=SqlMode.STRICT)),
}
FAULTY = ("by-hand/store/copy-nothing", "by-hand/batches/reversed", "by-hand/reading/post-redirected")


def assert_same(folder: Path) -> None:
    before, after = load_report(folder), again(folder)
    assert after.results == before.results
    assert (after.deviations, after.target, after.exit_code) == (before.deviations, before.target, before.exit_code)


@pytest.mark.parametrize("config", SERVERS.values(), ids=SERVERS)
def test_a_run_against_a_sound_server(config: Config, tmp_path: Path) -> None:
    assert_same(ran(tmp_path, SAMPLE, config))


@pytest.mark.parametrize("id", FAULTY)
def test_a_run_against_a_faulty_server_with_its_calls_and_whether_it_failed_twice(id: str, tmp_path: Path) -> None:
    fault = next(fault for fault in faults() if fault.id == id)
    folder = ran(tmp_path, SAMPLE, behaviour=fault.make())
    assert any(result.calls and result.repeated for result in load_report(folder).results)
    assert_same(folder)


def test_a_run_that_kept_user_names_out(tmp_path: Path) -> None:
    assert_same(ran(tmp_path, SAMPLE, mask_users=True))


def test_users_whose_names_are_their_passwords(tmp_path: Path) -> None:
    assert_same(ran_with(tmp_path, renamed(lambda _, login: Login(login.user, login.user))))


def test_a_password_that_is_also_a_value_of_every_request(tmp_path: Path) -> None:
    assert_same(ran_with(tmp_path, renamed(lambda _, login: Login(login.user, "conformance"))))


def test_passwords_that_differ_and_one_of_which_is_a_number(tmp_path: Path) -> None:
    def own(role: object, login: Login) -> Login:
        return Login(login.user, "7001" if role == "admin" else f"Secret{login.user}")

    assert_same(ran_with(tmp_path, renamed(own)))


def test_settings_that_the_target_file_gave(tmp_path: Path) -> None:
    told = {"sql_mode": SqlMode.LEGACY, "non_latin": False, "sql_errors": SqlErrors.THROWN}
    assert_same(ran(tmp_path, FEW, target=lambda target: replace(target, **told)))
    assert again(tmp_path).target.settings == ("2.14-202, legacy SQL, use_non_latin=0, PHP 8.1 or newer",)


def test_a_folder_that_was_used_twice_counts_by_its_last_run(tmp_path: Path) -> None:
    ran(tmp_path, FEW, run="111111")
    assert_same(ran(tmp_path, FEW, Config(dialect=Dialect.DOCUMENTED), run="222222"))

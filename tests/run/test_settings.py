from collections.abc import Mapping
from pathlib import Path

import pytest

from conformance.cases.expand import Login
from conformance.cases.model import Role
from conformance.contract.settings import Build
from conformance.errors import UsageError
from conformance.run.settings import TargetFile, check_url, read_password, resolve
from conformance.run.target_file import RoleEntry

API = "https://dialer.example/vicidial/non_agent_api.php"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://dialer.example", API),
        ("https://dialer.example/", API),
        (" HTTPS://Dialer.Example ", API),
        (API, API),
        ("http://10.0.0.1:8080/API.php", "http://10.0.0.1:8080/API.php"),
        ("http://[::1]:8009", "http://[::1]:8009/vicidial/non_agent_api.php"),
        ("https://dialer.example/other/", "https://dialer.example/other/"),
    ],
)
def test_a_url_is_brought_into_its_one_spelling(text: str, url: str) -> None:
    assert check_url(text) == url


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("dialer.example/x", "did you mean https://dialer.example/x ?"),
        ("localhost:8009", "did you mean https://localhost:8009 ?"),
        ("//dialer.example", "did you mean https://dialer.example ?"),
        ("ftp://dialer.example", "must begin with http:// or https://"),
        ("https://", "is empty|no host"),
        ("https:///x", "no host"),
        ("https://dialer.example:0", "no usable port"),
        ("https://dialer.example:99999", "malformed"),
        ("https://dialer.example:port", "malformed"),
        ("https://[::1", "malformed"),
        ("https://a..b", "malformed"),
        ("https://dialer.example/a b", "characters that no URL has"),
        ("https://dialer.example/a\nb", "characters that no URL has"),
        ("https://dialer.example/é", "percent-encode"),
        ("https://dialer.example/?user=6666&pass=hunter22", "must end before the query"),
        ("https://dialer.example/#hunter22", "must end before the query"),
        ("https://6666:hunter22@dialer.example/", "leave user and password out of the URL"),
        ("https://6666:hunter22/x@dialer.example/", "leave user and password out of the URL"),
        ("6666:hunter22@dialer.example", "leave user and password out of the URL"),
        ("dialer.example?pass=hunter22", "must end before the query"),
    ],
)
def test_a_wrong_url_says_why_and_shows_no_password(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message.replace("?", r"\?")) as caught:
        check_url(text)
    assert "hunter22" not in str(caught.value)
    assert "\n" not in str(caught.value)


def target_file(tmp_path: Path, **roles: RoleEntry) -> TargetFile:
    entries = {Role(name): entry for name, entry in roles.items()}
    return TargetFile(url=API, build=Build(2, 14, 202), disposable=True, roles=entries, path=tmp_path / "target.toml")


def from_env(user: str) -> RoleEntry:
    return RoleEntry(user=user, password_env="P")


def logins(file: TargetFile, environ: Mapping[str, str]) -> Mapping[Role, Login]:
    return resolve(None, file, None, None, environ).logins


def test_the_command_line_alone_makes_a_target() -> None:
    target = resolve("https://dialer.example", None, "6666", "1234", {})
    assert target.url == API
    assert target.logins == {Role.ADMIN: Login("6666", "1234")}
    assert target.disposable is False


def test_a_file_alone_makes_a_target(tmp_path: Path) -> None:
    file = target_file(tmp_path, admin=from_env("6666"), level7=from_env("7001"))
    target = resolve(None, file, None, None, {"P": "1234"})
    assert target.logins == {Role.ADMIN: Login("6666", "1234"), Role.LEVEL7: Login("7001", "1234")}
    assert (target.build, target.disposable) == (Build(2, 14, 202), True)


def test_the_command_line_s_user_is_admin_instead_of_the_file_s(tmp_path: Path) -> None:
    target = resolve(None, target_file(tmp_path, admin=from_env("6666")), "8000", "5678", {})
    assert target.logins == {Role.ADMIN: Login("8000", "5678")}


def test_a_user_of_another_role_cannot_be_admin_too(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--user: is also the user of the role level7"):
        resolve(None, target_file(tmp_path, level7=from_env("7001")), "7001", "1234", {"P": "1234"})


def test_a_file_s_disposable_does_not_hold_for_another_url(tmp_path: Path) -> None:
    target = resolve("https://live.example", target_file(tmp_path, admin=from_env("6666")), None, None, {"P": "1234"})
    assert target.url == "https://live.example/vicidial/non_agent_api.php"
    assert target.disposable is False


def test_a_file_s_disposable_holds_for_its_own_url_given_again(tmp_path: Path) -> None:
    file = target_file(tmp_path, admin=from_env("6666"))
    assert resolve("https://DIALER.example/", file, None, None, {"P": "1234"}).disposable is True


def test_a_password_for_the_file_is_not_taken_for_one_without_a_user(tmp_path: Path) -> None:
    file = target_file(tmp_path, admin=from_env("6666"))
    assert resolve(None, file, None, "other", {"P": "1234"}).logins[Role.ADMIN].password == "1234"


@pytest.mark.parametrize(
    ("user", "password", "message"),
    [
        (None, None, "no user: give --user, with its password in VICIDIAL_PASS or by --password-file"),
        ("6666", None, "no password for --user: set VICIDIAL_PASS or give --password-file"),
        ("6666", "", "no password for --user"),
        ("", "1234", "--user is empty"),
        (None, "1234", "a password but no user: give --user"),
    ],
)
def test_half_a_login_says_what_is_missing(user: str | None, password: str | None, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve("https://dialer.example", None, user, password, {})
    assert str(caught.value).startswith(message)


def test_no_target_at_all_is_the_user_s_mistake() -> None:
    with pytest.raises(UsageError, match="give a URL or a target file"):
        resolve(None, None, "6666", "1234", {})


@pytest.mark.parametrize(("environ", "state"), [({}, "not set"), ({"P": ""}, "empty")])
def test_a_variable_without_a_password_is_named(tmp_path: Path, environ: Mapping[str, str], state: str) -> None:
    said = f"target.toml: roles.admin.password_env: names a variable that is {state} in the environment"
    with pytest.raises(UsageError, match=said):
        logins(target_file(tmp_path, admin=from_env("6666")), environ)


@pytest.mark.parametrize("key", ["password_env", "password_file"])
def test_a_password_in_place_of_where_it_is_is_not_repeated(tmp_path: Path, key: str) -> None:
    file = target_file(tmp_path, admin=RoleEntry(user="6666", **{key: "hunter22"}))
    with pytest.raises(UsageError, match=f"target.toml: roles.admin.{key}: ") as caught:
        logins(file, {})
    assert "hunter22" not in str(caught.value)


def test_a_password_in_place_of_its_file_on_the_command_line_is_not_repeated() -> None:
    with pytest.raises(UsageError, match=r"^--password-file: does not exist") as caught:
        read_password(Path("hunter22"), {})
    assert "hunter22" not in str(caught.value)


NO_TEXT = "p\udce9ss"
"""What Python makes of a variable with a byte that is no UTF-8."""


def test_a_variable_with_a_password_that_is_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"target.toml: roles.admin.password_env: is not UTF-8"):
        logins(target_file(tmp_path, admin=from_env("6666")), {"P": NO_TEXT})


@pytest.mark.parametrize(
    ("environ", "said"),
    [({"VICIDIAL_PASS": NO_TEXT}, "VICIDIAL_PASS: is not UTF-8"), ({}, "the password: is not UTF-8")],
)
def test_a_password_that_is_no_text_is_the_user_s_mistake(environ: Mapping[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_password(None, environ, lambda: NO_TEXT)


NO_NAMES = ["66\n66", "6666 ", " 6666", "6666:hunter22", "o'neil", "a b", "66\udce966", "\u0e01\u0e34"]


@pytest.mark.parametrize("user", NO_NAMES)
def test_a_user_that_no_server_would_read_so_is_refused(user: str) -> None:
    with pytest.raises(UsageError, match=r"^--user: has a character that no user name has") as caught:
        resolve("https://dialer.example", None, user, "1234", {})
    assert "hunter22" not in str(caught.value)


@pytest.mark.parametrize("user", ["6666", "api-user_1", "Zoë", "админ"])
def test_a_user_may_have_letters_of_any_script(user: str) -> None:
    assert resolve("https://dialer.example", None, user, "1234", {}).logins[Role.ADMIN].user == user


@pytest.mark.parametrize(("one", "other"), [("Admin", "admin"), ("ZOË", "zoë")])
def test_a_user_of_another_role_is_the_same_in_other_letter_case(tmp_path: Path, one: str, other: str) -> None:
    with pytest.raises(UsageError, match="--user: is also the user of the role level7"):
        resolve(None, target_file(tmp_path, level7=from_env(one)), other, "1234", {"P": "1234"})


def test_a_password_file_is_looked_for_beside_the_target_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("pass wörd \n")
    file = target_file(tmp_path, admin=RoleEntry(user="6666", password_file="secret"))
    assert logins(file, {})[Role.ADMIN].password == "pass wörd "


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "does not exist"),
        ("", "is empty"),
        ("\n", "is empty"),
        ("hunter22\nother\n", "has more than one line"),
    ],
)
def test_a_wrong_password_file_is_named_with_its_key(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "secret").write_text(content)
    file = target_file(tmp_path, admin=RoleEntry(user="6666", password_file="secret"))
    with pytest.raises(UsageError, match=rf"target.toml: roles.admin.password_file: {said}") as caught:
        logins(file, {})
    assert "hunter22" not in str(caught.value)


def test_the_password_file_wins_over_the_variable_and_the_prompt(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from-file\r\n")
    assert read_password(tmp_path / "secret", {"VICIDIAL_PASS": "from-variable"}, lambda: "typed") == "from-file"


def test_the_variable_wins_over_the_prompt() -> None:
    assert read_password(None, {"VICIDIAL_PASS": "from-variable"}, lambda: "typed") == "from-variable"


def test_without_file_and_variable_the_prompt_is_asked() -> None:
    assert read_password(None, {}, lambda: "typed") == "typed"


def test_a_variable_that_is_not_utf_8_is_said() -> None:
    with pytest.raises(UsageError, match="VICIDIAL_PASS: is not UTF-8: set it"):
        read_password(None, {"VICIDIAL_PASS": "\udcff"})


@pytest.mark.parametrize("prompt", [None, lambda: ""])
def test_without_anything_there_is_no_password(prompt: object) -> None:
    assert read_password(None, {"VICIDIAL_PASS": ""}, prompt) is None  # type: ignore[arg-type]


def test_a_target_shows_no_password() -> None:
    target = resolve("https://dialer.example", None, "6666", "hunter22", {})
    assert "hunter22" not in repr(target)

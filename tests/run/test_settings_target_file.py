from pathlib import Path

import pytest

from conformance.cases.model import MADE_UP_ROLES, Entity, Role, provided
from conformance.contract.settings import Build, SqlMode
from conformance.errors import UsageError
from conformance.run.settings import load_target, resolve

EXAMPLES = Path(__file__).parents[2] / "fixtures" / "targets"

URL = 'url = "https://dialer.example"\n'
ADMIN = '[roles.admin]\nuser = "6666"\npassword_env = "P"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "target.toml"


def said(file: Path) -> str:
    """What is said of a wrong target file, its name left out."""
    with pytest.raises(UsageError) as caught:
        load_target(file)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{file}: ")
    return message.removeprefix(f"{file}: ")


def test_a_whole_file_is_read(file: Path) -> None:
    file.write_text(
        URL
        + 'build = "2.14-155"\nsql_mode = "strict"\nnon_latin = true\ndisposable = true\n'
        + ADMIN
        + '[entities]\ningroup = "TEST_IN2"\n'
    )
    target = load_target(file)
    assert target.url == "https://dialer.example/vicidial/non_agent_api.php"
    assert (target.build, target.sql_mode, target.non_latin) == (Build(2, 14, 155), SqlMode.STRICT, True)
    assert target.disposable is True
    assert target.roles[Role.ADMIN].user == "6666"
    assert target.entities == {Entity("ingroup"): "TEST_IN2"}


def test_what_a_file_does_not_say_is_not_guessed(file: Path) -> None:
    file.write_text(URL)
    target = load_target(file)
    assert (target.build, target.sql_mode, target.non_latin) == (None, None, None)
    assert target.disposable is False


def test_a_byte_order_mark_does_no_harm(file: Path) -> None:
    file.write_text(URL, encoding="utf-8-sig")
    assert load_target(file).url.startswith("https://dialer.example/")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "url: is missing: add it"),
        ("url = 5", "url: expected text in quotes, got a whole number"),
        (
            'url = "dialer.example"',
            "url: the URL does not say http:// or https://: did you mean https://dialer.example",
        ),
        ("url =", "is not TOML: Invalid value (at end of document): mend it there"),
        ('url = "a"\nb b', "is not TOML: Expected '=' after a key in a key/value pair (at line 2, column 3)"),
        (URL + 'bulid = "2.14-202"', "bulid: unknown; did you mean build? there are url, build, sql_mode, non_latin, "),
        (URL + "path = 1", "path: unknown; there are url, build"),
        (URL + 'build = "2.14"', "build: '2.14' is not an API build such as 2.14-202"),
        (URL + "build = 2.14", "build: expected text in quotes, got a number"),
        (URL + 'sql_mode = "loose"', "sql_mode: invalid enum value 'loose': there are legacy, strict"),
        (URL + 'non_latin = "yes"', "non_latin: expected true or false, got text in quotes"),
        (URL + "disposable = 1", "disposable: expected true or false, got a whole number"),
        (URL + 'password = "hunter22"', "password: never in the file: use password_env or password_file"),
        (URL + 'roles = "admin"', "roles: must be a table: write [roles]"),
        (URL + '[roles]\nadmin = "6666"', "roles.admin: must be a table: write [roles.admin]"),
        (URL + '[role.admin]\nuser = "6666"', "role: unknown; did you mean roles?"),
        (URL + "[roles.amdin]", "roles.amdin: unknown; did you mean admin? there are admin, level7, "),
        (URL + "[roles.nobody]", "roles.nobody: unknown; "),
        (URL + "[roles.admin]", "roles.admin.user: is missing: add it"),
        (URL + "[roles.admin]\nuser = 6666", "roles.admin.user: expected text in quotes, got a whole number"),
        (URL + '[roles.admin]\nuser = ""', "roles.admin.user: is empty"),
        (URL + '[roles.admin]\nuser = "6666"', "roles.admin: has neither password_env and password_file"),
        (URL + ADMIN + 'password_file = "p"', "roles.admin: has both password_env and password_file"),
        (URL + ADMIN + 'password = "hunter22"', "roles.admin.password: never in the file: use password_env or"),
        (
            URL + ADMIN + 'passwd_env = "P"',
            "roles.admin.passwd_env: unknown; did you mean password_env? there are user, ",
        ),
        (URL + ADMIN + ADMIN.replace("admin", "level7"), "roles.level7.user: is also the user of admin"),
        (URL + ADMIN + ADMIN.replace("admin", "level7").replace("6666", "6666 "), "roles.level7.user: has a character"),
        (
            URL + ADMIN.replace("6666", "Api") + ADMIN.replace("admin", "level7").replace("6666", "aPI"),
            "roles.level7.us",
        ),
        (URL + ADMIN.replace("6666", r"66\n66"), "roles.admin.user: has a character that no user name has"),
        (URL + ADMIN.replace("6666", "6666:hunter22"), "roles.admin.user: has a character that no user name has"),
        (URL + ADMIN.replace('"P"', "hunter22"), "is not TOML: Invalid value (at line 4, column 16): mend it there"),
        (URL + ADMIN.replace('"P"', '"hunter22'), "is not TOML: "),
        (URL + ADMIN.replace('"P"', '["hunter22"]'), "roles.admin.password_env: expected text in quotes"),
        (URL + '[roles]\nadmin = "6666:hunter22"', "roles.admin: must be a table"),
        (URL + "[entities]\ningruop = 'A'", "entities.ingruop: unknown; did you mean ingroup? there are call_menu, "),
        (URL + "[entities]\ningroup = 1", "entities.ingroup: expected text in quotes, got a whole number"),
        (URL + "[entities]\ningroup = ''", "entities.ingroup: is empty"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_what_to_do(file: Path, text: str, message: str) -> None:
    file.write_text(text)
    assert said(file).startswith(message)
    assert "hunter22" not in said(file)


def test_a_file_that_is_missing_is_said_to_be(file: Path) -> None:
    assert said(file).startswith("does not exist")


def test_a_folder_is_not_a_target_file(tmp_path: Path) -> None:
    assert said(tmp_path).startswith("is a folder")


def test_a_file_that_is_not_text_is_said_to_be(file: Path) -> None:
    file.write_bytes(b'url = "\xff"')
    assert said(file) == "is not UTF-8 at byte 7: save it as UTF-8 text"


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_name_that_no_file_has_is_said_to_be(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_target(Path(name))


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_example_can_be_used(example: Path) -> None:
    target = resolve(None, load_target(example), None, None, {"VICIDIAL_PASS": "1234"})
    assert target.logins[Role.ADMIN].user == "6666"


def test_the_emulator_s_example_has_every_role() -> None:
    target = load_target(EXAMPLES / "emulator.toml")
    assert {str(role): entry.user for role, entry in target.roles.items()} == {
        "admin": "6666",
        "level7": "7001",
        "no_modify_dids": "8001",
        "no_delete_dids": "8005",
        "lockable": "8000",
        "no_api_access": "8006",
        "restricted_functions": "8003",
        "inactive": "8004",
        "level6": "8007",
        "restricted_no_modify_dids": "8008",
        "other_group": "8009",
    }


def test_the_disposable_example_has_every_role_and_entity() -> None:
    target = load_target(EXAMPLES / "disposable.toml")
    assert set(target.roles) == set(Role) - MADE_UP_ROLES
    assert set(target.entities) == set(provided())

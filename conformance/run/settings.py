"""Target file, environment and flags -> one validated Target. The only module that reads the environment.

Every mistake becomes a UsageError of one line: file, key, what is wrong, what to do. No message holds a password,
nor what may be one: a part of a URL, or what stands where a user, a variable or a password file should be named.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from conformance.cases.expand import Login
from conformance.cases.model import Entity, Role
from conformance.contract.load import load_contract
from conformance.contract.sanitise import sanitise
from conformance.contract.settings import NEWEST_BUILD, Build, ServerSettings, SqlErrors, SqlMode
from conformance.errors import UsageError
from conformance.reading import Malformed, contents, toml_in
from conformance.run.target_file import Mistake, RoleEntry, decoded
from conformance.run.withheld_secrets import folded

API_PATH = "/vicidial/non_agent_api.php"
"""Where VICIdial's installers put the API."""

PASSWORD_VARIABLE = "VICIDIAL_PASS"  # noqa: S105 - the name of a variable

_Name = TypeVar("_Name", Role, Entity)


class TargetFile(msgspec.Struct, frozen=True, kw_only=True):
    """A target file, checked, with no password read yet. `path` is where it was."""

    url: str
    build: Build | None = None
    sql_mode: SqlMode | None = None
    non_latin: bool | None = None
    sql_errors: SqlErrors | None = None
    disposable: bool = False
    roles: Mapping[Role, RoleEntry] = {}
    entities: Mapping[Entity, str] = {}
    path: Path = Path()


@dataclass(frozen=True, slots=True)
class Target:
    """What a run is pointed at. None stands for what nobody told us."""

    url: str
    logins: Mapping[Role, Login]
    entities: Mapping[Entity, str]
    build: Build | None = None
    sql_mode: SqlMode | None = None
    non_latin: bool | None = None
    sql_errors: SqlErrors | None = None
    disposable: bool = False


def load_target(path: Path) -> TargetFile:
    """Read a target file. Raises UsageError for any mistake in it; passwords are not looked for yet."""
    try:
        written = decoded(_toml(path))
    except Mistake as mistake:
        raise _wrong(path, mistake.key, mistake.what) from None
    return TargetFile(
        url=_url(path, written.url),
        build=_build(path, written.build),
        sql_mode=written.sql_mode,
        non_latin=written.non_latin,
        sql_errors=written.sql_errors,
        disposable=written.disposable,
        roles=_roles(path, _given(written.roles, Role)),
        entities=_given(written.entities, Entity),
        path=path,
    )


def resolve(
    url: str | None,
    target: TargetFile | None,
    user: str | None,
    password: str | None,
    environ: Mapping[str, str] = os.environ,
) -> Target:
    """Put a target together: `url` and `user` (as admin) win over the file, and `password` belongs to `user`.

    Beside a file with roles, a `password` without a `user` is the file's business and not looked at. A file's
    `disposable` holds for the file's own URL only. Raises UsageError when something is missing or contradicts itself.
    """
    if url is None and target is None:
        raise UsageError("no target: give a URL or a target file")
    given = check_url(url) if url is not None else None
    logins = _logins(target, _login(user, password), environ)
    if not logins:
        raise UsageError(_nobody(password))
    if target is None:
        return Target(given or "", logins, {})
    own = given in (None, target.url)
    settings = (target.build, target.sql_mode, target.non_latin, target.sql_errors)
    return Target(given or target.url, logins, target.entities, *settings, disposable=target.disposable and own)


def read_password(
    password_file: Path | None,
    environ: Mapping[str, str] = os.environ,
    prompt: Callable[[], str | None] | None = None,
) -> str | None:
    """The password for the command line's user: from the file, else VICIDIAL_PASS, else what `prompt` returns."""
    if password_file is not None:
        return _password_in(password_file, "--password-file")
    if password := environ.get(PASSWORD_VARIABLE):
        return _readable(password, PASSWORD_VARIABLE)
    return _readable((prompt() if prompt else None) or "", "the password") or None


def check_url(text: str) -> str:
    """A URL of the API in its one spelling; an empty path becomes the usual one.

    Raises UsageError, without echoing what may be a password: user and password in a URL, or a query.
    """
    text = text.strip()
    _check_text(text)
    scheme, _, rest = text.partition("://")
    try:
        parts = urlsplit(f"{scheme.lower()}://{rest}")
        host, port = parts.hostname, parts.port
        (host or "").encode("idna")
    except ValueError:
        raise UsageError("the host or the port of the URL is malformed: give one such as dialer.example:8080") from None
    if not host or port == 0:
        raise UsageError("the URL has no host or no usable port: give one such as https://dialer.example")
    return f"{parts.scheme}://{parts.netloc.lower()}{API_PATH if parts.path in ('', '/') else parts.path}"


def _check_text(text: str) -> None:
    """The mistakes that are seen before a URL is taken apart. The first two must come first: they hide passwords."""
    if "@" in text:
        raise UsageError(f"leave user and password out of the URL: use --user and {PASSWORD_VARIABLE}")
    if "?" in text or "#" in text:
        raise UsageError("the URL must end before the query: leave out '?' or '#' and all that follows")
    if not re.fullmatch(r"[^\x00-\x20\x7f\\\"<>^`{|}]+", text):
        raise UsageError("the URL is empty or has characters that no URL has: give one such as https://dialer.example")
    scheme, found, _ = text.partition("://")
    if not found:
        raise UsageError(f"the URL does not say http:// or https://: did you mean https://{text.lstrip('/')} ?")
    if scheme.lower() not in ("http", "https"):
        raise UsageError("the URL must begin with http:// or https://")
    if not text.partition("://")[2].partition("/")[2].isascii():
        raise UsageError("the path of the URL has letters outside ASCII: percent-encode them")


def _wrong(path: Path, key: str, what: str) -> UsageError:
    return UsageError(f"{path}: {key}: {what}" if key else f"{path}: {what}")


def _toml(path: Path) -> dict[str, Any]:
    try:
        return toml_in(_text(path, str(path), "give the path of a target file"))
    except Malformed as error:
        raise _wrong(path, "", f"is not TOML: {_one_line(str(error))}: mend it there") from None


def _text(path: Path, where: str, advice: str) -> str:
    """The text of a file; mistakes are said to be at `where`."""
    try:
        return contents(path, pipes=True).decode("utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"{where}: does not exist: {advice}") from None
    except IsADirectoryError:
        raise UsageError(f"{where}: is a folder: {advice}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: is not UTF-8 at byte {error.start}: save it as UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"{where}: cannot be read ({error.strerror}): {advice}") from None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _given(table: msgspec.Struct, names: type[_Name]) -> dict[_Name, Any]:
    """The entries of a table that are there, by their names."""
    entries = msgspec.structs.asdict(table).items()
    return {names(name): entry for name, entry in entries if entry is not None}


def _url(path: Path, text: str) -> str:
    try:
        return check_url(text)
    except UsageError as error:
        raise _wrong(path, "url", str(error)) from None


def _build(path: Path, text: str | None) -> Build | None:
    try:
        return Build.parse(text) if text is not None else None
    except ValueError as error:
        raise _wrong(path, "build", f"{error}: mend it, or leave the line out") from None


def _roles(path: Path, roles: Mapping[Role, RoleEntry]) -> Mapping[Role, RoleEntry]:
    """The same, if each has a user of its own that can be one, and says once where its password is."""
    taken: dict[str, Role] = {}
    for role, entry in roles.items():
        _check_role(path, f"roles.{role}", entry)
        other = taken.setdefault(folded(entry.user), role)
        if other is not role:
            raise _wrong(path, f"roles.{role}.user", _shared(other))
    return roles


def _check_role(path: Path, key: str, entry: RoleEntry) -> None:
    if not _can_be_user(entry.user):
        raise _wrong(path, f"{key}.user", _NO_USER)
    if bool(entry.password_env) == bool(entry.password_file):
        many = "has both" if entry.password_env else "has neither"
        raise _wrong(path, key, f"{many} password_env and password_file: give one of the two")


def _can_be_user(name: str) -> bool:
    """Whether a server keeps every character of a name, if only with use_non_latin."""
    parameter, settings = load_contract().common.by_name["user"], ServerSettings(NEWEST_BUILD, non_latin=True)
    return sanitise(name.encode("utf-8", "surrogatepass"), parameter, settings) == name


_NO_USER = "has a character that no user name has: give the name alone, of letters, digits, - and _"


def _shared(other: str) -> str:
    return f"is also the user of {other}, as servers compare names: every role needs a user of its own"


def _login(user: str | None, password: str | None) -> Login | None:
    """Who the command line logs in as."""
    if user is None:
        return None
    if not user:
        raise UsageError("--user is empty: give the user's name")
    if not _can_be_user(user):
        raise UsageError(f"--user: {_NO_USER}")
    if not password:
        raise UsageError(f"no password for --user: set {PASSWORD_VARIABLE} or give --password-file")
    return Login(_readable(user, "--user"), password)


def _logins(target: TargetFile | None, admin: Login | None, environ: Mapping[str, str]) -> dict[Role, Login]:
    logins = {Role.ADMIN: admin} if admin else {}
    if target is None:
        return logins
    for role, entry in target.roles.items():
        if role in logins:
            continue
        if admin and folded(entry.user) == folded(admin.user):
            raise UsageError(f"--user: {_shared(f'the role {role} in the target file')}")
        logins[role] = Login(entry.user, _password(target.path, f"roles.{role}", entry, environ))
    return logins


def _nobody(password: str | None) -> str:
    if password:
        return "a password but no user: give --user, or roles in a target file"
    how = f"its password in {PASSWORD_VARIABLE} or by --password-file"
    return f"no user: give --user, with {how}, or roles in a target file"


def _password(path: Path, key: str, entry: RoleEntry, environ: Mapping[str, str]) -> str:
    if entry.password_env is not None:
        return _password_from(path, f"{key}.password_env", entry.password_env, environ)
    where = f"{path}: {key}.password_file"
    try:
        file = path.parent / Path(entry.password_file or "").expanduser()
    except RuntimeError:
        raise UsageError(f"{where}: there is no such user's folder: write it out") from None
    return _password_in(file, where)


def _password_from(path: Path, key: str, variable: str, environ: Mapping[str, str]) -> str:
    password = environ.get(variable)
    if not password:
        state = "not set" if password is None else "empty"
        raise _wrong(path, key, f"names a variable that is {state} in the environment: set it to the user's password")
    return _readable(password, f"{path}: {key}")


def _readable(text: str, where: str) -> str:
    """The same text. Raises UsageError for one with bytes that are no UTF-8, which Python keeps as surrogates."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise UsageError(f"{where}: is not UTF-8: set it in a terminal whose text is UTF-8")
    return text


def _password_in(file: Path, where: str) -> str:
    """The only line of a password file."""
    password = (
        _text(file, where, "give the path of a file that holds the password").removesuffix("\n").removesuffix("\r")
    )
    if "\n" in password:
        raise UsageError(f"{where}: has more than one line: it must hold the password alone")
    if not password:
        raise UsageError(f"{where}: is empty: it must hold the password")
    return password

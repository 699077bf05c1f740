"""Every mistake in a contract file is one line that names the file, the key and the reason."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from conformance.contract.contract import ContractError
from conformance.contract.load import load_contract, read_contract

ADD, COPY, UPDATE, COMMON = (f"functions/{name}.toml" for name in ("add_did", "copy_did", "update_did", "common"))
DEVIATIONS, SHARED, DID = "deviations.toml", "did_parameters.toml", "kinds/did.toml"
LIST = "functions/list_info.toml"
PATTERN = 'name = "did_pattern"\n'
EXTRA = '[[deviation]]\nid = "extra"\ntitle = "t"\nclause = "c"\nseverity = "cosmetic"\neffect = "e"\n'
EVIDENCE = 'evidence = ["vicidial-2.14-202#x"]\n'
LISTED = """
[table.columns.listed]
kind = "custom_field"
by = "list_id"
column = "field_label"

[table.columns.listed.sorting]
kept = "hidden-campaigns"
fails = "hidden-campaigns"
"""
ALWAYS = 'kept = "a"\ndocumented = { max = 5 }\n'

MISTAKES = {
    "bad TOML": (ADD, 'name = "add_did"', "name = ", ("add_did.toml", "Invalid value", "line 1")),
    "no UTF-8": (ADD, 'name = "add_did"', 'name = "\udcff"', ("add_did.toml", "utf-8")),
    "unknown key": (ADD, 'creates = "did"', 'makes = "did"', ("add_did.toml", "makes", "unknown field")),
    "missing key": (ADD, 'since = "2.14-137"\n', "", ("add_did.toml", "since", "missing required field")),
    "wrong type": (
        ADD,
        "level = 8",
        'level = "8"',
        ("add_did.toml", "permission.level: ", "Expected `int`, got `str`"),
    ),
    "unknown key of a parameter": (
        ADD,
        PATTERN,
        f"{PATTERN}keeps = 1\n",
        ("add_did.toml", "parameters.did_pattern", "unknown field `keeps`", "did you mean `kept`?"),
    ),
    "unknown key that is like no other": (
        ADD,
        "[replies.added]\n",
        "[replies.added]\nnote = 1\n",
        ("add_did.toml", "replies.added", "unknown field `note`", "there are clause, deviations, documented"),
    ),
    "missing key of a table": (
        ADD,
        "level = 8\n",
        "",
        ("add_did.toml", "permission", "missing required field `level`", "add `level = 0`"),
    ),
    "unknown check": (
        ADD,
        '"required",',
        '"needed",',
        ("add_did.toml", "checks", "'needed' is no check"),
    ),
    "a check of an unknown kind": (
        ADD,
        '"did-is-new"',
        '"lamp-is-new"',
        ("add_did.toml", "checks", "'lamp-is-new' is no check, or of a kind that is not in kinds/"),
    ),
    "arguments of a check that is not made": (
        COPY,
        "[arguments.source-did-exists]",
        "[arguments.did-exists]",
        ("copy_did.toml", "arguments.did-exists", "not one of its checks"),
    ),
    "an argument that is no parameter": (
        COPY,
        'parameter = "source_did_pattern"',
        'parameter = "source_did"',
        ("copy_did.toml", "arguments.source-did-exists.parameter", "'source_did' is not one of its parameters"),
    ),
    "an argument that is no reply": (
        UPDATE,
        'reply = "no-delete-permission"',
        'reply = "no-permit"',
        ("update_did.toml", "arguments.delete.reply", "'no-permit' is not one of its replies"),
    ),
    "a function that creates rows of an undescribed kind": (
        ADD,
        'creates = "did"',
        'creates = "lamp"',
        ("add_did.toml", "creates", "'lamp' is not described", "add lamp.toml to kinds/"),
    ),
    "a function that also only reads": (
        ADD,
        'creates = "did"',
        'creates = "did"\nreads = true',
        ("add_did.toml", "reads", "leave out one of the two"),
    ),
    "a function of which no parameter names the row": (
        ADD,
        'column = "did_pattern"\n',
        "",
        ("add_did.toml", "creates", "no parameter has the column 'did_pattern'", "say which names the row"),
    ),
    "bad build of a function": (ADD, "2.14-137", "2.14", ("add_did.toml", "since", "'2.14' is not an API build")),
    "bad build of a parameter": (
        ADD,
        PATTERN,
        f'{PATTERN}since = "new"\n',
        ("add_did.toml", "parameters.did_pattern", "'new' is not an API build"),
    ),
    "bad build of kept characters": (
        SHARED,
        'kept_before = { "2.14-168" = "" }',
        'kept_before = { "168" = "" }',
        ("add_did.toml", "parameters.phone_extension", "'168' is not an API build"),
    ),
    "bad kept class": (
        ADD,
        ":+*#._0-9A-Za-z",
        "z-a",
        ("add_did.toml", "parameters.did_pattern", "kept", "bad character range z-a"),
    ),
    "bad kept class of older builds": (
        SHARED,
        '"2.14-168" = ".0-9"',
        '"2.14-168" = "9-0"',
        ("add_did.toml", "parameters.server_ip", "kept", "bad character range 9-0"),
    ),
    "unknown storage": (SHARED, 'stored = "integer"', 'stored = "number"', (SHARED, "stored", "'number'")),
    "a reference to an unknown kind": (
        SHARED,
        'reference = "ingroup"',
        'reference = "group"',
        ("add_did.toml", "parameters.group", "reference", "'group' is not described", "add group.toml to kinds/"),
    ),
    "unlisted deviation of a parameter": (
        SHARED,
        'deviation = "extension-letters"',
        'deviation = "extension-words"',
        ("add_did.toml", "parameters.extension", "'extension-words' is not in deviations.toml"),
    ),
    "unlisted deviation of a reply": (
        ADD,
        'fields = "permission-extra-field"',
        'fields = "extra"',
        ("add_did.toml", "replies.no-permission", "'extra' is not in deviations.toml"),
    ),
    "unlisted deviation of an invariant": (
        COMMON,
        '{ password = "login-echoes-password" }',
        '{ password = "echo" }',
        ("common.toml", "replies.login-incorrect", "'echo' is not in deviations.toml"),
    ),
    "rules differ without a deviation": (
        ADD,
        PATTERN,
        f'name = "extra"\nclause = "c"\n{ALWAYS}\n[[parameters]]\n{PATTERN}',
        ("add_did.toml", "parameters.extra", "the dialects differ and no deviation says so"),
    ),
    "texts differ without a deviation": (
        ADD,
        '- {user}|{did_pattern}"\nshipped = "SUCCESS: add_did DID HAS BEEN ADDED',
        '- {user}|{did_pattern}"\nshipped = "SUCCESS: add_did DID WAS ADDED',
        ("add_did.toml", "replies.added", "differ in ['message']", "deviations are for []"),
    ),
    "deviation where texts do not differ": (
        ADD,
        "[replies.added]\n",
        '[replies.added]\ndeviations = { message = "error-separator" }\n',
        ("add_did.toml", "replies.added", "differ in []", "deviations are for ['message']"),
    ),
    "a rule that is called form": (
        DEVIATIONS,
        'severity = "misleading"\neffect = "A typing mistake',
        'severity = "misleading"\nform = true\neffect = "A typing mistake',
        ("add_did.toml", "parameters.extension", "'extension-letters' is about more than form"),
    ),
    "swapped fields that are called form": (
        DEVIATIONS,
        'severity = "misleading"\neffect = "A client stores',
        'severity = "misleading"\nform = true\neffect = "A client stores',
        ("update_did.toml", "replies.deleted", "'delete-fields-swapped' is about more than form"),
    ),
    "a broken invariant that is called form": (
        DEVIATIONS,
        'severity = "dangerous"\neffect = "Every log',
        'severity = "dangerous"\nform = true\neffect = "Every log',
        ("common.toml", "replies.login-incorrect", "'login-echoes-password' is about more than form"),
    ),
    "a reply without a text": (
        ADD,
        "[replies.added]\n",
        '[replies.nothing]\nclause = "c"\n\n[replies.added]\n',
        ("add_did.toml", "replies.nothing", "neither a documented nor a shipped form"),
    ),
    "a permission whose reply is missing": (
        ADD,
        'reply = "no-permission"',
        'reply = "refused"',
        ("add_did.toml", "permission.reply", "'refused' is not one of its replies"),
    ),
    "a check for a permission that is missing": (
        ADD,
        '[permission]\nsettings = ["modify_dids"]\nlevel = 8\nreply = "no-permission"\n',
        "",
        ("add_did.toml", "permission", "is missing"),
    ),
    "a message without a refusal": (
        COPY,
        '[refusal]\ndocumented = "ERROR: {function} {message} - {user}|{value}"\n'
        'shipped = "ERROR: {function} {message}: |{user}|{value}"\ndeviations = { separator = "error-separator" }\n',
        "",
        ("copy_did.toml", "refusal", "is missing, and did_description has a message"),
    ),
    "a function that stands twice": (COPY, 'name = "copy_did"', 'name = "add_did"', ("copy_did.toml", "name", "twice")),
    "an included file that is missing": (ADD, SHARED, "nosuch.toml", ("nosuch.toml", "No such file")),
    "an include that is no name": (ADD, f'include = "{SHARED}"', "include = 1", ("add_did.toml", "include", "`str`")),
    "an unknown key of an included file": (
        SHARED,
        "[refusal]\n",
        "x = 1\n[refusal]\n",
        (SHARED, "`x`", "unknown field"),
    ),
    "an unknown key of a kind": (DID, "own = ", "owns = ", ("did.toml", "owns", "unknown field")),
    "a kind that stands twice": (DID, 'name = "did"', 'name = "ingroup"', ("ingroup.toml", "name", "stands twice")),
    "a kind of a run's own without a question": (
        DID,
        '[ask]\nfunction = "update_did"\nparameters = { did_pattern = "{did_pattern}" }\nreply = "missing"\n',
        "",
        ("did.toml", "ask", "is missing", "name the call that shows whether a row is there, or leave out `own`"),
    ),
    "a run's digits outside of the key": (
        DID,
        'own = "did_pattern"',
        'own = "user_group"',
        ("did.toml", "own", "'user_group' is not one of its key (did_pattern)"),
    ),
    "a column of the key without its size": (
        DID,
        "[columns.did_pattern]\nsize = 50\nleast = 2\n",
        "",
        ("did.toml", "columns.did_pattern.size", "is missing", "say what size the column of the key has"),
    ),
    "a column of the key that is described without a size": (
        DID,
        "size = 50\n",
        "",
        ("did.toml", "columns.did_pattern.size", "is missing", "say what size the column of the key has"),
    ),
    "a column too small for a run's digits": (
        DID,
        "size = 50",
        "size = 13",
        ("did.toml", "columns.did_pattern.size", "13 has no room for the 14 digits", "or choose another column"),
    ),
    "a key with a column of which a run's own rows have no value": (
        DID,
        'key = ["did_pattern"]',
        'key = ["user_group", "did_pattern"]',
        ("did.toml", "fixed.user_group", "is missing", "say what a run's own rows have there"),
    ),
    "a question that an undescribed function answers": (
        DID,
        '[ask]\nfunction = "update_did"',
        '[ask]\nfunction = "did_info"',
        ("did.toml", "ask.function", "'did_info' is not described", "add its file to functions/"),
    ),
    "a question with an unknown parameter": (
        DID,
        'parameters = { did_pattern = "{did_pattern}" }',
        'parameters = { did = "{did_pattern}" }',
        ("did.toml", "ask.parameters", "'did' is not a parameter of update_did"),
    ),
    "a question that does not name the row": (
        DID,
        'parameters = { did_pattern = "{did_pattern}" }',
        'parameters = { did_pattern = "999" }',
        ("did.toml", "ask.parameters", "none is '{did_pattern}'", "say which names the row"),
    ),
    "a question answered by an unknown reply": (
        DID,
        'reply = "missing"',
        'reply = "absent"',
        ("did.toml", "ask.reply", "'absent' is not one of the replies of update_did"),
    ),
    "a deletion with an unknown column": (
        DID,
        '{ did_pattern = "{did_pattern}", delete_did',
        '{ did_pattern = "{did_id}", delete_did',
        ("did.toml", "undo.parameters.did_pattern", "'did_id' is not one of the columns of its key"),
    ),
    "a deletion by an undescribed function": (
        DID,
        '[undo]\nfunction = "update_did"',
        '[undo]\nfunction = "delete_did"',
        ("did.toml", "undo.function", "'delete_did' is not described", "add its file to functions/"),
    ),
    "an unlisted deviation of a kind": (
        DID,
        'hidden = "hidden-did-groups"',
        'hidden = "hidden"',
        ("did.toml", "'hidden' is not in deviations.toml"),
    ),
    "deviation id twice": (
        DEVIATIONS,
        'id = "permission-extra-field"',
        'id = "error-separator"',
        (DEVIATIONS, "deviation error-separator", "the id stands twice"),
    ),
    "deviation without evidence": (
        DEVIATIONS,
        "",
        EXTRA,
        (DEVIATIONS, "deviation extra", "neither evidence nor a reason"),
    ),
    "deviation of an unknown severity": (
        DEVIATIONS,
        "",
        EXTRA.replace("cosmetic", "odd") + EVIDENCE,
        (DEVIATIONS, "severity", "'odd'"),
    ),
    "deviation of an unknown setting": (
        DEVIATIONS,
        "",
        f'{EXTRA}only = ["latin"]\n{EVIDENCE}',
        (DEVIATIONS, "only", "'latin'"),
    ),
    "deviation since no build": (
        DEVIATIONS,
        "",
        f'{EXTRA}since = "202"\n{EVIDENCE}',
        (DEVIATIONS, "deviation extra", "'202' is not an API build"),
    ),
    "deviation until no build": (
        DEVIATIONS,
        "",
        f'{EXTRA}until = "x"\n{EVIDENCE}',
        (DEVIATIONS, "deviation extra", "'x' is not an API build"),
    ),
    "a check of a setting that the kind does not have": (
        LIST,
        '"permission", "required"',
        '"list-is-on", "permission", "required"',
        ("list_info.toml", "arguments.list-is-on.column", "None is not a column of list"),
    ),
    "all rows where what is no parameter says so": (
        LIST,
        "[table]\n",
        '[table]\nevery = { parameter = "lists" }\n',
        ("list_info.toml", "table.every", "'lists' is not one of its parameters"),
    ),
    "an empty body that no deviation explains": (
        LIST,
        "[table]\n",
        '[table]\nempty = "nothing"\n',
        ("list_info.toml", "table.'nothing' is not in deviations.toml"),
    ),
    "values of rows of an unknown kind": (
        LIST,
        'column = "campaign_id"\n',
        'listed = { kind = "lamp", by = "list_id", column = "name" }\n',
        ("list_info.toml", "table.columns.campaign_id", "listed.kind: 'lamp' is not described"),
    ),
    "values of a column that rows do not have": (
        LIST,
        'column = "campaign_id"\n',
        'listed = { kind = "custom_field", by = "list_id", column = "colour" }\n',
        ("list_info.toml", "table.columns.campaign_id", "listed.column: 'colour' is none of custom_field"),
    ),
    "values sorted by what is no parameter": (
        LIST,
        'column = "campaign_id"\n',
        LISTED + 'up = { parameter = "sort", value = "up" }\ndown = { parameter = "stage", value = "down" }\n',
        ("list_info.toml", "table.columns.campaign_id", "listed.sorting.up: 'sort' is not one of its parameters"),
    ),
    "values sorted where what is sent is no pattern": (
        LIST,
        'column = "campaign_id"\n',
        LISTED + 'up = { parameter = "stage", value = "(" }\ndown = { parameter = "stage", value = "down" }\n',
        ("list_info.toml", "table.columns.campaign_id", "listed.sorting.up.value: missing )"),
    ),
    "a table of another name": (
        DEVIATIONS,
        "",
        EXTRA.replace("deviation", "deviatoin"),
        (DEVIATIONS, "deviatoin", "unknown"),
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The packaged contract files, to be broken."""
    packaged = Path(str(files("conformance.contract")))
    for name in ("functions", "kinds"):
        shutil.copytree(packaged / name, tmp_path / name)
    for name in (DEVIATIONS, SHARED):
        shutil.copy(packaged / name, tmp_path / name)
    for path in tmp_path.rglob("*.toml"):
        path.chmod(0o644)
    return tmp_path


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_one_line_with_file_key_and_reason(folder: Path, mistake: str) -> None:
    name, old, new, told = MISTAKES[mistake]
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    broken = text.replace(old, new, 1) if old else f"{text}\n{new}"
    path.write_bytes(broken.encode("utf-8", "surrogateescape"))
    with pytest.raises(ContractError) as caught:
        read_contract(folder)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert [part for part in told if part not in message] == []


@pytest.mark.parametrize("name", ["functions/common.toml", DEVIATIONS])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ContractError, match=Path(name).name):
        read_contract(folder)


def test_other_files_in_the_folder_of_functions_are_passed_over(folder: Path) -> None:
    (folder / "functions" / "notes.txt").write_text("[[[")
    assert read_contract(folder) == load_contract()


def test_the_packaged_contract_is_read_once() -> None:
    assert load_contract() is load_contract()


def test_every_function_stands_in_the_file_of_its_name() -> None:
    folder = files("conformance.contract") / "functions"
    stems = {path.name.removesuffix(".toml") for path in folder.iterdir()}
    assert load_contract().functions.keys() == stems - {"common"}


def test_optional_fields_are_checked_in_the_observed_order() -> None:
    observed = (
        "did_description active did_route record_call extension exten_context voicemail_ext phone_extension "
        "server_ip group menu_id filter_clean_cid_number call_handle_method agent_search_method list_id "
        "entry_list_id campaign_id phone_code"
    )
    for function in ("add_did", "update_did"):
        assert [p.name for p in load_contract().functions[function].optional] == observed.split()

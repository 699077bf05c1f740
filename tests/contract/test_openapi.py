"""The OpenAPI documents are valid, and say what the contract says."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from conformance.contract.load import load_contract
from conformance.contract.openapi import PATH, URL, document, to_json, write
from conformance.contract.reply import parse_line
from conformance.contract.settings import Dialect

CONTRACT = load_contract()
COMMON = {"function", "source", "user", "pass"}

every_function = pytest.mark.parametrize("function", sorted(CONTRACT.functions))


def operations(function: str) -> tuple[dict[str, Any], dict[str, Any]]:
    path = document(CONTRACT, function)["paths"][PATH]
    return path["get"], path["post"]


def form(function: str) -> dict[str, Any]:
    content = operations(function)[1]["requestBody"]["content"]
    schema: dict[str, Any] = content["application/x-www-form-urlencoded"]["schema"]
    return schema


def query(function: str) -> dict[str, dict[str, Any]]:
    return {parameter["name"]: parameter for parameter in operations(function)[0]["parameters"]}


def schema(function: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = query(function)[name]["schema"]
    return found


def examples(function: str) -> Iterator[tuple[str, dict[str, Any]]]:
    response = operations(function)[0]["responses"]["200"]
    yield from response["content"]["text/html"]["examples"].items()


@every_function
def test_a_document_is_valid(function: str) -> None:
    assert list(OpenAPIV31SpecValidator(document(CONTRACT, function)).iter_errors()) == []


@every_function
def test_a_document_has_the_parameters_of_its_function_and_those_of_all(function: str) -> None:
    own = CONTRACT.functions[function].parameters
    assert query(function).keys() == COMMON | {parameter.name for parameter in own}


@every_function
def test_the_form_has_what_the_query_has(function: str) -> None:
    own = {name: parameter["schema"] for name, parameter in query(function).items()}
    described = {name: parameter["description"] for name, parameter in query(function).items()}
    required = [name for name, parameter in query(function).items() if parameter["required"]]
    assert form(function)["properties"] == {name: own[name] | {"description": described[name]} for name in own}
    assert form(function)["required"] == required


@every_function
def test_a_parameter_is_required_where_the_contract_requires_it(function: str) -> None:
    for parameter in CONTRACT.functions[function].parameters:
        assert query(function)[parameter.name]["required"] == parameter.required


@every_function
def test_a_parameter_has_the_documented_rule_and_the_shipped_one_beside_it(function: str) -> None:
    for parameter in CONTRACT.functions[function].parameters:
        told, rule = schema(function, parameter.name), parameter.documented
        assert told.get("minLength", 0) == rule.min
        assert told.get("maxLength") == rule.max
        assert told.get("enum", []) == ([] if rule.open else list(rule.values))
        assert ("x-vicidial-shipped" in told) == (parameter.shipped != rule)


def test_a_rule_of_digits_becomes_a_pattern_and_an_open_list_only_examples() -> None:
    assert schema("add_did", "extension")["pattern"] == "^[0-9]*$"
    assert schema("add_did", "server_ip")["pattern"] == "^[0-9.]*$"
    assert "enum" not in schema("add_did", "call_handle_method")
    assert schema("add_did", "call_handle_method")["examples"] == ["CID", "CIDLOOKUP", "CLOSER"]


def test_a_parameter_tells_what_servers_keep_and_how_they_deviate() -> None:
    told = schema("add_did", "list_id")
    assert told["x-vicidial-kept"] in query("add_did")["list_id"]["description"]
    assert told["x-vicidial-shipped"] == {"min": 3, "max": 14}
    assert told["x-vicidial-since"] == "2.14-155"
    assert "list-id-letters-and-14" in told["x-vicidial-deviations"]


def test_the_parameter_with_the_most_to_say_says_where_it_is_from() -> None:
    described = query("add_did")["group"]["description"]
    assert "(ingroup)" in described
    assert "GROUP ID MUST BE" in described
    assert described.endswith("(observed.md#4)")


@every_function
def test_the_function_is_a_constant_and_the_password_is_marked_as_one(function: str) -> None:
    assert schema(function, "function")["const"] == function
    assert schema(function, "pass")["format"] == "password"


def test_only_version_needs_no_login() -> None:
    needing = {name for name in CONTRACT.functions if {"user", "pass"} <= set(form(name)["required"])}
    assert needing == CONTRACT.functions.keys() - {"version"}


@every_function
def test_every_example_is_a_line_of_a_template(function: str) -> None:
    replies = {**CONTRACT.common.replies, **CONTRACT.functions[function].replies}
    for name, example in examples(function):
        reply, _, dialect = name.rpartition("-")
        template = replies[reply].text(Dialect(dialect))
        assert template is not None
        line, form = parse_line(example["value"].removesuffix("\n")), parse_line(template)
        assert (line.status, line.message, line.separator) == (form.status, form.message, form.separator)
        assert "{" not in example["value"]


@every_function
def test_every_reply_that_can_come_is_an_example_in_each_of_its_forms(function: str) -> None:
    shown = {name for name, _ in examples(function)}
    for name, form in CONTRACT.functions[function].replies.items():
        forms = {f"{name}-{dialect}" for dialect in Dialect if form.text(dialect) is not None}
        assert forms <= shown or name.startswith("debug-")


def test_the_examples_of_version_are_no_others() -> None:
    assert [name for name, _ in examples("version")] == ["version-shipped"]


@every_function
def test_every_deviation_named_is_explained_in_the_document(function: str) -> None:
    told = document(CONTRACT, function)
    named = {
        id for parameter in query(function).values() for id in parameter["schema"].get("x-vicidial-deviations", [])
    }
    named |= {id for _, example in examples(function) for id in example.get("x-vicidial-deviations", [])}
    assert named == told["x-vicidial-deviations"].keys()


def test_no_two_operations_have_the_same_id() -> None:
    ids = [operation["operationId"] for name in CONTRACT.functions for operation in operations(name)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("url", "server", "path"),
    [
        (URL, "https://dialer.example", PATH),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", PATH),
        ("http://[::1]:8080/", "http://[::1]:8080", PATH),
        ("https://host/x/non_agent_api.php?a=1", "https://host", "/x/non_agent_api.php"),
        ("https://me:secret@host/api.php", "https://host", "/api.php"),
    ],
)
def test_a_url_is_told_as_server_and_path_and_without_a_login(url: str, server: str, path: str) -> None:
    told = document(CONTRACT, "version", url)
    assert told["servers"] == [{"url": server}]
    assert list(told["paths"]) == [path]


def test_the_text_of_one_function_is_its_document() -> None:
    assert json.loads(write(CONTRACT, "copy_did")) == document(CONTRACT, "copy_did")
    assert to_json({"a": "é"}) == '{\n  "a": "é"\n}\n'


def test_the_text_of_all_functions_has_each_document_by_name() -> None:
    assert json.loads(write(CONTRACT)) == {name: document(CONTRACT, name) for name in CONTRACT.functions}


def test_a_function_that_is_not_in_the_contract_is_refused() -> None:
    with pytest.raises(KeyError, match="nosuch"):
        document(CONTRACT, "nosuch")


def test_examples_show_what_a_good_call_sends() -> None:
    shown = dict(examples("add_dnc_phone"))["added-shipped"]["value"]
    assert shown == "SUCCESS: add_dnc_phone DNC NUMBER HAS BEEN ADDED - 6666|99900000001|NOSUCH\n"


def test_a_pattern_and_a_date_are_said_as_schemas_say_them() -> None:
    assert schema("add_list", "reset_time")["pattern"].startswith("^(")
    assert schema("add_list", "expiration_date")["format"] == "date"

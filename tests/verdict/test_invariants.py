"""What holds for every reply: each invariant with a reply that breaks it, and one that only looks so."""

import pytest

from conformance.contract.request import Request
from conformance.exchange import Reply
from conformance.verdict.invariants import EMPTY, PASSWORD, PHP, SERVER_ERROR, SQL, UNPARSED, violations
from tests.support.asking import request

ASKED = request("add_did", did_pattern="7275559000")
FINE = "SUCCESS: add_did DID HAS BEEN ADDED - 6666|7275559000\n"


def broken(body: str, asked: Request = ASKED, status: int = 200) -> list[str]:
    return [violation.name for violation in violations(asked, Reply(status, "text/html; charset=utf-8", body))]


def test_a_good_reply_breaks_none() -> None:
    assert broken(FINE) == []


@pytest.mark.parametrize(("status", "names"), [(499, []), (500, [SERVER_ERROR]), (503, [SERVER_ERROR])])
def test_no_status_of_500_or_more(status: int, names: list[str]) -> None:
    assert broken(FINE, status=status) == names


def test_no_empty_body() -> None:
    assert broken("") == [EMPTY]


def test_the_reply_to_a_head_request_has_no_body() -> None:
    assert broken("", Request(ASKED.query, None, "HEAD")) == []


@pytest.mark.parametrize(
    "text",
    [
        "<b>Warning</b>: Undefined variable in /srv/www/x.php",
        "<b>Fatal error</b>: Uncaught TypeError",
        "<b>Deprecated</b>: x",
        "PHP Notice: Undefined index",
        "Stack trace:",
        "#0 /srv/www/non_agent_api.php(1): main()",
        "Uncaught ValueError",
    ],
)
def test_no_message_of_php(text: str) -> None:
    assert broken(f"{text}\n{FINE}") == [PHP]


@pytest.mark.parametrize("text", ["NOTICE: update_did NO UPDATES DEFINED: |6666|", "NOTICE: x Warning - 1|#0"])
def test_the_words_of_php_in_a_notice_are_no_message_of_php(text: str) -> None:
    assert broken(f"{text}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT count(*) from vicidial_users where user='6666'",
        "select user from x",
        "INSERT INTO vicidial_inbound_dids SET did_pattern='1'",
        "INSERT IGNORE x",
        "UPDATE vicidial_users SET pass=''",
        "DELETE FROM vicidial_inbound_dids",
        "You have an error in your SQL syntax",
    ],
)
def test_no_sql(text: str) -> None:
    assert broken(f"{text}\n{FINE}") == [SQL]


@pytest.mark.parametrize(
    "text",
    [
        "ERROR: add_did USER DOES NOT HAVE PERMISSION TO DELETE DIDS: |6666|1",
        "NOTICE: x PLEASE SELECT ONE - 1",
        "NOTICE: x UPDATE THE SETTINGS - 1",
        "NOTICE: x DELETED FROM LIST - 1",
    ],
)
def test_the_words_of_sql_in_a_message_are_no_sql(text: str) -> None:
    assert broken(f"{text}\n") == []


def test_sql_that_came_with_the_request_may_come_back_in_a_refusal() -> None:
    asked = request(
        "add_did", did_pattern="7275559000", did_description="SELECT pass FROM vicidial_users; -- and more of it"
    )
    echo = "ERROR: add_did NO: |6666|SELECT pass FROM vicidial_users -- and more of it\n"
    assert broken(echo, asked) == []
    assert broken("".join(["SELECT user FROM vicidial_users\n", echo]), asked) == [SQL]


def test_a_trace_is_not_excused_by_a_digit_in_the_request() -> None:
    assert broken(f"#0 /srv\n{FINE}", request("add_did", did_pattern="0")) == [PHP]


@pytest.mark.parametrize(
    "body", ["<html>\n", "OK\n", "{}\n", "error: no\n", "Success: yes\n", "\n", "\ufeffERROR: x\n"]
)
def test_some_line_begins_with_a_status_word(body: str) -> None:
    assert broken(body) == [UNPARSED]


@pytest.mark.parametrize("body", ["VERSION: 2.14\n", "ERROR: x", "noise\nNOTICE: x\n"])
def test_a_status_word_on_any_line_will_do(body: str) -> None:
    assert broken(body) == []


def with_password(password: str, **fields: str) -> Request:
    return request("add_did", password=password, **fields)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("ERROR: Login incorrect: |6666|1234|BAD|\n", [PASSWORD]),
        ("ERROR: x - pass=1234.\n", [PASSWORD]),
        ("SUCCESS: add_did DID HAS BEEN ADDED - 6666|9991234\n", []),
        ("SUCCESS: add_did DID HAS BEEN ADDED - 6666|12345\n", []),
        ("SUCCESS: add_did DID HAS BEEN ADDED - 6666|A1234\n", []),
    ],
)
def test_the_password_does_not_come_back(body: str, names: list[str]) -> None:
    assert broken(body, with_password("1234", did_pattern="7275559000")) == names


def test_a_value_that_holds_the_password_may_come_back() -> None:
    asked = with_password("1234", did_pattern="9991234", did_description="1234")
    assert broken("ERROR: add_did NO: |6666|1234\n", asked) == []


@pytest.mark.parametrize("password", ["", "6"])
def test_a_password_of_less_than_two_characters_cannot_be_told_from_other_text(password: str) -> None:
    assert broken("ERROR: add_did NO: |6|\n", with_password(password)) == []


def test_a_password_is_looked_for_to_the_letter() -> None:
    assert broken("ERROR: x - a.c\n", with_password("a.c")) == [PASSWORD]
    assert broken("ERROR: x - abc\n", with_password("a.c")) == []


VERSION = "VERSION: 2.14-202\n"


def broken_by_bytes(
    body: str, status: int = 200, wire: str = "GET <path>?function=version&pass=nosuch HTTP/1.1"
) -> list[str]:
    return broken(body, Request(wire=f"{wire}\r\n\r\n"), status)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_bytes_are_no_excuse_for_a_server_error(status: int) -> None:
    assert broken_by_bytes("<html>", status) == [SERVER_ERROR]


@pytest.mark.parametrize("status", [400, 404, 405, 408, 411, 413, 414, 417, 431, 501, 505])
def test_a_web_server_may_refuse_bytes_in_its_own_words(status: int) -> None:
    assert broken_by_bytes("<html>", status) == []
    assert broken_by_bytes("", status) == []


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<b>Warning</b>: Undefined variable", PHP),
        ("Stack trace:", PHP),
        ("SELECT user from vicidial_users", SQL),
        ("you sent nosuch.", PASSWORD),
    ],
)
def test_no_reply_to_bytes_tells_what_it_must_not(text: str, name: str, status: int) -> None:
    assert broken_by_bytes(f"{VERSION}{text}\n", status) == [name]


@pytest.mark.parametrize(("body", "names"), [(VERSION, []), ("", [EMPTY]), ("<html>", [UNPARSED])])
def test_what_says_ok_to_bytes_is_the_api(body: str, names: list[str]) -> None:
    assert broken_by_bytes(body) == names


@pytest.mark.parametrize("wire", ["OPTIONS * HTTP/1.1", "GET / HTTP/1.1", "TRACE <path> HTTP/1.1"])
def test_what_does_not_ask_the_api_may_be_answered_by_anybody(wire: str) -> None:
    assert broken_by_bytes("", wire=wire) == []
    assert broken_by_bytes("It works!", wire=wire) == []


def test_the_reply_to_head_in_bytes_has_no_body() -> None:
    assert broken_by_bytes("", wire="HEAD <path> HTTP/1.1") == []
    assert broken_by_bytes("", wire="head <path> HTTP/1.1") == [EMPTY]


def test_what_came_with_bytes_may_come_back() -> None:
    asked = "GET <path>?x=SELECT%20a%20from HTTP/1.1"
    assert broken_by_bytes("bad line: SELECT a from", 400, asked) == []
    assert broken_by_bytes("TRACE / HTTP/1.1\r\npass=nosuch", wire="TRACE /?pass=nosuch HTTP/1.1") == []

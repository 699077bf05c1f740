"""What is kept of a request shows how it was sent, and no password in any encoding."""

import base64
from urllib.parse import quote

import pytest

from conformance.contract.request import Request
from conformance.emulator.app import PATH
from conformance.stand_in.seen import SeenRequest, Witness

KNOWN = "Gr€at p+ss"
AT = 1795620369.367
QUERY = "source=test&user=6666&function=add_did&did_pattern=%2B999"
ADDED = b"SUCCESS: add_did DID HAS BEEN ADDED - 6666|+999\nSECOND\n"


def seen(request: Request, body: bytes = ADDED, path: str = PATH, status: int = 200) -> SeenRequest:
    return Witness(frozenset({KNOWN}))(path, request, status, body, AT)


def test_a_line_has_time_method_function_parameters_status_and_the_first_line_of_the_reply() -> None:
    assert str(seen(Request(f"pass=1234&{QUERY}"))) == (
        f"2026-11-25T15:26:09.367Z GET add_did pass=***&{QUERY} 200 SUCCESS: add_did DID HAS BEEN ADDED - 6666|+999"
    )


def test_parameters_are_those_that_php_finds_and_the_reply_is_whole() -> None:
    it = seen(Request(f"pass=1234&{QUERY}&did.pattern=1"))
    assert dict(it.parameters) == {
        "pass": "***",
        "source": "test",
        "user": "6666",
        "function": "add_did",
        "did_pattern": "1",
    }
    assert (it.function, it.status, it.reply) == ("add_did", 200, ADDED.decode())


def test_a_form_stands_behind_the_query() -> None:
    assert seen(Request("a=1", "b=2&pass=x", "POST")).sent == "a=1&b=2&pass=***"


def test_another_path_stands_where_the_function_would() -> None:
    assert str(seen(Request(), b"Not Found", "/nope", 404)).endswith("Z GET /nope - 404 Not Found")


def test_a_request_that_got_no_reply_says_so() -> None:
    assert str(seen(Request("function=version"), b"", status=0)).endswith("version function=version no reply")


def test_what_a_request_says_gives_no_orders_to_a_terminal_and_takes_one_line() -> None:
    line = str(seen(Request("function=%1b[2J%0a&source=\x7f"), b"\x1b]0;x\x07\r\n"))
    assert line.isprintable()


@pytest.mark.parametrize(
    "name",
    [
        "pass",
        "PASS",
        "pass[]",
        "+pass",
        "pass%00x",
        "p%61ss",
        "p%2561ss",
        "%70%61%73%73",
        "password",
        "api_passwd",
        "pwd",
    ],
)
def test_what_is_sent_as_a_password_is_shown_nowhere(name: str) -> None:
    it = seen(Request(f"{name}=hunter22&user=x"), b"ERROR: Login incorrect: |x|hunter22|BAD|\n")
    assert "hunter22" not in f"{it} {it!r}"
    assert "|x|***|BAD|" in it.reply


ENCODED = {
    "as it is": KNOWN,
    "in a URL": quote(KNOWN, safe=""),
    "in a form": quote(KNOWN, safe="").replace("%20", "+"),
    "twice in a URL": quote(quote(KNOWN, safe=""), safe=""),
    "in base64": base64.b64encode(KNOWN.encode()).decode(),
    "in hex": KNOWN.encode().hex(),
    "in JSON": KNOWN.encode("ascii", "backslashreplace").decode(),
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_a_password_of_a_user_is_shown_nowhere_wherever_it_is_sent(encoding: str) -> None:
    text = ENCODED[encoding]
    sent = text if text.isascii() and " " not in text else quote(text, safe="")
    it = seen(Request(f"comments={sent}&user={sent}", sent, "POST"), f"ERROR: {text}\n".encode(), f"/{text}")
    assert not any(form in f"{it} {it!r}" for form in {text, sent, KNOWN})
    assert it.reply.startswith("ERROR: ***")


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", ""])
def test_of_a_body_that_is_no_form_only_the_length_is_shown(kind: str) -> None:
    it = seen(Request("function=version", '{"pass":"hunter22"}', "POST", kind), b"ERROR: hunter22?\n")
    assert it.sent == f"function=version&(19 bytes of {kind or 'no type'})"
    assert "hunter22" not in str(it)


def test_a_password_in_a_path_is_not_shown() -> None:
    assert "hunter22" not in str(seen(Request(), b"", "/api;pass=hunter22", 404))

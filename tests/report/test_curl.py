import os
import socket
import subprocess
from collections.abc import Collection

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from conformance.contract.request import Request
from conformance.report.curl import curl_line

URL = "http://127.0.0.1/vicidial/non_agent_api.php"
STUB = "curl() { printf '%s\\0' \"$@\"; }; "


def arguments(line: str, password: str = "") -> list[str]:
    """What a shell gives to curl."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "VICIDIAL_PASS": password}
    done = subprocess.run(  # noqa: S603 - the line is what is tested
        ["/bin/bash", "-c", STUB + line], capture_output=True, check=True, env=environment
    )
    return done.stdout.decode("utf-8", "surrogatepass").split("\0")[:-1]


def sent(request: Request, *passwords: str) -> list[str]:
    return arguments(curl_line(request, URL, passwords), passwords[0] if passwords else "")


@pytest.mark.parametrize(
    "query",
    [
        "source=test&user=6666&pass=1234&function=version",
        "did_description=O'Brien",
        "did_description='; rm -rf ~ #",
        'a=$HOME&b=`id`&c="x"&d=\\&e=!!&f=*',
        "a=\n\x1b\t\x7f\x80é\u202e漢",
        "a=b c&d=%00%zz",
    ],
)
def test_the_url_arrives_byte_for_byte(query: str) -> None:
    assert sent(Request(query), "1234") == [f"{URL}?{query}"]


@settings(max_examples=30)
@given(st.text(st.characters(exclude_characters="\0[]{}", exclude_categories=["Cs"]), min_size=1))
def test_any_text_survives_the_shell(query: str) -> None:
    assert sent(Request(query), "1234") == [f"{URL}?{query}"]


def test_the_password_is_the_variable_that_the_shell_expands() -> None:
    line = curl_line(Request("user=6666&pass=1234&function=version"), URL, ["1234"])
    assert line == f"curl '{URL}?user=6666&pass='\"$VICIDIAL_PASS\"'&function=version'"


def test_a_line_is_one_line() -> None:
    assert "\n" not in curl_line(Request("a=\n", "b=\n", "POST"), URL, [])


@pytest.mark.parametrize(
    "spelling",
    ["p%40ss+w%2Frd%27%C3%A9", "p%40ss%20w%2frd%27%c3%a9", "p@ss w/rd'é", "%70%40%73%73%20%77%2f%72%64%27%c3%a9"],
)
def test_a_password_is_hidden_however_it_is_encoded(spelling: str) -> None:
    line = curl_line(Request(f"pass={spelling}&function=version"), URL, ["other", "p@ss w/rd'é"])
    assert line == f"curl '{URL}?pass='\"$VICIDIAL_PASS\"'&function=version'"


@pytest.mark.parametrize(
    ("query", "passwords", "kept"),
    [
        ("did_pattern=99912340001", ["1234"], "did_pattern=99912340001"),
        ("pass=wrong", ["1234"], "pass=wrong"),
        ("pass=1234", [""], "pass=1234"),
    ],
    ids=["inside-a-number", "another-password", "an-empty-password"],
)
def test_what_is_no_password_stays(query: str, passwords: Collection[str], kept: str) -> None:
    assert curl_line(Request(query), URL, passwords) == f"curl '{URL}?{kept}'"


@pytest.mark.parametrize("query", ["pass=1234x", "a=%201234", "pass[]=1234&b=1", "a=1234", "a=%2B1234+"])
def test_a_password_does_not_slip_through_elsewhere(query: str) -> None:
    assert "1234" not in curl_line(Request(query), "http://host/", ["1234"])


def test_the_longest_password_wins() -> None:
    assert sent(Request("pass=1234-5"), "1234-5", "1234") == [f"{URL}?pass=1234-5"]


def test_a_form_is_sent_as_its_type() -> None:
    request = Request(form="user=6666&pass=1234", method="POST")
    assert sent(request, "1234") == [
        "-X",
        "POST",
        "-H",
        "Content-Type: application/x-www-form-urlencoded",
        "--data-raw",
        "user=6666&pass=1234",
        URL,
    ]


def test_a_json_body_hides_its_password_and_keeps_its_type() -> None:
    body = '{"pass": "a\\"b", "user": "it\'s"}'
    line = curl_line(Request(form=body, method="PUT", content_type="application/json"), URL, ['a"b'])
    got = arguments(line, 'a\\"b')
    assert ('a\\"b' in line, got[3], got[5]) == (False, "Content-Type: application/json", body)


def test_a_method_is_quoted_even_if_it_is_made_up() -> None:
    assert sent(Request("a=1", method="G'ET;")) == ["-X", "G'ET;", f"{URL}?a=1"]


def test_a_request_of_nothing_is_the_url() -> None:
    assert sent(Request()) == [URL]


def test_an_apostrophe_survives_beside_a_control_character() -> None:
    assert sent(Request("a='\\\n'")) == [f"{URL}?a='\\\n'"]


def test_an_empty_body_is_a_body() -> None:
    assert sent(Request(form="", method="POST"))[4:] == ["--data-raw", "", URL]


def test_head_does_not_wait_for_a_body() -> None:
    assert sent(Request("a=1", method="HEAD")) == ["--head", f"{URL}?a=1"]


def test_brackets_are_no_range() -> None:
    assert sent(Request("new_dids[]=1")) == ["--globoff", f"{URL}?new_dids[]=1"]


EVERY = "".join(map(chr, range(256)))


def printed(message: str, shell: str = "/bin/sh", url: str = URL) -> bytes:
    """What the line of a byte-level message gives to whatever connects."""
    line = curl_line(Request(wire=message), url, [])
    stub = "nc() { cat; }; openssl() { cat; };"
    return subprocess.run([shell, "-c", f"{stub} {line}"], capture_output=True, check=True).stdout  # noqa: S603


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash"])
@pytest.mark.parametrize(
    "message",
    [
        EVERY,
        EVERY[::-1],
        "-n %s %% \\n \\101 '\"$HOME`id`!!",
        "-",
        "'",
        "x" * 100_000,
        "a" + "0" * 500 + "1",
        "\0" * 100,
        "[" * 200 + "\\" * 100 + "-" * 100,
    ],
    ids=lambda message: ascii(message)[:20],
)
def test_bytes_are_printed_as_they_are(message: str, shell: str) -> None:
    assert printed(message, shell) == message.encode("latin-1")


@settings(max_examples=30)
@given(st.text(st.characters(max_codepoint=255), min_size=1))
def test_any_bytes_survive_the_shell(message: str) -> None:
    assume("<" not in message)  # no place of another value
    assert printed(message) == message.encode("latin-1")


def test_bytes_go_to_the_host_and_port_of_the_target() -> None:
    message = "GET <path> HTTP/1.1\r\nHost: <host>\r\n\r\n"
    there = "GET /a.php HTTP/1.1\\r\\nHost: dialer.example\\r\\n\\r\\n"
    assert (
        curl_line(Request(wire=message), "http://dialer.example/a.php", [])
        == f"printf '{there}' | nc dialer.example 80"
    )


@pytest.mark.parametrize(
    ("url", "end"),
    [
        ("http://[::1]:8080/a", "| nc ::1 8080"),
        ("https://dialer.example/a", "| openssl s_client -quiet -connect dialer.example:443"),
        ("https://[::1]:8443/a", "| openssl s_client -quiet -connect '[::1]:8443'"),
    ],
)
def test_bytes_are_sent_by_a_program_that_takes_them(url: str, end: str) -> None:
    assert curl_line(Request(wire="x"), url, []).endswith(end)


def test_a_long_message_is_a_short_line() -> None:
    assert len(curl_line(Request(wire=f"GET /{'x' * 100_000} HTTP/1.1"), URL, [])) < 200


def test_the_line_of_bytes_reaches_a_server_as_it_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        line = curl_line(Request(wire=f"<path> <host> {EVERY}"), f"http://127.0.0.1:{port}/a", [])
        connect = f"nc() {{ exec 3<>/dev/tcp/$1/$2; cat >&3; exec 3>&-; }}; {line}"
        subprocess.run(["/bin/bash", "-c", connect], check=True, timeout=20)  # noqa: S603
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as received:
            assert received.read() == f"/a 127.0.0.1:{port} {EVERY}".encode("latin-1")

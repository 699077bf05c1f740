"""What a byte-level message is once it leaves, and all that it might be read as."""

import pytest

from conformance.contract.request import Request
from conformance.contract.wire import calls_api, filled, passwords, readings, texts
from tests.support.asking import CONTRACT

END = " HTTP/1.1\r\nHost: x\r\n\r\n"


def read(wire: str, name: str, function: str = "add_did") -> set[bytes]:
    """What is read as the value of a parameter by those who read that function."""
    calls = (call.parameters.values for call in readings(wire, CONTRACT.naming))
    return {call.get(name, b"") for call in calls if call.get("function") == function.encode()}


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://dialer.example/api.php", b"GET /api.php HTTP/1.1\r\nHost: dialer.example"),
        ("https://[::1]:8443/a/b.php", b"GET /a/b.php HTTP/1.1\r\nHost: [::1]:8443"),
        ("http://b\xfccher.example:81/\xe4 b", b"GET /%C3%A4%20b HTTP/1.1\r\nHost: xn--bcher-kva.example:81"),
    ],
)
def test_the_place_of_the_target_is_filled_in(url: str, sent: bytes) -> None:
    assert filled("GET <path> HTTP/1.1\r\nHost: <host>", url) == sent


def test_each_character_is_one_byte() -> None:
    every = "".join(map(chr, range(256)))
    assert filled(every, "http://x/") == bytes(range(256))


def test_what_is_filled_in_is_not_filled_again() -> None:
    assert filled("<path>", "http://x/<host>") == b"/<host>"


@pytest.mark.parametrize(
    "wire",
    [
        f"GET /p?did_pattern=1&function=add_did{END}",
        f"GET http://x/p?did_pattern=1&function=add_did{END}",
        f"GET /p?did_pattern=1&function=add_did#x{END}",
        f"GET /p?did_pattern=1&function=add_did x y{END}",
        f"GET /p?did_pattern=1&function=add_did\0x{END}",
        "GET /p?did_pattern=1&function=add_did",
        f"X\r\n\r\nGET /p?did_pattern=1&function=add_did{END}",
        f"GET /p?did.pattern=1&function=add_did{END}",
        f"GET /p?did%2epattern=1&function=add_did{END}",
        f"GET /p?%64id_pattern=1&function=add_did{END}",
        f"POST /p{END}did_pattern=1&function=add_did",
        "POST /p HTTP/1.1\n\ndid_pattern=1&function=add_did\n",
        f"POST /p?did_pattern=1{END}function=add_did&x=1",
        f"POST /p{END}8\r\ndid_patt\r\n1a\r\nern=1&function=add_did\r\n0\r\n\r\n",
        f'POST /p{END}--b\r\nX; name="did_pattern"\r\n\r\n1\r\n--b\r\nX; name="function"\r\n\r\nadd_did\r\n--b--\r\n',
        f'POST /p{END}{{"did_pattern": "1", "function": "add_did"}}',
    ],
)
def test_a_call_is_found_wherever_it_stands(wire: str) -> None:
    assert b"1" in read(wire, "did_pattern")


def test_a_body_may_be_cut_off_within_a_did() -> None:
    wire = f"POST /p{END}function=add_did&did_pattern=12345"
    assert {b"1", b"12", b"123", b"1234", b"12345"} <= read(wire, "did_pattern")


def test_a_query_has_the_last_word_over_the_body() -> None:
    wire = f"POST /p?function=version{END}function=add_did&did_pattern=1"
    assert Request("function=version", "function=add_did&did_pattern=1", "POST") in set(readings(wire, CONTRACT.naming))


def test_what_makes_no_difference_is_cut_short() -> None:
    wire = f"GET /p?x={'y' * 100_000}&did_pattern={'9' * 300}&function=add_did{END}"
    assert b"9" * 300 in read(wire, "did_pattern")
    assert sum(map(len, texts(wire))) < 10_000


def test_the_password_is_what_may_be_read_as_one() -> None:
    assert passwords(f"GET /p?pass=a%20b{END}") >= {"a b"}
    assert passwords(f"POST /p{END}user=x&pass=y") >= {"y"}


@pytest.mark.parametrize(
    ("wire", "so"),
    [
        (f"GET <path>{END}", True),
        (f"\r\nget http://<host><path>{END}", True),
        (f"TRACE <path>{END}", False),
        (f"OPTIONS *{END}", False),
        ("GET / HTTP/1.1\r\nX: <path>\r\n\r\n", False),
    ],
)
def test_only_an_address_of_the_api_asks_the_api(wire: str, so: bool) -> None:
    assert calls_api(wire) is so


@pytest.mark.parametrize(("wire", "so"), [("HEAD /p", True), ("\r\nHEAD\t/p", True), ("head /p", False), ("", False)])
def test_head_is_known_by_its_first_word(wire: str, so: bool) -> None:
    assert Request(wire=wire).is_head is so

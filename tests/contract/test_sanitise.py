"""What a server leaves of a value (docs/observed.md sections 4 and 8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contract.parameter import Parameter
from conformance.contract.sanitise import as_text, sanitise, stripping_deviation
from conformance.contract.settings import Build, ServerSettings
from tests.support.asking import CONTRACT

LATIN = ServerSettings()
NON_LATIN = ServerSettings(non_latin=True)


def field(name: str, function: str = "add_did") -> Parameter:
    return CONTRACT.functions[function].by_name[name]


@pytest.mark.parametrize(
    ("name", "sent", "kept"),
    [
        ("did_pattern", "+1 (727) 555-1114", "+17275551114"),
        ("did_pattern", ":*#._aZ", ":*#._aZ"),
        ("did_description", "Müller & Co., Nr-1_2", "Mller  Co., Nr-1_2"),
        ("active", "y", ""),
        ("active", "Yy1", "Y"),
        ("extension", "83*00", "8300"),
        ("voicemail_ext", "83-0*#._", "830*#._"),
        ("group", "A|B c", "A|Bc"),
        ("server_ip", "10.10.10.15; host-a", "10.10.10.15host-a"),
        ("call_handle_method", "C-I_D", "CI_D"),
        ("list_id", "9-9a", "9-9a"),
        ("entry_list_id", "9-9a", "99"),
        ("phone_code", "+49", "49"),
    ],
)
def test_characters_outside_the_kept_set_are_removed(name: str, sent: str, kept: str) -> None:
    assert sanitise(sent.encode(), field(name), LATIN) == kept


@pytest.mark.parametrize("parameter", CONTRACT.functions["update_did"].parameters, ids=lambda p: p.name)
@given(raw=st.binary())
def test_sanitising_twice_is_sanitising_once(parameter: Parameter, raw: bytes) -> None:
    once = sanitise(raw, parameter, LATIN)
    assert sanitise(once.encode(), parameter, LATIN) == once


def test_non_latin_servers_keep_letters_of_any_script() -> None:
    assert sanitise("Grüße, Мир 5!".encode(), field("did_description"), NON_LATIN) == "Grüße, Мир 5"


def test_non_latin_servers_keep_no_letters_where_only_digits_are_kept() -> None:
    assert sanitise("1é2".encode(), field("phone_code"), NON_LATIN) == "12"


def test_non_latin_servers_empty_a_value_that_is_no_utf8() -> None:
    assert sanitise(b"727\xff555", field("did_pattern"), NON_LATIN) == ""


def test_latin_servers_remove_only_the_bytes_that_are_no_utf8() -> None:
    assert sanitise(b"727\xff555", field("did_pattern"), LATIN) == "727555"


@pytest.mark.parametrize(("number", "left"), [(137, "727-é"), (167, "727-é"), (168, "727é"), (202, "727é")])
def test_non_latin_servers_sanitise_did_fields_since_build_168(number: int, left: str) -> None:
    settings = ServerSettings(Build(2, 14, number), non_latin=True)
    assert sanitise("727-é".encode(), field("did_pattern"), settings) == left


@pytest.mark.parametrize(("number", "left"), [(137, "a b/c"), (167, "a b/c"), (168, "abc"), (202, "abc")])
def test_phone_extension_is_sanitised_since_build_168(number: int, left: str) -> None:
    assert sanitise(b"a b/c", field("phone_extension"), ServerSettings(Build(2, 14, number))) == left


@pytest.mark.parametrize(("number", "left"), [(137, "10."), (167, "10."), (168, "host-10."), (202, "host-10.")])
def test_server_ip_keeps_letters_since_build_168(number: int, left: str) -> None:
    assert sanitise(b"host-10.", field("server_ip"), ServerSettings(Build(2, 14, number))) == left


def test_a_value_that_is_no_utf8_is_read_as_latin1() -> None:
    assert as_text(b"\xe9t\xe9") == "été"


@pytest.mark.parametrize(
    ("name", "raw", "settings", "deviation"),
    [
        ("did_pattern", b"7275559000", LATIN, None),
        ("did_pattern", b"727-5559000", LATIN, "silent-sanitising"),
        ("did_pattern", b"!!", LATIN, "silent-sanitising"),
        ("active", b"n", LATIN, "value-stripped-to-nothing"),
        ("did_description", b"abc\xff", NON_LATIN, "non-latin-invalid-utf8-empties"),
        ("active", "é".encode(), LATIN, "value-stripped-to-nothing"),
    ],
)
def test_what_was_removed_has_the_name_of_a_deviation(
    name: str, raw: bytes, settings: ServerSettings, deviation: str | None
) -> None:
    assert stripping_deviation(raw, sanitise(raw, field(name), settings), field(name)) == deviation

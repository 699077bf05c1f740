"""A baseline reads back as it was written, and every mistake in it is one line that names the file and the key."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.baseline.file import read_baseline, written
from conformance.baseline.model import TODO, Differs, KnownFail
from conformance.contract.reply import Aspect
from conformance.errors import UsageError

CASE = "add_did/did_description/longest"
CASES = (CASE, "add_did/did_description/too-short")
ENTRY = f"""
[known."{CASE}"]
reason = "the proxy is replaced in spring"
differs = [
  {{ request = 1, line = 1, aspect = "message", got = "DID HAS BEEN ADED" }},
]
"""
KNOWN = KnownFail("the proxy is replaced in spring", frozenset({Differs(1, 1, "message", "DID HAS BEEN ADED")}))


def read(tmp_path: Path, text: str | bytes) -> dict[str, KnownFail]:
    path = tmp_path / "lab.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return dict(read_baseline(path, CASES).entries)


def test_an_entry_is_a_table_with_a_reason_and_what_was_got(tmp_path: Path) -> None:
    assert read(tmp_path, ENTRY) == {CASE: KNOWN}


def test_what_is_written_is_what_people_read() -> None:
    assert written({CASE: KNOWN}).endswith(ENTRY)


_text = st.text(st.characters(exclude_categories=["Cs"]))
_differs = st.builds(Differs, st.integers(1, 9), st.integers(0, 9), st.sampled_from([a.value for a in Aspect]), _text)
_fails = st.builds(KnownFail, _text.filter(str.strip), st.frozensets(_differs, min_size=1, max_size=3))


@given(st.dictionaries(st.sampled_from(CASES), _fails))
def test_what_is_written_reads_back_whatever_a_server_said(
    tmp_path_factory: pytest.TempPathFactory, entries: dict[str, KnownFail]
) -> None:
    assert read(tmp_path_factory.mktemp("b"), written(entries)) == entries


def test_a_reply_cannot_hide_itself_from_a_review() -> None:
    entry = KnownFail(TODO, frozenset({Differs(1, 0, "effect", "\u202eevil\x1b[31m\n")}))
    text = written({CASE: entry})
    assert "\\U0000202Eevil\\U0000001B[31m\\n" in text
    assert text.replace("\n", "").isprintable()


def test_the_order_of_entries_does_not_matter() -> None:
    assert written(dict.fromkeys(CASES, KNOWN)) == written(dict.fromkeys(reversed(CASES), KNOWN))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"\xff", "is not TOML in UTF-8"),
        ("[known", "is not TOML in UTF-8"),
        ("[nown.x]", "it holds tables named [known."),
        ("known = 3", "$.known"),
        (ENTRY + ENTRY, "is not TOML"),
        (ENTRY.replace("longest", "longst"), f"there is no such case: did you mean {CASE} ?"),
        (ENTRY.replace(CASE, "zzz"), '[known."zzz"]: there is no such case: remove it'),
        (ENTRY.replace("reason", "reson"), f'[known."{CASE}"]: Object contains unknown field `reson`'),
        (ENTRY.replace("the proxy is replaced in spring", " "), "reason: is empty: say why"),
        (ENTRY.replace('reason = "the proxy is replaced in spring"\n', ""), "missing required field `reason`"),
        (ENTRY.replace('"message"', '"mesage"'), "Invalid enum value 'mesage' - at `$.differs[0].aspect`"),
        (ENTRY.replace("request = 1", 'request = "1"'), "$.differs[0].request"),
        (f'[known."{CASE}"]\nreason = "x"\ndiffers = []', "differs: is empty"),
    ],
)
def test_a_mistake_is_told_with_the_file_and_the_key(text: str | bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        read(tmp_path, text)
    assert said in str(raised.value)
    assert (str(tmp_path / "lab.toml") in str(raised.value), "\n" in str(raised.value)) == (True, False)


def test_a_file_that_is_not_there_is_told_with_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read baseline .*none\.toml: .*baseline write REPORT"):
        read_baseline(tmp_path / "none.toml", CASES)

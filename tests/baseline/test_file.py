"""A baseline reads back as it was written, and every mistake in it is one line that names the file and the key."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.baseline.file import read_baseline, written
from conformance.baseline.model import TODO, KnownCause
from conformance.contract.reply import Aspect
from conformance.errors import UsageError
from conformance.report.symptoms import ANSWER, Symptom

CASE = "add_did/did_description/longest"
CASES = (CASE, "add_did/did_description/too-short")
CAUSE = "message/did-has-been-added-1a2b3c"
ENTRY = f"""
[known."{CAUSE}"]
reason = "the proxy is replaced in spring"
says = "Words a message otherwise than it should."
differs = [
  {{ aspect = "message", wanted = "DID HAS BEEN ADDED", got = "DID HAS BEEN ADED" }},
]
cases = [
  "{CASE}",
]
"""
MESSAGE = Symptom("message", "DID HAS BEEN ADDED", "DID HAS BEEN ADED")
KNOWN = KnownCause(
    "the proxy is replaced in spring",
    "Words a message otherwise than it should.",
    frozenset({MESSAGE}),
    frozenset({CASE}),
)
EARLIER = f"""
[known."{CASE}"]
reason = "the proxy is replaced in spring"
differs = [
  {{ request = 1, line = 1, aspect = "message", got = "DID HAS BEEN ADED" }},
]
"""


def read(tmp_path: Path, text: str | bytes) -> dict[str, KnownCause]:
    path = tmp_path / "lab.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return dict(read_baseline(path, CASES).entries)


def test_an_entry_is_a_table_with_one_reason_for_all_cases_of_a_cause(tmp_path: Path) -> None:
    assert read(tmp_path, ENTRY) == {CAUSE: KNOWN}


def test_what_is_written_is_what_people_read() -> None:
    assert written({CAUSE: KNOWN}).endswith(ENTRY)


_text = st.text(st.characters(exclude_categories=["Cs"]))
_differs = st.builds(Symptom, st.sampled_from([ANSWER, *(a.value for a in Aspect)]), _text, _text, _text)
_differ = st.frozensets(_differs, min_size=1, max_size=3)
_cases = st.frozensets(st.sampled_from(CASES), min_size=1)
_causes = st.builds(KnownCause, _text.filter(str.strip), _text, _differ, _cases)


@given(st.dictionaries(_text.filter(lambda name: name not in CASES), _causes, max_size=3))
def test_what_is_written_reads_back_whatever_a_server_said(
    tmp_path_factory: pytest.TempPathFactory, entries: dict[str, KnownCause]
) -> None:
    assert read(tmp_path_factory.mktemp("b"), written(entries)) == entries


def test_a_reply_cannot_hide_itself_from_a_review() -> None:
    evil = Symptom("effect", "", "\u202eevil\x1b[31m\n")
    text = written({CAUSE: KnownCause(TODO, "", frozenset({evil}), frozenset({CASE}))})
    assert "\\U0000202Eevil\\U0000001B[31m\\n" in text
    assert text.replace("\n", "").isprintable()


def test_the_order_of_entries_does_not_matter() -> None:
    assert written(dict.fromkeys("ab", KNOWN)) == written(dict.fromkeys("ba", KNOWN))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"\xff", "is not TOML in UTF-8"),
        ("[known", "is not TOML in UTF-8"),
        ("[nown.x]", "it holds tables named [known."),
        ("known = 3", "$.known"),
        (ENTRY + ENTRY, "is not TOML"),
        (ENTRY.replace("longest", "longst"), f"there is no case {CASE[:-3]}st: did you mean {CASE} ?"),
        (ENTRY.replace(CASE, "zzz"), f'[known."{CAUSE}"]: cases: there is no case zzz: remove it'),
        (ENTRY.replace("reason", "reson"), f'[known."{CAUSE}"]: Object contains unknown field `reson`'),
        (ENTRY.replace("the proxy is replaced in spring", " "), "reason: is empty: say why"),
        (ENTRY.replace('reason = "the proxy is replaced in spring"\n', ""), "missing required field `reason`"),
        (ENTRY.replace('"message"', '"mesage"'), "differs: there is no aspect mesage"),
        (ENTRY.replace('"DID HAS BEEN ADED"', "1"), "$.differs[0].got"),
        (f'[known."{CAUSE}"]\nreason = "x"\ndiffers = []\ncases = ["{CASE}"]', "differs: is empty"),
        (ENTRY.replace(f'  "{CASE}",\n', ""), "cases: is empty"),
        (
            EARLIER,
            "has a table for each case, as earlier versions wrote it: `vicidial-conformance baseline write REPORT",
        ),
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


def test_of_a_file_of_an_earlier_version_reasons_are_read_to_be_kept(tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    path.write_text(EARLIER)
    (entry,) = read_baseline(path, CASES, earlier=True).entries.values()
    assert (entry.reason, entry.cases, entry.differs) == (KNOWN.reason, KNOWN.cases, frozenset())

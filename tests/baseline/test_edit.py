"""Bringing a baseline up to date changes what is another, and nothing that people wrote."""

import inspect
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import tomlkit
import tomlkit.exceptions
from hypothesis import given
from hypothesis import strategies as st

from conformance.baseline import edit
from conformance.baseline.file import parsed, written
from conformance.baseline.model import TODO, Baseline, KnownCause
from conformance.errors import UsageError
from conformance.report.symptoms import Symptom

A, B, C, D = (f"lines/{name}" for name in ("a", "b", "c", "d"))
CASE, OTHER = "add_did/did_description/longest", "add_did/did_description/too-short"
TEXT = f"""\
#:schema ./baseline.schema.json

# our lab, since May

# ask Kim about this one
[known."{A}"]  # the proxy
reason = 'replaced in spring' # or in summer
differs = [
  # the first of two
  {{ aspect = "message", wanted = "ADDED", got = "ADED" }}, # misspelt
  {{ aspect = "lines", wanted = "once", got = "twice" }}, # a loop?
]
cases = ["{CASE}"]

# about b
[known."{B}"]
reason = "b"
differs = [{{ aspect = "lines", wanted = "", got = "b" }}]
cases = ["{CASE}"]
# still about b

# about c
[known."{C}"]
reason = "c"
differs = [{{ aspect = "lines", wanted = "", got = "c" }}]
cases = ["{CASE}"]
# the end
"""
BEFORE = parsed(Path("lab.toml"), TEXT, (CASE, OTHER))


def rewritten(before: Baseline, entries: Mapping[str, KnownCause]) -> str:
    return edit.rewritten(before, entries, (CASE, OTHER))


def fail(got: str, reason: str = TODO, says: str = "") -> KnownCause:
    return KnownCause(reason, says, frozenset({Symptom("lines", "", got)}), frozenset({CASE}))


def without(*ids: str) -> Mapping[str, KnownCause]:
    return {id: entry for id, entry in BEFORE.entries.items() if id not in ids}


def test_what_is_the_same_stays_to_the_letter() -> None:
    assert rewritten(BEFORE, BEFORE.entries) == TEXT


def test_a_new_table_comes_last_and_all_else_stays() -> None:
    assert rewritten(BEFORE, {**BEFORE.entries, D: fail("d")}) == TEXT + (
        f'\n[known."{D}"]\nreason = "{TODO}"\ndiffers = [\n  {{ aspect = "lines", wanted = "", got = "d" }},\n]\n'
        f'cases = [\n  "{CASE}",\n]\n'
    )


def test_a_table_that_goes_takes_its_own_comment_along_and_no_other() -> None:
    text = rewritten(BEFORE, without(B))
    begin, end = TEXT.index("# about b"), TEXT.index("# about c")
    assert text == TEXT[:begin] + TEXT[end:]


def test_the_first_table_goes_without_the_head_of_the_file() -> None:
    begin, end = TEXT.index("# ask Kim"), TEXT.index("# about b")
    assert rewritten(BEFORE, without(A)) == TEXT[:begin] + TEXT[end:]


def test_the_last_table_goes_without_the_end_of_the_file() -> None:
    assert rewritten(BEFORE, without(C)).endswith("# still about b\n\n# the end\n")


def test_without_any_table_the_head_stays() -> None:
    assert "# our lab, since May\n" in rewritten(BEFORE, {})


def test_a_difference_that_is_gone_takes_only_its_own_comment_along() -> None:
    entry = replace(BEFORE.entries[A], differs=frozenset({Symptom("message", "ADDED", "ADED")}))
    line = '  { aspect = "lines", wanted = "once", got = "twice" }, # a loop?\n'
    assert rewritten(BEFORE, {**BEFORE.entries, A: entry}) == TEXT.replace(line, "")


def test_what_a_cause_says_comes_and_goes_and_no_comment_moves() -> None:
    said = rewritten(BEFORE, {**BEFORE.entries, A: replace(BEFORE.entries[A], says="Twice.")})
    assert said == TEXT.replace("]\n\n# about b", ']\nsays = "Twice."\n\n# about b')
    again = parsed(Path("lab.toml"), said, (CASE, OTHER))
    assert rewritten(again, BEFORE.entries) == TEXT


def test_a_cause_that_shows_otherwise_keeps_what_people_wrote() -> None:
    entry = replace(BEFORE.entries[A], differs=frozenset({Symptom("lines", "once", "thrice")}))
    text = rewritten(BEFORE, {**without(A), D: entry})
    line = '  { aspect = "lines", wanted = "once", got = "thrice" },'
    begin, end = TEXT.index('  { aspect = "message"'), TEXT.index("\n]\ncases")
    assert text == (TEXT[:begin] + line + TEXT[end:]).replace(f'[known."{A}"]', f'[known."{D}"]')


def test_an_entry_of_an_earlier_version_makes_room_for_its_cause() -> None:
    text = f'# ours\n\n# old\n[known."{CASE}"]\nreason = "r"\ndiffers = []\n\n# kept\n[known."{A}"]\n{BODY}\n'
    before = parsed(Path("lab.toml"), text, (CASE, OTHER), earlier=True)
    after = {A: before.entries[A], D: fail("d", "r")}
    made = rewritten(before, after)
    assert made.startswith(f'# ours\n\n# old\n[known."{D}"]\nreason = "r"\n')
    assert f'\n\n# kept\n[known."{A}"]\n' in made
    assert parsed(Path("lab.toml"), made, (CASE, OTHER)).entries == after


def test_a_new_difference_is_put_in_on_a_line_of_its_own() -> None:
    entry = replace(BEFORE.entries[A], differs=BEFORE.entries[A].differs | {Symptom("lines", "", "\u202ex")})
    line = '# a loop?\n  { aspect = "lines", wanted = "", got = "\\U0000202Ex" },\n'
    assert rewritten(BEFORE, {**BEFORE.entries, A: entry}) == TEXT.replace("# a loop?\n", line)


def test_several_tables_may_go_at_once() -> None:
    begin, end = TEXT.index("# ask Kim"), TEXT.index("# about c")
    assert rewritten(BEFORE, without(A, B)) == TEXT[:begin] + TEXT[end:]


def test_what_looks_like_a_table_in_a_text_is_text() -> None:
    text = TEXT.replace('reason = "b"', 'reason = """b\n# about c\n[known.x]"""')
    before = parsed(Path("lab.toml"), text, (CASE, OTHER))
    after = {id: entry for id, entry in before.entries.items() if id != A}
    assert rewritten(before, after) == text[: text.index("# ask Kim")] + text[text.index("# about b") :]


def test_comments_alone_stay_above_the_first_tables() -> None:
    before = Baseline(Path("lab.toml"), {}, "# ours\n")
    assert rewritten(before, {D: fail("d")}).startswith(f'# ours\n\n[known."{D}"]\n')


def test_an_empty_table_in_one_line_takes_no_others() -> None:
    with pytest.raises(UsageError, match="its layout is too unusual to be edited"):
        rewritten(Baseline(Path("lab.toml"), {}, "known = {}\n"), {D: fail("d")})


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_file_becomes_a_whole_one(text: str) -> None:
    assert rewritten(Baseline(Path("lab.toml"), {}, text), {D: fail("d")}) == written({D: fail("d")})


DIFFERS = '[{ aspect = "lines", wanted = "", got = "a" }]'
CASES = f'["{CASE}"]'
BODY = f'reason = "a"\ndiffers = {DIFFERS}\ncases = {CASES}'
LAYOUTS = {
    "no line feed at the end": f'[known."{A}"]\n{BODY}',
    "a table above": f'[known]\n[known."{A}"]\n{BODY}\n',
    "line feeds of Windows": f'# a\n[known."{A}"]\n{BODY}\n'.replace("\n", "\r\n"),
    "a line each": f'[known]\n"{A}" = {{ reason = "a", differs = {DIFFERS}, cases = {CASES} }}\n',
    "indented": f"  [ known . '{A}' ]\n  reason = \"a\"\n  differs = {DIFFERS}\n  cases = {CASES}\n",
}
UNUSUAL = {
    "dotted keys": f'known."{A}".reason = "a"\nknown."{A}".differs = {DIFFERS}\nknown."{A}".cases = {CASES}\n',
    "dotted keys in a table": f'[known]\n"{A}".reason = "a"\n"{A}".differs = {DIFFERS}\n"{A}".cases = {CASES}\n',
    "all in one line": f'known = {{ "{A}" = {{ reason = "a", differs = {DIFFERS}, cases = {CASES} }} }}\n',
    "arrays of tables": f'[known."{A}"]\nreason = "a"\ncases = {CASES}\n[[known."{A}".differs]]\n'
    'aspect = "lines"\nwanted = ""\ngot = "a"',
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("after", [{A: fail("a", "a"), D: fail("d")}, {A: fail("other", "a")}, {D: fail("d")}, {}])
def test_layouts_of_people_are_brought_up_to_date(layout: str, after: dict[str, KnownCause]) -> None:
    before = parsed(Path("lab.toml"), LAYOUTS[layout], (CASE, OTHER))
    assert parsed(Path("lab.toml"), rewritten(before, after), (CASE, OTHER)).entries == after


@pytest.mark.parametrize("layout", UNUSUAL)
@pytest.mark.parametrize("after", [{A: fail("a", "a"), D: fail("d")}, {}])
def test_a_layout_that_cannot_be_edited_is_left_alone_with_a_word(layout: str, after: dict[str, KnownCause]) -> None:
    before = parsed(Path("lab.toml"), UNUSUAL[layout], (CASE, OTHER))
    with pytest.raises(UsageError) as caught:
        rewritten(before, after)
    assert str(caught.value) == (
        "baseline lab.toml: its layout is too unusual to be edited: "
        "write into another FILE, and copy the comments that you want to keep"
    )


EXCEPTIONS = [kind for kind in vars(tomlkit.exceptions).values() if inspect.isclass(kind)]


@pytest.mark.parametrize("kind", [kind for kind in EXCEPTIONS if issubclass(kind, tomlkit.exceptions.TOMLKitError)])
def test_what_the_parser_refuses_is_left_alone_with_a_word(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(text: str) -> None:
        raise kind.__new__(kind)

    monkeypatch.setattr(tomlkit, "parse", refused)
    with pytest.raises(UsageError, match="its layout is too unusual to be edited"):
        rewritten(BEFORE, without(B))


_symptoms = st.builds(Symptom, st.just("lines"), st.sampled_from(["", "w"]), st.sampled_from("xyz"))
_cases = st.frozensets(st.sampled_from([CASE, OTHER]), min_size=1)
_fails = st.builds(
    KnownCause,
    st.sampled_from(["one", "two"]),
    st.sampled_from(["", "says"]),
    st.frozensets(_symptoms, min_size=1, max_size=3),
    _cases,
)
_entries = st.dictionaries(st.sampled_from([A, B, C, D]), _fails)


@given(_entries, _entries)
def test_whatever_changes_the_file_says_it_afterwards(
    before: dict[str, KnownCause], after: dict[str, KnownCause]
) -> None:
    kept = {id: replace(entry, reason=before.get(id, entry).reason) for id, entry in after.items()}
    old = parsed(Path("lab.toml"), written(before).replace("\n[known", "\n# about\n# it\n[known"), [CASE, OTHER])
    text = rewritten(old, kept)
    assert parsed(Path("lab.toml"), text, [CASE, OTHER]).entries == kept
    assert all(f'# about\n# it\n[known."{id}"]' in text for id in before.keys() & after.keys())

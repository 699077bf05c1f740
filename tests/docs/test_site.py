"""The documentation site: a page for everything, nothing in it is markup, and its own check finds what is wrong."""

import tomllib
from pathlib import Path

import markdown
import pytest

from conformance.cases.catalogue import catalogue
from conformance.cases.model import Case, Level, Param, Step
from conformance.contract.deviation import Deviation, Severity
from conformance.contract.load import load_contract
from tests.docs.pages import ROOT
from tools.site import case_pages, clause_pages, paths
from tools.site.build import config
from tools.site.deviation_pages import deviation_page
from tools.site.links import problems
from tools.site.own_pages import own_pages, rewritten
from tools.site.recorded import recorded
from tools.site.replies import sent
from tools.site.sources import data_pages

HOSTILE = "a|b `c` <script>x</script> [l](http://e) **b** {#id} &amp; _u_ \x1b \\| # ~~s~~ $$ _a_b_ - __c__"
CONTRACT = load_contract()
CASES = catalogue(CONTRACT)


def shown(text: str) -> str:
    return markdown.markdown(text, extensions=["tables", "attr_list", "fenced_code"])


def page_of(id: str) -> str:
    number, case = next((number, case) for number, case in enumerate(CASES) if case.id == id)
    return case_pages.case_page(case, sent(case, CONTRACT, number), CONTRACT)


@pytest.mark.thorough
def test_every_case_clause_and_deviation_has_a_page_of_its_own() -> None:
    pages = data_pages()
    wanted = [paths.case(case.id) for case in CASES] + [paths.deviation(id) for id in CONTRACT.deviations]
    wanted += [paths.clause(clause) for clause in clause_pages.clauses(CONTRACT, CASES)]
    assert len({name.lower() for name in wanted}) == len(wanted)
    assert set(wanted) <= pages.keys()


def test_clauses_are_those_that_cases_and_replies_name() -> None:
    named = clause_pages.clauses(CONTRACT, CASES)
    assert {"observed.md#4", "NON-AGENT_API.txt#add_did", "whole-api-2.14-202.jsonl#add_lead/bare"} <= set(named)


def test_a_case_shows_what_is_sent_and_both_replies_without_a_password() -> None:
    text = page_of("add_did/did_description/too-short")
    assert """pass='"$VICIDIAL_PASS"'&function=add_did""" in text
    assert "DID DESCRIPTION MUST BE FROM 6 TO 50 CHARACTERS" in text
    assert text.count("| documented |") == text.count("curl '")
    assert "PASSWORD" not in text


def test_a_case_shows_since_which_build_servers_answer_so() -> None:
    text = page_of("add_did/menu_id/unknown")
    assert "from <code>2.14-137</code>" in text
    assert "from <code>2.14-140</code>" in text


def test_a_case_says_why_a_client_cares() -> None:
    assert "finds no data in an error" in page_of("add_did/did_description/too-short")


def test_a_deviation_shows_a_recorded_exchange() -> None:
    text = recorded("vicidial-2.14-202#add_did/duplicate")
    assert "ERROR: add_did DID ALREADY EXISTS: |6666|7275559000" in text
    assert "pass=$VICIDIAL_PASS&" in text
    assert "pass=1234" not in text


def test_a_recording_that_does_not_exist_is_no_evidence() -> None:
    with pytest.raises(KeyError):
        recorded("vicidial-2.14-202#no/such")


@pytest.mark.parametrize("kind", ["case", "deviation", "list"])
def test_hostile_characters_in_a_title_are_text(kind: str) -> None:
    case = Case("add_did/a/b", HOSTILE, "observed.md#4", Level.PROBE, (Step("version", (Param("a", HOSTILE),)),))
    deviation = Deviation(
        id="x", title=HOSTILE, clause="observed.md#4", severity=Severity.COSMETIC, effect=HOSTILE, unobservable=HOSTILE
    )
    text = {
        "case": case_pages.case_page(case, sent(case, CONTRACT, 0), CONTRACT),
        "deviation": deviation_page(deviation, [case]),
        "list": case_pages.function_page("add_did", [case]),
    }[kind]
    html = shown(text)
    assert not any(tag in html for tag in ("<script", "<strong", "<em", 'href="http', 'id="id"', "\x1b"))
    assert "&#60;script&#62;" in html


def test_a_table_keeps_its_columns_whatever_is_in_a_cell() -> None:
    case = Case("add_did/a/b", HOSTILE, "observed.md#4", Level.PROBE, (Step("version"),))
    assert shown(case_pages.function_page("add_did", [case])).count("<td>") == 2


def test_every_page_of_the_project_is_on_the_site_and_in_its_menu() -> None:
    own = own_pages()
    names = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")}
    assert names | {"index.md", "CONTRIBUTING.md", "fixtures/recordings/index.md"} <= own.keys()
    menu = [at for entry in tomllib.loads(config(own))["project"]["nav"] for at in entry.values()]
    assert set(menu) == {*own, paths.CASES, paths.CLAUSES, paths.DEVIATIONS}


def test_a_new_page_is_picked_up(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/new.md").write_text("# New\n", "utf-8")
    assert own_pages(tmp_path) == {"docs/new.md": "# New\n"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[a](../README.md#x)", "[a](../index.md#x)"),
        ("[a](levels.md)", "[a](levels.md)"),
        ("[a](gone.md)", "[a](gone.md)"),
        ("[a](../fixtures/x.toml)", "a"),
        ("[a](https://e.example/README.md)", "[a](https://e.example/README.md)"),
        ("```\n[a](../README.md)\n```\n", "```\n[a](../README.md)\n```\n"),
    ],
)
def test_links_work_on_the_site_as_they_do_on_github(before: str, after: str) -> None:
    assert rewritten(before, "docs/page.md", {"README.md", "docs/levels.md"}) == after


SITE = {
    "index.html": '<a href="a/b.html#part">b</a><a class=x href=c.html>c</a><a href="https://e.example/x">e</a>',
    "a/b.html": '<h2 id="part">x</h2><a href="../index.html">up</a><a href="#part">here</a>',
    "c.html": "",
}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"c.html": '<a href="d.html">d</a>'}, ["c.html: d.html leads to no page"]),
        ({"c.html": '<a href="a/b.html#gone">d</a>'}, ["c.html: a/b.html#gone leads to no heading"]),
        ({"d.html": '<a href="index.html">up</a>'}, ["d.html: no page leads here"]),
        ({"d.html": '<a href="e.html">', "e.html": '<a href="d.html">'}, ["d.html: no page leads here"]),
        ({"404.html": '<a href="/x.html">'}, []),
    ],
)
def test_broken_links_and_lost_pages_are_found(change: dict[str, str], found: list[str], tmp_path: Path) -> None:
    for name, text in {**SITE, **change}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    assert problems(tmp_path)[:1] == found

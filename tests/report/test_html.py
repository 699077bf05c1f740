import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from conformance.report import html
from conformance.report.model import Report, from_json
from conformance.verdict.model import Deviates, Difference, Fail, Pass
from tests.report import sample

VOID = {"meta", "br", "input"}


class Page(HTMLParser):
    """The elements of a page, their attributes, and whether each is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, attributes in self.elements if (value := attributes.get(name))]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.texts))


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(html.render(sample.every_verdict()))


@pytest.fixture(scope="module")
def hostile() -> Page:
    return Page(html.render(sample.hostile()))


def test_every_element_is_closed(page: Page, hostile: Page) -> None:
    assert page.open == hostile.open == []


def test_hostile_text_makes_no_element(hostile: Page) -> None:
    assert [tag for tag, _ in hostile.elements].count("script") == 1
    assert "<script>alert(1)</script> ]]> \\0 \\x1b[31mred" in hostile.text


def test_hostile_text_makes_no_handler_or_link_away(hostile: Page) -> None:
    assert not [name for _, attributes in hostile.elements for name in attributes if name.startswith("on")]
    assert all(link.startswith("#") for link in hostile.values("href"))


def test_no_character_that_cannot_be_printed_is_on_the_page() -> None:
    assert html.render(sample.hostile()).replace("\n", "").isprintable()


def test_a_long_text_is_cut_with_a_note() -> None:
    text = html.render(sample.hostile())
    assert len(text) < 400_000
    assert "1,000,000 characters in all, see report.json" in text


def test_the_page_loads_nothing(page: Page) -> None:
    assert not page.values("src")
    assert not [tag for tag, _ in page.elements if tag in {"link", "img", "iframe", "object"}]


def test_the_policy_allows_the_one_script_by_its_hash() -> None:
    text = html.render(sample.every_verdict())
    script = re.findall(r"<script>(.*?)</script>", text, re.S)
    digest = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in text
    assert len(script) == 1


def test_every_case_has_one_anchor(page: Page) -> None:
    ids = page.values("id")
    assert set(sample.VERDICTS) <= set(ids)
    assert len(ids) == len(set(ids))


def test_every_link_leads_somewhere(page: Page) -> None:
    assert {link.removeprefix("#") for link in page.values("href")} <= set(page.values("id"))


def test_the_answer_and_what_to_do_next_come_first(page: Page) -> None:
    answer, advice = page.text.index("Does not conform: 1 of 4"), page.text.index("First remove what this run may have")
    assert answer < advice < page.text.index("Target")


@pytest.mark.parametrize(
    ("report", "tone"),
    [
        (sample.every_verdict(), "bad"),
        (sample.report(sample.case("add_did/a/b", Pass())), "good"),
        (sample.report(sample.case("add_did/a/b", Pass()), left=("999",)), "unsure"),
        (sample.report(sample.case("add_did/a/b", sample.VERDICTS["version/plain/slow"])), "unsure"),
        (sample.report(sample.case("add_did/a/b", sample.VERDICTS["add_did/group/known"])), "unsure"),
    ],
)
def test_the_answer_is_coloured_by_what_it_means(report: Report, tone: str) -> None:
    assert f'<div class="answer {tone}">' in html.render(report)


def test_failures_stand_before_errors_deviations_gaps_and_all_cases(page: Page) -> None:
    names = ("Failures 1", "Errors 1 ·", "Known deviations", "Not tested 3 ·", "All cases 8 ·")
    headings = [page.text.index(name) for name in names]
    assert headings == sorted(headings)


def test_a_verdict_is_named_and_not_only_coloured(page: Page) -> None:
    for kind in ("fail", "error", "blocked", "not-tested", "deviation", "pass"):
        assert f">{kind}</span>" in html.render(sample.every_verdict())


def test_the_part_that_differs_is_marked() -> None:
    difference = Difference(step=1, line=1, aspect="message", documented="A DID B", shipped=None, got="A DOD B")
    fail = Fail(summary="s", differences=(difference,))
    assert '<code>A D<mark style="--n:1">O</mark>D B</code>' in html.render(
        sample.report(sample.case("add_did/a/b", fail))
    )


def test_a_failure_can_be_repeated(page: Page) -> None:
    assert sample.CURL in page.text


def test_verdicts_are_filtered_without_a_script() -> None:
    text = html.render(sample.every_verdict())
    assert 'body:has(#show-pass:not(:checked)) [data-verdict="pass"]' in text
    assert 'id="show-pass" data-filter="verdict" value="pass" checked' in text


def test_every_case_is_in_the_map(page: Page) -> None:
    cells = [attributes for _, attributes in page.elements if attributes.get("class", "").startswith("cell ")]
    links = [cell["href"] for cell in cells if "href" in cell]
    assert sorted(links) == sorted(f"#{id}" for id in sample.VERDICTS)


def test_the_map_says_in_plain_words_what_is_not_in_a_column() -> None:
    text = html.render(sample.every_verdict())
    heads = re.findall(r'<th scope="col">([^<]+)</th></tr></thead>', text)
    assert set(heads) & {"Other cases", "Cases"}
    assert "own rules" not in text


def test_the_committed_sample_is_what_is_written_now() -> None:
    sample_folder = Path(__file__).parents[2] / "reports/samples/one-wrong-word"
    report = from_json((sample_folder / "report.json").read_bytes())
    same = (sample_folder / "report.html").read_text("utf-8") == html.render(report)
    assert same, "write it anew: html.write(report, sample_folder)"


def test_a_full_run_is_less_than_two_megabytes() -> None:
    differences = tuple(msgspec.structs.replace(sample.SEPARATOR, step=step, got=f": |{step}") for step in (1, 2))
    verdict = Deviates(ids=("error-separator", "silent-sanitising"), differences=differences)
    cases = (sample.case(f"update_did/filter_clean_cid_number/rule-{n}", verdict) for n in range(1_300))
    assert len(html.render(sample.report(*cases, deviations=(sample.seen(),)))) < 2_000_000


def test_a_page_of_nothing_is_a_page() -> None:
    assert "Nothing was tested." in Page(html.render(sample.report())).text

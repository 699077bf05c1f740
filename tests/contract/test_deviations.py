"""Each known deviation is shown by what it cites, referenced by the contract, and confined to where it holds."""

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from conformance.contract.deviation import Deviation
from conformance.contract.settings import Build, ServerSettings, SqlErrors, SqlMode
from conformance.verdict.model import Deviates, Fail, Verdict, in_form
from tests.support.asking import CONTRACT, by_evidence, judged_as
from tests.support.recordings import SETTINGS, scenarios

SHOWN = [d for d in CONTRACT.deviations.values() if d.evidence]
HIDDEN = [d for d in CONTRACT.deviations.values() if not d.evidence]
EVIDENCE = [(deviation.id, cited) for deviation in SHOWN for cited in deviation.evidence]


def text_of_contract() -> str:
    """Everything that may refer to a deviation: the contract's files without the list itself."""
    folder = Path(str(files("conformance.contract")))
    paths = [p for p in folder.rglob("*") if p.suffix in (".py", ".toml") and p.name != "deviations.toml"]
    return "\n".join(path.read_text("utf-8") for path in paths)


def shown(verdict: Verdict) -> set[str]:
    """The deviations that a verdict tells of, those in form alone too."""
    ids = verdict.ids if isinstance(verdict, Deviates) else ()
    return {*ids, *(str(difference.deviation) for difference in in_form(verdict))}


@pytest.mark.parametrize(("id", "cited"), EVIDENCE)
def test_a_deviation_is_shown_by_the_scenario_that_it_cites(id: str, cited: str) -> None:
    assert id in shown(judged_as(by_evidence()[cited]).verdict)


def test_form_is_how_servers_print_errors_and_no_more() -> None:
    assert CONTRACT.forms == {
        *("error-separator", "permission-extra-field", "auth-trailing-field", "invalid-source-twice"),
        *("error-separator-without-bar", "error-trailing-field", "dnc-campaign-shown-too"),
    }


@pytest.mark.parametrize("stem", SETTINGS)
def test_no_recorded_server_prints_two_forms(stem: str) -> None:
    assert [s.id for s in scenarios(stem) if judged_as(s).as_documented] == []


def test_every_deviation_with_evidence_is_met_in_the_recordings_and_no_other() -> None:
    cited = [by_evidence()[name] for _, name in EVIDENCE]
    verdicts = [judged_as(scenario).verdict for scenario in (*scenarios(), *cited)]
    met = {id for verdict in verdicts for id in shown(verdict)}
    assert met == {deviation.id for deviation in SHOWN}


@pytest.mark.parametrize("deviation", HIDDEN, ids=lambda d: d.id)
def test_a_deviation_without_evidence_says_why_there_is_none(deviation: Deviation) -> None:
    assert deviation.unobservable


# copy-columns-left-out is about columns that no reply shows and no request sets: only the list can speak of it.
@pytest.mark.parametrize("id", sorted(CONTRACT.deviations.keys() - {"copy-columns-left-out"}))
def test_a_deviation_is_referred_to_by_the_contract(id: str) -> None:
    assert re.search(rf'"{re.escape(id)}"', text_of_contract())


def outside(deviation: Deviation, own: ServerSettings) -> list[ServerSettings]:
    """Settings next to those of the evidence, where the deviation does not hold."""
    since, until = Build.parse(deviation.since), deviation.until and Build.parse(deviation.until)
    found = [replace(own, build=until)] if until else []
    if since.number:
        found.append(replace(own, build=replace(since, number=since.number - 1)))
    if "non-latin" in deviation.only:
        found.append(replace(own, non_latin=False))
    if not {"strict-sql", "legacy-sql"}.isdisjoint(deviation.only):
        found.append(replace(own, sql_mode=next(mode for mode in SqlMode if mode is not own.sql_mode)))
    if not {"sql-errors-thrown", "sql-errors-ignored"}.isdisjoint(deviation.only):
        found.append(replace(own, sql_errors=next(errors for errors in SqlErrors if errors is not own.sql_errors)))
    return found


CONFINED = [
    (deviation.id, cited, settings)
    for deviation in SHOWN
    for cited in deviation.evidence
    for settings in outside(deviation, by_evidence()[cited].settings)
]

FIELDS_SINCE = {"2.14-133", "2.14-155"}
"""Builds that brought fields. To older ones the field is unknown: ignored in both dialects, so no reply shows it."""


@pytest.mark.parametrize(("id", "cited", "settings"), CONFINED, ids=str)
def test_evidence_does_not_show_a_deviation_where_it_does_not_hold(
    id: str, cited: str, settings: ServerSettings
) -> None:
    assert not CONTRACT.deviations[id].holds_for(settings)
    assert id not in shown(judged_as(by_evidence()[cited], settings).verdict)


HARMLESS = {"array-not-sent", "raw-text-stored-otherwise"}
"""What a server may do with any settings where the documentation is silent: it breaks no invariant."""

FAILING = [c for c in CONFINED if CONTRACT.deviations[c[0]].since not in FIELDS_SINCE and c[0] not in HARMLESS]


@pytest.mark.parametrize(("id", "cited", "settings"), FAILING, ids=str)
def test_evidence_is_a_fail_where_the_deviation_does_not_hold(id: str, cited: str, settings: ServerSettings) -> None:
    assert isinstance(judged_as(by_evidence()[cited], settings).verdict, Fail)

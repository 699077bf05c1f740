"""Generated faults leave nothing out: every limit, value, check, reply, parameter, permission and build has its own."""

import re
from itertools import pairwise

import pytest

from conformance.contract.function import Function
from conformance.contract.load import load_contract
from conformance.contract.parameter import Parameter
from conformance.contract.reply import parse_line
from conformance.contract.settings import NEWEST_BUILD, OLDEST_BUILD, Build
from conformance.emulator.config import Config
from conformance.emulator.faults.catalogue import faults
from conformance.emulator.faults.generated import checked, described
from conformance.emulator.faults.generated_order import neighbours
from conformance.emulator.faults.generated_replies import sent
from conformance.emulator.faults.generated_sanitising import narrowed_by, widened_by

CONTRACT = load_contract()
IDS = {fault.id for fault in faults()}
FAULTS = {fault.id: fault for fault in faults()}
FUNCTIONS = checked(CONTRACT)
DESCRIBED = [function.name for function in described(CONTRACT)]
PARAMETERS = [(function.name, parameter) for function in FUNCTIONS for parameter in function.parameters]
EVERY = pytest.mark.parametrize(("function", "parameter"), PARAMETERS, ids=[f"{f}-{p.name}" for f, p in PARAMETERS])


def missing(*ids: str) -> list[str]:
    return [id for id in ids if id not in IDS]


@EVERY
def test_every_limit_is_one_less_and_one_more(function: str, parameter: Parameter) -> None:
    ends = [end for end, limit in (("min", parameter.shipped.min), ("max", parameter.shipped.max)) if limit]
    expected = {f"limit/{function}/{parameter.name}/{end}-one-{how}" for end in ends for how in ("less", "more")}
    found = {id for id in IDS if id.startswith(f"limit/{function}/{parameter.name}/") and "-one-" in id}
    assert found == expected


@EVERY
def test_every_value_of_a_list_is_left_out_once_and_every_list_is_dropped(function: str, parameter: Parameter) -> None:
    where = f"values/{function}/{parameter.name}"
    if parameter.shipped.values:
        assert missing(*(f"{where}/without-{v}" for v in parameter.shipped.values), f"{where}/any") == []
    if parameter.shipped.reference:
        assert missing(f"{where}/not-looked-up") == []


@EVERY
def test_every_parameter_is_stripped_of_more_of_less_and_of_nothing(function: str, parameter: Parameter) -> None:
    where = f"sanitising/{function}/{parameter.name}"
    assert missing(f"{where}/more", f"{where}/less", f"{where}/off") == []


@EVERY
def test_the_character_kept_too_is_a_new_one_and_the_other_was_kept(function: str, parameter: Parameter) -> None:
    kept = parameter.kept_by(NEWEST_BUILD)
    assert kept is not None
    assert _matches(kept, narrowed_by(parameter))
    assert not _matches(kept, widened_by(parameter))


def _matches(kept: str, character: str) -> bool:
    return re.fullmatch(f"[{kept}]", character) is not None


@pytest.mark.parametrize("name", DESCRIBED)
def test_every_check_is_left_out_once(name: str) -> None:
    assert missing(*(f"check/{name}/{check}" for check in CONTRACT.functions[name].checks)) == []


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_every_neighbouring_pair_of_checks_and_of_fields_is_swapped(function: Function) -> None:
    pairs = [*neighbours(function), *pairwise(parameter.name for parameter in function.optional)]
    assert missing(*(f"order/{function.name}/{second}-before-{first}" for first, second in pairs)) == []


FORMS = [
    (function.name, name, form.shipped)
    for function in (CONTRACT.common, *CONTRACT.functions.values())
    for name, form in function.replies.items()
    if sent(name, form) and form.shipped
]


@pytest.mark.parametrize(("function", "name", "text"), FORMS, ids=[f"{f}-{n}" for f, n, _ in FORMS])
def test_every_reply_is_wrong_in_each_of_its_parts(function: str, name: str, text: str) -> None:
    line, where = parse_line(text), f"reply/{function}/{name}"
    parts = ["status-swapped"]
    parts += ["function-wrong", "function-missing"] if line.function else []
    parts += ["word-dropped", "word-changed"] if line.message else []
    parts += ["separator-other", "separator-broken"] if line.separator else []
    parts += [f"field-{number}-dropped" for number in range(1, len(line.fields) + 1)] if any(line.fields) else []
    parts += [f"field-{number}-swapped" for number in range(1, len(line.fields))]
    assert missing(*(f"{where}/{part}" for part in parts)) == []


def test_every_refusal_message_is_among_the_replies() -> None:
    refused = [f"{f}/{p.name}-refused" for f, p in PARAMETERS if p.message]
    assert missing(*(f"reply/{where}/word-dropped" for where in refused)) == []


def test_every_default_is_another() -> None:
    columns = [p.name for p in CONTRACT.functions["add_did"].optional if p.column]
    assert missing(*(f"default/add_did/{name}/other" for name in columns)) == []


def test_every_permission_is_ignored() -> None:
    asking = [function.name for function in CONTRACT.functions.values() if function.permission]
    ways = ("level-one-less", "api-access-ignored", "function-list-ignored")
    assert missing(*(f"permission/{name}/{way}" for name in asking for way in ways)) == []
    by_settings = [name for name in asking if CONTRACT.functions[name].settings]
    assert missing(*(f"permission/{name}/setting-ignored" for name in by_settings)) == []
    assert missing(*(f"permission/{name}/level-one-more" for name in DESCRIBED)) == []


def test_every_novelty_comes_a_build_too_late_and_a_build_too_early() -> None:
    functions = [CONTRACT.functions[name] for name in DESCRIBED]
    news = [(function.name, function.since) for function in functions]
    news += [(f"{function.name}/{p.name}", p.since) for function in functions for p in function.parameters]
    news += [
        (f"{f.name}/{p.name}/sanitising", before) for f in functions for p in f.parameters for before in p.kept_before
    ]
    known = [(what, Build.parse(since)) for what, since in news if OLDEST_BUILD < Build.parse(since) <= NEWEST_BUILD]
    assert len(known) > 15
    for what, build in known:
        late, early = FAULTS[f"build/{what}/late"], FAULTS[f"build/{what}/early"]
        assert late.config(Config()).settings.build == build
        assert early.config(Config()).settings.build == Build(build.major, build.minor, build.number - 1)


def test_every_kind_of_which_runs_make_rows_stores_and_removes_wrongly() -> None:
    made = [kind for kind in CONTRACT.kinds.values() if kind.own]
    ways = ("not-stored", "not-removed", "cut-short", "exact")
    assert missing(*(f"rows/{kind.name}/{way}" for kind in made for way in ways)) == []


def test_every_setting_that_a_function_asks_for_is_ignored_once() -> None:
    assert missing("permission/delete_dnc_phone/setting-delete_from_dnc-ignored") == []
    assert FAULTS["permission/add_dnc_phone/api-access-ignored"].hidden is not None

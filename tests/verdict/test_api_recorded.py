"""Recorded scenarios of functions that answer tables, judged as if a case had just sent them; and altered tables."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from conformance.contract.outcome import Outcome, Unspecified
from conformance.contract.predict import predict
from conformance.contract.reply import Aspect
from conformance.contract.request import Request
from conformance.contract.settings import Dialect
from conformance.contract.world import Row, World
from conformance.exchange import Exchange, Reply
from conformance.verdict.model import Expect, Fail, Pass, VerdictKind, kind
from conformance.verdict.tables import differences
from tests.support.api import ApiScenario, api_scenarios, api_world
from tests.support.asking import CONTRACT, answered, judged, judged_as, printed, request
from tests.support.some import portion

pytestmark = pytest.mark.untraced

TABLES = ("campaigns_list", "list_info", "agent_status", "list_custom_fields", "moh_list")
SCENARIOS = [scenario for function in TABLES for scenario in api_scenarios(function)]
WORLD = api_world(CONTRACT, SCENARIOS[0].settings)
"""The recorded server: of each table every row is known."""

LIVE = replace(WORLD, whole=frozenset())
"""A live server: of each table those rows are known, and there may be others."""


@pytest.mark.parametrize("scenario", portion(SCENARIOS, 0.1), ids=lambda s: s.id)
def test_a_recording_passes_or_deviates(scenario: ApiScenario) -> None:
    assert kind(judged_as(scenario).verdict) in (VerdictKind.PASS, VerdictKind.DEVIATION)
    assert judged_as(scenario, expect=Expect.SHIPPED).verdict == Pass()


@pytest.mark.parametrize("scenario", portion(SCENARIOS, 0.1), ids=lambda s: s.id)
def test_a_server_that_keeps_to_the_documentation_passes(scenario: ApiScenario) -> None:
    told = []
    for exchange in scenario.exchanges:
        end = predict(CONTRACT, WORLD, exchange.request, Dialect.DOCUMENTED)
        if not isinstance(end, Outcome) or any(not a.form(CONTRACT).documented for a in end.answers):
            pytest.skip("the documentation is silent")
        if end.table is not None and end.table.is_open:
            pytest.skip("it depends on what nobody knows")
        body = printed(end, Dialect.DOCUMENTED)
        told.append(Exchange(exchange.request, Reply(end.status, "text/html; charset=utf-8", body)))
    assert judged(*told, worlds=[WORLD]).verdict == Pass()


CAMPAIGNS = request("campaigns_list")
TWO = "TESTCAMP|Test campaign|Y|---ALL---|MANUAL|0||NEW|60|9||\nTESTOUT|Test out|Y|---ALL---|MANUAL|0||NEW|60|9||\n"
LIST = request("list_info", list_id="101", header="YES")
LIST_ROW = "101|Test list|TESTCAMP|Y|||2099-12-31|0|"
LIST_HEADER = "list_id|list_name|campaign_id|active|list_changedate|list_lastcalldate|expiration_date|resets_today"
FIELDS = request("list_custom_fields", list_id="---ALL---")
FOREIGN = "OTHERS|Somebody's own, with a comma|Y|---ALL---|RATIO|1.5|DOWN|NEW A|60|9||\n"


def body_of(asked: Request) -> str:
    """What the recorded server answers."""
    end = predict(CONTRACT, WORLD, asked, Dialect.SHIPPED)
    assert isinstance(end, Outcome)
    return printed(end, Dialect.SHIPPED)


def aspects(asked: Request, body: str, world: World) -> set[str]:
    """The aspects in which nothing explains a reply."""
    verdict = judged(answered(asked, body), worlds=[world]).verdict
    return {d.aspect for d in verdict.differences if d.deviation is None} if isinstance(verdict, Fail) else set()


def swapped_columns(body: str) -> str:
    return body.replace("TESTCAMP|Test campaign|", "Test campaign|TESTCAMP|")


def another_order(body: str) -> str:
    first, second, *rest = body.splitlines(keepends=True)
    return "".join([second, first, *rest])


ALTERED: dict[str, tuple[Request, Callable[[str], str], set[Aspect]]] = {
    "a swapped column": (CAMPAIGNS, swapped_columns, {Aspect.ROW}),
    "another value": (CAMPAIGNS, lambda body: body.replace("Test out", "Test in"), {Aspect.ROW}),
    "another order": (CAMPAIGNS, another_order, {Aspect.ORDER}),
    "a row too many": (CAMPAIGNS, lambda body: body + body.splitlines(keepends=True)[0], {Aspect.ROWS}),
    "a row missing": (CAMPAIGNS, lambda body: body[body.index("\n") + 1 :], {Aspect.ROWS}),
    "a header that nobody asked for": (CAMPAIGNS, lambda body: header_of_campaigns() + body, {Aspect.HEADER}),
    "another separator": (CAMPAIGNS, lambda body: body.replace("|", ","), {Aspect.SEPARATOR}),
    "a column too many": (CAMPAIGNS, lambda body: body.replace("NEW|60|9||\n", "NEW|60|9|||\n"), {Aspect.COLUMNS}),
    "a line in place of a table": (CAMPAIGNS, lambda _: "ERROR: campaigns_list NONE: 6666|\n", {Aspect.ROWS}),
    "a reply in no form at all": (LIST, lambda _: "<html>\n", {Aspect.HEADER, Aspect.ROWS}),
    "two separators that close a row": (
        LIST,
        lambda body: body.replace(LIST_ROW, LIST_ROW + "|"),
        {Aspect.COLUMNS},
    ),
    "a header without its row": (LIST, lambda body: body.replace(LIST_ROW + "\n", ""), {Aspect.ROWS}),
    "a row without its header": (LIST, lambda body: body.replace(LIST_HEADER + "\n", ""), {Aspect.HEADER, Aspect.ROWS}),
    "other fields of a list": (FIELDS, lambda body: body.replace("zeta alpha", "alpha zeta"), {Aspect.ROW}),
    "fields of another list, not sorted": (
        FIELDS,
        lambda body: body.replace("|TESTOUT|N|||", "|TESTOUT|N|||favorite_color notes_extra"),
        {Aspect.ROW},
    ),
    "lists in another order": (FIELDS, another_order, {Aspect.ORDER}),
    "nothing at all where there are lists": (FIELDS, lambda _: "", {Aspect.ROWS, Aspect.INVARIANT}),
    "a header with another name": (LIST, lambda body: body.replace("resets_today", "resets"), {Aspect.HEADER}),
}


def header_of_campaigns() -> str:
    return body_of(request("campaigns_list", header="YES")).splitlines(keepends=True)[0]


@pytest.mark.parametrize("alteration", ALTERED)
def test_an_altered_table_is_a_fail_in_just_that(alteration: str) -> None:
    asked, alter, wanted = ALTERED[alteration]
    body = body_of(asked)
    assert aspects(asked, body, WORLD) == set()
    assert alter(body) != body
    got = aspects(asked, alter(body), WORLD)
    assert got == {aspect.value for aspect in wanted}


def test_a_missing_closing_separator_is_a_fail_where_documentation_and_servers_have_one() -> None:
    asked = request("list_info", list_id="101")
    assert body_of(asked) == f"{LIST_ROW}\n"
    assert aspects(asked, f"{LIST_ROW}\n".replace("|\n", "\n"), WORLD) == {Aspect.COLUMNS.value}


def test_a_table_where_a_line_is_expected_is_a_fail() -> None:
    asked = request("campaigns_list", user="8000")
    assert aspects(asked, TWO, WORLD) == {Aspect.LINES.value, Aspect.INVARIANT.value}


def own(name: str) -> World:
    """A live server of which only one campaign is known."""
    rows = {number: row for number, row in WORLD.held["campaign"].items() if row.name == name}
    return replace(LIVE, held={**LIVE.held, "campaign": rows})


def test_rows_of_others_are_measured_by_their_shape_alone() -> None:
    assert aspects(CAMPAIGNS, FOREIGN + TWO, own("TESTCAMP")) == set()


@pytest.mark.parametrize(
    ("body", "aspect"),
    [
        (TWO.replace("TESTCAMP|Test campaign", "TESTCAMP|Another name"), Aspect.ROW),
        (TWO.replace("TESTCAMP|Test campaign|Y", "OTHERS|Test campaign|Y"), Aspect.ROW),
        (TWO.replace("Test out|Y", "Test out|X"), Aspect.ROW),
        (TWO.replace("Test out|Y|", "Test out|"), Aspect.COLUMNS),
        (TWO + TWO.splitlines(keepends=True)[0], Aspect.ROWS),
        (TWO.replace("TESTOUT|Test out", "<b>Warning</b> |x"), Aspect.ROW),
        ("", Aspect.ROWS),
    ],
)
def test_among_rows_of_others_an_own_row_stands_once_as_it_is_and_each_looks_like_one(
    body: str, aspect: Aspect
) -> None:
    assert aspect.value in aspects(CAMPAIGNS, body, own("TESTCAMP"))


def test_rows_of_others_come_in_the_order_that_the_function_declares() -> None:
    end = predict(CONTRACT, own("NOSUCH"), CAMPAIGNS, Dialect.SHIPPED)
    assert isinstance(end, Outcome)
    assert end.table is not None
    ordered = replace(end.table, order=(0,))
    first, second = TWO.splitlines(keepends=True)
    assert differences(ordered, first + second, documented=True) == ()
    assert [one.aspect for one in differences(ordered, second + first, documented=True)] == [Aspect.ORDER]
    assert differences(end.table, second + first, documented=True) == ()
    nine, ten = first.replace("TESTCAMP", "9"), first.replace("TESTCAMP", "10")
    assert differences(ordered, nine + ten, documented=True) == ()


def test_where_nobody_knows_a_row_both_a_table_and_none_will_do() -> None:
    world = own("NOSUCH")
    nothing = "ERROR: campaigns_list THIS USER HAS NO VIEWABLE CAMPAIGNS: 6666|\n"
    assert aspects(CAMPAIGNS, FOREIGN, world) == set()
    assert aspects(CAMPAIGNS, nothing, world) == set()
    assert aspects(CAMPAIGNS, FOREIGN + nothing, world) != set()


def test_an_agent_that_nobody_knows_may_be_there_and_logged_in() -> None:
    asked = request("agent_status", agent_user="5001")
    world = replace(LIVE, held={})
    row = "INCALL|M1|12|CAMP|3|An Agent|AGENTS|1|BREAK||7275551212|V1|8600051\n"
    for body in (row, "ERROR: agent_status AGENT NOT FOUND: 6666|5001\n"):
        assert aspects(asked, body, world) == set()
    assert aspects(asked, row + row, world) == {Aspect.ROWS.value}
    assert aspects(asked, row.replace("|1|BREAK|", "|one|BREAK|"), world) == {Aspect.ROW.value}


def test_a_name_that_only_a_run_gives_is_nobody_elses() -> None:
    asked = request("agent_status", agent_user="99912345600010")
    row = "READY||0|CAMP|0|An Agent|AGENTS|1|||||8600051\n"
    assert aspects(asked, row, replace(LIVE, held={})) != set()


def test_a_table_holds_any_number_the_password_too() -> None:
    asked = request("agent_status", agent_user="5001", password="1234")
    row = "READY||1234|CAMP|0|An Agent|AGENTS|1|||||8600051\n"
    assert aspects(asked, row, replace(LIVE, held={})) == set()


NOTHING = replace(LIVE, held={})
"""A live server of which no row is known."""


def of_lists(**sent: str) -> Request:
    return request("list_custom_fields", **{"list_id": "---ALL---", **sent})


@pytest.mark.parametrize(
    "body",
    [
        "101|Test list|TESTCAMP|Y|||favorite_color notes_extra\n102|Second list|TESTOUT|N|||\n",
        "ERROR: CUSTOM LIST FIELDS ARE NOT ENABLED ON THIS SYSTEM: |6666|list_custom_fields|\n",
        "",
    ],
)
def test_of_lists_that_nobody_knows_there_may_be_some_or_none_or_the_setting_may_be_off(body: str) -> None:
    assert aspects(of_lists(), body, NOTHING) == set()


def test_lists_that_nobody_knows_come_in_the_order_of_their_numbers() -> None:
    body = "1001|B|TESTCAMP|Y|||\n102|A|TESTOUT|N|||\n"
    assert aspects(of_lists(), body, NOTHING) == {Aspect.ORDER.value}


def test_a_setting_that_is_known_to_be_on_is_not_off() -> None:
    off = "ERROR: CUSTOM LIST FIELDS ARE NOT ENABLED ON THIS SYSTEM: |6666|list_custom_fields|\n"
    assert aspects(of_lists(), off, LIVE) != set()


@pytest.mark.parametrize(("order", "explained"), [("alpha_up", True), ("alpha_down", True), ("table_order", False)])
def test_only_where_fields_are_sorted_that_nobody_knows_may_the_script_fail(order: str, explained: bool) -> None:
    asked = of_lists(list_id="99912345600010", custom_order=order)
    exchange = Exchange(asked, Reply(500, "text/html; charset=utf-8", ""))
    row = replace(WORLD.held["list"][1], number=99, key=("99912345600010",))
    verdict = judged(exchange, worlds=[replace(NOTHING, held={"list": {99: row}})]).verdict
    assert isinstance(verdict, Fail) is not explained


def test_what_a_sorted_list_keeps_of_one_with_more_fields_was_never_recorded() -> None:
    world = WORLD.holding(Row("custom_field", 7, ("106", "only_one")))
    sorted_fields = predict(CONTRACT, world, of_lists(custom_order="alpha_up"), Dialect.SHIPPED)
    assert isinstance(sorted_fields, Unspecified)
    assert isinstance(predict(CONTRACT, world, of_lists(), Dialect.SHIPPED), Outcome)

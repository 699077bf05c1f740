"""Tables: what a file may say of one, what is predicted of it, and the parts that judge and emulator share."""

from dataclasses import replace

import msgspec
import pytest

from conformance.contract.body import lines_of
from conformance.contract.contract import ContractError
from conformance.contract.function import Function
from conformance.contract.load_table import check_table
from conformance.contract.outcome import Outcome, Unspecified
from conformance.contract.predict import predict
from conformance.contract.quirks import COMPUTED
from conformance.contract.request import Request
from conformance.contract.settings import Build, Dialect, ServerSettings
from conformance.contract.table import RULES, TableColumn
from conformance.contract.world import World
from tests.support.api import api_world
from tests.support.asking import CONTRACT, documented, outcome, request, shipped

WORLD = api_world(CONTRACT, ServerSettings())
EMPTY = replace(WORLD, held={})
"""A server with no rows at all."""

LIVE = replace(EMPTY, whole=frozenset())
"""A server of whose rows nobody knows any."""

CAMPAIGNS = CONTRACT.functions["campaigns_list"]


def with_table(**changed: object) -> Function:
    assert CAMPAIGNS.table is not None
    return msgspec.structs.replace(CAMPAIGNS, table=msgspec.structs.replace(CAMPAIGNS.table, **changed))


def with_column(**told: object) -> Function:
    assert CAMPAIGNS.table is not None
    column = msgspec.convert({"name": "new", **told}, TableColumn)
    return with_table(columns=(*CAMPAIGNS.table.columns, column))


MISTAKES: dict[str, tuple[Function, str]] = {
    "a function that does not read": (msgspec.structs.replace(CAMPAIGNS, reads=False), "reads = true"),
    "an undescribed kind": (with_table(kind="lamp"), "table.kind: 'lamp' is not described: add lamp.toml"),
    "an undescribed kind joined": (with_table(joined={"lamp": "active"}), "table.joined.lamp: 'lamp' is not described"),
    "a stage that is no parameter": (with_table(stage="form"), "table.stage: 'form' is not one of its parameters"),
    "a filter that is no parameter": (with_table(filter="id"), "table.filter: 'id' is not one of its parameters"),
    "no such reply": (with_table(none="nothing"), "table.none: 'nothing' is not one of its replies"),
    "a filter and no reply": (with_table(none=None), "table.none: is missing"),
    "an order by no column": (with_table(order=("age",)), "table.order: 'age' is none of its columns"),
    "an unlisted deviation": (with_table(left_out="new"), "table.'new' is not in deviations.toml"),
    "a column from nowhere": (
        with_column(),
        "table.columns.new: has 0 of `column`, `sent`, `count`, `listed` and `computed`",
    ),
    "a column from two places": (with_column(column="a", sent="stage"), "table.columns.new: has 2 of"),
    "a column of a row that is not joined": (with_column(column="a", of="user"), "of: 'user' is not in `joined`"),
    "a rule that does not exist": (with_column(computed="age"), "computed: 'age' is none of dialable-count"),
    "a value sent in no parameter": (with_column(sent="age"), "'age' is not one of its parameters"),
    "a condition on no parameter": (with_column(column="a", when={"age": "1"}), "'age' is not one of its parameters"),
    "a count of an undescribed kind": (
        with_column(count={"kind": "lamp", "by": "x"}),
        "count: 'lamp' is not described",
    ),
    "a shape that is no pattern": (with_column(column="a", shape="("), "shape: "),
    "a build that is none": (with_column(column="a", since="new"), "since: 'new' is not an API build"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_about_a_table_is_told_in_one_line(mistake: str) -> None:
    function, told = MISTAKES[mistake]
    with pytest.raises(ContractError) as caught:
        check_table("some.toml", function, CONTRACT)
    assert str(caught.value).startswith("some.toml: table")
    assert told in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_every_rule_that_a_file_may_name_is_there() -> None:
    assert set(RULES) == set(COMPUTED)


@pytest.mark.parametrize("text", ["", "\n", "a", "a\nb", "a\n\n", "\0|\ud800|\r\n", "é" * 1000])
def test_any_text_has_lines_and_columns(text: str) -> None:
    end = outcome(request("campaigns_list"), Dialect.SHIPPED, WORLD)
    assert end.table is not None
    assert "\n".join(lines_of(text)) == text.removesuffix("\n")
    for line in lines_of(text):
        assert "|".join(end.table.split(line)) == line
        assert not end.table.is_any_row(line, Dialect.SHIPPED)


def end_of(asked: Request, world: World) -> Outcome | Unspecified:
    return predict(CONTRACT, world, asked, Dialect.SHIPPED)


def test_without_rows_the_reply_says_so_and_where_nobody_knows_either_may_come() -> None:
    asked = request("campaigns_list", header="YES")
    nothing = "ERROR: campaigns_list THIS USER HAS NO VIEWABLE CAMPAIGNS: 6666|\n"
    assert shipped(asked, EMPTY) == nothing
    unknown = outcome(asked, Dialect.SHIPPED, LIVE)
    assert unknown.table is not None
    assert (unknown.table.whole, unknown.table.rows) == (False, ())
    assert [one.answers[0].name for one in unknown.alternatives] == ["none-viewable"]


def test_a_campaign_that_is_neither_active_nor_inactive_is_left_out_by_servers_alone() -> None:
    (row, *_) = WORLD.rows("campaign")
    world = EMPTY.holding(row, replace(row, number=2, key=("ODD",), columns={**row.columns, "active": None}))
    assert shipped(request("campaigns_list"), world).count("\n") == 1
    assert documented(request("campaigns_list"), world).count("\n") == 2
    assert "neither-y-nor-n-left-out" in outcome(request("campaigns_list"), Dialect.SHIPPED, world).quirks


def test_what_no_world_knows_of_a_row_is_known_by_its_shape() -> None:
    (row, *_) = WORLD.rows("campaign")
    end = end_of(request("campaigns_list"), LIVE.holding(replace(row, columns={})))
    assert isinstance(end, Outcome)
    assert end.table is not None
    assert end.table.is_open
    assert str(end.table.rows[0][0]) == row.name


def test_leads_are_counted_where_all_are_known_and_are_some_number_elsewhere() -> None:
    asked = request("list_info", list_id="101", leads_counts="Y")
    assert shipped(asked, WORLD).endswith("|0|15|13|\n")
    live = outcome(asked, Dialect.SHIPPED, replace(WORLD, whole=frozenset()))
    assert live.table is not None
    assert [str(cell) for cell in live.table.rows[0][-2:]] == ["<a number of rows>"] * 2


def test_before_2_14_190_level_7_is_enough_to_be_told_that_there_is_nothing() -> None:
    old = replace(WORLD, settings=ServerSettings(Build(2, 14, 189)))
    asked = request("campaigns_list", user="7031")
    assert "NO VIEWABLE CAMPAIGNS" in shipped(asked, old)
    assert "NOT HAVE PERMISSION" in shipped(asked, WORLD)


def test_a_reading_function_changes_nothing() -> None:
    for name, fields in (
        ("campaigns_list", {}),
        ("list_info", {"list_id": "101"}),
        ("agent_status", {"agent_user": "1001"}),
    ):
        assert outcome(request(name, **fields), Dialect.SHIPPED, WORLD).changes == ()


def test_quotes_that_old_builds_take_into_sql_are_not_guessed_at() -> None:
    old = replace(WORLD, settings=ServerSettings(Build(2, 14, 155)))
    assert isinstance(end_of(request("agent_status", agent_user="o'x"), old), Unspecified)


def test_a_restricted_caller_names_lists_as_they_are_stored() -> None:
    assert "NOT AN ALLOWED LIST ID - 0101" in shipped(request("list_info", user="8010", list_id="0101"), WORLD)

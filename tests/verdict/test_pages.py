"""A page of HTML judged: an altered one is a fail in just that, and rows of others are known by their shape."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from conformance.contract.reply import Aspect
from conformance.contract.settings import Dialect, ServerSettings
from conformance.contract.world import World
from conformance.verdict.model import Fail
from tests.support.api import api_world
from tests.support.asking import CONTRACT, answered, judged, outcome, printed, request

WORLD = api_world(CONTRACT, ServerSettings())
"""The recorded server: every row is known."""

UNKNOWN = replace(WORLD, held={}, whole=frozenset())
"""A live server of which nothing is known."""

LIVE = replace(UNKNOWN, held={"system_setting": WORLD.held["system_setting"]})
"""One of which is known that the setting is on."""

ASKED = request("moh_list", comments="field")
PAGE = printed(outcome(ASKED, Dialect.SHIPPED, WORLD), Dialect.SHIPPED)


def aspects(body: str, world: World) -> set[str]:
    """The aspects in which nothing explains a reply."""
    verdict = judged(answered(ASKED, body), worlds=[world]).verdict
    return {d.aspect for d in verdict.differences if d.deviation is None} if isinstance(verdict, Fail) else set()


def another_order(body: str) -> str:
    """The second class and the third in each other's place, each with the number where it stands."""
    return body.replace("moh5rand", "X").replace("testmoh", "moh5rand").replace("X", "testmoh")


ALTERED: dict[str, tuple[Callable[[str], str], set[Aspect], set[Aspect]]] = {
    "another head": (lambda b: b.replace("NON-AGENT API", "API"), {Aspect.PAGE}, {Aspect.PAGE}),
    "a title of a column": (lambda b: b.replace("<td>Random</td>", "<td>Order</td>"), {Aspect.PAGE}, {Aspect.PAGE}),
    "a page that is cut off": (lambda b: b[: b.index("</table>")], {Aspect.PAGE}, {Aspect.PAGE}),
    "another name": (lambda b: b.replace("Test music", "Best music"), {Aspect.ROW}, set()),
    "another field": (lambda b: b.replace("'field'", "'other'"), {Aspect.ROW}, {Aspect.ROW}),
    "a class called otherwise where it is chosen": (
        lambda b: b.replace("('testmoh'", "('other'"),
        {Aspect.COLUMNS},
        {Aspect.COLUMNS},
    ),
    "a class without its second row": (
        lambda b: b.replace(b[b.index('<tr bgcolor="#E6E6E6"><td colspan') : b.index('<tr bgcolor="#F6F6F6">')], ""),
        {Aspect.COLUMNS},
        {Aspect.COLUMNS},
    ),
    "a number twice": (lambda b: b.replace(">2</td>", ">1</td>"), {Aspect.ORDER}, {Aspect.ORDER}),
    "one shade": (lambda b: b.replace("#F6F6F6", "#E6E6E6"), {Aspect.ORDER}, {Aspect.ORDER}),
    "a file missing": (lambda b: b.replace("song1 &nbsp; ", ""), {Aspect.ROW}, set()),
    "a file twice": (lambda b: b.replace("song1 &nbsp; song2", "song2 &nbsp; song2"), {Aspect.ROW}, set()),
    "files in another form": (lambda b: b.replace("conf &nbsp; ", "conf, "), {Aspect.ROW}, {Aspect.ROW}),
    "neither Y nor N": (lambda b: b.replace(">Y</td>", ">yes</td>"), {Aspect.ROW}, {Aspect.ROW}),
    "classes in another order": (another_order, {Aspect.ROW}, {Aspect.ORDER}),
}
"""What is done to a page, and in what it then fails where all rows are known, and where none is."""


@pytest.mark.parametrize("alteration", ALTERED)
def test_an_altered_page_is_a_fail_in_just_that(alteration: str) -> None:
    alter, known, unknown = ALTERED[alteration]
    assert alter(PAGE) != PAGE
    assert aspects(alter(PAGE), WORLD) == {aspect.value for aspect in known}
    assert aspects(alter(PAGE), LIVE) == {aspect.value for aspect in unknown}


def test_files_come_in_any_order() -> None:
    assert aspects(PAGE.replace("song1 &nbsp; song2", "song2 &nbsp; song1"), WORLD) == set()


@pytest.mark.parametrize("world", [WORLD, LIVE])
def test_a_page_that_is_as_expected_conforms(world: World) -> None:
    assert aspects(PAGE, world) == set()


def test_a_page_without_rows_conforms_where_there_may_be_none() -> None:
    nothing = "".join(f"{line}\n" for line in PAGE.splitlines() if "F6F6F6" not in line and "E6E6E6" not in line)
    empty = nothing[: nothing.index("</tr>\n") + len("</tr>\n")] + "</table></div></body></HTML>\n"
    assert aspects(empty, LIVE) == set()
    assert aspects(empty, WORLD) == {Aspect.ROWS.value}


@pytest.mark.parametrize("body", ["", "\n", "<html>\n", "ERROR: moh_list NONE\n", PAGE[:700], PAGE[700:], PAGE + PAGE])
def test_what_is_no_such_page_is_a_fail(body: str) -> None:
    assert aspects(body, LIVE) != set()
    assert aspects(body, WORLD) != set()


def test_where_nobody_knows_the_setting_it_may_be_off() -> None:
    off = "ERROR: sounds_list CENTRAL SOUND CONTROL IS NOT ACTIVE: |6666|0|\n"
    assert aspects(off, UNKNOWN) == set()
    assert aspects(PAGE, UNKNOWN) == set()
    assert aspects(off, WORLD) != set()


def test_classes_whose_names_have_other_characters_may_come_in_either_order() -> None:
    assert aspects(PAGE.replace("moh5rand", "moh5_x"), LIVE) == set()
    assert aspects(PAGE.replace("testmoh", "moh5_x"), LIVE) == set()

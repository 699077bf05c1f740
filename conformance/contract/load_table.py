"""The mistakes that a contract file can make about a table, each told with its file, its key and what helps."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.contract.action import Given
from conformance.contract.contract import Contract, ContractError
from conformance.contract.function import Function
from conformance.contract.page import OWN, SHADE, Page
from conformance.contract.settings import Build
from conformance.contract.table import RULES, Listed, Table, TableColumn


def check_table(file: str, function: Function, contract: Contract) -> None:
    """Look at the table of a function, if it has one. Raises ContractError for the first mistake."""
    table = function.table
    if table is None:
        return
    if not function.reads:
        raise ContractError(f"{file}: table: it does not say `reads = true`: only what reads answers a table")
    mistakes = [*_whole(table, function, contract)]
    for column in table.columns:
        mistakes += [f"columns.{column.name}: {told}" for told in _column(column, table, function, contract)]
    if mistakes:
        raise ContractError(f"{file}: table.{mistakes[0]}")


def _whole(table: Table, function: Function, contract: Contract) -> Iterator[str]:
    kinds = {"kind": table.kind, **{f"joined.{kind}": kind for kind in table.joined}}
    yield from (_no_kind(key, kind) for key, kind in kinds.items() if kind not in contract.kinds)
    for key, name in (("stage", table.stage), ("header", table.header), ("filter", table.filter)):
        if name is not None and name not in function.by_name:
            yield f"{key}: {name!r} is not one of its parameters"
    if table.every is not None:
        yield from _given("every", table.every, function)
    if table.none is not None and table.none not in function.replies:
        yield f"none: {table.none!r} is not one of its replies"
    if table.filter is not None and table.none is None:
        yield "none: is missing: say which reply answers where the filter finds nothing"
    if table.page is not None:
        yield from _page(table.page, table)
    yield from (f"order: {name!r} is none of its columns" for name in table.order if name not in _printed(table))
    yield from (f"{id!r} is not in deviations.toml" for id in table.deviations if id not in contract.deviations)
    for key, build in (
        ("closing.since", table.closing and table.closing.since),
        ("seen", table.seen and table.seen.until),
    ):
        yield from _build(key, build or "2.14-0")


def _page(page: Page, table: Table) -> Iterator[str]:
    names = {column.name for column in table.columns}
    yield from (f"page.row: {{{name}}} is none of its columns" for name in sorted(page.placeholders - names - OWN))
    yield from (f"page.row: has no place for {{{name}}}" for name in sorted(names - page.placeholders))
    if SHADE in page.placeholders and not page.shades:
        yield "page.shades: is missing: say what {shade} is"
    for key, text in (("head", page.head), ("row", page.row), ("foot", page.foot)):
        if not text.endswith("\n"):
            yield f"page.{key}: does not end in a line feed"


def _printed(table: Table) -> set[str | None]:
    return {column.column for column in table.columns if column.of is None}


def _column(column: TableColumn, table: Table, function: Function, contract: Contract) -> Iterator[str]:
    if column.sources != 1:
        yield f"has {column.sources} of `column`, `sent`, `count`, `listed` and `computed`: it needs one"
    if column.of is not None and column.of not in table.joined:
        yield f"of: {column.of!r} is not in `joined`"
    if column.computed is not None and column.computed not in RULES:
        yield f"computed: {column.computed!r} is none of {', '.join(RULES)}"
    named = [*column.when, *filter(None, [column.sent])]
    yield from (f"{name!r} is not one of its parameters" for name in named if name not in function.by_name)
    counted = [column.count.kind, *column.count.instead.values()] if column.count else []
    yield from (_no_kind("count", kind) for kind in counted if kind not in contract.kinds)
    if column.listed is not None:
        yield from _listed(column.listed, function, contract)
    for build in (column.since, column.named_since):
        yield from _build("since", build)
    yield from _pattern("shape", column.shape)


def _listed(listed: Listed, function: Function, contract: Contract) -> Iterator[str]:
    kind = contract.kinds.get(listed.kind)
    if kind is None:
        yield _no_kind("listed.kind", listed.kind)
        return
    known = {*kind.key, *kind.columns}
    named = {"by": listed.by, "column": listed.column}
    yield from (f"listed.{key}: {name!r} is none of {kind.name}" for key, name in named.items() if name not in known)
    if listed.sorting is not None:
        yield from _given("listed.sorting.up", listed.sorting.up, function)
        yield from _given("listed.sorting.down", listed.sorting.down, function)


def _given(key: str, given: Given, function: Function) -> Iterator[str]:
    if given.parameter not in function.by_name:
        yield f"{key}: {given.parameter!r} is not one of its parameters"
    yield from _build(f"{key}.since", given.since)
    yield from _pattern(f"{key}.value", given.value)


def _no_kind(key: str, kind: str) -> str:
    return f"{key}: {kind!r} is not described: add {kind}.toml to kinds/"


def _pattern(key: str, pattern: str) -> Iterator[str]:
    try:
        re.compile(pattern)
    except re.error as error:
        yield f"{key}: {error}"


def _build(key: str, build: str) -> Iterator[str]:
    try:
        Build.parse(build)
    except ValueError as error:
        yield f"{key}: {error}"

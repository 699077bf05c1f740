"""Which rows a caller may see: of those user groups and campaigns that its own user group is allowed."""

from __future__ import annotations

from conformance.contract.kind import Kind
from conformance.contract.world import ALL_GROUPS, Column, Row, User


def may_see(user: User, kind: Kind, row: Row) -> bool:
    """Whether a user may view the user group of a row (section 6), and its user group is allowed its campaign."""
    if user.groups is not None and kind.group is not None:
        return column_of(kind, row, kind.group) in {ALL_GROUPS, *user.groups} and has_campaign(user, kind, row)
    return has_campaign(user, kind, row)


def has_campaign(user: User, kind: Kind, row: Row) -> bool:
    """Whether a user's own group is allowed the campaign of a row, whatever the letter case."""
    if user.campaigns is None or kind.campaign is None:
        return True
    return str(column_of(kind, row, kind.campaign)).lower() in {campaign.lower() for campaign in user.campaigns}


def column_of(kind: Kind, row: Row, column: str) -> Column:
    """What a column of a row holds, be it of its key; its default where nothing is known of it."""
    if column in kind.key:
        return row.key[kind.key.index(column)]
    if column == kind.number:
        return row.number
    described = kind.columns.get(column)
    return row.columns.get(column, described.default if described else None)

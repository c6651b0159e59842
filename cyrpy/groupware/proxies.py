"""Delegates: who acts for a user on all of its calendars (Apple's caldav-proxy).

A user's delegates are two groups of their own, made when they are first needed: those who read and
those who write. Each calendar of the user is granted to them, new ones too; so whatever holds for
groups and grants, what changes when and for whom, holds for delegates.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Literal

from cyrpy.data import access, calendars, principals
from cyrpy.data.calendars import CalendarRow
from cyrpy.data.principals import GROUP, PrincipalRow
from cyrpy.data.unit import Unit
from cyrpy.errors import Forbidden
from cyrpy.groupware import groups
from cyrpy.groupware.sharing import Container, share, shown_anew
from cyrpy.groupware.userids import account_id

Mode = Literal["read", "write"]
# No address has a colon before its @, so no user or other group can be called so.
PREFIXES: Final[Mapping[Mode, str]] = {
    "read": "calendar-proxy-read:",
    "write": "calendar-proxy-write:",
}
_WIRE_IDS: Final = tuple(account_id(prefix) for prefix in PREFIXES.values())
LETTERS: Final[Mapping[Mode, str]] = {"read": "lr9", "write": "lrswite9765"}


def are_delegates(wire_id: str) -> bool:
    """Whether the id of a principal is that of such a group, of which only its owner knows."""
    return wire_id.startswith(_WIRE_IDS)


def owner_and_mode(group: PrincipalRow) -> tuple[str, Mode] | None:
    """Whose delegates a group are, and what they may; None for any other group."""
    for mode, prefix in PREFIXES.items():
        if group.type == GROUP and group.name.startswith(prefix):
            return group.name.removeprefix(prefix), mode
    return None


def group_of(unit: Unit, owner: PrincipalRow, mode: Mode) -> PrincipalRow | None:
    """The group of the user's delegates; None if there never were any."""
    return unit.first(principals.BY_NAME, name=PREFIXES[mode] + owner.name)


def delegates(unit: Unit, owner: PrincipalRow, mode: Mode) -> list[PrincipalRow]:
    """The user's delegates, by name."""
    group = group_of(unit, owner, mode)
    return [] if group is None else unit.all(principals.MEMBERS_OF, group_id=group.id)


def delegators(unit: Unit, member: PrincipalRow, mode: Mode) -> list[PrincipalRow]:
    """The users for whom `member` acts, by name."""
    found: list[PrincipalRow] = []
    for id in principals.groups_of(unit, member.id):
        group = unit.first(principals.BY_ID, id=id)
        known = None if group is None else owner_and_mode(group)
        if known is not None and known[1] == mode:
            owner = unit.first(principals.BY_NAME, name=known[0])
            found += [] if owner is None else [owner]
    return sorted(found, key=lambda row: row.name)


def set_delegates(
    unit: Unit, owner: PrincipalRow, mode: Mode, wanted: Collection[PrincipalRow]
) -> None:
    """Make exactly these the user's delegates.

    Raises:
        Forbidden: the user itself is among them, or a group is.
    """
    if any(member.id == owner.id for member in wanted):
        raise Forbidden("nobody is a delegate of oneself")
    group = group_of(unit, owner, mode)
    if group is None:
        if not wanted:
            return
        group = _create(unit, owner, mode)
    present = {row.id: row for row in unit.all(principals.MEMBERS_OF, group_id=group.id)}
    asked = {row.id: row for row in wanted}
    for id in sorted(present.keys() - asked.keys()):
        groups.leave(unit, group, present[id])
    for id in sorted(asked.keys() - present.keys()):
        groups.join(unit, group, asked[id])


def _create(unit: Unit, owner: PrincipalRow, mode: Mode) -> PrincipalRow:
    name = PREFIXES[mode] + owner.name
    group = principals.insert_principal(
        unit,
        {
            "name": name,
            "wire_id": account_id(name),
            "type": GROUP,
            "display_name": f"{owner.display_name} ({mode})",
            "description": None,
            "time_zone": None,
        },
    )
    for row in unit.all(calendars.ALL, account_id=owner.id):
        _grant(unit, row, group, mode)
    return group


def include(unit: Unit, row: CalendarRow) -> None:
    """Grant a new calendar to the delegates of its owner."""
    owner = unit.first(principals.BY_ID, id=row.account_id)
    for mode in PREFIXES:
        group = None if owner is None else group_of(unit, owner, mode)
        if group is not None:
            _grant(unit, row, group, mode)


def _grant(unit: Unit, row: CalendarRow, group: PrincipalRow, mode: Mode) -> None:
    container = Container(row.account_id, "Calendar", row.id, row.wire_id, row.uri)
    key = {"account_id": row.account_id, "kind": "Calendar", "container_id": row.id}
    present = {grant.principal_id: grant.rights for grant in unit.all(access.GRANTS_ON, **key)}
    if share(unit, container, present | {group.id: LETTERS[mode]}, None):
        shown_anew(unit, container)


def kept(unit: Unit, row: CalendarRow) -> dict[int, str]:
    """What delegates have of a calendar, whoever else it is shared with: principal -> letters."""
    owner = unit.first(principals.BY_ID, id=row.account_id)
    found = {} if owner is None else {mode: group_of(unit, owner, mode) for mode in PREFIXES}
    return {group.id: LETTERS[mode] for mode, group in found.items() if group is not None}


def renamed(unit: Unit, before: str, after: str) -> None:
    """The user has another name: so have the groups of its delegates."""
    for prefix in PREFIXES.values():
        group = unit.first(principals.BY_NAME, name=prefix + before)
        if group is not None:
            principals.change(unit, group.id, {"name": prefix + after})


def dissolve(unit: Unit, owner: PrincipalRow) -> None:
    """The user goes: so do its delegates' groups."""
    for mode in PREFIXES:
        group = group_of(unit, owner, mode)
        if group is not None:  # the log of the calendars that they saw goes too
            principals.bump_epoch(unit, [group.id])
            principals.delete_principal(unit, group.id)

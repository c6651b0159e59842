"""Who is in which group; what a group was granted, its members have."""

from __future__ import annotations

from cyrpy.data import access, containers, principals
from cyrpy.data.itemchanges import opened
from cyrpy.data.principals import GROUP, PrincipalRow, bump_epoch, groups_of
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import AlreadyExists, Forbidden, NotFound
from cyrpy.groupware.sharing import shows

MAX_MEMBERS = 10_000


def join(unit: Unit, group: PrincipalRow, member: PrincipalRow) -> None:
    """Put a user, room or resource into a group.

    Raises:
        Forbidden: it is no group, or the member is one: groups are not nested.
        AlreadyExists: it is in the group.
    """
    _require_group(group)
    if member.type == GROUP:
        raise Forbidden(f"{member.name} is a group; groups hold users, rooms and resources")
    if group.id in groups_of(unit, member.id):
        raise AlreadyExists(f"{member.name} is in {group.name} already", member.name)
    if len(unit.all(principals.MEMBERS_OF, group_id=group.id)) >= MAX_MEMBERS:
        raise Forbidden(f"{group.name} has {MAX_MEMBERS} members, and no group has more")
    _tell(unit, group, member, ChangeKind.CREATED)
    unit.run(principals.INSERT_MEMBER, group_id=group.id, member_id=member.id)
    bump_epoch(unit, [member.id])


def leave(unit: Unit, group: PrincipalRow, member: PrincipalRow) -> None:
    """Take a member out of a group.

    Raises:
        Forbidden: it is no group.
        NotFound: it is not in the group.
    """
    _require_group(group)
    if not unit.run(principals.DELETE_MEMBER, group_id=group.id, member_id=member.id):
        raise NotFound(f"{member.name} is not in {group.name}")
    _tell(unit, group, member, ChangeKind.DESTROYED)
    bump_epoch(unit, [member.id])


def dissolve(unit: Unit, group: PrincipalRow) -> None:
    """Let every member leave, because the group goes."""
    for member in unit.all(principals.MEMBERS_OF, group_id=group.id):
        leave(unit, group, member)


def _require_group(group: PrincipalRow) -> None:
    if group.type != GROUP:
        raise Forbidden(f"{group.name} is no group")


def _tell(unit: Unit, group: PrincipalRow, member: PrincipalRow, kind: ChangeKind) -> None:
    """Log for the member what of the group's it comes to see, or sees no more.

    What it sees by another grant as well has only changed: its rights may be others.
    """
    others = {member.id, *groups_of(unit, member.id)}
    for granted in containers.granted_containers(unit, group.id):
        held = access.granted_to(unit, granted.account_id, granted.kind, others)
        seen_anyway = shows(held.get(granted.id, ""))
        if granted.account_id == member.id or not (seen_anyway or shows(granted.rights)):
            continue
        told = ChangeKind.UPDATED if seen_anyway else kind
        unit.record(
            granted.account_id,
            granted.kind,
            granted.wire_id,
            told,
            name=granted.uri,
            audience=member.id,
        )
        opened(unit, granted.account_id, granted.kind, granted.id, member.id, told)

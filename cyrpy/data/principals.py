"""Principals: users, groups, rooms and resources, and who is in which group."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Literal, NamedTuple

from sqlalchemy import bindparam, delete, insert, literal_column, or_, select, update

from cyrpy.data.statement import Query, among, insert_all, updating
from cyrpy.data.tables import accounts, directory, group_members, principals
from cyrpy.data.unit import Unit

PrincipalType = Literal["individual", "group", "location", "resource"]  # as in RFC 9670 §2
INDIVIDUAL: Final = "individual"
GROUP: Final = "group"


class PrincipalRow(NamedTuple):
    """One principal, in the order of the table's columns."""

    id: int
    name: str
    wire_id: str
    type: str
    display_name: str
    description: str | None
    time_zone: str | None
    created_at: int
    epoch: int


_COLUMNS: Final = PrincipalRow._fields[1:]
ALL: Query[PrincipalRow] = Query(select(principals).order_by(principals.c.name), PrincipalRow._make)
BY_ID: Query[PrincipalRow] = Query(
    select(principals).where(principals.c.id == bindparam("id")), PrincipalRow._make
)
BY_NAME: Query[PrincipalRow] = Query(
    select(principals).where(principals.c.name == bindparam("name")), PrincipalRow._make
)
BY_WIRE_ID: Query[PrincipalRow] = Query(
    select(principals).where(principals.c.wire_id == bindparam("wire_id")), PrincipalRow._make
)
EPOCH: Query[tuple[int]] = Query(
    select(principals.c.epoch).where(principals.c.id == bindparam("id"))
)
EPOCH_OF_NAME: Query[tuple[int]] = Query(
    select(principals.c.epoch).where(principals.c.name == bindparam("name"))
)
INSERT: Query[tuple[int]] = Query(
    insert(principals)
    .values({name: bindparam(name, type_=principals.c[name].type) for name in _COLUMNS})
    .returning(principals.c.id)
)
REVISION: Query[tuple[int]] = Query(select(directory.c.revision))
MOVE_REVISION = Query[None](update(directory).values(revision=directory.c.revision + 1))
DELETE = Query[None](delete(principals).where(principals.c.id == bindparam("id")))
INSERT_ACCOUNT = Query[None](insert_all(accounts))
# Who is in a group sees what the group was granted, so what moves the group moves them.
MOVE_EPOCHS = Query[None](
    update(principals)
    .where(
        or_(
            among(principals.c.id, "ids"),
            principals.c.id.in_(
                select(group_members.c.member_id).where(among(group_members.c.group_id, "ids"))
            ),
        )
    )
    .values(epoch=principals.c.epoch + 1)
)
GROUPS_OF: Query[tuple[int]] = Query(
    select(group_members.c.group_id)
    .where(group_members.c.member_id == bindparam("member_id"))
    .order_by(group_members.c.group_id)
)
GROUPS_AMONG: Query[tuple[int]] = Query(
    select(principals.c.id).where(among(principals.c.id, "ids"), principals.c.type == GROUP)
)
MEMBERSHIPS: Query[tuple[int, int]] = Query(
    select(group_members.c.group_id, group_members.c.member_id).where(
        among(group_members.c.group_id, "ids")
    )
)
MEMBERS_OF: Query[PrincipalRow] = Query(
    select(principals)
    .join(group_members, group_members.c.member_id == principals.c.id)
    .where(group_members.c.group_id == bindparam("group_id"))
    .order_by(principals.c.name),
    PrincipalRow._make,
)
ANY_MEMBER: Query[tuple[int]] = Query(select(group_members.c.group_id).limit(literal_column("1")))
INSERT_MEMBER = Query[None](insert_all(group_members))
DELETE_MEMBER = Query[None](
    delete(group_members).where(
        group_members.c.group_id == bindparam("group_id"),
        group_members.c.member_id == bindparam("member_id"),
    )
)


def insert_principal(unit: Unit, values: Mapping[str, object]) -> PrincipalRow:
    """A new principal with an empty account; `values` are its columns but id, time and epoch.

    Epoch and modseq start at the time: had the name been another's before, nothing that a cache
    or a client remembers of that one could be taken for a state of this one.
    """
    row = {**values, "created_at": unit.now, "epoch": unit.now}
    number: int = unit.value(INSERT, **row)
    unit.run(MOVE_REVISION)
    unit.run(
        INSERT_ACCOUNT,
        id=number,
        modseq=unit.now,
        next_id=1,
        first_modseq=unit.now,
        log_starts_after=unit.now,
        default_calendar_id=None,
        default_address_book_id=None,
    )
    return PrincipalRow(number, *(row[name] for name in _COLUMNS))  # type: ignore[arg-type]


def change(unit: Unit, principal_id: int, values: Mapping[str, object]) -> None:
    """Write the columns in `values`."""
    query = updating(principals, ("id",), tuple(values))
    unit.run(query, key_id=principal_id, **values)
    unit.run(MOVE_REVISION)


def revision(unit: Unit) -> int:
    """What moves whenever a principal comes, changes or goes."""
    number: int = unit.value(REVISION)
    return number


def bump_epoch(unit: Unit, principal_ids: Collection[int]) -> None:
    """Make every cache of the sign-in of these principals, and of members of groups, be checked."""
    unit.run(MOVE_EPOCHS, ids=list(principal_ids))
    unit.moves_sign_ins = True


def delete_principal(unit: Unit, principal_id: int) -> None:
    """Remove a principal, with its account and all that is in it."""
    unit.run(DELETE, id=principal_id)
    unit.run(MOVE_REVISION)
    unit.moves_sign_ins = True


def groups_of(unit: Unit, principal_id: int) -> frozenset[int]:
    """The groups that the principal is in."""
    return frozenset(group for (group,) in unit.all(GROUPS_OF, member_id=principal_id))

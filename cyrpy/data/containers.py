"""What a principal was granted, whatever its kind: calendars, address books and mailboxes."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, literal, select, union_all
from sqlalchemy.sql.expression import Select
from sqlalchemy.sql.schema import Table

from cyrpy.data.statement import Query
from cyrpy.data.tables import address_books, calendars, grants, mailboxes
from cyrpy.data.unit import Unit


class GrantedContainer(NamedTuple):
    """One container on which something is granted to a principal."""

    account_id: int
    kind: str  # its JMAP type
    id: int
    wire_id: str
    uri: str  # a mailbox's id, for it has no URL
    rights: str


def _granted(kind: str, table: Table, uri: str) -> Select[tuple[int, str, int, str, str, str]]:
    return (
        select(
            table.c.account_id,
            literal(kind).label("kind"),
            table.c.id,
            table.c.wire_id,
            table.c[uri].label("uri"),
            grants.c.rights,
        )
        .join(
            grants,
            (grants.c.account_id == table.c.account_id) & (grants.c.container_id == table.c.id),
        )
        .where(grants.c.kind == kind, grants.c.principal_id == bindparam("principal_id"))
    )


GRANTED_TO: Query[GrantedContainer] = Query(
    union_all(
        _granted("Calendar", calendars, "uri"),
        _granted("AddressBook", address_books, "uri"),
        _granted("Mailbox", mailboxes, "wire_id"),
    ),
    GrantedContainer._make,
)
GRANTEES: Query[tuple[int]] = Query(
    select(grants.c.principal_id)
    .where(grants.c.account_id == bindparam("account_id"))
    .distinct()
    .order_by(grants.c.principal_id)
)


def granted_containers(unit: Unit, principal_id: int) -> list[GrantedContainer]:
    """The containers on which the principal itself was granted something."""
    return sorted(unit.all(GRANTED_TO, principal_id=principal_id))


def grantees(unit: Unit, account_id: int) -> list[int]:
    """Everyone who was granted something in the account."""
    return [principal for (principal,) in unit.all(GRANTEES, account_id=account_id)]

"""Addresses of principals, and the domains that are ours.

Scheduling, identities and delivery ask here whose an address is. Addresses are stored in lower
case: what others may do (RFC 5321 §2.4), we do, and tell no two users apart by case.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select, update

from cyrpy.data.statement import Query, insert_all
from cyrpy.data.tables import addresses, domains
from cyrpy.data.unit import Unit


class AddressRow(NamedTuple):
    """One address, in the order of the table's columns."""

    address: str
    principal_id: int
    position: int  # 0 is the one that others are shown


_of_principal = addresses.c.principal_id == bindparam("principal_id")
OF_PRINCIPAL: Query[AddressRow] = Query(
    select(addresses).where(_of_principal).order_by(addresses.c.position), AddressRow._make
)
BY_ADDRESS: Query[AddressRow] = Query(
    select(addresses).where(addresses.c.address == bindparam("address")), AddressRow._make
)
COUNT_IN_DOMAIN: Query[tuple[int]] = Query(
    select(func.count())
    .select_from(addresses)
    .where(addresses.c.address.like(bindparam("pattern")))
)
INSERT = Query[None](insert_all(addresses))
DELETE = Query[None](delete(addresses).where(addresses.c.address == bindparam("address")))
MOVE = Query[None](
    update(addresses)
    .where(addresses.c.address == bindparam("key_address"))
    .values(position=bindparam("position"))
)
DOMAINS: Query[tuple[str]] = Query(select(domains.c.name).order_by(domains.c.name))
DOMAIN: Query[tuple[str]] = Query(select(domains.c.name).where(domains.c.name == bindparam("name")))
INSERT_DOMAIN = Query[None](insert_all(domains))
DELETE_DOMAIN = Query[None](delete(domains).where(domains.c.name == bindparam("name")))


def addresses_of(unit: Unit, principal_id: int) -> list[str]:
    """The principal's addresses, the one that others are shown first."""
    return [row.address for row in unit.all(OF_PRINCIPAL, principal_id=principal_id)]


def owner(unit: Unit, address: str) -> int | None:
    """Whose address it is; None if nobody's."""
    row = unit.first(BY_ADDRESS, address=address.lower())
    return None if row is None else row.principal_id


def recipient(unit: Unit, address: str) -> int | None:
    """Who gets mail for `address`: its owner, or that of it without a `+detail` (RFC 5233)."""
    found = owner(unit, address)
    local, at, domain = address.rpartition("@")
    if found is None and "+" in local:
        found = owner(unit, local.partition("+")[0] + at + domain)
    return found


def arrange(unit: Unit, principal_id: int, wanted: list[str]) -> None:
    """Make `wanted`, in that order, the principal's addresses."""
    present = {row.address: row for row in unit.all(OF_PRINCIPAL, principal_id=principal_id)}
    for address in present.keys() - set(wanted):
        unit.run(DELETE, address=address)
    for position, address in enumerate(wanted):
        if address not in present:
            unit.run(INSERT, address=address, principal_id=principal_id, position=position)
        elif present[address].position != position:
            unit.run(MOVE, key_address=address, position=position)


def count_in_domain(unit: Unit, domain: str) -> int:
    """How many addresses end in `@domain`."""
    number: int = unit.value(COUNT_IN_DOMAIN, pattern=f"%@{domain}")  # domains hold no wildcards
    return number


def is_local_domain(unit: Unit, domain: str) -> bool:
    """Whether the domain was added as one of ours; the default domain need not be."""
    return unit.first(DOMAIN, name=domain) is not None

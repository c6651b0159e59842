"""Whose a calendar user address is, and which ones somebody has (RFC 6638 §2.4.1)."""

from __future__ import annotations

from cyrpy.data import addresses, principals
from cyrpy.data.principals import PrincipalRow
from cyrpy.data.unit import Unit
from cyrpy.groupware.scheduling.address import (
    MAILTO,
    mail_address,
    of_principal,
    principal_name,
)


def addresses_of(unit: Unit, principal_id: int) -> frozenset[str]:
    """All normalized addresses by which organizers and attendees may mean a principal."""
    row = unit.first(principals.BY_ID, id=principal_id)
    if row is None:
        return frozenset()
    mails = (MAILTO + address for address in addresses.addresses_of(unit, principal_id))
    return frozenset((*mails, of_principal(row.type, row.name)))


def principal_of(unit: Unit, address: str) -> PrincipalRow | None:
    """The principal here that a normalized address means."""
    name = principal_name(address)
    if name is not None:
        row = unit.first(principals.BY_NAME, name=name)
        return row if row is not None and of_principal(row.type, row.name) == address else None
    mail = mail_address(address)
    owner = None if mail is None else addresses.owner(unit, mail)
    return None if owner is None else unit.first(principals.BY_ID, id=owner)


def is_ours(unit: Unit, address: str, principal: PrincipalRow) -> bool:
    """Whether a mail address is in one of our domains, of which that principal's is one."""
    domain = address.rpartition("@")[2]
    return domain == principal.name.rpartition("@")[2] or addresses.is_local_domain(unit, domain)

"""Identities: the addresses that a user may send mail from, and how it does (RFC 8621 §6).

Each of the user's addresses has one, which goes with the address; a user may make more, with
other names and signatures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

import orjson

from cyrpy.data import addresses, ids, mail_identities, principals
from cyrpy.data.mail_identities import KIND, LETTER, IdentityRow
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import Forbidden, NotFound, OverQuota

MAX_IDENTITIES: Final = 500  # of one user


class Identity(NamedTuple):
    """One identity as its user sees it; lists of addresses as JSON values, or None."""

    wire_id: str
    email: str
    name: str
    reply_to: Any
    bcc: Any
    text_signature: str
    html_signature: str
    may_delete: bool


class NotAllowed(Forbidden):
    """The user may not send mail from that address."""


def may_send_from(unit: Unit, principal_id: int, email: str) -> bool:
    """Whether the address is one of the user's, or has a detail after one of them (RFC 5233)."""
    return addresses.recipient(unit, email) == principal_id


def all_of(unit: Unit, principal_id: int) -> list[Identity]:
    """The user's identities: of its addresses in their order, then those that it made."""
    principal = unit.first(principals.BY_ID, id=principal_id)
    name = "" if principal is None else principal.display_name
    stored = {row.wire_id: row for row in mail_identities.all_of(unit, principal_id)}
    found: list[Identity] = []
    for address in addresses.addresses_of(unit, principal_id):
        wire_id = id_of(address)
        row = stored.pop(wire_id, None) or _untouched(principal_id, wire_id, address)
        found.append(_identity(row, name, may_delete=False))
    made = (row for row in stored.values() if ids.decode(LETTER, row.wire_id) is not None)
    return found + [_identity(row, name, may_delete=True) for row in made]


def find(unit: Unit, principal_id: int, wire_id: str) -> Identity | None:
    """One of the user's identities."""
    return next((one for one in all_of(unit, principal_id) if one.wire_id == wire_id), None)


def id_of(address: str) -> str:
    """The id of an address's own identity."""
    return "A" + hashlib.sha256(address.lower().encode()).hexdigest()[:24]


def create(unit: Unit, principal_id: int, email: str, values: Mapping[str, Any]) -> Identity:
    """Make one more; `values` are columns of the row.

    Raises:
        NotAllowed: the user may not send from `email`.
        OverQuota: there are too many.
    """
    if not may_send_from(unit, principal_id, email):
        raise NotAllowed(f"sending mail from {email[:255]!r} is not allowed")
    if mail_identities.count(unit, principal_id) >= MAX_IDENTITIES:
        raise OverQuota(f"a user has at most {MAX_IDENTITIES} identities")
    wire_id = ids.encode(LETTER, unit.new_id(principal_id))
    modseq = unit.record(principal_id, KIND, wire_id, ChangeKind.CREATED)
    row = _untouched(principal_id, wire_id, email)._replace(
        created_modseq=modseq, updated_modseq=modseq, **_columns(values)
    )
    mail_identities.put(unit, row)
    return _identity(row, "", may_delete=True)


def update(unit: Unit, principal_id: int, identity: Identity, values: Mapping[str, Any]) -> None:
    """Change columns of one."""
    modseq = unit.record(principal_id, KIND, identity.wire_id, ChangeKind.UPDATED)
    stored = {row.wire_id: row for row in mail_identities.all_of(unit, principal_id)}
    row = stored.get(identity.wire_id) or _untouched(
        principal_id, identity.wire_id, identity.email
    )._replace(created_modseq=modseq)
    mail_identities.put(unit, row._replace(updated_modseq=modseq, **_columns(values)))


def destroy(unit: Unit, principal_id: int, wire_id: str) -> None:
    """Remove one that the user made.

    Raises:
        NotFound: there is none.
        Forbidden: it goes with an address.
    """
    found = find(unit, principal_id, wire_id)
    if found is None:
        raise NotFound(f"there is no identity {wire_id[:80]!r}")
    if not found.may_delete:
        raise Forbidden("this identity goes with one of the user's addresses")
    mail_identities.remove(unit, principal_id, wire_id)
    unit.record(principal_id, KIND, wire_id, ChangeKind.DESTROYED)


def addresses_changed(
    unit: Unit, principal_id: int, before: Collection[str], after: Collection[str]
) -> None:
    """Log what became of identities with the user's addresses."""
    for address in before:
        if address not in after:
            unit.record(principal_id, KIND, id_of(address), ChangeKind.DESTROYED)
    for address in after:
        if address not in before:
            unit.record(principal_id, KIND, id_of(address), ChangeKind.CREATED)


def name_changed(unit: Unit, principal_id: int) -> None:
    """Log that the identities without a name of their own have another."""
    for row in all_of(unit, principal_id):
        unit.record(principal_id, KIND, row.wire_id, ChangeKind.UPDATED)


def _untouched(principal_id: int, wire_id: str, email: str) -> IdentityRow:
    return IdentityRow(principal_id, wire_id, email, None, None, None, "", "", 0, 0)


def _identity(row: IdentityRow, name: str, *, may_delete: bool) -> Identity:
    return Identity(
        row.wire_id,
        row.email,
        name if row.name is None else row.name,
        row.reply_to and orjson.loads(row.reply_to),
        row.bcc and orjson.loads(row.bcc),
        row.text_signature,
        row.html_signature,
        may_delete,
    )


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """Lists as JSON, all else as it is."""
    return {
        name: orjson.dumps(value).decode() if isinstance(value, list) else value
        for name, value in values.items()
    }

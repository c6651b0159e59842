"""As whom a user takes part in events: its addresses, with what it set of them."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import bindparam, select, update

from cyrpy.data.statement import Query, upsert
from cyrpy.data.tables import participant_identities
from cyrpy.data.unit import Unit

KIND: Final = "ParticipantIdentity"


class IdentityRow(NamedTuple):
    """What is set of one address, in the order of the table's columns."""

    account_id: int
    address: str
    name: str | None
    is_default: int
    is_hidden: int


_t = participant_identities.c
_of_account = _t.account_id == bindparam("key_account_id")
ALL: Query[IdentityRow] = Query(
    select(participant_identities).where(_of_account).order_by(_t.address), IdentityRow._make
)
PUT = Query[None](
    upsert(participant_identities, ["account_id", "address"], ["name", "is_default", "is_hidden"])
)
NO_DEFAULT = Query[None](
    update(participant_identities)
    .where(_of_account, _t.is_default == bindparam("old"))
    .values(is_default=bindparam("new"))
)


def all_of(unit: Unit, account_id: int) -> dict[str, IdentityRow]:
    """What is set of a user's addresses, by address."""
    return {row.address: row for row in unit.all(ALL, key_account_id=account_id)}


def put(unit: Unit, row: IdentityRow) -> None:
    """Set all of one address."""
    unit.run(PUT, **row._asdict())


def set_default(unit: Unit, row: IdentityRow) -> None:
    """Make an address the default, and no other."""
    unit.run(NO_DEFAULT, key_account_id=row.account_id, old=1, new=0)
    put(unit, row._replace(is_default=1))

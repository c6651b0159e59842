"""As whom a user sends mail: what it set of its addresses' identities, and its own ones."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, func, select

from cyrpy.data.statement import Query, upsert
from cyrpy.data.tables import mail_identities
from cyrpy.data.unit import Unit

KIND: Final = "Identity"  # in the change log
LETTER: Final = "I"  # of the ids of those that users make


class IdentityRow(NamedTuple):
    """One identity, in the order of the table's columns."""

    account_id: int
    wire_id: str
    email: str
    name: str | None  # None: the user's own
    reply_to: str | None  # JSON, as is bcc
    bcc: str | None
    text_signature: str
    html_signature: str
    created_modseq: int
    updated_modseq: int


_t = mail_identities.c
_of_account = _t.account_id == bindparam("account_id")
_CHANGING: Final = ("name", "reply_to", "bcc", "text_signature", "html_signature")
ALL: Query[IdentityRow] = Query(
    select(mail_identities).where(_of_account).order_by(_t.created_modseq, _t.wire_id),
    IdentityRow._make,
)
COUNT: Query[tuple[int]] = Query(
    select(func.count()).select_from(mail_identities).where(_of_account)
)
PUT = Query[None](
    upsert(mail_identities, ["account_id", "wire_id"], [*_CHANGING, "updated_modseq"])
)
DELETE = Query[None](delete(mail_identities).where(_of_account, _t.wire_id == bindparam("wire_id")))


def all_of(unit: Unit, account_id: int) -> list[IdentityRow]:
    """All that is stored, in the order in which it was made."""
    return unit.all(ALL, account_id=account_id)


def count(unit: Unit, account_id: int) -> int:
    """How many are stored."""
    number: int = unit.value(COUNT, account_id=account_id)
    return number


def put(unit: Unit, row: IdentityRow) -> None:
    """Store one, anew if it was."""
    unit.run(PUT, **row._asdict())


def remove(unit: Unit, account_id: int, wire_id: str) -> None:
    """Forget one."""
    unit.run(DELETE, account_id=account_id, wire_id=wire_id)

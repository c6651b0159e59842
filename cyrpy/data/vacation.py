"""What is answered to mail while a user is away, and who was answered already."""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, select

from cyrpy.data.statement import Query, upsert
from cyrpy.data.tables import vacation_replies, vacation_responses
from cyrpy.data.unit import ChangeKind, Unit

KIND: Final = "VacationResponse"  # in the change log
LONGEST: Final = 90 * 86_400  # seconds in which nobody need be answered twice


class VacationRow(NamedTuple):
    """The response of one account, in the order of the table's columns."""

    account_id: int
    is_enabled: int
    from_date: str | None
    to_date: str | None
    subject: str | None
    text_body: str | None
    html_body: str | None


_of_account = vacation_responses.c.account_id == bindparam("account_id")
_replies = vacation_replies.c.account_id == bindparam("account_id")
GET: Query[VacationRow] = Query(select(vacation_responses).where(_of_account), VacationRow._make)
PUT = Query[None](upsert(vacation_responses, ["account_id"], VacationRow._fields[1:]))
REPLIED: Query[tuple[int]] = Query(
    select(vacation_replies.c.replied_at).where(
        _replies, vacation_replies.c.sender == bindparam("sender")
    )
)
REPLY = Query[None](upsert(vacation_replies, ["account_id", "sender"], ["replied_at"]))
FORGET = Query[None](
    delete(vacation_replies).where(_replies, vacation_replies.c.replied_at <= bindparam("before"))
)


def get(unit: Unit, account_id: int) -> VacationRow:
    """The account's response; one that is not enabled if none was ever set."""
    row = unit.first(GET, account_id=account_id)
    return row or VacationRow(account_id, 0, None, None, None, None, None)


def put(unit: Unit, row: VacationRow, wire_id: str) -> None:
    """Set it, and forget who was answered."""
    unit.run(PUT, **row._asdict())
    unit.run(FORGET, account_id=row.account_id, before=unit.now)
    unit.record(row.account_id, KIND, wire_id, ChangeKind.UPDATED)


def note_reply(unit: Unit, account_id: int, sender: str, seconds: int) -> bool:
    """Note that a sender is answered now; False if it was in the last so many seconds.

    A script's answers are noted of a "sender" that begins with what tells them from others.
    """
    key = {"account_id": account_id, "sender": hashlib.sha256(sender.lower().encode()).digest()}
    last = unit.value(REPLIED, **key)
    if last is not None and last > unit.now - seconds:
        return False
    unit.run(FORGET, account_id=account_id, before=unit.now - max(seconds, LONGEST))
    unit.run(REPLY, replied_at=unit.now, **key)
    return True

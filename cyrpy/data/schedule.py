"""The scheduling inbox of each account.

It holds the newest message of each sender about each UID, and at most MAX_INBOX of them.
"""

from __future__ import annotations

import secrets
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, func, select

from cyrpy.data import ids, keys
from cyrpy.data.statement import Query, among, insert_all
from cyrpy.data.tables import schedule_messages
from cyrpy.data.unit import ChangeKind, Unit

KIND: Final = "ScheduleMessage"  # in the change log
LETTER: Final = "S"  # of ids
MAX_INBOX: Final = 1000


class MessageRow(NamedTuple):
    """One message in an inbox, in the order of the table's columns, without its octets."""

    account_id: int
    id: int
    uri: str
    uid: str
    method: str
    sender: str
    component: str
    etag: str
    size: int
    created_at: int
    created_modseq: int
    updated_modseq: int


class NewMessage(NamedTuple):
    """What is put into an inbox."""

    uid: str
    method: str
    sender: str
    component: str
    octets: bytes


_t = schedule_messages.c
_ROW = tuple(_t[name] for name in MessageRow._fields)
_of_account = _t.account_id == bindparam("account_id")
_this = (_of_account, _t.id == bindparam("id"))
IN_ORDER: Query[MessageRow] = Query(
    select(*_ROW).where(_of_account).order_by(_t.id), MessageRow._make
)
BY_URI: Query[MessageRow] = Query(
    select(*_ROW).where(_of_account, _t.uri == bindparam("uri")), MessageRow._make
)
OF_UID: Query[MessageRow] = Query(
    select(*_ROW).where(_of_account, _t.uid == bindparam("uid")), MessageRow._make
)
OLDEST: Query[MessageRow] = Query(
    select(*_ROW).where(_of_account).order_by(_t.id).limit(bindparam("count")), MessageRow._make
)
OCTETS: Query[tuple[int, bytes]] = Query(
    select(_t.id, _t.icalendar).where(_of_account, among(_t.id, "ids"))
)
COUNT: Query[tuple[int]] = Query(
    select(func.count()).select_from(schedule_messages).where(_of_account)
)
INSERT = Query[None](insert_all(schedule_messages))
DELETE = Query[None](delete(schedule_messages).where(*_this))


def inbox(unit: Unit, account_id: int) -> list[MessageRow]:
    """All messages, in the order in which they came."""
    return unit.all(IN_ORDER, account_id=account_id)


def find(unit: Unit, account_id: int, uri: str) -> MessageRow | None:
    """The message of that name."""
    return unit.first(BY_URI, account_id=account_id, uri=uri)


def octets_of(unit: Unit, account_id: int, numbers: list[int]) -> dict[int, bytes]:
    """The octets of messages, by their numbers."""
    return dict(unit.all(OCTETS, account_id=account_id, ids=numbers))


def receive(unit: Unit, account_id: int, new: NewMessage) -> MessageRow:
    """Put a message into the inbox, in place of an earlier one of that sender about that UID."""
    uid, sender = keys.bounded(new.uid), keys.bounded(new.sender)
    for row in unit.all(OF_UID, account_id=account_id, uid=uid):
        if row.sender == sender:
            remove(unit, row)
    excess = unit.value(COUNT, account_id=account_id) + 1 - MAX_INBOX
    for row in unit.all(OLDEST, account_id=account_id, count=max(0, excess)):
        remove(unit, row)
    number = unit.new_id(account_id)
    uri = f"{secrets.token_hex(16)}.ics"
    modseq = _log(unit, account_id, number, uri, ChangeKind.CREATED)
    row = MessageRow(
        account_id=account_id,
        id=number,
        uri=uri,
        uid=uid,
        method=new.method[:16],
        sender=sender,
        component=new.component[:64],
        etag=keys.tag_of(new.octets),
        size=len(new.octets),
        created_at=unit.now,
        created_modseq=modseq,
        updated_modseq=modseq,
    )
    unit.run(INSERT, **row._asdict(), icalendar=new.octets)
    return row


def remove(unit: Unit, row: MessageRow) -> None:
    """Take a message out of the inbox."""
    unit.run(DELETE, account_id=row.account_id, id=row.id)
    _log(unit, row.account_id, row.id, row.uri, ChangeKind.DESTROYED)


def _log(unit: Unit, account_id: int, number: int, uri: str, kind: ChangeKind) -> int:
    wire_id = ids.encode(LETTER, number)
    # Only the owner has an inbox.
    return unit.record(account_id, KIND, wire_id, kind, name=uri, audience=account_id)

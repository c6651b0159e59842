"""Destroyed messages that can be brought back for a while."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, select

from cyrpy.data.messages import MessageRow
from cyrpy.data.statement import Query, insert_all
from cyrpy.data.tables import deleted_messages
from cyrpy.data.unit import Unit


class DeletedRow(NamedTuple):
    """One message that was destroyed, in the order of the table's columns."""

    account_id: int
    id: int  # as it was; it comes back with another
    digest: bytes
    size: int
    received_at: int
    mailboxes: str
    keywords: str
    properties: bytes
    deleted_at: int


_of_account = deleted_messages.c.account_id == bindparam("account_id")
ALL: Query[DeletedRow] = Query(
    select(deleted_messages)
    .where(_of_account)
    .order_by(deleted_messages.c.deleted_at.desc(), deleted_messages.c.id.desc())
    .limit(bindparam("count")),
    DeletedRow._make,
)
SINCE: Query[DeletedRow] = Query(
    select(deleted_messages)
    .where(_of_account, deleted_messages.c.deleted_at >= bindparam("since"))
    .order_by(deleted_messages.c.deleted_at.desc(), deleted_messages.c.id.desc())
    .limit(bindparam("count")),
    DeletedRow._make,
)
BY_ID: Query[DeletedRow] = Query(
    select(deleted_messages).where(_of_account, deleted_messages.c.id == bindparam("id")),
    DeletedRow._make,
)
EXPIRED: Query[DeletedRow] = Query(
    select(deleted_messages)
    .where(deleted_messages.c.deleted_at <= bindparam("before"))
    .order_by(deleted_messages.c.deleted_at)
    .limit(bindparam("count")),
    DeletedRow._make,
)
INSERT = Query[None](insert_all(deleted_messages))
DELETE = Query[None](
    delete(deleted_messages).where(_of_account, deleted_messages.c.id == bindparam("id"))
)


def insert(unit: Unit, row: MessageRow) -> None:
    """Keep what is needed to bring the message back."""
    kept = {name: getattr(row, name) for name in DeletedRow._fields if name != "deleted_at"}
    unit.run(INSERT, deleted_at=unit.now, **kept)


def all_of(unit: Unit, account_id: int, count: int = 1000) -> list[DeletedRow]:
    """What can be brought back, the newest loss first."""
    return unit.all(ALL, account_id=account_id, count=count)


def since(unit: Unit, account_id: int, moment: int, count: int) -> list[DeletedRow]:
    """What was destroyed at that moment or later, the newest loss first."""
    return unit.all(SINCE, account_id=account_id, since=moment, count=count)


def get(unit: Unit, account_id: int, number: int) -> DeletedRow | None:
    """One of them."""
    return unit.first(BY_ID, account_id=account_id, id=number)


def remove(unit: Unit, row: DeletedRow) -> None:
    """It came back, or its time is over."""
    unit.run(DELETE, account_id=row.account_id, id=row.id)

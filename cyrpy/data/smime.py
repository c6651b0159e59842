"""Messages that are S/MIME, with their status at delivery (RFC 9219 §3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, delete, select, text, update

from cyrpy.data.statement import Query, among, upsert
from cyrpy.data.tables import smime_messages
from cyrpy.data.unit import Unit

MARK: Final = b"pkcs7-"  # in all media types of S/MIME (RFC 8551 §3.2)
_t = smime_messages.c
_of_account = _t.account_id == bindparam("account_id")
_ADD = Query[None](upsert(smime_messages, ["account_id", "message_id"], []))
_ALL: Query[tuple[int, str | None]] = Query(
    select(_t.message_id, _t.status).where(_of_account).order_by(_t.message_id)
)
_STATUS: Query[tuple[int, str | None]] = Query(
    select(_t.message_id, _t.status).where(_of_account, among(_t.message_id, "ids"))
)
_WAITING: Query[tuple[int, int]] = Query(
    select(_t.account_id, _t.message_id).where(text("status IS NULL")).limit(bindparam("count"))
)
_STAMP = Query[None](
    update(smime_messages)
    .where(_of_account, _t.message_id == bindparam("key_id"))
    .values(status=bindparam("new"))
)
_RENUMBER = Query[None](
    update(smime_messages)
    .where(_of_account, _t.message_id == bindparam("key_id"))
    .values(message_id=bindparam("new"))
)
_FORGET = Query[None](
    delete(smime_messages).where(_of_account, _t.message_id == bindparam("message_id"))
)


def add(unit: Unit, account_id: int, message_id: int) -> None:
    """A message is S/MIME; what it is worth is found out later."""
    unit.run(_ADD, account_id=account_id, message_id=message_id, status=None)


def all_of(unit: Unit, account_id: int) -> dict[int, str | None]:
    """The account's S/MIME messages, with their status at delivery where it is known."""
    return dict(unit.all(_ALL, account_id=account_id))


def statuses(unit: Unit, account_id: int, ids: Sequence[int]) -> dict[int, str | None]:
    """Of these messages, those that are S/MIME, with their status at delivery."""
    return dict(unit.all(_STATUS, account_id=account_id, ids=list(ids)))


def waiting(unit: Unit, count: int) -> list[tuple[int, int]]:
    """Account and number of messages that were not verified yet."""
    return unit.all(_WAITING, count=count)


def stamp(unit: Unit, account_id: int, message_id: int, status: str) -> None:
    """The status of a message as it came."""
    unit.run(_STAMP, account_id=account_id, key_id=message_id, new=status)


def renumber(unit: Unit, account_id: int, before: int, after: int) -> None:
    """A message has another number."""
    unit.run(_RENUMBER, account_id=account_id, key_id=before, new=after)


def forget(unit: Unit, account_id: int, message_id: int) -> None:
    """The message is gone, or is none of S/MIME."""
    unit.run(_FORGET, account_id=account_id, message_id=message_id)

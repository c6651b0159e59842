"""What users are told when others change events (JMAP Calendars, CalendarEventNotification)."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from sqlalchemy import bindparam, delete, func, literal_column, select

from cyrpy.data import ids
from cyrpy.data.statement import Query, among, insert_all
from cyrpy.data.tables import calendar_settings, event_notifications
from cyrpy.data.unit import ChangeKind, Unit

KIND: Final = "CalendarEventNotification"
LETTER: Final = "N"
MOST: Final = 500  # that are kept for one user in one account; the oldest go

Type = Literal["created", "updated", "destroyed"]


class NotificationRow(NamedTuple):
    """One of them, in the order of the table's columns."""

    account_id: int
    id: int
    principal_id: int  # who is told
    created_at: int
    changed_by: int | None
    address: str | None
    comment: str | None
    type: Type
    event_id: str
    is_draft: int
    created_modseq: int
    updated_modseq: int
    event: bytes
    patch: bytes | None

    @property
    def wire_id(self) -> str:
        """Its id in JMAP and in the log."""
        return ids.encode(LETTER, self.id)


class Told(NamedTuple):
    """What happened, in the order of the columns.

    Attributes:
        changed_by: The principal; None: by a scheduling message.
        address: Calendar address of its sender.
    """

    changed_by: int | None
    address: str | None
    comment: str | None
    type: Type
    event_id: str
    is_draft: int
    event: bytes
    patch: bytes | None


_t = event_notifications.c
_mine = (_t.account_id == bindparam("account_id"), _t.principal_id == bindparam("principal_id"))
ALL: Query[NotificationRow] = Query(
    select(event_notifications).where(*_mine).order_by(_t.id), NotificationRow._make
)
BY_IDS: Query[NotificationRow] = Query(
    select(event_notifications).where(*_mine, among(_t.id, "ids")), NotificationRow._make
)
ABOUT: Query[tuple[int]] = Query(
    select(_t.id).where(*_mine, _t.event_id == bindparam("event_id")).order_by(_t.id)
)
COUNT: Query[tuple[int, int | None]] = Query(select(func.count(), func.min(_t.id)).where(*_mine))
INSERT = Query[None](insert_all(event_notifications))
DELETE = Query[None](delete(event_notifications).where(*_mine, _t.id == bindparam("id")))
SUBSCRIBED: Query[tuple[int]] = Query(
    select(calendar_settings.c.principal_id).where(
        calendar_settings.c.account_id == bindparam("account_id"),
        calendar_settings.c.calendar_id == bindparam("calendar_id"),
        calendar_settings.c.is_subscribed == literal_column("1"),
    )
)


def subscribers(unit: Unit, account_id: int, calendar_id: int) -> list[int]:
    """The sharees who chose to follow a calendar; they may have lost sight of it since."""
    rows = unit.all(SUBSCRIBED, account_id=account_id, calendar_id=calendar_id)
    return [principal for (principal,) in rows]


def tell(unit: Unit, account_id: int, principal_id: int, told: Told) -> None:
    """Tell a user; the oldest is forgotten where there are too many."""
    mine = {"account_id": account_id, "principal_id": principal_id}
    counted = unit.first(COUNT, **mine)
    assert counted is not None  # noqa: S101 - an aggregate always has a row
    count, oldest = counted
    if count >= MOST and oldest is not None:
        remove(unit, account_id, principal_id, oldest)
    number = unit.new_id(account_id)
    modseq = _record(unit, account_id, principal_id, number, ChangeKind.CREATED)
    row = NotificationRow(
        account_id=account_id,
        id=number,
        principal_id=principal_id,
        created_at=unit.now,
        created_modseq=modseq,
        updated_modseq=modseq,
        **told._asdict(),
    )
    unit.run(INSERT, **row._asdict())


def remove(unit: Unit, account_id: int, principal_id: int, number: int) -> bool:
    """Forget one; whether it was there."""
    if not unit.run(DELETE, account_id=account_id, principal_id=principal_id, id=number):
        return False
    _record(unit, account_id, principal_id, number, ChangeKind.DESTROYED)
    return True


def remove_about(unit: Unit, account_id: int, principal_id: int, event_id: str) -> None:
    """Forget what a user was told of an event, because it has seen to it."""
    mine = {"account_id": account_id, "principal_id": principal_id}
    for (number,) in unit.all(ABOUT, event_id=event_id, **mine):
        remove(unit, account_id, principal_id, number)


def _record(unit: Unit, account_id: int, principal_id: int, number: int, kind: ChangeKind) -> int:
    id = ids.encode(LETTER, number)
    return unit.record(account_id, KIND, id, kind, audience=principal_id)

"""When to look at the alerts of which event, and what was triggered (JMAP Calendars, "Alerts").

Whoever changes an event, or what its alerts depend on, marks it: it is looked at soon, and then
again whenever one of its alerts is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, null, select, text, update

from cyrpy.data.statement import Query, upsert
from cyrpy.data.tables import calendar_objects, event_alerts, triggered_alerts
from cyrpy.data.unit import Unit

TYPE: Final = "CalendarAlert"  # the pseudo-type that clients are told of
CHANNEL: Final = -4  # of the notifier: there is something to be looked at
NEVER: Final = 10**12  # unix seconds
AT_ONCE: Final = 0
_HAS: Final = (b'"alerts":', b'"useDefaultAlerts":true')


class Due(NamedTuple):
    """An event whose alerts are to be looked at."""

    account_id: int
    event_id: int
    due_at: int
    checked_at: int


class Triggered(NamedTuple):
    """One alert of one user, in the order of the table's columns."""

    id: int
    principal_id: int
    account_id: int
    event_id: str
    uid: str
    recurrence_id: str | None
    alert_id: str
    triggered_at: int
    mail: str | None


_t = event_alerts.c
_of_event = (
    _t.account_id == bindparam("account_id"),
    _t.event_id == bindparam("event_id"),
)
_MARK = Query[None](upsert(event_alerts, ["account_id", "event_id"], ["due_at"]))
_MARK_KNOWN = Query[None](update(event_alerts).where(*_of_event).values(due_at=AT_ONCE))
_inside = select(calendar_objects.c.id).where(
    calendar_objects.c.account_id == bindparam("account_id"),
    calendar_objects.c.calendar_id == bindparam("calendar_id"),
)
_MARK_IN = Query[None](
    update(event_alerts)
    .where(_t.account_id == bindparam("account_id"), _t.event_id.in_(_inside))
    .values(due_at=AT_ONCE)
)
_DUE: Query[Due] = Query(
    select(event_alerts)
    .where(_t.due_at <= bindparam("now"))
    .order_by(_t.due_at)
    .limit(bindparam("count")),
    Due._make,
)
_NEXT: Query[tuple[int | None]] = Query(select(func.min(_t.due_at)))
_FIND: Query[Due] = Query(select(event_alerts).where(*_of_event), Due._make)
_SETTLE = Query[None](
    update(event_alerts)
    .where(*_of_event)
    .values(due_at=bindparam("due"), checked_at=bindparam("checked"))
)
_FORGET = Query[None](delete(event_alerts).where(*_of_event))
_FORGET_IN = Query[None](
    delete(event_alerts).where(_t.account_id == bindparam("account_id"), _t.event_id.in_(_inside))
)
_a = triggered_alerts.c
_ADD = Query[None](
    insert(triggered_alerts).values(
        {name: bindparam(name, type_=_a[name].type) for name in Triggered._fields[1:]}
    )
)
_AFTER: Query[Triggered] = Query(
    select(triggered_alerts)
    .where(_a.principal_id == bindparam("principal_id"), _a.id > bindparam("after"))
    .order_by(_a.id)
    .limit(bindparam("count")),
    Triggered._make,
)
_LAST: Query[tuple[int | None]] = Query(
    select(func.max(_a.id)).where(_a.principal_id == bindparam("principal_id"))
)
_MAILS: Query[Triggered] = Query(
    select(triggered_alerts)
    .where(text("mail IS NOT NULL"))
    .order_by(_a.id)
    .limit(bindparam("count")),
    Triggered._make,
)
_MAILED = Query[None](
    update(triggered_alerts).where(_a.id == bindparam("key_id")).values(mail=null())
)
_PRUNE = Query[None](delete(triggered_alerts).where(_a.triggered_at < bindparam("before")))


def has_alerts(json: bytes | None) -> bool:
    """Whether an event's JSON may have some; there is no harm in a yes that is wrong."""
    return json is not None and any(name in json for name in _HAS)


def mark(unit: Unit, account_id: int, event_id: int) -> None:
    """Have an event looked at that has alerts, for whomever."""
    unit.run(_MARK, account_id=account_id, event_id=event_id, due_at=AT_ONCE, checked_at=unit.now)
    unit.wake(CHANNEL)


def mark_known(unit: Unit, account_id: int, event_id: int) -> None:
    """Have an event looked at if it had alerts before."""
    unit.run(_MARK_KNOWN, account_id=account_id, event_id=event_id)


def mark_in(unit: Unit, account_id: int, calendar_id: int) -> None:
    """Have all events of a calendar looked at that have alerts."""
    unit.run(_MARK_IN, account_id=account_id, calendar_id=calendar_id)
    unit.wake(CHANNEL)


def due(unit: Unit, now: int, count: int) -> list[Due]:
    """Events to be looked at, the most overdue first."""
    return unit.all(_DUE, now=now, count=count)


def next_due(unit: Unit) -> int | None:
    """When there is something to be looked at next; unix seconds."""
    found: int | None = unit.value(_NEXT)
    return found


def find(unit: Unit, account_id: int, event_id: int) -> Due | None:
    """When to look at an event."""
    return unit.first(_FIND, account_id=account_id, event_id=event_id)


def settle(unit: Unit, row: Due, due_at: int | None, now: int) -> None:
    """An event was looked at: again at that time, or no more."""
    key = {"account_id": row.account_id, "event_id": row.event_id}
    if due_at is None:
        unit.run(_FORGET, **key)
    else:
        unit.run(_SETTLE, **key, due=due_at, checked=now)


def forget(unit: Unit, account_id: int, event_id: int) -> None:
    """The event goes."""
    unit.run(_FORGET, account_id=account_id, event_id=event_id)


def forget_in(unit: Unit, account_id: int, calendar_id: int) -> None:
    """All events of a calendar go."""
    unit.run(_FORGET_IN, account_id=account_id, calendar_id=calendar_id)


def add(unit: Unit, alert: Triggered) -> None:
    """An alert was triggered; its `id` is given here."""
    values = alert._asdict()
    values.pop("id")
    unit.run(_ADD, **values)


def after(unit: Unit, principal_id: int, position: int, count: int) -> Sequence[Triggered]:
    """A user's alerts after one of that id, the oldest first."""
    return unit.all(_AFTER, principal_id=principal_id, after=position, count=count)


def last(unit: Unit, principal_id: int) -> int:
    """The id of a user's newest alert, 0 for none."""
    return unit.value(_LAST, principal_id=principal_id) or 0


def mails(unit: Unit, count: int) -> Sequence[Triggered]:
    """Alerts of which a mail has to be sent."""
    return unit.all(_MAILS, count=count)


def mailed(unit: Unit, id: int) -> None:
    """The mail was sent."""
    unit.run(_MAILED, key_id=id)


def prune(unit: Unit, before: int) -> int:
    """Forget what was triggered before a time; how much that was."""
    return unit.run(_PRUNE, before=before)

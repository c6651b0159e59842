"""Names and UIDs that are taken (RFC 4791 §5.3.2.1, RFC 6638 §3.2.4.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from cyrpy.data import events, ids
from cyrpy.data.eventids import EVENT, wire_ids
from cyrpy.data.events import PUBLIC, EventRow
from cyrpy.data.unit import Unit
from cyrpy.groupware.calendars import CalendarView
from cyrpy.groupware.events.errors import NameTaken, ScheduledTwice, UidConflict

SUFFIX: Final = ".ics"
_PLAIN: Final = re.compile(r"[A-Za-z0-9_@-][A-Za-z0-9._@-]{0,199}")


def check_name(unit: Unit, view: CalendarView, uri: str) -> None:
    """Make sure that a name where nothing was found is free.

    Raises:
        NameTaken: it is that of something which the one who asks does not see.
    """
    if view.is_owner:
        return
    if events.by_uri(unit, view.row.account_id, view.row.id, uri) is not None:
        raise NameTaken("this name cannot be used here; take another one")


def free_name(unit: Unit, account_id: int, calendar_id: int, uid: str) -> str:
    """A name that nothing in the calendar has: the UID, if that can be one."""
    name = uid if _PLAIN.fullmatch(uid) else ids.encode(EVENT, unit.new_id(account_id))
    while events.by_uri(unit, account_id, calendar_id, name + SUFFIX) is not None:
        name = ids.encode(EVENT, unit.new_id(account_id))
    return name + SUFFIX


def check_uid(
    view: CalendarView, others: Iterable[EventRow], found: EventRow | None, uid: str
) -> None:
    """Make sure that the UID is no other object's in the calendar, and that of what is replaced.

    `others` are all objects of the account that have it, but that which is moved.

    Raises:
        UidConflict: it is another's.
    """
    if found is not None and found.uid != uid:
        raise _conflict(view, found, "what would be replaced has another UID; take another name")
    for row in others:
        if row.calendar_id == view.row.id and (found is None or row.id != found.id):
            raise _conflict(view, row, "there is an object of this UID in the calendar already")


def check_meeting(view: CalendarView, others: Iterable[EventRow], id: int | None) -> None:
    """Make sure that a meeting is in the account once; `id` is that of what is replaced.

    Raises:
        ScheduledTwice: it is in another calendar too.
    """
    for row in others:
        if row.schedule_tag is not None and row.id != id:
            shown = row if view.is_owner else None
            raise ScheduledTwice(
                "another calendar of the account has this meeting already", shown, _id(shown)
            )


def _conflict(view: CalendarView, row: EventRow, message: str) -> UidConflict:
    shown = row if view.is_owner or row.privacy == PUBLIC else None
    return UidConflict(message, shown, _id(shown))


def _id(row: EventRow | None) -> str | None:
    return None if row is None else next(iter(wire_ids(row)))

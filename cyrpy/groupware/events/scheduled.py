"""What scheduling has to do with storing: a change as it sees it, and others' objects."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from cyrpy.data import calendars, events
from cyrpy.data.addresses import addresses_of
from cyrpy.data.events import EventRow
from cyrpy.data.keys import bounded
from cyrpy.data.unit import Unit
from cyrpy.errors import FormatError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.groupware.calendars import CalendarView
from cyrpy.groupware.events.conflicts import free_name
from cyrpy.groupware.events.errors import Refused
from cyrpy.groupware.events.notices import By, Watch
from cyrpy.groupware.events.participation import is_answer
from cyrpy.groupware.events.prepare import Prepared, prepare
from cyrpy.groupware.events.rows import Marks, Spot, write
from cyrpy.groupware.scheduling import How, Stored, on_change
from cyrpy.groupware.scheduling.address import MAILTO
from cyrpy.groupware.scheduling.model import Sender


class Change:
    """One object before and after; what is stored is read when somebody asks."""

    def __init__(
        self, unit: Unit, view: CalendarView, found: EventRow | None, after: Prepared | None
    ) -> None:
        self.unit = unit
        self.view = view
        self.found = found
        self.after = after

    @cached_property
    def before(self) -> Component | None:
        """What is stored; None if there is nothing, or it can no more be read."""
        if self.found is None:
            return None
        return _stored(self.unit, self.found)


def _stored(unit: Unit, row: EventRow) -> Component | None:
    octets = events.octets_of(unit, row.account_id, [row.id]).get(row.id)
    try:
        return None if octets is None else parse(octets)
    except FormatError:
        return None


def schedule(change: Change, how: How, *, is_draft: bool) -> tuple[Prepared | None, Marks]:
    """Tell whom the change concerns; what is to be stored, and how it is marked.

    Raises:
        SchedulingRefused: it may not be changed so.
    """
    found, after = change.found, change.after
    was_known = found is not None and bool(found.has_organizer) and not found.is_draft
    if is_draft or not (was_known or (after is not None and after.has_organizer)):
        return after, Marks(is_draft=is_draft)
    account_id = change.view.row.account_id
    before = change.before if was_known else None
    calendar = None if after is None else after.calendar
    outcome = on_change(change.unit, account_id, before, calendar, STORE, how)
    if after is None or outcome.stored is None:
        return None, Marks()
    keeps = before is not None and is_answer(
        before, after.calendar, {MAILTO + a.lower() for a in addresses_of(change.unit, account_id)}
    )
    prepared = after if outcome.stored is after.calendar else prepare(outcome.stored)
    return prepared, Marks(outcome.is_scheduled, keeps_tag=keeps)


class Objects:
    """Calendar objects of any account, for scheduling; what it does to them leads to no more."""

    def find(self, unit: Unit, account_id: int, uid: str) -> Stored | None:
        """The account's object of that UID; of several, the meeting."""
        rows = events.with_uid(unit, account_id, bounded(uid))
        for row in sorted(rows, key=lambda row: (row.schedule_tag is None, row.id)):
            calendar = _stored(unit, row)
            if calendar is not None:
                return Stored(row.calendar_id, row.id, calendar)
        return None

    def save(
        self,
        unit: Unit,
        account_id: int,
        found: Stored | None,
        calendar: Component,
        *,
        keeps_tag: bool = False,
        sender: Sender | None = None,
    ) -> bool:
        """Store it in place of `found`, else in the account's default calendar."""
        try:
            prepared = prepare(calendar)
        except Refused:
            return False
        marks = Marks(is_scheduled=True, keeps_tag=keeps_tag)
        if found is not None:
            row = events.by_ids(unit, account_id, [found.id])[found.id]
            spot = Spot(account_id, row.calendar_id, row.uri)
            _written(unit, spot, row, prepared, marks, sender)
            return True
        default = calendars.default_id(unit, account_id)
        target = calendars.by_id(unit, account_id, default)
        if target is None or prepared.component not in target.components.split():
            return False
        uri = free_name(unit, account_id, target.id, prepared.uid)
        _written(unit, Spot(account_id, target.id, uri), None, prepared, marks, sender)
        return True


def _written(
    unit: Unit,
    spot: Spot,
    found: EventRow | None,
    prepared: Prepared,
    marks: Marks,
    sender: Sender | None,
) -> None:
    """Store what a message led to, and tell whose calendar it is."""
    if sender is None:
        write(unit, spot, found, prepared, marks)
        return
    by = By(None, sender.address, sender.comment)
    watch = Watch(unit, by, (spot.account_id, spot.calendar_id), found)
    watch.tell(write(unit, spot, found, prepared, marks))


STORE: Final = Objects()

"""Many objects at once: what a file holds, stored in units that hold up nobody for long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import islice
from typing import Final, NamedTuple

from cyrpy.data.database import Database
from cyrpy.data.unit import Unit
from cyrpy.errors import CyrpyError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.write import write
from cyrpy.groupware.access import Actor
from cyrpy.groupware.calendars import CalendarView
from cyrpy.groupware.events.prepare import Prepared
from cyrpy.groupware.events.store import put_by_uid
from cyrpy.groupware.scheduling.meeting import with_zones

CHUNK: Final = 100  # objects in one unit
Destination = Callable[[Unit], tuple[Actor, CalendarView]]


class Imported(NamedTuple):
    """What became of the objects; why those were refused that were, by UID."""

    created: int
    updated: int
    refused: tuple[tuple[str, str], ...]


def objects_in(calendar: Component) -> Iterator[Component]:
    """The calendar objects of an iCalendar stream's object: one for each UID.

    What has no UID gets one that follows from what it says, the same at every import.
    """
    by_uid: dict[tuple[str, str], list[Component]] = {}
    for component in calendar.components:
        if component.name != "VTIMEZONE":
            named = _with_uid(component)
            named.position = None
            by_uid.setdefault((named.name, named.text("UID") or ""), []).append(named)
    for components in by_uid.values():
        yield with_zones(calendar, components, None)


def _with_uid(component: Component) -> Component:
    if (component.text("UID") or "").strip():
        return component
    named = component.copy()
    named.put(Line("UID", "", sha256(write(component)).hexdigest()[:32]))
    return named


def put_all(
    database: Database, account_id: int, destination: Destination, objects: Iterable[Prepared]
) -> Imported:
    """Store objects, each in place of the one that has its UID; nobody is told of meetings.

    `destination` says in each unit on whose behalf and in which calendar.
    """
    total = Imported(0, 0, ())
    rest = iter(objects)
    while chunk := list(islice(rest, CHUNK)):
        done = _write(database, account_id, destination, chunk)
        total = Imported(
            total.created + done.created,
            total.updated + done.updated,
            total.refused + done.refused,
        )
    return total


def _write(
    database: Database, account_id: int, destination: Destination, chunk: list[Prepared]
) -> Imported:
    def work(unit: Unit) -> Imported:
        actor, view = destination(unit)
        created = updated = 0
        refused = []
        for prepared in chunk:
            try:
                with unit.savepoint():
                    written = put_by_uid(unit, actor, view, prepared)
            except CyrpyError as exc:
                refused.append((prepared.uid, str(exc)))
                continue
            created += written.created
            updated += not written.created
        return Imported(created, updated, tuple(refused))

    return database.write(work, [account_id])

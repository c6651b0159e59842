"""Finding calendar objects, as far as the one who asks may see them.

Of another's calendar, DAV shows what is public; JMAP also shows that something private is there
(`veiled`). What is secret is the owner's alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cyrpy.data import changes, events, itemchanges
from cyrpy.data.changes import UNAWARE, VEILED, Changes, changes_since
from cyrpy.data.eventids import EVENT, KIND, number_of, wire_ids
from cyrpy.data.events import NEVER, PRIVATE, PUBLIC, SECRET, EventRow, Stored
from cyrpy.data.itemchanges import ItemViewer
from cyrpy.data.keys import bounded
from cyrpy.data.unit import Unit
from cyrpy.formats.ical.spans import Window
from cyrpy.groupware.access import Actor
from cyrpy.groupware.calendars import CalendarView, visible


class Seen(NamedTuple):
    """An object, and the calendar that it is in as the user sees that."""

    row: EventRow
    view: CalendarView

    @property
    def is_veiled(self) -> bool:
        """Whether the user only sees that it is there, and when."""
        return self.row.privacy > PUBLIC and not self.view.is_owner


def most_private(view: CalendarView, *, veiled: bool = False) -> int:
    """The most private of a calendar's objects that the user sees."""
    if view.is_owner:
        return SECRET
    return PRIVATE if veiled else PUBLIC


def find(unit: Unit, view: CalendarView, uri: str) -> EventRow | None:
    """The object of that URL name."""
    return events.by_uri(unit, view.row.account_id, view.row.id, uri, most_private(view))


def of_names(unit: Unit, view: CalendarView, uris: Sequence[str]) -> dict[str, EventRow]:
    """Those objects of these URL names that there are."""
    row, most = view.row, most_private(view)
    rows = unit.all(
        events.BY_URIS, account_id=row.account_id, calendar_id=row.id, uris=list(uris), most=most
    )
    return {found.uri: found for found in rows}


def members(unit: Unit, view: CalendarView) -> Iterator[EventRow]:
    """All objects of the calendar, in the order of their numbers."""
    return events.members(unit, view.row.account_id, view.row.id, most_private(view))


def stored_members(unit: Unit, view: CalendarView) -> Iterator[Stored]:
    """The same with their octets."""
    return events.stored_members(unit, view.row.account_id, view.row.id, most_private(view))


def octets_of(unit: Unit, row: EventRow) -> bytes:
    """The octets of one object."""
    return events.octets_of(unit, row.account_id, [row.id])[row.id]


def in_range(
    unit: Unit, views: Sequence[CalendarView], window: Window, *, veiled: bool = False
) -> Iterator[Stored]:
    """The objects of calendars of one account whose bounds touch a span, with their octets.

    They may overlap it or not: what is no `is_plain` has to be expanded to know.
    """
    rights = {view.row.id: most_private(view, veiled=veiled) for view in views}
    if not rights:
        return
    account_id = views[0].row.account_id
    start, end = max(window.start, -NEVER), min(window.end, NEVER)
    numbers = events.ids_in_range(unit, account_id, list(rights), start, end)
    for stored in events.stored_of(unit, account_id, sorted(numbers), max(rights.values())):
        if stored.row.privacy <= rights[stored.row.calendar_id]:
            yield stored


def of_ids(
    unit: Unit, account_id: int, actor: Actor, ids: Collection[str], letter: str = EVENT
) -> dict[str, Seen]:
    """Those events of an account that the user may see, by the ids that name them now.

    `letter` is that of the ids; objects that are no events have others.
    """
    numbers = {number for id in ids if (number := number_of(id, letter)) is not None}
    views = {view.row.id: view for view in visible(unit, account_id, actor)}
    found: dict[str, Seen] = {}
    for row in events.by_ids(unit, account_id, list(numbers)).values():
        view = views.get(row.calendar_id)
        if view is not None and row.privacy <= most_private(view, veiled=True):
            for id in wire_ids(row):
                if id in ids:
                    found[id] = Seen(row, view)
    return found


def with_uids(unit: Unit, account_id: int, actor: Actor, uids: Iterable[str]) -> list[Seen]:
    """The objects of these UIDs that the user may see, in all calendars of an account."""
    views = {view.row.id: view for view in visible(unit, account_id, actor)}
    keys = [bounded(uid) for uid in uids]
    rows = unit.all(events.WITH_UIDS, account_id=account_id, uids=keys, most=SECRET)
    return [
        Seen(row, views[row.calendar_id])
        for row in rows
        if row.calendar_id in views
        and row.privacy <= most_private(views[row.calendar_id], veiled=True)
    ]


def calendar_changes_since(
    unit: Unit, view: CalendarView, since: str, limit: int | None = None
) -> Changes:
    """What changed in one calendar, for DAV.

    Raises:
        CannotCalculateChanges: `since` is not a state that the log can start from.
    """
    readers = changes.OWNER if view.is_owner else UNAWARE
    row = view.row
    return changes_since(
        unit, row.account_id, KIND, since, container_id=row.id, readers=readers, limit=limit
    )


def event_changes_since(
    unit: Unit,
    account_id: int,
    actor: Actor,
    since: str,
    limit: int | None = None,
    letter: str = EVENT,
) -> Changes:
    """What changed of the events of an account that the user sees, for JMAP; as `of_ids`.

    Raises:
        CannotCalculateChanges: `since` is not a state that the log can start from.
    """
    if account_id == actor.principal_id:
        found = changes_since(unit, account_id, KIND, since, limit=limit)
    else:
        found = itemchanges.item_changes_since(
            unit, account_id, KIND, since, viewer(unit, account_id, actor), limit
        )
    return found._replace(
        created=_with_letter(found.created, letter),
        updated=_with_letter(found.updated, letter),
        destroyed=_with_letter(found.destroyed, letter),
        vanished=_with_letter(found.vanished, letter),
    )


def _with_letter(ids: Iterable[str], letter: str) -> list[str]:
    return [id for id in ids if id.startswith(letter)]


def viewer(unit: Unit, account_id: int, actor: Actor) -> ItemViewer:
    """One who is not the owner, as the log of events is read for it."""

    def placed(ids: Collection[str]) -> Mapping[str, Collection[int]]:
        numbers = {int(digits) for id in ids if (digits := id[1:].partition("-")[0]).isdigit()}
        rows = events.by_ids(unit, account_id, list(numbers), PRIVATE)
        return {id: (row.calendar_id,) for row in rows.values() for id in wire_ids(row)}

    def held(calendar_id: int) -> Iterable[str]:
        rows = events.members(unit, account_id, calendar_id, PRIVATE)
        return (id for row in rows for id in wire_ids(row))

    calendars = {view.row.id for view in visible(unit, account_id, actor)}
    return ItemViewer(actor.principals, calendars, placed, held, VEILED)

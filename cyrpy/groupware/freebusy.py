"""When a principal is busy, over all of its calendars (RFC 6638 §5, RFC 7953, JMAP Calendars)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, tzinfo
from functools import partial
from typing import Final, NamedTuple

from cyrpy.data import access, calendars, dav, events, keys, principals
from cyrpy.data.calendars import CalendarRow
from cyrpy.data.events import EventRow
from cyrpy.data.principals import PrincipalRow
from cyrpy.data.unit import Unit
from cyrpy.errors import FormatError, Unavailable
from cyrpy.formats.ical import zones
from cyrpy.formats.ical.budget import Budget, RecurrenceTooComplex
from cyrpy.formats.ical.busy import BUSY, TENTATIVE, Busy, busy, merged, of_event, unavailable
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.series import Window
from cyrpy.groupware.access import Actor, has
from cyrpy.groupware.calendars import KIND
from cyrpy.groupware.scheduling.parties import DECLINED, NEEDS_ACTION, attendee_among, partstat
from cyrpy.groupware.scheduling.people import addresses_of

READ_FREE_BUSY: Final = "9"
MAX_OBJECTS: Final = 10_000  # that one question may look at
MAX_MEMBERS: Final = 50  # of a group that is asked about as one
STEPS: Final = 400_000  # of expanding recurrences, for one question
# The inbox's property of that name, and the kind under which it is kept (RFC 7953 §7.2.4).
AVAILABILITY: Final = "{urn:ietf:params:xml:ns:caldav}calendar-availability"
KEPT_AS: Final = "Availability"


class Asked(NamedTuple):
    """Whose time, when, and who wants to know.

    Attributes:
        viewer: None: the server itself, which sees all.
        is_open: Whether the viewer needs no grant: whoever has an account here may know when
            others are busy, to plan a meeting (RFC 6638 §5), but never of what is secret.
        without: UID of a meeting that is left out: the one that is to be planned.
    """

    account_id: int
    window: Window
    viewer: Actor | None = None
    is_open: bool = False
    without: str | None = None


def busy_time(unit: Unit, asked: Asked) -> list[Busy]:
    """The time that is taken, in order and without overlaps.

    Raises:
        Unavailable: it takes too much to find out; a shorter window may do.
    """
    floating = zone_of(unit, asked.account_id)
    mine = addresses_of(unit, asked.account_id)
    budget = Budget(STEPS)
    found: list[Busy] = []
    layers = list(availability(unit, asked.account_id))
    try:
        for row in counted(unit, asked):
            kind = partial(kind_of, mine, attending=row.include_in_availability == "attending")
            zone = zone_by_name(row.time_zone) or floating
            for _, calendar in objects_near(unit, asked, row):
                if calendar.named("VAVAILABILITY"):
                    layers.append(calendar)
                else:
                    found += _of(calendar, asked.window, zone, budget, kind)
        found += unavailable(layers, asked.window, floating, budget)
    except RecurrenceTooComplex as exc:
        raise Unavailable(
            "finding out who is busy takes too long; ask for a shorter time range"
        ) from exc
    return merged(found)


def busy_in_group(unit: Unit, asked: Asked, members: Iterable[PrincipalRow]) -> list[Busy]:
    """When any member of a group is busy; `asked.account_id` is nobody's here.

    Raises:
        Unavailable: it takes too much to find out.
    """
    found: list[Busy] = []
    for count, member in enumerate(members):
        if count == MAX_MEMBERS:
            raise Unavailable(f"the group has more than {MAX_MEMBERS} members; ask for each")
        found += busy_time(unit, asked._replace(account_id=member.id))
    return merged(found)


def counted(unit: Unit, asked: Asked) -> list[CalendarRow]:
    """The calendars that count: those that make busy, as far as the viewer may know of them."""
    rows = unit.all(calendars.ALL, account_id=asked.account_id)
    rows = [row for row in rows if row.include_in_availability != "none"]
    viewer = asked.viewer
    if viewer is None or asked.is_open or viewer.principal_id == asked.account_id:
        return rows
    granted = access.granted_to(unit, asked.account_id, KIND, viewer.principals)
    held = {id for id, letters in granted.items() if has(letters, READ_FREE_BUSY)}
    return [row for row in rows if row.id in held]


def objects_near(
    unit: Unit, asked: Asked, row: CalendarRow
) -> Iterator[tuple[EventRow, Component]]:
    """The objects of a calendar near the window; what is private to others' eyes is left out."""
    is_owner = asked.viewer is None or asked.viewer.principal_id == asked.account_id
    most = events.SECRET if is_owner else events.PRIVATE
    start, end = asked.window
    numbers = events.ids_in_range(unit, asked.account_id, [row.id], start, end)
    if len(numbers) > MAX_OBJECTS:
        raise Unavailable(f"more than {MAX_OBJECTS} events; ask for a shorter time range")
    without = None if asked.without is None else keys.bounded(asked.without)
    for stored in events.stored_of(unit, asked.account_id, numbers, most):
        if _may_count(stored.row) and stored.row.uid != without:
            try:
                yield stored.row, parse(stored.octets)
            except FormatError:
                continue  # what cannot be read takes no time


def _may_count(row: EventRow) -> bool:
    return row.component in {"VEVENT", "VFREEBUSY", "VAVAILABILITY"} and not row.is_draft


def _of(
    calendar: Component,
    window: Window,
    zone: tzinfo,
    budget: Budget,
    kind_of: partial[str | None],
) -> list[Busy]:
    try:
        return busy(calendar, window, zone, budget, kind_of)
    except RecurrenceTooComplex:
        raise
    except FormatError:
        return []  # as above


def kind_of(mine: frozenset[str], component: Component, *, attending: bool) -> str | None:
    """What an event makes of the time, with the principal's own answer to it.

    Declined, it is free; unanswered, it may come. In a calendar that counts only what one attends,
    one must have said so.
    """
    kind = of_event(component)
    line = attendee_among(component, mine)
    if kind is None or (line is None and not attending):
        return kind
    answer = partstat(line)
    if answer in {DECLINED, "DELEGATED"} or (attending and answer == NEEDS_ACTION):
        return None
    return kind if kind != BUSY or answer in {"ACCEPTED", "COMPLETED"} else TENTATIVE


def availability(unit: Unit, account_id: int) -> Iterator[Component]:
    """What the owner said about when it is available at all, on the inbox (RFC 7953 §7.2.4)."""
    octets = availability_text(unit, account_id)
    if octets is not None:
        try:
            yield parse(octets)
        except FormatError:
            return


def availability_text(unit: Unit, account_id: int) -> bytes | None:
    """The same as it was written: an iCalendar object with VAVAILABILITY."""
    return dav.dead_properties_of(unit, _inbox(account_id), dav.FOR_ALL).get(AVAILABILITY)


def set_availability(unit: Unit, account_id: int, octets: bytes | None) -> None:
    """Say it anew; None takes it back."""
    dav.put(unit, _inbox(account_id), dav.FOR_ALL, {AVAILABILITY: octets})


def _inbox(account_id: int) -> dav.Key:
    return dav.Key(account_id, KEPT_AS, 0)


def zone_of(unit: Unit, principal_id: int) -> tzinfo:
    """Where a principal's days begin."""
    row = unit.first(principals.BY_ID, id=principal_id)
    return (zone_by_name(row.time_zone) if row is not None else None) or UTC


def zone_by_name(name: str | None) -> tzinfo | None:
    """The zone of an IANA name; None for no name."""
    return zones.zone(name) if name else None

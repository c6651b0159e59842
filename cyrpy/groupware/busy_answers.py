"""Busy time as clients get it: one VFREEBUSY, for the report and for URLs (RFC 4791 §7.10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Final

from cyrpy.data import events
from cyrpy.data.calendars import CalendarRow
from cyrpy.data.unit import Unit
from cyrpy.errors import FormatError, Unavailable
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical import zones
from cyrpy.formats.ical.budget import Budget, RecurrenceTooComplex
from cyrpy.formats.ical.busy import Busy, busy, merged, unavailable, utc_text, vfreebusy
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import EPOCH, to_local_seconds
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.series import Window
from cyrpy.formats.timespan import DAY, parse_date, parse_date_time, parse_duration
from cyrpy.groupware.freebusy import MAX_OBJECTS, STEPS, zone_of
from cyrpy.groupware.scheduling.meeting import PRODID

DEFAULT_DAYS: Final = 42  # that a URL is about which does not say
MAX_DAYS: Final = 3660
COUNTED: Final = frozenset({"VEVENT", "VFREEBUSY"})


def busy_in(unit: Unit, row: CalendarRow, window: Window, most: int) -> list[Busy]:
    """When a calendar makes busy, whether it counts in scheduling or not.

    Args:
        unit: Reads.
        row: The calendar.
        window: The time that is asked for.
        most: The most private of its objects that count.

    Raises:
        Unavailable: it takes too much to find out.
    """
    zone = (zones.zone(row.time_zone) if row.time_zone else None) or zone_of(unit, row.account_id)
    numbers = events.ids_in_range(unit, row.account_id, [row.id], *window)
    if len(numbers) > MAX_OBJECTS:
        raise Unavailable(f"more than {MAX_OBJECTS} events; ask for a shorter time range")
    budget = Budget(STEPS)
    found: list[Busy] = []
    away: list[Component] = []
    try:
        for stored in events.stored_of(unit, row.account_id, sorted(numbers), most):
            if stored.row.component == "VAVAILABILITY":
                away += _read(stored.octets)
            elif stored.row.component in COUNTED and not stored.row.is_draft:
                found += _busy(stored.octets, window, zone, budget)
        found += unavailable(away, window, zone, budget)
    except RecurrenceTooComplex as exc:
        raise Unavailable(str(exc)) from exc
    return merged(found)


def _read(octets: bytes) -> list[Component]:
    """The object; what cannot be read takes no time."""
    try:
        calendar = parse(octets)
        unavailable([calendar], Window(0, 1), UTC)
    except FormatError:
        return []
    return [calendar]


def _busy(octets: bytes, window: Window, zone: tzinfo, budget: Budget) -> list[Busy]:
    """The time that the object takes; none if it cannot be read."""
    try:
        return busy(parse(octets), window, zone, budget)
    except RecurrenceTooComplex:
        raise
    except FormatError:
        return []


def answer_of(found: list[Busy], window: Window, now: int, *more: Line) -> Component:
    """An iCalendar object with one VFREEBUSY; `more` stands in that (ORGANIZER …)."""
    component = vfreebusy(found, window, Line("DTSTAMP", "", utc_text(now)), *more)
    lines = [Line("VERSION", "", "2.0"), Line("PRODID", "", PRODID)]
    return Component("VCALENDAR", lines, [component])


def window_of_url(query: Mapping[str, str], now: int) -> Window:
    """The time that the query of a free-busy URL asks for: `start`, and `end` or `period`.

    Times are DATE-TIMEs in UTC or as in RFC 3339, or dates; without a start it is today's.

    Raises:
        FormatError: they are none, or not in their order, or too far apart.
    """
    start = _moment(query["start"]) if "start" in query else now - now % DAY
    if "end" in query and "period" in query:
        raise FormatError("give end or period, not both")
    end = start + DEFAULT_DAYS * DAY
    if "end" in query:
        end = _moment(query["end"])
    elif "period" in query:
        duration = parse_duration(query["period"])
        end = start + duration.days * DAY + duration.seconds
    if not start < end <= start + MAX_DAYS * DAY:
        raise FormatError(f"the end must be after the start, by at most {MAX_DAYS} days")
    return Window(start, end)


def _moment(text: str) -> int:
    """A time in UTC."""
    text = text.strip().upper().replace("-", "").replace(":", "")
    if len(text) == 8:
        return parse_date(text).toordinal() * DAY - EPOCH
    at, is_utc = parse_date_time(text)
    if not is_utc:
        raise FormatError(f"{text[:40]!r} is not in UTC; add a Z")
    return to_local_seconds(at) - EPOCH

"""What RFC 4791 §4.1 asks of one calendar object, and RFC 5545 of what is in it.

Tolerant where clients are known to be sloppy: overrides without a master, UNTIL of another type
than DTSTART, no DTSTAMP, no DTEND, TZIDs without VTIMEZONE are no problems.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from datetime import UTC
from typing import NamedTuple

from cyrpy.errors import FormatError
from cyrpy.formats.ical.alarms import trigger
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.item import ENDS
from cyrpy.formats.ical.moments import Moment, Zones, moment
from cyrpy.formats.ical.overlap import periods
from cyrpy.formats.ical.recur import RecurrenceSet
from cyrpy.formats.ical.rule import UnsupportedCalendarScale
from cyrpy.formats.timespan import parse_duration

DATA = "valid-calendar-data"
RESOURCE = "valid-calendar-object-resource"
COMPONENT = "supported-calendar-component"
RSCALE = "supported-rscale"  # RFC 7529 §6.1

MAX_PROBLEMS = 20


class Problem(NamedTuple):
    """One thing that is wrong.

    Attributes:
        precondition: The name of the CalDAV element that says so.
        description: What is wrong where, for the person who asked.
        is_mendable: Whether leaving out METHOD mends it: a server may do so and then answer
            without ETag.
    """

    precondition: str
    description: str
    is_mendable: bool = False


def problems(calendar: Component, supported: Collection[str] | None = None) -> list[Problem]:
    """All that keeps a VCALENDAR from being a calendar object resource; at most MAX_PROBLEMS.

    Args:
        calendar: What `parse` gave.
        supported: The component types that the collection takes; None: any.
    """
    found = []
    for problem in _all(calendar, supported):
        found.append(problem)
        if len(found) == MAX_PROBLEMS:
            break
    return found


def warnings(calendar: Component) -> list[str]:
    """What is tolerated, but is not as the RFCs say."""
    found = []
    if calendar.value("VERSION") is None:
        found.append("VCALENDAR has no VERSION:2.0")
    if calendar.value("PRODID") is None:
        found.append("VCALENDAR has no PRODID")
    resolve = Zones(calendar)
    seen: set[tuple[str, str | None]] = set()
    for component in _main(calendar):
        where = _where(component)
        if component.value("DTSTAMP") is None:
            found.append(f"{where} has no DTSTAMP")
        tzids = {tzid for line in component.properties if (tzid := line.param("TZID"))}
        found += [
            f"{where}: time zone {tzid[:80]!r} is not known, its times are taken as floating"
            for tzid in sorted(tzids)
            if resolve(tzid) is None
        ]
        key = (component.name, component.value("RECURRENCE-ID"))
        if key[1] is not None and key in seen:
            found.append(f"{where} occurs twice; the last one counts")
        seen.add(key)
    return found


def _all(calendar: Component, supported: Collection[str] | None) -> Iterator[Problem]:
    version = calendar.value("VERSION")
    if version is not None and version.strip() != "2.0":
        yield Problem(DATA, f"VERSION:{version[:20]} is not iCalendar, which is VERSION:2.0")
    if calendar.first("METHOD") is not None:
        yield Problem(RESOURCE, "a stored object must not have METHOD; leave it out", True)
    components = _main(calendar)
    if not components:
        yield Problem(RESOURCE, "there is no component besides time zones")
    yield from _resource(components)
    if supported is not None:
        for name in sorted({component.name for component in components}.difference(supported)):
            takes = ", ".join(sorted(supported))
            yield Problem(COMPONENT, f"the calendar takes no {name}, only {takes}")
    resolve = Zones(calendar)
    for component in components:
        yield from _component(component, resolve)


def _main(calendar: Component) -> list[Component]:
    return [component for component in calendar.components if component.name != "VTIMEZONE"]


def _resource(components: list[Component]) -> Iterator[Problem]:
    """One type, one UID, one master."""
    types = sorted({component.name for component in components})
    if len(types) > 1:
        yield Problem(RESOURCE, f"{' and '.join(types)} in one object; only one type is allowed")
    uids = {component.text("UID") for component in components}
    if len(uids - {None}) > 1:
        names = ", ".join(sorted(repr(uid[:80]) for uid in uids if uid is not None)[:3])
        yield Problem(RESOURCE, f"several UIDs ({names}) in one object; store each on its own")
    masters = [one for one in components if one.first("RECURRENCE-ID") is None]
    if len(masters) > 1 and len(uids) == 1 and len(types) == 1:
        yield Problem(
            RESOURCE, f"{len(masters)} {types[0]} without RECURRENCE-ID; there can be one master"
        )


def _component(component: Component, resolve: Zones) -> Iterator[Problem]:
    where = _where(component)
    if not (component.text("UID") or "").strip():
        yield Problem(DATA, f"{where} has no UID")
    if component.name == "VEVENT" and component.first("DTSTART") is None:
        yield Problem(DATA, f"{where} has no DTSTART")
    checks: tuple[Callable[[Component, Zones], None], ...] = (
        _check_times,
        _check_recurrence,
        _check_others,
    )
    for check in checks:
        try:
            check(component, resolve)
        except UnsupportedCalendarScale as exc:
            yield Problem(RSCALE, f"{where}: {exc}")
        except FormatError as exc:
            yield Problem(DATA, f"{where}: {exc}")


def _where(component: Component) -> str:
    of = component.value("RECURRENCE-ID")
    return f"{component.name} of RECURRENCE-ID {of[:20]}" if of else component.name


def _read(component: Component, name: str | None, resolve: Zones) -> Moment | None:
    line = component.first(name) if name else None
    if line is None:
        return None
    try:
        return moment(line, resolve)
    except FormatError as exc:
        raise FormatError(f"{line.name}: {exc}") from exc


def _check_times(component: Component, resolve: Zones) -> None:
    _read(component, "RECURRENCE-ID", resolve)
    start = _read(component, "DTSTART", resolve)
    end_name = ENDS.get(component.name, "DTEND")
    end = _read(component, end_name, resolve)
    if start and end and end.utc(UTC) < start.utc(UTC) and start.is_date == end.is_date:
        raise FormatError(f"{end_name} is before DTSTART")
    duration = component.value("DURATION")
    if duration is not None and parse_duration(duration).is_negative:
        raise FormatError(f"DURATION:{duration[:40]} is negative")


def _check_recurrence(component: Component, resolve: Zones) -> None:
    line = component.first("DTSTART") or component.first("DUE")
    try:
        start = moment(line, resolve) if line else None
    except FormatError:
        return  # which _check_times has said
    if start is not None:
        RecurrenceSet(component, start, start.zone or UTC, resolve)
    elif component.first("RRULE") is not None:
        raise FormatError("RRULE needs DTSTART")


def _check_others(component: Component, _: Zones) -> None:
    deque(periods(component), maxlen=0)
    for alarm in component.named("VALARM"):
        trigger(alarm)

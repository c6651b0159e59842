"""RDATE, EXDATE and the components that override instances, as recurrenceOverrides.

(RFC 5545 §3.8.4.4, §3.8.5; RFC 8984 §4.3.5.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import Moment, moment, parse_moment
from cyrpy.formats.jscalendar.instance import base_of, patch_to
from cyrpy.formats.jscalendar.names import Json
from cyrpy.formats.jscalendar.reading import Reading
from cyrpy.formats.jscalendar.times import Anchor, duration_text, length_text, local_text

_ORGANIZER = frozenset({"@type", "calendarAddress", "name", "email", "sentBy"})

MAX_OVERRIDES = 20_000  # of one object

Convert = Callable[[Component], Reading]


def series(r: Reading, overrides: list[Component], convert: Convert) -> None:
    """Set recurrenceOverrides of the master that was read.

    Args:
        r: The master; `finish` has not been called.
        overrides: The components that have its UID and a RECURRENCE-ID.
        convert: Reads one of them.

    Raises:
        FormatError: There are too many.
    """
    if r.anchor is None:
        for name in ("RDATE", "EXDATE"):
            r.lines += r.take(name)
        r.finish()
        return
    found = _dates(r, r.anchor)
    if len(found) + len(overrides) > MAX_OVERRIDES:
        raise FormatError(f"more than {MAX_OVERRIDES} exceptions of one recurrence")
    changed = {rid: one for one in overrides if (rid := recurrence_id(one, r)) is not None}
    master = r.finish()
    base = base_of(master) if changed else {}
    organizer = _organizer(master)
    for rid, component in changed.items():
        obj = _with_organizer(convert(component).finish(), organizer)
        found[rid] = patch_to(base, obj, rid)
    if found:
        r.out["recurrenceOverrides"] = found


def _dates(r: Reading, anchor: Anchor) -> Json:
    """What EXDATE and RDATE say; EXDATE wins, as it does in iCalendar."""
    found: Json = {}
    for rid, length in _added(r, anchor):
        found[rid] = {"duration": length} if length else {}
        if length:
            r.mark(_path(rid), "rdate", valueType="period")
    for rid in _excluded(r, anchor):
        found[rid] = {"excluded": True}
    return found


def _organizer(master: Json) -> tuple[str, str, Json] | None:
    """The address of the organizer, and who that is among the participants."""
    at = master.get("organizerCalendarAddress")
    if not isinstance(at, str):
        return None
    for key, person in master.get("participants", {}).items():
        if person.get("calendarAddress", "").lower() == at.lower():
            return at, key, {name: v for name, v in person.items() if name in _ORGANIZER}
    return None


def _with_organizer(obj: Json, organizer: tuple[str, str, Json] | None) -> Json:
    """Instances have the organizer of their master, whatever their components say."""
    if organizer is None or obj.get("organizerCalendarAddress") == organizer[0]:
        return obj
    people = dict(obj.get("participants", {}))
    mine = people.get(organizer[1]) or organizer[2]
    people[organizer[1]] = mine | {"roles": {**mine.get("roles", {}), "owner": True}}
    return obj | {"participants": people}


def _path(rid: str) -> str:
    return f"recurrenceOverrides/{rid}"


def recurrence_id(component: Component, r: Reading) -> str | None:
    """The RECURRENCE-ID of a component in the zone of the master; None: it cannot be read."""
    line = component.first("RECURRENCE-ID")
    if line is None or r.anchor is None:
        return None
    try:
        return local_text(r.anchor.align(moment(line, r.resolve)))
    except FormatError:
        return None


def _excluded(r: Reading, anchor: Anchor) -> Iterator[str]:
    for line in r.take("EXDATE"):
        try:
            at = [local_text(anchor.align(one)) for one, _ in _times(line, r)]
        except FormatError:
            r.lines.append(line)
            continue
        yield from at


def _added(r: Reading, anchor: Anchor) -> Iterator[tuple[str, str | None]]:
    for line in r.take("RDATE"):
        try:
            at = [(local_text(anchor.align(one)), length) for one, length in _times(line, r)]
        except FormatError:
            r.lines.append(line)
            continue
        yield from at


def _times(line: Line, r: Reading) -> Iterator[tuple[Moment, str | None]]:
    """The times of a line, each with its length where it is a period."""
    tzid = line.param("TZID")
    for text in line.value.split(","):
        begin, slash, end = text.strip().partition("/")
        if not begin:
            continue
        start = parse_moment(begin, tzid, r.resolve)
        if not slash:
            yield start, None
        elif end[:1] in "Pp+-" and end:
            yield start, duration_text(end)
        else:
            finish = parse_moment(end, tzid, r.resolve)
            yield start, length_text(start, finish, start.zone or UTC, recurs=False)

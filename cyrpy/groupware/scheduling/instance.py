"""One instance of a recurring meeting as a component of its own (RFC 5545 §3.8.4.4)."""

from __future__ import annotations

from datetime import UTC, tzinfo

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.item import ENDS
from cyrpy.formats.ical.moments import EPOCH, Moment, moment, to_local
from cyrpy.formats.ical.series import RECURRENCE, Window, series
from cyrpy.groupware.scheduling.content import details, timing
from cyrpy.groupware.scheduling.meeting import Meeting, is_cancelled


def of(meeting: Meeting, key: int) -> Component:
    """The instance as an override: the one that there is, else one that says what the master says.

    Raises:
        KeyError: there is neither.
    """
    override = meeting.parts.get(key)
    return from_master(meeting, key) if override is None else override


def from_master(meeting: Meeting, key: int) -> Component:
    """An override that says what the master says of that instance.

    Raises:
        KeyError: there is no master.
    """
    master = meeting.parts[None]
    copy = master.copy()
    start = master.first("DTSTART") or master.first("DUE")
    if start is None:
        return copy
    copy.drop(*RECURRENCE)
    at = _at(meeting, start, key)
    for name in ("DTSTART", ENDS.get(master.name, "DTEND") or "DTEND"):
        line = master.first(name)
        if line is not None:
            copy.put(_moved(meeting, line, start, at))
    _insert(copy, _line("RECURRENCE-ID", start, at))
    return copy


def is_plain(meeting: Meeting, key: int, part: Component) -> bool:
    """Whether an override says no more than the master, answers and what is one's own aside.

    Such are made where somebody answered one instance; to the others they say nothing.
    """
    if meeting.master is None or is_cancelled(part):
        return False
    bare = from_master(meeting, key)
    if timing(bare, meeting.zones) != timing(part, meeting.zones):
        return False
    return details(bare) == details(part) and is_given(meeting, key)


def exists(meeting: Meeting, key: int) -> bool:
    """Whether the meeting has that instance: an override, or one that its master gives."""
    return key in meeting.parts or is_given(meeting, key)


def is_given(meeting: Meeting, key: int) -> bool:
    """Whether the recurrence of the master has that instance.

    What costs too much to find is taken as none.
    """
    if meeting.master is None:
        return False
    calendar = Component("VCALENDAR", (), [meeting.master, *meeting.calendar.named("VTIMEZONE")])
    try:
        for one in series(calendar, UTC):
            found = one.instances(Window(key, key + 1), meeting.budget)
            if any(i.recurrence_id and i.recurrence_id.utc(UTC) == key for i in found):
                return True
    except FormatError:
        pass
    return False


def _at(meeting: Meeting, start: Line, key: int) -> Moment:
    """The instance's start, in the form and zone of the master's."""
    first = moment(start, meeting.zones)
    zone: tzinfo = first.zone or UTC
    local = key + EPOCH if first.is_date else to_local(key, zone)
    return first._replace(local=local)


def _moved(meeting: Meeting, line: Line, start: Line, at: Moment) -> Line:
    """A time of the master, moved as far as the instance is from its start.

    In its own zone: days stay days, and an end keeps its distance by the clock.
    """
    first = moment(start, meeting.zones)
    then = moment(line, meeting.zones)
    if then.is_date != first.is_date or then.zone is first.zone:
        shift = at.local - first.local
        return _line(line.name, line, then._replace(local=then.local + shift))
    utc = then.utc(UTC) + at.utc(UTC) - first.utc(UTC)
    return _line(line.name, line, then._replace(local=to_local(utc, then.zone or UTC)))


def _line(name: str, like: Line, at: Moment) -> Line:
    params = {n: v for n, v in like.params.items() if n in {"TZID", "VALUE"}}
    return Line.of(name, str(at), params)


def _insert(component: Component, line: Line) -> None:
    component.drop(line.name)
    names = [one.name for one in component.properties]
    component.properties.insert(names.index("UID") + 1 if "UID" in names else 0, line)

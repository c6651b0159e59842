"""DTSTART, DTEND, DUE, DURATION, RRULE, RECURRENCE-ID, DTSTAMP (RFC 5545 §3.8.2, §3.8.5)."""

from __future__ import annotations

from datetime import UTC

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.moments import Moment, moment
from cyrpy.formats.jscalendar import rules
from cyrpy.formats.jscalendar.reading import Reading
from cyrpy.formats.jscalendar.times import (
    UTC_NAME,
    Anchor,
    add,
    duration_of,
    duration_text,
    length_text,
    local_text,
    utc_text,
    zone_name,
)

_TZID = frozenset({"TZID"})


def times(r: Reading) -> None:
    """Read when it is; what cannot be read is kept aside."""
    start = _start(r, "DTSTART", "start")
    if r.out["@type"] == "Task":
        _due(r, start)
    elif start is not None:
        _end(r, start)
    _stamp(r)
    _rule(r)


def recurrence_id(r: Reading) -> None:
    """The instance that a component without master is about."""
    lines = r.take("RECURRENCE-ID")
    if not lines:
        return
    try:
        at = moment(lines[0], r.resolve)
    except FormatError:
        r.lines += lines
        return
    r.out["recurrenceId"] = local_text(at.local)
    name = zone_name(at)
    if name:
        r.out["recurrenceIdTimeZone"] = name
    _keep(r, "recurrenceId", lines[0], name)


def _start(r: Reading, name: str, key: str) -> Moment | None:
    """Read a time that decides zone and form."""
    found = _moment(r, name)
    if found is None:
        return None
    at, line = found
    zone = zone_name(at)
    r.anchor = Anchor(at, zone)
    r.out[key] = local_text(at.local)
    if at.is_date:
        r.out["showWithoutTime"] = True
    elif zone is not None:
        r.out["timeZone"] = zone
    _keep(r, key, line, zone)
    return at


def _moment(r: Reading, name: str) -> tuple[Moment, Line] | None:
    """The first line of a name, the only one that counts, which is taken if it can be read."""
    lines = r.named.get(name)
    if not lines:
        return None
    try:
        at = moment(lines[0], r.resolve)
    except FormatError:
        return None
    r.take(name)
    return at, lines[0]


def _keep(r: Reading, path: str, line: Line, zone: str | None) -> None:
    """Keep aside the parameters, among them TZID unless it is the name of the zone."""
    if line.param_text:
        known = _TZID if zone is not None and line.param("TZID") == zone else frozenset()
        r.keep_params(path, line, known)


def _keep_strange(r: Reading, path: str, line: Line) -> None:
    """Keep the TZID of an end only where it is that of the start: alone it tells nothing."""
    of_start = r.converted.get("start", {}).get("parameters", {}).get("tzid")
    is_same = of_start is not None and of_start == line.param("TZID")
    r.keep_params(path, line, frozenset() if is_same else _TZID)


def _end(r: Reading, start: Moment) -> None:
    """DTEND or DURATION; what of them says nothing is not kept, to stand in no one's way."""
    found = _moment(r, "DTEND")
    r.take("DTEND")
    if found is None or found[0].is_date != start.is_date:
        _duration(r, start)
        return
    r.take("DURATION")
    end, line = found
    recurs = "RRULE" in r.named or "RDATE" in r.named
    r.out["duration"] = length_text(start, end, start.zone or UTC, recurs=recurs)
    name = zone_name(end)
    if r.anchor is not None and name is not None and r.anchor.name not in (None, name):
        r.out["endTimeZone"] = name
    else:
        r.mark("duration", "dtend")
    if name is None or start.zone is None:
        _keep_strange(r, "duration", line)
    else:
        _keep(r, "duration", line, name)


def _duration(r: Reading, start: Moment) -> None:
    lines = r.take("DURATION")
    length = _length(lines)
    if length is not None:
        r.out["duration"] = length
        r.keep_params("duration", lines[0])
    elif start.is_date:
        r.out["duration"] = "P1D"  # which is what a day means (RFC 5545 §3.6.1)


def _length(lines: list[Line]) -> str | None:
    """A duration that is not negative."""
    if not lines:
        return None
    try:
        length = duration_text(lines[0].value)
    except FormatError:
        return None
    return length if length[:1] != "-" else None


def _due(r: Reading, start: Moment | None) -> None:
    if start is None:
        if _start(r, "DUE", "due") is not None:
            r.take("DURATION")
        return
    found = _moment(r, "DUE")
    r.take("DUE")
    if found is None or r.anchor is None:
        _due_by_duration(r, start)
        return
    r.take("DURATION")
    at, line = found
    name = zone_name(at)
    is_mixed = at.is_date and not start.is_date
    r.out["due"] = local_text(at.local if is_mixed else r.anchor.align(at))
    if not start.is_date and at.zone is not start.zone and name is not None:
        r.mark("due", "due")
        r.converted["due"]["parameters"] = {"tzid": line.param("TZID") or UTC_NAME}
    elif name is None or start.zone is None:
        _keep_strange(r, "due", line)
    else:
        _keep(r, "due", line, name)


def _due_by_duration(r: Reading, start: Moment) -> None:
    """DTSTART and DURATION of a VTODO tell when it is due."""
    lines = r.take("DURATION")
    length = _length(lines)
    if length is not None:
        r.out["due"] = local_text(add(start.local, duration_of(length), start.zone))
        r.mark("due", "duration")
        r.keep_params("due", lines[0])


def _stamp(r: Reading) -> None:
    """DTSTAMP, or where a client left that out the last change."""
    for name in ("DTSTAMP", "LAST-MODIFIED"):
        lines = r.named.get(name)
        if not lines:
            continue
        try:
            r.out["updated"] = utc_text(lines[0].value)
        except FormatError:
            continue
        r.take(name)
        if name != "DTSTAMP":
            r.mark("updated", name.lower())
        r.keep_params("updated", lines[0])
        return


def _rule(r: Reading) -> None:
    """RRULE; a second one, which is undefined, is kept aside."""
    lines = r.named.get("RRULE")
    if not lines or r.anchor is None:
        return
    try:
        r.out["recurrenceRule"] = rules.read(lines[0].value, r.anchor)
    except FormatError:
        return
    r.take("RRULE")
    r.keep_params("recurrenceRule", lines[0])
    r.lines += lines[1:]

"""start, due, duration, timeZone, recurrenceRule as lines (RFC 5545 §3.8.2, §3.8.5)."""

from __future__ import annotations

from datetime import UTC

from cyrpy.errors import FormatError
from cyrpy.formats.ical.moments import Moment, to_local, to_utc
from cyrpy.formats.jscalendar import kept, rules
from cyrpy.formats.jscalendar.names import Json
from cyrpy.formats.jscalendar.times import (
    Anchor,
    add,
    duration_of,
    local_seconds,
    utc_value,
    value,
    zone_of,
)
from cyrpy.formats.jscalendar.writing import Writing, optional, text_of
from cyrpy.formats.timespan import DAY, Duration, format_duration


def anchor_of(obj: Json) -> Anchor | None:
    """Zone and form of the times of an object; None if it has neither start nor due.

    Raises:
        FormatError: A time or the zone cannot be read.
    """
    start = obj.get("start", obj.get("due"))
    if start is None:
        return None
    name = text_of(obj, "timeZone")
    is_date = obj.get("showWithoutTime") is True and name is None and _is_of_days(obj)
    return Anchor(Moment(local_seconds(start), is_date, zone_of(name)), name)


def _is_of_days(obj: Json) -> bool:
    """Whether no time of an object has hours (the conversion's document, "Event and Task")."""
    times = [obj.get("start"), obj.get("due"), obj.get("recurrenceId")]
    times += [*(optional(obj, "recurrenceOverrides", dict) or ())]
    times.append((optional(obj, "recurrenceRule", dict) or {}).get("until"))
    if any(local_seconds(at) % DAY for at in times if at is not None):
        return False
    lengths = [obj.get("duration"), obj.get("estimatedDuration")]
    return not any(duration_of(one).seconds % DAY for one in lengths if one is not None)


def times(w: Writing, anchor: Anchor | None) -> None:
    """Write when it is.

    Raises:
        FormatError: A time or the zone cannot be read.
    """
    obj = w.obj
    if "updated" in obj:
        name = w.came_from("updated")
        stamp = utc_value(obj["updated"])
        w.line(name if name == "LAST-MODIFIED" else "DTSTAMP", stamp, "updated")
    if anchor is None:
        return
    if obj.get("start") is not None:
        at_time(w, "DTSTART", "start", anchor.at.local, anchor)
    if obj.get("due") is not None:
        _due(w, anchor)
    elif obj.get("duration") is not None and obj.get("start") is not None:
        _end(w, anchor)
    if obj.get("showWithoutTime") is True and not anchor.at.is_date:
        w.line("SHOW-WITHOUT-TIME", "TRUE", "showWithoutTime", {"VALUE": "BOOLEAN"})
    rule = optional(obj, "recurrenceRule", dict)
    if rule:
        w.line("RRULE", rules.write(rule, anchor), "recurrenceRule")


def at_time(w: Writing, name: str, path: str, local: int, anchor: Anchor, key: str = "") -> None:
    """Write one time in the form of the start."""
    if anchor.at.is_date:
        w.line(name, value(local, is_date=True), path, {"VALUE": "DATE"}, key)
        return
    tzid = tzid_of(w, path if path != "recurrenceOverrides" else "start", anchor.name)
    is_utc = tzid is None and anchor.at.zone is UTC
    params = {"TZID": tzid} if tzid else {}
    if tzid:
        w.tzids[tzid] = anchor.name
    _forget_tzid(w, path)
    w.line(name, value(local, is_utc=is_utc), path, params, key)


def tzid_of(w: Writing, path: str, name: str | None) -> str | None:
    """The TZID for a zone: the one kept for it if it means the same, else its name."""
    wanted = kept.params_of(w.converted, path).get("TZID", [])
    if not wanted and path != "start":
        wanted = kept.params_of(w.converted, "start").get("TZID", [])
    if wanted and w.meaning(wanted[0]) == name:
        return wanted[0]
    if name == "Etc/UTC" and w.obj.get("endTimeZone") is None:
        return None
    return name


def _forget_tzid(w: Writing, path: str) -> None:
    """A kept TZID that was not used is not to come back as a parameter."""
    found = w.converted.get(path)
    params = found.get("parameters") if isinstance(found, dict) else None
    if isinstance(params, dict) and any(name.lower() == "tzid" for name in params):
        rest = {name: v for name, v in params.items() if name.lower() != "tzid"}
        w.converted = {**w.converted, path: {**found, "parameters": rest}}  # type: ignore[dict-item]


def _end(w: Writing, anchor: Anchor) -> None:
    length = duration_of(w.obj["duration"])
    end_zone = text_of(w.obj, "endTimeZone")
    start = anchor.at
    if start.is_date:
        length = Duration(length.days + length.seconds // DAY, 0)
    if end_zone is None and w.came_from("duration") != "DTEND":
        days_only = start.is_date and not length.days
        w.line("DURATION", "P0D" if days_only else format_duration(length), "duration")
        return
    end = add(start.local, length, start.zone)
    if end_zone is None or start.zone is None:
        at_time(w, "DTEND", "duration", end, anchor)
        return
    zone = zone_of(end_zone)
    there = to_local(to_utc(end, start.zone), zone or UTC)
    at_time(w, "DTEND", "duration", there, Anchor(Moment(there, False, zone), end_zone))


def _due(w: Writing, anchor: Anchor) -> None:
    due = local_seconds(w.obj["due"])
    start = anchor.at
    has_start = w.obj.get("start") is not None
    if has_start and w.came_from("due") == "DURATION" and due >= start.local:
        w.line("DURATION", format_duration(_between(start, due)), "due")
        return
    wanted = kept.params_of(w.converted, "due").get("TZID", [])
    other = w.meaning(wanted[0]) if wanted and has_start else None
    if other is None or start.zone is None or other == anchor.name:
        at_time(w, "DUE", "due", due, anchor)
        return
    zone = zone_of(other)
    there = to_local(to_utc(due, start.zone), zone or UTC)
    at_time(w, "DUE", "due", there, Anchor(Moment(there, False, zone), other))


def _between(start: Moment, due: int) -> Duration:
    days, rest = divmod(due - start.local, DAY)
    whole = Duration(days, rest)
    if add(start.local, whole, start.zone) == due:
        return whole
    zone = start.zone or UTC
    return Duration(0, max(0, to_utc(due, zone) - to_utc(start.local, zone)))


def recurrence_id(w: Writing, rid: str, anchor: Anchor) -> None:
    """Write RECURRENCE-ID, in the form of the master's start."""
    at_time(w, "RECURRENCE-ID", "recurrenceId", local_seconds(rid), anchor)


def alone(w: Writing, anchor: Anchor | None) -> None:
    """Write RECURRENCE-ID of an instance that is an object of its own.

    Raises:
        FormatError: It cannot be read.
    """
    rid = text_of(w.obj, "recurrenceId")
    if rid is None:
        return
    if anchor is None:
        raise FormatError("recurrenceId needs start or due")
    name = text_of(w.obj, "recurrenceIdTimeZone")
    at = Moment(local_seconds(rid), anchor.at.is_date, zone_of(name))
    recurrence_id(w, rid, Anchor(at, name))

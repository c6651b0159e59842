"""Start, end and zones of classic events, and duration and zones of JSCalendar."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import Final

from cyrpy.errors import FormatError
from cyrpy.formats.ical.moments import to_local, to_utc
from cyrpy.formats.jscalendar.checks import local_date_time, time_zone
from cyrpy.formats.jscalendar.times import add, duration_of, local_seconds, local_text, zone_of
from cyrpy.formats.timespan import DAY, Duration, format_json_duration
from cyrpy_jmap.dialects.classic.lens import Wrong
from cyrpy_jmap.invocation import Json

CANONICAL: Final = ("start", "duration", "timeZone", "endTimeZone", "showWithoutTime")
CLASSIC: Final = ("start", "end", "startTimeZone", "endTimeZone", "isAllDay")


def to_classic(event: Json) -> Json:
    """The five properties; none where the event has no start."""
    start = event.get("start")
    if not isinstance(start, str):
        return {}
    all_day = event.get("showWithoutTime") is True
    zone = event.get("timeZone")
    end_zone = event.get("endTimeZone") or zone
    return {
        "isAllDay": all_day,
        "start": start,
        "end": _end(event, start, zone, end_zone),
        "startTimeZone": None if all_day else zone,
        "endTimeZone": None if all_day else end_zone,
    }


def _end(event: Json, start: str, zone: str | None, end_zone: str | None) -> str:
    try:
        here, there = zone_of(zone), zone_of(end_zone)
        default = "P1D" if event.get("showWithoutTime") is True else "PT0S"
        length = duration_of(event.get("duration") or default)
        local = add(local_seconds(start), length, here)
        if here is not None and there is not None and here is not there:
            local = to_local(to_utc(local, here), there)
        return local_text(local)
    except FormatError:
        return start


def from_classic(current: Json, change: Json, path: str, wrong: Wrong) -> Json:
    """The canonical properties after a change of some of the classic ones; null removes."""
    before = to_classic(current)
    after: Json = dict.fromkeys(CLASSIC)
    after |= before | {n: change[n] for n in CLASSIC if n in change}
    if not _are_sound(after, change, path, wrong):
        return {}
    all_day = bool(after["isAllDay"])
    if all_day:
        for name in ("startTimeZone", "endTimeZone"):
            if change.get(name) is not None:
                wrong[path + name] = "must be null, as the event is of whole days"
        after["startTimeZone"] = after["endTimeZone"] = None
    zone, end_zone = after["startTimeZone"], after["endTimeZone"]
    if zone is None and end_zone is not None:
        if "endTimeZone" in change:
            wrong[path + "endTimeZone"] = "must be null, as startTimeZone is"
        end_zone = None
    return {
        "start": after["start"],
        "duration": _duration(after, before, change, (path, wrong)),
        "timeZone": zone,
        "endTimeZone": end_zone if end_zone not in (None, zone) else None,
        "showWithoutTime": True if all_day else None,
    }


def _are_sound(after: Json, change: Json, path: str, wrong: Wrong) -> bool:
    """Whether the values can be worked with."""
    found = _wrong_times(after, change, path)
    for name in ("startTimeZone", "endTimeZone"):
        if after[name] is not None and (why := time_zone(after[name])) is not None:
            found[path + name] = why
    if not isinstance(after["isAllDay"], bool | None):
        found[path + "isAllDay"] = "must be true or false"
    for name, why in found.items():
        wrong.setdefault(name, why)
    return not found


def _wrong_times(after: Json, change: Json, path: str) -> Wrong:
    found: Wrong = {}
    for name in ("start", "end"):
        value = after[name]
        if value is None and (name == "start" or name in change):
            found[path + name] = "is missing"
        elif value is not None and (why := local_date_time(value)) is not None:
            found[path + name] = why
        elif value is not None and after["isAllDay"] is True and value[11:] != "00:00:00":
            found[path + name] = "must be at 00:00:00, as the event is of whole days"
    return found


def _duration(after: Json, before: Json, change: Json, at: tuple[str, Wrong]) -> str:
    """From start to end; an event that only moves keeps its length."""
    path, wrong = at
    all_day = bool(after["isAllDay"])
    if after["end"] is None:
        return "P1D" if all_day else "PT0S"
    begin, end = local_seconds(after["start"]), local_seconds(after["end"])
    if before and "end" not in change and "start" in change:
        end += begin - local_seconds(before["start"])
    here: tzinfo = zone_of(after["startTimeZone"]) or UTC
    there: tzinfo = zone_of(after["endTimeZone"]) or here
    exact = to_utc(end, there) - to_utc(begin, here)
    if exact < 0:
        wrong[path + "end"] = "must not be before the start"
        return "PT0S"
    days, rest = divmod(end - begin, DAY)
    if here is there and to_utc(end, here) - to_utc(begin, here) != end - begin:
        return format_json_duration(Duration(0, exact))
    if here is not there:
        days, rest = divmod(exact, DAY)
        if days and add(begin, Duration(days, rest), here) != add(begin, Duration(0, exact), here):
            return format_json_duration(Duration(0, exact))
    return format_json_duration(Duration(days, rest))


def seconds(event: Json) -> int:
    """How long it is, by the clock."""
    try:
        length = duration_of(event.get("duration") or "PT0S")
    except FormatError:
        return 0
    return length.days * DAY + length.seconds

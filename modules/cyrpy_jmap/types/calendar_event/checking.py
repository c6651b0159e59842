"""What clients send of events: checked as a whole, every wrong property with what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from cyrpy.errors import FormatError
from cyrpy.formats.ical.moments import EPOCH, to_local, to_utc
from cyrpy.formats.jscalendar import schema
from cyrpy.formats.jscalendar.checks import local_date_time, uid, utc_date_time
from cyrpy.formats.jscalendar.times import local_seconds, local_text
from cyrpy.formats.jscalendar.versions import upgrade
from cyrpy.formats.timespan import Duration, format_json_duration
from cyrpy_jmap import patch as patches
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.types.calendar_event.model import (
    ADDED,
    IMMUTABLE,
    MAPS,
    SERVER_SET,
    UTC_END,
    UTC_START,
)
from cyrpy_jmap.types.calendar_event.shaping import zone_of

SHOWN: Final = 50  # errors in one description; the properties are all listed
EVENT: Final = "Event"
# Left out by clients, and set by the server: no reason to refuse a new event.
MADE: Final = frozenset({*ADDED, "uid", "updated"})
NEVER_SET: Final = "must not be set on stored events"
Wrong = dict[str, str]  # path -> what is wrong


def invalid(wrong: Mapping[str, str]) -> SetError:
    """`invalidProperties` for all that is wrong, by path."""
    shown = [f"{path}: {why}" if path else why for path, why in wrong.items()]
    more = f"; and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    text = "; ".join(shown[:SHOWN]) + more
    return SetError("invalidProperties", text, [path for path in wrong if path])


def check_new(value: Json, *, old_spellings: bool) -> Json:
    """A new event with the defaults that do not need a clock.

    Raises:
        SetError: `invalidProperties`.
    """
    event = _upgraded(value) if old_spellings else _without_nulls(value)
    wrong: Wrong = {}
    for name in sorted(event.keys() & SERVER_SET):
        wrong[name] = "only the server sets this property"
    wrong |= _added(event, is_new=True)
    event = {"@type": EVENT, **event}
    wrong |= _times(event, event)
    event = _with_times(event, wrong)
    wrong |= _told(schema.problems(_judged(event), EVENT, MADE))
    if "uid" in event and (why := uid(event["uid"])) is not None:
        wrong["uid"] = why
    if wrong:
        raise invalid(wrong)
    return event


def check_patched(current: Json, patch: Json, *, old_spellings: bool) -> Json:
    """An event as patched.

    Raises:
        SetError: `invalidPatch`, `invalidProperties`.
    """
    patched = _without_nulls(patches.apply(current, patch, _default))
    if old_spellings:
        patched = _upgraded(patched)
    touched = {pointer.partition("/")[0].replace("~1", "/").replace("~0", "~") for pointer in patch}
    wrong: Wrong = {}
    for name in sorted(touched):
        if patched.get(name) == current.get(name):
            continue
        if name in SERVER_SET:
            wrong[name] = "only the server sets this property, and it has another value now"
        elif name in IMMUTABLE:
            wrong[name] = "this property cannot change after creation"
    wrong |= _added(patched, is_new=False)
    if current.get("isDraft") is False and patched.get("isDraft") is True:
        wrong["isDraft"] = "cannot become true again"
    wrong |= _times(patched, touched)
    patched = _with_times(patched, wrong)
    before, after = _judged(current), _judged(patched)
    wrong |= _told(schema.new_problems(before, after, EVENT, ADDED))
    if wrong:
        raise invalid(wrong)
    return patched


def _default(name: str) -> Any:  # noqa: ANN401 - any JSON value
    """The default of a property for patches: what goes into a map may be its first member."""
    if name == "isDraft":
        return False
    if name in MAPS:
        return {}
    raise KeyError(name)


def _without_nulls(event: Mapping[str, Any]) -> Json:
    """Null means that the property is not there, and so do maps without members."""
    return {
        name: value
        for name, value in event.items()
        if value is not None and not (name in MAPS and value == {})
    }


def _upgraded(event: Mapping[str, Any]) -> Json:
    """Spellings of JSCalendar 1.0 as those of 2.0."""
    try:
        made = upgrade({"@type": EVENT, **event})
    except FormatError as exc:
        raise invalid({"": str(exc)}) from exc
    if "version" not in event:
        made.pop("version", None)
    return _without_nulls(made)


def _judged(event: Mapping[str, Any]) -> Json:
    """The event as `schema` has it: without what JMAP adds."""
    return {name: value for name, value in event.items() if name not in ADDED}


def _told(problems: Iterable[schema.Problem]) -> Wrong:
    return {problem.path: problem.description for problem in problems}


def _added(event: Mapping[str, Any], *, is_new: bool) -> Wrong:
    """What is wrong with the properties that JMAP adds."""
    wrong: Wrong = {}
    calendars = event.get("calendarIds")
    if calendars is None:
        wrong["calendarIds"] = (
            "this property is required" if is_new else "an event is in at least one calendar"
        )
    elif not isinstance(calendars, dict) or not calendars:
        wrong["calendarIds"] = "must be an object with the id of a calendar, and true"
    else:
        for id, value in calendars.items():
            if value is not True:
                wrong[f"calendarIds/{id[:255]}"] = "must be true"
        if len(calendars) > 1:
            wrong["calendarIds"] = "an event is in one calendar (maxCalendarsPerEvent)"
    if not isinstance(event.get("isDraft", False), bool):
        wrong["isDraft"] = "must be true or false"
    if "method" in event:
        wrong["method"] = NEVER_SET
    return wrong


def _times(event: Mapping[str, Any], sent: Collection[str]) -> Wrong:
    """What is wrong with utcStart and utcEnd."""
    wrong: Wrong = {}
    for name, twin in ((UTC_START, "start"), (UTC_END, "duration")):
        if name not in event:
            continue
        why = utc_date_time(event[name])
        if why is not None:
            wrong[name] = why
        elif twin in sent and twin in event:
            wrong[name] = f"must not be set beside {twin}"
    return wrong


def _with_times(event: Mapping[str, Any], wrong: Wrong) -> Json:
    """UtcStart and utcEnd as start and duration, by the clock of the event's zone."""
    made = {name: value for name, value in event.items() if name not in (UTC_START, UTC_END)}
    name = made.get("timeZone")
    zone = zone_of(name) if isinstance(name, str) else UTC
    if UTC_START in event and UTC_START not in wrong:
        made["start"] = local_text(to_local(_seconds(event[UTC_START]), zone))
    if UTC_END in event and UTC_END not in wrong and local_date_time(made.get("start")) is None:
        length = _seconds(event[UTC_END]) - to_utc(local_seconds(made["start"]), zone)
        if length < 0:
            wrong[UTC_END] = "must not be before the start"
        else:
            made["duration"] = format_json_duration(Duration(0, length))
    return made


def _seconds(date: str) -> int:
    at = datetime.fromisoformat(date).astimezone(UTC).timestamp()
    return max(int(at), 86_400 - EPOCH)

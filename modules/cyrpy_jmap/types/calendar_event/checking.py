"""What clients send of events: checked as a whole, every wrong property with what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC
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
from cyrpy_jmap.objects import seconds_of
from cyrpy_jmap.types.calendar_event.kind import EVENTS, TASKS, Kind
from cyrpy_jmap.types.calendar_event.model import (
    IMMUTABLE,
    IS_DRAFT,
    MAPS,
    UTC_START,
)
from cyrpy_jmap.types.calendar_event.shaping import zone_of

SHOWN: Final = 50  # errors in one description; the properties are all listed
# Left out by clients, and set by the server: no reason to refuse a new event.
MADE: Final = frozenset({"uid", "updated"})
NEVER_SET: Final = "must not be set on stored events"
Wrong = dict[str, str]  # path -> what is wrong


def invalid(wrong: Mapping[str, str]) -> SetError:
    """`invalidProperties` for all that is wrong, by path."""
    shown = [f"{path}: {why}" if path else why for path, why in wrong.items()]
    more = f"; and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    text = "; ".join(shown[:SHOWN]) + more
    return SetError("invalidProperties", text, [path for path in wrong if path])


def check_new(value: Json, kind: Kind = EVENTS, *, old_spellings: bool) -> Json:
    """A new event or task with the defaults that do not need a clock.

    Raises:
        SetError: `invalidProperties`.
    """
    event = _upgraded(value, kind) if old_spellings else _without_nulls(value)
    wrong: Wrong = {}
    for name in sorted(event.keys() & kind.server_set):
        wrong[name] = "only the server sets this property"
    wrong |= _added(event, kind, is_new=True)
    event = {"@type": kind.type, **event}
    wrong |= _times(event, event, kind)
    event = _with_times(event, wrong, kind)
    wrong |= _told(schema.problems(_judged(event, kind), kind.type, MADE | kind.added))
    if "uid" in event and (why := uid(event["uid"])) is not None:
        wrong["uid"] = why
    if wrong:
        raise invalid(wrong)
    return event


def check_patched(current: Json, patch: Json, kind: Kind = EVENTS, *, old_spellings: bool) -> Json:
    """An event or task as patched.

    Raises:
        SetError: `invalidPatch`, `invalidProperties`.
    """
    patched = _without_nulls(patches.apply(current, patch, _default))
    if old_spellings:
        patched = _upgraded(patched, kind)
    touched = {pointer.partition("/")[0].replace("~1", "/").replace("~0", "~") for pointer in patch}
    wrong: Wrong = {}
    for name in sorted(touched):
        if patched.get(name) == current.get(name):
            continue
        if name in kind.server_set:
            wrong[name] = "only the server sets this property, and it has another value now"
        elif name in IMMUTABLE:
            wrong[name] = "this property cannot change after creation"
    wrong |= _added(patched, kind, is_new=False)
    if current.get(IS_DRAFT) is False and patched.get(IS_DRAFT) is True:
        wrong[IS_DRAFT] = "cannot become true again"
    wrong |= _times(patched, touched, kind)
    patched = _with_times(patched, wrong, kind)
    before, after = _judged(current, kind), _judged(patched, kind)
    wrong |= _told(schema.new_problems(before, after, kind.type, kind.added))
    if wrong:
        raise invalid(wrong)
    return patched


def _default(name: str) -> Any:  # noqa: ANN401 - any JSON value
    """The default of a property for patches: what goes into a map may be its first member."""
    if name == IS_DRAFT:
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


def _upgraded(event: Mapping[str, Any], kind: Kind) -> Json:
    """Spellings of JSCalendar 1.0 as those of 2.0."""
    try:
        made = upgrade({"@type": kind.type, **event})
    except FormatError as exc:
        raise invalid({"": str(exc)}) from exc
    if "version" not in event:
        made.pop("version", None)
    return _without_nulls(made)


def _judged(event: Mapping[str, Any], kind: Kind) -> Json:
    """The event as `schema` has it: without what JMAP adds."""
    added = kind.added
    return {name: value for name, value in event.items() if name not in added}


def _told(problems: Iterable[schema.Problem]) -> Wrong:
    return {problem.path: problem.description for problem in problems}


def _added(event: Mapping[str, Any], kind: Kind, *, is_new: bool) -> Wrong:
    """What is wrong with the properties that JMAP adds."""
    wrong = _home(event.get(kind.home), kind, is_new=is_new)
    if not isinstance(event.get(IS_DRAFT, False), bool):
        wrong[IS_DRAFT] = "must be true or false"
    if "method" in event:
        wrong["method"] = NEVER_SET
    return wrong


def _home(
    value: Any,  # noqa: ANN401 - any JSON value
    kind: Kind,
    *,
    is_new: bool,
) -> Wrong:
    """What is wrong with the property that says which calendar it is in."""
    home = kind.home
    if value is None:
        needs = "this property is required"
        return {home: needs if is_new else "it is in at least one calendar"}
    if not kind.has_many_homes:
        return {} if isinstance(value, str) else {home: "must be the id of a task list"}
    if not isinstance(value, dict) or not value:
        return {home: "must be an object with the id of a calendar, and true"}
    wrong: Wrong = {
        f"{home}/{id[:255]}": "must be true" for id, v in value.items() if v is not True
    }
    if len(value) > 1:
        wrong[home] = "an event is in one calendar (maxCalendarsPerEvent)"
    return wrong


def _times(event: Mapping[str, Any], sent: Collection[str], kind: Kind) -> Wrong:
    """What is wrong with the times in UTC."""
    wrong: Wrong = {}
    for name, twin in ((UTC_START, "start"), (kind.utc_end, _END[kind.type])):
        if name not in event:
            continue
        why = utc_date_time(event[name])
        if why is not None:
            wrong[name] = why
        elif twin in sent and twin in event:
            wrong[name] = f"must not be set beside {twin}"
    return wrong


_END: Final = {EVENTS.type: "duration", TASKS.type: "due"}


def _with_times(event: Mapping[str, Any], wrong: Wrong, kind: Kind) -> Json:
    """Times in UTC as such by the clock of the event's zone."""
    end = kind.utc_end
    made = {name: value for name, value in event.items() if name not in (UTC_START, end)}
    name = made.get("timeZone")
    zone = zone_of(name) if isinstance(name, str) else UTC
    if UTC_START in event and UTC_START not in wrong:
        made["start"] = local_text(to_local(_seconds(event[UTC_START]), zone))
    if end not in event or end in wrong:
        return made
    if kind is TASKS:
        made["due"] = local_text(to_local(_seconds(event[end]), zone))
    elif local_date_time(made.get("start")) is None:
        length = _seconds(event[end]) - to_utc(local_seconds(made["start"]), zone)
        if length < 0:
            wrong[end] = "must not be before the start"
        else:
            made["duration"] = format_json_duration(Duration(0, length))
    return made


def _seconds(date: str) -> int:
    return max(int(seconds_of(date)), 86_400 - EPOCH)

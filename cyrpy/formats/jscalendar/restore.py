"""What a client that was not shown the `iCalendar` property is not to lose by writing back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cyrpy.formats.jscalendar.names import Json
from cyrpy.formats.jscalendar.read_places import APPLE
from cyrpy.formats.timespan import format_utc_date, parse_utc_date

NAME = "iCalendar"

# Lines that repeat, for one vendor's clients, what a property says: once that is changed they are
# wrong, and those clients would believe them.
_SHADOWS = {
    "description": ("x-alt-desc", "description", "styled-description"),
    "locations": (APPLE.lower(), "x-microsoft-location", "x-microsoft-locations", "location"),
    "freeBusyStatus": ("x-microsoft-cdo-busystatus", "x-microsoft-cdo-intendedstatus"),
    "showWithoutTime": ("x-microsoft-cdo-alldayevent", "x-funambol-allday"),
    "priority": ("x-microsoft-cdo-importance",),
    "progress": ("completed",),
}


def stripped(obj: Mapping[str, Any]) -> Json:
    """The object without any `iCalendar` property, in patches and inner objects neither."""
    return {
        name: _stripped_map(value) if isinstance(value, dict) else value
        for name, value in obj.items()
        if not _is_ical(name)
    }


def _stripped_map(value: Json) -> Json:
    return {
        name: {k: v for k, v in inner.items() if not _is_ical(k)} if _is_part(inner) else inner
        for name, inner in value.items()
    }


def _is_part(value: object) -> bool:
    return isinstance(value, dict)


def _is_ical(pointer: str) -> bool:
    return pointer == NAME or pointer.endswith("/" + NAME) or "iCalendar/" in pointer


def restored(new: Json, old: Mapping[str, Any]) -> Json:
    """`new` with the `iCalendar` properties that it lacks and that `old` has."""
    made = dict(new)
    if NAME in old:
        made.setdefault(NAME, old[NAME])
    for name in ("participants", "locations", "alerts"):
        mine, theirs = made.get(name), old.get(name)
        if isinstance(mine, dict) and isinstance(theirs, dict):
            made[name] = {key: _with(value, theirs.get(key)) for key, value in mine.items()}
    return made


def _with(mine: object, theirs: object) -> object:
    if isinstance(mine, dict) and isinstance(theirs, dict) and NAME in theirs:
        return {NAME: theirs[NAME], **mine}
    return mine


def without_shadows(new: Json, old: Mapping[str, Any]) -> Json:
    """`new` without what repeats, among what is kept aside, a value that has changed.

    What the client changed there itself is left as it is.
    """
    ical = new.get(NAME)
    if not isinstance(ical, dict) or ical != old.get(NAME):
        ical = ical if isinstance(ical, dict) and NAME not in old else None
    changed = [name for name in (*_SHADOWS, "updated", "title") if new.get(name) != old.get(name)]
    if ical is None or not changed:
        return _completed(new, old) if ical is None and NAME not in new else new
    made = dict(ical)
    gone = {line for name in changed for line in _SHADOWS.get(name, ())}
    lines = [line for line in made.get("properties", ()) if not line or line[0] not in gone]
    if "updated" in changed:
        lines = [_stamped(line, new.get("updated")) for line in lines]
    made["properties"] = lines
    made["convertedProperties"] = _converted(made.get("convertedProperties", {}), changed)
    return _completed({**new, NAME: made}, old)


def _converted(converted: Any, changed: list[str]) -> Json:  # noqa: ANN401 - JSON
    """Without what is beside the old text: ALTREP, and Apple's own line of a place."""
    if not isinstance(converted, dict):
        return {}
    made = dict(converted)
    for path, one in converted.items():
        if path.partition("/")[0] not in changed or not isinstance(one, dict):
            continue
        if one.get("name") == APPLE.lower():
            made.pop(path)
        elif isinstance(one.get("parameters"), dict):
            rest = {k: v for k, v in one["parameters"].items() if k != "altrep"}
            made[path] = {**one, "parameters": rest}
    if "progress" in changed:
        made.pop("progress", None)
    return made


def _stamped(line: Any, updated: object) -> Any:  # noqa: ANN401 - jCal
    """LAST-MODIFIED changes with `updated`."""
    if isinstance(line, list) and line[:1] == ["last-modified"] and isinstance(updated, str):
        return ["last-modified", {}, "date-time", format_utc_date(parse_utc_date(updated))]
    return line


def _completed(new: Json, old: Mapping[str, Any]) -> Json:
    """COMPLETED, by which most clients know a task that is done, when it becomes so."""
    is_done = new.get("progress") == "completed" and old.get("progress") != "completed"
    if not is_done or new.get("@type") != "Task" or not isinstance(new.get("updated"), str):
        return new
    ical = new.get(NAME)
    made = dict(ical) if isinstance(ical, dict) else {"@type": "ICalComponent", "name": "vtodo"}
    lines = [one for one in made.get("properties", ()) if not one or one[0] != "completed"]
    made["properties"] = [*lines, ["completed", {}, "date-time", new["updated"]]]
    return {**new, NAME: made}

"""iCalendar to JSCalendar 2.0 (draft-ietf-calext-jscalendar-icalendar, "Converting iCalendar").

What has no counterpart is kept in the `iCalendar` property, so nothing is lost.
"""

from __future__ import annotations

from functools import lru_cache

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.guess import by_name
from cyrpy.formats.ical.moments import Zones
from cyrpy.formats.jscalendar.instance import FIXED, FIXED_TREES
from cyrpy.formats.jscalendar.names import TYPES, VERSION, Json
from cyrpy.formats.jscalendar.read_alerts import alerts
from cyrpy.formats.jscalendar.read_links import conferences, links
from cyrpy.formats.jscalendar.read_people import participants
from cyrpy.formats.jscalendar.read_places import locations
from cyrpy.formats.jscalendar.read_series import series
from cyrpy.formats.jscalendar.read_texts import COMMON, TASK, title
from cyrpy.formats.jscalendar.read_times import recurrence_id, times
from cyrpy.formats.jscalendar.reading import Reader, Reading, single
from cyrpy.formats.jscalendar.times import utc_text

MAX_OBJECTS = 50_000  # of one stream

_CONVERTED = frozenset({"VALARM", "VLOCATION", "PARTICIPANT"})
_LINKS: dict[str, Reader] = {"ATTACH": links, "IMAGE": links, "LINK": links, "URL": links}
_READERS = {
    "Event": COMMON | _LINKS | {"CONFERENCE": conferences},
    "Task": TASK | _LINKS | {"CONFERENCE": conferences},
}


def objects(calendar: Component, *, with_method: bool = False) -> list[Json]:
    """The Events and Tasks of a VCALENDAR, in order: one for each UID.

    Components with RECURRENCE-ID are overrides of the one without; if that is missing, each is
    an object of its own.

    Args:
        calendar: What `parse` gave.
        with_method: Whether METHOD is told, as in a scheduling message.

    Raises:
        FormatError: It holds too much.
    """
    shared: Json = {"version": VERSION}
    for name, key in (("PRODID", "prodId"), ("METHOD", "method")):
        line = calendar.first(name)
        if line is not None and (with_method or name == "PRODID"):
            shared[key] = line.text if name == "PRODID" else line.value.strip().lower()
    masters, overrides = _sorted(calendar)
    resolve = Zones(calendar)
    made = []
    for component, uid in masters:
        inside = overrides.pop((component.name, uid), []) if uid is not None else []
        made.append(_object(calendar, component, inside, resolve) | shared)
    for alone in overrides.values():
        made += [_object(calendar, one, None, resolve) | shared for one in alone]
    return made


def group(calendar: Component) -> Json:
    """A VCALENDAR as a Group of all that it holds.

    Raises:
        FormatError: It holds too much.
    """
    entries = objects(calendar, with_method=True)
    for entry in entries:
        entry.pop("version")
    r = Reading(calendar, "Group", Zones(calendar))
    r.out["version"] = VERSION
    r.take("METHOD")
    r.take("VERSION")
    r.read(_GROUP)
    r.parts = [one for one in calendar.components if one.name not in TYPES]
    return r.finish() | {"entries": entries}


def _sorted(
    calendar: Component,
) -> tuple[list[tuple[Component, str | None]], dict[tuple[str, str | None], list[Component]]]:
    """Masters with their UIDs, and the overrides by component and UID."""
    masters: list[tuple[Component, str | None]] = []
    overrides: dict[tuple[str, str | None], list[Component]] = {}
    for component in calendar.components:
        if component.name not in TYPES:
            continue
        uid = component.text("UID")
        if component.first("RECURRENCE-ID") is None:
            masters.append((component, uid))
        else:
            overrides.setdefault((component.name, uid), []).append(component)
    if len(masters) > MAX_OBJECTS:
        raise FormatError(f"more than {MAX_OBJECTS} objects in one stream")
    return masters, overrides


def _object(
    calendar: Component, component: Component, overrides: list[Component] | None, resolve: Zones
) -> Json:
    """One object; `overrides` is None if it is itself an instance without master."""
    r = read(component, resolve)
    if overrides is None:
        recurrence_id(r)
    else:
        r.take("RECURRENCE-ID")
    _keep_zones(r, calendar)
    if overrides or "RDATE" in r.named or "EXDATE" in r.named:
        series(r, overrides or [], lambda one: _override(one, resolve))
        return r.out
    return r.finish()


def _override(component: Component, resolve: Zones) -> Reading:
    r = read(component, resolve)
    lines = r.take("RECURRENCE-ID")
    if lines:
        r.keep_params("recurrenceId", lines[0], ("TZID",))
    r.converted = {
        path: one
        for path, one in r.converted.items()
        if path == "recurrenceId" or path.partition("/")[0] not in FIXED | FIXED_TREES
    }
    return r


def read(component: Component, resolve: Zones) -> Reading:
    """Convert a VEVENT or VTODO but for what tells of recurrence."""
    r = Reading(component, TYPES[component.name], resolve)
    uid = r.take("UID")
    if uid:
        r.out["uid"] = uid[0].text
    times(r)
    locations(r)
    participants(r)
    alerts(r)
    rest = {name: r.named.pop(name) for name in _LATER if name in r.named}
    r.read(_READERS[r.out["@type"]])
    r.named = rest
    r.parts += [one for one in component.components if one.name not in _CONVERTED]
    return r


def _keep_zones(r: Reading, calendar: Component) -> None:
    """Keep the VTIMEZONEs that nothing else could tell from their names."""
    lines = [line for line in r.component.properties if line.param_text]
    for tzid in dict.fromkeys(tzid for line in lines if (tzid := line.param("TZID"))):
        if not _is_known(tzid):
            found = [one for one in calendar.named("VTIMEZONE") if one.value("TZID") == tzid]
            r.parts += found[:1]


@lru_cache(maxsize=1024)
def _is_known(tzid: str) -> bool:
    return by_name(tzid) is not None


def _url(r: Reading, lines: list[Line]) -> None:
    r.out["source"] = lines[0].value.strip()
    r.keep_params("source", lines[0])
    r.lines += lines[1:]


_LATER = ("RDATE", "EXDATE", "RECURRENCE-ID", "JSPROP")
_GROUP: dict[str, Reader] = _LINKS | {
    "NAME": title,
    "SOURCE": _url,
    "DESCRIPTION": COMMON["DESCRIPTION"],
    "STYLED-DESCRIPTION": COMMON["STYLED-DESCRIPTION"],
    "CATEGORIES": COMMON["CATEGORIES"],
    "CONCEPT": COMMON["CONCEPT"],
    "COLOR": COMMON["COLOR"],
    "CREATED": COMMON["CREATED"],
    "LAST-MODIFIED": single("updated", utc_text),
    "PRODID": single("prodId", str),
    "UID": single("uid", str),
}

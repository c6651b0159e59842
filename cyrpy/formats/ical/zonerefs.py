"""Time zones by reference: calendar data with and without VTIMEZONE (RFC 7809 §3.1)."""

from __future__ import annotations

from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.zones import vtimezone_component, zone
from cyrpy.formats.tzif import release


def is_standard(tzid: str) -> bool:
    """Whether everybody knows the zone of that TZID: the tz database has it, spelled so."""
    return release.find(tzid) == tzid


def without_standard_zones(calendar: Component) -> Component:
    """The calendar without the VTIMEZONEs of standard zones; itself if it has none of those."""
    kept = [
        not (inside.name == "VTIMEZONE" and is_standard(inside.value("TZID") or ""))
        for inside in calendar.components
    ]
    if all(kept):
        return calendar
    thinned = calendar.copy()
    thinned.components = [c for c, keep in zip(thinned.components, kept, strict=True) if keep]
    return thinned


def with_zones(calendar: Component) -> Component:
    """The calendar with a VTIMEZONE of each zone that it names and the tz database has."""
    missing = [tzid for tzid in undefined_zones(calendar) if zone(tzid) is not None]
    if not missing:
        return calendar
    completed = calendar.copy()
    added = []
    for tzid in missing:
        component = vtimezone_component(tzid)
        line = component.first("TZID")
        if line is not None and line.value != tzid:  # spelled in another mixture of cases
            component.put(type(line)("TZID", "", tzid))
        component.position = None
        added.append(component)
    completed.components = [*added, *completed.components]
    return completed


def undefined_zones(calendar: Component) -> list[str]:
    """The TZIDs that the calendar uses and does not define, each once, in their order."""
    defined = {component.value("TZID") for component in calendar.named("VTIMEZONE")}
    used = dict.fromkeys(
        tzid
        for inside in calendar.components
        if inside.name != "VTIMEZONE"
        for component in inside.walk()
        for line in component.properties
        if "TZID" in line.param_text.upper() and (tzid := line.param("TZID"))
    )
    return [tzid for tzid in used if tzid not in defined]


def unknown_zones(calendar: Component) -> list[str]:
    """Those among them that are in no database either (CALDAV:valid-timezone, RFC 7809 §5)."""
    return [tzid for tzid in undefined_zones(calendar) if zone(tzid) is None]

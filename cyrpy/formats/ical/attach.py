"""ATTACH of attachments that a server manages (RFC 8607 §4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component

MANAGED_ID = "MANAGED-ID"


def managed(component: Component) -> list[Line]:
    """The ATTACH properties of a component that name a managed attachment."""
    return [line for line in component.every("ATTACH") if line.param(MANAGED_ID)]


def managed_ids(calendar: Component) -> set[str]:
    """The ids of all managed attachments in a calendar object, alarms included."""
    return {
        id
        for inside in calendar.components
        for component in inside.walk()
        for line in managed(component)
        if (id := line.param(MANAGED_ID))
    }


def attach(url: str, managed_id: str, *, media_type: str, size: int, filename: str | None) -> Line:
    """ATTACH for an attachment."""
    params = {MANAGED_ID: managed_id, "FMTTYPE": media_type, "SIZE": str(size)}
    if filename:
        params["FILENAME"] = filename
    return Line.of("ATTACH", url, {name: value for name, value in params.items() if value})


def add(components: Iterable[Component], line: Line) -> None:
    """Put ATTACH into components."""
    for component in components:
        component.properties.append(line)


def replace(calendar: Component, managed_id: str, line: Line) -> None:
    """Put another attachment in the place of one, wherever that is."""
    for component in calendar.components:
        component.properties = [
            line if _is(old, managed_id) else old for old in component.properties
        ]


def remove(components: Iterable[Component], managed_id: str) -> int:
    """Take an attachment out of components; from how many."""
    count = 0
    for component in components:
        if any(_is(line, managed_id) for line in component.properties):
            component.keep(lambda line: not _is(line, managed_id))
            count += 1
    return count


def _is(line: Line, managed_id: str) -> bool:
    return line.name == "ATTACH" and line.param(MANAGED_ID) == managed_id


def parts(calendar: Component) -> Mapping[str | None, Component]:
    """The components but time zones, by their RECURRENCE-ID as it was written."""
    return {
        component.value("RECURRENCE-ID"): component
        for component in calendar.components
        if component.name != "VTIMEZONE"
    }

"""Many calendar objects as one iCalendar stream, each time zone once (RFC 5545 §3.6.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cyrpy.formats.contentline import Line, encode_params
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.write import write
from cyrpy.formats.ical.zonerefs import is_standard


class Merger:
    """Takes objects one after the other; what it has given it does not hold."""

    def __init__(self) -> None:
        self._zones: dict[str, dict[bytes, str]] = {}  # TZID -> definition -> TZID in the stream

    def add(self, calendar: Component) -> Iterator[Component]:
        """The components of an object: zones that the stream has not yet come before the others.

        A TZID that means something else than before is renamed; of a standard zone the first
        definition counts, for those differ by their age alone.
        """
        renamed: dict[str, str] = {}
        for zone in calendar.named("VTIMEZONE"):
            tzid = zone.text("TZID") or ""
            name, is_new = self._name(tzid, zone)
            if is_new:
                yield _placed(zone if name == tzid else _called(zone, name))
            if name != tzid:
                renamed[tzid] = name
        for component in calendar.components:
            if component.name != "VTIMEZONE":
                yield _placed(_with_names(component, renamed) if renamed else component)

    def _name(self, tzid: str, zone: Component) -> tuple[str, bool]:
        """What a zone is called in the stream, and whether it is new to it."""
        known = self._zones.setdefault(tzid, {})
        definition = b"" if is_standard(tzid) else _definition(zone)
        name = known.get(definition)
        if name is not None:
            return name, False
        name, number = tzid, len(known) + 1
        while known and (name == tzid or name in self._zones):
            name, number = f"{tzid}-{number}", number + 1
        known[definition] = name
        self._zones.setdefault(name, {}).setdefault(definition, name)
        return name, True


def merged(objects: Iterable[Component], lines: Iterable[Line]) -> Component:
    """One VCALENDAR with the components of all, and these properties."""
    merger = Merger()
    components = [component for each in objects for component in merger.add(each)]
    zones = [component for component in components if component.name == "VTIMEZONE"]
    others = [component for component in components if component.name != "VTIMEZONE"]
    return Component("VCALENDAR", lines, [*zones, *others])


def _placed(component: Component) -> Component:
    component.position = None  # after the properties of what it is in now
    return component


def _definition(zone: Component) -> bytes:
    """What a zone says: its observances, however their lines are folded."""
    return b"".join(
        b"".join(line.folded().encode("utf-8", "replace") for line in part.properties)
        for part in zone.components
    ) or write(zone)


def _called(zone: Component, name: str) -> Component:
    twin = zone.copy()
    twin.put(Line("TZID", "", name))
    return twin


def _with_names(component: Component, renamed: dict[str, str]) -> Component:
    """A copy whose times name their zones as the stream does."""
    twin = component.copy()
    for part in twin.walk():
        part.properties = [_renamed(line, renamed) for line in part.properties]
    return twin


def _renamed(line: Line, renamed: dict[str, str]) -> Line:
    name = renamed.get(line.param("TZID") or "")
    if name is None:
        return line
    params = encode_params({**line.params, "TZID": (name,)})
    return Line(line.name, params, line.value, None, line.group)

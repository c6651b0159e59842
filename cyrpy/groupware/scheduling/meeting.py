"""A scheduling object: its master and overrides by instance, and one attendee's part of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC
from typing import Final

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.budget import Budget
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import Zones, moment, moments
from cyrpy.groupware.scheduling.parties import attendees_of, organizer_of

MASTER: Final = None
STEPS: Final = 200_000
Key = int | None  # seconds since 1970 of the RECURRENCE-ID; None for the master
SCHEDULED: Final = frozenset({"VEVENT", "VTODO", "VJOURNAL"})  # what can have an organizer


class Meeting:
    """The components of one calendar object.

    Attributes:
        calendar: The VCALENDAR.
        parts: Its components by instance.
        budget: What finding instances of it may still cost.
    """

    def __init__(self, calendar: Component) -> None:
        self.calendar = calendar
        self.zones = Zones(calendar)
        self.budget = Budget(STEPS)
        self._excluded: frozenset[int] | None = None
        self.parts: dict[Key, Component] = {}
        for component in calendar.components:
            if component.name in SCHEDULED:
                self.parts[self.key(component)] = component

    def key(self, component: Component) -> Key:
        """Which instance a component describes; one that cannot be read is taken as the master."""
        line = component.first("RECURRENCE-ID")
        if line is None:
            return MASTER
        try:
            return moment(line, self.zones).utc(UTC)
        except FormatError:
            return MASTER

    @property
    def master(self) -> Component | None:
        """The component without RECURRENCE-ID."""
        return self.parts.get(MASTER)

    def first(self) -> Component:
        """The master, or an override if there is none."""
        return self.parts[min(self.parts, key=lambda key: (key is not MASTER, key or 0))]

    @property
    def uid(self) -> str:
        """Of all of it."""
        return self.first().text("UID") or "" if self.parts else ""

    def organizers(self) -> set[str | None]:
        """Who organizes its components: one, if all is well."""
        return {organizer_of(part) for part in self.parts.values()}

    @property
    def organizer(self) -> str | None:
        """Who organizes it; None if nobody does."""
        return next((o for o in map(organizer_of, self.parts.values()) if o is not None), None)

    def attendees(self) -> dict[str, Line]:
        """Everybody who attends any instance, with the line of the first that names it."""
        found: dict[str, Line] = {}
        for part in self.parts.values():
            for address, line in attendees_of(part).items():
                found.setdefault(address, line)
        return found

    def exdates(self) -> frozenset[int]:
        """The instances that the master excludes, as keys; as it was when first asked."""
        if self._excluded is None:
            master = self.master
            self._excluded = frozenset() if master is None else frozenset(self._exdates(master))
        return self._excluded

    def _exdates(self, master: Component) -> Iterator[int]:
        for line in master.every("EXDATE"):
            try:
                yield from (at.utc(UTC) for at in moments(line, self.zones))
            except FormatError:
                continue  # it excludes nothing that could be named

    def whole(self, key: Key) -> Component | None:
        """The component that describes an instance: its override, else the master."""
        return self.parts.get(key, self.master)


def exdate(recurrence_id: Line) -> Line:
    """The EXDATE that excludes what a RECURRENCE-ID names."""
    params = {n: v for n, v in recurrence_id.params.items() if n in {"TZID", "VALUE"}}
    return Line.of("EXDATE", recurrence_id.value.strip(), params)


def is_cancelled(component: Component) -> bool:
    """Whether STATUS says that it does not take place."""
    return (component.value("STATUS") or "").strip().upper() == "CANCELLED"


def sequence(component: Component) -> int:
    """SEQUENCE, 0 where it is missing or no number (RFC 5545 §3.8.7.4)."""
    value = (component.value("SEQUENCE") or "0").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


def with_zones(source: Component, components: list[Component], method: str | None) -> Component:
    """A VCALENDAR of some components, with the VTIMEZONEs that they use."""
    used = {t for c in components for part in c.walk() for t in _tzids(part)}
    zones = [zone for zone in source.named("VTIMEZONE") if zone.text("TZID") in used]
    lines = [line for line in source.properties if line.name in {"VERSION", "CALSCALE"}]
    if not any(line.name == "VERSION" for line in lines):
        lines.insert(0, Line("VERSION", "", "2.0"))
    lines.insert(1, Line("PRODID", "", PRODID))
    if method is not None:
        lines.append(Line("METHOD", "", method))
    return Component("VCALENDAR", lines, [*(zone.copy() for zone in zones), *components])


PRODID: Final = "-//cyrpy//cyrpy//EN"


def _tzids(component: Component) -> Collection[str]:
    return [t for line in component.properties if (t := line.param("TZID")) is not None]

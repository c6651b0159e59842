"""Short ways to write calendar objects, and to say when."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.spans import Window

VIENNA = ZoneInfo("Europe/Vienna")


def calendar(*components: str) -> Component:
    """A VCALENDAR of components, each with its name and then its lines."""
    return parse(octets(*components))


def octets(*components: str) -> bytes:
    """The same, not parsed."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//cyrpy//tests//EN"]
    for component in components:
        name, *inside = component.strip().splitlines()
        lines += [f"BEGIN:{name}", *inside, f"END:{name}"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def event(*lines: str, uid: str = "one") -> Component:
    """A VCALENDAR with one VEVENT."""
    return calendar("\n".join(["VEVENT", f"UID:{uid}", *lines]))


def at(text: str) -> int:
    """Seconds since 1970 of a UTC time such as 2026-01-05 10:00."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def window(start: str, end: str) -> Window:
    """A span of UTC."""
    return Window(at(start), at(end))


def utc(seconds: int | None) -> str | None:
    """The inverse of `at`."""
    return None if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"

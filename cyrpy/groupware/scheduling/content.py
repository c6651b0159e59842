"""What of a component others get, and what of it matters when it changes (RFC 6638 §3.2)."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC
from typing import Final

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.item import item
from cyrpy.formats.ical.moments import Zones, moments
from cyrpy.groupware.scheduling.address import of_line
from cyrpy.groupware.scheduling.parties import as_sent

# When it takes place: a change of these asks attendees anew (RFC 6638 §3.2.8, RFC 5546 §2.1.4).
TIMES: Final = frozenset({"DTSTART", "DTEND", "DUE", "DURATION"})
RULES: Final = frozenset({"RRULE", "RDATE", "EXRULE"})
# What is one's own, or only says when somebody wrote: nobody is told that it has changed.
QUIET: Final = frozenset(
    {
        "DTSTAMP",
        "CREATED",
        "LAST-MODIFIED",
        "SEQUENCE",
        "TRANSP",
        "CLASS",
        "COLOR",
        "CATEGORIES",
        "REQUEST-STATUS",
        "RECURRENCE-ID",
        "UID",
        "EXDATE",
        "ORGANIZER",
        "COMPLETED",
        "PERCENT-COMPLETE",
        "ACKNOWLEDGED",
        "RELATED-TO",
    }
)
# What is meant where nothing is said; some clients write it, and others leave it out.
MEANT: Final = frozenset({("STATUS", "CONFIRMED"), ("PRIORITY", "0")})
# What never leaves the one whose it is.
PERSONAL: Final = frozenset({"COLOR", "REQUEST-STATUS", "ACKNOWLEDGED"})
# Non-standard properties that are about the meeting and that others can use.
SENT_X: Final = frozenset(
    {
        "X-ALT-DESC",
        "X-APPLE-STRUCTURED-LOCATION",
        "X-GOOGLE-CONFERENCE",
        "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    }
)


def is_sent(line: Line) -> bool:
    """Whether others get the property at all."""
    if line.name in PERSONAL or not line.name:
        return False
    if line.name == "ATTACH" and line.param("ENCODING") is not None:
        return False  # a copy for each attendee; a link to it can be sent
    return not line.name.startswith("X-") or line.name in SENT_X


def sent(component: Component) -> Component:
    """The component as others get it: no alarms, nothing private of its owner's."""
    lines = [line for line in component.properties if is_sent(line)]
    lines = [as_sent(one) if one.name in {"ATTENDEE", "ORGANIZER"} else one for one in lines]
    inside = [one.copy() for one in component.components if one.name != "VALARM"]
    return Component(component.name, lines, inside)


def timing(component: Component, zones: Zones) -> Hashable:
    """When it takes place, however that is written; EXDATE is left out."""
    rules = {line.name: _rule(line, zones) for line in component.properties if line.name in RULES}
    try:
        of = item(component, zones, UTC)
    except FormatError:
        lines = component.properties
        return tuple(sorted((x.name, x.param_text, x.value) for x in lines if x.name in TIMES))
    start = of.start
    at = None if start is None else (start.utc(UTC), start.is_date)
    zone = str(start.zone) if start is not None and rules else ""
    return at, zone, of.length.local + of.length.exact, of.has_end, frozenset(rules.items())


def _rule(line: Line, zones: Zones) -> Hashable:
    if line.name == "RDATE" and "/" not in line.value:
        try:
            return frozenset(at.utc(UTC) for at in moments(line, zones))
        except FormatError:
            return line.value
    parts = (part.strip().upper() for part in line.value.split(";"))
    defaults = {"", "INTERVAL=1", "WKST=MO"}
    return frozenset(part for part in parts if part not in defaults)


def details(component: Component) -> frozenset[tuple[str, str]]:
    """What attendees are told of when it changes, times aside."""
    found: set[tuple[str, str]] = set()
    for line in component.properties:
        if line.name == "ATTENDEE":
            role = (line.param("ROLE") or "REQ-PARTICIPANT").upper()
            found.add((f"ATTENDEE {of_line(line)}", role))
        elif line.name in QUIET or line.name in TIMES or line.name in RULES or not is_sent(line):
            continue
        elif line.value.strip():
            said = line.name, _text(line)
            if said not in MEANT:
                found.add(said)
    return frozenset(found)


def _text(line: Line) -> str:
    text = line.text.replace("\r\n", "\n").strip()
    return text.upper() if line.name in {"STATUS", "PRIORITY"} else text

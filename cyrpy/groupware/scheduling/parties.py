"""Organizer and attendees of components, and their parameters (RFC 5545 §3.8.4.1, RFC 6638 §7)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.groupware.scheduling.address import of_line

NEEDS_ACTION: Final = "NEEDS-ACTION"
DECLINED: Final = "DECLINED"
SERVER: Final = "SERVER"

# Parameters that mean something to others; what clients and servers add for themselves stays here.
SENT_PARAMS: Final = frozenset(
    {
        "CN",
        "CUTYPE",
        "DELEGATED-FROM",
        "DELEGATED-TO",
        "DIR",
        "EMAIL",
        "LANGUAGE",
        "MEMBER",
        "PARTSTAT",
        "ROLE",
        "RSVP",
        "SENT-BY",
    }
)


def organizer_of(component: Component) -> str | None:
    """Who organizes it; None if nobody is named."""
    line = component.first("ORGANIZER")
    return of_line(line) if line is not None and line.value.strip() else None


def attendees_of(component: Component) -> dict[str, Line]:
    """The ATTENDEE lines by address; of several for one, the first."""
    found: dict[str, Line] = {}
    for line in component.properties:
        if line.name == "ATTENDEE":
            found.setdefault(of_line(line), line)
    return found


def attendee_among(component: Component, addresses: Collection[str]) -> Line | None:
    """The first ATTENDEE that is one of these addresses."""
    for line in component.properties:
        if line.name == "ATTENDEE" and of_line(line) in addresses:
            return line
    return None


def partstat(line: Line | None) -> str:
    """What was answered, in upper case; NEEDS-ACTION is what its absence means (§3.2.12)."""
    return NEEDS_ACTION if line is None else (line.param("PARTSTAT") or NEEDS_ACTION).upper()


def agent(line: Line | None) -> str:
    """Who sends messages to this one: SERVER, CLIENT or NONE (RFC 6638 §7.1)."""
    value = SERVER if line is None else (line.param("SCHEDULE-AGENT") or SERVER).upper()
    return value if value in {SERVER, "CLIENT"} else "NONE"  # §7.1: what is not known is NONE


def forced(line: Line | None) -> str:
    """The method that SCHEDULE-FORCE-SEND asks for (RFC 6638 §7.2)."""
    return "" if line is None else (line.param("SCHEDULE-FORCE-SEND") or "").upper()


def with_params(line: Line, **changed: str | None) -> Line:
    """The line with parameters set, or removed where None; `_` in names is `-`.

    A line that has them so already is given back as it is.
    """
    names = {name.replace("_", "-"): value for name, value in changed.items()}
    if all(line.param(name) == value for name, value in names.items()):
        return line
    params: dict[str, str | tuple[str, ...]] = {}
    for name, values in line.params.items():
        if name not in names:
            params[name] = values
    params.update((name, value) for name, value in names.items() if value is not None)
    return Line.of(line.name, line.value, params, line.group)


def as_sent(line: Line) -> Line:
    """ORGANIZER or ATTENDEE as others get it."""
    kept = {name: values for name, values in line.params.items() if name in SENT_PARAMS and values}
    if len(kept) == len(line.params):
        return line
    return Line.of(line.name, line.value, kept)


def replace_lines(component: Component, changed: Iterable[tuple[Line, Line]]) -> None:
    """Put lines in the place of others, found by identity."""
    by_id = {id(old): new for old, new in changed if old is not new}
    if by_id:
        component.properties = [by_id.get(id(line), line) for line in component.properties]

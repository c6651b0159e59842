"""What everybody may see of a calendar object: neither people nor alarms, unless that is wanted."""

from __future__ import annotations

from typing import Final

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component

PEOPLE: Final = frozenset({"ATTENDEE", "ORGANIZER", "CONTACT", "REQUEST-STATUS", "COMMENT"})
# Of properties that programs make for themselves, those that are about what everybody sees.
_SHOWN: Final = frozenset({"X-ALT-DESC", "X-APPLE-STRUCTURED-LOCATION"})
_PARTICIPANTS: Final = frozenset({"PARTICIPANT"})  # RFC 9073 §7.1


def public(calendar: Component, *, alarms: bool = False, people: bool = False) -> Component:
    """A copy without what is private; `alarms` and `people` leave those in."""
    hidden = frozenset() if people else PEOPLE
    left_out = (frozenset() if alarms else frozenset({"VALARM"})) | (
        frozenset() if people else _PARTICIPANTS
    )
    twin = calendar.copy()
    for component in twin.components:
        if component.name != "VTIMEZONE":
            _reduce(component, hidden, left_out)
    return twin


def _reduce(component: Component, hidden: frozenset[str], left_out: frozenset[str]) -> None:
    component.keep(lambda line: _is_public(line, hidden))
    component.components = [
        inside
        for inside in component.components
        if inside.name not in left_out and not inside.name.startswith("X-")
    ]
    for inside in component.components:
        _reduce(inside, hidden, left_out)


def _is_public(line: Line, hidden: frozenset[str]) -> bool:
    if line.name in hidden or not line.name:
        return False
    if line.name == "ATTACH":  # one that this server keeps is for those who sign in
        return line.param("MANAGED-ID") is None
    return not line.name.startswith("X-") or line.name in _SHOWN

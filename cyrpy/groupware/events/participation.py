"""Whether a change is an answer to an invitation and nothing else (RFC 6638 §3.2.2, §3.2.10)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC
from typing import Final

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.item import item
from cyrpy.formats.ical.moments import Zones
from cyrpy.formats.ical.series import RECURRENCE
from cyrpy.formats.ical.write import write
from cyrpy.groupware.scheduling.address import of_line

# What an attendee says of itself, and what clients and servers note beside it.
ANSWERS: Final = {
    "PARTSTAT",
    "RSVP",
    "SCHEDULE-AGENT",
    "SCHEDULE-STATUS",
    "SCHEDULE-FORCE-SEND",
    "X-RESPONSE-COMMENT",
}
# What the server notes of everybody.
_NOTED: Final = {"SCHEDULE-STATUS", "SCHEDULE-FORCE-SEND"}
# What moves with every change.
_KEPT_UP: Final = {"DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "COMMENT", "REQUEST-STATUS"}
# What an instance that is answered by itself has otherwise than its master.
_TIMES: Final = {"RECURRENCE-ID", *RECURRENCE, "DTSTART", "DTEND", "DUE", "DURATION"}

Parts = dict[str | None, Component]  # by RECURRENCE-ID
Said = list[tuple[str, str, tuple[tuple[str, tuple[str, ...]], ...]]]


def is_answer(before: Component, after: Component, mine: Collection[str]) -> bool:
    """Whether only the participation of attendees among `mine`, normalized addresses, changed."""
    old, new = _parts(before), _parts(after)
    if old is None or new is None or not old.keys() <= new.keys():
        return False
    zones = Zones(after)
    for key, part in new.items():
        base, left_out = old.get(key), _KEPT_UP
        if base is None:  # an instance that is answered for the first time
            base, left_out = old.get(None), _KEPT_UP | _TIMES
            if base is None or not _is_instance(base, part, zones):
                return False
        if part.name != base.name or _said(base, left_out, mine) != _said(part, left_out, mine):
            return False
    return True


def _parts(calendar: Component) -> Parts | None:
    """The components by instance; None if one is there twice."""
    found: Parts = {}
    for part in calendar.components:
        if part.name != "VTIMEZONE":
            key = part.value("RECURRENCE-ID")
            if key in found:
                return None
            found[key] = part
    return found


def _is_instance(master: Component, part: Component, zones: Zones) -> bool:
    """Whether it takes place when the recurrence has it, and for as long."""
    start, named = part.first("DTSTART"), part.first("RECURRENCE-ID")
    if start is None or named is None:
        return False
    if (start.value, start.param("TZID")) != (named.value, named.param("TZID")):
        return False
    try:
        return item(master, zones, UTC).length == item(part, zones, UTC).length
    except FormatError:
        return False


def _said(part: Component, left_out: Collection[str], mine: Collection[str]) -> tuple[Said, bytes]:
    """What the component says but for answers, in one order."""
    said = [
        (line.name, line.value, _params(line, mine))
        for line in part.properties
        if line.name not in left_out
    ]
    return sorted(said), b"".join(write(inside) for inside in part.components)


def _params(line: Line, mine: Collection[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    params = line.params
    if params and line.name in {"ATTENDEE", "ORGANIZER"}:
        is_mine = line.name == "ATTENDEE" and of_line(line) in mine
        left_out = ANSWERS if is_mine else _NOTED
        params = {name: values for name, values in params.items() if name not in left_out}
    return tuple(sorted(params.items()))

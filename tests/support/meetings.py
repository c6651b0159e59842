"""Short ways to write meetings, and to say what a plan sends to whom."""

from __future__ import annotations

from collections.abc import Iterable

from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.write import write
from cyrpy.groupware.scheduling.address import of_line
from cyrpy.groupware.scheduling.itip import plan
from cyrpy.groupware.scheduling.model import PLAIN, How, Message, Plan

NOW = 1_767_225_600  # 2026-01-01
ANNA = "mailto:anna@example.com"
BERT = "mailto:bert@example.com"
CARL = "mailto:carl@example.org"


def event(*lines: str, to: Iterable[str] = (BERT, CARL), by: str = ANNA, uid: str = "m") -> str:
    """A VEVENT of a meeting; an attendee may have parameters before a colon, as in a line."""
    attendees = [f"ATTENDEE:{a}" if a.startswith("mailto") else f"ATTENDEE;{a}" for a in to]
    start = [] if any(x.startswith("DTSTART") for x in lines) else ["DTSTART:20260110T090000Z"]
    return "\r\n".join(
        ["BEGIN:VEVENT", f"UID:{uid}", f"ORGANIZER:{by}", *start, *lines, *attendees, "END:VEVENT"]
    )


def meeting(*components: str, method: str | None = None) -> Component:
    """A calendar object of these components."""
    top = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN"]
    top += [f"METHOD:{method}"] if method else []
    return parse("\r\n".join([*top, *components, "END:VCALENDAR", ""]).encode())


def by(
    who: str, before: Component | None, after: Component | None, how: How = PLAIN, now: int = NOW
) -> Plan:
    """What somebody's change leads to."""
    return plan(before, after, frozenset({who}), now, how)


def sent(of: Plan) -> list[tuple[str, str]]:
    """Method and recipient of each message."""
    return [(one.method, one.recipient) for one in of.messages]


def to(of: Plan, recipient: str, method: str = "REQUEST") -> Message:
    """The one message of that method to somebody."""
    (found,) = [m for m in of.messages if m.recipient == recipient and m.method == method]
    return found


def parts(calendar: Component | None) -> dict[str | None, Component]:
    """Components by RECURRENCE-ID."""
    assert calendar is not None
    inside = (c for c in calendar.components if c.name != "VTIMEZONE")
    return {component.value("RECURRENCE-ID"): component for component in inside}


def answer(calendar: Component | None, who: str, of: str | None = None) -> str | None:
    """PARTSTAT of somebody in the master or an override."""
    for line in parts(calendar)[of].every("ATTENDEE"):
        if of_line(line) == who:
            return line.param("PARTSTAT")
    return None


def text(calendar: Component | None) -> str:
    """The object, unfolded."""
    assert calendar is not None
    return write(calendar).decode().replace("\r\n ", "")

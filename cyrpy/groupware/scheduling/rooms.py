"""Rooms and resources answer for themselves: they accept when they are free (RFC 6638 §4.1)."""

from __future__ import annotations

from datetime import UTC
from typing import Final

from cyrpy.data.unit import Unit
from cyrpy.errors import CyrpyError
from cyrpy.formats.ical.budget import Budget
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.series import Window, series
from cyrpy.formats.ical.spans import bounds
from cyrpy.formats.timespan import DAY
from cyrpy.groupware import freebusy
from cyrpy.groupware.scheduling import attendee
from cyrpy.groupware.scheduling.meeting import Meeting, is_cancelled
from cyrpy.groupware.scheduling.model import Message
from cyrpy.groupware.scheduling.parties import (
    DECLINED,
    NEEDS_ACTION,
    attendee_among,
    partstat,
    replace_lines,
    with_params,
)

ROOMS: Final = frozenset({"location", "resource"})  # types of principals (RFC 9670 §2)
AHEAD: Final = 400 * DAY  # how far an endless meeting is looked at
MAX_INSTANCES: Final = 1000
STEPS: Final = 50_000


def answer(
    unit: Unit, principal_id: int, calendar: Component, own: frozenset[str], stamp: str
) -> tuple[Component, Message | None]:
    """The room's copy with its answer in it, and the reply; None if nothing was asked.

    It declines what collides in any instance, and what is too much to look at.
    """
    before, after = Meeting(calendar), Meeting(calendar.copy())
    asked = [
        part
        for part in after.parts.values()
        if not is_cancelled(part) and partstat(attendee_among(part, own)) == NEEDS_ACTION
    ]
    if not asked:
        return calendar, None
    verdict = "ACCEPTED" if _is_free(unit, principal_id, after) else DECLINED
    for part in asked:
        line = attendee_among(part, own)
        if line is not None:
            replace_lines(part, [(line, with_params(line, PARTSTAT=verdict, RSVP=None))])
    return after.calendar, attendee.reply(attendee.Change(own, before, after, stamp))


def _is_free(unit: Unit, principal_id: int, meeting: Meeting) -> bool:
    try:
        spans = _spans(unit, principal_id, meeting)
        if not spans:
            return True
        window = Window(min(start for start, _ in spans), max(end for _, end in spans))
        taken = freebusy.busy_time(unit, freebusy.Asked(principal_id, window, without=meeting.uid))
    except CyrpyError:  # it cannot be told
        return False
    at = 0
    for start, end in sorted(spans):
        while at < len(taken) and taken[at].end <= start:
            at += 1
        if at < len(taken) and taken[at].start < end:
            return False
    return True


def _spans(unit: Unit, principal_id: int, meeting: Meeting) -> list[tuple[int, int]]:
    """When it takes place from now on, for AHEAD from its first time.

    Raises:
        RecurrenceTooComplex: it takes too much to find out.
    """
    begin = max(unit.now, bounds(meeting.calendar).start or unit.now)
    window = Window(begin, begin + AHEAD)
    budget = Budget(STEPS)
    found: list[tuple[int, int]] = []
    for one in series(meeting.calendar, freebusy.zone_of(unit, principal_id) or UTC):
        for instance in one.instances(window, budget):
            if instance.start is None or instance.end is None or is_cancelled(instance.component):
                continue
            if instance.start < window.end and instance.end > window.start:
                found.append((instance.start, instance.end))
            if len(found) > MAX_INSTANCES:
                budget.spend(budget.left + 1)
    return found

"""When alarms go off (RFC 5545 §3.6.6, RFC 4791 §9.9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import NamedTuple

from cyrpy.formats.ical.budget import Budget
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import EPOCH, to_local_seconds
from cyrpy.formats.ical.series import Instance, Window, series
from cyrpy.formats.timespan import DAY, parse_date_time, parse_duration

MAX_REPEAT = 10_000


class Trigger(NamedTuple):
    """What TRIGGER, REPEAT and DURATION say; `offset` is None where `at` is an absolute time."""

    at: int | None
    offset: int
    from_end: bool
    repeat: int
    pause: int

    @property
    def last_offset(self) -> int:
        """That of the last repetition."""
        return self.offset + self.repeat * self.pause

    def first(self, instance: Instance) -> int | None:
        """When it first goes off for an instance, in UTC; None if the instance lacks the date."""
        if self.at is not None:
            return self.at
        anchor = instance.end if self.from_end else instance.start
        return None if anchor is None else anchor + self.offset

    def overlaps(self, instance: Instance, window: Window) -> bool:
        """Whether it goes off inside the window, the first time or repeatedly."""
        first = self.first(instance)
        if first is None or first >= window.end:
            return False
        if first >= window.start or not self.pause:
            return first >= window.start
        missed = -((first - window.start) // self.pause)
        return missed <= self.repeat and first + missed * self.pause < window.end


def trigger(alarm: Component) -> Trigger | None:
    """How a VALARM is triggered; None if it says nothing.

    Raises:
        FormatError: TRIGGER or DURATION cannot be read.
    """
    line = alarm.first("TRIGGER")
    if line is None or not line.value.strip():
        return None
    repeat, pause = _repetition(alarm)
    if line.value.strip()[:1].isdigit():
        at = to_local_seconds(parse_date_time(line.value.strip())[0]) - EPOCH
        return Trigger(at, 0, from_end=False, repeat=repeat, pause=pause)
    offset = parse_duration(line.value)
    from_end = (line.param("RELATED") or "").upper() == "END"
    return Trigger(None, offset.days * DAY + offset.seconds, from_end, repeat, pause)


def _repetition(alarm: Component) -> tuple[int, int]:
    repeat, pause = (alarm.value("REPEAT") or "0").strip(), alarm.value("DURATION")
    if not (repeat.isascii() and repeat.isdecimal()) or pause is None:
        return 0, 0
    duration = parse_duration(pause)
    return min(int(repeat[:9]), MAX_REPEAT), max(0, duration.days * DAY + duration.seconds)


def alarms(
    calendar: Component, window: Window, floating: tzinfo, budget: Budget | None = None
) -> Iterator[tuple[Instance, Component]]:
    """Each instance with each of its alarms that goes off inside the window.

    Raises:
        RecurrenceTooComplex: The budget is spent.
        FormatError: A trigger, a time or a rule cannot be read.
    """
    granted = budget or Budget()
    for one in series(calendar, floating):
        triggers = {
            id(alarm): found
            for item in one.items()
            for alarm in item.component.named("VALARM")
            if (found := trigger(alarm)) is not None
        }
        if not triggers:
            continue
        for instance in one.instances(_widened(window, list(triggers.values())), granted):
            for alarm in instance.component.named("VALARM"):
                found = triggers.get(id(alarm))
                if found is not None and found.overlaps(instance, window):
                    yield instance, alarm


def _widened(window: Window, triggers: list[Trigger]) -> Window:
    """Where the instances are whose alarms may go off inside the window."""
    relative = [one for one in triggers if one.at is None]
    latest = max((one.last_offset for one in relative), default=0)
    earliest = min((one.offset for one in relative), default=0)
    if any(one.at is not None for one in triggers):  # of whatever instance
        return Window(end=window.end + DAY) if not relative else Window(end=window.end - earliest)
    return Window(window.start - latest - 1, window.end - earliest + 1)

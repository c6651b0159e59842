"""Whether an instance overlaps a time range, as the tables of RFC 4791 §9.9 say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC

from cyrpy.errors import FormatError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import EPOCH, parse_moment, to_local_seconds
from cyrpy.formats.ical.series import NEVER, Instance, Window
from cyrpy.formats.timespan import DAY, parse_date_time, parse_duration


def overlaps(instance: Instance, window: Window) -> bool:
    """By the table of the component's type; a type without table is treated as an event.

    Raises:
        FormatError: FREEBUSY cannot be read.
    """
    return _TESTS.get(instance.item.component.name, _event)(instance, window)


def periods(component: Component) -> Iterator[tuple[int, int, str]]:
    """Start, end in UTC and FBTYPE of each period that FREEBUSY lists.

    Raises:
        FormatError: One of them cannot be read.
    """
    for line in component.every("FREEBUSY"):
        kind = (line.param("FBTYPE") or "BUSY").upper()
        for value in line.value.split(","):
            if value.strip():
                yield (*period(value), kind)


def period(value: str) -> tuple[int, int]:
    """Start and end of one PERIOD in UTC (RFC 5545 §3.3.9).

    Raises:
        FormatError: It is none.
    """
    begin, _, end = value.strip().partition("/")
    start = parse_moment(begin, None, lambda _: None).utc(UTC)
    if end[:1] in ("P", "p", "+"):
        duration = parse_duration(end)
        return start, start + duration.days * DAY + duration.seconds
    return start, parse_moment(end, None, lambda _: None).utc(UTC)


def _event(instance: Instance, window: Window) -> bool:
    """VEVENT and VJOURNAL; what has no length overlaps where it begins, however it is written."""
    start, end = instance.start, instance.end
    if start is None or end is None:
        return False
    if end > start:
        return window.start < end and window.end > start
    return window.start <= start < window.end


def _todo(instance: Instance, window: Window) -> bool:
    start, end, of = instance.start, instance.end, instance.item
    if start is None or end is None:
        return _undated_todo(of.component, window)
    if not of.has_start:  # DUE alone
        return window.start < end <= window.end
    if not of.has_end:
        return window.start <= start < window.end
    if of.component.first("DUE") is None:  # DURATION
        begins_in_time = window.start <= end
    else:
        begins_in_time = window.start < end or window.start <= start
    return begins_in_time and (window.end > start or window.end >= end)


def _undated_todo(component: Component, window: Window) -> bool:
    completed, created = _utc(component, "COMPLETED"), _utc(component, "CREATED")
    if completed is None and created is None:
        return True
    if completed is None:
        return created is not None and window.end > created
    if created is None:
        return window.start <= completed <= window.end
    return (window.start <= created or window.start <= completed) and (
        window.end >= created or window.end >= completed
    )


def _utc(component: Component, name: str) -> int | None:
    """COMPLETED or CREATED; what cannot be read is not there (Google: CREATED:00001231T000000Z)."""
    try:
        return to_local_seconds(parse_date_time(component.value(name) or "")[0]) - EPOCH
    except FormatError:
        return None


def _free_busy(instance: Instance, window: Window) -> bool:
    if instance.start is not None and instance.end is not None and instance.item.has_end:
        return window.start <= instance.end and window.end > instance.start
    return any(
        window.start < end and window.end > start
        for start, end, _ in periods(instance.item.component)
    )


def _availability(instance: Instance, window: Window) -> bool:
    """VAVAILABILITY: a bound that it lacks is none (RFC 7953 §3.1, §7.2.1)."""
    start = -NEVER if instance.start is None else instance.start
    end = instance.end if instance.item.has_end and instance.end is not None else NEVER
    return window.start < end and window.end > start


_TESTS: dict[str, Callable[[Instance, Window], bool]] = {
    "VEVENT": _event,
    "VTODO": _todo,
    "VJOURNAL": _event,
    "VFREEBUSY": _free_busy,
    "VAVAILABILITY": _availability,
}

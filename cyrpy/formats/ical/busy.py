"""Busy time: of calendar objects, merged, and as VFREEBUSY (RFC 4791 §7.10, RFC 7953 §4)."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo
from itertools import groupby
from typing import Final, NamedTuple

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.budget import Budget
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import EPOCH, to_datetime
from cyrpy.formats.ical.overlap import periods
from cyrpy.formats.ical.series import NEVER, Window, series
from cyrpy.formats.ical.spans import instances, is_transparent
from cyrpy.formats.timespan import format_date_time

BUSY: Final = "BUSY"
UNAVAILABLE: Final = "BUSY-UNAVAILABLE"
TENTATIVE: Final = "BUSY-TENTATIVE"
FREE: Final = "FREE"
STRENGTH: Final = (TENTATIVE, UNAVAILABLE, BUSY)  # where they meet, the last one counts
MAX_PERIODS: Final = 500  # in one FREEBUSY property
_LOWEST: Final = 10  # of PRIORITY, below 9; 0 means none


class Busy(NamedTuple):
    """A period that is taken.

    Attributes:
        start: UTC, seconds since 1970.
        end: The same, excluded.
        kind: FBTYPE.
    """

    start: int
    end: int
    kind: str = BUSY


def of_event(component: Component) -> str | None:
    """What an instance of a VEVENT makes of its time; None: it leaves it free (RFC 4791 §7.10)."""
    status = (component.value("STATUS") or "").strip().upper()
    if status == "CANCELLED" or is_transparent(component):
        return None
    return TENTATIVE if status == "TENTATIVE" else BUSY


def busy(
    calendar: Component,
    window: Window,
    floating: tzinfo,
    budget: Budget | None = None,
    kind_of: Callable[[Component], str | None] = of_event,
) -> list[Busy]:
    """The time inside the window that the events and VFREEBUSY of a calendar object take.

    Args:
        calendar: A calendar object.
        window: What lies outside is cut off.
        floating: The zone in which days and floating times are read.
        budget: How much work it may be.
        kind_of: Says of the VEVENT of an instance what it makes of the time.

    Raises:
        RecurrenceTooComplex: The budget is spent.
        FormatError: Times or rules cannot be read.
    """
    found: list[Busy] = []
    for instance in instances(calendar, window, floating, budget):
        component = instance.component
        if component.name == "VFREEBUSY":
            found += [Busy(*one) for one in periods(component) if one[2] != FREE]
        elif component.name == "VEVENT" and instance.start is not None:
            kind = kind_of(component)
            if kind is not None and instance.end is not None:
                found.append(Busy(instance.start, instance.end, kind))
    return list(_clipped(found, window))


def merged(found: Iterable[Busy]) -> list[Busy]:
    """The same time without overlaps, in order: the stronger kind counts, what touches is one."""
    by_kind: dict[str, list[Busy]] = {}
    for one in found:
        kind = one.kind if one.kind in STRENGTH else BUSY
        by_kind.setdefault(kind, []).append(Busy(one.start, one.end, kind))
    result: list[Busy] = []
    for kind in STRENGTH:
        if kind in by_kind:
            result = _over(result, _joined(by_kind[kind]))
    return result


def unavailable(
    calendars: Iterable[Component], window: Window, floating: tzinfo, budget: Budget | None = None
) -> list[Busy]:
    """The time inside the window at which VAVAILABILITY says that somebody is not (RFC 7953 §4).

    Where several have a say, the one of the best PRIORITY does; among equals, it is not available.

    Raises:
        RecurrenceTooComplex: The budget is spent.
        FormatError: Times or rules cannot be read.
    """
    granted = budget or Budget()
    layers = [
        _Layer.of(component, calendar, window, floating, granted)
        for calendar in calendars
        for component in calendar.named("VAVAILABILITY")
    ]
    layers.sort(key=lambda layer: -layer.rank)
    result: list[Busy] = []
    for _, group in groupby(layers, key=lambda layer: layer.rank):
        equals = list(group)
        for layer in equals:
            result = list(_outside(result, layer.span))
        result = merged((*result, *(one for layer in equals for one in layer.busy)))
    return result


def vfreebusy(found: Iterable[Busy], window: Window, *more: Line) -> Component:
    """VFREEBUSY of merged busy time, asked for a window; `more` stands first (UID, DTSTAMP …)."""
    lines = [*more, Line("DTSTART", "", utc_text(window.start))]
    lines.append(Line("DTEND", "", utc_text(window.end)))
    periods_of: dict[str, list[str]] = {}
    for one in found:
        text = f"{utc_text(one.start)}/{utc_text(one.end)}"
        periods_of.setdefault(one.kind, []).append(text)
    for kind, texts in periods_of.items():
        param = "" if kind == BUSY else f"FBTYPE={kind}"
        for at in range(0, len(texts), MAX_PERIODS):
            lines.append(Line("FREEBUSY", param, ",".join(texts[at : at + MAX_PERIODS])))
    return Component("VFREEBUSY", lines)


def utc_text(seconds: int) -> str:
    """Seconds since 1970 as a DATE-TIME in UTC."""
    return format_date_time(to_datetime(seconds + EPOCH), is_utc=True)


class _Layer(NamedTuple):
    """What one VAVAILABILITY says about the window."""

    rank: int  # PRIORITY; 1 is best
    span: Window  # about which it says something
    busy: list[Busy]

    @classmethod
    def of(
        cls,
        component: Component,
        calendar: Component,
        window: Window,
        floating: tzinfo,
        budget: Budget,
    ) -> _Layer:
        zones = calendar.named("VTIMEZONE")
        alone = Component("VCALENDAR", (), [component, *zones])
        start, end = NEVER, -NEVER
        for instance in instances(alone, window, floating, budget):
            start = -NEVER if instance.start is None else instance.start
            end = NEVER if instance.end is None or not instance.item.has_end else instance.end
        span = Window(max(start, window.start), min(end, window.end))
        inside = Component("VCALENDAR", (), [*component.named("AVAILABLE"), *zones])
        free = (
            Busy(instance.start, instance.end, FREE)
            for one in series(inside, floating)
            for instance in one.instances(span, budget)
            if instance.start is not None and instance.end is not None
        )
        kind = (component.value("BUSYTYPE") or UNAVAILABLE).strip().upper()
        whole = [Busy(span.start, span.end, kind if kind in STRENGTH else BUSY)]
        busy = whole if span.start < span.end else []
        return cls(_rank(component), span, list(_without(busy, _joined(_clipped(free, span)))))


def _rank(component: Component) -> int:
    text = (component.value("PRIORITY") or "").strip()
    return int(text) if text in tuple("123456789") else _LOWEST


def _clipped(found: Iterable[Busy], window: Window) -> Iterator[Busy]:
    for start, end, kind in found:
        start, end = max(start, window.start), min(end, window.end)  # noqa: PLW2901 - cut
        if start < end:
            yield Busy(start, end, kind)


def _outside(found: Iterable[Busy], span: Window) -> Iterator[Busy]:
    if span.start >= span.end:
        yield from found
        return
    for one in found:
        yield from _clipped((one,), Window(end=span.start))
        yield from _clipped((one,), Window(start=span.end))


def _joined(found: Iterable[Busy]) -> list[Busy]:
    """Periods of one kind, in order and without overlaps."""
    result: list[Busy] = []
    for one in sorted(found):
        if result and one.start <= result[-1].end:
            if one.end > result[-1].end:
                result[-1] = result[-1]._replace(end=one.end)
        elif one.start < one.end:
            result.append(one)
    return result


def _over(below: list[Busy], above: list[Busy]) -> list[Busy]:
    return list(heapq.merge(_without(below, above), above))


def _without(found: list[Busy], holes: list[Busy]) -> Iterator[Busy]:
    """Ordered periods less the holes, which are ordered too and do not overlap."""
    at = 0
    for one in found:
        start = one.start
        while at < len(holes) and holes[at].end <= start:
            at += 1
        next_hole = at
        while next_hole < len(holes) and holes[next_hole].start < one.end:
            hole = holes[next_hole]
            if start < hole.start:
                yield Busy(start, hole.start, one.kind)
            start = max(start, hole.end)
            next_hole += 1
        if start < one.end:
            yield Busy(start, one.end, one.kind)

"""A calendar object made ready to be stored: parsed, judged, measured; before the writer's lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final, NamedTuple

from cyrpy.data.events import NEVER, PRIVATE, PUBLIC, SECRET, SHORT, YEAR
from cyrpy.data.keys import bounded, tag_of
from cyrpy.data.search import Document
from cyrpy.errors import FormatError
from cyrpy.formats.ical import validate
from cyrpy.formats.ical.budget import Budget
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import Limits as ParseLimits
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.series import Window, series
from cyrpy.formats.ical.spans import FLOATING_MARGIN, Bounds, bounds
from cyrpy.formats.ical.write import write
from cyrpy.formats.timespan import parse_utc_date
from cyrpy.groupware.events.errors import InvalidObject, LimitExceeded
from cyrpy.groupware.events.rendering import VERSION, converted, instances_of, joined
from cyrpy.groupware.events.words import document_of

MAX_SIZE: Final = 10 << 20  # octets
MAX_TOLD: Final = 3  # problems that one answer tells of
_CLASSES: Final = {"PUBLIC": PUBLIC, "PRIVATE": PRIVATE, "CONFIDENTIAL": SECRET}


class Limits(NamedTuple):
    """What calendar objects may have; None: no bound (RFC 4791 §5.2.5 to §5.2.9)."""

    max_size: int = MAX_SIZE  # octets
    min_date_time: int | None = None  # unix seconds
    max_date_time: int | None = None
    max_instances: int | None = None
    max_attendees: int | None = None  # of one component


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is stored of a calendar object, before it is known where.

    Attributes:
        octets: Those that came, where `exact` says so; else written anew.
        uid: As `cyrpy.data.keys` bounds it.
        instances: RECURRENCE-IDs as they stand in ids, of an object without master.
        starts_at: With the times that follow, as the columns of the table.
        made_at: None where it does not say; so is revised_at.
        document: What full-text search finds it by.
    """

    calendar: Component
    octets: bytes
    exact: bool
    etag: str
    uid: str
    component: str
    privacy: int
    has_organizer: bool
    starts_at: int
    ends_at: int
    is_long: int
    is_plain: bool
    phase: int
    instances: tuple[str, ...]
    begins_at: int
    made_at: int | None
    revised_at: int | None
    jscalendar: bytes | None
    document: Document

    def columns(self) -> dict[str, Any]:
        """The columns that follow from the object itself."""
        return {
            "uid": self.uid,
            "component": self.component,
            "etag": self.etag,
            "size": len(self.octets),
            "privacy": self.privacy,
            "has_organizer": int(self.has_organizer),
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "is_long": self.is_long,
            "is_plain": int(self.is_plain),
            "phase": self.phase,
            "begins_at": self.begins_at,
            "instances": " ".join(self.instances) or None,
            "rendering": VERSION,
        }


def prepare(source: bytes | Component, limits: Limits = LIMITS) -> Prepared:
    """Make octets, or a tree that was made here, ready.

    METHOD, which a stored object must not have and some clients send, is left out.

    Raises:
        InvalidObject: it is none that a calendar could hold.
        LimitExceeded: it is beyond one of the limits.
    """
    calendar, exact = (source, False) if isinstance(source, Component) else _parsed(source, limits)
    wrong = validate.problems(calendar)
    if wrong and all(problem.is_mendable for problem in wrong):
        calendar.drop("METHOD")
        exact = False
    elif wrong:
        raise _invalid([problem for problem in wrong if not problem.is_mendable])
    octets = source if exact and isinstance(source, bytes) else write(calendar)
    if len(octets) > limits.max_size:
        raise _too_large(len(octets), limits.max_size)
    try:
        span = bounds(calendar)
    except FormatError as exc:
        raise InvalidObject(validate.DATA, str(exc)) from exc
    parts = [part for part in calendar.components if part.name != "VTIMEZONE"]
    if limits != LIMITS:
        _check(calendar, parts, span, limits)
    return _prepared(calendar, octets, exact, span, parts)


def _parsed(octets: bytes, limits: Limits) -> tuple[Component, bool]:
    if len(octets) > limits.max_size:
        raise _too_large(len(octets), limits.max_size)
    try:
        return parse(octets, limits=ParseLimits(max_octets=limits.max_size)), True
    except FormatError as exc:
        raise InvalidObject(validate.DATA, str(exc)) from exc


def _too_large(size: int, most: int) -> LimitExceeded:
    return LimitExceeded(
        "max-resource-size", f"the object has {size} octets; at most {most} are accepted"
    )


def _invalid(problems: list[validate.Problem]) -> InvalidObject:
    """The first problem decides the precondition; the text tells of some more."""
    told = "; ".join(problem.description for problem in problems[:MAX_TOLD])
    return InvalidObject(problems[0].precondition, told)


def _prepared(
    calendar: Component, octets: bytes, exact: bool, span: Bounds, parts: list[Component]
) -> Prepared:
    start = -NEVER if span.start is None else span.start
    end = NEVER if span.end is None else span.end
    is_long = _length(span, end - start)
    is_single = len(parts) == 1 and not span.is_recurring and span.start is not None
    names = [[line.name for line in part.properties] for part in parts]
    has_master = any("RECURRENCE-ID" not in found for found in names)
    instances = () if has_master else instances_of(parts)
    found = converted(calendar)
    margin = FLOATING_MARGIN if span.is_floating else 0
    return Prepared(
        calendar=calendar,
        octets=octets,
        exact=exact,
        etag=tag_of(octets),
        uid=bounded(span.uid or ""),
        component=span.component,
        privacy=max(map(privacy_of, parts)),
        has_organizer=any("ORGANIZER" in found for found in names),
        starts_at=start,
        ends_at=end,
        is_long=is_long,
        is_plain=is_single
        and span.component == "VEVENT"
        and not span.is_floating
        and start < end < NEVER,
        phase=span.phase if is_long == 2 else 0,
        instances=instances,
        begins_at=start if span.start is None else start + margin,
        made_at=_seconds(found, "created"),
        revised_at=_seconds(found, "updated"),
        jscalendar=joined(found, instances),
        document=document_of(found),
    )


def _seconds(found: list[dict[str, Any]], name: str) -> int | None:
    """A UTCDateTime of the first object, which years beyond the calendar's ends are not."""
    text = found[0].get(name) if found else None
    try:
        return None if text is None else int(parse_utc_date(text).timestamp())
    except FormatError:
        return None


def _length(span: Bounds, seconds: int) -> int:
    """As the column `is_long` has it."""
    if span.is_recurring and seconds > YEAR:
        return 2
    return int(span.is_recurring or seconds > SHORT)


def privacy_of(component: Component) -> int:
    """CLASS as a number; what is not known is as private as PRIVATE (RFC 5545 §3.8.1.3)."""
    value = component.value("CLASS")
    return PUBLIC if value is None else _CLASSES.get(value.strip().upper(), PRIVATE)


def _check(calendar: Component, parts: list[Component], span: Bounds, limits: Limits) -> None:
    """Make sure that the limits are kept.

    Raises:
        LimitExceeded: one is not.
    """
    _check_times(span, limits)
    most = limits.max_attendees
    if most is not None:
        found = max(len(part.every("ATTENDEE")) for part in parts)
        if found > most:
            raise LimitExceeded(
                "max-attendees-per-instance", f"there are {found} attendees; at most {most} may be"
            )
    if limits.max_instances is not None and span.is_recurring:
        _check_instances(calendar, limits.max_instances)


def _check_times(span: Bounds, limits: Limits) -> None:
    margin = FLOATING_MARGIN if span.is_floating else 0
    checks: tuple[tuple[str, int | None, int | None, Callable[[int, int], bool]], ...] = (
        ("min-date-time", limits.min_date_time, span.start, lambda at, bound: at + margin < bound),
        ("max-date-time", limits.max_date_time, span.start, lambda at, bound: at + margin > bound),
        ("max-date-time", limits.max_date_time, span.end, lambda at, bound: at - margin > bound),
    )
    for name, bound, at, is_beyond in checks:
        if bound is not None and at is not None and is_beyond(at, bound):
            which = "begins too early" if name == "min-date-time" else "is too far in the future"
            raise LimitExceeded(name, f"the object {which}; CALDAV:{name} tells the bound")


def _check_instances(calendar: Component, most: int) -> None:
    count = 0
    for one in series(calendar, UTC):
        for _ in one.instances(Window(), Budget()):
            count += 1
            if count > most:
                raise LimitExceeded(
                    "max-instances", f"it recurs more often than {most} times, which is the limit"
                )

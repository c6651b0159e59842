"""CalendarEvent/parse: iCalendar blobs as events, of which nothing is stored (JMAP Calendars)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field

from cyrpy.errors import FormatError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import Limits, parse
from cyrpy.formats.jscalendar.from_ical import objects
from cyrpy.formats.jscalendar.restore import stripped
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Arguments, Json
from cyrpy_jmap.methods.get import AnyId
from cyrpy_jmap.types.calendar_event.kind import EVENTS
from cyrpy_jmap.types.calendar_event.model import (
    DEFAULTS,
    ICALENDAR,
    MAX_BLOBS,
    PARSE,
    UTC_END,
    UTC_START,
)
from cyrpy_jmap.types.calendar_event.shaping import utc_times, zone_of

MAX_SIZE: Final = 10 << 20  # octets of one blob
MAX_EVENTS: Final = 10_000  # in one answer
# Of what is stored, and so null here.
_STORED: Final = ("id", "baseEventId", "calendarIds", "isDraft", "isOrigin")


class ParseArguments(MethodArguments):
    """The arguments of CalendarEvent/parse."""

    account_id: str
    blob_ids: Annotated[list[AnyId], Field(max_length=10_000)]
    properties: list[str] | None = None


def run_parse(call: Call, arguments: Arguments) -> Arguments:
    """Show blobs as events.

    Raises:
        MethodError: `requestTooLarge` if more than MAX_BLOBS are named, `invalidArguments`.
    """
    args = check(ParseArguments, arguments)
    call.enter(args.account_id, PARSE)
    named = _named(args.properties)
    blob_ids = list(dict.fromkeys(call.real_id(id) or id for id in args.blob_ids))
    if len(blob_ids) > MAX_BLOBS:
        raise MethodError("requestTooLarge", f"at most {MAX_BLOBS} blobs in one call")
    parsed: dict[str, list[Json]] = {}
    not_parsable: list[str] = []
    not_found: list[str] = []
    left = MAX_EVENTS
    for blob_id in blob_ids:
        octets = call.blob(blob_id)
        if octets is None:
            not_found.append(blob_id)
            continue
        events = _events(octets, named)
        if not events:
            not_parsable.append(blob_id)
            continue
        left -= len(events)
        if left < 0:
            raise MethodError("requestTooLarge", f"more than {MAX_EVENTS} events; name fewer blobs")
        parsed[blob_id] = events
    return {
        "accountId": call.account.wire_id,
        "parsed": parsed or None,
        "notParsable": not_parsable or None,
        "notFound": not_found or None,
    }


def _named(properties: list[str] | None) -> frozenset[str] | None:
    if properties is None:
        return None
    unknown = [name for name in properties if not EVENTS.knows(name) and name != "method"]
    if unknown:
        shown = ", ".join(repr(name[:80]) for name in unknown[:20])
        raise MethodError(
            "invalidArguments",
            f"properties: CalendarEvent has no {shown}",
            arguments=["properties"],
        )
    return frozenset(properties)


def _events(octets: bytes, named: frozenset[str] | None) -> list[Json]:
    """The events in a blob; none where it is no iCalendar."""
    try:
        calendar = parse(octets, limits=Limits(max_octets=MAX_SIZE))
        found = objects(_only_events(calendar), with_method=True)
    except FormatError:
        return []
    return [_shown(event, named) for event in found]


def _only_events(calendar: Component) -> Component:
    parts = [c for c in calendar.components if c.name in {"VEVENT", "VTIMEZONE"}]
    return Component(calendar.name, calendar.properties, parts)


def _shown(event: Json, named: frozenset[str] | None) -> Json:
    if named is None:
        return stripped(event)
    value: dict[str, Any] = event if ICALENDAR in named else stripped(event)
    if named & {UTC_START, UTC_END}:
        value = {**value, **utc_times(value, zone_of("Etc/UTC"))}
    for name in named & DEFAULTS.keys():
        value.setdefault(name, DEFAULTS[name])
    stored = {name: None for name in _STORED if name in named}
    return {name: v for name, v in value.items() if name in named} | stored

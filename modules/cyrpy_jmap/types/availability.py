"""Principal/getAvailability: when somebody is busy (JMAP Calendars, "Principals and Sharing")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

import orjson

from cyrpy.data import principals
from cyrpy.data.principals import GROUP
from cyrpy.data.unit import Unit
from cyrpy.errors import FormatError, NotFound, Unavailable
from cyrpy.formats.ical.busy import BUSY, TENTATIVE, UNAVAILABLE, Busy
from cyrpy.formats.ical.series import Window
from cyrpy.formats.jscalendar.instance import instance
from cyrpy.formats.timespan import DAY, utc_date
from cyrpy.groupware import events
from cyrpy.groupware.availability import Shown, taken
from cyrpy.groupware.events import peruser
from cyrpy.groupware.freebusy import Asked
from cyrpy.groupware.scheduling.people import addresses_of
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call, Method
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Arguments, Json
from cyrpy_jmap.objects import JmapObject, UTCDate, seconds_of
from cyrpy_jmap.types.calendar_event.kind import EVENTS
from cyrpy_jmap.types.calendar_event.model import DEFAULTS
from cyrpy_jmap.types.calendar_event.shaping import reduced
from cyrpy_jmap.types.sharing import actor_of

MAX_DURATION: Final = 366 * DAY  # seconds
STATUS: Final = {BUSY: "confirmed", TENTATIVE: "tentative", UNAVAILABLE: "unavailable"}

AVAILABILITY: Final = Capability(
    "urn:ietf:params:jmap:principals:availability", account={"maxAvailabilityDuration": "P1Y"}
)


class AvailabilityArguments(MethodArguments):
    """The arguments of Principal/getAvailability."""

    account_id: str
    id: str
    utc_start: UTCDate
    utc_end: UTCDate
    show_details: bool = False
    event_properties: list[str] | None = None


class Availability(DataType[JmapObject]):
    """Has no records, only the method."""

    name: ClassVar[str] = "Availability"
    capability = AVAILABILITY
    model = JmapObject
    logged = False

    def methods(self) -> dict[str, Method]:
        """Expanding recurrences may take long."""
        return {"Principal/getAvailability": Method(get_availability, slow=True)}


def get_availability(call: Call, arguments: Arguments) -> Arguments:
    """The periods in which a principal is busy.

    Raises:
        MethodError: `notFound`, `forbidden`, `tooLarge`, `invalidArguments`.
    """
    args = check(AvailabilityArguments, arguments)
    call.enter(args.account_id, AVAILABILITY)
    row = call.unit.first(principals.BY_WIRE_ID, wire_id=args.id)
    if row is None:
        raise MethodError("notFound", f"there is no principal {args.id[:255]!r}")
    if row.type == GROUP:
        raise MethodError("forbidden", "a group has no time of its own")
    named = _named(args.event_properties)
    asked = Asked(row.id, _window(args), actor_of(call), is_open=True)
    try:
        found = taken(call.unit, asked, details=args.show_details)
    except Unavailable as exc:
        raise MethodError("tooLarge", str(exc)) from exc
    periods = [_period(one) for one in found.periods]
    periods += _events(call, row.id, row.wire_id, found.shown, named)
    periods.sort(key=lambda period: (period["utcStart"], period["utcEnd"]))
    return {"accountId": call.account.wire_id, "list": periods}


def _window(args: AvailabilityArguments) -> Window:
    start, end = (int(seconds_of(date)) for date in (args.utc_start, args.utc_end))
    if start >= end:
        raise MethodError(
            "invalidArguments", "utcEnd: must be after utcStart", arguments=["utcEnd"]
        )
    if end - start > MAX_DURATION:
        raise MethodError("tooLarge", "at most a year can be asked for (maxAvailabilityDuration)")
    return Window(start, end)


def _named(properties: list[str] | None) -> frozenset[str] | None:
    if properties is None:
        return None
    unknown = [name for name in properties if not EVENTS.knows(name)]
    if unknown:
        shown = ", ".join(repr(name[:80]) for name in unknown[:20])
        raise MethodError(
            "invalidArguments",
            f"eventProperties: an Event has no {shown}",
            arguments=["eventProperties"],
        )
    return frozenset(properties)


def _period(one: Busy) -> Json:
    return {
        "utcStart": utc_date(one.start),
        "utcEnd": utc_date(one.end),
        "busyStatus": STATUS[one.kind],
        "event": None,
    }


def _events(
    call: Call,
    account_id: int,
    wire_id: str,
    shown: Iterable[Shown],
    named: frozenset[str] | None,
) -> list[Json]:
    """Periods with the events that they are."""
    found = list(shown)
    jsons = _values(call.unit, account_id, {one.row.id for one in found})
    is_owner = account_id == call.viewer.own.id
    mine = addresses_of(call.unit, call.viewer.own.id)
    periods = []
    for one in found:
        event = _event(one, jsons.get(one.row.id))
        if event is not None and not is_owner:
            event = peruser.shared(event)
            if event.get("hideAttendees") is True:
                event = reduced(event, mine)
        if event is not None and named is not None:
            event = {name: DEFAULTS[name] for name in named & DEFAULTS.keys()} | event
            event = {name: value for name, value in event.items() if name in named}
        periods.append({**_period(one.busy), "event": event, "accountId": wire_id})
    return periods


def _values(unit: Unit, account_id: int, numbers: Iterable[int]) -> dict[int, Json]:
    wanted = sorted(numbers)
    found: dict[int, Json] = {}
    for at in range(0, len(wanted), 200):
        for number, json in events.rendered(unit, account_id, wanted[at : at + 200]).items():
            found[number] = orjson.loads(json)
    return found


def _event(one: Shown, event: Json | None) -> Json | None:
    if event is None:
        return None
    if one.alone is not None:
        alone: Json | None = event.get(one.alone)
        return alone
    if one.recurrence_id is None:
        return event
    try:
        return instance(event, one.recurrence_id)
    except (FormatError, NotFound):
        return None

"""What arguments of CalendarEvent/get leave out of an event, and the times that they ask for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, tzinfo
from typing import Any, NamedTuple

from cyrpy.errors import FormatError
from cyrpy.formats.ical import zones
from cyrpy.formats.ical.moments import EPOCH, to_utc
from cyrpy.formats.jscalendar.times import add, duration_of, local_seconds
from cyrpy.formats.timespan import utc_date
from cyrpy.groupware.scheduling.address import normalized
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.objects import seconds_of
from cyrpy_jmap.types.calendar_event.model import OVERRIDES, UTC_END, UTC_START, EventGetArguments

PARTICIPANTS = "participants"


class Shape(NamedTuple):
    """Which overrides are wanted, which participants, and where floating times are read.

    Attributes:
        before: Unix seconds; None: no bound.
        after: Likewise.
    """

    before: float | None = None
    after: float | None = None
    reduces: bool = False
    zone: tzinfo = UTC

    @classmethod
    def of(cls, arguments: EventGetArguments) -> Shape:
        """What a /get asks for."""
        return cls(
            _seconds(arguments.recurrence_overrides_before),
            _seconds(arguments.recurrence_overrides_after),
            arguments.reduce_participants,
            zone_of(arguments.time_zone),
        )

    @property
    def is_span(self) -> bool:
        """Whether only some overrides are wanted."""
        return self.before is not None or self.after is not None

    def overrides(self, event: Mapping[str, Any]) -> Json:
        """Those of the event's overrides whose instances are between the bounds."""
        zone = _zone(event, self.zone)
        return {rid: patch for rid, patch in event[OVERRIDES].items() if self._is_wanted(rid, zone)}

    def _is_wanted(self, rid: str, zone: tzinfo) -> bool:
        try:
            at = to_utc(local_seconds(rid), zone)
        except FormatError:
            return True
        return (self.before is None or at < self.before) and (
            self.after is None or at >= self.after
        )


def zone_of(name: str) -> tzinfo:
    """The zone of a name that was checked."""
    return UTC if name == "Etc/UTC" else zones.zone(name) or UTC


def _seconds(date: str | None) -> float | None:
    return None if date is None else seconds_of(date)


def _zone(event: Mapping[str, Any], floating: tzinfo) -> tzinfo:
    name = event.get("timeZone")
    return zone_of(name) if isinstance(name, str) else floating


def utc_times(event: Mapping[str, Any], floating: tzinfo) -> Json:
    """UtcStart, and utcEnd or utcDue; nothing of what has no time that can be read."""
    zone = _zone(event, floating)
    try:
        if event.get("@type") == "Task":
            return _task_times(event, zone)
        start = local_seconds(event.get("start"))
        end = add(start, duration_of(event.get("duration", "PT0S")), zone)
    except FormatError:
        return {}
    return {UTC_START: _utc(start, zone), UTC_END: _utc(end, zone)}


def _task_times(event: Mapping[str, Any], zone: tzinfo) -> Json:
    given = ((UTC_START, event.get("start")), ("utcDue", event.get("due")))
    return {name: _utc(local_seconds(at), zone) for name, at in given if at is not None}


def _utc(local: int, zone: tzinfo) -> str:
    seconds = to_utc(local, zone)
    return utc_date(max(-EPOCH + 86_400, min(seconds, 253_402_300_799)))


def reduced(event: Mapping[str, Any], mine: Collection[str]) -> Json:
    """The event with no participants but owners and the user itself, overrides included."""
    people = event.get(PARTICIPANTS)
    people = people if isinstance(people, Mapping) else {}
    kept = {key: one for key, one in people.items() if _stays(one, mine)}
    made: Json = {**event}
    if people:
        made[PARTICIPANTS] = kept
    overrides = event.get(OVERRIDES)
    if isinstance(overrides, Mapping):
        made[OVERRIDES] = {
            rid: {
                pointer: _cut(pointer, value, mine)
                for pointer, value in patch.items()
                if _is_kept(pointer, value, kept, mine)
            }
            for rid, patch in overrides.items()
        }
    return made


def _stays(one: Any, mine: Collection[str]) -> bool:  # noqa: ANN401 - JSON
    if not isinstance(one, Mapping):
        return False
    roles = one.get("roles")
    if isinstance(roles, Mapping) and "owner" in roles:
        return True
    address = one.get("calendarAddress")
    return isinstance(address, str) and normalized(address) in mine


def _is_kept(
    pointer: str,
    value: Any,  # noqa: ANN401 - JSON
    kept: Collection[str],
    mine: Collection[str],
) -> bool:
    top, _, rest = pointer.partition("/")
    if top != PARTICIPANTS or not rest:
        return True
    key, _, inside = rest.partition("/")
    key = key.replace("~1", "/").replace("~0", "~")
    return key in kept or (not inside and _stays(value, mine))


def _cut(pointer: str, value: Any, mine: Collection[str]) -> Any:  # noqa: ANN401 - JSON
    if pointer == PARTICIPANTS and isinstance(value, Mapping):
        return {key: one for key, one in value.items() if _stays(one, mine)}
    return value

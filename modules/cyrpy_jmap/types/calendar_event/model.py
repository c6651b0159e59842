"""What a CalendarEvent is: its properties beside JSCalendar's, their defaults, and arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, Field

from cyrpy.formats.ical import zones
from cyrpy.formats.jscalendar.checks import name_problem
from cyrpy.formats.jscalendar.shape import Shape
from cyrpy.formats.jscalendar.shapes import EVENT
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.methods.copy import CopyArguments
from cyrpy_jmap.methods.get import GetArguments
from cyrpy_jmap.methods.query import QueryArguments
from cyrpy_jmap.methods.query_changes import QueryChangesArguments
from cyrpy_jmap.methods.set import SetArguments
from cyrpy_jmap.objects import Id, JmapObject, ServerSet, UTCDate

HREF: Final = "x-href"  # Cyrus's: where the event is over CalDAV; given when asked for
MINE: Final = "x-mine"  # which participants the user is, by their ids; given when asked for
ICALENDAR: Final = "iCalendar"
UTC_START: Final = "utcStart"
UTC_END: Final = "utcEnd"
OVERRIDES: Final = "recurrenceOverrides"
IS_DRAFT: Final = "isDraft"
IS_ORIGIN: Final = "isOrigin"
# What JMAP adds to the Event; `schema` leaves them alone.
ADDED: Final = frozenset(
    {"id", "baseEventId", "calendarIds", IS_DRAFT, IS_ORIGIN, UTC_START, UTC_END, HREF, MINE}
)
IMMUTABLE: Final = frozenset({"@type", "uid", "recurrenceId", "recurrenceIdTimeZone"})
MAPS: Final = frozenset(
    """alerts categories checklists comments keywords links locations participants
    recurrenceOverrides relatedTo virtualLocations""".split()  # noqa: SIM905 - words are easier to read
)
# What a property that is asked for by name has where the event does not say it.
COMMON_DEFAULTS: Final[Mapping[str, Any]] = {
    "description": "",
    "descriptionContentType": "text/plain",
    "freeBusyStatus": "busy",
    "hideAttendees": False,
    "mayInviteOthers": False,
    "mayInviteSelf": False,
    "priority": 0,
    "privacy": "public",
    "recurrenceId": None,
    "recurrenceIdTimeZone": None,
    "recurrenceRule": None,
    "recurrenceOverrides": None,
    "sequence": 0,
    "showWithoutTime": False,
    "timeZone": None,
    "title": "",
    "useDefaultAlerts": False,
}
DEFAULTS: Final[Mapping[str, Any]] = {
    **COMMON_DEFAULTS,
    "baseEventId": None,
    "duration": "PT0S",
    "status": "confirmed",
}
MAX_BLOBS: Final = 50  # in one /parse

PARSE: Final = Capability("urn:ietf:params:jmap:calendars:parse", shared_by=("Calendar",))


def is_property(name: str, shape: Shape = EVENT) -> bool:
    """Whether objects of a shape of JSCalendar's may have a property of that name."""
    known = name in shape.flat or name in shape.deep
    return known or (name not in shape.reserved and name_problem(name) is None)


class CalendarEvent(JmapObject):
    """What JMAP adds to a JSCalendar Event; the rest is checked by `cyrpy.formats.jscalendar`."""

    dynamic: ClassVar[bool] = True

    base_event_id: ServerSet[Id | None] = None
    calendar_ids: dict[Id, Literal[True]]
    is_draft: bool = False
    is_origin: ServerSet[bool]
    utc_start: UTCDate | None = None
    utc_end: UTCDate | None = None


def _zone(name: str) -> str:
    if zones.zone(name) is None:
        raise ValueError(f"{name[:80]!r} is not in the IANA Time Zone Database")
    return name


TimeZone = Annotated[str, Field(max_length=255), AfterValidator(_zone)]


class EventGetArguments(GetArguments):
    """CalendarEvent/get has four more."""

    recurrence_overrides_before: UTCDate | None = None
    recurrence_overrides_after: UTCDate | None = None
    reduce_participants: bool = False
    time_zone: TimeZone = "Etc/UTC"


class EventSetArguments(SetArguments):
    """CalendarEvent/set has one more."""

    send_scheduling_messages: bool = False


class EventCopyArguments(CopyArguments):
    """A copy may be told of as well."""

    send_scheduling_messages: bool = False


class EventQueryArguments(QueryArguments):
    """CalendarEvent/query has two more."""

    expand_recurrences: bool = False
    time_zone: TimeZone = "Etc/UTC"


class EventQueryChangesArguments(QueryChangesArguments):
    """And so has /queryChanges, as the standard asks for the same query."""

    expand_recurrences: bool = False
    time_zone: TimeZone = "Etc/UTC"

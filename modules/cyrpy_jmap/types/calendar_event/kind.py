"""The kinds of calendar objects that JMAP has types for: what differs between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cyrpy.data.eventids import KIND, LETTERS
from cyrpy.formats.jscalendar.shape import Shape
from cyrpy.formats.jscalendar.shapes import EVENT, TASK
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.types.calendar_event.model import (
    COMMON_DEFAULTS,
    DEFAULTS,
    HREF,
    IS_DRAFT,
    IS_ORIGIN,
    MINE,
    UTC_END,
    UTC_START,
    is_property,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """Events or tasks.

    Attributes:
        name: Of the JMAP type.
        shape: Of JSCalendar's.
        component: Of iCalendar's.
        home: The property that says in which calendar an object is.
        base: The property that says of which object something is an instance.
        utc_end: The property that says when it ends, or is due, in UTC.
        defaults: What a property that is asked for by name has where the object does not say it.
    """

    name: str
    shape: Shape
    component: str
    home: str
    base: str
    utc_end: str
    defaults: Mapping[str, Any]

    @property
    def type(self) -> str:
        """What @type is."""
        return self.shape.name

    @property
    def letter(self) -> str:
        """With which ids begin."""
        return LETTERS[self.component]

    @property
    def added(self) -> frozenset[str]:
        """What JMAP adds to the object; `schema` leaves them alone."""
        return self.server_set | {self.home, IS_DRAFT, UTC_START, self.utc_end}

    @property
    def server_set(self) -> frozenset[str]:
        """What of that only the server sets."""
        return frozenset({"id", self.base, IS_ORIGIN, HREF, MINE})

    def knows(self, name: str) -> bool:
        """Whether objects may have a property of that name."""
        return name in self.added or is_property(name, self.shape)

    def placed(self, calendar_id: str) -> Json:
        """The property that says that an object is in a calendar."""
        return {self.home: {calendar_id: True} if self.has_many_homes else calendar_id}

    def place_of(self, value: Mapping[str, Any]) -> str:
        """The id of the calendar that a checked object is in."""
        found = value[self.home]
        return str(next(iter(found)) if self.has_many_homes else found)

    @property
    def has_many_homes(self) -> bool:
        """Whether the home is a map of ids."""
        return self is EVENTS


EVENTS: Final = Kind(
    name=KIND,
    shape=EVENT,
    component="VEVENT",
    home="calendarIds",
    base="baseEventId",
    utc_end=UTC_END,
    defaults=DEFAULTS,
)
TASKS: Final = Kind(
    name="Task",
    shape=TASK,
    component="VTODO",
    home="taskListId",
    base="baseTaskId",
    utc_end="utcDue",
    defaults={
        **COMMON_DEFAULTS,
        "baseTaskId": None,
        "due": None,
        "estimatedDuration": None,
        "estimatedWork": None,
        "impact": None,
        "percentComplete": None,
        "progress": "needs-action",
        "sortOrder": 0,
        "start": None,
        "workflowStatus": None,
    },
)
_BY_TYPE: Final = {kind.type: kind for kind in (EVENTS, TASKS)}


def kind_of(value: Mapping[str, Any]) -> Kind:
    """Which kind of object that is."""
    return _BY_TYPE[value["@type"]]

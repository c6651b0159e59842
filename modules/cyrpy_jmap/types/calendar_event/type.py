"""Events as a data type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from cyrpy_jmap.call import Method
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.objects import Id
from cyrpy_jmap.types.calendar import Calendars
from cyrpy_jmap.types.calendar.model import CALENDARS
from cyrpy_jmap.types.calendar_event.kind import EVENTS
from cyrpy_jmap.types.calendar_event.model import PARSE, CalendarEvent
from cyrpy_jmap.types.calendar_event.objects import FILTERS, CalendarObjects
from cyrpy_jmap.types.calendar_event.parsing import run_parse


class CalendarEvents(CalendarObjects[CalendarEvent]):
    """The events of an account, for the owner and for those who see some of its calendars."""

    name: ClassVar[str] = EVENTS.name
    kind = EVENTS
    capability = CALENDARS
    model = CalendarEvent
    refers: ClassVar[Mapping[str, DataType[Any]]] = {"calendarIds": Calendars()}
    filters: ClassVar[Mapping[str, Any]] = {
        "inCalendar": Id | None,
        "inCalendars": list[Id] | None,
        **FILTERS,
    }

    def methods(self) -> dict[str, Method]:
        """Adds what the standard set lacks."""
        parse = Method(run_parse, slow=True, also=PARSE.urn)
        return super().methods() | {"CalendarEvent/parse": parse}

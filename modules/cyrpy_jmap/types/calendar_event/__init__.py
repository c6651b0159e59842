"""CalendarEvent (draft-ietf-jmap-calendars-27, "Calendar Events")."""

from cyrpy_jmap.types.calendar_event.model import HREF, MINE, PARSE, CalendarEvent
from cyrpy_jmap.types.calendar_event.type import CalendarEvents

__all__ = ["HREF", "MINE", "PARSE", "CalendarEvent", "CalendarEvents"]

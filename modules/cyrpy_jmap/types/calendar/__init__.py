"""Calendar (draft-ietf-jmap-calendars-27, "Calendars")."""

from cyrpy_jmap.types.calendar.model import (
    CALENDARS,
    EXTENSION_COLOR,
    EXTENSION_HREF,
    Calendar,
    CalendarRights,
)
from cyrpy_jmap.types.calendar.type import Calendars

__all__ = [
    "CALENDARS",
    "EXTENSION_COLOR",
    "EXTENSION_HREF",
    "Calendar",
    "CalendarRights",
    "Calendars",
]

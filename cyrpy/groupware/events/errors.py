"""Why a calendar object is not stored, in terms that every protocol can say (RFC 4791 §5.3.2.1)."""

from __future__ import annotations

from cyrpy.data.events import EventRow
from cyrpy.errors import AlreadyExists, Forbidden


class Refused(Forbidden):
    """It is nothing that may be stored here; `precondition` is a name of CalDAV's."""

    def __init__(self, precondition: str, message: str) -> None:
        super().__init__(message)
        self.precondition = precondition


class InvalidObject(Refused):
    """It is no iCalendar object, or none of the kind that calendars hold."""


class LimitExceeded(Refused):
    """It is too large, too long ago, or too much of it."""


class UidConflict(AlreadyExists):
    """The UID is another object's in the calendar, or what would be replaced has another one.

    Attributes:
        row: The object in the way; None if the one who asks may not know of it.
    """

    def __init__(self, message: str, row: EventRow | None, existing: str | None) -> None:
        super().__init__(message, existing)
        self.row = row


class ScheduledTwice(UidConflict):
    """Another calendar of the account has the same meeting (RFC 6638 §3.2.4.1)."""


class NameTaken(AlreadyExists):
    """The URL name is that of something which the one who asks does not see."""

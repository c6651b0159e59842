"""What lists of classic events take: filters by the names of each period, always in one order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cyrpy.formats.jscalendar.checks import local_date_time
from cyrpy_jmap.dialects.classic import arguments as types
from cyrpy_jmap.dialects.classic.arguments import Argument
from cyrpy_jmap.dialects.classic.events.early import EarlyLens
from cyrpy_jmap.dialects.classic.events.later import LaterLens
from cyrpy_jmap.dialects.classic.lists import Listing, Term
from cyrpy_jmap.dialects.classic.verbs import ClassicCall


def _is_date(value: object) -> bool:
    return isinstance(value, str) and local_date_time(value.removesuffix("Z")) is None


EARLY: Final = EarlyLens()
LATER: Final = LaterLens()
_DATE: Final = Argument("a date such as 2026-01-31T10:30:00Z", _is_date)
_TEXTS: Final = ("text", "description", "location", "attendee")
_ALIKE: Final[Mapping[str, Term]] = {
    "inCalendars": Term.of(types.IDS, "inCalendars"),
    "after": Term.of(_DATE, "after"),
    "before": Term.of(_DATE, "before"),
    **{name: Term.of(types.STRING, name) for name in _TEXTS},
}
# The period's own names for the title and for who organizes an event.
_TERMS: Final = {
    EARLY: {
        **_ALIKE,
        "summary": Term.of(types.STRING, "title"),
        "organizer": Term.of(types.STRING, "owner"),
    },
    LATER: {
        **_ALIKE,
        "title": Term.of(types.STRING, "title"),
        "owner": Term.of(types.STRING, "owner"),
    },
}


def listing(lens: EarlyLens | LaterLens, get: ClassicCall) -> Listing:
    """Of the events that the lens shows; by their starts, whatever the client may have."""
    order = ({"property": "start"},)
    return Listing("CalendarEvent", "CalendarEvents", _TERMS[lens], fetched=get, order=order)

"""What a Calendar is: its properties, their checks, and the capability that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from cyrpy.data import addresses
from cyrpy.data.principals import GROUP, PrincipalRow
from cyrpy.formats.colors import is_color
from cyrpy_jmap.call import Call
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.objects import Id, JmapModel, JmapObject, Name, ServerSet, Text
from cyrpy_jmap.types.alert import Alert
from cyrpy_jmap.viewer import Account

EXTENSION_HREF: Final = "x-href"  # Cyrus's: where the calendar is over CalDAV; given when asked for
EXTENSION_COLOR: Final = "x-color"  # the colour as it was written, alpha included
EXTENSIONS: Final = frozenset({EXTENSION_HREF, EXTENSION_COLOR})
MAX_DESCRIPTION: Final = 10_000  # characters
MAX_ALERTS: Final = 100
MAX_SHARES: Final = 1000


def _account_part(account: Account) -> Mapping[str, Any]:
    return {
        "maxCalendarsPerEvent": 1,
        "minDateTime": "1583-01-01T00:00:00",  # the first whole year of the Gregorian calendar
        "maxDateTime": "9999-12-31T23:59:59",
        "maxExpandedQueryDuration": "P1Y",
        "maxParticipantsPerEvent": None,
        "mayCreateCalendar": account.is_own,
    }


def _principal_part(call: Call, row: PrincipalRow) -> Mapping[str, Any]:
    """How the principal is scheduled with (JMAP Calendars, "Principals and Sharing")."""
    account = call.viewer.find(row.wire_id)
    works = account is not None and CALENDARS.works_in(account)
    found = addresses.addresses_of(call.unit, row.id)
    is_own = row.id == call.viewer.own.id
    return {
        "accountId": row.wire_id if works else None,
        # Whoever has an account here may know when others are busy (RFC 6638 §5).
        "mayGetAvailability": row.type != GROUP,
        "mayShareWith": not is_own,
        "calendarAddress": f"mailto:{found[0]}" if found else "",
    }


CALENDARS: Final = Capability(
    "urn:ietf:params:jmap:calendars",
    account=_account_part,
    shared_by=("Calendar",),
    principal=_principal_part,
)


def check_color(text: str) -> str:
    """The colour, as a CSS name or #rgb or #rrggbb."""
    if not is_color(text):
        raise ValueError("must be a CSS colour name, or #rgb or #rrggbb in hexadecimal")
    return text


def check_zone(name: str) -> str:
    """The name of a time zone that there is."""
    if name not in available_timezones():
        raise ValueError(f"{name[:80]!r} is not in the IANA Time Zone Database")
    return name


class CalendarRights(JmapModel):
    """What a user may do with a calendar; what is left out is not granted."""

    may_read_free_busy: bool = False
    may_read_items: bool = False
    may_write_all: bool = False
    may_write_own: bool = False
    may_update_private: bool = False
    may_rsvp: bool = Field(False, alias="mayRSVP")
    may_share: bool = False
    may_delete: bool = False


Alerts = Annotated[dict[Id, Alert], Field(max_length=MAX_ALERTS)]


class Calendar(JmapObject):
    """A named collection of events."""

    name: Name
    description: Annotated[Text, Field(max_length=MAX_DESCRIPTION)] | None = None
    color: Annotated[str, AfterValidator(check_color)] | None = None
    sort_order: Annotated[int, Field(ge=0, lt=2**31)] = 0
    is_subscribed: bool = True
    is_visible: bool = True
    is_default: ServerSet[bool]
    include_in_availability: Literal["all", "attending", "none"] = "all"
    default_alerts_with_time: Alerts | None = None
    default_alerts_without_time: Alerts | None = None
    time_zone: Annotated[str, AfterValidator(check_zone)] | None = None
    share_with: Annotated[dict[Id, CalendarRights], Field(max_length=MAX_SHARES)] | None = None
    my_rights: ServerSet[CalendarRights]

"""Calendars between their rows and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

import orjson

from cyrpy.formats.colors import without_alpha
from cyrpy.groupware.access import (
    CALENDAR_RIGHTS,
    to_rights,
)
from cyrpy.groupware.calendars import CalendarView
from cyrpy_jmap.call import Call
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.types.calendar.model import EXTENSION_COLOR, EXTENSION_HREF

# Property -> column.
COLUMNS: Final[Mapping[str, str]] = {
    "name": "name",
    "description": "description",
    "color": "color",
    "sortOrder": "sort_order",
    "isSubscribed": "is_subscribed",
    "isVisible": "is_visible",
    "includeInAvailability": "include_in_availability",
    "timeZone": "time_zone",
    "defaultAlertsWithTime": "alerts_with_time",
    "defaultAlertsWithoutTime": "alerts_without_time",
}
ALERTS: Final = ("defaultAlertsWithTime", "defaultAlertsWithoutTime")


def calendar_json(call: Call, view: CalendarView, shares: dict[str, Json] | None) -> Json:
    """A calendar as its viewer sees it; the extensions only where properties are named."""
    row = view.row
    value: Json = {
        "id": row.wire_id,
        "name": row.name,
        "description": row.description,
        "color": None if row.color is None else without_alpha(row.color),
        "sortOrder": row.sort_order,
        "isSubscribed": bool(row.is_subscribed),
        "isVisible": bool(row.is_visible),
        "isDefault": view.is_default,
        "includeInAvailability": row.include_in_availability,
        "defaultAlertsWithTime": _alerts(row.alerts_with_time),
        "defaultAlertsWithoutTime": _alerts(row.alerts_without_time),
        "timeZone": row.time_zone,
        "shareWith": shares if "a" in view.rights else None,
        "myRights": dict(_rights(view.rights)),
    }
    if call.properties is not None:
        value[EXTENSION_COLOR] = row.color
        value[EXTENSION_HREF] = _href(call.account.name, row.uri)
    return value


@lru_cache(maxsize=1024)
def _rights(letters: str) -> dict[str, bool]:
    """CalendarRights for letters; there are few sets of them."""
    return to_rights(letters, CALENDAR_RIGHTS)


@lru_cache(maxsize=4096)
def _href(userid: str, uri: str) -> str:
    """Path of a calendar over CalDAV, as Cyrus lays it out."""
    return f"/dav/calendars/user/{quote(userid, safe='@')}/{quote(uri, safe='@')}"


def shown_color(sent: str | None) -> Json:
    """The colour, if it is shown otherwise than it was sent."""
    shown = None if sent is None else without_alpha(sent)
    return {} if shown == sent else {"color": shown}


def _alerts(text: str | None) -> Json | None:
    value: Json | None = orjson.loads(text) if text else None
    return value


def columns(value: Json, names: Iterable[str]) -> dict[str, Any]:
    """Columns for those of the named properties that are stored as one."""
    return {COLUMNS[name]: _stored(name, value.get(name)) for name in names if name in COLUMNS}


def _stored(name: str, value: Any) -> Any:  # noqa: ANN401 - a JSON value, a column's value
    if name in ALERTS:
        return orjson.dumps(value).decode() if value else None
    return int(value) if isinstance(value, bool) else value

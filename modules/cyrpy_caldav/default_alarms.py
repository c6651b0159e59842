"""Default alarms of a calendar, as Apple's clients set them (draft-daboo-valarm-extensions §9).

What JMAP can say too is its defaultAlertsWithTime and defaultAlertsWithoutTime. The VALARM of the
client is kept beside it, and shown for as long as it says the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson
from lxml import etree

from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.property import live
from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.alarms import trigger
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.write import write_utf8
from cyrpy.formats.timespan import (
    format_date_time,
    format_duration,
    format_json_duration,
    parse_duration,
    parse_json_duration,
    parse_utc_date,
    utc_date,
)
from cyrpy_caldav.names import CALDAV
from cyrpy_caldav.tree import CalendarCollection

MAX_ALARMS: Final = 20
MAX_OCTETS: Final = 16 * 1024
TIMED: Final = CALDAV("default-alarm-vevent-datetime")
ALL_DAY: Final = CALDAV("default-alarm-vevent-date")
COLUMNS: Final[Mapping[str, str]] = {TIMED: "alerts_with_time", ALL_DAY: "alerts_without_time"}
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
_ACTIONS: Final[Mapping[str, str]] = {"DISPLAY": "display", "AUDIO": "display", "EMAIL": "email"}


def alarms_in(text: str) -> list[Component]:
    """The VALARMs in the value of such a property; none means "no alarm".

    Raises:
        FormatError: there is something else in it, or too much.
    """
    octets = text.strip().encode()
    if not octets:
        return []
    if len(octets) > MAX_OCTETS:
        raise FormatError(f"a default alarm has at most {MAX_OCTETS} octets here")
    calendar = parse(b"BEGIN:VCALENDAR\r\n" + octets + b"\r\nEND:VCALENDAR\r\n")
    found = calendar.components
    if calendar.properties or len(found) > MAX_ALARMS or {c.name for c in found} != {"VALARM"}:
        raise FormatError(f"a default alarm is of VALARM components, at most {MAX_ALARMS}")
    for alarm in found:
        trigger(alarm)
    return found


def to_alerts(alarms: list[Component]) -> dict[str, Any]:
    """Alerts by id (RFC 8984 §4.5.2); those that JMAP has no word for are left out."""
    alerts: dict[str, Any] = {}
    for number, alarm in enumerate(alarms, 1):
        action = _ACTIONS.get((alarm.value("ACTION") or "").strip().upper())
        when = None if action is None else _trigger(alarm)
        if when is not None:
            uid = (alarm.text("UID") or "").strip()
            id = uid if _ID.fullmatch(uid) and uid not in alerts else f"alarm{number}"
            alerts[id] = {"@type": "Alert", "trigger": when, "action": action}
    return alerts


def _trigger(alarm: Component) -> dict[str, str] | None:
    found, line = trigger(alarm), alarm.first("TRIGGER")
    if found is None or line is None:
        return None
    if found.at is not None:
        return {"@type": "AbsoluteTrigger", "when": utc_date(found.at)}
    return {
        "@type": "OffsetTrigger",
        "offset": format_json_duration(parse_duration(line.value)),
        "relativeTo": "end" if found.from_end else "start",
    }


def from_alerts(alerts: Mapping[str, Any]) -> str:
    """VALARMs for alerts, as the value of such a property."""
    return "".join(write_utf8(_alarm(id, alert)).decode() for id, alert in alerts.items())


def _alarm(id: str, alert: Mapping[str, Any]) -> Component:
    given = alert.get("trigger", {})
    action = "EMAIL" if alert.get("action") == "email" else "DISPLAY"
    lines = [Line("UID", "", id), Line("ACTION", "", action), Line.of("DESCRIPTION", "Reminder")]
    if "when" in given:
        at = format_date_time(parse_utc_date(given["when"]), is_utc=True)
        lines.append(Line("TRIGGER", "VALUE=DATE-TIME", at))
    else:
        offset = parse_json_duration(given.get("offset", "PT0S"), signed=True)
        param = "RELATED=END" if given.get("relativeTo") == "end" else ""
        lines.append(Line("TRIGGER", param, format_duration(offset)))
    return Component("VALARM", lines)


def _checked(name: str, text: str | None) -> list[Component]:
    try:
        return alarms_in(text or "")
    except FormatError as exc:
        local = name.rpartition("}")[2]
        raise DavError(403, f"{local}: {exc}", CALDAV("valid-calendar-data")) from exc


def _shown(calendar: CalendarCollection, name: str, ctx: DavContext) -> str | None:
    """The alerts that JMAP shows; None where what the client wrote still says the same."""
    stored: str | None = getattr(calendar.view.row, COLUMNS[name])
    current = orjson.loads(stored) if stored else {}
    kept = ctx.dead.of(calendar.dead_key(ctx)).get(name)
    said = {} if kept is None else to_alerts(alarms_in(etree.fromstring(kept).text or ""))
    return None if said == current else from_alerts(current)


def _set(calendar: CalendarCollection, name: str, text: str | None) -> None:
    alerts = to_alerts(_checked(name, text))
    calendar.values[COLUMNS[name]] = orjson.dumps(alerts).decode() if alerts else None


@live(TIMED, on=CalendarCollection, kept=True)
def default_alarm_vevent_datetime(calendar: CalendarCollection, ctx: DavContext) -> str | None:
    """What alarms an event at a time of day has that says nothing of it."""
    return _shown(calendar, TIMED, ctx)


@default_alarm_vevent_datetime.setter
def set_default_alarm_vevent_datetime(
    calendar: CalendarCollection, text: str | None, ctx: DavContext
) -> None:
    """Each sharee has its own."""
    _set(calendar, TIMED, text)


@live(ALL_DAY, on=CalendarCollection, kept=True)
def default_alarm_vevent_date(calendar: CalendarCollection, ctx: DavContext) -> str | None:
    """What alarms an event of whole days has that says nothing of it."""
    return _shown(calendar, ALL_DAY, ctx)


@default_alarm_vevent_date.setter
def set_default_alarm_vevent_date(
    calendar: CalendarCollection, text: str | None, ctx: DavContext
) -> None:
    """Each sharee has its own."""
    _set(calendar, ALL_DAY, text)


PROPERTIES = (default_alarm_vevent_datetime, default_alarm_vevent_date)

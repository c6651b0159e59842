"""Alerts of events for all who see them: what is due is triggered, once (JMAP Calendars, "Alerts").

Alerts are triggered for events in calendars that the user is subscribed to, and never for drafts.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, Final, NamedTuple

import orjson

from cyrpy.data import alerts, event_notifications, events
from cyrpy.data.alerts import NEVER, Due, Triggered
from cyrpy.data.eventids import wire_ids
from cyrpy.data.events import PUBLIC, EventRow
from cyrpy.data.principals import groups_of
from cyrpy.data.unit import Unit
from cyrpy.errors import FormatError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.jscalendar.triggers import Alarm, Defaults, Look, Span, look
from cyrpy.groupware.access import Actor, has
from cyrpy.groupware.calendars import CalendarView, visible
from cyrpy.groupware.events import peruser
from cyrpy.groupware.events.notices import EVENTS, READ
from cyrpy.groupware.events.personal import personal
from cyrpy.groupware.events.rendering import rendered
from cyrpy.groupware.freebusy import zone_by_name, zone_of

LATEST: Final = 24 * 3600  # seconds; what is more overdue, as the server stood still, is left out
EMAIL: Final = "email"
Json = dict[str, Any]


class _Event(NamedTuple):
    """A stored event."""

    row: EventRow
    calendar: Component
    values: dict[str, Json]  # by id


def trigger(unit: Unit, account_id: int, event_id: int, now: int) -> int:
    """Look at an event that is due; how many alerts that triggered.

    Another look is due when the next alert is. What was triggered is found by `alerts.after`.
    """
    due = alerts.find(unit, account_id, event_id)
    if due is None or due.due_at > now:
        return 0
    event = _event(unit, due)
    if event is None:
        alerts.settle(unit, due, None, now)
        return 0
    since = max(due.checked_at, now - LATEST)
    seen = [
        (view, looked)
        for view in _views(unit, event.row)
        for looked in _looks(unit, view, event, Span(since, now))
    ]
    for view, (id, value, looked) in seen:
        for alarm in looked.triggered:
            alerts.add(unit, _triggered(view, account_id, (id, value), alarm))
    times = [found.next_at for _, (_, _, found) in seen if found.next_at is not None]
    # Defaults that change are looked for in the events that were marked before.
    alerts.settle(unit, due, min(times, default=NEVER), now)
    if any(found.triggered for _, (_, _, found) in seen):
        unit.wake(account_id)
    return sum(len(found.triggered) for _, (_, _, found) in seen)


def _event(unit: Unit, due: Due) -> _Event | None:
    """The event, if it is one whose alerts count."""
    row = events.by_ids(unit, due.account_id, [due.event_id]).get(due.event_id)
    if row is None or row.component != EVENTS or row.is_draft:
        return None
    octets = events.octets_of(unit, due.account_id, [row.id]).get(row.id)
    json = rendered(unit, due.account_id, [row.id]).get(row.id)
    if octets is None or json is None:
        return None
    try:
        calendar = parse(octets)
    except FormatError:
        return None
    value = orjson.loads(json)
    values = [value] if row.instances is None else list(value.values())
    return _Event(row, calendar, dict(zip(wire_ids(row), values, strict=False)))


class _View(NamedTuple):
    """Whose alerts they are, and how that user has the calendar."""

    actor: Actor
    calendar: CalendarView
    zone: tzinfo


def _views(unit: Unit, row: EventRow) -> list[_View]:
    """The users who are subscribed to the calendar of an event, and see it."""
    account_id = row.account_id
    sharees = event_notifications.subscribers(unit, account_id, row.calendar_id)
    found = []
    for principal_id in dict.fromkeys((account_id, *sharees)):
        groups = groups_of(unit, principal_id)
        actor = Actor(principal_id, frozenset({principal_id, *groups}))
        for view in visible(unit, account_id, actor):
            if view.row.id == row.calendar_id and _counts(view, row):
                zone = zone_by_name(view.row.time_zone) or zone_of(unit, principal_id)
                found.append(_View(actor, view, zone))
    return found


def _counts(view: CalendarView, row: EventRow) -> bool:
    if not view.row.is_subscribed:
        return False
    return view.is_owner or (has(view.rights, READ) and row.privacy == PUBLIC)


_Looked = tuple[str, Json, Look]


def _looks(unit: Unit, view: _View, event: _Event, span: Span) -> list[_Looked]:
    """What one user is to be told: of each object that the event is."""
    calendar = view.calendar
    patch = None
    if not calendar.is_owner:
        own = personal(unit, event.row.account_id, view.actor, [event.row.id])
        patch = own.get(event.row.id)
    defaults = Defaults(
        _defaults(calendar.row.alerts_with_time), _defaults(calendar.row.alerts_without_time)
    )
    found = []
    for id, value in event.values.items():
        mine = value
        if not calendar.is_owner:
            mine = peruser.shared(value)
            mine = mine if patch is None else peruser.merged(mine, orjson.loads(patch))
        found.append((id, mine, look(event.calendar, mine, defaults, view.zone, span)))
    return found


def _defaults(text: str | None) -> dict[str, Json]:
    value: dict[str, Json] = orjson.loads(text) if text else {}
    return value


def _triggered(view: _View, account_id: int, of: tuple[str, Json], alarm: Alarm) -> Triggered:
    id, event = of
    return Triggered(
        id=0,
        principal_id=view.actor.principal_id,
        account_id=account_id,
        event_id=id,
        uid=str(event.get("uid", "")),
        recurrence_id=alarm.recurrence_id,
        alert_id=alarm.alert_id,
        triggered_at=alarm.at,
        mail=_mail(alarm.event) if alarm.action == EMAIL else None,
    )


def _mail(event: Json) -> str:
    """What a mail tells of an event."""
    places = event.get("locations")
    place: Json = next(iter(places.values()), {}) if isinstance(places, dict) else {}
    told = {name: event.get(name) for name in ("title", "start", "timeZone", "showWithoutTime")}
    return orjson.dumps({**told, "location": place.get("name")}).decode()

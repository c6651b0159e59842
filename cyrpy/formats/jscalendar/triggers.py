"""When the alerts of an event are triggered (RFC 8984 §4.5; JMAP Calendars, "Alerts")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Any, Final, NamedTuple

from cyrpy.errors import FormatError, NotFound
from cyrpy.formats.ical.budget import Budget, RecurrenceTooComplex
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import to_local, to_utc
from cyrpy.formats.ical.recur import RecurrenceSet
from cyrpy.formats.ical.series import Instance, Series, Window, series
from cyrpy.formats.jscalendar.instance import instance as instance_of
from cyrpy.formats.jscalendar.names import Json
from cyrpy.formats.jscalendar.times import local_text
from cyrpy.formats.timespan import DAY, Duration, parse_json_duration, parse_utc_date

OVERRIDES: Final = "recurrenceOverrides"
MARGIN: Final = 32 * DAY  # seconds by which an instance may begin before what is asked for
HORIZON: Final = 400 * DAY  # seconds that are looked ahead
LATER: Final = 30 * DAY  # seconds until it is looked again where nothing was found so far
MOST: Final = 100  # alerts of one event that are told of at once
STEPS: Final = 20_000  # of expanding a recurrence


class Alarm(NamedTuple):
    """One alert of one instance.

    Attributes:
        at: Unix seconds.
        action: `display`, `email`, or a word of a vendor's.
        recurrence_id: None where nothing recurs.
        event: The instance.
    """

    at: int
    alert_id: str
    action: str
    recurrence_id: str | None
    event: Json


class Look(NamedTuple):
    """What looking at an event showed: what is triggered, and when to look again."""

    triggered: list[Alarm]
    next_at: int | None


class Span(NamedTuple):
    """Alerts after `since` and until `until`, unix seconds, are asked for."""

    since: int
    until: int


class Defaults(NamedTuple):
    """The default alerts of a calendar, for events with a time and for those without."""

    with_time: Mapping[str, Json]
    without_time: Mapping[str, Json]

    def of(self, event: Mapping[str, Any]) -> Mapping[str, Json]:
        """Those for an event."""
        return self.without_time if event.get("showWithoutTime") is True else self.with_time


def alerts_of(event: Mapping[str, Any], defaults: Defaults) -> dict[str, Json]:
    """The alerts that count for an event: its own, or its calendar's defaults.

    Beside the defaults, an event's own say when those were acknowledged, and until when they are
    snoozed.
    """
    own = event.get("alerts")
    mine: dict[str, Json] = own if isinstance(own, dict) else {}
    if event.get("useDefaultAlerts") is not True:
        return dict(mine)
    usual = defaults.of(event)
    made = {id: {**one, **_acknowledged(mine.get(id))} for id, one in usual.items()}
    for id, one in mine.items():
        if id not in usual and not usual.keys().isdisjoint(one.get("relatedTo") or ()):
            made[id] = one
    return made


def _acknowledged(alert: Json | None) -> Json:
    return {n: v for n, v in (alert or {}).items() if n == "acknowledged"}


def look(calendar: Component, event: Json, defaults: Defaults, zone: tzinfo, span: Span) -> Look:
    """Look at the alerts of an event.

    Args:
        calendar: The iCalendar object.
        event: What it is as JSCalendar, as one user has it.
        defaults: That user's defaults in the calendar.
        zone: Where floating times are read.
        span: What is asked for.
    """
    found = _Found(span)
    try:
        _absolute(event, alerts_of(event, defaults), None, found)
        for one in series(_events(calendar), zone):
            if _is_of(one, event):
                _relative(one, _Source(event, defaults, zone), found)
    except RecurrenceTooComplex:
        found.again(span.until + LATER)
    except FormatError:
        pass  # what cannot be read is never
    return Look(found.triggered, found.next_at)


class _Found:
    """What was found so far."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self.triggered: list[Alarm] = []
        self.next_at: int | None = None

    def take(self, alarm: Alarm, alert: Mapping[str, Any]) -> None:
        """An alert that is triggered at some time, unless it was acknowledged."""
        if alarm.at <= self.span.since or _is_done(alert, alarm.at):
            return
        if alarm.at > self.span.until:
            self.again(alarm.at)
        elif len(self.triggered) < MOST:
            self.triggered.append(alarm)

    def again(self, at: int) -> None:
        """Look again then, if not before."""
        self.next_at = at if self.next_at is None else min(self.next_at, at)


def _is_done(alert: Mapping[str, Any], at: int) -> bool:
    seen = _seconds(alert.get("acknowledged"))
    return seen is not None and seen >= at


def _seconds(text: object) -> int | None:
    try:
        return int(parse_utc_date(text).timestamp()) if isinstance(text, str) else None
    except FormatError:
        return None


class _Source(NamedTuple):
    """What the alerts of instances follow from."""

    event: Json
    defaults: Defaults
    zone: tzinfo

    def overridden(self, recurrence_id: str) -> Json | None:
        """The instance, if something about it differs."""
        overrides = self.event.get(OVERRIDES)
        if not isinstance(overrides, dict) or recurrence_id not in overrides:
            return None
        try:
            return instance_of(self.event, recurrence_id)
        except (FormatError, NotFound):
            return None


def _events(calendar: Component) -> Component:
    parts = [one for one in calendar.components if one.name in {"VEVENT", "VTIMEZONE"}]
    return Component(calendar.name, calendar.properties, parts)


def _is_of(one: Series, event: Mapping[str, Any]) -> bool:
    """Whether a series is that of the event, or the single instance that the event is."""
    return (one.master is None) == (event.get("recurrenceId") is not None)


def _relative(one: Series, source: _Source, found: _Found) -> None:
    """The alerts of all instances, of what overrides the master first, then as time goes."""
    alerts = alerts_of(source.event, source.defaults)
    keys = {id(override.item): key for key, override in one.overrides.items()}
    lengths = _lengths(alerts)
    window = Window(
        found.span.since - MARGIN - max([0, *lengths]),
        found.span.until + HORIZON - min([0, *lengths]),
    )
    budget = Budget(STEPS)
    for instance in one.instances(window, budget):
        if instance.start is None:
            continue
        if instance.is_override:
            _override(one, instance, keys[id(instance.item)], source, found)
            continue
        at = instance.recurrence_id
        rid = None if at is None else local_text(at.local)
        times = _offsets(instance, alerts, source.zone)
        for alert_id, when in times:
            alert = alerts[alert_id]
            event = {**source.event, "start": rid} if rid else source.event
            found.take(Alarm(when, alert_id, _action(alert), rid, event), alert)
        if all(when > found.span.until for _, when in times):
            return  # and so are those of all instances that follow
    if alerts and one.recurrence is not None and _goes_on(one.recurrence, window, budget):
        found.again(found.span.until + LATER)


def _goes_on(recurrence: RecurrenceSet, window: Window, budget: Budget) -> bool:
    """Whether there may be instances after the window."""
    last = recurrence.last(budget)
    return last is None or last > to_local(window.end, recurrence.zone)


def _override(one: Series, instance: Instance, key: int, source: _Source, found: _Found) -> None:
    if one.master is None:
        at = instance.recurrence_id
        rid = source.event.get("recurrenceId")
        if at is None or rid != local_text(at.local):
            return
        event: Json | None = source.event
    else:
        rid = local_text(key)
        event = source.overridden(rid)
    if event is None:
        return
    alerts = alerts_of(event, source.defaults)
    for alert_id, when in _offsets(instance, alerts, source.zone):
        alert = alerts[alert_id]
        found.take(Alarm(when, alert_id, _action(alert), rid, event), alert)
    if one.master is not None:
        usual = alerts_of(source.event, source.defaults)
        own = {id: alert for id, alert in alerts.items() if usual.get(id) != alert}
        _absolute(event, own, rid, found)


def _absolute(
    event: Json, alerts: Mapping[str, Json], recurrence_id: str | None, found: _Found
) -> None:
    """Alerts at a time of their own, as those that were snoozed."""
    rid = recurrence_id or event.get("recurrenceId")
    for id, alert in alerts.items():
        trigger = alert.get("trigger")
        when = _seconds(trigger.get("when")) if isinstance(trigger, dict) else None
        if when is not None:
            found.take(Alarm(when, id, _action(alert), rid, event), alert)


def _action(alert: Mapping[str, Any]) -> str:
    return str(alert.get("action", "display"))


def _offsets(instance: Instance, alerts: Mapping[str, Json], zone: tzinfo) -> list[tuple[str, int]]:
    """When those alerts of an instance are that go by its start or end."""
    made = []
    for id, offset, relative in _durations(alerts):
        made.append((id, _moved(instance, offset, zone, by_end=relative == "end")))
    return made


def _durations(alerts: Mapping[str, Json]) -> Iterator[tuple[str, Duration, str]]:
    for id, alert in alerts.items():
        trigger = alert.get("trigger")
        offset = trigger.get("offset") if isinstance(trigger, dict) else None
        if isinstance(trigger, dict) and isinstance(offset, str):
            try:
                length = parse_json_duration(offset.removeprefix("+"), signed=True)
            except FormatError:
                continue
            yield id, length, str(trigger.get("relativeTo", "start"))


def _moved(instance: Instance, offset: Duration, zone: tzinfo, *, by_end: bool) -> int:
    """Days are days of the clock, hours are of any day (RFC 5545 §3.3.6)."""
    assert instance.start is not None  # noqa: S101 - who calls made sure of it
    at = instance.at
    if by_end and instance.end is not None:
        return instance.end + offset.days * DAY + offset.seconds
    if at is None:
        return instance.start + offset.days * DAY + offset.seconds
    return to_utc(at.local + offset.days * DAY, at.zone or zone) + offset.seconds


def _lengths(alerts: Mapping[str, Json]) -> list[int]:
    """By how many seconds alerts come after their event begins or ends; less than 0: before."""
    return [length.days * DAY + length.seconds for _, length, _ in _durations(alerts)]

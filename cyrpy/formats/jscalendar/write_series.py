"""A whole object as parts: the master, the components of its overrides, EXDATE and RDATE."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC

from cyrpy.errors import FormatError
from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.budget import Budget, RecurrenceTooComplex
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.recur import RecurrenceSet
from cyrpy.formats.jscalendar.instance import base_of, is_fixed, patched
from cyrpy.formats.jscalendar.names import COMPONENTS, Json
from cyrpy.formats.jscalendar.times import (
    Anchor,
    add,
    duration_of,
    local_seconds,
    value,
)
from cyrpy.formats.jscalendar.write_alerts import alerts
from cyrpy.formats.jscalendar.write_links import conferences, links
from cyrpy.formats.jscalendar.write_people import participants
from cyrpy.formats.jscalendar.write_places import locations
from cyrpy.formats.jscalendar.write_texts import texts
from cyrpy.formats.jscalendar.write_times import (
    alone,
    anchor_of,
    at_time,
    recurrence_id,
    times,
    tzid_of,
)
from cyrpy.formats.jscalendar.writing import Part, Writing, optional, text_of
from cyrpy.formats.timespan import format_duration

MAX_OVERRIDES = 20_000  # of one object
MAX_LINES = 200_000  # of the components of all overrides

Meaning = Callable[[str], str | None]
Restore = Callable[[Json, str], Json]


class Tree:
    """What an object becomes.

    Attributes:
        master: Its own component.
        overrides: The components of instances, by recurrence id.
        objects: The JSCalendar object of each component, by recurrence id; "": the master.
        tzids: The TZIDs that are used, each with its IANA name, if it has one.
        start: The anchor of the master.
    """

    def __init__(self, master: Part, obj: Json, start: Anchor | None) -> None:
        self.master = master
        self.overrides: dict[str, Part] = {}
        self.objects = {"": obj}
        self.tzids: dict[str, str | None] = {}
        self.start = start


def tree(event: Json, meaning: Meaning, restore: Restore, veiled: Collection[str] = ()) -> Tree:
    """The parts of an Event or Task.

    Args:
        event: The object.
        meaning: The IANA name of a TZID of another system.
        restore: Completes an instance, given its recurrence id.
        veiled: Recurrence ids of overrides that say more than `event` shows of them.

    Raises:
        FormatError: A value cannot be written.
    """
    if text_of(event, "@type") not in COMPONENTS:
        raise FormatError("@type is neither Event nor Task")
    anchor = anchor_of(event)
    w = _writing(event, meaning, anchor)
    alone(w, anchor)
    made = Tree(w.finish(), event, anchor)
    overrides = optional(event, "recurrenceOverrides", dict) or {}
    if len(overrides) > MAX_OVERRIDES:
        raise FormatError(f"recurrenceOverrides: more than {MAX_OVERRIDES}")
    if overrides and anchor is None:
        raise FormatError("recurrenceOverrides needs start or due")
    made.tzids |= w.tzids
    if anchor is not None and overrides:
        _Overrides(w, made, anchor, restore).write(base_of(event), overrides, veiled)
    return made


def _writing(obj: Json, meaning: Meaning, anchor: Anchor | None) -> Writing:
    """One component with all but what tells of recurrence."""
    kind = obj["@type"]
    w = Writing(obj, COMPONENTS[kind], meaning)
    uid = obj.get("uid")
    if not isinstance(uid, str) or not uid.strip():
        raise FormatError("uid is missing")
    w.line("UID", textvalue.escape(uid), "UID")
    times(w, anchor)
    texts(w, kind)
    locations(w)
    conferences(w)
    links(w)
    participants(w)
    alerts(w)
    w.keep("VTIMEZONE")
    return w


class _Overrides:
    """Writes what recurrenceOverrides says into the master, and as components beside it."""

    def __init__(self, w: Writing, made: Tree, anchor: Anchor, restore: Restore) -> None:
        self.w = w
        self.made = made
        self.anchor = anchor
        self.restore = restore
        self.budget = Budget()
        self.lines = 0

    def write(self, base: Json, overrides: Json, veiled: Collection[str]) -> None:
        """Write them all."""
        for rid, patch in overrides.items():
            if not isinstance(patch, dict):
                raise FormatError(f"recurrenceOverrides/{rid[:40]} is no object")
            local = local_seconds(rid)
            told = {name for name in patch if not is_fixed(name)}
            if patch.get("excluded") is True:
                self.date("EXDATE", rid, local)
            elif not told and rid not in veiled:
                self.date("RDATE", rid, local)
            elif told == {"duration"} and self.is_added(rid):
                _period(self.w, rid, local, self.anchor, patch["duration"])
            else:
                self.component(patched(base, patch, rid), rid, local)

    def date(self, name: str, rid: str, local: int) -> None:
        """Add EXDATE or RDATE."""
        at_time(self.w, name, "recurrenceOverrides", local, self.anchor, f"{name}{rid}")

    def component(self, instance: Json, rid: str, local: int) -> None:
        """Add the component of an instance, and RDATE if nothing else makes the instance be."""
        obj = self.restore(instance, rid)
        anchor = anchor_of({name: v for name, v in obj.items() if name != "recurrenceId"})
        inner = _writing(obj, self.w.meaning, anchor)
        recurrence_id(inner, rid, self.anchor)
        inner.finish()
        self.lines += len(inner.part.lines) + 5 * len(inner.part.parts)
        if self.lines > MAX_LINES:
            raise FormatError(f"recurrenceOverrides: more than {MAX_LINES} lines of iCalendar")
        self.made.tzids |= inner.tzids
        self.made.overrides[rid] = inner.part
        self.made.objects[rid] = obj
        if not _recurs(self.made, self.anchor, local, self.budget):
            self.date("RDATE", rid, local)

    def is_added(self, rid: str) -> bool:
        """Whether RDATE was what made the instance be."""
        return self.w.came_from(f"recurrenceOverrides/{rid}") == "RDATE"


def _period(w: Writing, rid: str, local: int, anchor: Anchor, length: object) -> None:
    tzid = tzid_of(w, "start", anchor.name)
    duration = duration_of(length)
    if duration.seconds and duration.days:
        end = add(local, duration, anchor.at.zone)
        text = value(end, is_utc=tzid is None and anchor.at.zone is UTC)
    else:
        text = format_duration(duration)
    start = value(local, is_utc=tzid is None and anchor.at.zone is UTC)
    params = {"VALUE": "PERIOD"} | ({"TZID": tzid} if tzid else {})
    w.line("RDATE", f"{start}/{text}", "recurrenceOverrides", params, f"RDATE{rid}")


def _recurs(made: Tree, anchor: Anchor, local: int, budget: Budget) -> bool:
    """Whether the rule has an instance there; without one, RDATE has to add it."""
    rule = made.master.lines.get(("recurrenceRule", ""))
    if local == anchor.at.local:
        return True
    if rule is None:
        return False
    component = Component("VEVENT", [rule, *_kept_rules(made.master)])
    zone = anchor.at.zone or UTC
    try:
        found = RecurrenceSet(component, anchor.at, zone, lambda _: None)
        return next(found.between(local, local + 1, budget), None) is not None
    except RecurrenceTooComplex:
        return True
    except FormatError:  # of another calendar than the Gregorian
        return True


def _kept_rules(master: Part) -> list[Line]:
    return [
        line for (name, key), line in master.lines.items() if name == "RRULE" and key[:1] == "="
    ]

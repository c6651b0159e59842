"""JSCalendar 2.0 to iCalendar (draft-ietf-calext-jscalendar-icalendar, "Converting JSCalendar").

Into an object that exists, only what differs from what it says is written; every other line stays
as it was, octet for octet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from cyrpy.errors import FormatError
from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical import zones
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import Zones, to_datetime
from cyrpy.formats.ical.write import write
from cyrpy.formats.jscalendar import from_ical, kept, read_series, read_times
from cyrpy.formats.jscalendar.instance import FIXED, FIXED_TREES, base_of, patched, plain
from cyrpy.formats.jscalendar.merge import merge
from cyrpy.formats.jscalendar.names import COMPONENTS, TYPES, Json
from cyrpy.formats.jscalendar.restore import NAME, restored, stripped, without_shadows
from cyrpy.formats.jscalendar.write_series import Restore, Tree, tree
from cyrpy.formats.jscalendar.writing import Part, text_of
from cyrpy.formats.pointer import MAX_DEPTH, additions, is_deeper

PRODID = "-//cyrpy//cyrpy//EN"

# What a component alone does not tell, or tells elsewhere.
_ELSEWHERE = (FIXED | FIXED_TREES) - {"privacy", "organizerCalendarAddress", "relatedTo", "sentBy"}
_NOTHING: Final[tuple[object, ...]] = ("", False, {}, [])  # what most properties are by default
_DEFAULTS = {"descriptionContentType": "text/plain"}


def apply(old: Component | None, event: Json) -> Component:
    """The iCalendar object that says what `event` says.

    Args:
        old: The object to edit, which is left as it is; None: there is none yet. Components of
            other UIDs in it stay.
        event: An Event or Task, valid by `schema`. Without `iCalendar` it is taken to come from
            one who was not shown that property, and nothing of it is lost.

    Returns:
        A new VCALENDAR; `old` itself if it says all that already.

    Raises:
        FormatError: A value cannot be written.
    """
    if is_deeper(event, MAX_DEPTH):
        raise FormatError(f"the object is nested deeper than {MAX_DEPTH}")
    if old is None:
        return _created(event)
    before = _before(old, event)
    if before is None:
        return _added(old, event)
    now = _Now(event, before, old)
    if now.event == before:
        return old
    made = _edited(old, before, now)
    return old if write(made) == write(old) else made


def without(old: Component, uid: str, recurrence_id: str) -> Component | None:
    """`old` less one of its instances that have no master; None if nothing is left."""
    made = old.copy()
    resolve = Zones(old)
    gone = set()
    for component in made.components:
        if component.name in TYPES and component.text("UID") == uid:
            r = from_ical.read(component, resolve)
            read_times.recurrence_id(r)
            if r.out.get("recurrenceId") == recurrence_id:
                gone.add(id(component))
    made.components = [one for one in made.components if id(one) not in gone]
    return made if any(one.name in TYPES for one in made.components) else None


class _Now:
    """The object as it is to be, completed with what a client was not shown."""

    def __init__(self, event: Json, before: Json, old: Component) -> None:
        self.before = before
        self.before_base = base_of(before)
        self.shown = stripped(event)
        self.is_partial = NAME not in event and (NAME in before or self.shown == event)
        if not self.is_partial:
            self.shown = event
        self.shown_base = base_of(self.shown)
        self.event = without_shadows(restored(self.shown, before), before)
        self.meaning = _Meaning(old, self.event)

    def veiled(self) -> set[str]:
        """The overrides of which nothing could be shown."""
        overrides: Json = self.before.get("recurrenceOverrides", {}) if self.is_partial else {}
        return {rid for rid, patch in overrides.items() if patch and not stripped(patch)}

    def restore(self, obj: Json, rid: str) -> Json:
        """Complete an instance."""
        patch = _override(self.before, rid)
        before = patched(self.before_base, patch, rid) if patch else plain(self.before_base, rid)
        if self.is_partial:
            obj = patched(self.shown_base, _override(self.shown, rid), rid)
        return without_shadows(restored(obj, before), before)


def _override(event: Json, rid: str) -> Json | None:
    patch = event.get("recurrenceOverrides", {}).get(rid)
    return patch if isinstance(patch, dict) and patch.get("excluded") is not True else None


class _Meaning:
    """What the TZIDs of other systems mean, by name or by the VTIMEZONEs that are kept."""

    def __init__(self, old: Component | None, event: Mapping[str, Any]) -> None:
        self.definitions: dict[str, Component] = {}
        given = kept.components_of(event.get(NAME)) if isinstance(event.get(NAME), dict) else []
        for component in (*given, *(old.named("VTIMEZONE") if old else ())):
            if component.name == "VTIMEZONE":
                self.definitions[component.value("TZID") or ""] = component

    def __call__(self, tzid: str) -> str | None:
        found = zones.zone(tzid)
        return found.key if found else zones.guess(self.definitions.get(tzid), tzid)


def _before(old: Component, event: Json) -> Json | None:
    """What `old` says of the same object."""
    wanted = (event.get("@type"), event.get("uid"), event.get("recurrenceId"))
    for one in from_ical.objects(old, with_method="method" in event):
        if (one["@type"], one.get("uid"), one.get("recurrenceId")) == wanted:
            return one
    return None


def _created(event: Json) -> Component:
    made = Component("VCALENDAR", [Line("VERSION", "", "2.0")])
    prod_id = text_of(event, "prodId") or PRODID
    made.put(Line("PRODID", "", textvalue.escape(prod_id)))
    method = text_of(event, "method")
    if method:
        made.put(Line.of("METHOD", textvalue.escape(method.upper())))
    return _added(made, event)


def _added(old: Component, event: Json) -> Component:
    """`old` with an object that was not in it; it takes the place of its single instances."""
    made = old.copy()
    meaning = _Meaning(old, event)
    parts = _tree(event, meaning, lambda obj, _: obj)
    name = COMPONENTS[event["@type"]]
    if event.get("recurrenceId") is None:
        made.components = [
            one for one in made.components if one.name != name or one.text("UID") != event["uid"]
        ]
    made.components.append(parts.master.component())
    made.components += [part.component() for part in parts.overrides.values()]
    _define_zones(made, old, parts, meaning)
    return made


def _edited(old: Component, before: Json, now: _Now) -> Component:
    made = old.copy()
    base = _tree(before, _Meaning(old, before), lambda obj, _: obj)
    after = _tree(now.event, now.meaning, now.restore, now.veiled())
    found = _components(made, before)
    result: list[Component] = []
    last = 0
    for component in made.components:
        rid = found.get(id(component))
        if rid is None:
            result.append(component)
            continue
        merged = _merged(component, rid, base, after)
        if merged is not None:
            result.append(merged)
            last = len(result)
    there = set(found.values())
    new = [part.component() for rid, part in after.overrides.items() if rid not in there]
    made.components = [*result[:last], *new, *result[last:]]
    _merge_head(made, before, now.event)
    _define_zones(made, old, after, now.meaning)
    return made


def _merged(component: Component, rid: str, base: Tree, after: Tree) -> Component | None:
    if rid == "":
        return merge(component, base.master, after.master)
    part = after.overrides.get(rid)
    if part is None:
        return None
    return merge(component, base.overrides.get(rid) or Part(component.name), part)


def _components(made: Component, before: Json) -> dict[int, str]:
    """The components of the object in the tree: recurrence ids by identity; "": the master."""
    name = COMPONENTS[before["@type"]]
    alone = before.get("recurrenceId")
    resolve = Zones(made)
    found: dict[int, str] = {}
    own = [one for one in made.components if one.name == name]
    own = [one for one in own if one.text("UID") == before.get("uid")]
    master = next((one for one in own if one.first("RECURRENCE-ID") is None), None)
    if alone is None and master is not None:
        r = from_ical.read(master, resolve)
        found[id(master)] = ""
        for one in own:
            rid = read_series.recurrence_id(one, r)
            if rid is not None and one is not master:
                found[id(one)] = rid
        return found
    for one in own:
        r = from_ical.read(one, resolve)
        read_times.recurrence_id(r)
        if r.out.get("recurrenceId") == alone:
            found[id(one)] = ""
    return found


def _tree(event: Json, meaning: _Meaning, restore: Restore, veiled: Collection[str] = ()) -> Tree:
    """The parts of an object, with JSPROP for what iCalendar has no word for."""
    made = tree(event, meaning, restore, veiled)
    for rid, obj in made.objects.items():
        part = made.overrides[rid] if rid else made.master
        calendar = Component("VCALENDAR", (), [*meaning.definitions.values()])
        again = from_ical.read(part.component(), Zones(calendar)).finish()
        for pointer, value in additions(again, obj, _ELSEWHERE | {NAME}).items():
            if not _is_default(pointer.rpartition("/")[2], value):
                line = Line("JSPROP", f'JSPTR="{_param(pointer)}"', _json(pointer, value))
                part.lines["JSPROP", pointer] = line
    return made


def _json(pointer: str, value: object) -> str:
    try:
        return textvalue.escape(orjson.dumps(value).decode())
    except orjson.JSONEncodeError as exc:
        raise FormatError(f"{pointer[:80]}: not a JSON value: {exc}") from exc


def _param(pointer: str) -> str:
    return pointer.replace("^", "^^").replace('"', "^'").replace("\n", "^n")


def _is_default(name: str, value: object) -> bool:
    return ":" not in name and (value in _NOTHING or _DEFAULTS.get(name) == value)


def _merge_head(made: Component, before: Json, event: Json) -> None:
    """PRODID and METHOD, which are the whole object's."""
    for name, key in (("PRODID", "prodId"), ("METHOD", "method")):
        value = text_of(event, key)
        if value is not None and value != before.get(key):
            made.put(Line.of(name, textvalue.escape(value if key == "prodId" else value.upper())))


def _define_zones(made: Component, old: Component, parts: Tree, meaning: _Meaning) -> None:
    """Add the VTIMEZONEs that lack, and drop those that only the old times needed."""
    used, before = _tzids(made), _tzids(old)
    made.components = [
        one
        for one in made.components
        if one.name != "VTIMEZONE"
        or (tzid := one.value("TZID")) is None
        or tzid in used
        or tzid not in before
    ]
    there = {one.value("TZID") for one in made.named("VTIMEZONE")}
    new = []
    for tzid, name in parts.tzids.items():
        if tzid in used - there and tzid not in before:
            new += _definition(tzid, name, meaning, parts)
    at = next((i for i, one in enumerate(made.components) if one.name != "VTIMEZONE"), 0)
    made.components[at:at] = new


def _tzids(calendar: Component) -> set[str]:
    return {
        tzid
        for component in calendar.walk()
        for line in component.properties
        if line.param_text and (tzid := line.param("TZID"))
    }


def _definition(tzid: str, name: str | None, meaning: _Meaning, parts: Tree) -> list[Component]:
    if tzid in meaning.definitions:
        return [meaning.definitions[tzid].copy()]
    if name is None:
        return []
    year = to_datetime(parts.start.at.local).year if parts.start else 1970
    start = datetime(max(year - 1, 1900), 1, 1, tzinfo=UTC)
    made = zones.vtimezone_component(name, start)
    if tzid != name:
        made.put(Line("TZID", "", tzid))
    return [made]

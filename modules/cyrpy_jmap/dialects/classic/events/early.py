"""Events as profiles A0 and A have them: Cyrus 3.0 beta's, before JSCalendar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from cyrpy.errors import FormatError, NotFound
from cyrpy.formats.jscalendar.checks import local_date_time
from cyrpy.formats.jscalendar.instance import base_of, instance, override_of, plain
from cyrpy_jmap.dialects.classic.creation import CreationNames
from cyrpy_jmap.dialects.classic.events import people, reading, rules, times
from cyrpy_jmap.dialects.classic.lens import Lens, Wrong
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.types.calendar_event import HREF, MINE, CalendarEvent
from cyrpy_jmap.types.calendar_event.checking import invalid

MARK: Final = "isDraft"  # every /get that is asked for it has it; answers to /set do not
EXCLUDED: Final = {"excluded": True}
OVERRIDES: Final = "recurrenceOverrides"
PARTS: Final = ("participants", people.ORGANIZER, "isOrigin", MINE)
# Classic property -> the canonical ones that it is made of.
SOURCES: Final = {
    "id": ("id",),
    "calendarId": ("calendarIds",),
    "summary": ("title",),
    "description": ("description",),
    "location": ("locations", "mainLocationId"),
    "showAsFree": ("freeBusyStatus",),
    "isAllDay": times.CANONICAL,
    "start": times.CANONICAL,
    "end": times.CANONICAL,
    "startTimeZone": times.CANONICAL,
    "endTimeZone": times.CANONICAL,
    "recurrence": ("recurrenceRule",),
    "inclusions": (OVERRIDES,),
    "exceptions": (OVERRIDES, "title", "description", "locations", "mainLocationId",
                   "freeBusyStatus", *times.CANONICAL, "alerts", *PARTS),
    "alerts": ("alerts", *times.CANONICAL),
    "organizer": PARTS,
    "attendees": PARTS,
    "attachments": ("links",),
    "x-href": (HREF,),
}  # fmt: skip
# What an exception may have otherwise.
IN_EXCEPTIONS: Final = (
    "summary", "description", "location", "showAsFree", "start", "end", "startTimeZone",
    "endTimeZone", "alerts", "organizer", "attendees",
)  # fmt: skip
NULLABLE: Final = frozenset(
    {
        "startTimeZone",
        "endTimeZone",
        "recurrence",
        "inclusions",
        "exceptions",
        "alerts",
        "organizer",
        "attendees",
        "attachments",
    }
)
_FILE: Final = {
    "blobId": reading.text,
    "type": reading.text,
    "name": reading.text,
    "size": reading.number,
    "url": reading.text,
}


class EarlyLens(Lens):
    """CalendarEvent of 2016."""

    record_type = "CalendarEvent"
    area = "calendars"
    model = CalendarEvent
    sources = {name: (*made_of, MARK) for name, made_of in SOURCES.items()}  # noqa: RUF012
    untold = (HREF,)
    # Whom an event concerns is always told.
    set_arguments = {"sendSchedulingMessages": True}  # noqa: RUF012 - declared as a Mapping

    def classic(self, record: Json) -> Json:
        """All properties, of a record that was read; of another, its id."""
        if MARK not in record:
            return {name: record[name] for name in ("id", HREF) if name in record}
        mine = record.get(MINE) or ()
        made = {"id": record["id"], **_shown(record, mine)}
        made["calendarId"] = next(iter(record.get("calendarIds") or ()), None)
        made["isAllDay"] = record.get("showWithoutTime") is True
        rule = record.get("recurrenceRule")
        made["recurrence"] = rules.to_early(rule) if rule else None
        made |= _overrides(record, mine)
        made["attachments"] = _files(record)
        if HREF in record:
            made[HREF] = record[HREF]
        return made

    def create(self, record: Json, names: CreationNames) -> Json:
        """The event as JSCalendar; the engine judges the rest."""
        wrong: Wrong = {}
        if "id" in record or HREF in record:
            wrong |= dict.fromkeys(record.keys() & {"id", HREF}, "only the server sets this")
        if "start" not in record:
            wrong["start"] = "is missing"
        canonical = self._changed({}, record, names, wrong)
        made = {name: value for name, value in canonical.items() if value is not None}
        if wrong:
            raise invalid(wrong | reading.further(self, made))
        return made

    def copy(self, changes: Json, names: CreationNames) -> Json:
        """Where the copy is to be; it may differ in nothing else."""
        wrong: Wrong = {}
        for name in changes.keys() - {"calendarId"}:
            wrong[name] = "a copy differs from its original in calendarId alone"
        made = self._changed({}, {n: v for n, v in changes.items() if n == "calendarId"}, names,
                             wrong)  # fmt: skip
        if wrong:
            raise invalid(wrong)
        return made

    def needs(self, change: Json) -> Sequence[str]:
        """All: what a client changes is a part of what it saw."""
        del change
        return self.all_properties

    def update(self, change: Json, current: Json | None, names: CreationNames) -> Json:
        """The canonical properties that a change touches."""
        wrong: Wrong = {}
        before = current or {}
        shown = self.classic(before) if MARK in before else {}
        for name in sorted(change.keys() & {"id", HREF}):
            if shown and change[name] != shown.get(name):
                wrong[name] = "only the server sets this property, and it has another value now"
        rest = {n: v for n, v in change.items() if n not in ("id", HREF)}
        made = self._changed(before, rest, names, wrong)
        if wrong:
            raise invalid(wrong)
        return {name: value for name, value in made.items() if before.get(name) != value}

    def _changed(self, before: Json, change: Json, names: CreationNames, wrong: Wrong) -> Json:
        """The canonical properties for the classic ones in a change; None removes."""
        for name in self.unknown(change):
            wrong[name[:255]] = "an event has no such property"
        for name in change.keys() & SOURCES.keys():
            if change[name] is None and name not in NULLABLE:
                wrong[name] = "this property cannot be null"
        sound = {n: v for n, v in change.items() if n in SOURCES and n not in wrong}
        made: Json = {}
        if "calendarId" in sound:
            id = reading.text(sound["calendarId"], "calendarId", wrong) or ""
            made["calendarIds"] = {names.reference("Calendar", id): True}
        made |= _common(before, sound, "", wrong)
        if "recurrence" in sound:
            rule = sound["recurrence"]
            made["recurrenceRule"] = rule and rules.from_early(rule, "recurrence", wrong)
        if "attachments" in sound:
            made["links"] = _links(before, sound["attachments"], wrong)
        if {"inclusions", "exceptions"} & sound.keys() or _loses_ground(before, made):
            base = {n: v for n, v in {**before, **made}.items() if v is not None}
            made[OVERRIDES] = self._overrides(before, base, sound, wrong)
        return made

    def _overrides(self, before: Json, base: Json, change: Json, wrong: Wrong) -> Json | None:
        """The overrides for inclusions and exceptions, of which one may be as it was."""
        shown = _overrides(before, before.get(MINE) or ()) if before else {}
        inclusions = change.get("inclusions", shown.get("inclusions"))
        exceptions = change.get("exceptions", shown.get("exceptions"))
        made: Json = {}
        if inclusions is not None:
            inclusions = reading.items(inclusions, "inclusions", wrong)
        for index, rid in enumerate(inclusions or ()):
            if (why := local_date_time(rid)) is not None:
                wrong[f"inclusions/{index}"] = why
            else:
                made[rid] = {}
        if exceptions is not None:
            reading.members(exceptions, "exceptions", wrong)
        for rid, partial in exceptions.items() if isinstance(exceptions, dict) else ():
            path = f"exceptions/{rid[:80]}"
            if (why := local_date_time(rid)) is not None:
                wrong[path] = why
            elif partial is None:
                made[rid] = dict(EXCLUDED)
            else:
                made[rid] = _patch(base, rid, partial, path, wrong)
        return made or None

    def classic_path(self, path: str) -> str:
        """As classic records have it."""
        head, slash, rest = path.partition("/")
        return _PATHS.get(head, head) + slash + rest


_PATHS: Final = {
    "calendarIds": "calendarId",
    "title": "summary",
    "locations": "location",
    "freeBusyStatus": "showAsFree",
    "duration": "end",
    "timeZone": "startTimeZone",
    "showWithoutTime": "isAllDay",
    "recurrenceRule": "recurrence",
    OVERRIDES: "exceptions",
    "participants": "attendees",
    people.ORGANIZER: "organizer",
    "links": "attachments",
}


def _shown(event: Json, mine: Sequence[str]) -> Json:
    """What an event and each of its instances have."""
    return {
        "summary": event.get("title") or "",
        "description": event.get("description") or "",
        "location": _location(event),
        "showAsFree": event.get("freeBusyStatus") == "free",
        **times.to_classic(event),
        "alerts": people.alerts_to_classic(event),
        **people.to_classic(event, mine),
    }


def _main(event: Json) -> str | None:
    places = event.get("locations") or {}
    main = event.get("mainLocationId")
    if main in places:
        return str(main)
    return next((key for key, place in places.items() if place.get("name")), None)


def _location(event: Json) -> str:
    main = _main(event)
    return "" if main is None else str(event["locations"][main].get("name", ""))


def _overrides(event: Json, mine: Sequence[str]) -> Json:
    """`inclusions` and `exceptions`."""
    found: Json = event.get(OVERRIDES) or {}
    inclusions = sorted(rid for rid, patch in found.items() if not patch)
    exceptions: Json = {}
    base: Json | None = None
    for rid, patch in found.items():
        if patch.get("excluded") is True:
            exceptions[rid] = None
        elif patch:
            base = base or base_of(event)
            try:
                exceptions[rid] = _differences(base, event, rid, mine)
            except (FormatError, NotFound):
                continue
    return {"inclusions": inclusions or None, "exceptions": exceptions or None}


def _differences(base: Json, event: Json, rid: str, mine: Sequence[str]) -> Json:
    usual = _shown(plain(base, rid), mine)
    one = _shown(instance(event, rid), mine)
    return {n: one[n] for n in IN_EXCEPTIONS if n in one and one[n] != usual.get(n)}


def _common(before: Json, change: Json, path: str, wrong: Wrong) -> Json:
    """The canonical properties for what events and exceptions have alike."""
    made: Json = {}
    for name, canonical in (("summary", "title"), ("description", "description")):
        if name in change:
            made[canonical] = reading.text(change[name], path + name, wrong) or None
    if "location" in change:
        made |= _place(before, reading.text(change["location"], path + "location", wrong))
    if "showAsFree" in change:
        made |= _freedom(before, reading.boolean(change["showAsFree"], path + "showAsFree", wrong))
    if not change.keys().isdisjoint(times.CLASSIC):
        made |= times.from_classic(before, change, path, wrong)
    if "alerts" in change:
        made["alerts"] = people.alerts_from_classic(before, change["alerts"], path, wrong)
    if {"organizer", "attendees"} & change.keys():
        made |= people.from_classic(before, change, path, wrong)
    return made


def _freedom(before: Json, is_free: bool) -> Json:
    if is_free == (before.get("freeBusyStatus") == "free"):
        return {}
    return {"freeBusyStatus": "free" if is_free else None}


def _place(before: Json, name: str | None) -> Json:
    places: Json = dict(before.get("locations") or {})
    main = _main(before)
    if not name:
        if main is not None:
            del places[main]
        return {"locations": places or None, "mainLocationId": None}
    key = main or "location"
    places[key] = {"@type": "Location", **places.get(key, {}), "name": name}
    return {"locations": places, "mainLocationId": key}


def _loses_ground(before: Json, made: Json) -> bool:
    """Whether overrides go into something that a change takes away, or makes anew."""
    changed = {name for name, value in made.items() if before.get(name) != value}
    return any(
        "/" in pointer and pointer.partition("/")[0] in changed
        for patch in (before.get(OVERRIDES) or {}).values()
        for pointer in patch
    )


def _patch(base: Json, rid: str, partial: Any, path: str, wrong: Wrong) -> Json:  # noqa: ANN401
    """The override for an exception; what is there that classic has no word for stays."""
    if not isinstance(partial, dict):
        wrong[path] = "must be an object, or null"
        return {}
    for name in sorted(partial.keys() - set(IN_EXCEPTIONS)):
        wrong[f"{path}/{name[:80]}"] = "an exception has no such property"
    known = {n: v for n, v in partial.items() if n in IN_EXCEPTIONS}
    try:
        known_of = (base.get(OVERRIDES) or {}).get(rid) or {}
        there = {p: v for p, v in known_of.items() if "/" not in p or _has(base, p)}
        master = {**base, OVERRIDES: {} if there.get("excluded") else {rid: there}}
        usual = _shown(plain(base_of(base), rid), ())
        one = instance(master, rid)
        gone: Json = {n: usual[n] for n in IN_EXCEPTIONS if n in usual and n not in known}
        made = _common(one, {**gone, **known}, path + "/", wrong)
        if not wrong:
            one = {n: v for n, v in {**one, **made}.items() if v is not None}
            return override_of(base, one, rid)
    except (FormatError, NotFound) as exc:
        wrong[path] = str(exc)
    return {}


def _has(base: Json, pointer: str) -> bool:
    """Whether there is what a pointer goes into."""
    top, _, rest = pointer.partition("/")
    return rest.partition("/")[0] in (base.get(top) or {})


def _files(event: Json) -> list[Json] | None:
    found = []
    for link in (event.get("links") or {}).values():
        if link.get("rel") == "enclosure":
            one = {"blobId": link.get("blobId"), "url": link.get("href")}
            one |= {"type": link.get("contentType"), "name": link.get("title")}
            one["size"] = link.get("size")
            found.append({name: value for name, value in one.items() if value is not None})
    return found or None


def _links(before: Json, value: Any, wrong: Wrong) -> Json | None:  # noqa: ANN401
    """The links for attachments; links of other kinds stay."""
    known: Json = before.get("links") or {}
    made = {key: link for key, link in known.items() if link.get("rel") != "enclosure"}
    for index, given in enumerate(
        () if value is None else reading.items(value, "attachments", wrong)
    ):
        path = f"attachments/{index}"
        file = reading.fields(given, _FILE, path, wrong)
        if not file.get("blobId") and not file.get("url"):
            wrong.setdefault(f"{path}/blobId", "is missing")
            continue
        place = {"blobId": file["blobId"]} if file.get("blobId") else {"href": file["url"]}
        link = {"@type": "Link", "rel": "enclosure", **place}
        for name, canonical in (("type", "contentType"), ("name", "title"), ("size", "size")):
            if file.get(name) is not None:
                link[canonical] = file[name]
        made[_key_of(known, place, f"file{index + 1}")] = link
    return made or None


def _key_of(known: Json, place: Json, otherwise: str) -> str:
    """The key of the same file among the links that there are."""
    ((name, value),) = place.items()
    return next((key for key, link in known.items() if link.get(name) == value), otherwise)

"""Events as profiles B and C have them: JSCalendar in its first drafts, of 2016 and 2017."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from cyrpy.errors import FormatError
from cyrpy.formats.pointer import apply
from cyrpy_jmap.dialects.classic.creation import CreationNames
from cyrpy_jmap.dialects.classic.events import parts, reading, rules
from cyrpy_jmap.dialects.classic.lens import Lens, Wrong
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.types.calendar_event import HREF, MINE, CalendarEvent
from cyrpy_jmap.types.calendar_event.checking import invalid

MARK: Final = "isDraft"  # every /get that is asked for it has it; answers to /set do not
ORGANIZER: Final = "organizerCalendarAddress"
OVERRIDES: Final = "recurrenceOverrides"
EXCLUDED: Final = {"excluded": True}
# Properties that are alike, with what classic has where there is none.
ALIKE: Final[Mapping[str, Any]] = {
    "uid": None,
    "prodId": None,
    "created": None,
    "updated": None,
    "sequence": 0,
    "title": "",
    "description": "",
    "locale": None,
    "start": None,
    "timeZone": None,
    "duration": "P0D",
    "status": "confirmed",
    "useDefaultAlerts": False,
}
PLACES: Final = ("locations", "virtualLocations", "endTimeZone", "mainLocationId")
SOURCES: Final[Mapping[str, Sequence[str]]] = {
    "id": ("id",),
    "calendarId": ("calendarIds",),
    "participantId": (MINE,),
    **{name: (name,) for name in ALIKE},
    "relatedTo": ("relatedTo",),
    "links": ("links",),
    "localizations": (),
    "locations": PLACES,
    "isAllDay": ("showWithoutTime",),
    "recurrenceRule": ("recurrenceRule",),
    "recurrenceOverrides": (OVERRIDES,),
    "showAsFree": ("freeBusyStatus",),
    "replyTo": (ORGANIZER,),
    "participants": ("participants",),
    "alerts": ("alerts",),
    "x-href": (HREF,),
}
SERVER_SET: Final = ("id", HREF, "participantId", "localizations")
_REQUIRED: Final = frozenset({"start", "uid"})


class LaterLens(Lens):
    """CalendarEvent of 2016-08 and later."""

    record_type = "CalendarEvent"
    area = "calendars"
    model = CalendarEvent
    sources = {name: (*made_of, MARK) for name, made_of in SOURCES.items()}  # noqa: RUF012
    untold = (HREF,)
    # Whom an event concerns is always told.
    set_arguments = {"sendSchedulingMessages": True}  # noqa: RUF012 - declared as a Mapping

    def classic(self, record: Json) -> Json:
        """All properties, of a record that was read; of another, what it has."""
        if MARK not in record:
            told = ("id", HREF, "uid", "created", "updated", "sequence", "prodId")
            return {name: record[name] for name in told if name in record}
        made = {"id": record["id"], **_shown(record)}
        made["calendarId"] = next(iter(record.get("calendarIds") or ()), None)
        made["participantId"] = next(iter(record.get(MINE) or ()), None)
        made["localizations"] = None
        address = record.get(ORGANIZER)
        made["replyTo"] = {"imip": address} if address else None
        rule = record.get("recurrenceRule")
        made["recurrenceRule"] = rules.to_later(rule) if rule else None
        overrides = {
            rid: None if patch.get("excluded") is True else _patch_shown(patch)
            for rid, patch in (record.get(OVERRIDES) or {}).items()
        }
        made[OVERRIDES] = overrides or None
        if HREF in record:
            made[HREF] = record[HREF]
        return made

    def create(self, record: Json, names: CreationNames) -> Json:
        """The event as JSCalendar 2.0; the engine judges the rest."""
        wrong: Wrong = {}
        for name in sorted(record.keys() & {"id", HREF}):
            wrong[name] = "only the server sets this property"
        canonical = self._changed({}, record, names, wrong)
        made = {name: value for name, value in canonical.items() if value is not None}
        if wrong:
            raise invalid(wrong | reading.further(self, made))
        return made

    def copy(self, changes: Json, names: CreationNames) -> Json:
        """What the copy has otherwise."""
        return self.create(changes, names)

    def needs(self, change: Json) -> Sequence[str]:
        """All: what a client changes is a part of what it saw."""
        del change
        return self.all_properties

    def update(self, change: Json, current: Json | None, names: CreationNames) -> Json:
        """The canonical properties that a change touches; its keys may be pointers (profile C)."""
        wrong: Wrong = {}
        before = current or {}
        shown = self.classic(before) if MARK in before else {}
        whole = _whole(shown, change, wrong)
        for name in SERVER_SET:
            if name in whole and shown and whole[name] != shown.get(name):
                wrong[name] = "only the server sets this property, and it has another value now"
        rest = {n: v for n, v in whole.items() if n not in SERVER_SET and v != shown.get(n, _NONE)}
        made = self._changed(before, rest, names, wrong)
        if wrong:
            raise invalid(wrong)
        return {name: value for name, value in made.items() if before.get(name) != value}

    def _changed(self, before: Json, change: Json, names: CreationNames, wrong: Wrong) -> Json:
        for name in self.unknown(change):
            wrong[name[:255]] = "an event has no such property"
        made: Json = {}
        for name, value in change.items():
            if name in SOURCES and name not in SERVER_SET:
                made |= _canonical(before, name, value, names, wrong)
        return made

    def classic_path(self, path: str) -> str:
        """As classic records have it."""
        head, slash, rest = path.partition("/")
        return _PATHS.get(head, head) + slash + rest


_NONE: Final = object()
_PATHS: Final = {
    "calendarIds": "calendarId",
    "showWithoutTime": "isAllDay",
    "freeBusyStatus": "showAsFree",
    ORGANIZER: "replyTo",
    "virtualLocations": "locations",
    "endTimeZone": "locations",
}


def _whole(shown: Json, change: Json, wrong: Wrong) -> Json:
    """The change by whole properties, where some of its keys go into them."""
    deep = {key: value for key, value in change.items() if "/" in key}
    if not deep:
        return change
    tops = {key.partition("/")[0] for key in deep}
    start = {n: {} if shown.get(n) is None else shown[n] for n in tops if n in SOURCES}
    try:
        made = apply(start, deep)
    except FormatError as exc:
        wrong |= dict.fromkeys(deep, str(exc))
        made = {}
    return {n: v for n, v in change.items() if "/" not in n} | {
        name: value or None for name, value in made.items()
    }


def _shown(event: Json) -> Json:
    """What events have, and patches may have."""
    made: Json = {name: event.get(name, otherwise) for name, otherwise in ALIKE.items()}
    made["duration"] = made["duration"] or "P0D"
    made["isAllDay"] = event.get("showWithoutTime") is True
    made["showAsFree"] = event.get("freeBusyStatus") == "free"
    for name, (show, _) in _PARTS.items():
        made[name] = show(event) or None
    return made


# Property -> from an event, and its inverse from an event as it was and a classic value.
_PARTS: Final[
    Mapping[str, tuple[Callable[[Json], Any], Callable[[Json, Any, str, Wrong], Json]]]
] = {
    "relatedTo": (parts.relations, parts.from_relations),
    "links": (parts.links, parts.from_links),
    "locations": (parts.places, parts.from_places),
    "participants": (parts.people, parts.from_people),
    "alerts": (parts.alerts, parts.from_alerts),
}


def _canonical(
    before: Json,
    name: str,
    value: Any,  # noqa: ANN401 - any JSON value
    names: CreationNames,
    wrong: Wrong,
) -> Json:
    """The canonical properties for one classic one; None removes."""
    if name == "calendarId":
        id = reading.text(value, name, wrong) or ""
        return {"calendarIds": {names.reference("Calendar", id): True}}
    if name == "recurrenceRule":
        return {name: None if value is None else rules.from_later(value, name, wrong)}
    if name == OVERRIDES:
        return {name: None if value is None else _overrides(before, value, wrong)}
    if name == "replyTo":
        return {ORGANIZER: None if value is None else _organizer(value, wrong)}
    return _common(before, name, value, "", wrong)


def _common(before: Json, name: str, value: Any, path: str, wrong: Wrong) -> Json:  # noqa: ANN401
    """As `_canonical`, of what patches may have too."""
    if name in _PARTS:
        return _PARTS[name][1](before, value, path + name, wrong)
    if name == "isAllDay":
        given = value is not None and reading.boolean(value, path + name, wrong)
        return {"showWithoutTime": True if given else None}
    if name == "showAsFree":
        given = value is not None and reading.boolean(value, path + name, wrong)
        if given == (before.get("freeBusyStatus") == "free"):
            return {}
        return {"freeBusyStatus": "free" if given else None}
    if value is None and name in _REQUIRED:
        wrong[path + name] = "this property cannot be null"
    return {name: "PT0S" if value == "P0D" else value}


def _organizer(value: Any, wrong: Wrong) -> str | None:  # noqa: ANN401
    methods = reading.members(value, "replyTo", wrong)
    found = methods.get("imip", next(iter(methods.values()), None))
    return None if found is None else reading.text(found, "replyTo/imip", wrong)


def _patch_shown(patch: Json) -> Json:
    """A patch with classic names; pointers into what is not alike are shown as whole values."""
    made: Json = {}
    for pointer, value in patch.items():
        name = pointer.partition("/")[0]
        if name == "freeBusyStatus":
            made["showAsFree"] = value == "free"
        elif name == "showWithoutTime":
            made["isAllDay"] = value is True
        elif name in ALIKE and "/" not in pointer:
            made[name] = value
        elif name in _PARTS:
            made[pointer] = parts.inside(pointer, value)
    return made


def _overrides(before: Json, value: Any, wrong: Wrong) -> Json | None:  # noqa: ANN401
    made: Json = {}
    for rid, patch in reading.members(value, OVERRIDES, wrong).items():
        path = f"{OVERRIDES}/{rid[:80]}"
        if patch is None:
            made[rid] = dict(EXCLUDED)
        elif not isinstance(patch, dict):
            wrong[path] = "must be an object, the patch, or null"
        else:
            there = (before.get(OVERRIDES) or {}).get(rid) or {}
            made[rid] = _patch(there, patch, path, wrong)
    return made or None


def _patch(there: Json, patch: Json, path: str, wrong: Wrong) -> Json:
    """The override for a classic patch; what classic has no word for stays."""
    made = {
        pointer: value
        for pointer, value in there.items()
        if pointer != "excluded" and not _patch_shown({pointer: value})
    }
    for pointer, value in patch.items():
        name, _, deep = pointer.partition("/")
        if name not in SOURCES or name in ("calendarId", OVERRIDES, "recurrenceRule", *SERVER_SET):
            wrong[f"{path}/{pointer[:80]}"] = "an instance has no such property of its own"
        elif not deep:
            made |= _common({}, name, value, path + "/", wrong)
        else:
            made[pointer] = parts.from_inside(pointer, value, f"{path}/{pointer[:80]}", wrong)
    return made

"""Changes to events, and to single instances of them (CalendarEvent/set)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson

from cyrpy.data import events as rows
from cyrpy.data.eventids import number_of
from cyrpy.data.events import EventRow
from cyrpy.errors import FormatError, NotFound
from cyrpy.formats.ical.attach import managed_ids
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.jscalendar import to_ical
from cyrpy.formats.jscalendar.from_ical import objects
from cyrpy.formats.jscalendar.instance import instance, override_of
from cyrpy.formats.jscalendar.restore import restored, stripped
from cyrpy.formats.pointer import apply, diff
from cyrpy.groupware import events
from cyrpy.groupware.calendars import CalendarView
from cyrpy.groupware.events import Seen, Target, Way, peruser
from cyrpy_jmap.call import Call
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.types.calendar_event import eventid
from cyrpy_jmap.types.calendar_event.attaching import attached, keep
from cyrpy_jmap.types.calendar_event.checking import invalid
from cyrpy_jmap.types.calendar_event.creating import (
    ORGANIZER,
    check_reachable,
    free_uri,
    how,
    is_origin,
    organized,
    refusals,
    set_own,
    target_calendar,
    utc_now,
)
from cyrpy_jmap.types.calendar_event.instances import has_instance
from cyrpy_jmap.types.calendar_event.kind import EVENTS, TASKS, Kind
from cyrpy_jmap.types.calendar_event.model import ICALENDAR, IS_DRAFT, OVERRIDES
from cyrpy_jmap.types.sharing import actor_of

# Of these, no change is a revision that others are to know of.
NO_REVISION: Final = peruser.PERSONAL | {"updated", "sequence"} | EVENTS.added | TASKS.added
EXCLUDED: Final = {"excluded": True}


class Held(NamedTuple):
    """A stored event that is to be changed.

    Attributes:
        tree: As iCalendar.
        event: As JSCalendar, as it is stored, without `iCalendar`.
    """

    seen: Seen
    tree: Component
    event: Json
    id: str
    kind: Kind


def held(call: Call, id: str, kind: Kind = EVENTS) -> Held:
    """The stored event of an id that is not one of an instance.

    Raises:
        NotFound: there is none that the user sees.
    """
    actor = actor_of(call)
    found = events.of_ids(call.unit, call.account.id, actor, [id], kind.letter).get(id)
    if found is not None:
        tree = parse(events.octets_of(call.unit, found.row))
        for index, event in enumerate(_objects(tree, kind)):
            if found.row.instances is None or _name(found, index, kind) == id:
                return Held(found, tree, stripped(event), id, kind)
    raise NotFound(f"there is no {kind.name} {id[:255]!r}")


def _objects(tree: Component, kind: Kind) -> list[Json]:
    return [event for event in objects(tree) if event["@type"] == kind.type]


def _name(seen: Seen, index: int, kind: Kind) -> str:
    ids = (seen.row.instances or "").split(" ")
    return f"{kind.letter}{seen.row.id}-{ids[index]}" if index < len(ids) else ""


def update(call: Call, id: str, current: Json, patched: Json, kind: Kind = EVENTS) -> Json | None:
    """Change an event or an instance of one; what changed otherwise than the client asked."""
    wanted = eventid.parse(id)
    if wanted is not None:
        return _update_instance(call, held(call, wanted.base, kind), wanted, current, patched)
    stored = held(call, id, kind)
    told = _change(call, stored, _bare(current, kind), _bare(patched, kind), patched)
    if patched[kind.home] != current[kind.home]:
        _move(call, held(call, id, kind), kind.place_of(patched))
    return told or None


def _change(
    call: Call, stored: Held, before: Json, after: Json, patched: Mapping[str, Any]
) -> Json:
    """Store what differs: for all, or for this user alone."""
    publishes = bool(stored.seen.row.is_draft) and patched.get(IS_DRAFT) is False
    if before == after and not publishes:
        return {}
    if stored.seen.view.is_owner:
        return _store(call, stored, before, after, publishes=publishes)
    told: Json = {}
    if stored.seen.is_veiled:
        raise events.PrivacyRefused("what is private is changed by whose calendar it is in")
    common, mine = _common(before, after), peruser.own(after)
    # What the user was not shown, such as hidden attendees, stays.
    difference = diff(peruser.shared(before), common)
    if difference or publishes:
        if after.get("privacy", "public") != "public":
            raise invalid({"privacy": "an event in somebody else's calendar must be public"})
        common = apply(peruser.shared(stored.event), difference)
        kept = peruser.merged(common, peruser.own(stored.event))
        told = _store(call, stored, stored.event, kept, publishes=publishes)
    if mine != peruser.own(before):
        set_own(call, _again(call, stored.seen), mine)
        told["updated"] = utc_now(call)
    return told


def _common(before: Json, after: Json) -> Json:
    """What of the event is for all, without overrides that are new and have nothing for all."""
    made = peruser.shared(after)
    known = before.get(OVERRIDES) or {}
    overrides = {
        rid: patch
        for rid, patch in made.get(OVERRIDES, {}).items()
        if patch or rid in known or not after[OVERRIDES][rid]
    }
    made.pop(OVERRIDES, None)
    return {**made, OVERRIDES: overrides} if overrides else made


def _again(call: Call, seen: Seen) -> Seen:
    row = rows.by_ids(call.unit, seen.row.account_id, [seen.row.id]).get(seen.row.id)
    return seen if row is None else Seen(row, seen.view)


def _store(call: Call, stored: Held, before: Json, after: Json, *, publishes: bool) -> Json:
    """Write an event for all; what the server made otherwise."""
    told = _revised(call, before, after)
    check_reachable(call, before, after)
    made = attached(call, after, stored.event)
    after = made.event
    if ICALENDAR in after:  # the client was shown it, or makes its own: then it is all there is
        there = _objects(stored.tree, stored.kind)
        whole = next((one for one in there if stripped(one) == stored.event), {})
        after = restored(after, {**whole, ICALENDAR: after[ICALENDAR]})
    with refusals():
        tree = made._replace(event=after).tree(stored.tree)
    row = _put(call, stored.seen, tree, publishes=publishes)
    keep(call, row, made.new, tree, managed_ids(stored.tree))
    return told


def _put(call: Call, seen: Seen, tree: Component, *, publishes: bool = False) -> EventRow:
    with refusals():
        prepared = events.prepare(tree)
        target = Target(seen.view, seen.row.uri, seen.row)
        is_draft = False if publishes else None
        way = Way(how(call), is_draft)
        return events.put(call.unit, actor_of(call), target, prepared, way).row


def _revised(call: Call, before: Json, after: Json) -> Json:
    """Set what moves with a change (JMAP Calendars, CalendarEvent/set)."""
    told: Json = {}
    if ORGANIZER not in after and after.get("participants") and not before.get("participants"):
        told |= organized(call, after)
    if not is_origin(call, after):
        return told
    told["updated"] = after["updated"] = utc_now(call)
    if after.get("created", "") > after["updated"]:
        told["created"] = after["created"] = after["updated"]
    changed = {n for n in before.keys() | after.keys() if before.get(n) != after.get(n)}
    if _is_revision(before, after, changed):
        least = int(before.get("sequence", 0)) + 1
        if int(after.get("sequence", 0)) < least:
            told["sequence"] = after["sequence"] = least
    return told


def _is_revision(before: Json, after: Json, changed: set[str]) -> bool:
    if changed - NO_REVISION - {OVERRIDES}:
        return True
    return peruser.shared(before).get(OVERRIDES) != peruser.shared(after).get(OVERRIDES)


def _update_instance(
    call: Call, stored: Held, wanted: eventid.InstanceId, current: Json, patched: Json
) -> Json | None:
    """Change one instance: an override of the event."""
    kind = stored.kind
    if patched[kind.home] != current[kind.home]:
        raise invalid({kind.home: "an instance is where its event is"})
    if patched.get(IS_DRAFT) != current.get(IS_DRAFT):
        raise invalid({IS_DRAFT: "an instance is a draft as long as its event is"})
    whole = _as_seen(call, stored)
    for name in ("recurrenceRule", OVERRIDES):
        if patched.get(name) is not None:
            raise invalid({name: "an instance does not recur"})
    try:
        difference = diff(_bare(current, kind), _bare(patched, kind))
        after = apply(instance(whole, wanted.recurrence_id), difference)
        override = override_of(whole, after, wanted.recurrence_id)
    except FormatError as exc:
        raise invalid({"": str(exc)}) from exc
    overrides = {**whole.get(OVERRIDES, {})}
    if override or not _is_regular(stored, wanted.recurrence_id):
        overrides[wanted.recurrence_id] = override
    else:
        overrides.pop(wanted.recurrence_id, None)
    changed = {**whole, OVERRIDES: overrides}
    if not overrides:
        changed.pop(OVERRIDES)
    told = _change(call, stored, whole, changed, {})
    return {name: v for name, v in told.items() if name != ORGANIZER} or None


def _bare(event: Mapping[str, Any], kind: Kind) -> Json:
    added = kind.added
    return {name: value for name, value in event.items() if name not in added}


def _as_seen(call: Call, stored: Held) -> Json:
    """The event as its user has it."""
    seen = stored.seen
    if seen.view.is_owner:
        return stored.event
    common = peruser.shared(stored.event)
    if seen.is_veiled:
        common = events.veiled(common)
    own = events.personal(call.unit, seen.row.account_id, actor_of(call), [seen.row.id])
    patch = own.get(seen.row.id)
    return common if patch is None else peruser.merged(common, orjson.loads(patch))


def _is_regular(stored: Held, recurrence_id: str) -> bool:
    """Whether the recurrence has the instance without an override too."""
    bare = {name: v for name, v in stored.event.items() if name != OVERRIDES}
    try:
        return has_instance(to_ical.apply(None, bare), recurrence_id, stored.kind)
    except FormatError:
        return True


def destroy(call: Call, id: str, kind: Kind = EVENTS) -> None:
    """Remove an event, or one instance of it.

    Raises:
        NotFound: there is none that the user sees.
    """
    wanted = eventid.parse(id)
    if wanted is not None:
        _exclude(call, held(call, wanted.base, kind), wanted)
        return
    try:
        stored = held(call, id, kind)
    except NotFound:
        if _was_replaced(call, id, kind):
            return
        raise
    seen = stored.seen
    actor = actor_of(call)
    if seen.row.instances is not None:
        rest = to_ical.without(stored.tree, stored.event["uid"], stored.event["recurrenceId"])
        if rest is not None:
            _put(call, seen, rest)
            return
    events.delete(call.unit, actor, seen.view, seen.row, how(call))


def _was_replaced(call: Call, id: str, kind: Kind) -> bool:
    """Whether this very call put the whole event in the place of its single instances."""
    number = number_of(id, kind.letter)
    if number is None or "-" not in id:
        return False
    row = rows.by_ids(call.unit, call.account.id, [number]).get(number)
    is_new = row is not None and row.updated_modseq == call.unit.modseq(call.account.id)
    return is_new and row is not None and row.instances is None


def _exclude(call: Call, stored: Held, wanted: eventid.InstanceId) -> None:
    is_alone = stored.seen.row.instances is not None
    if is_alone or not has_instance(stored.tree, wanted.recurrence_id, stored.kind):
        raise NotFound(f"there is no {stored.kind.name} {str(wanted)[:255]!r}")
    whole = _as_seen(call, stored)
    overrides = {**whole.get(OVERRIDES, {})}
    if _is_regular(stored, wanted.recurrence_id):
        overrides[wanted.recurrence_id] = dict(EXCLUDED)
    else:
        overrides.pop(wanted.recurrence_id, None)
    changed = {**whole, OVERRIDES: overrides}
    if not overrides:
        changed.pop(OVERRIDES)
    _change(call, stored, whole, changed, {})


def _move(call: Call, stored: Held, calendar_id: str) -> None:
    """Put an event into another calendar of the account."""
    view: CalendarView = target_calendar(call, calendar_id, stored.kind)
    seen = stored.seen
    if view.row.id == seen.row.calendar_id:
        return
    uri = seen.row.uri
    if rows.by_uri(call.unit, call.account.id, view.row.id, uri) is not None:
        uri = free_uri(call, view, events.prepare(stored.tree))
    with refusals(stored.kind):
        events.move(call.unit, actor_of(call), seen.view, seen.row, Target(view, uri))

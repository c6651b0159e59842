"""New events: completed and made ready before the lock, stored under it (CalendarEvent/set)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from urllib.parse import quote
from uuid import UUID

import orjson

from cyrpy.data.addresses import addresses_of
from cyrpy.data.eventids import wire_ids
from cyrpy.data.events import PUBLIC, EventRow
from cyrpy.errors import FormatError, NotFound
from cyrpy.formats.ical.attach import managed_ids
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.validate import COMPONENT
from cyrpy.formats.jscalendar.names import VERSION
from cyrpy.formats.jscalendar.to_ical import PRODID
from cyrpy.formats.timespan import format_utc_date
from cyrpy.groupware import calendars, events
from cyrpy.groupware.attachments import embedder
from cyrpy.groupware.calendars import CalendarView
from cyrpy.groupware.events import Prepared, Seen, Target, Way, peruser
from cyrpy.groupware.scheduling import How
from cyrpy.groupware.scheduling.address import MAILTO, normalized
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.methods.set import HIDDEN
from cyrpy_jmap.types.calendar_event.attaching import Attached, attached, keep
from cyrpy_jmap.types.calendar_event.checking import invalid
from cyrpy_jmap.types.calendar_event.kind import EVENTS, Kind, kind_of
from cyrpy_jmap.types.sharing import actor_of

NEW: Final = HIDDEN + "new"
ORGANIZER: Final = "organizerCalendarAddress"


class New(NamedTuple):
    """An event that is to be stored: as JSCalendar, and made ready."""

    attached: Attached
    prepared: Prepared
    told: Json  # what the client does not know of it

    @property
    def event(self) -> Json:
        """The event as it is to be."""
        return self.attached.event


def ready(call: Call, checked: Json) -> Json:
    """The event with what the server sets, converted.

    Raises:
        SetError: `invalidProperties` for blobs that there are not, `tooLarge`.
    """
    now = utc_now(call)
    kind = kind_of(checked)
    event = {name: value for name, value in checked.items() if name not in kind.added}
    told: Json = {}
    if "uid" not in event:
        told["uid"] = event["uid"] = str(UUID(bytes=call.services.core.random_bytes(16), version=4))
    if event.get("created", now) >= now:
        told["created"] = event["created"] = now
    is_organized = ORGANIZER not in event and bool(event.get("participants"))
    if is_organized:
        told |= organized(call, event)
    if is_origin(call, event):
        told["updated"] = event["updated"] = now
    else:
        event.setdefault("updated", now)
        told["updated"] = event["updated"]
    for name, value in (("version", VERSION), ("prodId", PRODID)):
        if name not in event:
            told[name] = event[name] = value
    made = attached(call, event, {})
    with refusals():
        prepared = events.prepare(made.tree(None))
    if is_organized and prepared.jscalendar is not None:  # the organizer takes part too
        told["participants"] = orjson.loads(prepared.jscalendar).get("participants")
    return {**checked, NEW: New(made, prepared, told)}


def utc_now(call: Call) -> str:
    """The present second."""
    now = call.services.core.clock()
    return format_utc_date(datetime.fromtimestamp(int(now), UTC))


def organized(call: Call, event: Json) -> Json:
    """Set who organizes an event that has got participants; what that added."""
    found = addresses_of(call.unit, call.account.id)
    if not found:
        return {}
    event[ORGANIZER] = MAILTO + quote(found[0], safe="@+!$&'*-/=^_`{|}~.")
    return {ORGANIZER: event[ORGANIZER]}


def is_origin(call: Call, event: Mapping[str, Any]) -> bool:
    """Whether what becomes of the event is decided in this account."""
    organizer = event.get(ORGANIZER)
    if not isinstance(organizer, str):
        return True
    mine = {MAILTO + address.lower() for address in addresses_of(call.unit, call.account.id)}
    return normalized(organizer) in mine


@contextmanager
def refusals(kind: Kind = EVENTS) -> Iterator[None]:
    """Why calendars refuse an object, as SetErrors."""
    try:
        yield
    except events.LimitExceeded as exc:
        raise SetError("tooLarge", str(exc)) from exc
    except events.InvalidObject as exc:
        raise SetError("invalidProperties", str(exc), []) from exc
    except events.Refused as exc:
        if exc.precondition == COMPONENT:
            raise invalid({kind.home: str(exc)}) from exc
        raise
    except FormatError as exc:
        raise SetError("invalidProperties", str(exc), []) from exc


def create(call: Call, checked: Json, source: Component | None = None) -> Json:
    """Store a new event; what the client does not know of it.

    Args:
        call: Inside its transaction.
        checked: What `ready` gave.
        source: The iCalendar object that it is a copy of.
    """
    new: New = checked[NEW]
    kind = kind_of(new.event)
    view = target_calendar(call, kind.place_of(checked), kind)
    prepared = new.prepared
    found = _same(call, view, new.event)
    event = new.event
    mine: Json = {}
    if not view.is_owner:
        _check_privacy(prepared)
        mine = peruser.own(event)
        event = peruser.shared(event) if mine else event
    base = source
    if found is not None:
        base = parse(events.octets_of(call.unit, found))
    if base is not None or mine:
        with refusals():
            prepared = events.prepare(new.attached._replace(event=event).tree(base))
    check_reachable(call, {}, new.event)
    uri = found.uri if found is not None else free_uri(call, view, prepared)
    is_draft = bool(checked.get("isDraft", False))
    with refusals(kind):
        written = events.put(
            call.unit,
            actor_of(call),
            Target(view, uri, found),
            prepared,
            Way(how(call), is_draft=is_draft),
        )
    had = set() if base is None else managed_ids(base)
    keep(call, written.row, new.attached.new, prepared.calendar, had)
    id = _id_of(call, written.row, new.event)
    if mine:
        set_own(call, Seen(written.row, view), mine)
    return {"id": id, "isOrigin": is_origin(call, new.event), **new.told}


def set_own(call: Call, seen: Seen, mine: Mapping[str, Any]) -> None:
    """Keep what a sharee has for itself."""
    patch = orjson.dumps({**mine, "updated": utc_now(call)}) if mine else b""
    events.set_personal(call.unit, seen, actor_of(call), patch)


def target_calendar(call: Call, id: str, kind: Kind) -> CalendarView:
    """The one calendar that an event or task is to be in.

    Raises:
        SetError: `invalidProperties` if the user sees no such calendar.
    """
    try:
        return calendars.find(call.unit, call.account.id, actor_of(call), id)
    except NotFound as exc:
        path = f"{kind.home}/{id}" if kind.has_many_homes else kind.home
        raise invalid({path: "there is no such calendar in this account"}) from exc


def free_uri(call: Call, view: CalendarView, prepared: Prepared) -> str:
    """A name for a new object in a calendar."""
    return events.free_name(call.unit, call.account.id, view.row.id, prepared.uid)


def how(call: Call) -> How:
    """Whether others are told."""
    sends = bool(getattr(call.arguments, "send_scheduling_messages", False))
    mails = call.services.core.settings.sends_mail
    embed = embedder(call.services.blobs)
    return How(sends=sends, replies=sends, mails=mails, embed=embed)


def check_reachable(call: Call, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Make sure that those who are to be told can be.

    Raises:
        SetError: `noSupportedScheduleMethods`, naming all that cannot.
    """
    if not getattr(call.arguments, "send_scheduling_messages", False):
        return
    people = after.get("participants") or {}
    known = before.get("participants") or {}
    wrong = [
        f"participants/{key}/calendarAddress"
        for key, one in people.items()
        if one != known.get(key) and not _is_reachable(one)
    ]
    if wrong:
        text = "invitations go to mailto: addresses only: " + ", ".join(wrong)
        raise SetError("noSupportedScheduleMethods", text, wrong)


def _is_reachable(participant: Mapping[str, Any]) -> bool:
    address = participant.get("calendarAddress")
    return not isinstance(address, str) or normalized(address).startswith((MAILTO, "/"))


def _check_privacy(prepared: Prepared) -> None:
    if prepared.privacy > PUBLIC:
        raise invalid({"privacy": "an event in somebody else's calendar must be public"})


def _same(call: Call, view: CalendarView, event: Json) -> EventRow | None:
    """The object that holds single instances of the event, if there is one.

    Raises:
        SetError: `alreadyExists` if the account has the event already.
    """
    seen = events.with_uids(call.unit, call.account.id, actor_of(call), [event["uid"]])
    for one in seen:
        row = one.row
        is_here = row.calendar_id == view.row.id and row.instances is not None
        if not is_here or row.component != kind_of(event).component:
            id = next(iter(wire_ids(row)))
            raise SetError("alreadyExists", "the account has this uid already", existingId=id)
        there = _instance(call, row, event.get("recurrenceId"))
        if there is not None:
            text = "the account has this instance already"
            raise SetError("alreadyExists", text, existingId=there)
        return row
    return None


def _instance(call: Call, row: EventRow, recurrence_id: str | None) -> str | None:
    """The id of a single instance, if it is there."""
    if recurrence_id is None:
        return None
    return instance_ids(call, row).get(recurrence_id)


def instance_ids(call: Call, row: EventRow) -> dict[str, str]:
    """Of an object that is given by its instances: recurrence id -> wire id."""
    json = events.rendered(call.unit, row.account_id, [row.id]).get(row.id, b"{}")
    id = wire_ids(row)
    values = orjson.loads(json).values()
    return {v.get("recurrenceId", ""): wire for wire, v in zip(id, values, strict=False)}


def _id_of(call: Call, row: EventRow, event: Json) -> str:
    if row.instances is None:
        return next(iter(wire_ids(row)))
    return instance_ids(call, row)[event.get("recurrenceId", "")]

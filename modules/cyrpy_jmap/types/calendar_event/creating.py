"""New events: completed and made ready before the lock, stored under it (CalendarEvent/set)."""

from __future__ import annotations

from base64 import b64encode
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
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.validate import COMPONENT
from cyrpy.formats.jscalendar.names import VERSION
from cyrpy.formats.jscalendar.to_ical import PRODID, apply
from cyrpy.formats.timespan import format_utc_date
from cyrpy.groupware import calendars, events
from cyrpy.groupware.calendars import CalendarView
from cyrpy.groupware.events import Prepared, Seen, Target, Way, peruser
from cyrpy.groupware.scheduling import How
from cyrpy.groupware.scheduling.address import MAILTO, normalized
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.methods.set import HIDDEN
from cyrpy_jmap.types.calendar_event.checking import invalid
from cyrpy_jmap.types.calendar_event.model import ADDED
from cyrpy_jmap.types.sharing import actor_of

NEW: Final = HIDDEN + "new"
ORGANIZER: Final = "organizerCalendarAddress"


class New(NamedTuple):
    """An event that is to be stored: as JSCalendar, and made ready."""

    event: Json
    prepared: Prepared
    told: Json  # what the client does not know of it


def ready(call: Call, checked: Json) -> Json:
    """The event with what the server sets, converted.

    Raises:
        SetError: `invalidProperties` for blobs that there are not, `tooLarge`.
    """
    now = utc_now(call)
    event = {name: value for name, value in checked.items() if name not in ADDED}
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
    event = with_links(call, event)
    with refusals():
        prepared = events.prepare(apply(None, event))
    if is_organized and prepared.jscalendar is not None:  # the organizer takes part too
        told["participants"] = orjson.loads(prepared.jscalendar).get("participants")
    return {**checked, NEW: New(event, prepared, told)}


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


def with_links(call: Call, event: Json) -> Json:
    """The event in which links to blobs are data URLs, which every calendar system can read.

    Raises:
        SetError: `invalidProperties`, naming every blob that there is not.
    """
    links = event.get("links")
    if not isinstance(links, dict) or not any("blobId" in one for one in links.values()):
        return event
    made: Json = {}
    wrong: dict[str, str] = {}
    for key, link in links.items():
        made[key] = link
        if "blobId" in link:
            octets = call.blob(link["blobId"])
            if octets is None:
                wrong[f"links/{key}/blobId"] = "there is no such blob"
            else:
                made[key] = _linked(link, octets)
    if wrong:
        raise invalid(wrong)
    return {**event, "links": made}


def _linked(link: Json, octets: bytes) -> Json:
    kind = link.get("contentType", "application/octet-stream")
    href = f"data:{kind};base64,{b64encode(octets).decode()}"
    rest = {name: value for name, value in link.items() if name != "blobId"}
    return {"rel": "enclosure", **rest, "href": href, "size": len(octets)}


@contextmanager
def refusals() -> Iterator[None]:
    """Why calendars refuse an object, as SetErrors."""
    try:
        yield
    except events.LimitExceeded as exc:
        raise SetError("tooLarge", str(exc)) from exc
    except events.InvalidObject as exc:
        raise SetError("invalidProperties", str(exc), []) from exc
    except events.Refused as exc:
        if exc.precondition == COMPONENT:
            raise invalid({"calendarIds": str(exc)}) from exc
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
    view = target_calendar(call, checked["calendarIds"])
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
            prepared = events.prepare(apply(base, event))
    check_reachable(call, {}, new.event)
    uri = found.uri if found is not None else free_uri(call, view, prepared)
    is_draft = bool(checked.get("isDraft", False))
    with refusals():
        written = events.put(
            call.unit,
            actor_of(call),
            Target(view, uri, found),
            prepared,
            Way(how(call), is_draft=is_draft),
        )
    id = _id_of(call, written.row, new.event)
    if mine:
        set_own(call, Seen(written.row, view), mine)
    return {"id": id, "isOrigin": is_origin(call, new.event), **new.told}


def set_own(call: Call, seen: Seen, mine: Mapping[str, Any]) -> None:
    """Keep what a sharee has for itself."""
    patch = orjson.dumps({**mine, "updated": utc_now(call)}) if mine else b""
    events.set_personal(call.unit, seen, actor_of(call), patch)


def target_calendar(call: Call, calendar_ids: Mapping[str, Any]) -> CalendarView:
    """The one calendar that an event is to be in.

    Raises:
        SetError: `invalidProperties` if the user sees no such calendar.
    """
    (id,) = calendar_ids
    try:
        return calendars.find(call.unit, call.account.id, actor_of(call), id)
    except NotFound as exc:
        raise invalid({f"calendarIds/{id}": "there is no such calendar in this account"}) from exc


def free_uri(call: Call, view: CalendarView, prepared: Prepared) -> str:
    """A name for a new object in a calendar."""
    return events.free_name(call.unit, call.account.id, view.row.id, prepared.uid)


def how(call: Call) -> How:
    """Whether others are told."""
    sends = bool(getattr(call.arguments, "send_scheduling_messages", False))
    mails = call.services.core.settings.sends_mail
    return How(sends=sends, replies=sends, mails=mails)


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
        if not is_here or row.component != "VEVENT":
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

"""POST on a calendar object: attachments are added, replaced and removed (RFC 8607 §3)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qs

from cyrpy.data import attachments, events
from cyrpy.data.attachments import AttachmentRow
from cyrpy.dav.answer import Answer
from cyrpy.dav.errors import DavError
from cyrpy.dav.item import Upload
from cyrpy.dav.methods.get import represented
from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.attach import add, attach, managed_id_of, managed_ids, remove, replace
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import parse_moment
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.mime.parameters import read
from cyrpy.groupware import events as use_cases
from cyrpy.groupware.attachments import hang
from cyrpy.groupware.events import Limits, Prepared, Target, Way, prepare
from cyrpy.groupware.scheduling import How, instance
from cyrpy.groupware.scheduling.meeting import Meeting
from cyrpy_caldav.attachment_items import url_of
from cyrpy_caldav.names import CALDAV
from cyrpy_caldav.refusals import refusals
from cyrpy_caldav.scheduling_headers import check_schedule_tag
from cyrpy_caldav.settings import options

if TYPE_CHECKING:
    from cyrpy.data.events import EventRow
    from cyrpy.dav.context import DavContext
    from cyrpy_caldav.objects import CalendarObject

ADD: Final = "attachment-add"
UPDATE: Final = "attachment-update"
REMOVE: Final = "attachment-remove"
MASTER: Final = "M"
MAX_RIDS: Final = 100
MAX_FILENAME: Final = 255
UNKNOWN_TYPE: Final = "application/octet-stream"
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}")  # RFC 6838


class Action(NamedTuple):
    """What a POST asks for.

    Attributes:
        rids: The instances that it concerns; None: the master and all overrides.
    """

    kind: str
    managed_id: str | None
    rids: tuple[str, ...] | None
    upload: Upload
    filename: str | None


def action_of(ctx: DavContext, upload: Upload) -> Action:
    """What the query and the headers say.

    Raises:
        DavError: 403 valid-action-parameter, valid-managed-id-parameter, valid-rid-parameter,
            max-attachment-size.
    """
    query = parse_qs(ctx.request.query.decode("latin-1"), keep_blank_values=True)
    kind = _one(query, "action", "valid-action-parameter")
    if kind not in {ADD, UPDATE, REMOVE}:
        raise DavError(
            403, f"action is {ADD}, {UPDATE} or {REMOVE}", CALDAV("valid-action-parameter")
        )
    managed_id = _one(query, "managed-id", "valid-managed-id-parameter")
    if (managed_id is None) != (kind == ADD):
        what = "has no managed-id" if kind == ADD else "needs a managed-id"
        raise DavError(403, f"{kind} {what}", CALDAV("valid-managed-id-parameter"))
    rids = _rids(_one(query, "rid", "valid-rid-parameter"))
    if rids is not None and kind == UPDATE:
        raise DavError(403, f"{UPDATE} has no rid", CALDAV("valid-rid-parameter"))
    most = options(ctx).max_attachment_size
    if kind != REMOVE and len(upload.octets) > most:
        raise DavError(
            403, f"an attachment has at most {most} octets", CALDAV("max-attachment-size")
        )
    return Action(kind, managed_id, rids, upload, _filename(ctx))


def _one(query: Mapping[str, list[str]], name: str, condition: str) -> str | None:
    given = query.get(name, [])
    if len(given) > 1:
        raise DavError(403, f"{name} is given more than once", CALDAV(condition))
    return given[0] if given else None


def _rids(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    rids = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    if len(rids) > MAX_RIDS or "" in rids:
        raise _wrong_rid(f"rid lists at most {MAX_RIDS} instances, with commas between")
    return rids


def _filename(ctx: DavContext) -> str | None:
    header = ctx.request.headers.get(b"content-disposition")
    if header is None:
        return None
    name = read(header).parameters.get("filename", "")
    name = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in name if c.isprintable() and c != '"')[:MAX_FILENAME] or None


def act(item: CalendarObject, action: Action, how: How, ctx: DavContext) -> Answer:
    """Change the object as asked, and tell the managed id.

    Raises:
        DavError: 403 with the precondition that is not met; 412.
    """
    check_schedule_tag(ctx, item.row)
    calendar = _parsed(item.octets(ctx))
    had = managed_ids(calendar)
    if action.managed_id is not None and action.managed_id not in had:
        raise DavError(
            403,
            "the object has no attachment of this managed id",
            CALDAV("valid-managed-id-parameter"),
        )
    new = None if action.kind == REMOVE else _stored(item, action, ctx)
    changed = _changed(calendar, action, None if new is None else _line(new, ctx))
    _check_count(changed, ctx)
    with refusals(item.calendar, ctx):
        target = Target(item.calendar.view, item.row.uri, item.row)
        prepared = prepare(changed, Limits(options(ctx).max_resource_size))
        written = use_cases.put(ctx.unit, ctx.actor, target, prepared, Way(how))
        hang(ctx.unit, ctx.core.blobs, written.row, managed_ids(changed), had)
    return _answer(item.renewed(written.row), action, new, ctx)


def _parsed(octets: bytes) -> Component:
    try:
        return parse(octets)
    except FormatError as exc:
        raise DavError(403, f"the object cannot be read: {exc}") from exc


def _stored(item: CalendarObject, action: Action, ctx: DavContext) -> AttachmentRow:
    """The attachment, kept in the account of the calendar."""
    row, blobs = item.row, ctx.core.blobs
    given = action.upload.media_type
    media_type = given if _MEDIA_TYPE.fullmatch(given) else UNKNOWN_TYPE
    blob = blobs.store(ctx.unit, row.account_id, action.upload.octets, media_type)
    new = AttachmentRow(
        account_id=row.account_id,
        managed_id=managed_id_of(blob.digest, ctx.core.random_bytes(4)),
        uid=row.uid,
        blob_id=blob.id,
        media_type=media_type,
        filename=action.filename,
        size=blob.size,
        created_at=ctx.unit.now,
    )
    attachments.put(ctx.unit, blobs, new)
    return new


def _line(row: AttachmentRow, ctx: DavContext) -> Line:
    return attach(
        url_of(row, ctx),
        row.managed_id,
        media_type=row.media_type,
        size=row.size,
        filename=row.filename,
    )


def _changed(calendar: Component, action: Action, line: Line | None) -> Component:
    """The object with what was asked for."""
    if action.kind == UPDATE and line is not None:
        replace(calendar, action.managed_id or "", line)
        return calendar
    calendar, components = _components(calendar, action.rids)
    if line is not None:
        add(components, line)
    elif not remove(components, action.managed_id or ""):
        raise _wrong_rid("the instances have no attachment of this managed id")
    return calendar


def _components(
    calendar: Component, rids: Iterable[str] | None
) -> tuple[Component, list[Component]]:
    """The object with a component for each of the instances, and these components.

    Raises:
        DavError: 403 valid-rid-parameter for an instance that there is not.
    """
    if rids is None:
        return calendar, [part for part in calendar.components if part.name != "VTIMEZONE"]
    meeting = Meeting(calendar)
    found = []
    for rid in rids:
        key = None if rid == MASTER else _key(meeting, rid)
        known = meeting.parts.get(key)
        if known is None:
            if key is None or not instance.exists(meeting, key):
                raise _wrong_rid(f"there is no instance {rid[:40]!r}")
            known = instance.of(meeting, key)
            calendar.components.append(known)
            meeting.parts[key] = known
        found.append(known)
    return calendar, found


def _key(meeting: Meeting, rid: str) -> int:
    """The instance that a DATE or DATE-TIME means; one without zone is in that of the series."""
    start = meeting.master.first("DTSTART") if meeting.master else None
    tzid = None if start is None else start.param("TZID")
    try:
        return parse_moment(rid, tzid, meeting.zones).utc(UTC)
    except FormatError as exc:
        raise _wrong_rid(f"rid: {exc}") from exc


def _wrong_rid(description: str) -> DavError:
    return DavError(403, description, CALDAV("valid-rid-parameter"))


def _check_count(calendar: Component, ctx: DavContext) -> None:
    most = options(ctx).max_attachments_per_resource
    if len(managed_ids(calendar)) > most:
        raise DavError(
            403,
            f"an object has at most {most} attachments",
            CALDAV("max-attachments-per-resource"),
        )


def _answer(
    item: CalendarObject, action: Action, new: AttachmentRow | None, ctx: DavContext
) -> Answer:
    status = 201 if action.kind == ADD else 200
    headers: list[tuple[bytes, bytes]] = []
    if new is not None:
        headers.append((b"cal-managed-id", new.managed_id.encode()))
    if action.kind == ADD and new is not None:
        headers.append((b"location", url_of(new, ctx).encode("ascii")))
    if ctx.request.preferences.representation:
        return represented(item, status, ctx, tuple(headers))
    headers += item.headers(ctx)
    return Answer(204 if status == 200 else status, tuple(headers))


def attached_before(ctx: DavContext, found: EventRow | None, prepared: Prepared) -> Collection[str]:
    """The managed ids in the object that a PUT replaces, if that could matter."""
    if found is None or not may_have_attachments(prepared.octets):
        return ()
    octets = events.octets_of(ctx.unit, found.account_id, [found.id])[found.id]
    return managed_ids(parse(octets)) if may_have_attachments(octets) else ()


def keep_attached(
    ctx: DavContext, row: EventRow, prepared: Prepared, before: Collection[str]
) -> None:
    """Make sure that what a stored object names is there, and let go of what it does not.

    Raises:
        InvalidManagedId: it names something else (RFC 8607 §3.11).
    """
    named = managed_ids(prepared.calendar) if may_have_attachments(prepared.octets) else ()
    if named or row.created_modseq != row.updated_modseq:
        hang(ctx.unit, ctx.core.blobs, row, named, before)


def may_have_attachments(octets: bytes) -> bool:
    """Whether there may be an ATTACH in the octets of an object."""
    return b"ATTACH" in octets.upper()

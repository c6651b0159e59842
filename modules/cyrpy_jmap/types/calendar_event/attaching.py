"""Links to blobs: attachments that CalDAV manages (JMAP Calendars, "Attachments"; RFC 8607).

A link to a blob becomes an ATTACH with a URL and a managed id, by which the blob is found again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from cyrpy.data import attachments
from cyrpy.data.attachments import AttachmentRow
from cyrpy.data.blobs import PREFIX, digest_of
from cyrpy.data.events import EventRow
from cyrpy.data.unit import Unit
from cyrpy.formats.ical.attach import managed_id_of, managed_ids, name
from cyrpy.formats.ical.component import Component
from cyrpy.formats.jscalendar.to_ical import apply
from cyrpy.groupware.access import Actor
from cyrpy.groupware.attachments import hang, with_blob
from cyrpy_jmap.blob_source import BlobSource, Range
from cyrpy_jmap.call import OCTET_STREAM, Call
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.types.calendar_event.checking import invalid
from cyrpy_jmap.types.calendar_event.model import OVERRIDES
from cyrpy_jmap.viewer import Account, Viewer

LINKS: Final = "links"
BLOB_ID: Final = "blobId"
ENCLOSURE: Final = "enclosure"


class Attachment(NamedTuple):
    """A blob that is to be an attachment."""

    managed_id: str
    url: str
    blob_id: str
    media_type: str
    filename: str | None
    size: int


class Attached(NamedTuple):
    """An event whose links are URLs, and what these stand for."""

    event: Json
    new: tuple[Attachment, ...] = ()

    def tree(self, base: Component | None) -> Component:
        """The event as iCalendar, written into `base`."""
        made = apply(base, self.event)
        return name(made, {one.url: one.managed_id for one in self.new})


def attached(call: Call, event: Json, before: Mapping[str, Any]) -> Attached:
    """The event in which blobs are attachments.

    Args:
        call: Whose blobs they are.
        event: As a client wants it.
        before: As it is stored; links that are there stay as they are.

    Raises:
        SetError: `invalidProperties`, naming every blob that there is not.
    """
    if LINKS not in event and OVERRIDES not in event:
        return Attached(event)
    new: list[Attachment] = []
    wrong: dict[str, str] = {}
    known = [one for _, one in _links_of(before)]

    def changed(link: Json, path: str) -> Json:
        if BLOB_ID not in link:
            return link
        rest = {n: v for n, v in link.items() if n != BLOB_ID}
        if _is_known(link, known):
            return rest
        found = _attachment(call, link)
        if found is None:
            if "href" not in link:
                wrong[f"{path}/{BLOB_ID}"] = "there is no such blob"
            return rest
        new.append(found)
        shown = {"contentType": found.media_type, **rest}
        return {**shown, "rel": ENCLOSURE, "href": found.url, "size": found.size}

    made = _with_links(event, changed)
    if wrong:
        raise invalid(wrong)
    return Attached(made, tuple(new))


def _is_known(link: Json, known: Sequence[Json]) -> bool:
    """Whether its URL counts: that of the same blob as before, or one that came in its place."""
    return "href" in link and any(
        one.get(BLOB_ID) == link[BLOB_ID] for one in known if BLOB_ID in one
    )


def _attachment(call: Call, link: Mapping[str, Any]) -> Attachment | None:
    """What a link to a blob means; None if the user has no such blob."""
    core = call.services.core
    found = call.find_blob(link[BLOB_ID])
    if found is None:
        return None
    digest = found.blob.digest if found.blob else hashlib.sha256(found.octets).digest()
    media_type = link.get("contentType") or (found.blob.media_type if found.blob else OCTET_STREAM)
    managed_id = managed_id_of(digest, core.random_bytes(4))
    settings = core.settings
    host = settings.http_base_url or f"https://{settings.servername or 'localhost'}"
    home = f"/dav/calendars/user/{quote(call.account.name, safe='@')}/attachments/"
    return Attachment(
        managed_id,
        f"{host}{home}{managed_id}",
        link[BLOB_ID],
        media_type,
        link.get("title"),
        found.size,
    )


def _with_links(event: Json, changed: Callable[[Json, str], Json]) -> Json:
    """The event with other links, those of its instances too."""
    made = dict(event)
    if isinstance(event.get(LINKS), dict):
        made[LINKS] = _each(event[LINKS], changed, LINKS)
    overrides = event.get(OVERRIDES)
    if isinstance(overrides, dict):
        made[OVERRIDES] = {
            rid: _patch(patch, changed, f"{OVERRIDES}/{rid}") for rid, patch in overrides.items()
        }
    return made


def _patch(patch: Json, changed: Callable[[Json, str], Json], path: str) -> Json:
    made = dict(patch)
    for pointer, value in patch.items():
        if not isinstance(value, dict):
            continue
        if pointer == LINKS:
            made[pointer] = _each(value, changed, f"{path}/{LINKS}")
        elif pointer.startswith(f"{LINKS}/") and pointer.count("/") == 1:
            made[pointer] = changed(value, f"{path}/{pointer}")
    return made


def _each(links: Json, changed: Callable[[Json, str], Json], path: str) -> Json:
    return {
        key: changed(one, f"{path}/{key}") if isinstance(one, dict) else one
        for key, one in links.items()
    }


def _links_of(event: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
    """The links of an event and of its instances."""
    found: list[tuple[str, Json]] = []

    def take(link: Json, path: str) -> Json:
        found.append((path, link))
        return link

    _with_links(dict(event), take)
    yield from found


def keep(
    call: Call, row: EventRow, new: Sequence[Attachment], tree: Component, had: set[str]
) -> None:
    """Have the attachments of a stored event there, and let go of those that it had.

    Raises:
        InvalidManagedId: it names one that is not there.
        NotFound: a blob is gone.
    """
    blobs = call.services.blobs
    for one in new:
        blob_id = call.keep_blob(one.blob_id)
        made = AttachmentRow(
            account_id=row.account_id,
            managed_id=one.managed_id,
            uid=row.uid,
            blob_id=blob_id,
            media_type=one.media_type,
            filename=one.filename,
            size=one.size,
            created_at=call.unit.now,
        )
        attachments.put(call.unit, blobs, made)
    named = managed_ids(tree)
    if named or had:
        hang(call.unit, blobs, row, named, had)


def _read(unit: Unit, viewer: Viewer, account: Account, id: str) -> Range | None:
    """The content of an attachment of an event that the viewer sees."""
    digest = digest_of(id)
    if digest is None:
        return None
    actor = Actor(viewer.identity.principal_id, viewer.identity.principals)
    row = with_blob(unit, account.id, id, actor)
    return None if row is None else Range(digest, owner=row.account_id)


ATTACHMENTS: Final = BlobSource(PREFIX, _read)

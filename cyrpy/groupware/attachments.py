"""Managed attachments of calendar objects: who may read them, and on what they hang (RFC 8607)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from cyrpy.data import attachments, events
from cyrpy.data.attachments import AttachmentRow
from cyrpy.data.blobs import Blobs
from cyrpy.data.events import EventRow
from cyrpy.data.unit import Unit
from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.attach import MANAGED_ID, embedded, managed_ids
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.groupware.access import Actor
from cyrpy.groupware.calendars import visible
from cyrpy.groupware.events import Refused
from cyrpy.groupware.events.read import most_private
from cyrpy.groupware.scheduling.model import Embed

MOST: Final = 100  # attachments of one content that are looked at
MAX_EMBEDDED: Final = 2 << 20  # octets of attachments that one message carries
VALID: Final = "valid-managed-id"  # RFC 8607 §3.11


class InvalidManagedId(Refused):
    """An object names an attachment that is none of the account's."""


def readable(unit: Unit, account_id: int, managed_id: str, actor: Actor) -> AttachmentRow | None:
    """The attachment, if `actor` sees an object on which it hangs: there, or as its attendee."""
    for row in attachments.by_ids(unit, account_id, [managed_id]):
        if account_id == actor.principal_id:
            return row
        views = {view.row.id: view for view in visible(unit, account_id, actor)}
        seen = [
            found
            for found in events.with_uid(unit, account_id, row.uid)
            if found.calendar_id in views
            and found.privacy <= most_private(views[found.calendar_id])
        ]
        own = events.with_uid(unit, actor.principal_id, row.uid)
        if any(_names(unit, found, managed_id) for found in (*seen, *own)):
            return row
    return None


def _names(unit: Unit, row: EventRow, managed_id: str) -> bool:
    octets = events.octets_of(unit, row.account_id, [row.id])[row.id]
    try:
        return managed_id in managed_ids(parse(octets))
    except FormatError:
        return False


def with_blob(unit: Unit, account_id: int, blob_id: str, actor: Actor) -> AttachmentRow | None:
    """An attachment of that content that `actor` may read in the account.

    In the account of `actor` itself, those count too that hang on events of others to which it is
    invited.
    """
    rows = attachments.of_blob(unit, account_id, blob_id, MOST)
    if account_id == actor.principal_id and not rows:
        rows = attachments.of_blob_anywhere(unit, blob_id, MOST)
    for row in rows:
        found = readable(unit, row.account_id, row.managed_id, actor)
        if found is not None:
            return row
    return None


def embedder(blobs: Blobs) -> Embed:
    """Puts the content of managed attachments into objects for those who cannot fetch it."""

    def embed(unit: Unit, account_id: int, calendar: Component) -> Component:
        ids = managed_ids(calendar)
        if not ids:
            return calendar
        rows = {row.managed_id: row for row in attachments.by_ids(unit, account_id, ids)}
        made = calendar.copy()
        left = MAX_EMBEDDED
        for managed_id, row in rows.items():
            left -= row.size
            blob = blobs.find(unit, [account_id], row.blob_id)
            if left < 0 or blob is None:
                continue  # it stays a URL
            octets = blobs.part(unit, blob, 0, blob.size)
            for component in made.components:
                component.properties = [
                    embedded(line, octets) if _is(line, managed_id) else line
                    for line in component.properties
                ]
        return made

    return embed


def _is(line: Line, managed_id: str) -> bool:
    return line.name == "ATTACH" and line.param(MANAGED_ID) == managed_id


def hang(
    unit: Unit, blobs: Blobs, row: EventRow, named: Collection[str], had: Collection[str]
) -> None:
    """Make attachments hang on an object that was stored, if it names them, else no more.

    Args:
        unit: Writes.
        blobs: Where they are stored.
        row: The object.
        named: The managed ids that it names.
        had: Those that it named before and may go on naming, whatever they are: an attendee's
            object has attachments of the organizer's account.

    Raises:
        InvalidManagedId: it names one that is not there.
    """
    here = {each.managed_id: each for each in attachments.of_uid(unit, row.account_id, row.uid)}
    missing = set(named) - here.keys()
    for each in attachments.by_ids(unit, row.account_id, missing) if missing else ():
        attachments.put(unit, blobs, each._replace(uid=row.uid))
        missing.discard(each.managed_id)
    if missing.difference(had):
        id = min(missing.difference(had))
        raise InvalidManagedId(VALID, f"there is no attachment of the managed id {id[:80]!r}")
    for managed_id in here.keys() - set(named):
        others = events.with_uid(unit, row.account_id, row.uid)  # in other calendars
        if not any(_names(unit, other, managed_id) for other in others if other.id != row.id):
            attachments.remove(unit, blobs, here[managed_id])

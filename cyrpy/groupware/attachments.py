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
from cyrpy.formats.ical.attach import managed_ids
from cyrpy.formats.ical.parse import parse
from cyrpy.groupware.access import Actor
from cyrpy.groupware.calendars import visible
from cyrpy.groupware.events import Refused
from cyrpy.groupware.events.read import most_private

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

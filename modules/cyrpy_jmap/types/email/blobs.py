"""Messages and their parts as blobs, for those who may read them (RFC 8621 §4.1.4)."""

from __future__ import annotations

from functools import partial
from typing import Final

from cyrpy.data import blob_statements, messages
from cyrpy.data.blobs import PREFIX, digest_of
from cyrpy.data.unit import Unit
from cyrpy.formats.mime import partid, transfer
from cyrpy.groupware.access import Actor
from cyrpy.groupware.mail_access import MailAccess
from cyrpy_jmap.blob_source import BlobSource, Range
from cyrpy_jmap.viewer import Account, Viewer


def _message(unit: Unit, viewer: Viewer, account: Account, blob_id: str) -> Range | None:
    """A message in somebody else's mailbox; one's own is in the blob store."""
    digest = digest_of(blob_id)
    if digest is None or not _may_read(unit, viewer, account, digest):
        return None
    return Range(digest)


def _part(unit: Unit, viewer: Viewer, account: Account, blob_id: str) -> Range | None:
    """A part of a message, decoded."""
    part = partid.read(blob_id)
    if part is None or not _may_read(unit, viewer, account, part.digest):
        return None
    return Range(part.digest, part.start, part.end, partial(transfer.decode, letter=part.letter))


def _may_read(unit: Unit, viewer: Viewer, account: Account, digest: bytes) -> bool:
    """Whether the viewer owns the blob, or sees the message of these octets."""
    if account.is_own:
        found = unit.first(blob_statements.FIND, digest=digest, accounts=[viewer.own.id])
        return found is not None
    row = messages.by_digest(unit, account.id, digest)
    if row is None:
        return False
    actor = Actor(viewer.identity.principal_id, viewer.identity.principals)
    return MailAccess.of(unit, account.id, actor).sees(row)


MESSAGES: Final = BlobSource(PREFIX, _message)
PARTS: Final = BlobSource(partid.PREFIX, _part)

"""What the server says, applied to what is here; each function inside one unit.

A link and the change that follows from it are written together. So whatever was read from the
server is here once, however often it is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cyrpy.data import imap_links, imap_pushes, messages
from cyrpy.data.blobs import Blobs
from cyrpy.data.imap_folders import FolderRow
from cyrpy.data.imap_links import Link
from cyrpy.data.messages import MessageRow, joined
from cyrpy.data.unit import Unit
from cyrpy.groupware import mail
from cyrpy.groupware.mail import MEDIA_TYPE, Arrival, Placing
from cyrpy.mail.imap import merge
from cyrpy.mail.imap.client import Flagged, Meta


class Found(NamedTuple):
    """A message in a folder there, which is not linked yet.

    Attributes:
        meta: What the server says of it.
        digest: Of the message here that it is, or is to be.
        octets: Where it was fetched, as was `arrival`.
    """

    meta: Meta
    digest: bytes
    octets: bytes | None = None
    arrival: Arrival | None = None


def identity_of(meta: Meta) -> int | None:
    """A number that copies of one message have in all folders; None where that is not sure."""
    if not meta.message_id or not meta.received_at:
        return None
    text = b"%d %d " % (meta.size, meta.received_at) + b"".join(meta.message_id.split())
    return int.from_bytes(hashlib.sha256(text).digest()[:8]) >> 1


def appended(unit: Unit, account_id: int, digest: bytes) -> bytes:
    """The digest of the message here that was given to APPEND as those octets; else the same."""
    push = imap_pushes.by_wire(unit, account_id, digest)
    return digest if push is None else push.digest


def arrive(
    unit: Unit, blobs: Blobs, folder: FolderRow, found: Found, *, is_new_mail: bool = False
) -> bool:
    """Link a message, and have it here; False: it must be fetched for that."""
    account_id, meta = folder.account_id, found.meta
    row = messages.by_digest(unit, account_id, found.digest)
    push = imap_pushes.get(unit, account_id, found.digest)
    if row is not None:
        row = _joined(unit, folder, row, meta.keywords, push)
    elif push is not None and push.wire_digest is not None:
        imap_pushes.put(unit, push._replace(due_at=unit.now))  # destroyed since it was appended
    elif found.arrival is None or found.octets is None:
        return False
    else:
        blobs.store(unit, account_id, found.octets, MEDIA_TYPE)
        placing = Placing(frozenset({folder.mailbox_id}), meta.keywords, meta.received_at)
        imported = mail.import_message(
            unit, account_id, found.arrival, placing, delivered=is_new_mail
        )
        row = imported.row
    number = 0 if row is None else row.id
    words = joined(meta.keywords)
    link = Link(account_id, folder.id, meta.uid, number, found.digest, words, identity_of(meta))
    imap_links.put(unit, link)
    return True


def _joined(
    unit: Unit,
    folder: FolderRow,
    row: MessageRow,
    there: frozenset[str],
    push: imap_pushes.Push | None,
) -> MessageRow:
    """A message that is here, as it is now that it is in that folder, too."""
    known = imap_links.of_digests(unit, row.account_id, [row.digest])[row.digest]
    if known:
        agreed = known[0].keyword_set
    elif push is not None and push.keywords is not None:
        agreed = frozenset(push.keywords.split())
    else:
        agreed = frozenset()
    accepted = None if folder.keywords is None else frozenset(folder.keywords.split())
    words = merge.keywords(merge.storable(agreed, accepted), there, row.keyword_set)
    return mail.update(
        unit, row, mailbox_ids=row.mailbox_ids | {folder.mailbox_id}, keywords=_bounded(words)
    )


def _bounded(words: frozenset[str]) -> frozenset[str]:
    return frozenset(sorted(words)[: mail.MAX_KEYWORDS])


def reflag(unit: Unit, folder: FolderRow, changed: Iterable[Flagged]) -> None:
    """Change keywords here as they changed there."""
    by_uid = {one.uid: one.keywords for one in changed}
    links = imap_links.of_uids(unit, folder.account_id, folder.id, by_uid)
    for uid, link in links.items():
        there = by_uid[uid]
        if there == link.keyword_set:
            continue
        row = messages.by_digest(unit, folder.account_id, link.digest)
        if row is not None:
            words = merge.keywords(link.keyword_set, there, row.keyword_set)
            mail.update(unit, row, keywords=_bounded(words))
        imap_links.set_keywords(unit, link, joined(there))


def vanish(
    unit: Unit, folder: FolderRow, uids: Sequence[int], folders: Iterable[FolderRow]
) -> None:
    """Take messages out of a mailbox that are in the folder no more; for good, if out of all."""
    account_id = folder.account_id
    mailbox_of = {one.id: one.mailbox_id for one in folders}
    for link in imap_links.of_uids(unit, account_id, folder.id, uids).values():
        imap_links.remove(unit, link)
        left = imap_links.of_digests(unit, account_id, [link.digest])[link.digest]
        linked = {mailbox_of[one.folder_id] for one in left if one.folder_id in mailbox_of}
        row = messages.by_digest(unit, account_id, link.digest)
        if row is None or folder.mailbox_id in linked:
            continue
        places = merge.mailboxes_without(row.mailbox_ids, folder.mailbox_id, linked)
        if places:
            mail.update(unit, row, mailbox_ids=places)
        else:
            mail.destroy(unit, row)

"""From the server to here: what is new, what has other flags, and what is gone.

First all folders are read for what came and changed, then what is gone is taken away. So a message
that was moved there is never away here, and keeps its id. What was read of a folder is noted with
the last of it: whatever comes between, it is read again, and what is linked is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, TypeVar

from cyrpy.data import imap_folders, imap_links
from cyrpy.data.imap_folders import FolderRow, NewFolder
from cyrpy.data.messages import joined
from cyrpy.data.unit import Unit
from cyrpy.groupware import mail
from cyrpy.mail.imap import apply, departures
from cyrpy.mail.imap.apply import Found
from cyrpy.mail.imap.client import Client, Flagged, Meta, Selected
from cyrpy.mail.imap.desk import Desk
from cyrpy.mail.imap.errors import Refused

T = TypeVar("T")
WINDOW: Final = 1000  # messages whose flags are asked for at once
METAS: Final = 200  # of which more is asked for at once
BATCH: Final = 50  # that are fetched, and stored, at once
BATCH_OCTETS: Final = 8 << 20
UNIT: Final = 200  # changes in one unit


@dataclass
class Read:
    """What was read of a folder, and is noted once what is gone has been taken away."""

    folder: FolderRow
    there: Selected
    gone: list[int] = field(default_factory=list)


class Pull:
    """Reads folders of one account."""

    def __init__(self, desk: Desk, client: Client, *, is_first: bool, limit: int) -> None:
        """`is_first`: nothing of it is new mail yet; `limit`: octets of a message, 0 for any."""
        self._desk = desk
        self._client = client
        self._is_first = is_first
        self._limit = limit
        self.skipped = 0  # messages that are larger
        self.refused: list[str] = []

    def run(self, folders: Iterable[FolderRow]) -> None:
        """Read those folders."""
        read: list[Read] = []
        for folder in folders:
            try:
                found = self._folder(folder)
            except Refused as exc:  # one that this user may not open, say
                self.refused.append(str(exc))
            else:
                read += [] if found is None else [found]
        for one in read:
            self._take_away(one)
        self._forget_retired()

    def _folder(self, folder: FolderRow) -> Read | None:
        """What came and changed in a folder; None if nothing did."""
        assert folder.path is not None  # noqa: S101 - only such folders are read
        if folder.modseq > 1 and _same(folder, self._client.status(folder.path)):
            return None
        there = self._client.select(folder.path)
        if folder.uid_validity not in {0, there.uid_validity}:
            folder = self._desk.write(lambda unit: _renew(unit, folder))
        accepted = None if there.accepted is None else joined(there.accepted)
        if accepted != folder.keywords:
            values = {"keywords": accepted}
            folder = self._desk.write(lambda unit: imap_folders.change(unit, folder, values))
        return self._since(folder, there) or self._whole(folder, there)

    def _since(self, folder: FolderRow, there: Selected) -> Read | None:
        """By CONDSTORE (RFC 7162); None where that does not tell everything."""
        # Before it keeps modseqs of a folder, Dovecot 2.3 has 1 for all that is in it.
        if folder.modseq <= 1 or not there.modseq:
            return None
        changed, gone = self._client.changed_since(folder.modseq, folder.uid_next)
        if not self._client.has_qresync:
            new = sum(one.uid >= folder.uid_next for one in changed)
            if there.emails != folder.emails + new:
                return None  # something is gone, and it does not say what
        read = Read(folder, there, gone)
        for some in _batches(changed, WINDOW):
            self._window(read, some)
        self._fetch(folder, self._unlinked(folder, changed))
        return read

    def _whole(self, folder: FolderRow, there: Selected) -> Read:
        """By looking at all flags."""
        read = Read(folder, there)
        fresh: list[int] = []
        after = 0
        for some in self._client.listing(there.emails, WINDOW):
            last = some[-1].uid if some else after
            fresh += self._unlinked(folder, some)
            uids = {one.uid for one in some}
            read.gone += [u for u in self._linked(folder, after, last) if u not in uids]
            self._window(read, some)
            after = last
        read.gone += self._linked(folder, after, None)
        fresh.reverse()  # the newest first
        self._fetch(folder, fresh)
        return read

    def _linked(self, folder: FolderRow, after: int, last: int | None) -> list[int]:
        return self._desk.read(
            lambda unit: imap_links.uids_between(unit, folder.account_id, folder.id, after, last)
        )

    def _window(self, read: Read, some: Sequence[Flagged]) -> None:
        """Change keywords; what is marked as deleted is as good as gone."""
        folder = read.folder
        read.gone += [one.uid for one in some if one.is_deleted]

        def differing(unit: Unit) -> list[Flagged]:
            uids = [one.uid for one in some if not one.is_deleted]
            links = imap_links.of_uids(unit, folder.account_id, folder.id, uids)
            return [
                one
                for one in some
                if one.uid in links and links[one.uid].keyword_set != one.keywords
            ]

        for part in _batches(self._desk.read(differing), UNIT):
            self._desk.write(lambda unit, part=part: apply.reflag(unit, folder, part))  # type: ignore[misc]

    def _unlinked(self, folder: FolderRow, some: Sequence[Flagged]) -> list[int]:
        def find(unit: Unit) -> list[int]:
            uids = [one.uid for one in some if not one.is_deleted]
            known = imap_links.of_uids(unit, folder.account_id, folder.id, uids)
            return [uid for uid in uids if uid not in known]

        return self._desk.read(find) if some else []

    def _fetch(self, folder: FolderRow, uids: Sequence[int]) -> None:
        """Link messages that are here, and fetch the others."""
        for some in _batches(uids, METAS):
            metas = [one for one in self._client.metas(some) if not one.is_deleted]
            absent = self._link_known(folder, metas)
            fitting = [one for one in absent if not self._limit or one.size <= self._limit]
            self.skipped += len(absent) - len(fitting)
            for batch in by_size(fitting):
                self._store(folder, batch)

    def _link_known(self, folder: FolderRow, metas: Sequence[Meta]) -> list[Meta]:
        """Link what can be told without its octets; the rest."""
        identities = {one.uid: apply.identity_of(one) for one in metas}
        account_id = folder.account_id

        def work(unit: Unit) -> list[Meta]:
            wanted = [identity for identity in identities.values() if identity is not None]
            digests = imap_links.digests_by_identity(unit, account_id, wanted)
            absent: list[Meta] = []
            for meta in metas:
                digest = digests.get(identities[meta.uid] or 0)
                if digest is None or not apply.arrive(
                    unit, self._desk.blobs, folder, Found(meta, digest)
                ):
                    absent.append(meta)
            return absent

        return self._desk.write(work) if metas else []

    def _store(self, folder: FolderRow, metas: Sequence[Meta]) -> None:
        """Fetch some messages, and store them in one unit."""
        octets = self._client.octets([one.uid for one in metas])
        found: list[Found] = []
        for meta in metas:
            if meta.uid in octets:
                arrival = mail.prepare(octets[meta.uid])
                found.append(Found(meta, arrival.digest, octets[meta.uid], arrival))

        def work(unit: Unit) -> None:
            for one in found:
                digest = apply.appended(unit, folder.account_id, one.digest)
                known = one if digest == one.digest else Found(one.meta, digest)
                is_new_mail = not self._is_first and 0 < folder.uid_next <= one.meta.uid
                apply.arrive(unit, self._desk.blobs, folder, known, is_new_mail=is_new_mail)

        self._desk.write(work)

    def _take_away(self, read: Read) -> None:
        """Take away what is gone, and note how far the folder was read."""
        folder, there = read.folder, read.there
        for some in _batches(sorted(set(read.gone)), UNIT):
            self._desk.write(lambda unit, some=some: _vanish(unit, folder, some))  # type: ignore[misc]
        values = {
            "uid_validity": there.uid_validity,
            "uid_next": there.uid_next,
            "modseq": there.modseq,
            "emails": there.emails,
        }
        if any(getattr(folder, name) != value for name, value in values.items()):
            self._desk.write(lambda unit: imap_folders.change(unit, folder, values))

    def _forget_retired(self) -> None:
        """Let go of folders that are gone there, now that what was moved from them is found."""
        account_id = self._desk.account_id
        rows = self._desk.read(lambda unit: imap_folders.all_of(unit, account_id))
        for folder in rows:
            if folder.path is not None:
                continue
            while uids := self._linked(folder, 0, None)[:UNIT]:
                self._desk.write(lambda unit, f=folder, some=uids: _vanish(unit, f, some))  # type: ignore[misc]
            departures.finish(self._desk, folder)


def _same(folder: FolderRow, there: Selected) -> bool:
    """Whether nothing has changed since the folder was read; its modseq is known."""
    return (folder.uid_validity, folder.uid_next, folder.modseq, folder.emails) == (
        there.uid_validity,
        there.uid_next,
        there.modseq,
        there.emails,
    )


def _renew(unit: Unit, folder: FolderRow) -> FolderRow:
    """Begin a folder anew whose UIDs hold no more (RFC 3501 §2.3.1.1).

    The links stay for as long as it takes to find the messages again under their new UIDs.
    """
    assert folder.path is not None  # noqa: S101 - it was read
    imap_folders.change(unit, folder, {"path": None})
    new = NewFolder(
        folder.path,
        folder.mailbox_id,
        folder.name,
        folder.parent_id,
        bool(folder.is_subscribed),
        bool(folder.is_selectable),
    )
    return imap_folders.insert(unit, folder.account_id, new)


def _vanish(unit: Unit, folder: FolderRow, uids: Sequence[int]) -> None:
    apply.vanish(unit, folder, uids, imap_folders.all_of(unit, folder.account_id))


def _batches(items: Sequence[T], count: int) -> Iterator[list[T]]:
    source = iter(items)
    while some := list(islice(source, count)):
        yield some


def by_size(metas: Iterable[Meta]) -> Iterator[list[Meta]]:
    """Few enough messages to hold in memory."""
    batch: list[Meta] = []
    size = 0
    for meta in metas:
        if batch and (len(batch) >= BATCH or size + meta.size > BATCH_OCTETS):
            yield batch
            batch, size = [], 0
        batch.append(meta)
        size += meta.size
    if batch:
        yield batch

"""A copy of what is on an IMAP server, once (`cyrpy import imap`).

How far a folder was copied is written in the unit that stores its messages. So a copy that was cut
off goes on where it stopped, and one that is made again fetches only what is new.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

from cyrpy.data import imap_imports, mail_usage, mailboxes, messages
from cyrpy.data.imap_imports import Imported
from cyrpy.data.mailboxes import NewMailbox
from cyrpy.data.unit import Unit
from cyrpy.groupware import mail
from cyrpy.groupware.mail import MEDIA_TYPE, Arrival, Placing
from cyrpy.mail.imap.client import Client, Meta, Selected
from cyrpy.mail.imap.desk import Services
from cyrpy.mail.imap.paths import INBOX, Listed, Naming, mailbox_name, role_of
from cyrpy.mail.imap.pull import METAS, WINDOW, by_size

# Folders that show what is in others; they are copied only if they are asked for.
VIEWS: Final = frozenset({"all", "flagged", "important"})


class Tally(NamedTuple):
    """What came of a folder so far."""

    new: int = 0
    known: int = 0  # were there already
    too_large: int = 0

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(
            self.new + other.new, self.known + other.known, self.too_large + other.too_large
        )


class Source(NamedTuple):
    """A folder there, and the names of the mailbox that it becomes, from the top."""

    listed: Listed
    names: tuple[str, ...]
    role: str | None

    @property
    def path(self) -> str:
        """As the server names it."""
        return self.listed.path


def chosen(
    listed: Sequence[Listed], naming: Naming, patterns: Sequence[str], into: Sequence[str]
) -> list[Source]:
    """The folders that are to be copied; with `into`, all go inside that mailbox."""
    found: list[Source] = []
    for one in sorted(listed, key=lambda one: naming.parts(one.path)):
        names = naming.parts(one.path)
        is_named = any(fnmatchcase(one.path, pattern) for pattern in patterns)
        if not one.is_selectable or not (is_named if patterns else one.role not in VIEWS):
            continue
        role = None if into else role_of(one, names)
        found.append(Source(one, (*into, *map(mailbox_name, names)), role))
    return found


class FolderCopy:
    """Copies one folder after the other into an account."""

    def __init__(
        self, services: Services, account_id: int, client: Client, *, again: bool = False
    ) -> None:
        """`again`: look at all messages, not only at those that came since the last time."""
        self._services = services
        self._account_id = account_id
        self._client = client
        self._again = again

    def waiting(self, source: Source) -> int:
        """How many messages would be looked at."""
        there = self._client.select(source.path, read_only=True)
        return len(self._uids(source, there))

    def run(self, source: Source, tell: Callable[[Tally], None]) -> Tally:
        """Copy a folder; `tell` hears of each batch.

        Raises:
            OverQuota: the account is full; what was told of is in.
            ServerError: the connection broke; the same.
        """
        there = self._client.select(source.path, read_only=True)
        number = self._services.database.write(
            lambda unit: _destination(unit, self._account_id, source), [self._account_id]
        )
        total = Tally()
        uids = self._uids(source, there)
        for start in range(0, len(uids), METAS):
            for part in self._some(source, there, number, uids[start : start + METAS]):
                total = total.plus(part)
                tell(part)
        return total

    def _key(self, source: Source) -> bytes:
        return imap_imports.source_of(str(self._client.server), source.path)

    def _uids(self, source: Source, there: Selected) -> array[int]:
        """What is there that was not copied yet, ascending."""
        with self._services.database.read() as unit:
            last = imap_imports.get(unit, self._account_id, self._key(source))
        after = 0
        if last is not None and last.uid_validity == there.uid_validity and not self._again:
            after = last.uid
        found = array("L")
        if there.uid_next and after >= there.uid_next - 1:
            return found
        first = self._client.position_after(there.emails, after)
        for some in self._client.listing(there.emails, WINDOW, first):
            found.extend(one.uid for one in some if one.uid > after and not one.is_deleted)
        return found

    def _some(
        self, source: Source, there: Selected, mailbox_id: int, uids: Sequence[int]
    ) -> Iterator[Tally]:
        """Copy some messages, in units of few."""
        limit = self._services.settings.maxmessagesize
        metas = [one for one in self._client.metas(uids) if not one.is_deleted]
        fitting = [one for one in metas if not limit or one.size <= limit]
        for batch in by_size(fitting):
            yield self._store(source, there, mailbox_id, batch)
        if len(fitting) < len(metas):
            yield Tally(too_large=len(metas) - len(fitting))
        self._note(source, there, uids[-1])

    def _store(
        self, source: Source, there: Selected, mailbox_id: int, metas: Sequence[Meta]
    ) -> Tally:
        octets = self._client.octets([one.uid for one in metas])
        found: list[tuple[Meta, Arrival]] = [
            (meta, mail.prepare(octets[meta.uid])) for meta in metas if meta.uid in octets
        ]

        def work(unit: Unit) -> Tally:
            new = sum(
                self._one(unit, mailbox_id, meta, arrival, octets[meta.uid])
                for meta, arrival in found
            )
            self._put_watermark(unit, source, there, metas[-1].uid)
            return Tally(new, len(found) - new)

        return self._services.database.write(work, [self._account_id])

    def _one(
        self, unit: Unit, mailbox_id: int, meta: Meta, arrival: Arrival, octets: bytes
    ) -> bool:
        """Put a message into the mailbox; whether it was not in the account before."""
        account_id = self._account_id
        row = messages.by_digest(unit, account_id, arrival.digest)
        if row is not None:
            if mailbox_id not in row.mailbox_ids:  # it is in several folders there
                mail.update(unit, row, mailbox_ids=row.mailbox_ids | {mailbox_id})
            return False
        bound = self._services.settings.mail_quota
        mail_usage.require_room(unit, account_id, arrival.size, bound)
        self._services.blobs.store(unit, account_id, octets, MEDIA_TYPE)
        placing = Placing(frozenset({mailbox_id}), meta.keywords, meta.received_at or None)
        return mail.import_message(unit, account_id, arrival, placing).is_new

    def _note(self, source: Source, there: Selected, uid: int) -> None:
        self._services.database.write(
            lambda unit: self._put_watermark(unit, source, there, uid), [self._account_id]
        )

    def _put_watermark(self, unit: Unit, source: Source, there: Selected, uid: int) -> None:
        key = self._key(source)
        last = imap_imports.get(unit, self._account_id, key)
        if last is not None and last.uid_validity == there.uid_validity:
            uid = max(uid, last.uid)
        imap_imports.put(unit, Imported(self._account_id, key, there.uid_validity, uid))


def _destination(unit: Unit, account_id: int, source: Source) -> int:
    """The mailbox that a folder becomes: the one of its role, or of its names."""
    if source.role is not None:
        same = mailboxes.by_role(unit, account_id, source.role)
        if same is not None:
            return same.id
    parent: int | None = None
    for level, name in enumerate(source.names):
        is_last = level == len(source.names) - 1
        if level == 0 and name == INBOX:
            inbox = mailboxes.by_role(unit, account_id, "inbox")
            parent = (inbox or mailboxes.create(unit, account_id, _INBOX)).id
            continue
        row = mailboxes.child(unit, account_id, parent, name)
        if row is None:
            new = NewMailbox(name, source.role if is_last else None, parent)
            row = mailboxes.create(unit, account_id, new)
        parent = row.id
    assert parent is not None  # noqa: S101 - there is at least one name
    return parent


_INBOX: Final = NewMailbox("Inbox", "inbox", sort_order=1)

"""Counts of mailboxes and threads, kept by what changes and not by counting (RFC 8621 §2)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cyrpy.data import ids, mail_threads, mailboxes
from cyrpy.data.mail_threads import ThreadRow
from cyrpy.data.messages import MessageRow
from cyrpy.data.unit import ChangeKind, Unit

TRASH: Final = "trash"


class Spot(NamedTuple):
    """What of a message counts."""

    thread_id: int
    mailboxes: frozenset[int]
    is_unread: bool

    @classmethod
    def of(cls, row: MessageRow) -> Spot:
        """As the row says."""
        return cls(row.thread_id, row.mailbox_ids, row.is_unread)


@dataclass(slots=True)
class Counted:
    """A thread's counts, and how many of its messages are in each mailbox."""

    row: ThreadRow
    is_new: bool
    places: Counter[int] = field(default_factory=Counter)

    def shown(self, trash: int | None) -> dict[int, bool]:
        """The mailboxes it is seen in, and whether it is unread there.

        What is in the trash is a thread of its own in this respect (§2).
        """
        return {
            mailbox: bool(self.row.unread_in_trash if mailbox == trash else self.row.unread)
            for mailbox, emails in self.places.items()
            if emails > 0
        }

    def add(self, spot: Spot, trash: int | None, sign: int) -> None:
        """Count a message in, or with -1 out."""
        unread = sign if spot.is_unread else 0
        self.row = self.row._replace(
            emails=self.row.emails + sign,
            unread=self.row.unread + (unread if spot.mailboxes - {trash} else 0),
            unread_in_trash=self.row.unread_in_trash + (unread if trash in spot.mailboxes else 0),
        )
        for mailbox in spot.mailboxes:
            self.places[mailbox] += sign


class Tally:
    """The counts that one act changes, written when it is `closed`."""

    def __init__(self, unit: Unit, account_id: int) -> None:
        self._unit = unit
        self._account_id = account_id
        row = mailboxes.by_role(unit, account_id, TRASH)
        self._trash = None if row is None else row.id
        self._deltas: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._threads: dict[int, Counted] = {}
        self._before: dict[int, dict[int, bool]] = {}
        self._stored: dict[int, Mapping[int, int]] = {}

    def add(self, spot: Spot) -> None:
        """A message is there."""
        self._count(spot, 1)

    def remove(self, spot: Spot) -> None:
        """A message is there no more."""
        self._count(spot, -1)

    def _count(self, spot: Spot, sign: int) -> None:
        self._thread(spot.thread_id).add(spot, self._trash, sign)
        for mailbox in spot.mailboxes:
            delta = self._deltas[mailbox]
            delta["total_emails"] += sign
            if spot.is_unread:
                delta["unread_emails"] += sign

    def _thread(self, thread_id: int) -> Counted:
        thread = self._threads.get(thread_id)
        if thread is not None:
            return thread
        account_id = self._account_id
        row = self._unit.first(mail_threads.BY_ID, account_id=account_id, id=thread_id)
        places: dict[int, int] = {}
        if row is not None:
            rows = self._unit.all(mail_threads.PLACES, account_id=account_id, thread_id=thread_id)
            places = dict(rows)
        thread = Counted(
            row or ThreadRow(account_id, thread_id, 0, 0, 0, 0, 0), row is None, Counter(places)
        )
        self._threads[thread_id] = thread
        self._before[thread_id] = thread.shown(self._trash)
        self._stored[thread_id] = places
        return thread

    def close(self) -> None:
        """Write the counts, with their lines of the log."""
        for thread_id, thread in sorted(self._threads.items()):
            before, after = self._before[thread_id], thread.shown(self._trash)
            for mailbox in before.keys() | after.keys():
                delta = self._deltas[mailbox]
                delta["total_threads"] += (mailbox in after) - (mailbox in before)
                delta["unread_threads"] += after.get(mailbox, False) - before.get(mailbox, False)
            self._store(thread)
        for mailbox, delta in sorted(self._deltas.items()):
            if any(delta.values()):
                deltas = {name: delta[name] for name in mailboxes.COUNTS}
                mailboxes.count(self._unit, self._account_id, mailbox, deltas)

    def _store(self, thread: Counted) -> None:
        unit, row = self._unit, thread.row
        wire_id = ids.encode(mail_threads.LETTER, row.id)
        changed = thread.is_new or row.emails == 0
        if row.emails == 0:
            mail_threads.remove(unit, row.account_id, row.id)
            if not thread.is_new:
                unit.record(row.account_id, mail_threads.KIND, wire_id, ChangeKind.DESTROYED)
        elif thread.is_new:
            modseq = unit.record(row.account_id, mail_threads.KIND, wire_id, ChangeKind.CREATED)
            stamped = row._replace(created_modseq=modseq, updated_modseq=modseq)
            unit.run(mail_threads.INSERT, **stamped._asdict())
        stored = self._stored[row.id]
        for mailbox, emails in thread.places.items():
            if emails == stored.get(mailbox, 0):
                continue
            key = {"account_id": row.account_id, "thread_id": row.id, "mailbox_id": mailbox}
            if emails:
                unit.run(mail_threads.PUT_PLACE, emails=emails, **key)
            else:
                unit.run(mail_threads.DELETE_PLACE, **key)
        if not changed:
            mail_threads.change(unit, row)

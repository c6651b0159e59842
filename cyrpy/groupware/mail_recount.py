"""Counting again: what mailboxes and threads should count, against what they do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from cyrpy.data import mail_checks, mail_threads, mail_usage, mailboxes
from cyrpy.data.mail_checks import Counted
from cyrpy.data.messages import DRAFT, SEEN
from cyrpy.data.unit import Unit
from cyrpy.groupware.mail_counts import TRASH


class Difference(NamedTuple):
    """Something that is not as it should be."""

    what: str
    stored: object
    counted: object


class Expected(NamedTuple):
    """What the messages of an account amount to."""

    mailboxes: dict[int, dict[str, int]]
    threads: dict[int, tuple[int, int, int]]  # emails, unread, unread in the trash
    places: dict[tuple[int, int], int]  # thread, mailbox -> emails
    emails: int
    octets: int


def expected(unit: Unit, account_id: int) -> Expected:
    """Count all messages of an account."""
    trash = mailboxes.by_role(unit, account_id, TRASH)
    counting = _Counting(None if trash is None else trash.id)
    for row in mail_checks.counted(unit, account_id):
        counting.add(row)
    return counting.result(row.id for row in mailboxes.all_of(unit, account_id))


class _Counting:
    """Counts, message by message."""

    def __init__(self, trash: int | None) -> None:
        self._trash = trash
        self._boxes: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._threads: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
        self._places: Counter[tuple[int, int]] = Counter()
        self._emails = self._octets = 0

    def add(self, row: Counted) -> None:
        """One message."""
        words = row.keywords.split()
        unread = int(SEEN not in words and DRAFT not in words)
        places = {int(number) for number in row.mailboxes.split()}
        thread = self._threads[row.thread_id]
        thread[0] += 1
        thread[1] += unread if places - {self._trash} else 0
        thread[2] += unread if self._trash in places else 0
        for mailbox in places:
            self._places[row.thread_id, mailbox] += 1
            self._boxes[mailbox]["total_emails"] += 1
            self._boxes[mailbox]["unread_emails"] += unread
        self._emails += 1
        self._octets += row.size

    def result(self, known: Iterable[int]) -> Expected:
        """All counts; of the mailboxes that are known, if only 0."""
        for thread_id, mailbox in self._places:
            box, thread = self._boxes[mailbox], self._threads[thread_id]
            box["total_threads"] += 1
            box["unread_threads"] += bool(thread[2] if mailbox == self._trash else thread[1])
        every = {*known, *self._boxes}
        return Expected(
            {id: {name: self._boxes[id][name] for name in mailboxes.COUNTS} for id in every},
            {id: (row[0], row[1], row[2]) for id, row in self._threads.items()},
            dict(self._places),
            self._emails,
            self._octets,
        )


def differences(unit: Unit, account_id: int) -> list[Difference]:
    """What in an account's mail is not as its messages say; nothing, if all is well."""
    return list(_differences(unit, account_id, expected(unit, account_id)))


def _differences(unit: Unit, account_id: int, right: Expected) -> Iterator[Difference]:
    rows = mailboxes.all_of(unit, account_id)
    boxes = {row.id: {name: getattr(row, name) for name in mailboxes.COUNTS} for row in rows}
    yield from _unlike("mailbox", boxes, right.mailboxes)
    yield from _unlike("thread", mail_checks.threads_of(unit, account_id), right.threads)
    places = mail_checks.places_of(unit, account_id)
    yield from _unlike("thread in mailbox", places, right.places)
    sizes = {name: mail_checks.index_sizes(unit, account_id, name) for name in mail_checks.SIZES}
    stored = {name: size for name, (size, _) in sizes.items()}
    yield from _unlike("rows of", stored, {name: size for name, (_, size) in sizes.items()})
    usage = mail_usage.usage(unit, account_id)
    yield from _unlike("usage", {"": usage[:2]}, {"": (right.emails, right.octets)})


def _unlike(what: str, stored: Mapping[Any, Any], right: Mapping[Any, Any]) -> Iterator[Difference]:
    for key in sorted(stored.keys() | right.keys()):
        if stored.get(key) != right.get(key):
            yield Difference(f"{what} {key}".strip(), stored.get(key), right.get(key))


def repair(unit: Unit, account_id: int) -> None:
    """Make the unread counts of threads and mailboxes right, as after the trash became another.

    Counts all messages of the account: this is not for every day.
    """
    right = expected(unit, account_id)
    for row in unit.all(mail_threads.OF_IDS, account_id=account_id, ids=list(right.threads)):
        counts = right.threads[row.id]
        if (row.emails, row.unread, row.unread_in_trash) != counts:
            fixed = row._replace(emails=counts[0], unread=counts[1], unread_in_trash=counts[2])
            mail_threads.change(unit, fixed)
    for box in mailboxes.all_of(unit, account_id):
        counted = right.mailboxes[box.id]
        deltas = {name: counted[name] - getattr(box, name) for name in mailboxes.COUNTS}
        if any(deltas.values()):
            mailboxes.count(unit, account_id, box.id, deltas)

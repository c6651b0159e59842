"""Importing many messages: in batches, each committed; what is there already is passed over."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from cyrpy.data import mail_usage, mailboxes, messages
from cyrpy.data.mailboxes import NewMailbox
from cyrpy.data.unit import Unit
from cyrpy.formats.mime import dates
from cyrpy.groupware import mail
from cyrpy.groupware.mail import Arrival, Placing
from cyrpy.groupware.provision import ROLES
from cyrpy.mail.delivery import Services
from cyrpy.mail.stores import Found

BATCH: Final = 50  # messages in one transaction
BATCH_OCTETS: Final = 16 * 1024 * 1024
INBOX: Final = "inbox"
_RECEIVED: Final = re.compile(
    rb"^Received:[^;]*(?:\r?\n[ \t][^;]*)*;\s*([^\r\n]+)", re.IGNORECASE | re.MULTILINE
)
_DATE: Final = re.compile(rb"^Date:[ \t]*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
_HEADER_END: Final = re.compile(rb"\r?\n\r?\n")


class Progress(NamedTuple):
    """How far an import has come."""

    new: int
    known: int  # were there already
    read: int  # octets of the source


class _Item(NamedTuple):
    found: Found
    arrival: Arrival


class Importer:
    """Puts messages into a mailbox of an account; the same run again changes nothing."""

    def __init__(self, services: Services, account_id: int, mailbox_id: int) -> None:
        self._services = services
        self._account_id = account_id
        self._mailbox_id = mailbox_id
        self._new = self._known = 0

    def run(self, source: Iterable[Found], tell: Callable[[Progress], None]) -> Progress:
        """Import all of a source; `tell` hears of each batch.

        Raises:
            OverQuota: the account is full; what was told of is in.
        """
        progress = Progress(0, 0, 0)
        for batch in _batches(source):
            new = self._import(batch)
            self._new += new
            self._known += len(batch) - new
            progress = Progress(self._new, self._known, batch[-1].read)
            tell(progress)
        return progress

    def _import(self, batch: list[Found]) -> int:
        """One transaction; how many of the messages are new."""
        with self._services.database.read() as unit:
            fresh = [one for one in batch if not self._has(unit, one)]
        items = [_Item(one, mail.prepare(one.octets)) for one in fresh]
        if not items:
            return 0
        return self._services.database.write(
            lambda unit: sum(self._one(unit, item) for item in items), [self._account_id]
        )

    def _has(self, unit: Unit, found: Found) -> bool:
        digest = hashlib.sha256(found.octets).digest()
        return messages.by_digest(unit, self._account_id, digest) is not None

    def _one(self, unit: Unit, item: _Item) -> bool:
        account_id, bound = self._account_id, self._services.settings.mail_quota
        mail_usage.require_room(unit, account_id, item.arrival.size, bound)
        blobs = self._services.blobs
        blobs.store(unit, account_id, item.found.octets, mail.MEDIA_TYPE)
        placing = Placing(
            frozenset({self._mailbox_id}), item.found.keywords, received_at(item.found)
        )
        return mail.import_message(unit, account_id, item.arrival, placing).is_new


def _batches(source: Iterable[Found]) -> Iterator[list[Found]]:
    """Few enough messages to hold in memory."""
    batch: list[Found] = []
    size = 0
    for found in source:
        batch.append(found)
        size += len(found.octets)
        if len(batch) >= BATCH or size >= BATCH_OCTETS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def received_at(found: Found) -> int | None:
    """When a message came: as its store says, else its newest Received field, else its Date."""
    if found.received_at is not None:
        return found.received_at
    return newest_received(found.octets)


def newest_received(octets: bytes) -> int | None:
    """The moment of the newest Received field (RFC 8621 §4.8), else of the Date field."""
    end = _HEADER_END.search(octets)
    header = octets[: min(len(octets) if end is None else end.start(), 64 * 1024)]
    for pattern in (_RECEIVED, _DATE):
        for match in islice(pattern.finditer(header), 1):
            moment: datetime | None = dates.read(match[1])
            if moment is not None:
                return int(moment.timestamp())
    return None


def mailbox_at(unit: Unit, account_id: int, path: str) -> int:
    """The mailbox of that path, with / between names, made if it is not there; "" is the inbox."""
    names = [name for name in path.split("/") if name]
    if not names or names[0].casefold() == INBOX:
        row = mailboxes.by_role(unit, account_id, INBOX)
        row = row or mailboxes.create(unit, account_id, NewMailbox("Inbox", INBOX, sort_order=1))
        names = names[1:]
        if not names:
            return row.id
        parent: int | None = row.id
    else:
        parent = None
    for name in names:
        parent = _child(unit, account_id, parent, name)
    assert parent is not None  # noqa: S101 - there is at least one name
    return parent


def _child(unit: Unit, account_id: int, parent: int | None, name: str) -> int:
    found = mailboxes.child(unit, account_id, parent, name)
    if found is None and parent is None and (role := ROLES.get(name.lower())):
        found = mailboxes.by_role(unit, account_id, role)
    found = found or mailboxes.create(unit, account_id, NewMailbox(name, parent_id=parent))
    return found.id

"""A sender on both databases with an injected clock, an SMTP server, and a user."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from cyrpy.config import CoreSettings
from cyrpy.core import Core
from cyrpy.data import mailboxes, messages, submissions
from cyrpy.data.blobs import Blobs
from cyrpy.data.database import Database
from cyrpy.data.notifier import Notifier
from cyrpy.data.submissions import EMAIL, NewSubmission, RecipientRow, SubmissionRow
from cyrpy.errors import Unavailable
from cyrpy.groupware.mail import MEDIA_TYPE
from cyrpy.groupware.principals import NewPrincipal, create
from cyrpy.groupware.provision import Folders
from cyrpy.groupware.userids import UserIds
from cyrpy.mail.outgoing import Outgoing
from cyrpy.mail.relay import Relay
from tests.support.clock import Clock
from tests.support.dav import Nobody
from tests.support.smtp_server import SmtpServer

EVE = "eve@elsewhere.org"
BOB = "bob@elsewhere.org"
MAIL = b"From: anna@example.com\r\nTo: eve@elsewhere.org\r\nSubject: Lunch\r\nMessage-ID: <1@x>\r\n"


def mail(body: bytes = b"At noon?\r\n", header: bytes = b"") -> bytes:
    """A message of anna's."""
    return MAIL + header + b"\r\n" + body


class Sender:
    """What sends, and the account of the one who writes."""

    def __init__(self, database: Database, folder: Path, clock: Clock, relay: str | None) -> None:
        self.options: dict[str, Any] = {"defaultdomain": "example.com", "servername": "mx.test"}
        self.folder = folder
        self.database = database
        self.clock = clock
        self.blobs = Blobs(folder / "blobs")
        (folder / "blobs" / "incoming").mkdir(parents=True, exist_ok=True)
        self.options["submission_relay"] = relay
        self.account_id = self.database.write(
            lambda unit: (
                create(
                    unit,
                    UserIds.of(self.settings),
                    Folders.of(self.settings),
                    NewPrincipal("anna"),
                ).id
            )
        )

    @property
    def settings(self) -> CoreSettings:
        return CoreSettings(configdirectory=self.folder, **self.options)

    def core(self) -> Core:
        return Core(
            settings=self.settings,
            database=self.database,
            blobs=self.blobs,
            notifier=Notifier(),
            sign_in=Nobody(),
            clock=self.clock,
        )

    def add(
        self,
        octets: bytes | None = None,
        to: Mapping[str, Mapping[str, str | None]] | None = None,
        **more: Any,
    ) -> SubmissionRow:
        """Queue a message of the account's, as EmailSubmission does."""
        octets = mail() if octets is None else octets

        def work(unit):
            blob = self.blobs.store(unit, self.account_id, octets, MEDIA_TYPE)
            new = NewSubmission(
                **{
                    "purpose": EMAIL,
                    "sender": "anna@example.com",
                    "recipients": to or {EVE: {}},
                    "digest": blob.digest,
                    **more,
                }
            )
            return submissions.add(unit, self.account_id, new)

        return self.database.write(work)

    def turn(self, run: Callable[[Any], bool] = asyncio.run) -> bool:
        """Send what is due; whether the relay was there."""
        return run(self._turn())

    async def _turn(self) -> bool:
        settings = self.settings
        outgoing = Outgoing(self.core(), Relay.of(settings))
        try:
            await outgoing.turn()
        except Unavailable:
            return False
        finally:
            await outgoing.close()
        return True

    def row(self, row: SubmissionRow) -> SubmissionRow | None:
        with self.database.read() as unit:
            found = submissions.of_ids(unit, self.account_id, [row.id])
        return found[0] if found else None

    def recipients(self, row: SubmissionRow) -> dict[str, RecipientRow]:
        with self.database.read() as unit:
            found = submissions.recipients_of(unit, self.account_id, [row.id])[row.id]
        return {one.address: one for one in found}

    def states(self, row: SubmissionRow) -> dict[str, str]:
        return {address: one.delivered for address, one in self.recipients(row).items()}

    def reply(self, row: SubmissionRow, address: str = EVE) -> str:
        return self.recipients(row)[address].reply

    def inbox(self) -> list[EmailMessage]:
        """What came back."""
        with self.database.read() as unit:
            box = mailboxes.by_role(unit, self.account_id, "inbox")
            assert box is not None
            key = {"account_id": self.account_id}
            numbers = [n for (n,) in unit.all(messages.IN_MAILBOX, mailbox_id=box.id, **key)]
            rows = unit.all(messages.OF_IDS, ids=numbers, **key)
            octets = [
                self.blobs.read(unit, [self.account_id], "G" + row.digest.hex()) for row in rows
            ]
        return [message_from_bytes(one or b"", policy=policy.default) for one in octets]


@pytest.fixture
def relay() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def sender(database, tmp_path, clock, relay) -> Sender:
    return Sender(database, tmp_path, clock, relay.address)

"""Mail that comes and goes while workers are killed; `-m tests.robustness.mail_kill` for longer.

A message that was taken with 250 is there, once; one whose answer was lost is there once or not at
all. What was submitted reaches the relay, once; only where a process died with a message in the
relay's hands it may not, and then its sender is told. Counts are those of a recount.
"""

from __future__ import annotations

import argparse
import http.client
import random
import smtplib
import tempfile
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from cyrpy.data import mailboxes, messages
from cyrpy.data.messages import MessageRow
from cyrpy.groupware import mail_recount
from cyrpy.groupware.principals import find
from cyrpy.groupware.userids import UserIds
from tests.mail.messages import message
from tests.mail.unix_lmtp import UnixLmtp
from tests.robustness import kill
from tests.support.jmap import CORE, Jmap, Json
from tests.support.process import Connection, Process
from tests.support.smtp_server import SmtpServer

USING = (CORE, "urn:ietf:params:jmap:mail", "urn:ietf:params:jmap:submission")
OUTSIDE = "eve@elsewhere.org"
SETTLED = 150  # seconds; leases of the dead are waited for


class MailWriter:
    """One user: gets mail by LMTP, and sends some."""

    def __init__(
        self, process: Process, user: str, sign_in: dict[str, str], *, relay: SmtpServer
    ) -> None:
        self.process, self.user, self.sign_in, self.relay = process, user, sign_in, relay
        self.random = random.Random(user)  # noqa: S311 - which of two, not secrets
        self.taken: set[str] = set()  # subjects
        self.lost: set[str] = set()  # subjects whose answer was lost
        self.submitted: dict[str, str] = {}  # subject -> id of the submission
        self.acknowledged = 0
        self.unknown = 0
        self.number = 0
        self._lmtp: UnixLmtp | None = None
        self._connection: Connection | None = None

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
        if self._lmtp is not None:
            self._lmtp.close()
        self._connection = self._lmtp = None

    def work(self, until: float) -> None:
        """Go on until then, over new connections where one ended."""
        while time.monotonic() < until:
            self.number += 1
            subject = f"{self.user}-{self.number}"
            try:
                if self.random.random() < 0.6:
                    self._get(subject)
                else:
                    self._send(f"out-{subject}")
            except (OSError, http.client.HTTPException, smtplib.SMTPException):
                self.lost |= {subject, f"out-{subject}"}
                self.unknown += 1
                self.close()
            else:
                self.acknowledged += 1

    def _get(self, subject: str) -> None:
        if self._lmtp is None:
            self._lmtp = UnixLmtp(f"{self.process.folder}/lmtp")
        (answer,) = self._lmtp.deliver(message(subject), [f"{self.user}@localhost"])
        assert answer.startswith(("250", "421", "451")), answer
        if answer.startswith("250"):
            self.taken.add(subject)

    def _call(self, *calls: list[Any]) -> list[Any]:
        if self._connection is None:
            self._connection = self.process.connect()
        client = Jmap(self._connection, self.user, self.sign_in)
        found: list[Any] = client.run(*calls, using=USING)
        return found

    def _send(self, subject: str) -> None:
        at = {"accountId": f"{self.user}_40localhost"}
        boxes, identities = self._call(
            ["Mailbox/get", {**at, "ids": None}], ["Identity/get", {**at, "ids": None}]
        )
        drafts = next(box["id"] for box in boxes[1]["list"] if box["role"] == "drafts")
        draft: Json = {
            "mailboxIds": {drafts: True},
            "from": [{"email": f"{self.user}@localhost"}],
            "to": [{"email": OUTSIDE}],
            "subject": subject,
            "bodyValues": {"t": {"value": "Hello"}},
            "textBody": [{"partId": "t", "type": "text/plain"}],
        }
        new = {"identityId": identities[1]["list"][0]["id"], "emailId": "#d"}
        made, sent = self._call(
            ["Email/set", {**at, "create": {"d": draft}}],
            ["EmailSubmission/set", {**at, "create": {"s": new}}],
        )
        assert made[1]["created"], made
        self.submitted[subject] = sent[1]["created"]["s"]["id"]

    def judge(self) -> int:
        """Look at what there is; how many of the lost messages had come after all."""
        self._until_sent()
        rows = self._inbox()
        subjects = Counter(row.subject_key for row in rows)
        assert not [one for one, times in subjects.items() if times > 1 and "-" in one], subjects
        missing = {one for one in self.taken if subjects[one] != 1}
        assert not missing, f"{self.user}: taken, and not there: {missing}"
        sent = Counter(str(one.message["Subject"]) for one in self.relay.received)
        mine = {one: times for one, times in sent.items() if one.startswith(f"out-{self.user}-")}
        assert set(mine.values()) <= {1}, f"sent twice: {mine}"
        told = len([row for row in rows if "-" not in row.subject_key])
        unsent = [one for one in self.submitted if one not in mine]
        assert len(unsent) <= told, f"neither sent nor told of: {unsent}, {told} notices"
        return len([one for one in self.lost if subjects[one] or one in mine])

    def _until_sent(self) -> None:
        """Wait until the queue has nothing of this user's."""
        deadline = time.monotonic() + SETTLED
        while True:
            with suppress(OSError, http.client.HTTPException):
                at = {"accountId": f"{self.user}_40localhost", "ids": None}
                ((_, found, _),) = self._call(["EmailSubmission/get", at])
                waiting = [one for one in found["list"] if one["undoStatus"] == "pending"]
                held = [
                    one
                    for one in found["list"]
                    for each in (one["deliveryStatus"] or {}).values()
                    if each["delivered"] == "queued"
                ]
                if not waiting and not held:
                    return
            assert time.monotonic() < deadline, f"{self.user}: mail still waits"
            time.sleep(0.2)

    def _inbox(self) -> list[MessageRow]:
        """What came, whose counts are right."""
        database = self.process.database()
        try:
            with database.read() as unit:
                userids = UserIds.of(self.process.configuration.settings)
                account_id = find(unit, userids, self.user).id
                assert mail_recount.differences(unit, account_id) == []
                box = mailboxes.by_role(unit, account_id, "inbox")
                assert box is not None
                key = {"account_id": account_id}
                numbers = unit.all(messages.IN_MAILBOX, mailbox_id=box.id, **key)
                return unit.all(messages.OF_IDS, ids=[n for (n,) in numbers], **key)
        finally:
            database.close()


def run(folder: Path, seconds: float, clients: int, *, every: float = 1.0, url: str = "") -> Any:
    """Let so many users get and send mail for so long."""
    with SmtpServer() as relay:
        options = f"lmtp_listen: unix:{folder}/lmtp\nsubmission_relay: {relay.address}\n"
        options += "httpmodules: jmap\nfailedloginpause: 0\n" + (
            f"database_url: {url}\n" * bool(url)
        )
        writer = partial(MailWriter, relay=relay)
        return kill.run(folder, seconds, clients, every=every, writer=writer, options=options)


def main() -> None:
    """As long as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=8)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(run(Path(folder), wanted.seconds, wanted.clients))  # noqa: T201


if __name__ == "__main__":
    main()

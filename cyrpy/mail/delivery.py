"""Delivery: one message into the accounts of its recipients, durable before it is acknowledged."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final, NamedTuple, Protocol

from cyrpy.config import CoreSettings
from cyrpy.data import mail_usage
from cyrpy.data.blobs import Blobs, Incoming
from cyrpy.data.database import Database
from cyrpy.data.unit import Unit
from cyrpy.errors import CyrpyError, OverQuota, StorageFull
from cyrpy.groupware import mail
from cyrpy.groupware.mail import Arrival, Placing
from cyrpy.mail import imip, reports
from cyrpy.mail.imip import CalendarPart
from cyrpy.mail.recipients import Recipient, mailbox_for, resolve
from cyrpy.mail.reports import Report
from cyrpy.mail.sieve.filing import Filed, Filing, Refusal
from cyrpy.mail.sieve.plans import Plan, Plans, plans_for
from cyrpy.mail.vacation import Away

MAX_HOPS: Final = 100  # fields Received, beyond which a message goes round in circles
JUNK: Final = "junk"  # role of a mailbox, what is in which changes no calendar
HEADER_LOOKED_AT: Final = 256 * 1024  # octets
_RECEIVED: Final = re.compile(rb"^(?:Received|Delivered-To):", re.IGNORECASE | re.MULTILINE)
_HEADER_END: Final = re.compile(rb"\r?\n\r?\n")
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f]+")
log = logging.getLogger("cyrpy.mail")


class Services(Protocol):
    """What delivery uses; a Core has it."""

    @property
    def settings(self) -> CoreSettings:
        """The options."""

    @property
    def database(self) -> Database:
        """Where mail goes."""

    @property
    def blobs(self) -> Blobs:
        """Where its octets go."""


class Answer(NamedTuple):
    """What the sender is told of one recipient (RFC 5321 §4.2, RFC 3463)."""

    code: int
    status: str
    text: str

    @property
    def is_good(self) -> bool:
        """Whether the message is delivered."""
        return self.code == 250

    def __str__(self) -> str:
        return f"{self.code} {self.status} {self.text}"


UNKNOWN: Final = Answer(550, "5.1.1", "there is no such user here")
LOOPS: Final = Answer(554, "5.4.6", "the message goes round in circles")
TOO_LARGE: Final = Answer(552, "5.3.4", "the message is too large")
NO_ROOM: Final = Answer(452, "4.3.1", "the disk is full; try again later")
LATER: Final = Answer(451, "4.3.0", "the mailboxes cannot be reached now; try again later")
DELIVERED: Final = Answer(250, "2.1.5", "delivered")


@dataclass(frozen=True)
class Letter:
    """A message as it came, and who sent it."""

    octets: bytes
    sender: str  # of the envelope; empty for notifications
    origin: str = ""  # what its Received field says: "from … by … with LMTP id …"


def find(services: Services, address: str) -> Recipient | None:
    """Whose the address is (on a database thread, or the event loop with SQLite)."""
    with services.database.read() as unit:
        return resolve(unit, address, services.settings.defaultdomain)


def quota_answer(settings: CoreSettings) -> Answer:
    """What is said of a full account: to come back, or that it is no use."""
    if settings.lmtp_over_quota_perm_failure:
        return Answer(552, "5.2.2", "the mailbox is full")
    return Answer(452, "4.2.2", "the mailbox is full; try again later")


def deliver(services: Services, letter: Letter, recipients: Sequence[Recipient]) -> list[Answer]:
    """Deliver to each of the recipients; what to tell the sender, in the same order.

    It is on the disk for those who are said to have it.
    """
    settings = services.settings
    if settings.maxmessagesize and len(letter.octets) > settings.maxmessagesize:
        return [TOO_LARGE] * len(recipients)
    if hops(letter.octets) > MAX_HOPS:
        return [LOOPS] * len(recipients)
    octets = traced(letter)
    try:
        with services.blobs.incoming() as incoming:
            incoming.write(octets)
            incoming.finish()
            arrival = mail.prepare(octets, incoming.digest)
            away = Away(settings, octets, letter.sender)
            work = _Delivery(services, arrival, incoming, recipients, away)
            work.plans = plans_for(services, octets, letter.sender, recipients)
            work.filing = Filing(services, letter.sender, away)
            work.calendar = imip.found(octets, arrival)
            work.report = reports.found(octets, arrival)
            accounts = {account for one in recipients for account in one.accounts}
            return services.database.write(work, sorted(accounts))
    except StorageFull:
        return [NO_ROOM] * len(recipients)
    except CyrpyError as exc:
        log.warning("a message could not be delivered: %s", exc)
        return [LATER] * len(recipients)


class _Delivery:
    """The work of one delivery, which may run more than once."""

    def __init__(
        self,
        services: Services,
        arrival: Arrival,
        incoming: Incoming,
        recipients: Iterable[Recipient],
        away: Away,
    ) -> None:
        self._services = services
        self._away = away
        self._arrival = arrival
        self._incoming = incoming
        self._recipients = recipients
        self.calendar: CalendarPart | None = None  # the scheduling message in it
        self.report: Report | None = None  # what it says of mail that was sent
        self.plans: Plans = {}  # of those with a Sieve script
        self.filing: Filing | None = None

    def __call__(self, unit: Unit) -> list[Answer]:
        """Deliver to one after the other; who cannot have it does not keep it from the others."""
        return [self._one(unit, recipient) for recipient in self._recipients]

    def _one(self, unit: Unit, recipient: Recipient) -> Answer:
        answer = UNKNOWN
        for account_id in recipient.accounts:
            try:
                with unit.savepoint():
                    self._account(unit, account_id, recipient)
                answer = DELIVERED
            except Refusal as exc:
                return Answer(550, "5.7.1", str(exc))
            except OverQuota:
                if not answer.is_good:
                    answer = quota_answer(self._services.settings)
        return answer

    def _account(self, unit: Unit, account_id: int, recipient: Recipient) -> None:
        plan = self.plans.get((recipient.address, account_id))
        filed = self._filed(unit, account_id, recipient, plan)
        if not filed.mailboxes:
            return
        arrival = self._arrival if plan is None or plan.arrival is None else plan.arrival
        bound = self._services.settings.mail_quota
        mail_usage.require_room(unit, account_id, arrival.size, bound)
        if plan is None or plan.arrival is None:
            self._services.blobs.put(unit, account_id, self._incoming, mail.MEDIA_TYPE)
        else:
            self._services.blobs.store(unit, account_id, plan.octets, mail.MEDIA_TYPE)
        wanted = frozenset(mailbox.id for mailbox in filed.mailboxes)
        placing = Placing(wanted, filed.keywords)
        found = mail.import_message(unit, account_id, arrival, placing, delivered=True)
        if found.is_new:
            self._follow(unit, account_id, filed)
        elif not wanted <= found.row.mailbox_ids:
            mail.update(unit, found.row, mailbox_ids=found.row.mailbox_ids | wanted)

    def _filed(self, unit: Unit, account_id: int, recipient: Recipient, plan: Plan | None) -> Filed:
        """Where it goes: as the script says, or else into the mailbox of the address's detail."""
        if plan is None or self.filing is None:
            return Filed([mailbox_for(unit, account_id, recipient.detail)])
        is_alone = len(recipient.accounts) == 1
        return self.filing.act(unit, account_id, plan, recipient.detail, is_alone=is_alone)

    def _follow(self, unit: Unit, account_id: int, filed: Filed) -> None:
        """What new mail leads to; what is in Junk to nothing but news of what was sent."""
        if any(mailbox.role != JUNK for mailbox in filed.mailboxes):
            if not filed.is_answered:
                self._away.answer(unit, account_id)
            if self.calendar is not None:
                imip.take(unit, account_id, self.calendar, self._services.settings)
        if self.report is not None:
            reports.take(unit, account_id, self.report)


def hops(octets: bytes) -> int:
    """How many servers the message came through."""
    end = _HEADER_END.search(octets, 0, HEADER_LOOKED_AT)
    header = octets[: HEADER_LOOKED_AT if end is None else end.start()]
    return len(_RECEIVED.findall(header))


def traced(letter: Letter) -> bytes:
    """The message with the fields that the last server puts before it (RFC 5321 §4.4)."""
    octets = letter.octets
    if octets.startswith((b"From ", b">From ")):  # of a mailbox file, as some pipes give it
        octets = octets.partition(b"\n")[2]
    sender = _UNSAFE.sub("", letter.sender).strip("<>")
    fields = [f"Return-Path: <{sender}>"]
    if letter.origin:
        fields.append(f"Received: {letter.origin};\r\n {format_datetime(datetime.now(UTC))}")
    newline = "\r\n" if b"\r\n" in octets[:1000] or b"\n" not in octets[:1000] else "\n"
    head = "".join(f"{one}\r\n" for one in fields).replace("\r\n", newline)
    return head.encode("utf-8", "replace") + octets

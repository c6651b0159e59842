"""Answers while a user is away: to whom, when, and what (RFC 3834, RFC 5230, RFC 8621 §8)."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from cyrpy.config import CoreSettings
from cyrpy.data import addresses, principals, submissions, vacation
from cyrpy.data.submissions import NOTICE, NewSubmission
from cyrpy.data.unit import Unit
from cyrpy.data.vacation import VacationRow
from cyrpy.errors import OverQuota
from cyrpy.formats.mime.addresses import read as read_addresses
from cyrpy.formats.mime.build import Source, build
from cyrpy.formats.mime.headers import parse_property
from cyrpy.formats.mime.message import Message
from cyrpy.formats.sieve.actions import Vacation
from cyrpy.mail.envelope import is_address

DAYS: Final = 7  # in which one sender is answered once (RFC 5230 §4.1)
TEXT: Final = "I am away and will read your message when I am back.\n"
# Who sends without being a person, by what stands before the "@" (RFC 3834 §2, RFC 5230 §4.6).
_NOBODY: Final = re.compile(
    r"mailer-daemon|listserv|majordomo|postmaster|owner-.*|.*-(?:request|owner|bounces?)"
    r"|(?:no|do[-_.]?not)[-_.]?reply.*|bounces?[-+=].*",
    re.IGNORECASE,
)
_BULK: Final = frozenset({"bulk", "list", "junk"})
_LISTS: Final = frozenset({"feedback-id", "x-loop", "mailing-list"})
_RECIPIENTS: Final = ("To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc")


class Away:
    """The answers to one message, which is read when the first of its recipients is away."""

    def __init__(self, settings: CoreSettings, octets: bytes, sender: str) -> None:
        self._settings = settings
        self._octets = octets
        self._sender = sender.strip("<>")
        self._message: Message | None = None

    def answer(self, unit: Unit, account_id: int) -> None:
        """Answer for one recipient, if it is away and the message is one to be answered."""
        if not self._settings.sends_mail:
            return
        row = vacation.get(unit, account_id)
        if not row.is_enabled or not _is_now(row, unit.now):
            return
        called = self._called(unit, account_id, ())
        if called is None:
            return
        if vacation.note_reply(unit, account_id, self._sender, DAYS * 86_400):
            self._send(
                unit, account_id, self._made(unit, account_id, _email(row, self._read), called)
            )

    def vacation(self, unit: Unit, account_id: int, action: Vacation) -> bytes | None:
        """Answer as a Sieve script says (RFC 5230 §4); then VacationResponse is silent.

        Nobody is told twice: who is answered here is not answered by VacationResponse in its days.
        What is returned is the answer, None if none is sent.
        """
        called = self._called(unit, account_id, action.addresses)
        if called is None:
            return None
        handle = hashlib.sha256(action.handle.encode("utf-8", "replace")).hexdigest()
        if not vacation.note_reply(unit, account_id, f"{handle} {self._sender}", action.seconds):
            return None
        vacation.note_reply(unit, account_id, self._sender, DAYS * 86_400)
        own = addresses.addresses_of(unit, account_id)
        sender, name = _sender(action, own) or (_shown(called, own), None)
        row = VacationRow(account_id, 1, None, None, action.subject, action.reason, None)
        email = _email(row, self._read)
        made = self._made(unit, account_id, email, sender, name)
        if action.is_mime:
            made = with_entity(made, action.reason)
        return made if self._send(unit, account_id, made) else None

    @property
    def _read(self) -> Message:
        """The message, read when it is first asked for."""
        if self._message is None:
            self._message = Message(self._octets, b"")
        return self._message

    def _called(self, unit: Unit, account_id: int, others: Iterable[str]) -> str | None:
        """By which address the message is to the user; None: it is not to be answered.

        `others` are addresses that it has elsewhere (RFC 5230 §4.5).
        """
        if not self._settings.sends_mail or not is_personal(self._sender):
            return None
        if is_automatic(self._read):
            return None
        own = [*addresses.addresses_of(unit, account_id), *(one.lower() for one in others)]
        return None if self._sender.lower() in own else _called(self._read, own)

    def _made(
        self, unit: Unit, account_id: int, email: dict[str, Any], own: str, name: str | None = None
    ) -> bytes:
        """The answer as a message."""
        if name is None:
            principal = unit.first(principals.BY_ID, id=account_id)
            name = None if principal is None else principal.display_name
        source = Source(
            lambda _: None,
            lambda: secrets.token_hex(16),
            datetime.fromtimestamp(unit.now, UTC),
            self._settings.servername,
        )
        email |= {"from": [{"name": name, "email": own}], "to": [{"email": self._sender}]}
        return build(email, source)

    def _send(self, unit: Unit, account_id: int, octets: bytes) -> bool:
        """Queue an answer; False if too much waits to be sent: mail is delivered all the same."""
        new = NewSubmission(NOTICE, "", {self._sender: {}}, message=octets)
        try:
            submissions.add(unit, account_id, new)
        except OverQuota:
            return False
        return True


def _sender(action: Vacation, own: list[str]) -> tuple[str, str | None] | None:
    """Whom the answer is from, if the script names one of the user's addresses."""
    found = read_addresses((action.sender or "").encode("utf-8", "replace"))
    if len(found) != 1 or found[0].email.lower() not in own:
        return None
    return found[0].email.lower(), found[0].name


def _shown(called: str, own: list[str]) -> str:
    """The address to answer from: the one that was written to, if it is the user's here."""
    return called if called in own or not own else own[0]


def with_entity(made: bytes, reason: str) -> bytes:
    """The answer with a MIME entity in place of its content (RFC 5230 §4.3)."""
    entity = Message(reason.encode("utf-8", "replace"), b"")
    content = [one for one in entity.root.fields if one.name.lower().startswith(b"content-")]
    if not content:
        return made
    answer = Message(made, b"")
    lines = [
        one.name + b":" + message.octets[one.start : one.end].rstrip(b"\r\n")
        for message, fields in ((answer, answer.root.fields), (entity, content))
        for one in fields
        if message is entity or not one.name.lower().startswith(b"content-")
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + entity.octets[entity.root.body :]


def is_personal(sender: str) -> bool:
    """Whether an address of an envelope may be a person's."""
    return is_address(sender) and _NOBODY.fullmatch(sender.rpartition("@")[0]) is None


def is_automatic(message: Message) -> bool:
    """Whether no person sent it, or one to very many (RFC 3834 §2)."""
    return any(
        _says_so(one["name"].lower(), one["value"].strip().lower()) for one in message.headers()
    )


def _says_so(name: str, value: str) -> bool:
    if name == "auto-submitted":
        return value.partition(";")[0].strip() != "no"
    if name == "precedence":
        return value in _BULK
    if name == "x-auto-response-suppress":
        return any(word in value for word in ("all", "oof", "autoreply"))
    return name.startswith("list-") or name in _LISTS


def _called(message: Message, own: list[str]) -> str | None:
    """By which of a user's addresses the message is to it; None if by none (RFC 5230 §4.5)."""
    for name in _RECIPIENTS:
        for address in _addresses(message, name):
            local, _, domain = address.lower().rpartition("@")
            plain = f"{local.partition('+')[0]}@{domain}"
            for one in (address.lower(), plain):
                if one in own:
                    return one
    return None


def _addresses(message: Message, name: str) -> Iterable[str]:
    wanted = parse_property(f"header:{name}:asAddresses:all")
    fields: list[list[dict[str, Any]]] = message.header(wanted) if wanted is not None else []
    return [one["email"] for field in fields for one in field or () if one["email"]]


def _is_now(row: VacationRow, now: int) -> bool:
    if row.from_date is not None and now < datetime.fromisoformat(row.from_date).timestamp():
        return False
    return row.to_date is None or now < datetime.fromisoformat(row.to_date).timestamp()


def _email(row: VacationRow, message: Message) -> dict[str, Any]:
    """The Email object of the answer (RFC 3834 §3)."""
    asked = message.convenience
    ids = asked["messageId"]
    subject = row.subject or f"Auto: {asked['subject'] or 'your message'}"
    text = row.text_body
    if text is None and row.html_body is None:
        text = TEXT
    email: dict[str, Any] = {
        "subject": subject[:1000],
        "header:Auto-Submitted": " auto-replied",
        "header:Precedence": " bulk",
        "header:X-Auto-Response-Suppress": " All",
        "bodyValues": {"t": {"value": text or ""}, "h": {"value": row.html_body or ""}},
    }
    if ids:
        email["inReplyTo"] = ids
        email["references"] = [*(asked["references"] or [])[-20:], *ids]
    if text is not None:
        email["textBody"] = [{"partId": "t", "type": "text/plain"}]
    if row.html_body is not None:
        email["htmlBody"] = [{"partId": "h", "type": "text/html"}]
    return email

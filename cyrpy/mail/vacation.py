"""Answers while a user is away: to whom, when, and what (RFC 3834, RFC 5230, RFC 8621 §8)."""

from __future__ import annotations

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
from cyrpy.formats.mime.build import Source, build
from cyrpy.formats.mime.headers import parse_property
from cyrpy.formats.mime.message import Message
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
        if not row.is_enabled or not _is_now(row, unit.now) or not is_personal(self._sender):
            return
        if self._message is None:
            self._message = Message(self._octets, b"")
        if is_automatic(self._message):
            return
        own = addresses.addresses_of(unit, account_id)
        called = _called(self._message, own)
        if called is None or self._sender.lower() in own:
            return
        if not vacation.note_reply(unit, account_id, self._sender, DAYS * 86_400):
            return
        try:
            submissions.add(unit, account_id, self._new(unit, row, called))
        except OverQuota:  # too much waits to be sent; mail is delivered all the same
            return

    def _new(self, unit: Unit, row: VacationRow, called: str) -> NewSubmission:
        assert self._message is not None  # noqa: S101 - read just before
        principal = unit.first(principals.BY_ID, id=row.account_id)
        name = None if principal is None else principal.display_name
        source = Source(
            lambda _: None,
            lambda: secrets.token_hex(16),
            datetime.fromtimestamp(unit.now, UTC),
            self._settings.servername,
        )
        email = _email(row, self._message)
        email |= {"from": [{"name": name, "email": called}], "to": [{"email": self._sender}]}
        return NewSubmission(NOTICE, "", {self._sender: {}}, message=build(email, source))


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

"""Mails that remind a user of an event, which alerts of the action `email` ask for."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Final

import orjson

from cyrpy.data import addresses
from cyrpy.data.alerts import Triggered
from cyrpy.mail.delivery import LATER, NO_ROOM, Letter, Services, deliver
from cyrpy.mail.recipients import Recipient

MAX_SUBJECT: Final = 150  # characters
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]+")


def send(services: Services, alert: Triggered, now: int) -> bool:
    """Deliver the reminder into the user's own mailbox; whether it need not be tried again."""
    with services.database.read() as unit:
        found = addresses.addresses_of(unit, alert.principal_id)
    if not found or alert.mail is None:
        return True
    octets = build(alert, found[0], now)
    recipient = Recipient(found[0], (alert.principal_id,), "")
    (answer,) = deliver(services, Letter(octets, ""), [recipient])
    return answer not in {LATER, NO_ROOM}  # a mailbox that is full gets none


def build(alert: Triggered, address: str, now: int) -> bytes:
    """The mail: from the user to itself, as nobody else knows of the event."""
    event: dict[str, Any] = orjson.loads(alert.mail or "{}")
    title = _plain(event.get("title")) or "(no title)"
    mail = EmailMessage(policy=SMTP)
    person = Address(display_name="Calendar", addr_spec=address)
    mail["From"] = person
    mail["To"] = Address(addr_spec=address)
    mail["Subject"] = f"Reminder: {title}"[:MAX_SUBJECT]
    mail["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    named = (alert.uid, alert.recurrence_id, alert.alert_id, alert.triggered_at, address)
    digest = hashlib.sha256(repr(named).encode("utf-8", "replace")).hexdigest()
    mail["Message-ID"] = f"<{digest[:40]}@{address.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: no vacation notes for it
    lines = [title, "", f"When: {_when(event)}"]
    if place := _plain(event.get("location")):
        lines.append(f"Where: {place}")
    mail.set_content("\n".join(lines) + "\n", cte="quoted-printable")
    return mail.as_bytes()


def _when(event: dict[str, Any]) -> str:
    day, _, time = str(event.get("start") or "").partition("T")
    if event.get("showWithoutTime") is True or not time:
        return day
    return f"{day} {time[:5]} {event.get('timeZone') or ''}".rstrip()


def _plain(text: object) -> str:
    """Text that fits into a header, whatever was in it."""
    return " ".join(_CONTROL.sub(" ", text if isinstance(text, str) else "").split())

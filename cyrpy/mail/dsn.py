"""Delivery status notifications: what a sender is told of mail that did not go out (RFC 3464)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Final, Literal, NamedTuple

from cyrpy.formats.mime.message import Message
from cyrpy.mail.envelope import Reply

Action = Literal["failed", "delayed", "relayed"]
WHOLE: Final = 64 * 1024  # octets; of a larger message only the header is given back
_HEADER_END: Final = re.compile(rb"\r?\n\r?\n")
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")

SUBJECTS: Final[dict[Action, str]] = {
    "failed": "Undelivered mail",
    "delayed": "Mail of which it is not known whether it arrived",
    "relayed": "Mail was passed on",
}
TEXTS: Final[dict[Action, str]] = {
    "failed": "Your message could not be delivered to everybody. Nobody tries any more to "
    "deliver it to those named here.",
    "delayed": "The server was interrupted while it handed your message over. It has probably "
    "arrived at those named here, but nobody knows. It is not sent again, lest it arrive twice.",
    "relayed": "Your message was passed on to a server that sends no notifications of delivery.",
}


class Fate(NamedTuple):
    """What became of a message for one recipient.

    Attributes:
        original: The address as the sender first gave it, "rfc822;…" (RFC 3461 §4.2).
    """

    address: str
    reply: Reply
    original: str | None = None


class Report(NamedTuple):
    """One notification.

    Attributes:
        server: Name of this server.
        to: Mail address of who is told.
        action: What happened to all of `fates`.
        octets: The message that it is about; empty if it is gone.
        gives_back: FULL, HDRS, or None where the sender has not said (RFC 3461 §4.3).
        key: What tells this notification from all others.
    """

    server: str
    to: str
    action: Action
    fates: Sequence[Fate]
    octets: bytes
    now: int  # unix seconds
    arrived_at: int
    key: str
    envelope_id: str | None = None
    gives_back: str | None = None


def build(report: Report) -> bytes:
    """The notification as a mail (RFC 3462, RFC 3464 §2)."""
    digest = hashlib.sha256(f"{report.key} {report.now}".encode()).hexdigest()[:40]
    boundary = f"=_{digest}"
    parts = [_text(report), _status(report), *_returned(report)]
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), part) for part in parts)
    return _header(report, digest, boundary) + body + b"--%b--\r\n" % boundary.encode()


def _header(report: Report, digest: str, boundary: str) -> bytes:
    original = Message(report.octets).convenience if report.octets else {}
    mail = EmailMessage(policy=SMTP if report.to.isascii() else SMTPUTF8)
    mail["Return-Path"] = "<>"
    mail["From"] = f"Mail Delivery System <MAILER-DAEMON@{report.server}>"
    mail["To"] = report.to
    subject = _UNSAFE.sub(" ", original.get("subject") or "")[:120]
    mail["Subject"] = (
        f"{SUBJECTS[report.action]}: {subject}" if subject else SUBJECTS[report.action]
    )
    mail["Date"] = format_datetime(datetime.fromtimestamp(report.now, UTC))
    mail["Message-ID"] = f"<{digest}@{report.server}>"
    ids = original.get("messageId") or ()
    if ids:
        mail["In-Reply-To"] = mail["References"] = f"<{_UNSAFE.sub('', ids[0])}>"
    mail["Auto-Submitted"] = "auto-replied"  # RFC 3834 §5
    mail["MIME-Version"] = "1.0"
    lines = mail.as_bytes().partition(b"\r\n\r\n")[0]
    kind = f'multipart/report; report-type=delivery-status;\r\n boundary="{boundary}"'
    return lines + f"\r\nContent-Type: {kind}\r\n\r\n".encode()


def _text(report: Report) -> bytes:
    lines = [TEXTS[report.action], ""]
    lines += [f"<{_plain(fate.address)}>: {fate.reply}" for fate in report.fates]
    text = "\r\n".join([*_wrapped(lines[0]), *lines[1:], ""])
    head = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return (head + text).encode()


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > 72:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return lines


def _plain(text: str) -> str:
    return _UNSAFE.sub(" ", text)


def _status(report: Report) -> bytes:
    """The part for machines (RFC 3464 §2.1, RFC 6533 §3 where addresses are international)."""
    is_plain = all(fate.address.isascii() for fate in report.fates)
    kind = "message/delivery-status" if is_plain else "message/global-delivery-status"
    fields = [f"Reporting-MTA: dns; {report.server}"]
    if report.envelope_id:
        fields.insert(0, f"Original-Envelope-Id: {_plain(report.envelope_id)}")
    fields.append(
        f"Arrival-Date: {format_datetime(datetime.fromtimestamp(report.arrived_at, UTC))}"
    )
    groups = [fields, *(_group(report, fate) for fate in report.fates)]
    text = "\r\n\r\n".join("\r\n".join(group) for group in groups)
    head = f"Content-Type: {kind}\r\n" + (
        "" if text.isascii() else "Content-Transfer-Encoding: 8bit\r\n"
    )
    return f"{head}\r\n{text}\r\n".encode()


def _group(report: Report, fate: Fate) -> list[str]:
    kind = "rfc822" if fate.address.isascii() else "utf-8"
    fields = [f"Final-Recipient: {kind}; {_plain(fate.address)}", f"Action: {report.action}"]
    if fate.original:
        fields.insert(0, f"Original-Recipient: {_plain(fate.original)}")
    fields.append(f"Status: {fate.reply.status}")
    fields.append(f"Diagnostic-Code: smtp; {fate.reply}")
    fields.append(f"Last-Attempt-Date: {format_datetime(datetime.fromtimestamp(report.now, UTC))}")
    return fields


def _returned(report: Report) -> list[bytes]:
    """The message, or its header."""
    octets = report.octets
    if not octets:
        return []
    whole = report.gives_back == "FULL" or (report.gives_back is None and len(octets) <= WHOLE)
    kind = b"message/rfc822"
    if not whole:
        end = _HEADER_END.search(octets)
        octets = octets if end is None else octets[: end.start()] + b"\r\n"
        kind = b"text/rfc822-headers"
    head = b"Content-Type: %b\r\n" % kind
    if not octets.isascii():
        head += b"Content-Transfer-Encoding: 8bit\r\n"
    return [head + b"\r\n" + octets]

"""Message disposition notifications: what became of a message at its reader's (RFC 8098)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from cyrpy.formats.mime import compose, encode, transfer
from cyrpy.formats.mime.message import Message

MAX_FIELDS: Final = 100  # of the part for machines
KINDS: Final = frozenset({"message/disposition-notification"})
_FIELD: Final = re.compile(r"([!-9;-~]+)[ \t]*:[ \t]*(.*)")
_FOLD: Final = re.compile(r"\r?\n[ \t]+")
_LINES: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_DISPOSITION: Final = re.compile(
    r"(manual-action|automatic-action)\s*/\s*(mdn-sent-manually|mdn-sent-automatically)\s*;"
    r"\s*(deleted|dispatched|displayed|processed)\b",
    re.IGNORECASE,
)
_KNOWN: Final = frozenset(
    {
        "reporting-ua",
        "mdn-gateway",
        "original-recipient",
        "final-recipient",
        "original-message-id",
        "disposition",
        "error",
    }
)


class Envelope(NamedTuple):
    """The header of a notification that is to be made."""

    sender: Mapping[str, Any]  # EmailAddress
    to: Mapping[str, Any]
    subject: str
    date: str
    message_id: str
    boundary: str
    about: str | None  # Message-ID of the original


def build(envelope: Envelope, text: str, fields: Iterable[tuple[str, str]], given: bytes) -> bytes:
    """The notification as a mail; `given` is the message that it is about, or its header, or none.

    What is said for machines may have no line ends: they are taken out.
    """
    ids = [] if envelope.about is None else [envelope.about]
    header = [
        b"Date:" + compose.date(envelope.date),
        b"From:" + compose.addresses([envelope.sender]),
        b"To:" + compose.addresses([envelope.to]),
        b"Subject:" + compose.text(envelope.subject),
        b"Message-ID:" + compose.message_ids([envelope.message_id]),
        *(name + compose.message_ids(ids) for name in (b"In-Reply-To:", b"References:") if ids),
        b"Auto-Submitted: auto-replied",
        b"MIME-Version: 1.0",
        b"Content-Type: multipart/report; report-type=disposition-notification;\r\n"
        b' boundary="%b"' % envelope.boundary.encode(),
    ]
    lines = [f"{name}: {_LINES.sub(' ', value)}" for name, value in fields]
    status = encode.text("\r\n".join(lines) + "\r\n")
    parts = [
        _part("text/plain; charset=utf-8", encode.text(text)),
        _part("message/disposition-notification", status),
    ]
    if given:
        parts.append(_part("message/rfc822", encode.blob(given, "message/rfc822")))
    delimiter = b"\r\n--" + envelope.boundary.encode()
    body = b"".join(delimiter + b"\r\n" + part for part in parts)
    return b"\r\n".join(header) + b"\r\n" + body + delimiter + b"--\r\n"


def _part(type: str, content: encode.Encoded) -> bytes:
    head = f"Content-Type: {type}\r\n"
    if content.encoding != "7bit":
        head += f"Content-Transfer-Encoding: {content.encoding}\r\n"
    return head.encode() + b"\r\n" + content.octets


def parse(message: Message) -> dict[str, Any] | None:
    """The MDN object of a message (RFC 9007 §1.3), but for forEmailId; None if it is none."""
    parts = message.body.leaves
    found = next((part for part in parts if part.type in KINDS), None)
    if found is None:
        return None
    content = message.octets[found.part.body : found.part.end]
    text = transfer.decode(content, found.letter).decode("utf-8", "replace")
    fields = _fields(text)
    disposition = _DISPOSITION.match(fields.get("disposition", [""])[0])
    if disposition is None or "final-recipient" not in fields:
        return None
    mode, sending, type = (part.lower() for part in disposition.groups())
    return {
        "subject": message.convenience["subject"],
        "includeOriginalMessage": any(part.type == "message/rfc822" for part in parts),
        "reportingUA": _first(fields, "reporting-ua"),
        "disposition": {"actionMode": mode, "sendingMode": sending, "type": type},
        "mdnGateway": _first(fields, "mdn-gateway"),
        "originalRecipient": _first(fields, "original-recipient"),
        "finalRecipient": _first(fields, "final-recipient"),
        "originalMessageId": _first(fields, "original-message-id"),
        "error": fields.get("error"),
        "extensionFields": {n: v[0] for n, v in fields.items() if n not in _KNOWN} or None,
    }


def _fields(text: str) -> dict[str, list[str]]:
    """Values by names in lower case."""
    fields: dict[str, list[str]] = {}
    for line in _FOLD.sub(" ", text).splitlines()[:MAX_FIELDS]:
        match = _FIELD.match(line)
        if match is not None:
            fields.setdefault(match[1].lower(), []).append(match[2].strip())
    return fields


def _first(fields: Mapping[str, list[str]], name: str) -> str | None:
    values = fields.get(name)
    return values[0] if values else None

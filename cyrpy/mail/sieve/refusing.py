"""Refusal of mail by its recipient: by the protocol it came by, else by a notification (RFC 5429).

A text that the protocol can say is said there, also for `reject`: so nobody who was only named as
the sender is told anything. One with other characters is sent as a message disposition
notification to who sent the message, if that may be a person.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import Final

from cyrpy.config import CoreSettings
from cyrpy.data.submissions import NOTICE, NewSubmission
from cyrpy.formats.mime import dates, mdn
from cyrpy.formats.mime.message import Message
from cyrpy.formats.sieve.actions import Reject

MAX_SAID: Final = 400  # characters, in one line of SMTP
PLAIN: Final = "the recipient does not take this message"
_SPACE: Final = re.compile(r"\s+")
_WORDS: Final = re.compile(r"[ -~]+")


def said(action: Reject) -> str | None:
    """The reason in the words of SMTP; None if they cannot say it."""
    text = _SPACE.sub(" ", action.reason).strip()
    if not text:
        return PLAIN
    return text[:MAX_SAID] if _WORDS.fullmatch(text) else None


def notification(
    settings: CoreSettings, octets: bytes, people: tuple[str, str], reason: str, now: int
) -> NewSubmission:
    """What the sender is told; `people` are the sender and who refuses (RFC 5429 §2.2)."""
    sender, own = people
    message = Message(octets, b"")
    about = (message.convenience["messageId"] or [None])[0]
    envelope = mdn.Envelope(
        sender={"name": None, "email": own},
        to={"name": None, "email": sender},
        subject=f"Rejected: {message.convenience['subject'] or 'your message'}"[:1000],
        date=dates.wire(datetime.fromtimestamp(now, UTC)),
        message_id=f"{secrets.token_hex(16)}@{settings.servername}",
        boundary=f"=_{secrets.token_hex(16)}",
        about=about,
    )
    fields = [
        ("Reporting-UA", f"{settings.servername}; cyrpy"),
        ("Final-Recipient", f"rfc822; {own}"),
        *([("Original-Message-ID", f"<{about}>")] if about else []),
        ("Disposition", "automatic-action/MDN-sent-automatically; deleted"),
    ]
    text = f"Your message was refused by {own}, with these words:\r\n\r\n{reason}\r\n"
    end = message.root.body
    made = mdn.build(envelope, text, fields, octets[:end])
    return NewSubmission(NOTICE, "", {sender: {}}, message=made)

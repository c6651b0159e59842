"""iMIP on its way in: mail that invites, answers, changes or calls off (RFC 6047).

`found` looks into a message before anything is locked; `take` is called in the unit in which the
message is delivered. Neither keeps a message from being delivered.
"""

from __future__ import annotations

import logging
import re
from itertools import islice
from typing import Final, NamedTuple

from cyrpy.config import CoreSettings
from cyrpy.data import addresses
from cyrpy.data.unit import Unit
from cyrpy.errors import CyrpyError, Forbidden, FormatError
from cyrpy.formats.mime import charsets, transfer
from cyrpy.formats.mime.addresses import read as read_addresses
from cyrpy.formats.mime.message import Message
from cyrpy.formats.mime.part import Part
from cyrpy.groupware.cards.known import is_known
from cyrpy.groupware.events.scheduled import STORE
from cyrpy.groupware.mail import Arrival
from cyrpy.groupware.scheduling import How, imip, receive_imip

CALENDAR: Final = "text/calendar"
MAX_PARTS: Final = 5  # calendar parts of one message that are looked at
# What the server before us found out: such mail is somebody else's, or nobody wants it.
_UNWANTED: Final = {
    b"authentication-results": re.compile(rb"\bdmarc\s*=\s*fail\b", re.IGNORECASE),  # RFC 8601
    b"x-spam-flag": re.compile(rb"\A\s*yes\b", re.IGNORECASE),
}

log = logging.getLogger("cyrpy.mail")


class CalendarPart(NamedTuple):
    """A scheduling message in a mail.

    Attributes:
        octets: The calendar, in UTF-8.
        method: That parameter of its Content-Type.
        sender: Mail address of the author, whose own message it is.
    """

    octets: bytes
    method: str | None
    sender: str
    uid: str


def found(octets: bytes, arrival: Arrival) -> CalendarPart | None:
    """The scheduling message in a mail, if there is one that speaks for its author.

    Clients send the same once more as an attachment: the first that can be used counts.
    """
    if CALENDAR.encode() not in arrival.structure:
        return None
    message = Message(octets, arrival.digest)
    sender = _author(message)
    if sender is None:
        return None
    parts = (part for part in message.root.leaves() if part.type == CALENDAR)
    for part in islice(parts, MAX_PARTS):
        calendar = _decoded(octets, part)
        method = part.parameters.get("method")
        try:
            read = imip.read(calendar, method, sender, "")
        except (FormatError, Forbidden) as exc:
            log.debug("a calendar in a mail is passed over: %s", exc)
        else:
            return CalendarPart(calendar, method, sender, read.uid)
    return None


def _author(message: Message) -> str | None:
    """Who wrote it; None if that is unclear, or known to be false."""
    octets, root = message.octets, message.root
    authors: list[str] = []
    for field in root.fields:
        name, value = field.name.lower(), octets[field.start : field.end]
        if name == b"from":
            authors += [one.email for one in read_addresses(value)]
        elif (known := _UNWANTED.get(name)) is not None and known.search(value):
            return None
    return authors[0] if len(authors) == 1 and "@" in authors[0] else None


def _decoded(octets: bytes, part: Part) -> bytes:
    """What is in a part, in UTF-8."""
    content = transfer.decode(octets[part.body : part.end], transfer.letter_of(octets, part))
    charset = part.parameters.get("charset", "utf-8").lower()
    if charset in {"utf-8", "us-ascii"}:
        return content
    return charsets.decode(content, charset).text.encode()


def take(unit: Unit, account_id: int, part: CalendarPart, settings: CoreSettings) -> str | None:
    """Let a scheduling message change the calendar of whom it was delivered to.

    Its status (RFC 5546 §3.6); None if mail of that author may not, or it cannot be used.
    """
    if not _is_accepted(unit, account_id, part, settings.imip_accept):
        return None
    how = How(mails=settings.sends_mail)
    try:
        with unit.savepoint():
            return receive_imip(
                unit, account_id, part.octets, part.sender, STORE, method=part.method, how=how
            )
    except CyrpyError as exc:
        log.info("a scheduling message could not be used: %s", exc)
        return None


def _is_accepted(unit: Unit, account_id: int, part: CalendarPart, accept: str) -> bool:
    """Whether the policy lets it in: what is known, and new things of those who are known."""
    if accept != "known":
        return accept == "all"
    if STORE.find(unit, account_id, part.uid) is not None:
        return True
    is_user = addresses.owner(unit, part.sender) is not None
    return is_user or is_known(unit, account_id, part.sender)

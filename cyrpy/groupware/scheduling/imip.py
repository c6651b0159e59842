"""iTIP by mail (RFC 6047): a message as a mail, and a mail's calendar part as a message."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from cyrpy.errors import Forbidden, FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.parse import Limits, parse
from cyrpy.formats.ical.write import write_utf8
from cyrpy.groupware.scheduling.address import MAILTO, mail_address, normalized, of_line
from cyrpy.groupware.scheduling.meeting import Meeting
from cyrpy.groupware.scheduling.model import Message
from cyrpy.groupware.scheduling.parties import attendees_of, partstat

MAX_OCTETS: Final = 1024 * 1024  # of a calendar part that is read
MAX_SUBJECT: Final = 150  # characters
BY_ATTENDEES: Final = frozenset({"REPLY", "REFRESH", "COUNTER"})
BY_ORGANIZERS: Final = frozenset({"REQUEST", "CANCEL", "ADD", "DECLINECOUNTER"})
ANSWERS: Final = {
    "ACCEPTED": "Accepted",
    "DECLINED": "Declined",
    "TENTATIVE": "Tentative",
    "DELEGATED": "Delegated",
}
SUBJECTS: Final = {"REQUEST": "Invitation", "CANCEL": "Cancelled"}
_CONTROL_LINES: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]+")


def build(message: Message, now: int) -> bytes:
    """The mail that carries a message (RFC 6047 §2, §3).

    Args:
        message: Of and for somebody who has a mail address.
        now: Unix seconds.
    """
    meeting = Meeting(message.calendar)
    octets = write_utf8(message.calendar)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _person(message.sender, meeting)
    mail["To"] = _person(message.recipient, meeting)
    mail["Subject"] = _subject(message, meeting)
    mail["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    domain = message.sender.rpartition("@")[2]
    digest = hashlib.sha256(octets + message.recipient.encode() + b"%d" % now).hexdigest()
    mail["Message-ID"] = f"<{digest[:40]}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: no vacation notes for it
    mail.set_content(_text(message, meeting), cte="quoted-printable")
    mail.add_alternative(octets.decode(), subtype="calendar", cte="base64")
    calendar = list(mail.iter_parts())[-1]
    calendar.set_param("method", message.method)
    calendar.set_param("component", meeting.first().name)
    return mail.as_bytes()


def _person(address: str, meeting: Meeting) -> Address:
    mail = mail_address(address) or ""
    for part in meeting.parts.values():
        for line in part.properties:
            if line.name in {"ATTENDEE", "ORGANIZER"} and of_line(line) == address:
                return Address(display_name=_plain(line.param("CN") or "")[:100], addr_spec=mail)
    return Address(addr_spec=mail)


def _plain(text: str) -> str:
    """Text that fits into a header, whatever was in it."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _subject(message: Message, meeting: Meeting) -> str:
    title = _plain(meeting.first().text("SUMMARY") or "") or "(no title)"
    return f"{_verb(message, meeting)}: {title}"[:MAX_SUBJECT]


def _verb(message: Message, meeting: Meeting) -> str:
    if message.method == "REPLY":
        line = attendees_of(meeting.first()).get(message.sender)
        return ANSWERS.get(partstat(line), "Reply")
    return SUBJECTS.get(message.method, message.method.capitalize())


def _text(message: Message, meeting: Meeting) -> str:
    """The same for people whose mail program knows no calendars."""
    lines = [f"{_verb(message, meeting)}: {meeting.first().text('SUMMARY') or '(no title)'}", ""]
    for part in meeting.parts.values():
        start = part.first("DTSTART") or part.first("DUE")
        if start is not None:
            lines.append(f"When: {_when(start)}")
    for name, title in (("LOCATION", "Where"), ("ORGANIZER", "Organizer")):
        value = meeting.first().text(name)
        if value:
            lines.append(f"{title}: {value[7:] if value[:7].lower() == MAILTO else value}")
    description = meeting.first().text("DESCRIPTION")
    if description and message.method == "REQUEST":
        lines += ["", description]
    return _CONTROL_LINES.sub(" ", "\n".join(lines)) + "\n"


def _when(line: Line) -> str:
    digits = line.value.strip()
    if not re.fullmatch(r"\d{8}(T\d{6}Z?)?", digits):
        return digits[:40]
    day = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"
    if len(digits) == 8:
        return day
    zone = "UTC" if digits.endswith("Z") else line.param("TZID") or ""
    return f"{day} {digits[9:11]}:{digits[11:13]} {zone}".rstrip()


def read(octets: bytes, method: str | None, sender: str, receiver: str) -> Message:
    """The message in a calendar part, made sure to be the sender's own (RFC 6047 §2.2.3, §5).

    Args:
        octets: The text/calendar part, decoded.
        method: The part's parameter of that name; None if it had none.
        sender: Mail address whose mail it is; that this is true was made sure of.
        receiver: Normalized address of whom it came to.

    Raises:
        FormatError: it is no scheduling message.
        Forbidden: it speaks for somebody else than its sender.
    """
    calendar = parse(octets, limits=Limits(max_octets=MAX_OCTETS, max_lines=20_000))
    said = (calendar.value("METHOD") or "").strip().upper()
    if method is not None and method.strip().upper() != said:
        raise FormatError("METHOD is another than that of the mail's part")
    meeting = Meeting(calendar)
    found = [part for part in calendar.components if part.name != "VTIMEZONE"]
    is_one = len({part.text("UID") for part in found}) == 1 and len(found) == len(meeting.parts)
    if not is_one or not meeting.uid or said not in BY_ATTENDEES | BY_ORGANIZERS:
        raise FormatError("this is no scheduling message about one meeting")
    spoken_for = _spoken_for(meeting, said, MAILTO + sender.strip().lower())
    return Message(said, spoken_for, receiver, meeting.uid, calendar)


def _spoken_for(meeting: Meeting, method: str, sender: str) -> str:
    """The organizer or attendee whose message it is: the sender, or one who has it sent."""
    name = "ATTENDEE" if method in BY_ATTENDEES else "ORGANIZER"
    lines = [line for part in meeting.parts.values() for line in part.every(name)]
    spoken = {of_line(line) for line in lines if _sends(line, sender)}
    others = {of_line(line) for line in lines} - spoken
    if len(spoken) != 1 or others:
        raise Forbidden("the message speaks for somebody else than its sender")
    return spoken.pop()


def _sends(line: Line, sender: str) -> bool:
    return of_line(line) == sender or normalized(line.param("SENT-BY") or "") == sender

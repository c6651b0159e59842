"""Calendar user addresses: the URIs by which organizers and attendees are known (RFC 5545 §3.3.3).

Compared as RFC 6638 §2.4.1 needs it: `mailto:` in any case, as we tell no two addresses apart by
case; a bare address as some clients write it; the path of a principal.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.groupware.userids import check_address

MAILTO: Final = "mailto:"

_BARE: Final = re.compile(r"[^\s@:/<>,;\"]+@[^\s@:/<>,;\"]+")
_PRINCIPAL: Final = re.compile(r".*/principals/(user|group|room|resource)/([^/?#]+)/?")
# Type of principal (RFC 9670 §2) -> the segment of its path.
KINDS: Final = {"individual": "user", "group": "group", "location": "room", "resource": "resource"}


def normalized(value: str) -> str:
    """The address in the one form in which it is compared; what is none of ours stays as it is."""
    text = value.strip()
    if text[:7].lower() == MAILTO:
        address = unquote(text[7:].partition("?")[0]).strip().lower()
        return MAILTO + address
    if _BARE.fullmatch(text):
        return MAILTO + text.lower()
    if text.startswith("/"):
        found = _PRINCIPAL.fullmatch(unquote(text))
        return f"/principals/{found[1]}/{found[2]}/" if found else text
    return text.lower() if text[:4].lower() == "urn:" else text


def of_line(line: Line) -> str:
    """Whom ORGANIZER or ATTENDEE means; where that is no mail address, EMAIL may give one."""
    address = normalized(line.value)
    if not address.startswith((MAILTO, "/")):
        email = line.param("EMAIL")
        if email and _BARE.fullmatch(email.strip()):
            return MAILTO + email.strip().lower()
    return address


def mail_address(address: str) -> str | None:
    """The mail address in a normalized one, if there is one that can be written to."""
    mail = address.removeprefix(MAILTO)
    if mail is address or not mail.isascii():
        return None
    try:
        check_address(mail)
    except FormatError:
        return None
    return mail


def principal_name(address: str) -> str | None:
    """The name of the principal whose path a normalized address is; None if it is no such path."""
    found = _PRINCIPAL.fullmatch(address) if address.startswith("/") else None
    return found[2] if found else None


def of_principal(type: str, name: str) -> str:
    """The path of a principal, normalized."""
    return f"/principals/{KINDS[type]}/{name}/"

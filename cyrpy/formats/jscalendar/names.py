"""What iCalendar and JSCalendar call the same things, and the keys of what has no name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha1
from typing import Any, Final
from uuid import UUID

Json = dict[str, Any]

VERSION: Final = "2.0"
TYPES: Final = {"VEVENT": "Event", "VTODO": "Task"}
COMPONENTS: Final = {name: component for component, name in TYPES.items()}

KINDS: Final = {
    "INDIVIDUAL": "individual",
    "GROUP": "group",
    "RESOURCE": "resource",
    "ROOM": "location",
}
ROLES: Final = {  # the first that a participant has is what ROLE can say
    "CHAIR": "chair",
    "REQ-PARTICIPANT": "required",
    "OPT-PARTICIPANT": "optional",
    "NON-PARTICIPANT": "informational",
    "OWNER": "owner",
}
PROGRESS: Final = ("completed", "in-process", "failed")  # of a participant, as PARTSTAT says it
PARTICIPATION: Final = ("needs-action", "accepted", "declined", "tentative", "delegated")
PRIVACY: Final = {"PUBLIC": "public", "PRIVATE": "private", "CONFIDENTIAL": "secret"}
BUSY: Final = {"OPAQUE": "busy", "TRANSPARENT": "free"}
STATUS: Final = {
    "Event": ("confirmed", "cancelled", "tentative"),
    "Task": ("needs-action", "in-process", "completed", "failed", "cancelled"),
}
ACTIONS: Final = {"DISPLAY": "display", "EMAIL": "email"}

SCHEDULE_PARAMS: Final = {  # what JSCalendar 1.0 calls parameters that 2.0 only keeps
    "scheduleAgent": "schedule-agent",
    "scheduleForceSend": "schedule-force-send",
    "scheduleStatus": "schedule-status",
}
ADDRESS_SETS: Final = ("delegatedTo", "delegatedFrom", "memberOf", "invitedBy")

IS_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII).fullmatch
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
# draft-ietf-calext-jscalendar-icalendar, "JSCalendar Ids"
_NAMESPACE: Final = UUID("7f1e1965-ae73-4454-b088-232c90730ce2").bytes


def inverse(names: Mapping[str, str]) -> dict[str, str]:
    """JSCalendar's word to iCalendar's."""
    return {value: key for key, value in names.items()}


@lru_cache(maxsize=4096)
def key_of(text: str) -> str:
    """The key of what is only known by its value: a UUID of version 5 made from it."""
    octets = text.encode("utf-8", "replace")
    digest = bytearray(sha1(_NAMESPACE + octets, usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    hexa = digest.hex()
    return f"{hexa[:8]}-{hexa[8:12]}-{hexa[12:16]}-{hexa[16:20]}-{hexa[20:]}"


def free_key(wanted: str | None, fallback: str, taken: Mapping[str, object]) -> str:
    """The key that an element asks for, else the one made from its value, unless it is taken."""
    first = wanted if wanted is not None and IS_ID(wanted) else key_of(fallback)
    if first not in taken:
        return first
    number = len(taken) + 1
    while f"{first[:240]}-{number}" in taken:
        number += 1
    return f"{first[:240]}-{number}"


def address(value: str) -> str:
    """A calendar address; `MAILTO:`, which Exchange writes, in lower case."""
    value = value.strip()
    return "mailto:" + value[7:] if value[:7].lower() == "mailto:" else value


def email_of(uri: str) -> str:
    """The mail address of a mailto URI, or the URI if it is another one."""
    return address(uri).removeprefix("mailto:")

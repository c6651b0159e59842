"""The rights model: letters of access control lists, and JMAP's names for them.

Letters are Cyrus's (RFC 4314 §2.1 and its DAV extensions): `l` lookup, `r` read, `s` seen, `w`
write flags, `i` insert, `p` post, `k` create inside, `x` delete the container, `t` delete items,
`e` expunge, `a` administer, `9` read free-busy, `7` reply to invitations, `6` write own items,
`5` update private properties.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

ALL_LETTERS: Final = "lrswipkxtea9765"

# JMAP Calendars, CalendarRights: each right and the letters that together are it.
CALENDAR_RIGHTS: Final[Mapping[str, str]] = {
    "mayReadFreeBusy": "9",
    "mayReadItems": "lr",
    "mayWriteAll": "swite",
    "mayWriteOwn": "6",
    "mayUpdatePrivate": "5",
    "mayRSVP": "7",
    "mayShare": "a",
    "mayDelete": "x",
}
# What having one letter means having too.
CALENDAR_IMPLIED: Final[Mapping[str, str]] = {"r": "9", "i": "765"}


class Actor(NamedTuple):
    """On whose behalf something is done: a user, with the groups that it is in."""

    principal_id: int
    principals: frozenset[int]


def has(letters: str, needed: str) -> bool:
    """Whether `letters` hold all of `needed`."""
    return all(letter in letters for letter in needed)


def normalized(letters: Iterable[str], implied: Mapping[str, str]) -> str:
    """Each letter once, with what it implies, in the canonical order."""
    held = set(letters)
    for letter, more in implied.items():
        if letter in held:
            held.update(more)
    return "".join(letter for letter in ALL_LETTERS if letter in held)


def to_letters(
    rights: Mapping[str, bool], names: Mapping[str, str], implied: Mapping[str, str]
) -> str:
    """Letters for the rights that are true; names that are not in the table are ignored."""
    granted = (names[name] for name, given in rights.items() if given and name in names)
    return normalized("".join(granted), implied)


def to_rights(letters: str, names: Mapping[str, str]) -> dict[str, bool]:
    """JMAP's rights object for some letters."""
    return {name: has(letters, needed) for name, needed in names.items()}

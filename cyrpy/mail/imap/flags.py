"""IMAP's flags and JMAP's keywords (RFC 8621 §4.1.1, §10.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cyrpy.errors import FormatError
from cyrpy.groupware.mail import MAX_KEYWORDS, checked_keywords

DELETED: Final = "\\deleted"
ANY: Final = "\\*"  # among PERMANENTFLAGS: new keywords may be stored (RFC 3501 §7.1)
_OF_FLAG: Final = {
    "\\seen": "$seen",
    "\\answered": "$answered",
    "\\flagged": "$flagged",
    "\\draft": "$draft",
}
_FLAG_OF: Final = {
    "$seen": "\\Seen",
    "$answered": "\\Answered",
    "$flagged": "\\Flagged",
    "$draft": "\\Draft",
}


def keywords_of(flags: Iterable[str]) -> frozenset[str]:
    r"""Keywords of flags; what is no message's own, such as \Recent, is left out."""
    found: set[str] = set()
    for flag in flags:
        lower = flag.lower()
        if lower.startswith("\\"):
            found.update({_OF_FLAG[lower]} if lower in _OF_FLAG else ())
            continue
        try:
            found.update(checked_keywords([lower]))
        except FormatError:  # a flag of a server that allows more than RFC 3501 §9 does
            continue
    return frozenset(sorted(found)[:MAX_KEYWORDS])


def is_deleted(flags: Iterable[str]) -> bool:
    """Whether the message is about to go, and JMAP shall not show it (RFC 8621 §4.1.1)."""
    return any(flag.lower() == DELETED for flag in flags)


def flags_of(keywords: Iterable[str]) -> list[str]:
    """Flags of keywords, sorted."""
    return sorted(_FLAG_OF.get(keyword, keyword) for keyword in keywords)


def storable(permanent: Iterable[str]) -> frozenset[str] | None:
    """The keywords that can be stored where those are the PERMANENTFLAGS; None: any."""
    flags = list(permanent)
    return None if ANY in flags else keywords_of(flags)

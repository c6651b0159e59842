"""Flags of messages, as IMAP writes them (RFC 5232 §2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

MAX_FLAGS: Final = 100  # of one message
MAX_WORDS: Final = 1000  # of one string that are looked at
SYSTEM: Final = frozenset({"\\answered", "\\deleted", "\\draft", "\\flagged", "\\seen"})
_KEYWORD: Final = re.compile(r"[!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]{1,255}", re.ASCII)


def flags_in(texts: Iterable[str]) -> list[str]:
    """The flags of a list, each of whose strings may have several; what is no flag is left out."""
    found: dict[str, str] = {}
    for text in texts:
        for word in text.split(None, MAX_WORDS)[:MAX_WORDS]:
            if word.lower() in SYSTEM or _KEYWORD.fullmatch(word):
                found.setdefault(word.lower(), word)
            if len(found) >= MAX_FLAGS:
                return list(found.values())
    return list(found.values())


def with_flags(there: Iterable[str], added: Iterable[str]) -> list[str]:
    """Flags with others, each once without regard to case."""
    return flags_in([*there, *added])


def without_flags(there: Iterable[str], removed: Iterable[str]) -> list[str]:
    """Flags without others."""
    gone = {one.lower() for one in removed}
    return [one for one in there if one.lower() not in gone]

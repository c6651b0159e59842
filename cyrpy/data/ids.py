"""Ids on the wire: opaque to clients, never used again, at once the key of the row.

What a client did not name has a letter and a number from the account's counter: `C12`. A
collection whose URL name a client chose has that name as its id, if the name is a valid Id
(RFC 8620 §1.2), was never used, and cannot be one that the counter will give.
"""

from __future__ import annotations

import re
from typing import Final

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)
_COUNTED: Final = re.compile(r"[A-Z][0-9]+", re.ASCII)
_MAX_DIGITS: Final = 18  # fits into a signed 64-bit number


def is_valid(text: str) -> bool:
    """Whether `text` is an Id as RFC 8620 §1.2 has it."""
    return _ID.fullmatch(text) is not None


def may_be_id(name: str) -> bool:
    """Whether a client's name for a collection can serve as its id."""
    return is_valid(name) and _COUNTED.fullmatch(name) is None


def encode(letter: str, number: int) -> str:
    """The id of the object with that number."""
    return f"{letter}{number}"


def decode(letter: str, wire_id: str) -> int | None:
    """The number in an id of that letter; None for what `encode` never gave."""
    digits = wire_id[1:]
    if not wire_id.startswith(letter) or not digits.isascii() or not digits.isdigit():
        return None
    if len(digits) > _MAX_DIGITS or digits[0] == "0":
        return None
    return int(digits)

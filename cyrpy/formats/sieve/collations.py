"""Comparators: how texts are equal, contained and ordered (RFC 4790, RFC 5051)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

OCTET: Final = "i;octet"
ASCII: Final = "i;ascii-casemap"  # where none is named
NUMERIC: Final = "i;ascii-numeric"
UNICODE: Final = "i;unicode-casemap"
COLLATIONS: Final = (OCTET, ASCII, NUMERIC, UNICODE)
MAX_DIGITS: Final = 1000  # that are looked at
_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)


def number_of(text: str) -> int | None:
    """The number that a text begins with; None stands for positive infinity (RFC 4790 §9.1)."""
    match = _DIGITS.match(text)
    return None if match is None else int(match[0].lstrip("0")[:MAX_DIGITS] or "0")


def _ascii(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_LOWER)


def _unicode(text: str) -> str:
    """Without regard to case in all scripts, and decomposed (RFC 5051 §2)."""
    return unicodedata.normalize("NFKD", text.casefold())


FOLDS: Final[Mapping[str, Callable[[str], str]]] = {
    OCTET: str,
    ASCII: _ascii,
    UNICODE: _unicode,
    NUMERIC: str,
}


def compared(collation: str, one: str, other: str) -> int:
    """Negative, zero or positive, as `one` stands before, beside or after `other`."""
    if collation == NUMERIC:
        return _compared_numbers(number_of(one), number_of(other))
    fold = FOLDS[collation]
    left, right = fold(one).encode("utf-8", "replace"), fold(other).encode("utf-8", "replace")
    return (left > right) - (left < right)


def _compared_numbers(one: int | None, other: int | None) -> int:
    if one is None or other is None:
        return (one is None) - (other is None)
    return (one > other) - (one < other)

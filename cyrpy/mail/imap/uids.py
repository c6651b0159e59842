"""Sets of UIDs as they are written (RFC 3501 §9, sequence-set)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cyrpy.errors import FormatError

MAX_SPAN: Final = 10_000_000  # messages that one answer may be about


def as_set(uids: Iterable[int]) -> str:
    """The shortest text of a set."""
    pieces: list[str] = []
    first = last = 0
    for uid in sorted(uids):
        if first and uid == last + 1:
            last = uid
            continue
        if first:
            pieces.append(_piece(first, last))
        first = last = uid
    if first:
        pieces.append(_piece(first, last))
    return ",".join(pieces)


def _piece(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}:{last}"


def expanded(text: bytes) -> list[int]:
    """The UIDs of a set, in the order in which it names them.

    Raises:
        FormatError: it is none, or of more than anybody has.
    """
    found: list[int] = []
    for piece in text.split(b","):
        first, _, last = piece.partition(b":")
        try:
            low, high = int(first), int(last or first)
        except ValueError as exc:
            raise FormatError("that is no set of UIDs") from exc
        if abs(high - low) + len(found) > MAX_SPAN:
            raise FormatError("that set has too many UIDs")
        found += range(low, high + 1) if low <= high else range(low, high - 1, -1)
    return found

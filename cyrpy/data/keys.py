"""Keys of what clients name as they like: bounded, so that they can be indexed and compared."""

from __future__ import annotations

import hashlib
from typing import Final

MAX_CHARACTERS: Final = 255  # 1,020 octets; a b-tree page of PostgreSQL takes 2,704


def bounded(text: str) -> str:
    """`text` as a key: itself, or a hash where it is too long.

    NUL, which no column of PostgreSQL takes, is left out; but for it, two texts have the same key
    only if they are the same.
    """
    text = text.replace("\x00", "")
    if len(text) <= MAX_CHARACTERS:
        return text
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def tag_of(octets: bytes) -> str:
    """What changes with the octets: an entity tag without its quotation marks."""
    return hashlib.sha256(octets).hexdigest()[:32]

"""Ids of parts as blobs: the message's digest, the range in it, and how that is encoded.

So any part of a stored message is a blob without being stored again: `S{sha-256}-{start}-{end}-b`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

PREFIX: Final = "S"
_ID: Final = re.compile(
    rf"{PREFIX}([0-9a-f]{{64}})-(0|[1-9]\d{{0,14}})-(0|[1-9]\d{{0,14}})-([ibqux])", re.ASCII
)


class PartBlob(NamedTuple):
    """Where the octets of a part are."""

    digest: bytes  # SHA-256 of the message
    start: int
    end: int
    letter: str  # of `transfer`


def write(digest: bytes, start: int, end: int, letter: str) -> str:
    """The blob id of a part."""
    return f"{PREFIX}{digest.hex()}-{start}-{end}-{letter}"


def read(blob_id: str) -> PartBlob | None:
    """What a blob id means; None if it is none of a part."""
    match = _ID.fullmatch(blob_id)
    if match is None:
        return None
    found = PartBlob(bytes.fromhex(match[1]), int(match[2]), int(match[3]), match[4])
    return found if found.start <= found.end else None

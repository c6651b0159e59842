"""How large a picture is, as its first octets say: PNG, GIF, JPEG, WebP."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

Dimensions = tuple[int, int]  # width and height in pixels
MAX_SEGMENTS: Final = 500  # of a JPEG, before the one that has the size
_START_OF_FRAME: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length


def dimensions(octets: bytes) -> Dimensions | None:
    """Width and height; None if they cannot be told."""
    for start, read in _READERS:
        if octets.startswith(start):
            try:
                width, height = read(octets)
            except (struct.error, ValueError, IndexError):  # it ends too soon
                return None
            return (width, height) if width > 0 and height > 0 else None
    return None


def _png(octets: bytes) -> Dimensions:
    if octets[12:16] != b"IHDR":
        raise ValueError("the first chunk must be the header")
    width, height = struct.unpack_from(">II", octets, 16)
    return width, height


def _gif(octets: bytes) -> Dimensions:
    width, height = struct.unpack_from("<HH", octets, 6)
    return width, height


def _jpeg(octets: bytes) -> Dimensions:
    at = 2
    for _ in range(MAX_SEGMENTS):
        if octets[at] != 0xFF:
            break
        marker = octets[at + 1]
        if marker in _START_OF_FRAME:
            height, width = struct.unpack_from(">HH", octets, at + 5)
            return width, height
        if marker == 0xFF:  # filling
            at += 1
        elif marker in _BARE:
            at += 2
        else:
            at += 2 + int(struct.unpack_from(">H", octets, at + 2)[0])
    raise ValueError("no frame was found")


def _webp(octets: bytes) -> Dimensions:
    kind = octets[12:16]
    if octets[8:12] != b"WEBP":
        raise ValueError("another kind of RIFF")
    if kind == b"VP8X":
        return _u24(octets, 24) + 1, _u24(octets, 27) + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", octets, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", octets, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("an unknown kind of WebP")


def _u24(octets: bytes, at: int) -> int:
    if len(octets) < at + 3:
        raise ValueError("it ends too soon")
    return int.from_bytes(octets[at : at + 3], "little")


_READERS: Final[tuple[tuple[bytes, Callable[[bytes], Dimensions]], ...]] = (
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"GIF8", _gif),
    (b"\xff\xd8", _jpeg),
    (b"RIFF", _webp),
)

"""Inflating request bodies piece by piece (RFC 9110 §8.4.1, RFC 8878), never far past a cap.

A kilobyte of zstd can hold gigabytes. No step here makes more than about 8 MB out of its input,
so that whoever counts the pieces can stop in time.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

PIECE = 1 << 18  # octets that one step of zlib makes at most
# zstd has no such bound: 4 octets can become a block of 128 kB, so 256 become 8 MB at most.
# (1.7 ms per MB of input; whole pieces would take 0.2, and 36 kB of them could fill the memory.)
ZSTD_STEP = 256
ZSTD_WINDOW = 8 << 20  # what a receiver has to grant, and enough (RFC 9659 §3)


class InflateError(Exception):
    """The compressed data is corrupt or ends too early."""


class Inflater(Protocol):
    """Turns compressed pieces into plain ones."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What `data` adds, in pieces."""

    def finish(self) -> None:
        """Say that no more data comes."""


class ZlibInflater:
    """gzip (also several members in a row) and zlib's format, which HTTP calls deflate."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._inflate = zlib.decompressobj(wbits=47)  # 32 + 15: gzip or zlib, by their headers
        self._fresh = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What `data` adds.

        Raises:
            InflateError: it is not gzip or zlib data.
        """
        while data:
            if self._inflate.eof:
                self._begin()
            self._fresh = False
            try:
                piece = self._inflate.decompress(data, PIECE)
            except zlib.error as exc:
                raise InflateError(str(exc)) from exc
            if piece:
                yield piece
            data = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail

    def finish(self) -> None:
        """Nothing more comes.

        Raises:
            InflateError: a member is incomplete.
        """
        if not (self._inflate.eof or self._fresh):
            raise InflateError("the compressed data ends too early")


class ZstdInflater:
    """zstd frames in a row (RFC 8878 §3)."""

    def __init__(self) -> None:
        import zstandard  # noqa: PLC0415 loaded only where a client uses it

        self._error = zstandard.ZstdError
        self._context = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW)
        self._inflate = self._context.decompressobj()
        self._fresh = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What `data` adds.

        Raises:
            InflateError: it is not zstd data, or needs a window of more than ZSTD_WINDOW.
        """
        for start in range(0, len(data), ZSTD_STEP):
            rest = data[start : start + ZSTD_STEP]
            while rest:
                if self._inflate.eof:
                    self._inflate = self._context.decompressobj()
                self._fresh = False
                try:
                    piece = self._inflate.decompress(rest)
                except self._error as exc:
                    raise InflateError(str(exc)) from exc
                if piece:
                    yield piece
                rest = self._inflate.unused_data if self._inflate.eof else b""

    def finish(self) -> None:
        """Nothing more comes.

        Raises:
            InflateError: a frame is incomplete.
        """
        if not (self._inflate.eof or self._fresh):
            raise InflateError("the compressed data ends too early")


INFLATERS: dict[bytes, Callable[[], Inflater]] = {
    b"gzip": ZlibInflater,
    b"x-gzip": ZlibInflater,
    b"deflate": ZlibInflater,
    b"zstd": ZstdInflater,
}

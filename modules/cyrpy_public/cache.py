"""Answers given lately: many who read a public calendar ask for all of it again and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

SIZE: Final = 32 << 20  # octets of all
LARGEST: Final = 4 << 20  # of one


class Cache:
    """Bodies by their entity tags, which say what they are made of; the least used go first."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[bytes, bytes] = OrderedDict()
        self._used = 0

    def get(self, etag: bytes) -> bytes | None:
        """A body that was given before."""
        body = self._bodies.get(etag)
        if body is not None:
            self._bodies.move_to_end(etag)
        return body

    def put(self, etag: bytes, pieces: Sequence[bytes]) -> None:
        """Keep a body, if it is not too large."""
        size = sum(map(len, pieces))
        if size > LARGEST or etag in self._bodies:
            return
        self._bodies[etag] = b"".join(pieces)
        self._used += size
        while self._used > SIZE:
            self._used -= len(self._bodies.popitem(last=False)[1])


class Kept:
    """The pieces of one answer, as long as they are few enough to be kept."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        """One more."""
        self._size += len(piece)
        if self._size <= LARGEST:
            self.pieces.append(piece)
        else:
            self.pieces.clear()

    @property
    def is_whole(self) -> bool:
        """Whether they are all there."""
        return self._size <= LARGEST

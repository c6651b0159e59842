"""Ready answers, and the store of those given lately."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import TypeAlias

MAX_AGE = 86400  # seconds a client may keep an answer unasked, as in Cyrus
CACHE_SIZE = 16 * 1024 * 1024  # octets of bodies and keys
ENTRY_OVERHEAD = 1500  # octets that an entry costs besides, about

Key: TypeAlias = tuple[str, bytes, bytes | None]  # path, query, Accept
Headers: TypeAlias = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent for a 200, and the headers of a 304; `etag` has its quotes."""

    headers: Headers
    body: bytes
    etag: bytes
    modified: int  # seconds since 1970
    validators: Headers


def answer(
    content_type: bytes,
    body: bytes,
    tag: str,
    modified: datetime,
    extra: Sequence[tuple[bytes, bytes]] = (),
) -> Answer:
    """An answer that caches may keep."""
    etag = f'"{tag}"'.encode()
    validators = [
        (b"etag", etag),
        (b"last-modified", format_datetime(modified, usegmt=True).encode()),
        (b"cache-control", b"max-age=%d" % MAX_AGE),
        *extra,
    ]
    headers = [
        (b"content-type", content_type),
        (b"content-length", b"%d" % len(body)),
        *validators,
    ]
    return Answer(headers, body, etag, int(modified.timestamp()), validators)


class Cache:
    """Answers by what was asked, those used least lately leaving first."""

    def __init__(self, size: int = CACHE_SIZE) -> None:
        self._size = size
        self._used = 0
        self._entries: OrderedDict[Key, Answer] = OrderedDict()

    def get(self, key: Key) -> Answer | None:
        """The answer to a question asked before."""
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def put(self, key: Key, given: Answer) -> None:
        """Keep an answer, if it is not larger than a quarter of the store."""
        cost = _cost(key, given)
        if cost > self._size // 4 or key in self._entries:
            return
        self._entries[key] = given
        self._used += cost
        while self._used > self._size:
            self._used -= _cost(*self._entries.popitem(last=False))


def _cost(key: Key, given: Answer) -> int:
    path, query, accept = key
    return ENTRY_OVERHEAD + len(path) + len(query) + len(accept or b"") + len(given.body)

"""What one process remembers of sign-ins: which headers were right, and which were wrong.

Headers are known by a keyed hash, under a key that lives as long as the process, so that its
memory holds no password (BLAKE2b, RFC 7693 §2.9: 0.7 µs, where HMAC-SHA256 takes 2). Nothing is
believed without the user's epoch in the database being the same.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final, NamedTuple

from cyrpy.auth.identity import Identity

CAPACITY: Final = 10_000  # of each kind; beyond it the oldest go


class Verified(NamedTuple):
    """A header that was right."""

    identity: Identity
    good_until: float  # unix seconds; then it is verified again


class Seen(NamedTuple):
    """A look into the database that found an epoch unchanged, and for how long that is enough."""

    pulse: int
    until: float


class Rejected(NamedTuple):
    """A header that was wrong, as long as the epoch of the user that it names is the same."""

    epoch: int | None  # None: there was no such user
    until: float


class SignInMemory:
    """Bounded, and the wrong cannot crowd out the right."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._verified: dict[bytes, Verified] = {}
        self._rejected: dict[bytes, Rejected] = {}
        self.seen: dict[bytes, Seen] = {}  # of headers in `verified`
        self.verified = self._verified.get  # no frame of our own on the way of every request
        self.rejected = self._rejected.get

    def digest(self, header: bytes) -> bytes:
        """By what a header is known."""
        return hashlib.blake2b(header, key=self._key, digest_size=32).digest()

    def keep(self, digest: bytes, entry: Verified) -> None:
        """Remember a header that was right."""
        self._rejected.pop(digest, None)
        self.forget(digest)
        if len(self._verified) >= CAPACITY:
            self.forget(next(iter(self._verified)))
        self._verified[digest] = entry

    def reject(self, digest: bytes, entry: Rejected) -> None:
        """Remember a header that was wrong."""
        self.forget(digest)
        self._rejected.pop(digest, None)
        if len(self._rejected) >= CAPACITY:
            del self._rejected[next(iter(self._rejected))]
        self._rejected[digest] = entry

    def forget(self, digest: bytes) -> None:
        """A header that was right is no longer."""
        self._verified.pop(digest, None)
        self.seen.pop(digest, None)

"""Passwords that people chose: hashing and verifying them with argon2id (RFC 9106).

19 MiB, two passes and one lane cost some 15 ms of a processor; no more than two run at once in one
process, each in a thread, so that a flood of logins takes neither the memory nor the event loop.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cyrpy.errors import FormatError, Unavailable

MEMORY_KIB: Final = 19 * 1024
PASSES: Final = 2
LANES: Final = 1
AT_ONCE: Final = 2
MAX_WAITING: Final = 128  # verifications that may queue
MAX_PASSWORD: Final = 1024  # octets


def prepared(password: str) -> str:
    """The password as it is compared, whatever keyboard it came from (RFC 8265 §4.2.2).

    Raises:
        FormatError: it is empty, too long or holds control characters.
    """
    spaces = (" " if unicodedata.category(c) == "Zs" else c for c in password)
    text = unicodedata.normalize("NFC", "".join(spaces))
    if not text or len(text.encode(errors="surrogatepass")) > MAX_PASSWORD:
        raise FormatError(f"a password has from 1 to {MAX_PASSWORD} octets")
    if any(unicodedata.category(c) in {"Cc", "Cs"} for c in text):
        raise FormatError("a password holds no control characters (RFC 7617 §2)")
    return text


class Passwords:
    """Hashes and verifies; `verified` counts verifications, those for unknown users included."""

    def __init__(self, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=LANES)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._stand_in: str | None = None  # a hash for users who have none
        self.verified = 0

    def hash(self, password: str) -> str:
        """A hash to store; takes its time, so not for the event loop.

        Raises:
            FormatError: as `prepared`.
        """
        return self._hasher.hash(prepared(password))

    def verify(self, hashed: str | None, password: str) -> bool:
        """Whether `password` is the one that was hashed; takes its time.

        Without a hash (the user is unknown, or has no password) it takes as long and says no.
        """
        try:
            text = prepared(password)
        except FormatError:
            text = "\x00"  # no password at all, found out in the same time
        self.verified += 1
        dummy = self._dummy()  # made at the first verification of all, whomever that is of
        try:
            return self._hasher.verify(hashed or dummy, text) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False

    def _dummy(self) -> str:
        if self._stand_in is None:
            self._stand_in = self._hasher.hash("stand-in")
        return self._stand_in

    async def check(
        self, hashed: str | None, password: str, before: Callable[[], None] = lambda: None
    ) -> bool:
        """`verify` in a thread, when its turn comes; `before` is called then, and may raise.

        Raises:
            Unavailable: too many wait already.
        """
        if self._waiting >= MAX_WAITING:
            raise Unavailable("too many are signing in at this moment; try again in a few seconds")
        self._waiting += 1
        try:
            async with self._slots:
                before()
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._threads, self.verify, hashed, password)
        finally:
            self._waiting -= 1

    async def rehashed(self, hashed: str, password: str) -> str | None:
        """A new hash if `hashed` was made with other parameters than ours, else None."""
        if not self._hasher.check_needs_rehash(hashed):
            return None
        async with self._slots:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self.hash, password)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

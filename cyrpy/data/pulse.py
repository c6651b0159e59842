"""A number that all processes of one SQLite database share, and that moves when sign-ins do.

Reading it costs 0.1 µs, where a look into the database costs 5 and evicts what is hot in the
processor's caches. It moves before and after each commit that changes credentials, groups or
rights, under the writers' lock. Should a process die between the two, readers may take what they
saw in between for what holds under the first number: so nobody relies on it for longer than
TRUST_SECONDS without having looked into the database.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import Final

TRUST_SECONDS: Final = 1.0
_SIZE: Final = 8  # octets


class Pulse:
    """The number, in a file beside the database that every process maps into its memory."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(descriptor).st_size < _SIZE:
                os.ftruncate(descriptor, _SIZE)
            self._map = mmap.mmap(descriptor, _SIZE)
        finally:
            os.close(descriptor)
        self._cells = memoryview(self._map).cast("Q")

    def value(self) -> int:
        """The number as it is now."""
        return self._cells[0]

    def beat(self) -> None:
        """Move it; only under the writers' lock."""
        self._cells[0] = (self._cells[0] + 1) & (2**64 - 1)

    def close(self) -> None:
        """Let go of the file."""
        self._cells.release()
        self._map.close()

"""A journal of what a process was about to send: what is known of its last moments.

Between the note in the database that the relay will have a message, and the end of the message
itself, a process may be killed. So the latter is noted in a file, just before it is written. The
file survives the process, though no loss of power: after that nobody knows.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

from cyrpy.data.submissions import SubmissionRow

BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
KEPT: Final = 7 * 86_400  # seconds that the file of a dead process is kept


class Journal:
    """The files of all processes of this host, one of which is this one's."""

    def __init__(self, folder: Path, holder: str) -> None:
        self._folder = folder
        self._path = folder / holder
        self._descriptor: int | None = None

    def open(self) -> None:
        """Have a file, before anything is noted; drop those of long ago."""
        if self._descriptor is not None:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in self._folder.iterdir():
            if path.stat().st_mtime < time.time() - KEPT:
                path.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags, 0o600)
        os.write(self._descriptor, _boot())

    def note(self, row: SubmissionRow) -> None:
        """The end of this message is about to be written."""
        if self._descriptor is not None:
            os.write(self._descriptor, _line(row))

    def has_ended(self, row: SubmissionRow, holder: str | None) -> bool:
        """Whether that process may have sent the end of the message; yes, if nobody knows."""
        try:
            noted = (self._folder / str(holder)).read_bytes()
        except OSError:
            return True
        return not noted.startswith(_boot()) or _line(row) in noted

    def close(self) -> None:
        """End it; others may ask for it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _boot() -> bytes:
    """What changes when the machine starts anew."""
    try:
        return BOOT.read_bytes().strip() + b"\n"
    except OSError:
        return os.urandom(16).hex().encode() + b"\n"


def _line(row: SubmissionRow) -> bytes:
    return b"\n%d %d %d\n" % (row.account_id, row.id, row.attempts)

"""Log lines to a file or descriptor: gathered, then rendered and written in one go.

Rendering waits too: done for hundreds of lines in a row it costs half of what it costs between
requests (its code is then in the processor's caches).
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from cyrpy.errors import ConfigError

logger = logging.getLogger("cyrpy.accesslog")
DELAY = 0.1  # seconds that an entry may wait
ENOUGH = 256  # entries that are written without waiting: about 32 kB
CAPACITY = 32_768  # entries that are kept while the receiving end does not take them
Entry = TypeVar("Entry")


class LogWriter(Generic[Entry]):
    """Appends entries, each rendered to a line, to a path or an open descriptor.

    Lines are written whole, in order, in a thread and by one write at a time, so that several
    processes can share a file. A receiver that hangs (a pipe that nobody reads) costs entries,
    never the server's time: beyond CAPACITY they are dropped and counted.

    Raises:
        ConfigError: the file cannot be opened.
    """

    def __init__(self, target: Path | int, render: Callable[[Entry], bytes]) -> None:
        self._path = target if isinstance(target, Path) else None
        self._descriptor = _open(target) if isinstance(target, Path) else target
        self._render = render
        self._entries: list[Entry] = []
        self._dropped = 0
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Future[None] | None = None

    def write(self, entry: Entry) -> None:
        """Add an entry. Call it on the event loop's thread."""
        entries = self._entries
        entries.append(entry)
        if self._timer is None or len(entries) >= ENOUGH:
            self._schedule()

    def reopen(self) -> None:
        """Open the path again (it was rotated); the old file is kept if that fails."""
        if self._path is None:
            return
        try:
            fresh = _open(self._path)
        except ConfigError:
            logger.exception("the log goes on in the old file")
            return
        os.dup2(fresh, self._descriptor, inheritable=False)
        os.close(fresh)

    async def aclose(self) -> None:
        """Write what is left; more may come, and need another call."""
        while self._writing is not None:
            await asyncio.wait([self._writing])
        self._cancel_timer()
        _write(self._descriptor, self._take())

    def _schedule(self) -> None:
        """Write at once, or later, or (while a thread is writing) when that is done."""
        if self._writing is not None:
            if len(self._entries) > CAPACITY:
                self._entries.pop()
                self._dropped += 1
        elif len(self._entries) >= ENOUGH:
            self._begin_write()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(DELAY, self._begin_write)

    def _begin_write(self) -> None:
        """Hand what has gathered to a thread."""
        self._cancel_timer()
        loop = asyncio.get_running_loop()
        self._writing = loop.run_in_executor(None, _write, self._descriptor, self._take())
        self._writing.add_done_callback(self._written)

    def _written(self, _: asyncio.Future[None]) -> None:
        self._writing = None
        if self._entries:
            self._schedule()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _take(self) -> bytes:
        """The lines that have gathered."""
        lines = b"".join(map(self._render, self._entries))
        self._entries.clear()
        if self._dropped:
            logger.error("%d log lines were dropped: writing was too slow", self._dropped)
            self._dropped = 0
        return lines


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as exc:
        raise ConfigError(f"cannot write the log {path}: {exc.strerror}") from exc


def _write(descriptor: int, octets: bytes) -> None:
    """Write all of it; a failure costs these lines, not the server."""
    try:
        while octets:
            octets = octets[os.write(descriptor, octets) :]
    except OSError as exc:
        logger.error("log lines were lost: %s", exc.strerror)

"""Relay: carries what moved between the processes that share one database.

One thread for each process sends what was published and hears what others did, over a link that
suits the database: sockets beside an SQLite file, LISTEN/NOTIFY on PostgreSQL. It never blocks who
publishes, and never fails: what cannot be sent is dropped, and the receivers are told to look.
"""

from __future__ import annotations

import logging
import os
import select
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

import orjson

from cyrpy.data.unit import StateChanges

PENDING_LIMIT: Final = 10_000  # accounts that wait to be sent; beyond it receivers have to look
FIRST_BACKOFF: Final = 0.2  # seconds until a broken link is opened again; it doubles each time
LONGEST_BACKOFF: Final = 30.0
RETRY_MS: Final = 50  # until those whose queues were full are told to look
LOOK: Final = b"{}"  # the message that says: something was not sent, look for yourself

log = logging.getLogger("cyrpy.data")


class LinkBroken(Exception):
    """The link to the other processes is gone, and may be opened again."""


class Link(Protocol):
    """One open way to the other processes."""

    @property
    def limit(self) -> int:
        """Octets of one message."""

    @property
    def must_retry(self) -> bool:
        """Whether somebody still has to be told to look."""

    def fileno(self) -> int | None:
        """What is readable when there are messages; None where nobody listens."""

    def send(self, messages: Sequence[bytes]) -> None:
        """Send to all other processes, dropping what cannot be sent at once.

        Raises:
            LinkBroken: nothing can be sent any more.
        """

    def retry(self) -> None:
        """Tell those who missed something to look."""

    def receive(self) -> list[bytes]:
        """The messages that have come.

        Raises:
            LinkBroken: none will come any more.
        """

    def close(self) -> None:
        """End it."""


def pack(moved: StateChanges, limit: int) -> Iterator[bytes]:
    """Messages of at most `limit` octets that together say what moved."""
    part: dict[str, dict[str, int]] = {}
    size = len(LOOK)
    for account, types in moved.items():
        for type, modseq in types.items():
            added = len(type) + 32 + (0 if str(account) in part else 32)  # digits, quotes, commas
            if part and size + added > limit:
                yield orjson.dumps(part)
                part, size, added = {}, len(LOOK), len(type) + 64
            part.setdefault(str(account), {})[type] = modseq
            size += added
    if part:
        yield orjson.dumps(part)


def unpack(message: bytes) -> StateChanges | None:
    """What a message says moved: nothing in particular if it is LOOK; None if it is not ours."""
    try:
        value = orjson.loads(message)
        return {int(account): _modseqs(types) for account, types in value.items()}
    except (ValueError, AttributeError, TypeError):
        return None


def _modseqs(types: Any) -> dict[str, int]:  # noqa: ANN401 - any JSON value
    return {str(type): int(modseq) for type, modseq in types.items()}


def merge(into: StateChanges, moved: StateChanges) -> None:
    """Add `moved` to `into`, the newest modseq of each type counting."""
    for account, types in moved.items():
        known = into.setdefault(account, {})
        for type, modseq in types.items():
            known[type] = max(modseq, known.get(type, 0))


class Relay:
    """The thread, and what waits to be sent."""

    def __init__(
        self,
        open_link: Callable[[], Link],
        on_moved: Callable[[StateChanges], None],
        on_missed: Callable[[], None],
    ) -> None:
        """`on_missed` is called whenever something may not have been heard: at the start too."""
        self._open_link = open_link
        self._on_moved = on_moved
        self._on_missed = on_missed
        self._lock = threading.Lock()
        self._pending: StateChanges = {}
        self._overflowed = False
        self._stopped = threading.Event()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._serve, name="relay", daemon=True)
        self._thread.start()

    def send(self, moved: StateChanges) -> None:
        """Let the other processes know; from any thread."""
        with self._lock:
            if self._stopped.is_set():
                return
            merge(self._pending, moved)
            if len(self._pending) > PENDING_LIMIT:
                self._pending.clear()
                self._overflowed = True
            os.eventfd_write(self._wake, 1)

    def stop(self) -> None:
        """Send what waits, if the link is open, and end."""
        with self._lock:
            self._stopped.set()
            os.eventfd_write(self._wake, 1)
        self._thread.join()
        os.close(self._wake)

    def _serve(self) -> None:
        backoff = FIRST_BACKOFF
        while not self._stopped.is_set():
            try:
                link = self._open_link()
                backoff = FIRST_BACKOFF
                try:
                    self._on_missed()  # while there was no link, anything may have happened
                    self._exchange(link)
                finally:
                    link.close()
            except LinkBroken as exc:
                log.warning("no notifications between processes for %.1f s: %s", backoff, exc)
            except Exception:  # the last net: without it nobody would hear anything any more
                log.exception("notifications between processes failed")
            else:
                continue
            self._stopped.wait(backoff)
            backoff = min(backoff * 2, LONGEST_BACKOFF)

    def _exchange(self, link: Link) -> None:
        """Send and receive until told to stop."""
        waiting = select.poll()
        waiting.register(self._wake, select.POLLIN)
        incoming = link.fileno()
        if incoming is not None:
            waiting.register(incoming, select.POLLIN)
        while True:
            stopped = self._stopped.is_set()  # looked at before the last of it is sent
            self._calm()
            self._flush(link)
            if stopped:
                return
            if incoming is not None:
                self._heard(link.receive())
            waiting.poll(RETRY_MS if link.must_retry else None)

    def _calm(self) -> None:
        """Whoever publishes from here on wakes the thread again."""
        try:
            os.eventfd_read(self._wake)
        except BlockingIOError:
            return

    def _flush(self, link: Link) -> None:
        with self._lock:
            pending, self._pending = self._pending, {}
            overflowed, self._overflowed = self._overflowed, False
        try:
            if link.must_retry:
                link.retry()
            if overflowed:
                link.send([LOOK])
            if pending:
                link.send(list(pack(pending, link.limit)))
        except LinkBroken:
            self._overflowed = True  # once there is a link again, all have to look
            raise

    def _heard(self, messages: Sequence[bytes]) -> None:
        moved: StateChanges = {}
        missed = False
        for message in messages:
            said = unpack(message)
            missed |= said == {}
            merge(moved, said or {})
        if moved:
            self._on_moved(moved)
        if missed:
            self._on_missed()

"""Tells those who wait that something was committed: in this process, and in the other workers.

The change log is the truth and this is a hint: a lost notification costs latency, never data. A
receiver reads the states again; it is told which accounts moved and, as far as is known, which
types and how far. Now and then all accounts that somebody waits for are looked at, so that what
was lost on the way is found without a further change.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from cyrpy.data.relay import Link, Relay
from cyrpy.data.relay_moves import modseqs, moved_since
from cyrpy.data.threads import Lane
from cyrpy.data.unit import StateChanges
from cyrpy.errors import CyrpyError

if TYPE_CHECKING:
    from cyrpy.data.database import Database, Location

Receive = Callable[[StateChanges], None]
SWEEP_SECONDS: Final = 60.0  # between looks at all accounts that somebody waits for
OPEN_SECONDS: Final = 10.0  # to wait at the start for the link to the other processes
FOLDER: Final = "notify"  # of sockets, beside the database file

log = logging.getLogger("cyrpy.data")


class Subscription:
    """One receiver's interest in some accounts; `close()` ends it."""

    __slots__ = ("_notifier", "accounts", "loop", "receive")

    def __init__(
        self, notifier: Notifier, loop: asyncio.AbstractEventLoop, receive: Receive
    ) -> None:
        self._notifier = notifier
        self.loop = loop
        self.accounts: frozenset[int] = frozenset()
        self.receive = receive

    def watch(self, accounts: Iterable[int]) -> None:
        """Hear of these accounts from now on, and of no others."""
        self._notifier.watch(self, frozenset(accounts))

    def close(self) -> None:
        """Receive nothing more."""
        self._notifier.remove(self)


class Notifier:
    """Hands what moved to the receivers of this process and, with a location, to the others.

    A server awaits `start`; a command that only writes calls `open`. Without either, and without
    a location, nobody else hears of anything.
    """

    def __init__(
        self, location: Location | None = None, *, sweep_seconds: float = SWEEP_SECONDS
    ) -> None:
        self._location = location
        self._sweep_seconds = sweep_seconds
        self._lock = threading.Lock()
        self._receivers: dict[int, set[Subscription]] = {}
        self._relay: Relay | None = None
        self._sweeper: asyncio.Task[None] | None = None
        self._swept: dict[int, int] = {}  # modseqs of watched accounts at the last look
        self._loop: asyncio.AbstractEventLoop | None = None
        self._look = asyncio.Event()  # set when something may not have been heard

    def publish(self, moved: StateChanges) -> None:
        """Announce what a committed unit moved; from any thread, never waiting, never failing."""
        self.deliver(moved)
        relay = self._relay
        if relay is not None:
            relay.send(moved)

    def deliver(self, moved: StateChanges) -> None:
        """Hand `moved` to the receivers of this process, each on its own loop."""
        if not self._receivers:
            return
        with self._lock:
            concerned = {s for account in moved for s in self._receivers.get(account, ())}
        for subscription in concerned:
            mine = {a: types for a, types in moved.items() if a in subscription.accounts}
            try:
                subscription.loop.call_soon_threadsafe(subscription.receive, mine)
            except RuntimeError:  # its loop is closed: the process is ending
                self.remove(subscription)

    def subscribe(self, accounts: Iterable[int], receive: Receive) -> Subscription:
        """Call `receive` on the running loop whenever one of `accounts` moves."""
        subscription = Subscription(self, asyncio.get_running_loop(), receive)
        self.watch(subscription, frozenset(accounts))
        return subscription

    def watch(self, subscription: Subscription, accounts: frozenset[int]) -> None:
        """Exchange the accounts that a subscription is about."""
        with self._lock:
            for account in subscription.accounts - accounts:
                others = self._receivers.get(account, set())
                others.discard(subscription)
                if not others:
                    self._receivers.pop(account, None)
            for account in accounts - subscription.accounts:
                self._receivers.setdefault(account, set()).add(subscription)
            subscription.accounts = accounts

    def remove(self, subscription: Subscription) -> None:
        """End one subscription."""
        self.watch(subscription, frozenset())

    def open(self, *, listens: bool = False) -> None:
        """Begin to tell the other processes; with `listens`, to hear them too."""
        if self._location is None or self._relay is not None:
            return
        link = partial(_link, self._location, listens=listens)
        self._relay = Relay(link, self.deliver, self._missed)

    def shut(self) -> None:
        """Tell the others what they have not been told, and end that."""
        relay, self._relay = self._relay, None
        if relay is not None:
            relay.stop()

    async def start(self, database: Database) -> None:
        """Tell and hear the other processes, and look for what was lost on the way."""
        self._loop = asyncio.get_running_loop()
        self.open(listens=True)
        if self._relay is not None:
            try:
                await asyncio.wait_for(self._look.wait(), OPEN_SECONDS)
            except TimeoutError:
                log.warning("the other processes cannot be heard yet")
            self._look.clear()  # nobody waited before
        self._sweeper = self._loop.create_task(self._sweep_now_and_then(database))

    async def close(self) -> None:
        """End all that; before the database is closed."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        await asyncio.to_thread(self.shut)

    def _missed(self) -> None:
        """Something may not have been heard; called on the relay's thread."""
        if self._loop is None:
            return
        try:
            self._loop.call_soon_threadsafe(self._look.set)
        except RuntimeError:  # the loop is closed: the process is ending
            return

    async def _sweep_now_and_then(self, database: Database) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), self._sweep_seconds)
            self._look.clear()
            try:
                await self.sweep(database)
            except CyrpyError as exc:
                log.warning("accounts could not be looked at for lost notifications: %s", exc)

    async def sweep(self, database: Database) -> None:
        """Announce in this process what moved since the last look, heard of or not."""
        with self._lock:
            watched = list(self._receivers)
        if watched:
            moved, now = await database.run(Lane.SLOW, _look, database, watched, self._swept)
            self._swept = now
            self.deliver(moved)


def _look(
    database: Database, watched: list[int], swept: dict[int, int]
) -> tuple[StateChanges, dict[int, int]]:
    with database.read() as unit:
        now = modseqs(unit, watched)
        return moved_since(unit, swept, now), now


def _link(location: Location, *, listens: bool) -> Link:
    """Open the link that suits the database."""
    if location.file is None:
        from cyrpy.data.relay_postgresql import PostgresqlLink  # noqa: PLC0415

        return PostgresqlLink(location.url or "", listens=listens)
    from cyrpy.data.relay_socket import SocketLink  # noqa: PLC0415

    return SocketLink(location.file.parent / FOLDER, listens=listens)

"""Tells those who wait that something was committed: in this process, and in the other workers.

The change log is the truth and this is a hint: a lost notification costs latency, never data. A
receiver reads the states again; it is told only which account moved, which types, and how far.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable

from cyrpy.data.unit import StateChanges

Receive = Callable[[StateChanges], None]


class Subscription:
    """One receiver's interest in some accounts; `close()` ends it."""

    __slots__ = ("_notifier", "accounts", "loop", "receive")

    def __init__(
        self,
        notifier: Notifier,
        loop: asyncio.AbstractEventLoop,
        accounts: frozenset[int],
        receive: Receive,
    ) -> None:
        self._notifier = notifier
        self.loop = loop
        self.accounts = accounts
        self.receive = receive

    def close(self) -> None:
        """Receive nothing more."""
        self._notifier.remove(self)


class Notifier:
    """Hands what moved to the receivers of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._receivers: dict[int, set[Subscription]] = {}

    def publish(self, moved: StateChanges) -> None:
        """Announce what a committed unit moved; from any thread, and never failing."""
        self.deliver(moved)

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
        loop = asyncio.get_running_loop()
        subscription = Subscription(self, loop, frozenset(accounts), receive)
        with self._lock:
            for account in subscription.accounts:
                self._receivers.setdefault(account, set()).add(subscription)
        return subscription

    def remove(self, subscription: Subscription) -> None:
        """End one subscription."""
        with self._lock:
            for account in subscription.accounts:
                others = self._receivers.get(account, set())
                others.discard(subscription)
                if not others:
                    self._receivers.pop(account, None)

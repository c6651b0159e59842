"""Hub: the connections of this process that hear of changes, event streams and WebSockets alike.

A connection keeps no queue. What it has not been told follows from its position, so one that is
slow costs no more than one that is quick, and is told the newest states when it can take them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, Final

from cyrpy.auth.identity import Identity
from cyrpy.data.notifier import Subscription
from cyrpy.data.threads import Lane
from cyrpy.data.unit import StateChanges
from cyrpy.errors import CyrpyError
from cyrpy_jmap.api import Api
from cyrpy_jmap.errors import RequestError
from cyrpy_jmap.push import alerts
from cyrpy_jmap.push.announce import Announcement, Announcer, Position
from cyrpy_jmap.viewer import Viewer

CONNECTIONS: Final = 20  # that one user may hold open in one process
RECHECK_SECONDS: Final = 60.0  # at the latest, whether the credential still holds
PACE_SECONDS: Final = 0.1  # between two announcements, so that a burst becomes one


class Ended(CyrpyError):
    """The server ends, or the credential no longer holds: the connection is over."""


class Hub:
    """What all these connections share."""

    def __init__(
        self,
        api: Api,
        *,
        connections: int = CONNECTIONS,
        pace_seconds: float = PACE_SECONDS,
    ) -> None:
        self.api: Final = api
        self.core: Final = api.services.core
        self.announcer: Final = Announcer(api.engine.types)
        self.pace_seconds: Final = pace_seconds
        self._connections = connections
        self._open: dict[int, set[Live]] = {}  # by principal
        self._watch: asyncio.Task[None] | None = None

    @property
    def is_ending(self) -> bool:
        """Whether the server ends."""
        return self.core.ending.is_set()

    @contextmanager
    def enter(self, identity: Identity) -> Iterator[Live]:
        """A connection of that user, for as long as the context lasts.

        Raises:
            RequestError: `limit`, if the user holds as many as it may.
        """
        mine = self._open.setdefault(identity.principal_id, set())
        if len(mine) >= self._connections:
            raise RequestError(
                "limit",
                429,
                f"this user holds {len(mine)} event streams and WebSockets open, which is as many "
                "as may be (maxConcurrentPush); close one first",
                limit="maxConcurrentPush",
            )
        live = Live(self, identity)
        mine.add(live)
        if self._watch is None:
            self._watch = asyncio.get_running_loop().create_task(self._wake_at_end())
        try:
            yield live
        finally:
            live.stop()
            mine.discard(live)
            self._leave(identity.principal_id)

    def _leave(self, principal_id: int) -> None:
        if not self._open[principal_id]:
            del self._open[principal_id]
        if not self._open and self._watch is not None:
            self._watch.cancel()
            self._watch = None

    async def _wake_at_end(self) -> None:
        """One task for all connections waits for the server's end."""
        await self.core.ending.wait()
        for mine in self._open.values():
            for live in mine:
                live.wake.set()

    def now(self, viewer: Viewer) -> Position:
        """The position that includes everything; on a database thread."""
        with self.core.database.read() as unit:
            return self.announcer.now(unit, viewer)

    def changed(
        self, viewer: Viewer, since: Position, wanted: Collection[str] | None
    ) -> Announcement:
        """What changed for a viewer after a position; on a database thread."""
        with self.core.database.read() as unit:
            return self.announcer.changed(unit, viewer, since, wanted)

    def alerts_now(self, viewer: Viewer) -> int:
        """The position that includes all alerts; on a database thread."""
        with self.core.database.read() as unit:
            return alerts.now(unit, viewer)

    def alerts_after(self, viewer: Viewer, position: int) -> alerts.Told:
        """The alerts after a position; on a database thread."""
        with self.core.database.read() as unit:
            return alerts.after(unit, viewer, position)


class Live:
    """One connection: whose it is, and how far it has been told of changes."""

    def __init__(self, hub: Hub, identity: Identity) -> None:
        self._hub = hub
        self._identity = identity
        self._subscription: Subscription | None = None
        self._position: Position = {}
        self._wanted: Collection[str] | None = None
        self._alerted: int | None = None  # up to which alert; None: of none
        self._moved = False
        self._quiet_until = 0.0
        self.wake = asyncio.Event()  # something moved, the client is gone, or the server ends

    async def begin(self, wanted: Collection[str] | None, since: Position | None) -> None:
        """Hear of changes to the types `wanted` (None: all), those after `since` at once."""
        viewer = await self.viewer()
        if since is None:
            since = await self._hub.core.database.run(Lane.QUICK, self._hub.now, viewer)
        if alerts.is_wanted(wanted) and self._alerted is None:
            now = self._hub.alerts_now
            self._alerted = await self._hub.core.database.run(Lane.QUICK, now, viewer)
        elif not alerts.is_wanted(wanted):
            self._alerted = None
        self._wanted = wanted
        self._position = since
        if self._subscription is None:
            self._subscription = self._hub.core.notifier.subscribe((), self._on_moved)
        self._subscription.watch(account.id for account in viewer.accounts.values())
        self._moved = True  # what came after the position, and before anything was heard
        self.wake.set()

    def stop(self) -> None:
        """Hear of no more changes, until another `begin`."""
        if self._subscription is not None:
            self._subscription.close()
            self._subscription = None
        self._moved = False
        self._alerted = None

    @property
    def is_ending(self) -> bool:
        """Whether the server ends."""
        return self._hub.is_ending

    def _on_moved(self, moved: StateChanges) -> None:
        del moved  # what is announced is read anew, once it can be sent
        self._moved = True
        self.wake.set()

    async def viewer(self) -> Viewer:
        """Who is there, as of now.

        Raises:
            Ended: the server ends, or the credential no longer holds.
        """
        if self._hub.is_ending:
            raise Ended("the server ends")
        identity: Identity | None = await self._hub.core.sign_in.refresh(self._identity)
        if identity is None:
            raise Ended("the sign-in no longer holds")
        self._identity = identity
        return await self._hub.api.viewer_of(identity)

    async def alerts(self) -> list[dict[str, Any]]:
        """Alerts to tell of now.

        Raises:
            Ended: as `viewer`.
        """
        since = self._alerted
        if since is None:
            return []
        viewer = await self.viewer()
        read = self._hub.alerts_after
        found = await self._hub.core.database.run(Lane.QUICK, read, viewer, since)
        if self._alerted == since:  # else there was another `begin` meanwhile
            self._alerted = found.position
        return found.values

    async def wait(self, seconds: float) -> None:
        """Return when woken or after `seconds`, and at the latest when a check is due."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._moved and now < self._quiet_until:  # a burst: what comes meanwhile is included
            await asyncio.sleep(self._quiet_until - now)
            return
        timer = loop.call_later(max(0.0, min(seconds, RECHECK_SECONDS)), self.wake.set)
        try:
            await self.wake.wait()
        finally:
            timer.cancel()
        self.wake.clear()

    async def changes(self) -> Announcement | None:
        """What to announce now, if anything; checks the credential first.

        Raises:
            Ended: as `viewer`.
        """
        before = self._identity.epoch
        viewer = await self.viewer()
        if self._subscription is None:
            return None
        if self._identity.epoch != before:  # other rights: maybe other accounts
            self._subscription.watch(account.id for account in viewer.accounts.values())
            self._moved = True
        loop = asyncio.get_running_loop()
        if not self._moved or loop.time() < self._quiet_until:
            return None
        self._moved = False
        since = self._position
        run = self._hub.core.database.run
        found = await run(Lane.QUICK, self._hub.changed, viewer, since, self._wanted)
        if self._position is not since:  # meanwhile another `begin`: that one is answered next
            return None
        self._position = found.position
        if not found.changed:
            return None
        self._quiet_until = loop.time() + self._hub.pace_seconds
        return found

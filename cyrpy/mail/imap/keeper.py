"""One account kept in step while its process holds it: by IDLE, by polling, at each change here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from typing import Final, Protocol, TypeVar

from cyrpy.data import imap_accounts, mailboxes, messages
from cyrpy.data.notifier import Notifier
from cyrpy.data.unit import StateChanges
from cyrpy.errors import CyrpyError
from cyrpy.mail.imap.desk import Desk, Services
from cyrpy.mail.imap.errors import NotHeld
from cyrpy.mail.imap.session import Session

T = TypeVar("T")
FIRST_PAUSE: Final = 5.0  # seconds, where the server cannot be reached; it doubles each time
LONGEST_PAUSE: Final = 15 * 60.0
MOST_IN_VAIN: Final = 5  # more of them are a server whose SELECT and STATUS contradict each other
GATHER: Final = 0.1  # seconds for further changes here
OURS: Final = frozenset({messages.KIND, mailboxes.KIND})

log = logging.getLogger("cyrpy.imap")


class Watching(Services, Protocol):
    """What a keeper uses; a Core has it."""

    @property
    def notifier(self) -> Notifier:
        """Who tells of changes here."""


class Keeper:
    """The task that keeps one account."""

    def __init__(self, services: Watching, account_id: int, holder: str, threads: Executor) -> None:
        self._services = services
        self._desk = Desk(services, account_id, holder)
        self._session = Session(self._desk)
        self._threads = threads
        self._changed = asyncio.Event()  # here
        self._told = asyncio.Event()  # by the server, or by who wants it looked at
        self._either = asyncio.Event()
        self._pause = FIRST_PAUSE
        self._in_vain = 0  # times in a row that the server had changed before it was waited for

    @property
    def holder(self) -> str:
        """The name by which the account is held."""
        return self._desk.holder

    def look(self) -> None:
        """Ask the server at once, as how it is reached may have changed."""
        self._told.set()
        self._either.set()

    def leave(self) -> None:
        """End soon, whatever the server is doing."""
        self._desk.is_leaving = True
        self._session.abort()
        self.look()

    def _hear(self, moved: StateChanges) -> None:
        types = moved.get(self._desk.account_id, {})
        if not types or OURS & types.keys():
            self._changed.set()
            self._either.set()

    async def run(self) -> None:
        """Keep it until told to leave, or until it is another's."""
        account_id = self._desk.account_id
        subscription = self._services.notifier.subscribe([account_id], self._hear)
        try:
            while not self._desk.is_leaving:
                self._told.clear()
                if await self._went_well(self._session.cycle):
                    await self._watch()
                else:
                    await self._rest()
        except NotHeld:
            return
        finally:
            subscription.close()
            await self._on_thread(self._session.close)

    async def _went_well(self, work: Callable[[], None]) -> bool:
        """Do something with the server; what goes wrong is noted, and may pass.

        Raises:
            NotHeld: the account is another's.
        """
        self._changed.clear()
        try:
            await self._on_thread(work)
        except NotHeld:
            raise
        except CyrpyError as exc:
            await self._failed(str(exc))
            return False
        except Exception:  # the last net: other accounts, and later attempts
            log.exception("account %d: its mail could not be read", self._desk.account_id)
            await self._failed("the server met an unexpected error; its log says more")
            return False
        self._pause = FIRST_PAUSE
        return True

    async def _failed(self, text: str) -> None:
        account_id = self._desk.account_id
        self._session.abort()
        if self._desk.is_leaving:
            return
        log.warning(
            "account %d: no mail from its server, next try in %.0f s: %s",
            account_id,
            self._pause,
            text,
        )
        with suppress(CyrpyError):
            await self._on_thread(
                lambda: self._desk.write(lambda unit: imap_accounts.failed(unit, account_id, text))
            )

    async def _rest(self) -> None:
        """Let the server be for a while, which is longer each time."""
        await _set_within(self._pause, self._told)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    async def _watch(self) -> None:
        """Push what changes here, until the server is to be asked again."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._services.settings.imap_poll_interval
        while not self._told.is_set() and (left := end - loop.time()) > 0:
            if not self._changed.is_set():
                await self._idle(left)
            if self._changed.is_set() and not self._told.is_set():
                await asyncio.sleep(GATHER)
                if not await self._went_well(self._session.push):
                    await self._rest()
                    return

    async def _idle(self, seconds: float) -> None:
        """Wait for a change on either side."""
        loop = asyncio.get_running_loop()
        self._either.clear()
        if self._changed.is_set() or self._told.is_set():
            return
        waits = self._services.settings.imap_idle and self._session.can_idle
        if not waits or self._in_vain > MOST_IN_VAIN:
            self._in_vain = 0
            await _set_within(seconds, self._either)
            return
        try:
            found = await self._on_thread(self._session.idle)
        except CyrpyError:
            self._session.abort()  # the next cycle says what is wrong
            found = None
        descriptor = -1 if found is None else found.fileno()
        if descriptor < 0:
            self._in_vain += 1
            self._told.set()
            return
        self._in_vain = 0
        loop.add_reader(descriptor, self.look)
        try:
            await _set_within(seconds, self._either)
        finally:
            loop.remove_reader(descriptor)
        try:
            await self._on_thread(self._session.idle_done)
        except CyrpyError:
            self._session.abort()
            self._told.set()

    def _on_thread(self, work: Callable[[], T]) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._threads, work)


async def _set_within(seconds: float, event: asyncio.Event) -> bool:
    """Whether the event is set before so much time has passed."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()

"""Accounts whose mail lives elsewhere, each seen to by one process at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from cyrpy.config import CoreSettings
from cyrpy.data import imap_accounts
from cyrpy.data.blobs import Blobs
from cyrpy.data.database import Database
from cyrpy.data.imap_accounts import CHANNEL, LEASE
from cyrpy.data.notifier import Notifier
from cyrpy.data.threads import Lane
from cyrpy.data.unit import Unit
from cyrpy.errors import CyrpyError

if TYPE_CHECKING:
    from cyrpy.mail.imap.keeper import Keeper
    from cyrpy.mail.outgoing import Outgoing

THREADS: Final = 8  # servers that are talked to at the same time, by one process
AT_ONCE: Final = 20  # accounts that a process takes before others have had a turn
CLOSE_WITHIN: Final = 10.0  # seconds
LOOK_EVERY: Final = LEASE / 3  # seconds
SOON: Final = 1.0

log = logging.getLogger("cyrpy.imap")


class Services(Protocol):
    """What is used of a server; a Core has it."""

    @property
    def settings(self) -> CoreSettings:
        """The options."""

    @property
    def database(self) -> Database:
        """Where mail is kept."""

    @property
    def blobs(self) -> Blobs:
        """Where its octets are."""

    @property
    def notifier(self) -> Notifier:
        """Who tells of changes."""

    @property
    def clock(self) -> Callable[[], float]:
        """Unix seconds."""

    @property
    def random_bytes(self) -> Callable[[int], bytes]:
        """For names that nobody else has."""


class RemoteMail:
    """Claims accounts and keeps them; where there are none, it only looks now and then."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._poked = asyncio.Event()
        self._is_leaving = False
        self._keepers: dict[int, Keeper] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._threads: ThreadPoolExecutor | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Keep accounts from now on."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Leave the accounts to others."""
        self._is_leaving = True
        self._poked.set()
        for keeper in list(self._keepers.values()):
            keeper.leave()
        tasks = [one for one in (self._task, *self._tasks.values()) if one is not None]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=CLOSE_WITHIN)
            for one in late:
                one.cancel()
                with suppress(asyncio.CancelledError):
                    await one
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self) -> None:
        subscription = self._services.notifier.subscribe([CHANNEL], lambda _: self._poke())
        try:
            while not self._is_leaving:
                self._poked.clear()
                wait = LOOK_EVERY
                try:
                    claimed = await self._turn()
                    for account_id, holder in claimed.items():
                        self._keep(account_id, holder)
                    if len(claimed) == AT_ONCE:
                        wait = SOON
                except CyrpyError as exc:
                    log.warning("no account can be seen to now: %s", exc)
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._poked.wait()
        finally:
            subscription.close()

    def _poke(self) -> None:
        """An account came, went, or is to be looked at."""
        self._poked.set()
        for keeper in self._keepers.values():
            keeper.look()

    def _turn(self) -> asyncio.Future[dict[int, str]]:
        """Hold what is held, and claim what is free."""
        held = {account_id: one.holder for account_id, one in self._keepers.items()}
        return self._services.database.run(Lane.WORK, self._claim, held)

    def _claim(self, held: Mapping[int, str]) -> dict[int, str]:
        """New accounts, with the name by which each is held."""
        database = self._services.database
        with database.read() as unit:
            if unit.first(imap_accounts.ANY, count=1) is None:
                return {}  # which costs no write

        def work(unit: Unit) -> dict[int, str]:
            for account_id, holder in held.items():
                imap_accounts.hold(unit, holder, account_id)
            free = imap_accounts.free(unit, AT_ONCE + len(held))
            new = [one for one in free if one not in held][:AT_ONCE]
            names = {one: self._services.random_bytes(16).hex() for one in new}
            return {
                one: name for one, name in names.items() if imap_accounts.claim(unit, name, one)
            }

        return database.write(work)

    def _keep(self, account_id: int, holder: str) -> None:
        from cyrpy.mail.imap.keeper import Keeper  # noqa: PLC0415 - few servers have such accounts

        if self._is_leaving:
            return
        if self._threads is None:
            self._threads = ThreadPoolExecutor(THREADS, "imap")
        keeper = Keeper(self._services, account_id, holder, self._threads)
        self._keepers[account_id] = keeper
        self._tasks[account_id] = asyncio.get_running_loop().create_task(
            self._kept(account_id, keeper)
        )

    async def _kept(self, account_id: int, keeper: Keeper) -> None:
        """Keep one account, and send its mail, to the end."""
        outgoing: Outgoing | None = None
        try:
            outgoing = await self._sender(account_id)
            await keeper.run()
        except CyrpyError as exc:
            log.warning("account %d is left alone: %s", account_id, exc)
        finally:
            if outgoing is not None:
                await outgoing.close()
            with suppress(CyrpyError):
                await self._services.database.run(
                    Lane.WORK,
                    self._services.database.write,
                    lambda unit: imap_accounts.leave(unit, keeper.holder, account_id),
                )
            del self._keepers[account_id], self._tasks[account_id]
            self._poked.set()

    async def _sender(self, account_id: int) -> Outgoing | None:
        """What sends the account's mail over a server of its own."""
        from cyrpy.mail.imap.sending import relay_of  # noqa: PLC0415 - see _keep
        from cyrpy.mail.outgoing import Outgoing  # noqa: PLC0415

        relay = await self._services.database.run(Lane.QUICK, relay_of, self._services, account_id)
        if relay is None:
            return None
        outgoing = Outgoing(self._services, relay, account_id)
        outgoing.start()
        return outgoing

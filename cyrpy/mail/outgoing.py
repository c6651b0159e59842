"""Outgoing mail: each process sends what is due over the relay (RFC 5321 §4.5.4.1)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Protocol, TypeVar

from cyrpy.config import CoreSettings
from cyrpy.data import submission_queue
from cyrpy.data.blobs import PREFIX, Blobs
from cyrpy.data.database import Database
from cyrpy.data.notifier import Notifier
from cyrpy.data.submission_queue import LEASE, Claimed
from cyrpy.data.submissions import CHANNEL, HANDING, SubmissionRow
from cyrpy.data.threads import Lane
from cyrpy.data.unit import Unit
from cyrpy.errors import CyrpyError, Unavailable
from cyrpy.mail import envelope
from cyrpy.mail.envelope import Reply
from cyrpy.mail.journal import Journal
from cyrpy.mail.outcome import (
    Notice,
    Outcome,
    Settlement,
    answered,
    interrupted,
    notices,
    outcome_of,
    resumed,
)
from cyrpy.mail.relay import BROKEN, Connection, NotHeld, Relay, Stale

T = TypeVar("T")
BATCH: Final = 20  # submissions that are claimed at once
CONNECTIONS: Final = 4  # at the same time, of one process
JOURNALS: Final = "outgoing"  # folder in configdirectory
FIRST_PAUSE: Final = 5.0  # seconds, where the relay cannot be reached; it doubles each time
LONGEST_PAUSE: Final = 300.0
LOOK_EVERY: Final = 60.0  # seconds, whether or not something is known to be due
LEAST_WAIT: Final = 0.2
IDLE: Final = 5.0  # seconds that connections are kept with nothing to send
CLOSE_WITHIN: Final = 10.0  # seconds that mail on its way gets
GONE: Final = Reply(554, "5.6.0 the message is not there any more")
TROUBLE: Final = Reply(451, "4.3.0 the server is in trouble")

log = logging.getLogger("cyrpy.mail")


class Services(Protocol):
    """What sending uses; a Core has it."""

    @property
    def settings(self) -> CoreSettings:
        """The options."""

    @property
    def database(self) -> Database:
        """Where the queue is."""

    @property
    def blobs(self) -> Blobs:
        """Where messages are."""

    @property
    def notifier(self) -> Notifier:
        """Who tells of new mail."""

    @property
    def clock(self) -> Callable[[], float]:
        """Unix seconds."""

    @property
    def random_bytes(self) -> Callable[[int], bytes]:
        """For names that nobody else has."""


class Outgoing:
    """The task of one process that sends mail; without a relay, to users of this server only."""

    def __init__(self, services: Services, relay: Relay | None, owner: int | None = None) -> None:
        """`owner` is the account whose own the relay is; None: it is everybody's."""
        self._services = services
        self._relay = relay
        self._owner = owner
        self._holder = services.random_bytes(16).hex()
        self._journal = Journal(services.settings.configdirectory / JOURNALS, self._holder)
        self._poked = asyncio.Event()
        self._room = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[Connection] = []
        self._in_use = 0
        self._returned = asyncio.Event()  # a connection
        self._pause = FIRST_PAUSE
        self._leaving = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Send from now on."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Send no more, once what is on its way has got there; others get the rest."""
        self._leaving.set()
        self._poked.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=CLOSE_WITHIN)
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._hang_up()
        self._journal.close()
        with suppress(CyrpyError):
            await self._write(lambda unit: submission_queue.free(unit, self._holder))

    async def _run(self) -> None:
        """Until told to leave: what is due now, then what will be."""
        subscription = self._services.notifier.subscribe([CHANNEL], lambda _: self._poked.set())
        try:
            while not self._leaving.is_set():
                self._poked.clear()
                wait = await self._turn()
                if wait > IDLE and self._idle and not await _set_within(IDLE, self._poked):
                    await self._hang_up()
                await _set_within(wait, self._poked)
        finally:
            subscription.close()

    async def _turn(self) -> float:
        """Send what is due; how long to wait then."""
        try:
            await self.turn()
            self._pause = FIRST_PAUSE
            return await self._database(Lane.QUICK, self._until_next)
        except CyrpyError as exc:
            log.warning("no mail can be sent for %.0f s: %s", self._pause, exc)
        except Exception:  # the last net: mail is sent all the same, later
            log.exception("mail could not be sent")
        await _set_within(self._pause, self._leaving)  # new mail makes no difference
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        return 0.0

    def _until_next(self) -> float:
        with self._services.database.read() as unit:
            moment = submission_queue.next_due(unit, self._owner)
        wait = LOOK_EVERY if moment is None else moment - self._services.clock()
        return max(LEAST_WAIT, min(wait, LOOK_EVERY))

    def _is_due(self) -> bool:
        with self._services.database.read() as unit:
            return submission_queue.is_due(unit, self._owner)

    async def turn(self) -> None:
        """Try everything that is due now.

        Raises:
            Unavailable: the relay cannot be reached; what is too old was given up all the same.
        """
        if self._relay is None:
            await self._turn_here()
            return
        while not self._leaving.is_set() and await self._database(Lane.QUICK, self._is_due):
            self._journal.open()
            try:
                self._give_back(await self._connection())
                claimed = await self._write(
                    lambda unit: submission_queue.claim(unit, self._holder, BATCH, self._owner)
                )
                await self._try_all(claimed)
            except Unavailable:
                await self._write(lambda unit: submission_queue.free(unit, self._holder))
                await self._give_up()
                raise
            if not claimed:
                return

    async def _turn_here(self) -> None:
        """Without a relay, mail goes to users of this server, and to nobody else."""
        services, holder = self._services, self._holder
        while not self._leaving.is_set() and await self._database(Lane.QUICK, self._is_due):
            claimed = await self._write(lambda unit: submission_queue.claim(unit, holder, BATCH))
            for one in claimed:
                if one.only(HANDING):
                    await self._settle(one, interrupted(one))
                else:
                    await self._database(Lane.WORK, _send_here, services, holder, one)
            if not claimed:
                return

    async def _give_up(self) -> None:
        """Tell senders of what is too old."""

        def claim(unit: Unit) -> list[Claimed]:
            return submission_queue.claim_overdue(unit, self._holder, BATCH, self._owner)

        while claimed := await self._write(claim):
            for one in claimed:
                await self._settle(one, interrupted(one))

    async def _try_all(self, claimed: list[Claimed]) -> None:
        beat = asyncio.create_task(self._hold())
        try:
            done = await asyncio.gather(*map(self._try, claimed), return_exceptions=True)
        finally:
            beat.cancel()
        for outcome in done:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _hold(self) -> None:
        """Keep others from what takes long here."""
        while True:
            await asyncio.sleep(LEASE / 3)
            try:
                await self._write(lambda unit: submission_queue.renew(unit, self._holder))
            except CyrpyError as exc:
                log.warning("mail on its way could not be held: %s", exc)

    async def _try(self, claimed: Claimed) -> None:
        """One attempt."""
        async with self._room:
            if self._leaving.is_set():
                return
            if claimed.only(HANDING) and not self._journal.has_ended(claimed.row, claimed.left_by):
                claimed = resumed(claimed)
            try:
                after, has_dsn = await self._attempt(claimed)
            except NotHeld:
                return
            except CyrpyError:
                raise
            except Exception:  # the last net: other mail is sent
                log.exception("submission %d of %d failed", claimed.row.id, claimed.row.account_id)
                after, has_dsn = answered(claimed, TROUBLE), True
            await self._settle(claimed, after, has_dsn=has_dsn)

    async def _attempt(self, claimed: Claimed) -> tuple[Claimed, bool]:
        """How it then stands, and whether the relay tells of deliveries itself."""
        if claimed.only(HANDING):
            return interrupted(claimed), True
        octets = await self._database(Lane.SLOW, self._read, claimed.row)
        if octets is None:
            return answered(claimed, GONE), True
        octets = await asyncio.to_thread(envelope.prepared, octets)
        while True:
            connection = await self._connection()
            is_fresh = connection.sent == 0
            try:
                after = await connection.send(claimed, octets, self._before_end)
                return after, connection.has_dsn
            except Stale:
                connection.abort()
                if is_fresh:
                    return answered(claimed, BROKEN), True
            except BaseException:
                connection.abort()
                raise
            finally:
                self._give_back(connection)

    async def _before_end(self, claimed: Claimed) -> bool:
        def work(unit: Unit) -> bool:
            return submission_queue.hand_over(unit, self._holder, claimed)

        is_held = await self._write(work)
        if is_held:
            self._journal.note(claimed.row)  # as late as can be
        return is_held

    async def _settle(self, before: Claimed, after: Claimed, *, has_dsn: bool = True) -> None:
        """Store what became of an attempt, and tell those whom it concerns."""
        now = int(self._services.clock())
        outcome = outcome_of(before, after, now, has_dsn=has_dsn)
        await self._database(Lane.WORK, self._store, outcome, now)

    def _store(self, outcome: Outcome, now: int) -> None:
        services, row = self._services, outcome.claimed.row
        told: list[Notice] = []
        if any(outcome.told.values()):
            told = notices(services.settings, outcome, self._read(row) or b"", now)
        work = Settlement(services.blobs, self._holder, outcome, told)
        services.database.write(work, [row.account_id])
        for one in outcome.claimed.recipients:
            log.debug("submission %d of %d: %s: %s", row.id, row.account_id, one.address, one.reply)

    def _read(self, row: SubmissionRow) -> bytes | None:
        """The message; None if it is gone."""
        if row.digest is None:
            return row.message
        with self._services.database.read() as unit:
            return self._services.blobs.read(unit, [row.account_id], PREFIX + row.digest.hex())

    async def _connection(self) -> Connection:
        """One that is open.

        Raises:
            Unavailable: the relay cannot be reached.
        """
        if self._relay is None:
            raise Unavailable("submission_relay is not set")
        while True:
            self._returned.clear()
            try:
                connection = self._kept() or await self._relay.connect()
            except Unavailable:  # the relay may not want so many at once
                if not self._in_use and not self._idle:
                    raise
                if not self._idle:
                    await self._returned.wait()
            else:
                self._in_use += 1
                return connection

    def _kept(self) -> Connection | None:
        """One that was used before and is still open."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
        return None

    def _give_back(self, connection: Connection) -> None:
        self._in_use -= 1
        self._idle.append(connection)
        self._returned.set()

    async def _hang_up(self) -> None:
        while self._idle:
            await self._idle.pop().close()

    def _database(self, lane: Lane, work: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # noqa: ANN401
        return self._services.database.run(lane, work, *args)

    def _write(self, work: Callable[[Unit], T]) -> asyncio.Future[T]:
        return self._database(Lane.WORK, self._services.database.write, work)


async def _set_within(seconds: float, event: asyncio.Event) -> bool:
    """Whether the event is set before so much time has passed."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


def _send_here(services: Services, holder: str, one: Claimed) -> None:
    """Deliver to users of this server; what delivery takes is loaded for the first such mail."""
    from cyrpy.mail import local  # noqa: PLC0415

    local.send(services, holder, one)

"""Sender: pushes to all subscriptions and callbacks, in one of the processes (RFC 8620 §7.2).

Who holds the lease sends; should that process die, another takes the lease over once it has run
out. What was pushed is kept with each subscription, so the new one goes on from there.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple

from cyrpy.core import Core
from cyrpy.data.notifier import Subscription
from cyrpy.data.threads import Lane
from cyrpy.data.unit import StateChanges, Unit
from cyrpy.errors import CyrpyError
from cyrpy_jmap import store
from cyrpy_jmap.push.channel import CHANNEL
from cyrpy_jmap.push.courier import Outcome, Verdict
from cyrpy_jmap.push.delivery import Delivery
from cyrpy_jmap.push.job import Job, Jobs
from cyrpy_jmap.store import CALLBACK

LEASE: Final = "push"
AT_ONCE: Final = 20  # messages on their way
MAX_REFUSALS: Final = 8  # in a row; then a subscription is removed

log = logging.getLogger("cyrpy.jmap")


class Pace(NamedTuple):
    """How often what happens, in seconds."""

    lease: int = 60  # how long a dead process keeps others from sending
    turn: float = 20.0  # between looks at the lease and at all subscriptions
    gap: float = 2.0  # between two messages to one subscription
    first_retry: float = 30.0  # doubles with each failure
    longest_retry: float = 3600.0
    unverified: int = 24 * 3600  # until a subscription that was never verified is removed
    verifications: int = 10  # that one user may cause within
    verification_window: float = 600.0


@dataclass(slots=True, eq=False)
class Target:
    """One subscription, as the sender keeps it in mind."""

    id: int
    watching: Subscription
    is_dirty: bool = False
    due: float = 0.0  # on the loop's clock: not before that
    failures: int = 0
    task: asyncio.Task[None] | None = field(default=None)


class Sender:
    """Runs in every worker; sends in the one that holds the lease."""

    def __init__(self, core: Core, jobs: Jobs, delivery: Delivery, pace: Pace) -> None:
        self._core = core
        self._jobs = jobs
        self._delivery = delivery
        self._pace = pace
        self._holder = core.random_bytes(16).hex()
        self._targets: dict[int, Target] = {}
        self._poked = asyncio.Event()
        self._changed: set[int] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._verified: dict[int, deque[float]] = {}  # principal -> times of verifications

    async def run(self) -> None:
        """Until cancelled."""
        poke = self._core.notifier.subscribe([CHANNEL], self._on_poke)
        try:
            while True:
                try:
                    await self._turn()
                except CyrpyError as exc:
                    log.warning("push has to wait: %s", exc)
                except Exception:  # the last net: push goes on for all others
                    log.exception("push failed")
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pace.turn):
                        await self._poked.wait()
                self._poked.clear()
        finally:
            poke.close()
            await self._stop()

    def _on_poke(self, moved: StateChanges) -> None:
        self._changed.update(int(id) for id in moved[CHANNEL])
        self._poked.set()

    async def _turn(self) -> None:
        """Look whether to send, and for which subscriptions."""
        run = self._core.database.run
        if not await run(Lane.WORK, self._lead):
            self._forget(list(self._targets))
            self._changed.clear()
            return
        ids = await run(Lane.WORK, self._survey)
        self._forget([id for id in self._targets if id not in ids])
        changed, self._changed = self._changed, set()
        for id in ids:
            if id not in self._targets:
                self._mark(self._target(id))
            elif id in changed:
                self._mark(self._targets[id])
        self._verified = {p: times for p, times in self._verified.items() if self._recent(times)}
        await self._delivery.tidy()

    def _lead(self) -> bool:
        """Whether this process holds the lease now; on a database thread."""
        with self._core.database.read() as unit:
            held = store.lease(unit, LEASE)
            if held is not None and held[0] != self._holder and held[1] > unit.now:
                return False
            if held is not None and held[0] == self._holder:
                if held[1] - unit.now > self._pace.lease / 2:
                    return True
            elif not store.all_ids(unit):
                return False  # nothing to send: who was idle stays idle
        return self._core.database.write(
            lambda unit: store.take_lease(unit, LEASE, self._holder, self._pace.lease)
        )

    def _survey(self) -> set[int]:
        """All subscriptions that still hold; on a database thread."""
        database = self._core.database
        with database.read() as unit:
            ids = set(store.all_ids(unit))
            over = store.expired(unit, unit.now - self._pace.unverified)
        if over:
            database.write(lambda unit: store.remove(unit, over))
        return ids.difference(over)

    def _target(self, id: int) -> Target:
        watching = self._core.notifier.subscribe((), lambda _: self._mark(target))
        target = self._targets[id] = Target(id, watching)
        return target

    def _mark(self, target: Target) -> None:
        """Something may have to be sent."""
        if target.id not in self._targets:
            return
        target.is_dirty = True
        if target.task is None or target.task.done():
            target.task = asyncio.get_running_loop().create_task(self._serve(target))

    def _forget(self, ids: list[int]) -> None:
        for id in ids:
            target = self._targets.pop(id, None)
            if target is None:
                continue
            target.is_dirty = False
            target.watching.close()
            if target.task is not None and target.task is not asyncio.current_task():
                target.task.cancel()

    async def _stop(self) -> None:
        """Let another process send at once."""
        tasks = [t.task for t in self._targets.values() if t.task is not None]
        self._forget(list(self._targets))
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(CyrpyError):
            await self._core.database.run(Lane.WORK, self._release)

    def _release(self) -> None:
        with self._core.database.read() as unit:
            held = store.lease(unit, LEASE)
        if held is not None and held[0] == self._holder:
            self._core.database.write(lambda unit: store.take_lease(unit, LEASE, self._holder, 0))

    async def _serve(self, target: Target) -> None:
        """Send what there is to send for one subscription, at its pace."""
        loop = asyncio.get_running_loop()
        while target.is_dirty:
            if target.due > loop.time():
                await asyncio.sleep(target.due - loop.time())
            async with self._room:
                target.is_dirty = False
                try:
                    await self._attempt(target)
                except CyrpyError as exc:
                    log.warning("push has to wait: %s", exc)
                    self._later(target, 0.0)
                except Exception:  # the last net, as above
                    log.exception("push to subscription %d failed", target.id)
                    self._later(target, 0.0)

    async def _attempt(self, target: Target) -> None:
        job = await self._core.database.run(Lane.QUICK, self._read, target.id)
        if job is None:
            self._forget([target.id])
            return
        if job.viewer is None:
            await self._remove(target)
            return
        accounts = frozenset(account.id for account in job.viewer.accounts.values())
        if target.watching.accounts != accounts:
            target.watching.watch(accounts)
            target.is_dirty = True  # what changed between reading and watching
        if job.noted is not None:
            await self._note(target.id, job.noted)
        if job.message is not None and self._may_send(target, job):
            await self._settle(target, job, await self._delivery.send(job))

    def _read(self, id: int) -> Job | None:
        with self._core.database.read() as unit:
            return self._jobs.job(unit, id)

    def _may_send(self, target: Target, job: Job) -> bool:
        """Verifications go to places that nobody has vouched for: few of them for each user."""
        if job.row.is_verified:
            return True
        times = self._verified.setdefault(job.row.principal_id, deque())
        if self._recent(times) < self._pace.verifications:
            times.append(asyncio.get_running_loop().time())
            return True
        target.due = times[0] + self._pace.verification_window
        target.is_dirty = True
        return False

    def _recent(self, times: deque[float]) -> int:
        """How many verifications are within the window; the others are forgotten."""
        since = asyncio.get_running_loop().time() - self._pace.verification_window
        while times and times[0] <= since:
            times.popleft()
        return len(times)

    async def _settle(self, target: Target, job: Job, outcome: Outcome) -> None:
        """Draw the conclusions from what became of a message."""
        assert job.message is not None  # noqa: S101 - it was sent
        if outcome.verdict is Verdict.DELIVERED:
            target.failures = 0
            target.due = asyncio.get_running_loop().time() + self._pace.gap
            target.is_dirty |= not job.message.is_whole
            await self._note(target.id, job.message.sent)
        elif self._is_over(target, job, outcome):
            log.info("a push subscription is removed: %s", outcome.verdict.value)
            await self._remove(target)
        else:
            self._later(target, outcome.wait)

    def _is_over(self, target: Target, job: Job, outcome: Outcome) -> bool:
        if outcome.verdict is Verdict.REFUSED:
            return job.row.kind == CALLBACK or target.failures + 1 >= MAX_REFUSALS
        return outcome.verdict in {Verdict.GONE, Verdict.FORBIDDEN}

    def _later(self, target: Target, wait: float) -> None:
        pause = min(self._pace.first_retry * 2**target.failures, self._pace.longest_retry)
        target.failures += 1
        target.due = asyncio.get_running_loop().time() + max(pause, wait)
        target.is_dirty = True

    async def _note(self, id: int, columns: dict[str, object]) -> None:
        def work(unit: Unit) -> None:
            store.change(unit, id, **columns)

        await self._core.database.run(Lane.WORK, self._core.database.write, work)

    async def _remove(self, target: Target) -> None:
        work = partial(store.remove, ids=[target.id])
        await self._core.database.run(Lane.WORK, self._core.database.write, work)
        self._forget([target.id])

"""Alerting: triggers the alerts of events as they are due, in one of the processes.

Who holds the lease looks at what is due. An alert is triggered in the transaction that notes when
the next one is, so that it is triggered once whatever happens (JMAP Calendars, "Alerts").
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from typing import Final, NamedTuple

from cyrpy.core import Core
from cyrpy.data import alerts
from cyrpy.data.alerts import Due
from cyrpy.data.threads import Lane
from cyrpy.data.unit import Unit
from cyrpy.errors import CyrpyError, StorageFull, Unavailable
from cyrpy.groupware.alerts import trigger
from cyrpy.mail import reminders
from cyrpy_jmap import store

LEASE: Final = "alerts"
LOT: Final = 100  # events, and mails, that are seen to between two looks
KEPT: Final = 24 * 3600  # seconds that clients have to ask for what was triggered
RETRY: Final = 60  # seconds until an event is looked at again that could not be

log = logging.getLogger("cyrpy.jmap")


class Pace(NamedTuple):
    """How often what happens, in seconds."""

    lease: int = 60  # how long a dead process keeps others from looking
    turn: float = 5.0  # between looks at what is due
    gap: float = 0.5  # the least between two looks


class Alerting:
    """Runs in every worker; works in the one that holds the lease."""

    def __init__(self, core: Core, pace: Pace) -> None:
        self._core = core
        self._pace = pace
        self._holder = core.random_bytes(16).hex()
        self._poked = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        run = self._core.database.run
        poke = self._core.notifier.subscribe([alerts.CHANNEL], lambda _: self._poked.set())
        try:
            while True:
                self._poked.clear()
                try:
                    wait = await run(Lane.WORK, self.turn)
                except CyrpyError as exc:
                    log.warning("alerts have to wait: %s", exc)
                    wait = self._pace.turn
                except Exception:  # the last net: other alerts go on
                    log.exception("alerts failed")
                    wait = self._pace.turn
                pause = min(wait, self._pace.gap)
                await asyncio.sleep(pause)  # what comes at once is one turn
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait - pause):
                        await self._poked.wait()
        finally:
            poke.close()
            with suppress(CyrpyError):
                await run(Lane.WORK, self._release)

    def turn(self) -> float:
        """See to what is due, if that is for this process; seconds until the next turn."""
        if not self._lead():
            return self._pace.turn * 4
        now = int(self._core.clock())
        more = see_to(self._core, now)
        if more:
            return 0.0
        with self._core.database.read() as unit:
            due = alerts.next_due(unit)
        left = self._pace.turn if due is None else due - self._core.clock()
        return max(0.05, min(left, self._pace.turn))

    def _lead(self) -> bool:
        """Whether this process holds the lease now; who is idle writes nothing."""
        with self._core.database.read() as unit:
            held = store.lease(unit, LEASE)
            if held is not None and held[0] != self._holder and held[1] > unit.now:
                return False
            if held is not None and held[0] == self._holder:
                if held[1] - unit.now > self._pace.lease / 2:
                    return True
            elif alerts.next_due(unit) is None:
                return False
        return self._core.database.write(
            lambda unit: store.take_lease(unit, LEASE, self._holder, self._pace.lease)
        )

    def _release(self) -> None:
        with self._core.database.read() as unit:
            held = store.lease(unit, LEASE)
        if held is not None and held[0] == self._holder:
            self._core.database.write(lambda unit: store.take_lease(unit, LEASE, self._holder, 0))


def see_to(core: Core, now: int) -> bool:
    """Trigger what is due at `now` and send the mails; whether there may be more of it."""
    with core.database.read() as unit:
        found = alerts.due(unit, now, LOT)
    for due in found:
        _one(core, due, now)
    with core.database.read() as unit:
        mails = alerts.mails(unit, LOT)
    for alert in mails:
        if reminders.send(core, alert, now):
            core.database.write(partial(alerts.mailed, id=alert.id))
    if found:
        core.database.write(lambda unit: alerts.prune(unit, now - KEPT))
    return len(found) == LOT


def _one(core: Core, due: Due, now: int) -> None:
    def work(unit: Unit) -> None:
        trigger(unit, due.account_id, due.event_id, now)

    try:
        core.database.write(work, [due.account_id])
    except (StorageFull, Unavailable):
        raise
    except Exception:  # the last net: one event must not keep all others waiting
        log.exception("an event's alerts cannot be looked at")
        core.database.write(lambda unit: alerts.settle(unit, due, now + RETRY, now))

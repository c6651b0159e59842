"""Stamping: keeps what messages were worth when they came (RFC 9219, smimeStatusAtDelivery)."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Final

from cyrpy.core import Core
from cyrpy.data import messages, smime
from cyrpy.data.threads import Lane
from cyrpy.data.unit import Unit
from cyrpy.errors import CyrpyError
from cyrpy_jmap.types.smime.judging import Judge

LOT: Final = 20  # messages that are seen to between two looks
TURN: Final = 5.0  # seconds between looks

log = logging.getLogger("cyrpy.jmap")


class Stamping:
    """Verifies what has come, as of when it came; whoever of the processes comes first.

    Until that is done, the same is found out whenever somebody asks.
    """

    def __init__(self, core: Core, judge: Judge) -> None:
        self._core = core
        self._judge = judge

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            count = 0
            try:
                count = await self._core.database.run(Lane.WORK, self.turn)
            except CyrpyError as exc:
                log.warning("signatures have to wait: %s", exc)
            except Exception:  # the last net: it goes on with the next turn
                log.exception("signatures cannot be verified")
            if count < LOT:
                await asyncio.sleep(TURN)

    def turn(self) -> int:
        """Verify some messages; how many."""
        with self._core.database.read() as unit:
            found = smime.waiting(unit, LOT)
            statuses = {key: self._status(unit, *key) for key in found}
        for (account_id, number), status in statuses.items():
            work = partial(_settle, account_id=account_id, number=number, status=status)
            self._core.database.write(work, [account_id])
        return len(found)

    def _status(self, unit: Unit, account_id: int, number: int) -> str | None:
        rows = unit.all(messages.OF_IDS, account_id=account_id, ids=[number])
        if not rows:
            return None
        verdict = self._judge.at(unit, self._core.blobs, rows[0], rows[0].received_at)
        return None if verdict is None else verdict.status


def _settle(unit: Unit, account_id: int, number: int, status: str | None) -> None:
    if status is None:
        smime.forget(unit, account_id, number)
    else:
        smime.stamp(unit, account_id, number, status)

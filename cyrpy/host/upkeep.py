"""Upkeep of a running server: now and then, by one of its processes at a time."""

from __future__ import annotations

import asyncio
import fcntl
import logging
from pathlib import Path
from typing import Final

from cyrpy.core import Core
from cyrpy.data import upkeep
from cyrpy.data.threads import Lane
from cyrpy.errors import CyrpyError

FIRST_AFTER: Final = 60  # seconds
THEN_EVERY: Final = 3600

log = logging.getLogger("cyrpy.upkeep")


async def keep(core: Core) -> None:
    """Run until cancelled; a round that fails is logged, and the next one tries again."""
    wait = FIRST_AFTER
    while True:
        await asyncio.sleep(wait)
        wait = THEN_EVERY
        try:
            await core.database.run(Lane.SLOW, once, core)
        except (CyrpyError, OSError) as exc:
            log.warning("upkeep could not be done: %s", exc)


def once(core: Core) -> upkeep.Done | None:
    """One round, unless another process of this host is at it."""
    path = Path(core.settings.configdirectory) / "upkeep.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        _let_mail_go(core)
        done = upkeep.run(core.database, core.blobs, int(core.clock()), core.settings.sync_log_days)
    log.info("upkeep: %d lines of the change log, %d files of blobs removed", *done)
    return done


def _let_mail_go(core: Core) -> None:
    """Forget destroyed mail whose time is over, in small units."""
    from cyrpy.groupware.mail_deleted import BATCH, let_go  # noqa: PLC0415 - not at the start

    days = core.settings.undelete_days
    while core.database.write(lambda unit: let_go(unit, core.blobs, days)) == BATCH:
        pass

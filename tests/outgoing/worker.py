"""A process that sends what is due, until it is killed: `python -m tests.outgoing.worker …`."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from cyrpy.config import CoreSettings
from cyrpy.core import Core
from cyrpy.data.blobs import Blobs
from cyrpy.data.database import Database, Location
from cyrpy.data.notifier import Notifier
from cyrpy.mail.outgoing import Outgoing
from cyrpy.mail.relay import Relay
from tests.support.dav import Nobody


async def serve(given: dict[str, str | None]) -> None:
    """Send for ever."""
    folder = Path(given["folder"] or "")
    file = Path(given["file"]) if given["file"] else None
    database = Database(Location(file, given["url"]), publisher=Notifier(), clock=time.time)
    settings = CoreSettings(configdirectory=folder, submission_relay=given["relay"])
    core = Core(settings, database, Blobs(folder / "blobs"), Notifier(), Nobody())
    outgoing = Outgoing(core, Relay.of(settings))
    outgoing.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1])))

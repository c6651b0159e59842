"""JMAP as the host mounts it: what it is made of is loaded when somebody asks for it.

That is a third of all that a server loads, and neither DAV nor a look at its health needs it. The
first request waits for it, a fifth of a second; without one it is loaded a moment after the
start, because push runs beside the requests.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from cyrpy.core import Core, Later
from cyrpy.data.threads import Lane
from cyrpy.errors import CyrpyError
from cyrpy.heap import loading
from cyrpy.http.late import LateApp, Load
from cyrpy.http.scope import App
from cyrpy_jmap.settings import JmapSettings

if TYPE_CHECKING:
    from cyrpy_jmap.app import Opened

UNASKED: Final = 3.0  # seconds after the start, when no request has come
RETRY: Final = 10.0  # seconds, where the database was not to be had

# Of what the module offers, as `Later` takes them.
KINDS: Final = frozenset(
    {
        "cyrpy_jmap.blob_source:BlobSource",
        "cyrpy_jmap.capability:Capability",
        "cyrpy_jmap.datatype:DataType",
        "cyrpy_jmap.push.vapid:Vapid",
    }
)
log = logging.getLogger("cyrpy.jmap")


class Parts:
    """All that JMAP is made of, once it is loaded; the module's offer to itself."""

    def __init__(self, settings: JmapSettings) -> None:
        self.opened: Opened | None = None
        self.asked: Final = asyncio.Event()
        self._settings = settings
        self._lock = threading.Lock()

    def open(self, core: Core) -> Opened:
        """Load it, unless that was done; on a thread, for others are served meanwhile.

        Raises:
            CyrpyError: the database cannot be used.
        """
        with self._lock:
            if self.opened is None:
                self.opened = _load(core, self._settings)
            return self.opened


def _load(core: Core, settings: JmapSettings) -> Opened:
    with loading():
        from cyrpy_jmap.app import opened  # noqa: PLC0415 - this is what is loaded late

        return opened(core, settings)


def offers(settings: JmapSettings) -> Iterable[object]:
    """The module's data types and what belongs to them; and its parts, to itself."""
    yield Parts(settings)
    yield Later(KINDS, lambda: _types(settings))


def _types(settings: JmapSettings) -> Iterable[object]:
    from cyrpy_jmap.types import offers as own  # noqa: PLC0415 - as above

    return own(settings)


def app(core: Core, settings: JmapSettings) -> App:
    """The sub-app that the host mounts."""
    del settings
    (parts,) = core.offered(Parts)

    def hop(load: Load) -> Awaitable[App]:
        parts.asked.set()
        return core.database.run(Lane.WORK, load)

    return LateApp(lambda: parts.open(core).app, hop)


@asynccontextmanager
async def lifespan(core: Core, settings: JmapSettings) -> AsyncIterator[None]:
    """Web push runs beside the requests."""
    del settings
    (parts,) = core.offered(Parts)
    task = asyncio.create_task(_push(core, parts))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _push(core: Core, parts: Parts) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(UNASKED):
            await parts.asked.wait()
    while True:
        try:
            opened = await core.database.run(Lane.WORK, parts.open, core)
            break
        except CyrpyError as exc:
            log.error("JMAP cannot start: %s", exc)
            await asyncio.sleep(RETRY)
    async with opened.sending():
        await asyncio.Event().wait()  # until cancelled

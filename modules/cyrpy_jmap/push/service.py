"""The service: what of push runs beside the requests, and the endpoints that serve clients."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from starlette.types import ASGIApp

from cyrpy.core import Core
from cyrpy.data.threads import Lane
from cyrpy_jmap.api import Api
from cyrpy_jmap.push.alerting import Alerting
from cyrpy_jmap.push.alerting import Pace as AlertPace
from cyrpy_jmap.push.announce import Announcer
from cyrpy_jmap.push.courier import Courier
from cyrpy_jmap.push.delivery import Delivery
from cyrpy_jmap.push.eventsource import EventSource
from cyrpy_jmap.push.hub import CONNECTIONS, Hub
from cyrpy_jmap.push.job import Jobs
from cyrpy_jmap.push.sender import Pace, Sender
from cyrpy_jmap.push.shape import CLASSIC
from cyrpy_jmap.push.vapid import Vapid
from cyrpy_jmap.push.websocket import WebSocket

USUAL: Final = Pace()


def endpoints(api: Api, connections: int = CONNECTIONS) -> Mapping[str, ASGIApp]:
    """The endpoints of push, by the first part of their paths."""
    hub = Hub(api, connections=connections)
    return {
        "eventsource": EventSource(hub),
        "events": EventSource(hub, CLASSIC),  # the event source of the classic dialect
        "ws": WebSocket(hub),
    }


@asynccontextmanager
async def sending(
    api: Api, courier: Courier | None = None, pace: Pace = USUAL
) -> AsyncIterator[None]:
    """Push to subscriptions and callbacks meanwhile; the VAPID key is there from the start."""
    core: Core = api.services.core
    (vapid,) = core.offered(Vapid)
    await core.database.run(Lane.WORK, vapid.open, core)
    jobs = Jobs(api.sessions, Announcer(api.engine.types))
    delivery = Delivery(core, courier or Courier(clock=core.clock), vapid)
    tasks = [
        asyncio.create_task(Sender(core, jobs, delivery, pace).run()),
        asyncio.create_task(Alerting(core, AlertPace()).run()),
    ]
    beside = (type.beside(core) for type in api.engine.types)
    tasks += [asyncio.create_task(one) for one in beside if one is not None]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await delivery.aclose()

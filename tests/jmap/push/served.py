"""A served JMAP with event source and WebSocket, and what tests do to it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import uvicorn

from cyrpy.auth.identity import SCOPE_KEY, Identity
from cyrpy.core import Core
from cyrpy.data import access, credentials
from cyrpy.data.credentials import NewCredential
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy_jmap.api import Api
from cyrpy_jmap.app import create_app
from cyrpy_jmap.push.eventsource import EventSource
from cyrpy_jmap.push.hub import Hub
from cyrpy_jmap.push.shape import CLASSIC
from cyrpy_jmap.push.websocket import WebSocket
from cyrpy_jmap.settings import JmapSettings
from tests.support.accounts import new_account

PATIENCE = 20.0  # seconds until a test fails


@dataclass
class Site:
    """The parts of one server, before it listens."""

    core: Core
    api: Api
    settings: JmapSettings
    users: dict[str, Identity] = field(default_factory=dict)

    def user(self, name: str) -> Identity:
        """A user with one credential."""
        number = new_account(self.core.database, name)
        new = NewCredential(number, credentials.TOKEN, f"secret of {name}")
        credential = self.core.database.write(lambda u: credentials.insert_credential(u, new))
        made = Identity(number, name, name, False, None, frozenset(), 2, credential)
        self.users[name] = made
        return made

    def touch(self, account: int, type: str = "Note") -> int:
        """Something of that type changes."""

        def work(unit: Unit) -> int:
            return unit.record(account, type, "N1", ChangeKind.UPDATED)

        return self.core.database.write(work, [account])

    def share(self, owner: int, guest: int, rights: str = "lr", kind: str = "Note") -> None:
        """Share something, or take it back; moves the guest's epoch."""
        self.core.database.write(
            lambda unit: access.put_grant(unit, owner, kind, 1, guest, rights), [owner]
        )

    def revoke(self, user: Identity) -> None:
        """Take the user's credential away."""
        principal, credential = user.principal_id, user.credential_id
        self.core.database.write(lambda u: credentials.revoke(u, principal, credential))

    @asynccontextmanager
    async def served(self, **options: Any) -> AsyncIterator[Served]:
        """Listen on a port of this machine; users say who they are in a header."""
        refresh = self.core.sign_in.refresh
        hub = Hub(self.api, pace_seconds=0.0, **options)
        endpoints = {
            "eventsource": EventSource(hub, shortest_ping=1),
            "events": EventSource(hub, CLASSIC),
            "ws": WebSocket(hub),
        }
        app = create_app(self.api, self.settings, endpoints)

        async def signed_in(scope, receive, send) -> None:
            name = dict(scope["headers"])[b"x-user"].decode()
            scope[SCOPE_KEY] = await refresh(self.users[name]) or self.users[name]
            scope["root_path"] = "/jmap"
            await app(scope, receive, send)

        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(signed_in, lifespan="off", log_config=None, ws="websockets-sansio")
        )
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield Served(self, hub, listener.getsockname()[1])
        finally:
            self.core.ending.set()
            server.should_exit = True
            await serving
            listener.close()


@dataclass
class Event:
    name: str | None = None
    id: str | None = None
    data: Any = None


class Events:
    """A client of the event source, which reads as WHATWG HTML §9.2.6 says."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> Event | None:
        """The next event; None at the stream's end."""
        async with asyncio.timeout(PATIENCE):
            event = Event()
            async for line in self._lines:
                if not line and event.name:
                    return event
                key, _, value = line.partition(": ")
                if key == "event":
                    event.name = value
                elif key == "id":
                    event.id = value
                elif key == "data":
                    event.data = orjson.loads(value)
        return None


class Served:
    """A server that listens."""

    def __init__(self, site: Site, hub: Hub, port: int) -> None:
        self.site = site
        self.hub = hub
        self.port = port

    @asynccontextmanager
    async def events(
        self, user: Identity, query: str = "types=*&closeafter=no&ping=0", **headers: str
    ) -> AsyncIterator[Events]:
        """An open event source, which hears of what happens from now on."""
        path = headers.pop("path", "eventsource/")
        url = f"http://127.0.0.1:{self.port}/jmap/{path}?{query}"
        headers |= {"x-user": user.userid}
        async with (
            httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            if response.status_code == 200:
                await self.until_heard(user)
            yield Events(response)

    async def until_heard(self, user: Identity) -> None:
        """Wait until the server has subscribed for the user."""
        async with asyncio.timeout(PATIENCE):
            while not self.site.core.notifier._receivers.get(user.principal_id):
                await asyncio.sleep(0.001)

"""An event source that is read until enough has come, from a server in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson

from tests.support.jmap import Jmap
from tests.support.server import Server, _scope

PATIENCE = 20.0  # seconds until a test fails
Event = tuple[str, Any]


def events_after(
    client: Jmap, types: str, act: Callable[[], None], count: int = 1, **headers: str
) -> list[Event]:
    """The first events, pings aside, that a client hears of what `act` does once it listens."""
    server = client.server
    assert isinstance(server, Server)
    return server.await_(_read(server, client, types, act, count, headers))


async def _read(
    server: Server,
    client: Jmap,
    types: str,
    act: Callable[[], None],
    count: int,
    headers: dict[str, str],
) -> list[Event]:
    path = f"/jmap/eventsource/?types={types}&closeafter=no&ping=0"
    stream = _Stream(count)
    scope = _scope("GET", path, {**client.sign_in, **headers})
    task = asyncio.create_task(server.site.app(scope, stream.receive, stream.send))
    receivers = server.core.notifier._receivers
    async with asyncio.timeout(PATIENCE):
        while not any(receivers.values()) or not stream.began:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.05)  # `begin` reads how far everything is before it listens
        await asyncio.to_thread(act)
        await stream.done.wait()
        await task
    return stream.found()[:count]


class _Stream:
    def __init__(self, count: int) -> None:
        self.began = False
        self.done = asyncio.Event()
        self._count = count
        self._octets = b""

    async def receive(self) -> dict[str, Any]:
        await self.done.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.began = True
        self._octets += message.get("body", b"")
        if len(self.found()) >= self._count:
            self.done.set()

    def found(self) -> list[Event]:
        made = []
        for block in self._octets.decode().split("\n\n")[:-1]:
            lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if lines.get("event", "ping") != "ping":
                made.append((lines["event"], orjson.loads(lines["data"])))
        return made

"""The event source: a stream of events that lasts (RFC 8620 §7.3; WHATWG HTML §9.2)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive, Scope, Send

from cyrpy.auth.identity import identity_of
from cyrpy.errors import CyrpyError
from cyrpy_jmap.body import header
from cyrpy_jmap.push.alerts import EVENT
from cyrpy_jmap.push.announce import Announcement, Position, read_position, write_position
from cyrpy_jmap.push.hub import RECHECK_SECONDS, Hub, Live
from cyrpy_jmap.push.shape import RFC8620, Shape
from cyrpy_jmap.responses import NO_STORE, problem

SHORTEST_PING: Final = 5  # seconds; RFC 8620 §7.3 wants this to be at most 30,
LONGEST_PING: Final = 3600  # and this at least 300
MAX_TYPES: Final = 100
QUERY_LENGTH: Final = 8192  # octets
SEND_SECONDS: Final = 60.0  # a client that takes nothing for so long is given up
COMMENT: Final = b":\n\n"  # no event; shows proxies and the kernel that the connection lives
HEADERS: Final = (
    (b"content-type", b"text/event-stream"),
    NO_STORE,
    (b"x-accel-buffering", b"no"),  # nginx would collect events
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the client asked for in the URL."""

    names: frozenset[str] | None  # types as the client calls them; None: all
    closes: bool  # after the first state event
    ping: int  # seconds; 0: none


class EventSource:
    """The endpoint `eventsource/?types=…&closeafter=…&ping=…`."""

    def __init__(
        self, hub: Hub, shape: Shape = RFC8620, *, shortest_ping: int = SHORTEST_PING
    ) -> None:
        self._hub = hub
        self._shape = shape
        self._shortest_ping = shortest_ping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the client, the server or the credential ends it."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            raise problem(405, "an event source is read with GET", allow="GET, HEAD, OPTIONS")
        asked = self._parameters(scope["query_string"])
        since = read_position(header(scope, b"last-event-id") or "")
        with self._hub.enter(identity_of(scope)) as live:
            await send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
            if scope["method"] == "GET":
                stream = _Stream(live, send, self._shape, asked)
                watcher = asyncio.create_task(stream.watch(receive))
                try:
                    await stream.run(since)
                finally:
                    watcher.cancel()
            await send({"type": "http.response.body", "body": b""})

    def _parameters(self, query: bytes) -> Parameters:
        """What the query says, or the defaults for what it does not.

        Raises:
            RequestError: 400, naming the parameter that is wrong.
        """
        if len(query) > QUERY_LENGTH:
            raise problem(400, f"the query may have at most {QUERY_LENGTH} octets")
        given = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
        close = given.get("closeafter", "no")
        if close not in {"state", "no"}:
            raise problem(400, f"closeafter is {close[:80]!r}; it must be state or no")
        return Parameters(_names(given.get("types", "*")), close == "state", self._ping(given))

    def _ping(self, given: dict[str, str]) -> int:
        text = given.get("ping", str(self._shape.default_ping))
        if not text.isascii() or not text.isdigit() or len(text) > 15:
            raise problem(400, f"ping is {text[:80]!r}; it must be a number of seconds, or 0")
        seconds = int(text)
        return max(self._shortest_ping, min(seconds, LONGEST_PING)) if seconds else 0


def _names(text: str) -> frozenset[str] | None:
    if text == "*":
        return None
    names = text.split(",")
    if "" in names or "*" in names or len(names) > MAX_TYPES:
        raise problem(
            400,
            f"types must be * or the names of at most {MAX_TYPES} types with commas between",
        )
    return frozenset(names)


class _Stream:
    """One response under way."""

    def __init__(self, live: Live, send: Send, shape: Shape, asked: Parameters) -> None:
        self._live = live
        self._send = send
        self._shape = shape
        self._asked = asked
        self._is_gone = False

    async def watch(self, receive: Receive) -> None:
        """Notice that the client went away."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self._is_gone = True
        self._live.wake.set()

    async def run(self, since: Position | None) -> None:
        """Write events until something ends it."""
        try:
            await self._write(COMMENT)
            await self._live.begin(self._shape.wanted(self._asked.names), since)
            await self._loop()
        except (CyrpyError, TimeoutError):
            return  # the client comes back, and is then told why if it may not

    async def _loop(self) -> None:
        loop = asyncio.get_running_loop()
        interval = self._asked.ping or RECHECK_SECONDS
        due = loop.time() + interval
        while not self._is_gone:
            await self._live.wait(due - loop.time())
            if self._is_gone:
                return
            announcement = await self._live.changes()
            if announcement is not None and await self._announce(announcement):
                due = loop.time() + interval
                if self._asked.closes:
                    return
            elif loop.time() >= due:
                await self._write(self._ping())
                due = loop.time() + interval
            for alert in await self._live.alerts():
                await self._write(_event(EVENT, alert))

    async def _announce(self, announcement: Announcement) -> bool:
        """Write a state event, unless nothing in it has a name that the client asked for."""
        value = self._shape.write(announcement.changed, self._asked.names)
        if not any(value["changed"].values()):
            return False
        id = write_position(announcement.position).encode("ascii")
        await self._write(b"id: %b\n%b" % (id, _event(b"state", value)))
        return True

    def _ping(self) -> bytes:
        if not self._asked.ping:
            return COMMENT
        return _event(b"ping", {"interval": self._asked.ping})

    async def _write(self, octets: bytes) -> None:
        async with asyncio.timeout(SEND_SECONDS):
            await self._send({"type": "http.response.body", "body": octets, "more_body": True})


def _event(name: bytes, value: dict[str, Any]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name, orjson.dumps(value))

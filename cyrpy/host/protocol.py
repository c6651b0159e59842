"""HTTP/1.1 connections: uvicorn's httptools protocol, with bounds on what a client may do.

What is bounded: the octets of a request's head (431, 414) and of the framing of its body, the time
a client may take for a head (408), idle connections, answers that are not read, requests sent
ahead (pipelining), and connections (503). There is no timer per request or connection: the server
looks at each connection once a second (`check`), which costs 0.1 µs.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, cast

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from cyrpy.host.continuation import continued
from cyrpy.host.cycle import Cycle
from cyrpy.host.outbox import Outbox
from cyrpy.http.problem import RETRY_SOON, HttpError, problem, send_problem
from cyrpy.http.scope import Receive, Scope, Send

logger = logging.getLogger("cyrpy.http")
MAX_AHEAD = 100  # requests that a client may send ahead of the answers
MAX_HEADERS = 128
CLOSE = (b"connection", b"close")


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Bounds of one worker's connections; times in seconds."""

    connections: int = 10_000
    head: int = 64 << 10  # octets of request line and headers
    head_timeout: float = 20.0
    idle_timeout: float = 75.0  # between requests
    write_timeout: float = 60.0  # without the client taking a single octet


class HostState(ServerState):
    """What the connections of a worker share."""

    def __init__(self, limits: ConnectionLimits) -> None:
        super().__init__()
        self.limits = limits
        self.now = 0.0  # the loop's time, at most a second old
        self.outbox = Outbox()
        self.refused = 0  # connections over the limit since the last look


class HttpProtocol(HttpToolsProtocol):
    """One connection."""

    server_state: HostState

    def __init__(
        self,
        config: Config,
        server_state: HostState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = server_state.limits
        self._since = server_state.now  # when the current phase began
        self._in_head = False
        self._in_message = False
        self._framing = 0  # octets of the current message that are no content, less its content
        self._piece = 0  # octets of the piece that is being parsed
        self._content = 0  # those of them that are content
        self._begun = 0  # messages that began in it
        self._fault: HttpError | None = None  # answered when the requests before it are
        self._unsent = -1  # octets the client has not taken, when last looked at
        self._stuck_since = 0.0

    # What asyncio and the parser call

    def connection_made(  # type: ignore[override]  # a stream's transport, as in uvicorn
        self, transport: asyncio.Transport
    ) -> None:
        """Accept, or let the connection hear that there are too many."""
        super().connection_made(transport)
        self._since = self.server_state.now
        count, limit = len(self.connections), self._limits.connections
        if count > limit:
            self.server_state.refused += 1
            self.app = _busy
            if count > limit + limit // 4 + 8:
                transport.abort()

    def data_received(self, data: bytes) -> None:
        """Parse a piece."""
        if self._fault is not None:
            return
        self._piece = len(data)
        self._content = self._begun = 0
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as exc:
            self._refuse(self._fault or HttpError(400, detail=f"invalid HTTP: {exc}"))
        else:
            # A piece with several messages is not counted: it cannot be told which part is whose,
            # and what the parser holds of the last one is less than the piece.
            if self._in_message and self._begun < 2:
                self._count_framing()

    def on_message_begin(self) -> None:
        """A request line begins."""
        super().on_message_begin()
        self._in_head = self._in_message = True
        self._since = self.server_state.now
        self._framing = 0
        self._begun += 1

    def on_headers_complete(self) -> None:
        """The head is there: start the request, unless it is too much (RFC 9112 §3.2)."""
        limit = self._limits.head
        if self._framing + self._piece > limit and self._head_size() > limit:
            self._reject(_head_too_large(limit, len(self.url) > limit // 2))
        if b"#" in self.url:  # the parser would leave it out, and another resource be meant
            self._reject(HttpError(400, detail="a URL in a request has no fragment"))
        if len(self.headers) > MAX_HEADERS:
            self._reject(HttpError(431, detail=f"more than {MAX_HEADERS} headers"))
        if len(self.pipeline) >= MAX_AHEAD:
            self._reject(HttpError(429, detail=f"more than {MAX_AHEAD} requests sent ahead"))
        super().on_headers_complete()
        self._in_head = False

    def on_body(self, body: bytes) -> None:
        """Some content came."""
        self._content += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is complete, unless its body comes after an upgrade that is not made."""
        if self.parser.should_upgrade() and not self._should_upgrade() and self._has_body():
            return
        self._in_message = False
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        cycle.__class__ = Cycle  # uvicorn makes its own and leaves no other way in
        outbox = cast("Cycle", cycle).outbox = self.server_state.outbox
        outbox.running += 1
        super()._start_asgi_task(cycle, app)

    def shutdown(self) -> None:
        """Close the connection once what runs is answered."""
        self.server_state.outbox.settle(self.transport)
        super().shutdown()

    def on_response_complete(self) -> None:
        """Go on with the next request; as uvicorn does, without a timer for each."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        self._since = self.server_state.now
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        elif self._fault is not None:
            self._write_and_close(self._fault)

    # Once a second

    def check(self, now: float) -> None:
        """End what has taken too long."""
        if self.flow.write_paused or self.transport.is_closing():
            self._check_writing(now)
            return
        self._unsent = -1
        if self.cycle is not None and not self.cycle.response_complete:
            return  # a request runs; reading its body has bounds of its own
        age = now - self._since
        if self._in_head and age > self._limits.head_timeout:
            seconds = f"{self._limits.head_timeout:g} s"
            self._refuse(HttpError(408, detail=f"the headers did not come within {seconds}"))
        elif age > self._patience():
            self.transport.close()

    def _patience(self) -> float:
        """How long this connection may wait for a request, or for an unread body's end."""
        if self._in_message or self.cycle is None:
            return self._limits.head_timeout
        return self._limits.idle_timeout

    def _check_writing(self, now: float) -> None:
        """Give up on a client that reads nothing."""
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._unsent = unsent
            self._stuck_since = now
        elif now - self._stuck_since > self._limits.write_timeout:
            self.transport.abort()

    # Bounds

    def _count_framing(self) -> None:
        """Refuse heads, trailers, chunk sizes and chunk extensions without end."""
        self._framing = max(0, self._framing + self._piece - 2 * self._content)
        limit = self._limits.head
        if self._framing > limit:
            detail = f"more than {limit} octets of chunk framing or trailers"
            in_url = self._in_head and not self.headers and len(self.url) > limit // 2
            self._refuse(
                _head_too_large(limit, in_url) if self._in_head else HttpError(400, detail=detail)
            )

    def _head_size(self) -> int:
        """Octets of request line and headers, roughly as they were sent."""
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _has_body(self) -> bool:
        names = {b"content-length": b"0", b"transfer-encoding": b""}
        return any(name in names and value != names[name] for name, value in self.headers)

    # Errors

    def _reject(self, error: HttpError) -> None:
        """Stop the parser, from within one of its callbacks."""
        self._fault = error
        raise httptools.HttpParserError(str(error))

    def _refuse(self, error: HttpError) -> None:
        """Answer a request that cannot be parsed, after those before it, and close."""
        logger.debug("%s: refused: %s", self.client, error)
        self._fault = error
        in_body = self._in_message and not self._in_head
        running = self.cycle is not None and not self.cycle.response_complete
        if not in_body:
            if not running:
                self._write_and_close(error)
        elif self.pipeline:
            self.pipeline.popleft()  # its head was good, its body is not, and it has not begun
        elif running and not self.cycle.response_started:
            self._write_and_close(error)
        else:
            self.transport.close()

    def _write_and_close(self, error: HttpError) -> None:
        """Answer without an application: none can run."""
        headers, body = problem(error.status, error.title, error.detail)
        lines = [b"HTTP/1.1 %d %s" % (error.status, _reason(error.status))]
        for name, value in (*self.server_state.default_headers, *headers, *error.headers, CLOSE):
            lines.append(name + b": " + value)
        self.server_state.outbox.settle(self.transport)
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        self.transport.close()

    # Upgrades

    def _upgrade(self, rest: bytes) -> None:
        """To WebSocket; any other upgrade is not made, and the request served (RFC 9110 §7.8)."""
        if self._should_upgrade():
            if self.cycle is None or self.cycle.response_complete:
                self.handle_websocket_upgrade()
            else:
                self._refuse(HttpError(400, detail="a WebSocket needs a connection of its own"))
            return
        self.parser = continued(self, self.headers if self._in_message else None)
        if rest:
            self.data_received(rest)


def _head_too_large(limit: int, in_url: bool) -> HttpError:
    if in_url:
        return HttpError(414, detail=f"the URL may have at most {limit} octets, with the headers")
    return HttpError(431, detail=f"the request's headers may have at most {limit} octets")


def _reason(status: int) -> bytes:
    title = HttpError(status).args[0]
    return str(title).encode("ascii")


async def _busy(scope: Scope, receive: Receive, send: Send) -> None:
    """The application of connections that are one too many."""
    if scope["type"] == "http":
        detail = "the server has as many connections as it can serve"
        error = HttpError(503, detail=detail, headers=(RETRY_SOON, CLOSE))
        await send_problem(send, error)

"""One process's server: uvicorn's, with connection checks, reloading and a quiet end."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Protocol, cast

import uvicorn

from cyrpy.heap import settle
from cyrpy.host.protocol import ConnectionLimits, HostState, HttpProtocol
from cyrpy.host.tls import LiveContext
from cyrpy.http.scope import Receive, Scope, Send

logger = logging.getLogger("cyrpy.serve")
WEBSOCKET_MESSAGE = 16 << 20  # octets


class Application(Protocol):
    """What is served.

    It may also have a plain method `stopping()`: called when a graceful end begins, so that
    endless answers (event streams, WebSockets) can end themselves.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""

    async def reload(self) -> None:
        """Read the configuration again (SIGHUP); raise, and everything stays as it was."""


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How one process serves."""

    limits: ConnectionLimits = field(default_factory=ConnectionLimits)
    shutdown_timeout: int = 30  # seconds that running requests get
    websocket_message: int = WEBSOCKET_MESSAGE


class HostServer(uvicorn.Server):
    """Serves `application` until SIGTERM or SIGINT; SIGHUP reloads it and the certificate."""

    def __init__(
        self,
        application: Application,
        options: ServerOptions,
        tls: LiveContext | None,
        on_ready: Callable[[HostServer], None],
    ) -> None:
        super().__init__(_uvicorn_config(application, options, tls))
        self._application = application
        self._tls = tls
        self._on_ready = on_ready
        self._reload_wanted = False
        self._reloading: asyncio.Task[None] | None = None
        self.on_stopping: Callable[[], None] | None = None
        self.server_state: HostState = HostState(options.limits)

    def request_reload(self) -> None:
        """Reload within a tenth of a second; safe to call in a signal handler."""
        self._reload_wanted = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, then accept."""
        self.server_state.now = asyncio.get_running_loop().time()
        await super().startup(sockets)
        if self.started:
            settle()
            self._on_ready(self)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second; the connections are looked at in every tenth."""
        if counter % 10 == 0:
            self._check_connections(asyncio.get_running_loop().time())
        if self._reload_wanted and self._reloading is None:
            self._reload_wanted = False
            self._reloading = asyncio.create_task(self._reload())
            self._reloading.add_done_callback(self._reloaded)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, let running requests end, then the application."""
        if self.on_stopping is not None:
            self.on_stopping()
        stopping = getattr(self._application, "stopping", None)
        if stopping is not None:
            stopping()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, with SIGHUP; a signal that was obeyed does not kill the process as well."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        handlers = {
            signal.SIGINT: self.handle_exit,
            signal.SIGTERM: self.handle_exit,
            signal.SIGHUP: self._handle_hangup,
        }
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _handle_hangup(self, _number: int, _frame: FrameType | None) -> None:
        self.request_reload()

    def _check_connections(self, now: float) -> None:
        state = self.server_state
        state.now = now
        for connection in list(state.connections):
            if isinstance(connection, HttpProtocol):
                connection.check(now)
        if state.refused:
            limit = state.limits.connections
            logger.warning("%d connections over the limit of %d refused", state.refused, limit)
            state.refused = 0

    async def _reload(self) -> None:
        """Reload what can be; each part on its own."""
        if self._tls is not None:
            self._tls.reload()
        await self._application.reload()

    def _reloaded(self, task: asyncio.Task[None]) -> None:
        self._reloading = None
        if not task.cancelled() and task.exception() is not None:
            logger.error("the configuration stays as it was: %s", task.exception())


def _uvicorn_config(
    application: Application, options: ServerOptions, tls: LiveContext | None
) -> uvicorn.Config:
    """Uvicorn's options; what it would do by timer or middleware is done here, cheaper."""
    return uvicorn.Config(
        application,
        loop="uvloop",
        http=HttpProtocol,
        ws=cast("type[asyncio.Protocol]", _websocket),
        ws_max_size=options.websocket_message,
        ws_per_message_deflate=False,  # 300 kB of memory per connection
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=options.shutdown_timeout,
        ssl_context_factory=None if tls is None else lambda _config, _default: tls.context,
    )


def _websocket(**arguments: Any) -> asyncio.Protocol:  # noqa: ANN401 - uvicorn's own
    """The protocol of a connection that becomes a WebSocket, imported for the first of them.

    (Uvicorn's other one uses an interface that websockets has deprecated.)
    """
    from uvicorn.protocols.websockets.websockets_sansio_impl import (  # noqa: PLC0415
        WebSocketsSansIOProtocol,
    )

    return WebSocketsSansIOProtocol(**arguments)

"""The LMTP server beside the HTTP server: by one process of a host at a time."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cyrpy.config.values import Address
from cyrpy.core import Core
from cyrpy.errors import ConfigError
from cyrpy.host.listen import Listen, bind, release

if TYPE_CHECKING:
    from cyrpy.mail.lmtp import LmtpProtocol

RETRY_AFTER: Final = 0.5  # seconds: how soon another process takes over
CLOSE_WITHIN: Final = 10  # seconds that running transactions get

log = logging.getLogger("cyrpy.serve")


class LmtpService:
    """Listens while it holds the lock; who does not waits for it."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._listen = [_listen(text) for text in core.settings.lmtp_listen]
        self._lock = Path(core.settings.configdirectory) / "lmtp.lock"
        self._descriptor: int | None = None
        self._sockets: list[socket.socket] = []
        self._servers: list[asyncio.Server] = []
        self._connections: set[LmtpProtocol] = set()
        self._waiting: asyncio.Task[None] | None = None

    @property
    def ports(self) -> list[int]:
        """The TCP ports on which mail is taken here."""
        return [one.getsockname()[1] for one in self._sockets if one.family != socket.AF_UNIX]

    async def start(self) -> None:
        """Listen now, or as soon as the process that does so ends.

        Raises:
            ConfigError: an address cannot be bound.
        """
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every line
        if not self._listen:
            return
        if not await self._try():
            self._waiting = asyncio.get_running_loop().create_task(self._wait())

    async def _try(self) -> bool:
        """Take the lock and listen; whether that went well."""
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        try:
            self._sockets = bind(self._listen)
        except BaseException:
            self._unlock()
            raise
        loop, connect = asyncio.get_running_loop(), self._door()
        for one in self._sockets:
            if one.family == socket.AF_UNIX:
                server = await loop.create_unix_server(connect, sock=one)
            else:
                server = await loop.create_server(connect, sock=one)
            self._servers.append(server)
        log.info("cyrpy takes mail by LMTP on %s", ", ".join(map(_name, self._sockets)))
        return True

    async def _wait(self) -> None:
        """Listen once the other process ends; what keeps us from it then is said, and may pass."""
        while True:
            try:
                if await self._try():
                    return
            except ConfigError as exc:
                log.warning("%s", exc)
            await asyncio.sleep(RETRY_AFTER)

    def _unlock(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _door(self) -> Callable[[], LmtpProtocol]:
        """What makes the protocol of each connection."""
        from cyrpy.mail.lmtp import LmtpProtocol, Mailroom  # noqa: PLC0415 - few take mail here

        room = Mailroom(self._core)

        def connect() -> LmtpProtocol:
            made = LmtpProtocol(room, self._connections.discard)
            self._connections.add(made)
            return made

        return connect

    async def close(self) -> None:
        """Listen no more, let deliveries under way end, and leave the lock to others."""
        if self._waiting is not None:
            self._waiting.cancel()
        for one in self._listen if self._sockets else ():
            if one.path is not None:  # while we have the lock, it is ours
                one.path.unlink(missing_ok=True)
        for server in self._servers:
            server.close()
        leaving = list(self._connections)
        for connection in leaving:
            connection.leave()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN):
                for connection in leaving:
                    await connection.gone.wait()
        release(self._sockets)
        self._unlock()


def _listen(text: str) -> Listen:
    address = Address.read(text)
    return Listen(path=Path(address.path)) if address.path else Listen(address.host, address.port)


def _name(bound: socket.socket) -> str:
    name: str | Sequence[object] = bound.getsockname()
    return f"unix:{name}" if isinstance(name, str) else f"{name[0]}:{name[1]}"

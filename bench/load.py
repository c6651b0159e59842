"""Load: keep-alive connections that each send one request after the other, as fast as answered."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Result:
    """What one run came to."""

    requests: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)  # seconds

    def percentile(self, percent: int) -> float:
        """Latency in milliseconds."""
        return statistics.quantiles(self.latencies, n=100)[percent - 1] * 1000


class Wrong(Exception):
    """An answer was not the expected one."""


class Client(asyncio.Protocol):
    """One connection; parses no more of an answer than its status and length."""

    def __init__(
        self, requests: Iterator[bytes], status: int, until: float, result: Result
    ) -> None:
        self._requests = requests
        self._expected = b"HTTP/1.1 %d" % status
        self._until = until
        self._result = result
        self._buffer = b""
        self._sent = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - narrows the type
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Gather one answer; then the next request."""
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        if not head.startswith(self._expected):
            self._fail(f"{head[:60]!r} for {self._expected!r}")
            return
        now = time.perf_counter()
        self._result.latencies.append(now - self._sent)
        self._result.requests += 1
        self._buffer = b""
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The run is over."""
        if not self.done.done():
            self.done.set_result(None)

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(next(self._requests))

    def _fail(self, why: str) -> None:
        self.done.set_exception(Wrong(why))
        self._transport.close()


def _length(head: bytes) -> int:
    lower = head.lower()
    start = lower.find(b"content-length:")
    return int(lower[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0


def drive_all(
    port: int, requests: Iterator[bytes], status: int, connections: int, seconds: float
) -> Result:
    """Send one request after the other for so long, over so many connections.

    Raises:
        Wrong: an answer had another status.
    """
    return asyncio.run(drive(port, requests, status, connections, seconds))


async def drive(
    port: int, requests: Iterator[bytes], status: int, connections: int, seconds: float
) -> Result:
    """The same on a loop that runs.

    Raises:
        Wrong: an answer had another status.
    """
    loop = asyncio.get_running_loop()
    result = Result()
    started = time.perf_counter()
    until = started + seconds

    def client() -> Client:
        return Client(requests, status, until, result)

    clients = [
        (await loop.create_connection(client, "127.0.0.1", port))[1] for _ in range(connections)
    ]
    for one in clients:
        await one.done
    result.seconds = time.perf_counter() - started
    return result

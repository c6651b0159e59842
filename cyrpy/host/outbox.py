"""Answers of one round of the event loop, written together.

Each write to a client that sleeps wakes it, which on a virtual machine costs as much as a third of
a small answer. Written one after the other once all requests that had come are answered, the first
wakes the client and the others find it awake. An answer waits for the rest of its round at most,
and not at all if no other request runs.
"""

from __future__ import annotations

import asyncio
from typing import Final

SMALL: Final = 64 << 10  # octets; more is worth a system call of its own


class Outbox:
    """What one worker's connections are about to be sent."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Transport, bytes] = {}
        self.running = 0  # requests that are not answered

    def add(self, transport: asyncio.Transport, data: bytes) -> None:
        """Write `data`, the end of an answer: now if it is the last, else when this round ends."""
        if not self._waiting:
            if self.running <= 1:
                transport.write(data)
                return
            asyncio.get_running_loop().call_soon(self._flush)
        before = self._waiting.get(transport)
        self._waiting[transport] = data if before is None else before + data
        if self.running <= 1:
            self._flush()

    def settle(self, transport: asyncio.Transport) -> None:
        """Write what waits for this connection now: something else is to follow, or its end."""
        data = self._waiting.pop(transport, None)
        if data is not None:
            transport.write(data)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for transport, data in waiting.items():
            transport.write(data)

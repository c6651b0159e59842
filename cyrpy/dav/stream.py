"""Content that is in a file: sent in pieces, from a file that was opened in the snapshot."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from cyrpy.http.scope import HeaderList, Receive, Send

PIECE: Final = 1 << 20  # octets


class FilePart:
    """Octets `start` to `stop` of a file.

    It is open from when it was found, so a file that is removed meanwhile is still sent whole.
    """

    def __init__(self, path: Path, start: int, stop: int) -> None:
        self._file = path.open("rb")
        self._start = start
        self._stop = stop

    def close(self) -> None:
        """Let go of it."""
        self._file.close()

    async def send(self, send: Send, receive: Receive, status: int, headers: HeaderList) -> None:
        """Answer with it; a disk may be slow, so no piece is read on the event loop.

        Nothing is read for a client that has gone away.
        """
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            size = self._stop - self._start
            whole = [*headers, (b"content-length", b"%d" % size)]
            await send({"type": "http.response.start", "status": status, "headers": whole})
            for start in range(self._start, self._stop, PIECE):
                if gone.done():
                    return
                count = min(PIECE, self._stop - start)
                piece = await asyncio.to_thread(self._read, start, count)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            self.close()

    def _read(self, start: int, count: int) -> bytes:
        self._file.seek(start)
        return self._file.read(count)


async def _disconnected(receive: Receive) -> None:
    """Comes back when the client has gone; what it still sends is of no interest."""
    while (await receive())["type"] != "http.disconnect":
        pass

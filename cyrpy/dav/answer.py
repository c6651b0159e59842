"""Answer: what a method gives back, to be sent once its unit is over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from cyrpy.dav.markup import XML
from cyrpy.http.scope import Receive, Send

if TYPE_CHECKING:
    from cyrpy.dav.stream import FilePart

Headers = Iterable[tuple[bytes, bytes]]
PIECE: Final = 1 << 18  # octets; a larger body goes out in pieces, as fast as they are taken


class Answer(NamedTuple):
    """Status, headers and body of a response.

    `file` is where a large body is read from; `size` is that of one that HEAD leaves out.
    """

    status: int
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    file: FilePart | None = None
    size: int | None = None

    @classmethod
    def xml(cls, status: int, body: bytes, headers: Headers = ()) -> Answer:
        """With an XML document."""
        return cls(status, ((b"content-type", XML), *headers), body)

    @classmethod
    def multistatus(cls, body: bytes, headers: Headers = ()) -> Answer:
        """207 (RFC 4918 §13)."""
        return cls.xml(207, body, headers)

    async def send(self, send: Send, receive: Receive) -> None:
        """Whole, or in pieces if it is large; the host drops the body of an answer to HEAD."""
        headers = list(self.headers)
        if self.file is not None:
            await self.file.send(send, receive, self.status, headers)
            return
        size = len(self.body) if self.size is None else self.size
        if self.status not in {204, 304}:
            headers.append((b"content-length", b"%d" % size))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        start = 0
        while len(self.body) - start > PIECE:
            piece = self.body[start : start + PIECE]
            start += PIECE
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send(
            {"type": "http.response.body", "body": self.body[start:] if start else self.body}
        )

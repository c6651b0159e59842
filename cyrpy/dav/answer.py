"""Answer: what a method gives back, to be sent once its unit is over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cyrpy.dav.markup import XML
from cyrpy.http.scope import Send

Headers = Iterable[tuple[bytes, bytes]]


class Answer(NamedTuple):
    """Status, headers and body of a response."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""

    @classmethod
    def xml(cls, status: int, body: bytes, headers: Headers = ()) -> Answer:
        """With an XML document."""
        return cls(status, ((b"content-type", XML), *headers), body)

    @classmethod
    def multistatus(cls, body: bytes, headers: Headers = ()) -> Answer:
        """207 (RFC 4918 §13)."""
        return cls.xml(207, body, headers)

    async def send(self, send: Send) -> None:
        """In one go; the host drops the body where the request was HEAD."""
        headers = list(self.headers)
        if self.status not in {204, 304}:
            headers.append((b"content-length", b"%d" % len(self.body)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})

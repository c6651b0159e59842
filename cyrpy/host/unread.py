"""Answers that come before the request's body was read: announce the end, drain a little, close.

A client that is still sending when the connection is closed may lose the answer to a reset, so
after the answer a bounded rest of the body is read and thrown away (RFC 9112 §9.6).
"""

from __future__ import annotations

import asyncio

from cyrpy.http.problem import HttpError
from cyrpy.http.scope import Message, Receive, Scope, Send, headers_of

DRAINED = 1 << 20  # octets that are read and thrown away
LINGER = 2.0  # seconds that it may take
# Smaller bodies need none of this: the HTTP layer reads and drops their rest, in bounded time.
SMALL_DIGITS = 5  # a content-length of at most 99,999
CLOSE = (b"connection", b"close")


def may_stay_unread(headers: dict[bytes, bytes]) -> bool:
    """Whether a request's body is long, of unknown length, or waits for `100 Continue`."""
    return (
        len(headers.get(b"content-length", b"")) > SMALL_DIGITS
        or b"transfer-encoding" in headers
        or b"expect" in headers
    )


def check_transfer_coding(headers: dict[bytes, bytes]) -> None:
    """Only chunked is understood; what else was done to the body would reach the application.

    Raises:
        HttpError: 501 (RFC 9112 §6.1).
    """
    coding = headers.get(b"transfer-encoding", b"chunked")
    if coding.strip().lower() != b"chunked":
        raise HttpError(501, detail="the only transfer-encoding that is understood is chunked")


class UnreadBody:
    """Wraps `receive` and `send` of one request; knows whether its body was read to the end."""

    __slots__ = ("_complete", "_expected", "_receive", "_send", "_touched", "_unread")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._complete = False
        self._touched = False
        self._expected = b"expect" in headers_of(scope)
        self._unread = False  # decided when the answer starts

    async def receive(self) -> Message:
        """The next message, noting the body's end."""
        self._touched = True
        message = await self._receive()
        if not message.get("more_body", False):
            self._complete = True
        return message

    async def send(self, message: Message) -> None:
        """Send on; if the body was not read, say so and drain before the answer ends."""
        if message["type"] == "http.response.start":
            if not self._complete:
                self._unread = True
                headers = list(message.get("headers", ()))
                if CLOSE not in headers:
                    headers.append(CLOSE)
                message = {**message, "headers": headers}
        elif self._unread and not message.get("more_body", False):
            # The client has all of the answer now; what follows ends it.
            await self._send({**message, "more_body": True})
            await self._drain()
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)

    async def _drain(self) -> None:
        """Throw away what comes, up to DRAINED and LINGER."""
        if self._expected and not self._touched:
            return  # it waits for our word, which is the answer
        octets = 0
        try:
            async with asyncio.timeout(LINGER):
                while not self._complete and octets < DRAINED:
                    octets += len((await self.receive()).get("body", b""))
        except TimeoutError:
            pass

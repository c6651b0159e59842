"""One request and its answer on a connection: uvicorn's, with a cheaper way out.

What differs from uvicorn's: the head goes out together with the first piece of the body, in one
system call and mostly one packet (ASGI lets a server wait for that), and a small answer together
with the others of its round; headers are checked for line breaks by one search instead of two for
each; and nothing is suspended where nothing has to wait.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Generator, Iterable
from typing import Any, Final

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from cyrpy.host.outbox import SMALL, Outbox
from cyrpy.http.scope import Message

logger = logging.getLogger("cyrpy.request")
_BREAKS: Final = re.compile(rb"[\x00\r\n]")
_NO_BODY: Final = frozenset({204, 304})
Headers = Iterable[tuple[bytes, bytes]]


class _Done(Awaitable[None]):
    """Nothing to wait for."""

    def __await__(self) -> Generator[Any, None, None]:
        return
        yield


DONE: Final = _Done()


class Cycle(RequestResponseCycle):
    """What an application's `send` ends in."""

    head: bytes | None = None  # of the answer, until there is some body
    outbox: Outbox

    async def run_asgi(self, app: ASGI3Application) -> None:
        """Run the application for this request; the last net, below that of the host's layers."""
        try:
            await app(self.scope, self.receive, self.send)  # type: ignore[arg-type] # see send
            if not self.response_complete and not self.disconnected:
                raise RuntimeError("the application did not complete its answer")
        except BaseException:
            logger.exception("a request failed")
            self._break_off()
        finally:
            self.outbox.running -= 1
            self.on_response = _nothing  # the connection is not kept alive by this

    def _break_off(self) -> None:
        """Answer 500, or cut an answer off that has begun."""
        if self.response_started:
            self.outbox.settle(self.transport)
            self.transport.close()
        else:
            self._start(500, ((b"content-length", b"0"), (b"connection", b"close")))
            self._continue(b"", more=False)

    def send(self, message: Message) -> Awaitable[None]:  # type: ignore[override]
        """Take one ASGI message; the application waits if the client does not read."""
        if self.flow.write_paused and not self.disconnected:
            return self._send_later(message)
        self._send_now(message)
        return DONE

    async def _send_later(self, message: Message) -> None:
        await self.flow.drain()
        self._send_now(message)

    def _send_now(self, message: Message) -> None:
        if self.disconnected:
            return
        kind = message["type"]
        if kind == "http.response.start" and not self.response_started:
            self._start(message["status"], message.get("headers") or ())
        elif kind == "http.response.body" and self.response_started and not self.response_complete:
            self._continue(message.get("body", b""), more=message.get("more_body", False))
        else:
            raise RuntimeError(f"an application sent {kind} where it may not")

    def _start(self, status: int, headers: Headers) -> None:
        """Make the head, and find out how the body's end is to be told."""
        self.response_started = True
        self.waiting_for_100_continue = False
        lines = [STATUS_LINE[status]]
        for name, value in (*self.default_headers, *headers):
            if name == b"content-length" and self.chunked_encoding is None:
                self.expected_content_length = int(value)
                self.chunked_encoding = False
            elif name == b"connection" and b"close" in value.lower():
                self.keep_alive = False
                continue
            lines += (name, b": ", value, b"\n")
        head = b"".join(lines[1:])
        if len(_BREAKS.findall(head)) != (len(lines) - 1) // 4:
            raise RuntimeError("a header holds a line break or NUL")
        head = head.replace(b"\n", b"\r\n")
        if not self.keep_alive:
            head += b"connection: close\r\n"
        has_body = self.scope["method"] != "HEAD" and status not in _NO_BODY
        if self.chunked_encoding is None and has_body:
            self.chunked_encoding = True
            head += b"transfer-encoding: chunked\r\n"
        self.head = lines[0] + head + b"\r\n"

    def _continue(self, body: bytes, *, more: bool) -> None:
        """Write a piece of the body, behind the head if that is not out yet."""
        if self.scope["method"] == "HEAD":
            self.expected_content_length = 0
            body = b""
        elif self.chunked_encoding:
            body = _chunk(body, more=more)
        else:
            self.expected_content_length -= len(body)
            if self.expected_content_length < 0:
                raise RuntimeError("the answer is longer than its content-length")
        if self.head is not None:
            body, self.head = self.head + body, None
        if not more and len(body) <= SMALL:
            self.outbox.add(self.transport, body)
        elif body:
            self.outbox.settle(self.transport)
            self.transport.write(body)
        if not more:
            self._complete()

    def _complete(self) -> None:
        if self.expected_content_length:
            raise RuntimeError("the answer is shorter than its content-length")
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.outbox.settle(self.transport)
            self.transport.close()
        self.on_response()


def _nothing() -> None:
    """What a cycle that has ended calls."""


def _chunk(body: bytes, *, more: bool) -> bytes:
    """A piece in chunked coding (RFC 9112 §7.1)."""
    end = b"" if more else b"0\r\n\r\n"
    return b"%x\r\n%b\r\n%b" % (len(body), body, end) if body else end

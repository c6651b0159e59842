"""The outer layer's part in WebSockets: the extra headers, and refusal before or after accept."""

from __future__ import annotations

from cyrpy.http.problem import HttpError, problem
from cyrpy.http.scope import Message, Scope, Send

INTERNAL_ERROR = 1011  # close codes (RFC 6455 §7.4.1)
TRY_AGAIN_LATER = 1013


class SocketExchange:
    """Adds the extra headers to the handshake's answer, notes its status and the octets sent."""

    __slots__ = ("_can_answer", "_extra", "_send", "octets", "status")

    def __init__(self, scope: Scope, send: Send, extra: list[tuple[bytes, bytes]]) -> None:
        self._can_answer = "websocket.http.response" in (scope.get("extensions") or {})
        self._send = send
        self._extra = extra
        self.status = 0  # until the handshake is answered
        self.octets = 0

    async def send(self, message: Message) -> None:
        """Send on."""
        kind = message["type"]
        if kind == "websocket.send":
            self.octets += len(message.get("bytes") or message.get("text") or b"")
        elif kind == "websocket.accept":
            self.status = 101
            message = {**message, "headers": [*message.get("headers", ()), *self._extra]}
        elif kind == "websocket.http.response.start":
            self.status = message["status"]
            message = {**message, "headers": [*message.get("headers", ()), *self._extra]}
        elif kind == "websocket.close" and not self.status:
            self.status = 403  # what a server makes of it
        await self._send(message)

    async def fail(self, error: HttpError, send: Send) -> None:
        """Answer the handshake with a problem document where the server can, or close."""
        if self.status == 101:
            code = TRY_AGAIN_LATER if error.status == 503 else INTERNAL_ERROR
            await send({"type": "websocket.close", "code": code})
        elif not self.status:
            await self._refuse(error, send)

    async def _refuse(self, error: HttpError, send: Send) -> None:
        if not self._can_answer:
            await send({"type": "websocket.close"})
            return
        headers, body = problem(error.status, error.title, error.detail, error.type, error.extra)
        start = {
            "type": "websocket.http.response.start",
            "status": error.status,
            "headers": [*headers, *error.headers],
        }
        await send(start)
        await send({"type": "websocket.http.response.body", "body": body})

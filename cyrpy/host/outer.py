"""The outermost ASGI layer: request id, who the client is, access log, and the last net."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from time import perf_counter

from cyrpy.errors import CyrpyError
from cyrpy.host.accesslog import AccessLog
from cyrpy.host.proxy import TrustedProxies, set_root_path
from cyrpy.host.requestid import RequestIds, accepted
from cyrpy.host.sockets import SocketExchange
from cyrpy.host.unread import UnreadBody, check_transfer_coding, may_stay_unread
from cyrpy.http.body import ClientDisconnected
from cyrpy.http.problem import RETRY_SOON, HttpError, http_error_for, send_problem
from cyrpy.http.scope import (
    BODY_LIMITS,
    REQUEST_ID,
    RESPONSE_HEADERS,
    App,
    BodyLimits,
    Message,
    Receive,
    Scope,
    Send,
    headers_of,
)

logger = logging.getLogger("cyrpy.request")
DISCONNECTED = 499  # in the log only: the client did not wait for the answer


class OuterLayer:
    """Wraps the whole application; everything below may rely on what it puts into the scope.

    It puts there REQUEST_ID, HEADERS, RESPONSE_HEADERS (a list that layers may extend: every
    answer carries them, a problem document too), and, if a trusted proxy is in front, the client,
    scheme and Host that it tells of. `root_path` is the path that the proxy serves us below.
    """

    def __init__(
        self,
        app: App,
        *,
        ids: RequestIds | None = None,
        proxies: TrustedProxies | None = None,
        access_log: AccessLog | None = None,
        root_path: str = "",
        body_limits: BodyLimits | None = None,
    ) -> None:
        self._app = app
        self._make_id = (ids or RequestIds()).make
        self._proxies = proxies or None
        self._access_log = access_log
        self._root_path = root_path.rstrip("/")
        self._body_limits = body_limits or BodyLimits()
        self.active = 0  # requests under way
        self._adjusts = bool(self._proxies or self._root_path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket; lifespan passes through."""
        kind = scope["type"]
        if kind == "lifespan":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        self.active += 1
        extra = self._prepare(scope)
        exchange = _exchange(scope, send, extra)
        answer: Send = exchange.send
        headers = headers_of(scope)
        try:
            if kind == "http" and may_stay_unread(headers):
                body = UnreadBody(scope, receive, answer)
                receive, answer = body.receive, body.send
                check_transfer_coding(headers)
            if self._adjusts or b"host" not in headers or len(headers) != len(scope["headers"]):
                self._admit(scope, extra)
            await self._app(scope, receive, answer)
        except BaseException as exc:  # noqa: BLE001 the last net
            error = _explained(exc, scope[REQUEST_ID])
            if error is not None:
                await exchange.fail(error, answer)
        finally:
            self.active -= 1
        if self._access_log is not None:
            status = exchange.status or DISCONNECTED
            self._access_log.record(scope, status, exchange.octets, perf_counter() - started)

    def _prepare(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """Put into the scope what the layers below rely on; the headers of every answer."""
        request_id = scope[REQUEST_ID] = self._make_id()
        scope[BODY_LIMITS] = self._body_limits
        extra = scope[RESPONSE_HEADERS] = [(b"x-request-id", request_id.encode())]
        return extra

    def _admit(self, scope: Scope, extra: list[tuple[bytes, bytes]]) -> None:
        """Apply what a trusted proxy says, and the root path.

        Raises:
            HttpError: 400 for a request without Host, or with two (RFC 9112 §3.2).
        """
        headers = headers_of(scope)
        if len(headers) != len(scope["headers"]):
            _refuse_two_hosts(scope)
        if b"host" not in headers and scope["http_version"] == "1.1":
            raise HttpError(400, detail="HTTP/1.1 requests need a Host header (RFC 9112 §3.2)")
        if self._proxies is not None:
            client = scope["client"]
            if self._proxies.trusts(client[0] if client else None):
                given = accepted(headers.get(b"x-request-id"))
                if given is not None:
                    scope[REQUEST_ID] = given
                    extra[0] = (b"x-request-id", given.encode())
                self._proxies.apply(scope)
        if self._root_path:
            set_root_path(scope, self._root_path)


class Exchange:
    """Adds the extra headers to an answer and notes its status and size."""

    __slots__ = ("_extra", "_is_head", "_send", "octets", "status")

    def __init__(self, send: Send, extra: list[tuple[bytes, bytes]], is_head: bool) -> None:
        self._send = send
        self._extra = extra
        self._is_head = is_head
        self.status = 0  # until the answer starts
        self.octets = 0

    def send(self, message: Message) -> Awaitable[None]:
        """Send on: a function, not a coroutine, which would cost one more frame."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message.get("headers")
            # A new message: applications may send the same one many times.
            message = {**message, "headers": [*headers, *self._extra] if headers else self._extra}
        elif self._is_head:
            message = {**message, "body": b""}
        else:
            self.octets += len(message.get("body", b""))
        return self._send(message)

    async def fail(self, error: HttpError, send: Send) -> None:
        """Answer with a problem document; an answer that has begun is cut off instead."""
        if self.status:
            logger.warning("an answer was cut off: %s", error)
        else:
            await send_problem(send, error)


def _exchange(
    scope: Scope, send: Send, extra: list[tuple[bytes, bytes]]
) -> Exchange | SocketExchange:
    if scope["type"] == "http":
        return Exchange(send, extra, scope["method"] == "HEAD")
    return SocketExchange(scope, send, extra)


def _explained(exc: BaseException, request_id: str) -> HttpError | None:
    """What to tell the client: of what nobody expected, only the id; None if it is gone."""
    if isinstance(exc, ClientDisconnected):
        return None
    if isinstance(exc, asyncio.CancelledError):
        return HttpError(503, detail="the server is stopping", headers=(RETRY_SOON,))
    if not isinstance(exc, Exception):
        raise exc
    known = http_error_for(exc) if isinstance(exc, CyrpyError) else None
    if known is not None:
        return known
    logger.error("request %s failed", request_id, exc_info=exc)
    return HttpError(500, extra={"requestId": request_id})


def _refuse_two_hosts(scope: Scope) -> None:
    """Two Host lines are an attempt to be two requests at once (RFC 9112 §3.2)."""
    if sum(name == b"host" for name, _ in scope["headers"]) > 1:
        raise HttpError(400, detail="there are two Host headers (RFC 9112 §3.2)")

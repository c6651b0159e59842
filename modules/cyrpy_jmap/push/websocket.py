"""JMAP over WebSocket (RFC 8887): requests side by side, and push, on one connection."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import orjson
from starlette.types import Message, Receive, Scope, Send

from cyrpy.auth.identity import identity_of
from cyrpy.data.threads import Lane
from cyrpy.errors import CyrpyError, StorageFull, Unavailable
from cyrpy_jmap.api import LARGE
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.errors import RequestError
from cyrpy_jmap.push import messages
from cyrpy_jmap.push.hub import RECHECK_SECONDS, Ended, Hub, Live
from cyrpy_jmap.push.messages import BadMessage, Incoming, PushEnable, WsRequest
from cyrpy_jmap.responses import problem

SUBPROTOCOL: Final = "jmap"
SEND_SECONDS: Final = 60.0  # a client that takes nothing for so long is given up
GOING_AWAY: Final = 1001  # close codes (RFC 6455 §7.4.1)
UNSUPPORTED: Final = 1003
POLICY: Final = 1008
TRY_AGAIN: Final = 1013


def _server_part(base_url: str) -> dict[str, Any]:
    scheme, _, rest = base_url.partition(":")
    return {"url": f"{'wss' if scheme == 'https' else 'ws'}:{rest}/ws/", "supportsPush": True}


WEBSOCKET: Final = Capability(
    "urn:ietf:params:jmap:websocket", server=_server_part, in_accounts=False
)


class WebSocket:
    """GET …/ws/ with Upgrade: websocket."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "websocket":
            error = problem(426, "this URL is for WebSockets of the subprotocol jmap")
            error.headers = ((b"upgrade", b"websocket"), (b"connection", b"upgrade"))
            raise error
        if SUBPROTOCOL not in scope.get("subprotocols", ()):
            raise problem(400, "Sec-WebSocket-Protocol must offer jmap (RFC 8887 §4.1)")
        identity = identity_of(scope)
        with self._hub.enter(identity) as live:
            await receive()  # websocket.connect
            await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
            await _Connection(self._hub, live, send, identity.principal_id).serve(receive)


class _Connection:
    """One WebSocket."""

    def __init__(self, hub: Hub, live: Live, send: Send, principal_id: int) -> None:
        self._api = hub.api
        self._principal_id = principal_id
        self._live = live
        self._send = send
        limits = hub.api.services.limits
        self._limit = limits.max_size_request
        self._room = asyncio.Semaphore(limits.max_concurrent_requests)
        self._code: int | None = None  # with which to close; None: the client is gone

    async def serve(self, receive: Receive) -> None:
        """Until one of reading, pushing and answering ends it."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._push())
                await self._read(receive, tasks)
                raise _Over
        except* _Over:
            pass
        if self._code is not None:
            await self._send({"type": "websocket.close", "code": self._code})

    async def _read(self, receive: Receive, tasks: asyncio.TaskGroup) -> None:
        """Take messages as they come; none more while as many requests run as may."""
        while (message := await receive())["type"] != "websocket.disconnect":
            text = message.get("text")
            if text is None:
                self._code = UNSUPPORTED
                return
            try:
                incoming = await self._parse(text)
            except RequestError as exc:
                await self._refuse(exc, exc.request_id if isinstance(exc, BadMessage) else None)
            else:
                await self._take(incoming, tasks)

    async def _parse(self, text: str) -> Incoming:
        octets = text.encode()
        if len(octets) > self._limit:
            raise RequestError(
                "limit",
                400,
                f"a message may have at most {self._limit} octets (maxSizeRequest)",
                limit="maxSizeRequest",
            )
        if len(octets) > LARGE:
            return await self._api.services.core.database.run(Lane.SLOW, messages.read, octets)
        return messages.read(octets)

    async def _take(self, incoming: Incoming, tasks: asyncio.TaskGroup) -> None:
        if isinstance(incoming, WsRequest):
            await self._room.acquire()
            tasks.create_task(self._answer(incoming))
        elif isinstance(incoming, PushEnable):
            await self._checked(self._live.begin(incoming.types, incoming.since))
        else:
            self._live.stop()

    async def _answer(self, request: WsRequest) -> None:
        """Run one request, as a POST to the API would, and send its response."""
        try:
            viewer = await self._checked(self._live.viewer())
            async with self._api.gate.held(self._principal_id):
                answer = await self._api.answer(request.value, viewer)
        except RequestError as exc:
            await self._refuse(exc, request.id)
        except (StorageFull, Unavailable) as exc:
            await self._refuse(problem(503, str(exc)), request.id)
        else:
            await self._write(messages.response(request.id, answer))
        finally:
            self._room.release()

    async def _push(self) -> None:
        """Announce changes while push is on, and notice the end of server and credential."""
        while True:
            await self._live.wait(RECHECK_SECONDS)
            announcement = await self._checked(self._live.changes())
            if announcement is not None:
                await self._write(messages.announced(announcement))
            for alert in await self._checked(self._live.alerts()):
                await self._write(orjson.dumps(alert))

    async def _checked(self, awaited: Any) -> Any:  # noqa: ANN401 - whatever it awaits
        """Await what may find that the connection is over."""
        try:
            return await awaited
        except Ended as exc:
            self._code = GOING_AWAY if self._live.is_ending else POLICY
            raise _Over from exc
        except Unavailable as exc:
            self._code = TRY_AGAIN
            raise _Over from exc

    async def _refuse(self, error: RequestError, request_id: str | None) -> None:
        await self._write(messages.request_error(error, request_id))

    async def _write(self, octets: bytes) -> None:
        message: Message = {"type": "websocket.send", "text": octets.decode()}
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._send(message)
        except (TimeoutError, OSError) as exc:
            self._code = None
            raise _Over from exc


class _Over(CyrpyError):
    """The connection is to end; a task group ends its other tasks at that."""

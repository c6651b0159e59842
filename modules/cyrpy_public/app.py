"""The ASGI sub-app: GET and HEAD `/public/<token>[/<name>]`; all that is wrong is 404."""

from __future__ import annotations

import asyncio
from typing import Final

from cyrpy.core import Core
from cyrpy.data.threads import Lane
from cyrpy.groupware import publishing
from cyrpy.groupware.publishing import Opened
from cyrpy.http.problem import HttpError
from cyrpy.http.responses import send_bytes, send_empty
from cyrpy.http.scope import HeaderList, Receive, Scope, Send, headers_of
from cyrpy_public.busy import busy_answer
from cyrpy_public.cache import Cache, Kept
from cyrpy_public.content import Content, content_of
from cyrpy_public.gate import Gate

ALLOW: Final = ((b"allow", b"GET, HEAD, OPTIONS"),)
# A link is a secret: it goes into no search engine, no shared cache and no Referer.
ALWAYS: Final = (
    (b"cache-control", b"private, no-cache"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"x-content-type-options", b"nosniff"),
)


class PublicApp:
    """Answers below the prefix in `root_path`."""

    def __init__(self, core: Core, rate_limit: int) -> None:
        self._core = core
        self._gate = Gate(rate_limit, core.clock)
        self._cache = Cache()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1003})
            return
        with self._gate.passed(scope):
            if scope["method"] == "OPTIONS":
                await send_empty(send, 204, ALLOW)
            elif scope["method"] in {"GET", "HEAD"}:
                await self._answer(scope, receive, send)
            else:
                raise HttpError(405, detail="links can only be read", headers=ALLOW)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        token, *names = scope["path"].removeprefix(scope["root_path"]).strip("/").split("/")
        if len(names) > 1 or publishing.TOKEN.fullmatch(token) is None:
            raise _nothing()
        found = await self._core.database.run(Lane.QUICK, self._look, token)
        if found is None:
            raise _nothing()
        if found.row is None:
            await self._busy(found, scope, send)
        else:
            await self._collection(found, scope, receive, send)

    async def _busy(self, found: Opened, scope: Scope, send: Send) -> None:
        database = self._core.database
        answer = await database.run(Lane.SLOW, busy_answer, database, found, scope)
        headers: HeaderList = (*ALWAYS, (b"etag", answer.etag), (b"vary", b"accept"))
        if _is_known(scope, answer.etag):
            await send_empty(send, 304, headers)
        else:
            await send_bytes(send, 200, answer.body, answer.content_type, headers)

    def _look(self, token: str) -> Opened | None:
        with self._core.database.read() as unit:
            return publishing.opened(unit, token)

    async def _collection(self, found: Opened, scope: Scope, receive: Receive, send: Send) -> None:
        """The collection: as it was given before, or a page at a time."""
        content = await self._core.database.run(Lane.QUICK, content_of, self._core.database, found)
        headers = (*ALWAYS, *content.headers)
        if _is_known(scope, content.etag):
            await send_empty(send, 304, headers)
            return
        body = self._cache.get(content.etag)
        if body is not None:
            await send_bytes(send, 200, body, content.content_type, headers)
            return
        typed = [(b"content-type", content.content_type), *headers]
        await send({"type": "http.response.start", "status": 200, "headers": typed})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
        else:
            await self._pages(content, receive, send)

    async def _pages(self, content: Content, receive: Receive, send: Send) -> None:
        """Each page is a snapshot of its own.

        What changes while it goes out changes the entity tag too, which is that of the beginning.
        """
        database = self._core.database
        kept = Kept()
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            while (piece := await database.run(Lane.SLOW, content.next, database)) is not None:
                if gone.done():
                    return
                kept.add(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
        if kept.is_whole:
            self._cache.put(content.etag, kept.pieces)


def _nothing() -> HttpError:
    return HttpError(404, detail="there is no such link, or not any more")


def _is_known(scope: Scope, etag: bytes) -> bool:
    """Whether the client has it already (RFC 9110 §13.1.2)."""
    field = headers_of(scope).get(b"if-none-match", b"")
    tags = (tag.strip().removeprefix(b"W/") for tag in field.split(b","))
    return field.strip() == b"*" or etag.removeprefix(b"W/") in tags


async def _disconnected(receive: Receive) -> None:
    """Comes back when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass

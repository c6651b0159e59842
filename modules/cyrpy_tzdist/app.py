"""The ASGI sub-app: what was answered before is looked up, the rest made in a thread."""

from __future__ import annotations

import asyncio

from starlette.types import Receive, Scope, Send

from cyrpy_tzdist import conditions
from cyrpy_tzdist.actions import act
from cyrpy_tzdist.answers import Answer, Cache, Headers, Key
from cyrpy_tzdist.problems import Problem

_READ = frozenset((b"accept", *conditions.NAMES))
_ALLOW = (b"allow", b"GET, HEAD")


class TzdistApp:
    """Answers below the prefix in `root_path`; holds nothing but answers that it can make again."""

    def __init__(self) -> None:
        self._cache = Cache()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1003})
            return
        headers = {name: value for name, value in scope["headers"] if name in _READ}
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        key = (path, scope["query_string"], headers.pop(b"accept", None))
        is_head = scope["method"] == "HEAD"
        try:
            if scope["method"] not in {"GET", "HEAD"}:
                raise Problem(405, "invalid-action", "only GET and HEAD are served", [_ALLOW])
            answer = self._cache.get(key) or await self._made(key)
            status = conditions.status(answer, headers) if headers else 200
            if status == 304:
                await _send(send, 304, answer.validators, b"")
            elif status == 200:
                await _send(send, 200, answer.headers, b"" if is_head else answer.body)
            else:
                raise Problem(status, None, "the zone is not as the request expects")
        except Problem as problem:
            await _send_problem(send, problem, is_head=is_head)

    async def _made(self, key: Key) -> Answer:
        answer = await asyncio.to_thread(act, key)
        self._cache.put(key, answer)
        return answer


async def _send_problem(send: Send, problem: Problem, *, is_head: bool) -> None:
    body = problem.document()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        *problem.headers,
    ]
    await _send(send, problem.status, headers, b"" if is_head else body)


async def _send(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

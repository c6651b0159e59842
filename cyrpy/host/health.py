"""/healthz: whether this server can do its work, for load balancers and supervisors."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from cyrpy.http.responses import send_empty, send_json
from cyrpy.http.scope import Receive, Scope, Send

logger = logging.getLogger("cyrpy.health")
UNCACHED = ((b"cache-control", b"no-store"),)
Check = Callable[[], Awaitable[str | None]]


class Health:
    """ASGI leaf: 200 when `check` returns None, else 503 and what it says is wrong.

    The text of `check` is public (no credentials are asked for); an exception in it is logged and
    shown as no more than "the check failed".
    """

    def __init__(self, check: Check) -> None:
        self._check = check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD."""
        if scope["method"] not in {"GET", "HEAD"}:
            await send_empty(send, 405, ((b"allow", b"GET, HEAD"),))
            return
        trouble = await self._trouble()
        if trouble is None:
            await send_json(send, 200, {"status": "ok"}, UNCACHED)
        else:
            await send_json(send, 503, {"status": "failing", "detail": trouble}, UNCACHED)

    async def _trouble(self) -> str | None:
        """What is wrong, or None."""
        try:
            return await self._check()
        except Exception:
            logger.exception("the health check failed")
            return "the check failed; the server's log says why"

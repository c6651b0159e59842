"""LateApp: an ASGI application that its first request loads."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from typing import Final

from cyrpy.http.scope import App, Receive, Scope, Send

Load = Callable[[], App]


class LateApp:
    """Stands in the place of the application that `load` makes, which is called once.

    What a module is made of is loaded so for those who use it: the first request waits a moment,
    and a start does not. `hop` runs it on a thread, for others are served meanwhile.
    """

    def __init__(self, load: Load, hop: Callable[[Load], Awaitable[App]]) -> None:
        self._load: Final = load
        self._hop: Final = hop
        self._app: App | None = None
        self._lock = threading.Lock()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve a request."""
        app = self._app
        return self._first(scope, receive, send) if app is None else app(scope, receive, send)

    async def _first(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = await self._hop(self._loaded)
        await app(scope, receive, send)

    def _loaded(self) -> App:
        with self._lock:
            if self._app is None:
                self._app = self._load()
            return self._app

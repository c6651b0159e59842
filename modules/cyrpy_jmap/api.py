"""Api: the engine as the HTTP endpoints use it; who asks, in which lane, in which dialect."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

import orjson
from starlette.types import Receive, Scope, Send

from cyrpy.auth.identity import Identity, identity_of
from cyrpy.data.threads import Lane
from cyrpy_jmap.body import check_json_type, parse_json, read_body
from cyrpy_jmap.call import Services
from cyrpy_jmap.dialects.base import Dialect
from cyrpy_jmap.dialects.rfc8620 import Rfc8620, not_request
from cyrpy_jmap.engine import Engine
from cyrpy_jmap.invocation import Request
from cyrpy_jmap.limits import Gate
from cyrpy_jmap.responses import NO_STORE, problem, send_body, send_json
from cyrpy_jmap.session import Sessions
from cyrpy_jmap.viewer import Viewer

LARGE: Final = 256 << 10  # octets of a request that are parsed off the event loop


class Api:
    """GET and POST /jmap/: the Session object and the API, in every dialect.

    `classic` makes the dialect of requests that are arrays, where there is one, for the first.
    """

    def __init__(
        self, engine: Engine, sessions: Sessions, classic: Callable[[], Dialect] | None = None
    ) -> None:
        self.engine: Final = engine
        self.sessions: Final = sessions
        self.services: Final[Services] = engine.services
        limits = engine.services.limits
        self._limit = limits.max_size_request
        self.gate: Final = Gate(limits.max_concurrent_requests, "maxConcurrentRequests")
        self._object = Rfc8620(sessions.capabilities, limits.max_calls_in_request)
        self._array = None if classic is None else cache(classic)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request to the API's URL."""
        method = scope["method"]
        if method == "POST":
            principal_id = identity_of(scope).principal_id
            if not self.gate.take(principal_id):
                await self.gate.enter(principal_id)
            try:
                media_type, answer = await self._post(scope, receive)
            finally:
                self.gate.leave(principal_id)
            await send_body(send, 200, answer, media_type, [NO_STORE])
        elif method in {"GET", "HEAD"}:
            session = self.sessions.session(await self.viewer(scope), self.base_url(scope))
            await send_json(send, 200, orjson.dumps(session), [NO_STORE])
        else:
            raise problem(
                405,
                "GET is for the Session object, POST for requests",
                allow="GET, HEAD, POST, OPTIONS",
            )

    async def _post(self, scope: Scope, receive: Receive) -> tuple[bytes, bytes]:
        """Type and octets of the answer."""
        check_json_type(scope)
        body = await read_body(scope, receive, self._limit, "maxSizeRequest")
        if len(body) > LARGE:
            value = await self.services.core.database.run(Lane.SLOW, parse_json, body)
        else:
            value = parse_json(body)
        dialect = self._dialect(value)
        dialect.check_headers(scope)
        return dialect.media_type, await self.answer(value, await self.viewer(scope))

    async def answer(self, value: Any, viewer: Viewer) -> bytes:  # noqa: ANN401 - parsed JSON
        """The answer to a parsed request body.

        Raises:
            RequestError: the request as a whole is refused.
        """
        request = self._dialect(value).decode(value, viewer)
        lane = self.engine.lane(request)
        if lane is None:
            return self._run(request, viewer)
        return await self.services.core.database.run(lane, self._run, request, viewer)

    def _run(self, request: Request, viewer: Viewer) -> bytes:
        responses = self.engine.run(request, viewer)
        return request.dialect.encode(request, responses, viewer.session_state)

    def _dialect(self, value: Any) -> Dialect:  # noqa: ANN401 - parsed JSON
        if type(value) is list:
            if self._array is None:
                raise not_request("the body must be an object with using and methodCalls")
            return self._array()
        return self._object

    async def viewer(self, scope: Scope) -> Viewer:
        """Who asks, with the accounts that there are for them."""
        return await self.viewer_of(identity_of(scope))

    async def viewer_of(self, identity: Identity) -> Viewer:
        """The viewer for an identity; reads the database once in an epoch."""
        viewer = self.sessions.cached(identity)
        if viewer is None:
            viewer = await self.services.core.database.run(Lane.QUICK, self._load, identity)
        return viewer

    def _load(self, identity: Identity) -> Viewer:
        with self.services.core.database.read() as unit:
            return self.sessions.load(unit, identity)

    def base_url(self, scope: Scope) -> str:
        """JMAP's absolute URL, such as https://host/jmap, as this client reaches it."""
        root: str = scope.get("root_path", "")
        configured = self.services.core.settings.http_base_url
        if configured:
            prefix = self.services.core.settings.http_root_path
            return configured + root.removeprefix(prefix)
        host = next((v for k, v in scope["headers"] if k == b"host"), None)
        if host is None:
            name, port = scope.get("server") or ("localhost", None)
            host = (name if port is None else f"{name}:{port}").encode("ascii")
        return f"{scope.get('scheme', 'http')}://{host.decode('latin-1')}{root}"

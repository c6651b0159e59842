"""Routes: the URLs under /jmap, and the one place where errors become problem documents."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from cyrpy.errors import CyrpyError, StorageFull, Unavailable
from cyrpy.http.body import ClientDisconnected
from cyrpy_jmap.api import Api
from cyrpy_jmap.body import PATH
from cyrpy_jmap.errors import RequestError
from cyrpy_jmap.responses import problem, send_problem


class Jmap:
    """The sub-app: `/jmap` and `/jmap/` are the API, `/jmap/upload/…` and others endpoints.

    An endpoint raises RequestError for what is to be a problem document.
    """

    def __init__(self, api: Api, endpoints: Mapping[str, ASGIApp]) -> None:
        self._api = api
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find the endpoint and run it."""
        if scope["type"] == "lifespan":
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        try:
            if path in {"", "/"} and scope["type"] == "http":
                await self._api(scope, receive, send)
            else:
                await self._endpoint(scope, path)(scope, receive, send)
        except ClientDisconnected:
            return
        except CyrpyError as exc:
            await _refuse(scope, send, exc)

    def _endpoint(self, scope: Scope, path: str) -> ASGIApp:
        name, *rest = path.removeprefix("/").split("/")
        endpoint = self._endpoints.get(name)
        if endpoint is None:
            raise problem(404, "there is nothing here; the Session object at /jmap/ has the URLs")
        if rest and not rest[-1]:
            rest.pop()
        scope[PATH] = rest
        return endpoint


async def _refuse(scope: Scope, send: Send, exc: CyrpyError) -> None:
    error = _problem(exc)
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
    else:
        await send_problem(send, error)


def _problem(exc: CyrpyError) -> RequestError:
    """The problem for an error outside of any method call."""
    if isinstance(exc, RequestError):
        return exc
    if isinstance(exc, StorageFull):
        return problem(507, str(exc))
    if isinstance(exc, Unavailable):
        error = problem(503, str(exc))
        error.headers = ((b"retry-after", b"5"),)
        return error
    raise exc

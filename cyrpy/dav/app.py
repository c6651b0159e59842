"""DavApp: from an ASGI request to a method, in one hop to a database thread."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from cyrpy.auth.identity import identity_of
from cyrpy.core import Core
from cyrpy.data.threads import Lane
from cyrpy.data.unit import Unit
from cyrpy.dav import preconditions, urls
from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import DavExtension, Method
from cyrpy.dav.limits import DavLimits
from cyrpy.dav.methods.options import allow
from cyrpy.dav.pretty import indented
from cyrpy.dav.request import Request
from cyrpy.dav.tree import Tree
from cyrpy.errors import CyrpyError
from cyrpy.http.body import ClientDisconnected, read_body
from cyrpy.http.scope import Receive, Scope, Send, headers_of

HEAD: Final = 512  # octets of a body in which the name of its report stands


class DavApp:
    """The ASGI application of one extension; it resolves URLs of all of them."""

    def __init__(self, core: Core, extension: DavExtension, limits: DavLimits) -> None:
        self._core = core
        self._extension = extension
        self._limits = limits
        self._tree = Tree(core.offered(DavExtension))
        self._methods = self._tree.methods()
        self._pretty = core.settings.httpprettytelemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1003})
            return
        try:
            answer = await self._answer(scope, receive)
        except ClientDisconnected:
            return
        except CyrpyError as exc:
            answer = DavError.of(exc).answer()
        await (indented(answer) if self._pretty else answer).send(send)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        method = self._methods.get(scope["method"], _UNKNOWN)
        limit = self._limits.max_xml_size
        body = await read_body(scope, receive, limit) if method.has_body else b""
        request = self._request(scope, body)
        lane = Lane.SLOW if self._is_slow(method, body) else method.lane
        return await self._core.database.run(lane, self._run, method, request)

    def _request(self, scope: Scope, body: bytes) -> Request:
        base = scope.get("root_path", "").removesuffix(self._extension.prefix)
        raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
        asked = raw.decode("latin-1").removeprefix(base)
        return Request(
            method=scope["method"],
            base=base,
            asked=asked,
            path=urls.split(asked),
            headers=headers_of(scope),
            body=body,
            identity=identity_of(scope),
        )

    def _is_slow(self, method: Method, body: bytes) -> bool:
        """Whether it is a report that may take long; wrong, it only stands in another queue."""
        head = body[:HEAD]
        return method.name == "REPORT" and any(name in head for name in self._tree.slow_reports)

    def _run(self, method: Method, request: Request) -> Answer:
        """On a database thread: look, and if the method writes, then write."""
        database = self._core.database
        with database.read() as unit:
            ctx = self._context(unit, request)
            if not method.writes:
                return _checked(method, ctx)
            accounts = _accounts(method, ctx)
        return database.write(lambda unit: _checked(method, self._context(unit, request)), accounts)

    def _context(self, unit: Unit, request: Request) -> DavContext:
        return DavContext(unit, request, self._core, self._tree, self._limits)


def _checked(method: Method, ctx: DavContext) -> Answer:
    """Run the method, if the resource takes it and is what the client takes it for.

    Raises:
        DavError: 405, with the methods that it takes; 404; 412.
    """
    if ctx.found is not None:
        taken = method.name in ctx.found.methods
    elif method.on_new or method.name == "OPTIONS":
        taken = method.name.encode() in allow(ctx).split(b", ")
    else:
        raise DavError(404, "there is nothing at this URL")
    if not taken:
        return _refused(ctx)
    if method.writes:
        preconditions.check(ctx)
    return method.run(ctx)


def _accounts(method: Method, ctx: DavContext) -> list[int]:
    """The accounts that a writing method will change.

    What may not be seen, and what is malformed, is refused here, before the writer's lock.
    """
    _ = ctx.request.xml
    resource = (ctx.found or ctx.parent) if method.on_new else ctx.resource
    touched = {ctx.user_id, None if resource is None else resource.account_id}
    return sorted(id for id in touched if id is not None)


def _refused(ctx: DavContext) -> Answer:
    raise DavError(
        405, f"{ctx.request.method[:20]} does nothing here", headers=((b"allow", allow(ctx)),)
    )


_UNKNOWN: Final = Method("", _refused)

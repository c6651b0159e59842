"""DavApp: from an ASGI request to a method, in one hop to a database thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from cyrpy.auth.identity import identity_of
from cyrpy.core import Core
from cyrpy.data.incoming import Incoming
from cyrpy.data.threads import Lane
from cyrpy.data.unit import Unit
from cyrpy.dav import preconditions, urls
from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import DavExtension, Method
from cyrpy.dav.item import Item
from cyrpy.dav.limits import DavLimits
from cyrpy.dav.methods.get import represented
from cyrpy.dav.methods.options import allow, may_make
from cyrpy.dav.methods.put import too_large
from cyrpy.dav.pretty import indented
from cyrpy.dav.request import Request
from cyrpy.dav.tree import Tree
from cyrpy.errors import CyrpyError
from cyrpy.http.body import BodyTooLarge, ClientDisconnected, body_stream, read_body
from cyrpy.http.scope import Receive, Scope, Send, headers_of

LONG: Final = 1 << 20  # octets, or so
SHORT: Final = 16 << 10  # octets of XML that are read on the event loop
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
        self._on_loop = core.database.peeks_on_loop

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
        await (indented(answer) if self._pretty else answer).send(send, receive)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        method = self._methods.get(scope["method"], _UNKNOWN)
        if method.uploads:
            return await self._upload(method, scope, receive)
        limit = self._limits.max_xml_size
        body = await read_body(scope, receive, limit) if method.has_body else b""
        request = self._request(scope, body)
        lane = Lane.SLOW if self._is_slow(method, body) else method.lane
        if self._on_loop and method.brief and lane is Lane.QUICK and len(body) <= SHORT:
            answer = self._at_once(method, method.brief, request)
            if answer is not None:
                return answer
        return await self._core.database.run(lane, self._run, method, request)

    async def _upload(self, method: Method, scope: Scope, receive: Receive) -> Answer:
        """With content for a body: in memory, or hashed and written down as it comes."""
        limit = self._limits.upload_limit
        run = self._core.database.run
        try:
            if not self._extension.streams:
                body = await read_body(scope, receive, limit)
                return await run(method.lane, self._run, method, self._request(scope, body))
            if method.foresee is not None and _is_long(scope):
                refusal = await run(Lane.QUICK, self._foresee, method, self._request(scope, b""))
                if refusal is not None:
                    return refusal
            with self._core.blobs.incoming() as incoming:
                async for piece in body_stream(scope, receive, limit):
                    incoming.write(piece)
                request = self._request(scope, b"", incoming)
                return await run(method.lane, self._run, method, request)
        except BodyTooLarge as exc:
            raise too_large(exc.limit, self._extension.too_large) from exc

    def _request(self, scope: Scope, body: bytes, incoming: Incoming | None = None) -> Request:
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
            query=scope.get("query_string", b""),
            scheme=scope.get("scheme", "https"),
            incoming=incoming,
        )

    def _is_slow(self, method: Method, body: bytes) -> bool:
        """Whether it is a report that may take long; wrong, it only stands in another queue."""
        head = body[:HEAD]
        return method.name == "REPORT" and any(name in head for name in self._tree.slow_reports)

    def _at_once(
        self, method: Method, is_brief: Callable[[DavContext], bool], request: Request
    ) -> Answer | None:
        """On the event loop: the answer, unless it will take longer than a hop to a thread."""
        with self._core.database.read() as unit:
            ctx = self._context(unit, request)
            return _checked(method, ctx) if is_brief(ctx) else None

    def _foresee(self, method: Method, request: Request) -> Answer | None:
        """On a database thread: refuse now what would be refused with the body, too."""
        with self._core.database.read() as unit:
            ctx = self._context(unit, request)
            refusal = _considered(method, ctx)
            if refusal is None and method.foresee is not None:
                method.foresee(ctx)
        return refusal

    def _run(self, method: Method, request: Request) -> Answer:
        """On a database thread: look, and if the method writes, then write."""
        database = self._core.database
        with database.read() as unit:
            ctx = self._context(unit, request)
            if not method.writes:
                return _checked(method, ctx)
            accounts = _accounts(method, ctx)
            prepared = None if method.prepare is None else method.prepare(ctx)

        def work(unit: Unit) -> Answer:
            return _checked(method, ctx.again(unit, prepared))

        return database.write(work, accounts)

    def _context(self, unit: Unit, request: Request) -> DavContext:
        return DavContext(unit, request, self._core, self._tree, self._limits)


def _checked(method: Method, ctx: DavContext) -> Answer:
    """Run the method, if the resource takes it and is what the client takes it for.

    Raises:
        DavError: 405, with the methods that it takes; 404; 412.
    """
    refusal = _considered(method, ctx)
    return method.run(ctx) if refusal is None else refusal


def _considered(method: Method, ctx: DavContext) -> Answer | None:
    """None; or what is there, where it is another than the client means (RFC 8144 §3.2).

    Raises:
        DavError: 405, 404; 412, if the client does not prefer to be told what is there.
    """
    try:
        _consider(method, ctx)
    except DavError as exc:
        wanted = method.writes and ctx.request.preferences.representation
        if exc.status != 412 or not wanted or not isinstance(ctx.found, Item):
            raise
        return represented(ctx.found, 412, ctx)
    return None


def _consider(method: Method, ctx: DavContext) -> None:
    """Whether the resource takes the method, and is what the client takes it for."""
    _admit(method, ctx)
    if b"if" in ctx.request.headers:
        ctx.locks.check_if()
    if method.writes:
        preconditions.check(ctx)


def _is_long(scope: Scope) -> bool:
    """Whether so much is to come that a look at what is there costs little in comparison."""
    length = headers_of(scope).get(b"content-length")
    return length is None or not length.isdigit() or len(length) > len(b"%d" % LONG)


def _admit(method: Method, ctx: DavContext) -> None:
    """Refuse a method that does nothing here."""
    if ctx.found is not None:
        taken = method.name in ctx.found.methods
    elif method.on_new or method.name == "OPTIONS":
        taken = may_make(method.name, ctx)
    else:
        raise DavError(404, "there is nothing at this URL")
    if not taken:
        _refused(ctx)


def _accounts(method: Method, ctx: DavContext) -> list[int]:
    """The accounts that a writing method will change.

    What may not be seen, and what is malformed, is refused here, before the writer's lock.
    """
    if method.has_body:
        _ = ctx.request.xml
    if method.on_new:
        # What takes it is not asked for what is there: that may be another by then.
        if (ctx.parent is None or method.name not in ctx.parent.makes) and ctx.found is not None:
            _admit(method, ctx)
        resource = ctx.parent or ctx.found
    else:
        _admit(method, ctx)
        resource = ctx.resource
    touched = {ctx.user_id, None if resource is None else resource.account_id}
    if method.accounts is not None:
        touched.update(method.accounts(ctx))
    return sorted(id for id in touched if id is not None)


def _refused(ctx: DavContext) -> Answer:
    raise DavError(
        405, f"{ctx.request.method[:20]} does nothing here", headers=((b"allow", allow(ctx)),)
    )


_UNKNOWN: Final = Method("", _refused)

"""Cross-origin requests (Fetch §3.2): which web pages may use this server with their own tokens.

Never with credentials that the browser holds: pages send Authorization themselves, so cookies and
client certificates stay out of it, and `*` is safe where every origin is allowed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import lru_cache

from cyrpy.http.responses import send_empty
from cyrpy.http.scope import RESPONSE_HEADERS, App, Receive, Scope, Send, headers_of

METHODS = (
    "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, PROPFIND, PROPPATCH, MKCOL, MKCALENDAR, "
    "COPY, MOVE, LOCK, UNLOCK, REPORT, ACL, SEARCH, BIND, UNBIND, REBIND"
)
REQUEST_HEADERS = (
    "Accept, Accept-Language, Authorization, Brief, Cache-Control, CalDAV-Timezones, "
    "Content-Disposition, Content-Encoding, Content-Language, Content-Type, Depth, Destination, "
    "If, If-Match, If-Modified-Since, If-None-Match, If-Range, If-Schedule-Tag-Match, "
    "If-Unmodified-Since, Last-Event-ID, Lock-Token, Overwrite, Prefer, Range, "
    "Schedule-Reply, Slug, Timeout, X-Requested-With"
)
EXPOSED = (
    "Accept-Ranges, Allow, Cal-Managed-ID, Content-Disposition, Content-Encoding, Content-Length, "
    "Content-Location, Content-Range, DAV, Date, ETag, Last-Modified, Link, Location, Lock-Token, "
    "Preference-Applied, Retry-After, Schedule-Tag, Sync-Token, WWW-Authenticate, X-Request-Id"
)
VARY = (b"vary", b"origin")
LONGEST = 512  # octets of an Origin; more is not one


class Cors:
    """ASGI layer below the outer one; answers preflights itself, before any authentication.

    `allowed` judges an origin (`https://app.example.org`, or `null`); with `everyone` it is not
    asked and answers say `*`.
    """

    def __init__(
        self,
        app: App,
        *,
        allowed: Callable[[str], bool],
        everyone: bool = False,
        max_age: int = 86400,
    ) -> None:
        self._app = app
        self._allowed = lru_cache(maxsize=1024)(allowed)
        self._everyone = everyone
        self._preflight = (
            (b"access-control-allow-methods", METHODS.encode()),
            (b"access-control-allow-headers", REQUEST_HEADERS.encode()),
            (b"access-control-max-age", b"%d" % max_age),
        )
        self._exposed = (b"access-control-expose-headers", EXPOSED.encode())

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Note what the answer must say, or answer."""
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        headers = headers_of(scope)
        extra: list[tuple[bytes, bytes]] = scope[RESPONSE_HEADERS]
        if not self._everyone:
            extra.append(VARY)  # always, or a cache would give one origin's answer to another
        origin = headers.get(b"origin")
        if origin is None:
            return self._app(scope, receive, send)
        granted = self._granted(origin)
        if granted is not None:
            extra.append((b"access-control-allow-origin", granted))
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            return send_empty(send, 204, self._preflight if granted is not None else ())
        if granted is not None:
            extra.append(self._exposed)
        return self._app(scope, receive, send)

    def _granted(self, origin: bytes) -> bytes | None:
        """What to say to `origin`; None if it is not allowed."""
        if self._everyone:
            return b"*"
        if len(origin) > LONGEST:
            return None
        return origin if self._allowed(origin.decode("latin-1")) else None

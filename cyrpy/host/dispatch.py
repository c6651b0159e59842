"""From a URL to the module that owns it: a table of prefixes, and who may pass.

Does what Starlette's `Mount` does (`root_path` grows by the prefix, `path` stays whole), which
would cost a third of an echo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cyrpy.auth.authenticator import Authenticator
from cyrpy.auth.challenge import refuse
from cyrpy.auth.identity import SCOPE_KEY, Identity
from cyrpy.http.problem import HttpError
from cyrpy.http.responses import send_redirect
from cyrpy.http.scope import USER, App, Receive, Scope, Send
from cyrpy.module import SignIn

SHORT: Final = 64  # characters of a path whose prefix is remembered: those of APIs
REDIRECT: Final = 307  # keeps method and body; not cached for ever, for admins move things


@dataclass(frozen=True, slots=True)
class Mounted:
    """One sub-app."""

    app: App
    sign_in: SignIn
    scopes: frozenset[str]  # a credential that is limited to modules must name one of these
    root: str  # the module's own prefix


class Dispatcher:
    """ASGI application that hands each request to the sub-app with the longest prefix."""

    def __init__(
        self,
        mounted: Mapping[str, Mounted],
        redirects: Mapping[str, str],
        authenticator: Authenticator,
    ) -> None:
        """`redirects`: path, or method and path, without a slash at the end -> path."""
        self._mounted = dict(mounted)
        self._redirects = dict(redirects)
        self._deepest = max((prefix.count("/") for prefix in mounted), default=0)
        self._authenticator = authenticator
        self._find = lru_cache(maxsize=1024)(self._prefix)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a WebSocket.

        Raises:
            HttpError: 404 for what no enabled module owns.
        """
        path: str = scope["path"]
        root: str = scope["root_path"]
        inside = path.removeprefix(root) if root else path
        prefix = self._find(inside) if len(inside) <= SHORT else self._prefix(inside)
        if prefix is None:
            await self._redirect(inside, root, scope, send)
            return
        mounted = self._mounted[prefix]
        scope["root_path"] = root + mounted.root
        if mounted.sign_in != "none":
            identity = self._authenticator.known(scope)
            if identity is not None and identity.modules is None:
                scope[SCOPE_KEY] = identity
                scope[USER] = identity.userid
            elif not await self._admit(mounted, scope, send):
                return
        await mounted.app(scope, receive, send)

    def _prefix(self, path: str) -> str | None:
        """The longest prefix that `path` is or lies below."""
        parts = path.split("/", self._deepest + 1)
        for count in range(min(len(parts), self._deepest + 1), 1, -1):
            prefix = "/".join(parts[:count])
            if prefix in self._mounted:
                return prefix
        return None

    async def _admit(self, mounted: Mounted, scope: Scope, send: Send) -> bool:
        """Put the identity into the scope; False if the request was answered instead."""
        outcome = await self._authenticator.authenticate(scope)
        if isinstance(outcome, Identity):
            refusal = self._authenticator.permit(outcome, mounted.scopes)
            if refusal is None:
                scope[SCOPE_KEY] = outcome
                scope[USER] = outcome.userid
                return True
            outcome = refusal
        elif mounted.sign_in == "optional" and outcome.is_missing:
            return True
        await refuse(outcome, send)
        return False

    async def _redirect(self, path: str, root: str, scope: Scope, send: Send) -> None:
        """Lead from `/` or `/.well-known/<name>` (RFC 8615) to the module that has it."""
        name = path.rstrip("/")
        target = self._redirects.get(f"{scope.get('method')} {name}") or self._redirects.get(name)
        if target is None:
            raise HttpError(404, detail="no enabled module has this URL")
        query: bytes = scope.get("query_string", b"")
        location = root + target + (f"?{query.decode('latin-1')}" if query else "")
        await send_redirect(send, REDIRECT, location)

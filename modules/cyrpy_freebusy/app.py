"""The ASGI sub-app: `/freebusy/user/<user>[/<calendar>]?start=&end=&period=&format=`."""

from __future__ import annotations

from typing import Final

from cyrpy.auth.challenge import Refusal, refuse
from cyrpy.auth.identity import SCOPE_KEY, Identity
from cyrpy.core import Core
from cyrpy.data.threads import Lane
from cyrpy.groupware.access import Actor
from cyrpy.http.problem import HttpError
from cyrpy.http.responses import send_bytes, send_empty
from cyrpy.http.scope import Receive, Scope, Send, headers_of
from cyrpy_freebusy.answers import Answer, answer
from cyrpy_freebusy.question import Question, question_of

ALLOW: Final = ((b"allow", b"GET, HEAD, OPTIONS"),)
NOBODY: Final = Actor(0, frozenset())  # one who has no account here


class FreeBusyApp:
    """Answers below the prefix in `root_path`."""

    def __init__(self, core: Core, *, is_public: bool) -> None:
        self._core = core
        self._is_public = is_public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        del receive
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1003})
            return
        if scope["method"] == "OPTIONS":
            await send_empty(send, 204, ALLOW)
            return
        if scope["method"] not in {"GET", "HEAD"}:
            raise HttpError(405, detail="only GET and HEAD are served here", headers=ALLOW)
        identity: Identity | None = scope.get(SCOPE_KEY)
        if identity is None and not self._is_public:
            await self._challenge(scope, send)
            return
        await self._answer(scope, send, identity)

    async def _challenge(self, scope: Scope, send: Send) -> None:
        """Ask for credentials, in the words of the whole server."""
        outcome = await self._core.sign_in.authenticate(scope)
        if not isinstance(outcome, Refusal):
            raise HttpError(401, detail="sign in to see when users are busy")
        await refuse(outcome, send)

    async def _answer(self, scope: Scope, send: Send, identity: Identity | None) -> None:
        now = int(self._core.clock())
        question = question_of(scope, now)
        actor = NOBODY if identity is None else Actor(identity.principal_id, identity.principals)
        found = await self._core.database.run(Lane.SLOW, self._look, question, actor)
        headers = ((b"etag", found.etag), (b"cache-control", b"private, no-cache"))
        if found.etag in headers_of(scope).get(b"if-none-match", b"").split(b", "):
            await send_empty(send, 304, headers)
            return
        content_type = question.form.content_type
        await send_bytes(send, 200, found.body, content_type, (*headers, (b"vary", b"accept")))

    def _look(self, question: Question, actor: Actor) -> Answer:
        with self._core.database.read() as unit:
            return answer(unit, self._core.settings, question, actor)

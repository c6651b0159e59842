"""The classic sign-in: a password, in two steps, for a token (drafts of 2016, "Authentication").

The steps are signed instead of kept, so that any process can serve the next one. Passwords are
judged by the server's own authenticator, with its limits on guessing; users that there are not
look like those that there are.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol

import orjson
from starlette.types import Receive, Scope, Send

from cyrpy.auth.challenge import Refusal, refuse
from cyrpy.auth.generated import Issued, Order, issue
from cyrpy.auth.identity import Identity
from cyrpy.data import credentials
from cyrpy.data.credentials import TOKEN
from cyrpy.data.threads import Lane
from cyrpy.data.unit import Unit
from cyrpy.errors import Forbidden
from cyrpy.http.body import ClientDisconnected
from cyrpy_jmap.api import Api
from cyrpy_jmap.body import check_json_type, parse_json, read_body
from cyrpy_jmap.dialects.classic import steps
from cyrpy_jmap.dialects.classic.accounts import account_map, server_capabilities
from cyrpy_jmap.dialects.classic.profiles import Profile
from cyrpy_jmap.dialects.classic.steps import Start
from cyrpy_jmap.errors import RequestError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.responses import NO_STORE, problem, send_body, send_json, send_problem
from cyrpy_jmap.signing import Signer

MAX_BODY: Final = 64 << 10  # octets
MODULE: Final = "jmap"
WRONG: Final = "The user name or the password is wrong."
NOT_FOR_JMAP: Final = "This app password is not good for JMAP."
NO_METHOD: Final = "Sign in with a password."
UNAUTHORIZED: Final = 401  # of refusals that better credentials help against


class Authenticator(Protocol):
    """What we use of `cyrpy.auth.authenticator`."""

    async def authenticate(self, scope: Mapping[str, Any]) -> Identity | Refusal:
        """Who makes the request of this ASGI scope."""


class ClassicAuth:
    """POST, GET and DELETE on the authentication URL; to be served without a sign-in before.

    `base_url` gives JMAP's absolute URL, such as https://host/jmap, as a client reaches it.
    """

    def __init__(
        self,
        api: Api,
        profile: Profile,
        authenticator: Authenticator,
        signer: Signer,
        base_url: Callable[[Scope], str],
    ) -> None:
        self._api = api
        self._core = api.services.core
        self._profile = profile
        self._authenticator = authenticator
        self._signer = signer
        self._base_url = base_url
        scheme = profile.scheme or "X-JMAP"
        self._challenge: Final = (b"www-authenticate", scheme.encode("ascii"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        methods: Mapping[str, Callable[[Scope, Receive, Send], Awaitable[None]]] = {
            "POST": self._post,
            "GET": self._get,
            "DELETE": self._delete,
        }
        serve = methods.get(scope["method"])
        try:
            if serve is None:
                raise problem(
                    405,
                    "POST signs in, GET tells the URLs, DELETE signs out",
                    allow="POST, GET, DELETE, OPTIONS",
                )
            await serve(scope, receive, send)
        except RequestError as exc:
            await send_problem(send, exc)
        except ClientDisconnected:
            return

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One step: 200 for the first, then 201 with a token, or 401 or 403 to try again."""
        check_json_type(scope)
        body = parse_json(await read_body(scope, receive, MAX_BODY, "the sign-in's limit"))
        if not isinstance(body, dict):
            raise steps.malformed("the body must be an object")
        if self._profile.login_id_sent in body:
            await self._continue(scope, body, send)
            return
        start = steps.read_start(body)
        outcome = await self._authenticator.authenticate({**scope, "headers": []})
        if isinstance(outcome, Refusal) and outcome.status != UNAUTHORIZED:
            await refuse(outcome, send)  # before a password is sent over a line that is open
            return
        await self._send_step(send, 200, start, None)

    async def _continue(self, scope: Scope, body: Json, send: Send) -> None:
        found = steps.read_continuation(body, self._profile, self._signer)
        if found is None:
            raise problem(
                self._profile.restart_status,
                f"{self._profile.login_id_sent} is unknown or too old; start with the user name",
            )
        failed = self._profile.failed_step_status
        if found.method != steps.PASSWORD:
            await self._send_step(send, failed, found.start, NO_METHOD)
            return
        given = _with_password(scope, found.start.username, found.password)
        outcome = await self._authenticator.authenticate(given)
        if isinstance(outcome, Identity):
            await self._issue(scope, outcome, found.start, send)
        elif outcome.status != UNAUTHORIZED:
            await refuse(outcome, send)
        else:
            await self._send_step(send, failed, found.start, WRONG)

    async def _issue(self, scope: Scope, identity: Identity, start: Start, send: Send) -> None:
        """Send a token that is good for JMAP alone."""
        failed = self._profile.failed_step_status
        if identity.modules is not None and MODULE not in identity.modules:
            await self._send_step(send, failed, start, NOT_FOR_JMAP)
            return
        database = self._core.database
        try:
            issued = await database.run(Lane.WORK, self._store, identity, start.label)
        except Forbidden as exc:
            await self._send_step(send, failed, start, f"{exc}; take some away first.")
            return
        answer = (await self._describe(scope, identity)) | {"accessToken": issued.secret}
        await send_json(send, 201, orjson.dumps(answer), [NO_STORE])

    def _store(self, identity: Identity, label: str) -> Issued:
        """Make the token (on a database thread)."""

        def put(unit: Unit) -> Issued:
            expires_at = unit.now + self._core.settings.auth_token_lifetime
            modules = frozenset({MODULE})
            order = Order(identity.principal_id, TOKEN, label, modules, expires_at)
            return issue(unit, order, self._core.random_bytes)

        return self._core.database.write(put)

    async def _get(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The URLs again, for one who has a token (201, as the drafts have it)."""
        del receive
        outcome = await self._authenticator.authenticate(scope)
        if isinstance(outcome, Identity):
            answer = await self._describe(scope, outcome)
            await send_json(send, 201, orjson.dumps(answer), [NO_STORE])
        elif outcome.status != UNAUTHORIZED:
            await refuse(outcome, send)
        else:
            raise problem(403, "sign in with a POST of username, then with loginId and password")

    async def _delete(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the token of this very request away."""
        del receive
        outcome = await self._authenticator.authenticate(scope)
        if isinstance(outcome, Refusal) and outcome.status != UNAUTHORIZED:
            await refuse(outcome, send)
            return
        database = self._core.database
        if isinstance(outcome, Refusal) or not await database.run(Lane.WORK, self._revoke, outcome):
            error = problem(401, "the Authorization header must have the token to be revoked")
            error.headers = (self._challenge,)
            raise error
        await send({"type": "http.response.start", "status": 204, "headers": [NO_STORE]})
        await send({"type": "http.response.body", "body": b""})

    def _revoke(self, identity: Identity) -> bool:
        """Whether it was a token, and is gone now (on a database thread)."""

        def take(unit: Unit) -> bool:
            row = unit.first(credentials.BY_ID, id=identity.credential_id)
            if row is None or row.kind != TOKEN:
                return False
            return credentials.revoke(unit, identity.principal_id, row.id)

        return self._core.database.write(take)

    async def _describe(self, scope: Scope, identity: Identity) -> dict[str, Any]:
        viewer = await self._api.viewer_of(identity)
        accounts = {
            "accounts": account_map(viewer, self._api.sessions.capabilities),
            "capabilities": server_capabilities(self._api.services.limits),
        }
        urls = steps.endpoints(self._base_url(scope), identity.account_id, self._profile)
        return steps.description(identity.userid, urls, self._profile, accounts)

    async def _send_step(self, send: Send, status: int, start: Start, prompt: str | None) -> None:
        body = orjson.dumps(steps.step(start, self._profile, self._signer, prompt))
        headers = [NO_STORE, *([self._challenge] if status == UNAUTHORIZED else [])]
        await send_body(send, status, body, b"application/json", headers)


def _with_password(scope: Scope, username: str, password: str) -> Mapping[str, Any]:
    """The request as it were with Basic credentials, for the authenticator to judge."""
    credentials_given = base64.b64encode(f"{username}:{password}".encode())
    return {**scope, "headers": [(b"authorization", b"Basic " + credentials_given)]}

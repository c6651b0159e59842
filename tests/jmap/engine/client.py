"""A client of the sub-app, without a server between."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from cyrpy.auth.identity import SCOPE_KEY, Identity
from tests.jmap.engine.notes import URN
from tests.support.server import Answer, exchange

CORE = "urn:ietf:params:jmap:core"
JSON = {"content-type": "application/json"}


class Client:
    """Sends requests as one user."""

    def __init__(self, app: Any, identity: Identity) -> None:
        self.app = app
        self.identity = identity
        self.account = identity.account_id

    def request(
        self, method: str, path: str = "/", body: bytes | list[bytes] = b"", headers=None, **scope
    ) -> Answer:
        return asyncio.run(self.arequest(method, path, body, headers, **scope))

    async def arequest(self, method, path="/", body=b"", headers=None, **scope) -> Answer:
        return await exchange(self.app, self.scope(method, path, headers or {}) | scope, body)

    def scope(self, method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
        """The ASGI scope of a request, as the host makes it."""
        path, _, query = path.partition("?")
        lines = [(name.encode(), value.encode()) for name, value in headers.items()]
        return {
            "type": "http",
            "scheme": "https",
            "method": method,
            "path": "/jmap" + path,
            "root_path": "/jmap",
            "query_string": query.encode(),
            "headers": [(b"host", b"mail.example.com"), *lines],
            SCOPE_KEY: self.identity,
        }

    def post(self, body: Any, **headers: str) -> Answer:
        octets = body if isinstance(body, bytes) else orjson.dumps(body)
        return self.request("POST", "/", octets, JSON | headers)

    def run(self, *calls: list[Any], using=(CORE, URN), **members: Any) -> dict[str, Any]:
        """The Response object to method calls; those of two parts get a call id."""
        numbered = [[*call, f"c{n}"][:3] for n, call in enumerate(calls)]
        answer = self.post({"using": list(using), "methodCalls": numbered, **members})
        assert answer.status == 200, answer.body
        return answer.json

    def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        """The arguments of the one response to one call."""
        arguments.setdefault("accountId", self.account)
        (response,) = self.run([name, arguments])["methodResponses"]
        assert response[0] == name, response
        return response[1]

    def fail(self, name: str, **arguments: Any) -> dict[str, Any]:
        """The arguments of the error that one call ends in."""
        arguments.setdefault("accountId", self.account)
        (response,) = self.run([name, arguments])["methodResponses"]
        assert response[0] == "error", response
        return response[1]

    def set(self, **arguments: Any) -> dict[str, Any]:
        return self.call("Note/set", **arguments)

    def make(self, title: str, **properties: Any) -> str:
        """The id of a new note."""
        created = self.set(create={"n": {"title": title, **properties}})["created"]
        return created["n"]["id"]

    def titles(self, ids: list[str] | None = None) -> list[str]:
        return [note["title"] for note in self.call("Note/get", ids=ids)["list"]]

"""Servers of all calendar modules, asked by people with and without an account."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import pytest

from cyrpy.data import principals
from tests.support.postgresql import Postgresql
from tests.support.server import Answer, Server, add_user, bearer

MODULES = "httpmodules: caldav carddav freebusy public\n"
NUMBERS = count(1)


class Web:
    """One server, and who asks it."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def new_user(self, name: str) -> User:
        """Somebody with an account, whose name begins as given."""
        userid = f"{name}{next(NUMBERS)}"
        add_user(self.server.configuration, self.server.core.database, userid)
        return User(self, userid, bearer(self.server.issue(userid).secret))

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        client: str = "192.0.2.1",
    ) -> Answer:
        """The answer to one who does not go away before it is there."""
        return self.server.await_(self._ask(method, path, body, headers or {}, client))

    def get(self, path: str, client: str = "192.0.2.1", **headers: str) -> Answer:
        """GET; the name of a header has `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request("GET", path, headers=named, client=client)

    async def _ask(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], client: str
    ) -> Answer:
        target, _, query = path.partition("?")
        lines = {"host": "dav.example.com", **headers}
        coming = [{"type": "http.request", "body": body, "more_body": False}]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not coming:
                await asyncio.Event().wait()
            return coming.pop(0)

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "http_version": "1.1",
            "scheme": "https",
            "method": method,
            "path": target,
            "raw_path": target.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "client": (client, 4711),
            "server": ("127.0.0.1", 80),
            "headers": [(k.encode(), v.encode("latin-1")) for k, v in lines.items()],
        }
        await self.server.site.app(scope, receive, send)
        head = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], head, b"".join(m.get("body", b"") for m in sent[1:]))


class User:
    """Somebody with an account."""

    def __init__(self, web: Web, name: str, headers: Mapping[str, str]) -> None:
        self.web = web
        self.name = name
        self.headers = headers
        self.calendar = f"/dav/calendars/user/{name}/Default/"
        self.book = f"/dav/addressbooks/user/{name}/Default/"

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.web.request(method, path, body, {**self.headers, **named})

    def put(self, path: str, body: bytes) -> None:
        """Store an object."""
        kind = "text/vcard" if path.endswith(".vcf") else "text/calendar"
        answer = self.request("PUT", path, body, content_type=kind)
        assert answer.status in {201, 204}, (answer.status, answer.body)

    @property
    def account_id(self) -> int:
        database = self.web.server.core.database
        with database.read() as unit:
            row = unit.first(principals.BY_NAME, name=f"{self.name}@localhost")
        assert row is not None
        return row.id


def running(folder: Any, options: str) -> Iterator[Web]:
    server = Server(folder, MODULES + options)
    yield Web(server)
    server.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def web(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """On each database in turn; nothing is open that is closed unless an option says so."""
    options = "public_rate_limit: 0\n"
    if request.param == "postgresql":
        postgresql: Postgresql = request.getfixturevalue("postgresql")
        options += f"database_url: {postgresql.new_database()}\n"
    yield from running(tmp_path_factory.mktemp("web"), options)


@pytest.fixture
def anna(web: Web) -> User:
    return web.new_user("anna")


@pytest.fixture
def bert(web: Web) -> User:
    return web.new_user("bert")

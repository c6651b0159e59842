"""A whole server of imapd.conf text in this process, asked as curl asks it."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import orjson

from cyrpy.auth.generated import Issued, Order, issue
from cyrpy.auth.passwords import Passwords
from cyrpy.core import Core
from cyrpy.data import credentials
from cyrpy.data.credentials import TOKEN
from cyrpy.data.database import Database
from cyrpy.data.migrate import upgrade
from cyrpy.data.unit import Unit
from cyrpy.groupware.principals import NewPrincipal, create, find
from cyrpy.groupware.provision import Folders
from cyrpy.groupware.userids import UserIds
from cyrpy.host.app import Site
from cyrpy.host.configuration import Configuration, read

T = TypeVar("T")
DOMAIN = "localhost"
JSON = {"content-type": "application/json", "accept": "application/json"}
CONFIGURATION = """\
httpmodules: jmap
configdirectory: {folder}
defaultdomain: localhost
servername: localhost
http_access_log: off
failedloginpause: 0
"""


class Answer(NamedTuple):
    """What a server answers."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


def written(folder: Path, options: str = "") -> Path:
    """The imapd.conf in `folder`; `options` are lines beside the usual ones, or in their place."""
    path = folder / "imapd.conf"
    given = {line.partition(":")[0] for line in options.splitlines()}
    usual = CONFIGURATION.format(folder=folder).splitlines(keepends=True)
    lines = [line for line in usual if line.partition(":")[0] not in given]
    path.write_text("".join([*lines, options]))
    return path


def add_users(configuration: Configuration, database: Database, names: Iterable[str]) -> None:
    """Users whose passwords are their names."""
    passwords = Passwords(memory_kib=8, passes=1)
    hashed = {name: passwords.hash(name) for name in names}
    passwords.close()
    settings = configuration.settings

    def work(unit: Unit) -> None:
        for name, secret in hashed.items():
            row = create(unit, UserIds.of(settings), Folders.of(settings), NewPrincipal(name))
            credentials.set_password(unit, row.id, secret)

    database.write(work)


def add_user(configuration: Configuration, database: Database, name: str) -> None:
    """A user without a password."""
    settings = configuration.settings
    new = NewPrincipal(name)
    database.write(lambda u: create(u, UserIds.of(settings), Folders.of(settings), new))


def issue_to(configuration: Configuration, database: Database, name: str, **order: Any) -> Issued:
    """A token of a user, or with `kind` an app password: cheaper to check than a password."""

    def work(unit: Unit) -> Issued:
        user = find(unit, UserIds.of(configuration.settings), name)
        wanted = {"kind": TOKEN, "label": "test", **order}
        return issue(unit, Order(user.id, **wanted), os.urandom)

    return database.write(work)


class Server:
    """The application with its database, on an event loop of its own."""

    def __init__(self, folder: Path, options: str = "") -> None:
        self.loop = asyncio.new_event_loop()
        self.configuration = read(written(folder, options))
        upgrade(self.configuration.location, self.configuration.histories)
        self.site = Site(self.configuration)
        self.await_(self.site.open())

    @property
    def core(self) -> Core:
        return self.site.core

    def await_(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def close(self) -> None:
        self.await_(self.site.close())
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    def add(self, *names: str) -> None:
        """Users whose passwords are their names."""
        add_users(self.configuration, self.core.database, names)

    def issue(self, name: str, **order: Any) -> Issued:
        """A token of a user, or with `kind` an app password."""
        return issue_to(self.configuration, self.core.database, name, **order)

    def request(
        self,
        method: str,
        path: str,
        body: bytes | list[bytes] = b"",
        headers: Mapping[str, str] | None = None,
        **scope: Any,
    ) -> Answer:
        """The answer to one request; a list is a body that comes in pieces."""
        return self.await_(ask(self.site.app, method, path, body, headers or {}, **scope))

    def post(self, body: Any, path: str = "/jmap", user: str = "test", **headers: str) -> Answer:
        octets = body if isinstance(body, bytes) else orjson.dumps(body)
        return self.request("POST", path, octets, JSON | basic(user) | headers)

    def calls(self, *calls: list[Any], user: str = "test") -> list[list[Any]]:
        """The responses to classic calls, which are given an id each."""
        answer = self.post([[*call, f"#{n}"] for n, call in enumerate(calls)], user=user)
        assert answer.status == 200, answer.body
        found: list[list[Any]] = answer.json
        return found

    def call(self, name: str, user: str = "test", **arguments: Any) -> dict[str, Any]:
        """The arguments of the one response to one classic call."""
        found: dict[str, Any]
        ((_, found, _),) = self.calls([name, arguments], user=user)
        return found


def basic(user: str, password: str | None = None) -> dict[str, str]:
    """The header of a user whose password is its name, or another."""
    pair = f"{user}:{user if password is None else password}"
    return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def bearer(token: str) -> dict[str, str]:
    """The header of one who has a token."""
    return {"authorization": f"Bearer {token}"}


async def ask(
    app: Any,
    method: str,
    path: str,
    body: bytes | list[bytes],
    headers: Mapping[str, str],
    **scope: Any,
) -> Answer:
    """One request to an ASGI application."""
    return await exchange(app, _scope(method, path, headers) | scope, body)


async def exchange(app: Any, scope: Mapping[str, Any], body: bytes | list[bytes]) -> Answer:
    """One request of that scope; a list is a body that comes in pieces."""
    pieces = body if isinstance(body, list) else [body]
    coming = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, 1)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    head = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], head, b"".join(m.get("body", b"") for m in sent[1:]))


def _scope(method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    path, _, query = path.partition("?")
    lines = {"host": "localhost", **headers}
    return {
        "type": "http",
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "client": ("127.0.0.1", 4711),
        "server": ("127.0.0.1", 80),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in lines.items()],
    }

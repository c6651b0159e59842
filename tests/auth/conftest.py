"""A server to sign in to: test@localhost has the password "test"."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from cyrpy.auth.authenticator import Authenticator
from cyrpy.auth.challenge import Refusal
from cyrpy.auth.generated import Issued, Order, issue
from cyrpy.auth.identity import Identity
from cyrpy.auth.passwords import Passwords
from cyrpy.config import CoreSettings
from cyrpy.data import credentials, principals
from cyrpy.data.credentials import APP_PASSWORD, TOKEN
from cyrpy.data.database import Database, Location
from cyrpy.data.notifier import Notifier
from cyrpy.data.principals import PrincipalRow
from cyrpy.data.unit import Unit
from cyrpy.groupware.principals import NewPrincipal, create
from cyrpy.groupware.provision import Folders
from cyrpy.groupware.userids import UserIds
from tests.support.clock import Clock

CHEAP = {"memory_kib": 8, "passes": 1}  # what it costs is of no matter here


def basic(name: str, password: str) -> bytes:
    return b"Basic " + base64.b64encode(f"{name}:{password}".encode())


def bearer(token: str) -> bytes:
    return b"Bearer " + token.encode()


def request(
    *authorization: bytes, client: str | None = "192.0.2.1", scheme: str = "https"
) -> dict[str, Any]:
    return {
        "type": "http",
        "scheme": scheme,
        "client": None if client is None else (client, 4711),
        "headers": [(b"host", b"example.com"), *((b"authorization", a) for a in authorization)],
    }


@dataclass
class Server:
    """One process's view of it; `pauses` are those that refusals were held back for."""

    settings: CoreSettings
    database: Database
    clock: Callable[[], float]
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.passwords = Passwords(**CHEAP)
        self.authenticator = Authenticator(self, self.passwords, self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    @property
    def userids(self) -> UserIds:
        return UserIds.of(self.settings)

    def sign_in(self, *authorization: bytes, **how: Any) -> Identity | Refusal:
        async def run() -> Identity | Refusal:
            return await self.authenticator.authenticate(request(*authorization, **how))

        return asyncio.run(run())

    def status(self, *authorization: bytes, **how: Any) -> int:
        answer = self.sign_in(*authorization, **how)
        return 200 if isinstance(answer, Identity) else answer.status

    def add(self, name: str, password: str | None = None, type: Any = "individual") -> PrincipalRow:
        hashed = None if password is None else self.passwords.hash(password)

        def work(unit: Unit) -> PrincipalRow:
            folders = Folders.of(self.settings)
            row = create(unit, self.userids, folders, NewPrincipal(name, type))
            if hashed is not None:
                credentials.set_password(unit, row.id, hashed)
            return row

        return self.database.write(work)

    def user(self, userid: str = "test@localhost") -> PrincipalRow:
        with self.database.read() as unit:
            row = unit.first(principals.BY_NAME, name=userid)
        assert row is not None
        return row

    def set_password(self, password: str) -> None:
        hashed = self.passwords.hash(password)
        user = self.user()
        self.database.write(lambda unit: credentials.set_password(unit, user.id, hashed))

    def issue(self, kind: Any, modules: frozenset[str] | None = None, **order: Any) -> Issued:
        made = Order(self.user().id, kind, "phone", modules, **order)
        return self.database.write(lambda unit: issue(unit, made, os.urandom))

    def token(self, **order: Any) -> Issued:
        return self.issue(TOKEN, **order)

    def app_password(self, **order: Any) -> Issued:
        return self.issue(APP_PASSWORD, **order)

    def close(self) -> None:
        self.authenticator.close()


OPTIONS = {"defaultdomain": "localhost", "servername": "mail.example.com"}


@pytest.fixture
def start(database: Database, location: Location, clock: Clock) -> Iterator[Callable[..., Server]]:
    """Starts a process of the server; `own_database` as another worker has it."""
    servers: list[Server] = []
    opened: list[Database] = []

    def make(*, own_database: bool = False, **options: Any) -> Server:
        used = database
        if own_database:
            used = Database(location, publisher=Notifier(), clock=clock)
            opened.append(used)
        settings = CoreSettings.model_validate({**OPTIONS, **options})
        servers.append(Server(settings, used, clock))
        return servers[-1]

    yield make
    for server in servers:
        server.close()
    for another in opened:
        another.close()


@pytest.fixture
def server(start: Callable[..., Server]) -> Server:
    made = start()
    made.add("test", "test")
    return made

"""Another server, in a process of its own, and an account here that copies from it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from cyrpy.config import CoreSettings
from cyrpy.data import addressbooks, calendars, cards, events
from cyrpy.data.credentials import APP_PASSWORD
from cyrpy.groupware.principals import NewPrincipal, create
from cyrpy.groupware.provision import Folders
from cyrpy.groupware.userids import UserIds
from cyrpy.transfer.dav.client import Client, Login
from cyrpy.transfer.dav.copy import Copy, Wishes
from cyrpy.transfer.dav.discovery import Remote, find
from cyrpy.transfer.outcome import Outcome
from tests.support.process import Process
from tests.support.server import Answer, add_user, issue_to

NUMBERS = count(1)


class There:
    """A user of the other server."""

    def __init__(self, process: Process, name: str, password: str) -> None:
        self.process = process
        self.name = name
        self.login = Login(name, password)
        self.url = f"http://127.0.0.1:{process.port}/"
        self.calendars = f"/dav/calendars/user/{name}/"
        self.books = f"/dav/addressbooks/user/{name}/"
        pair = base64.b64encode(f"{name}:{password}".encode()).decode()
        self._headers = {"authorization": f"Basic {pair}"}

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        with self.process.connect() as connection:
            return connection.request(method, path, body, {**self._headers, **headers})

    def put(self, path: str, body: bytes) -> None:
        answer = self.request("PUT", path, body)
        assert answer.status in {201, 204}, (answer.status, answer.body)

    def client(self) -> Client:
        return Client(self.url, self.login, sleep=lambda _: None)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The other server."""
    process = Process(tmp_path_factory.mktemp("other"), "httpmodules: caldav carddav\n")
    yield process
    process.stop()


@pytest.fixture
def there(other: Process) -> There:
    """A new user of it."""
    name = f"anna{next(NUMBERS)}"
    database = other.database()
    try:
        add_user(other.configuration, database, name)
        secret = issue_to(other.configuration, database, name, kind=APP_PASSWORD).secret
    finally:
        database.close()
    return There(other, name, secret)


class Here:
    """An account that copies, and what is in it."""

    def __init__(self, database: Any) -> None:
        self.database = database
        settings = CoreSettings(defaultdomain="localhost")

        def make(unit: Any) -> int:
            new = NewPrincipal("bert")
            return create(unit, UserIds.of(settings), Folders.of(settings), new).id

        self.account_id: int = database.write(make)

    def copy(self, there: There, **wishes: bool) -> Outcome:
        """Copy all that is there."""
        total = Outcome()
        with there.client() as client:
            for remote in find(client):
                total.add(self.one(client, remote, **wishes))
        return total

    def one(self, client: Client, remote: Remote, **wishes: bool) -> Outcome:
        """Copy one collection."""
        copy = Copy(self.database, self.account_id, client, Wishes(**wishes))
        return copy.collection(remote, lambda _: None, lambda _: None)

    def calendar(self, uri: str = "Default") -> Any:
        with self.database.read() as unit:
            return unit.first(calendars.BY_URI, account_id=self.account_id, uri=uri)

    def objects(self, uri: str = "Default") -> dict[str, bytes]:
        """URL name -> octets, of a calendar."""
        row = self.calendar(uri)
        with self.database.read() as unit:
            found = events.stored_members(unit, self.account_id, row.id)
            return {one.row.uri: one.octets for one in found}

    def cards(self, uri: str = "Default") -> dict[str, bytes]:
        """URL name -> octets, of an address book."""
        with self.database.read() as unit:
            row = addressbooks.by_uri(unit, self.account_id, uri)
            assert row is not None
            numbers = cards.numbers(unit, self.account_id, row.id)
            rows = cards.by_ids(unit, self.account_id, numbers)
            octets = cards.vcards(unit, self.account_id, numbers)
        return {rows[number].uri: octets[number] for number in numbers}


@pytest.fixture
def here(database: Any) -> Here:
    return Here(database)

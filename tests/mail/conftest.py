"""Users with mailboxes on a server of either kind, reached by LMTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

import pytest

from cyrpy.core import Core
from cyrpy.data import mailboxes, messages
from cyrpy.data.mailboxes import MailboxRow
from cyrpy.data.messages import MessageRow
from cyrpy.groupware.principals import find
from cyrpy.groupware.userids import UserIds
from tests.mail.lmtp_client import Lmtp
from tests.support.postgresql import Postgresql
from tests.support.server import Server, add_user

NUMBERS = count(1)


class MailUser(NamedTuple):
    """One user, and what is in its mailboxes."""

    core: Core
    name: str
    account_id: int

    @property
    def address(self) -> str:
        return f"{self.name}@localhost"

    def mailboxes(self) -> dict[str, MailboxRow]:
        with self.core.database.read() as unit:
            return {row.name: row for row in mailboxes.all_of(unit, self.account_id)}

    def messages(self, mailbox: str = "Inbox") -> list[MessageRow]:
        box = self.mailboxes()[mailbox]
        with self.core.database.read() as unit:
            key = {"account_id": self.account_id}
            numbers = [n for (n,) in unit.all(messages.IN_MAILBOX, mailbox_id=box.id, **key)]
            rows = {row.id: row for row in unit.all(messages.OF_IDS, ids=numbers, **key)}
        return [rows[number] for number in numbers]

    def octets(self, row: MessageRow) -> bytes:
        with self.core.database.read() as unit:
            found = self.core.blobs.read(unit, [self.account_id], "G" + row.digest.hex())
        assert found is not None
        return found


class Post:
    """A server that takes mail, on a loop in a thread of its own."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.core = server.core
        self._thread = threading.Thread(target=server.loop.run_forever)
        self._thread.start()
        self.port = server.site.lmtp.ports[0]

    def client(self) -> Lmtp:
        return Lmtp("127.0.0.1", self.port)

    def deliver(
        self, octets: bytes, *recipients: str, sender: str = "ada@example.com"
    ) -> list[str]:
        with self.client() as client:
            return client.deliver(octets, recipients, sender)

    def user(self, name: str = "user") -> MailUser:
        name = f"{name}{next(NUMBERS)}"
        configuration, database = self.server.configuration, self.core.database
        add_user(configuration, database, name)
        with database.read() as unit:
            row = find(unit, UserIds.of(configuration.settings), name)
        return MailUser(self.core, name, row.id)

    def close(self) -> None:
        self.server.loop.call_soon_threadsafe(self.server.loop.stop)
        self._thread.join()
        self.server.close()


OPTIONS = "lmtp_listen: 127.0.0.1:0\nmaxmessagesize: 3M\n"


@pytest.fixture(scope="session")
def sqlite_post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    yield from _open(tmp_path_factory, "")


@pytest.fixture(scope="session")
def postgresql_post(
    postgresql: Postgresql, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Post]:
    yield from _open(tmp_path_factory, f"database_url: {postgresql.new_database()}\n")


def _open(factory: pytest.TempPathFactory, options: str) -> Iterator[Post]:
    post = Post(Server(factory.mktemp("post"), OPTIONS + options))
    yield post
    post.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def post(request: pytest.FixtureRequest) -> Post:
    """Each of the two in turn."""
    found: Post = request.getfixturevalue(f"{request.param}_post")
    return found

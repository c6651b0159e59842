"""Users with Sieve scripts: as JMAP clients see them, and as mail finds them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cyrpy.data import sieve as data
from cyrpy.data.unit import Unit
from cyrpy.groupware import sieve
from tests.jmap.mail.conftest import MAIL_USING, Mailer
from tests.jmap.submission.conftest import _idle as idle
from tests.mail.conftest import MailUser, Post
from tests.support.jmap import Json, Records
from tests.support.server import Server
from tests.support.servers import new_client, postgresql_server, server, sqlite_server
from tests.support.smtp_server import Received, SmtpServer

__all__ = ["postgresql_server", "server", "sqlite_server"]
SIEVE = "urn:ietf:params:jmap:sieve"
OPTIONS = "lmtp_listen: 127.0.0.1:0\nmaxmessagesize: 3M\n"
PATIENCE = 30  # seconds


class Filters(Mailer):
    """A client that knows of Sieve."""

    def run(self, *calls: list[Any], using: tuple[str, ...] = (*MAIL_USING, SIEVE)) -> list[Any]:
        return super().run(*calls, using=using)


class Scripts(Records):
    """The scripts of a user."""

    type = "SieveScript"

    def blob(self, text: str = "keep;") -> str:
        client: Any = self.client
        blob_id: str = client.upload(text.encode(), "application/sieve")
        return blob_id

    def new(self, name: str | None, text: str = "keep;", *, active: bool = False) -> str:
        """The id of a new script."""
        more: Json = {"onSuccessActivateScript": "#k"} if active else {}
        answer = self.set(create={"k": {"name": name, "blobId": self.blob(text)}}, **more)
        assert answer["created"], answer
        id: str = answer["created"]["k"]["id"]
        return id


@pytest.fixture
def client(server: Server) -> Callable[[str], Filters]:
    """Adds a user, whose name begins as given."""

    def add(name: str) -> Filters:
        made = new_client(server, name)
        return Filters(server, made.user, made.sign_in)

    return add


@pytest.fixture
def anna(client: Callable[[str], Filters]) -> Filters:
    """One user."""
    return client("anna")


@pytest.fixture
def scripts(anna: Filters) -> Scripts:
    """Anna's scripts."""
    return Scripts(anna)


class Filtered(MailUser):
    """A user whose mail is filtered."""

    def script(self, text: str, name: str = "main", *, active: bool = True) -> None:
        """Store a script, and activate it."""

        def work(unit: Unit) -> None:
            row = sieve.put(unit, self.core.blobs, self.account_id, name, text.encode())
            if active:
                sieve.activate(unit, self.account_id, row)

        self.core.database.write(work, [self.account_id])

    def count(self) -> dict[str, int]:
        """How many messages there are, by mailbox."""
        return {
            name: box.total_emails for name, box in self.mailboxes().items() if box.total_emails
        }

    def seen(self) -> int:
        """How many ids are remembered of the account."""
        with self.core.database.read() as unit:
            rows = unit.all(data.OLD, now=2**40, count=1000)
        return sum(account == self.account_id for account, _ in rows)


class Delivery(Post):
    """A server that takes mail, and sends it by a relay, if it has one."""

    def user(self, name: str = "user") -> Filtered:
        return Filtered(*super().user(name))

    def settle(self) -> None:
        """Wait until nothing is to be sent."""
        waiting = asyncio.run_coroutine_threadsafe(idle(self.core.database), self.server.loop)
        waiting.result(PATIENCE)


@pytest.fixture(scope="session")
def relay() -> Iterator[SmtpServer]:
    """The relay of these servers."""
    with SmtpServer() as made:
        yield made


def _open(factory: pytest.TempPathFactory, options: str) -> Iterator[Delivery]:
    made = Delivery(Server(factory.mktemp("filters"), OPTIONS + options))
    yield made
    made.close()


@pytest.fixture(scope="session")
def sqlite_post(relay: SmtpServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivery]:
    yield from _open(tmp_path_factory, f"submission_relay: {relay.address}\n")


@pytest.fixture(scope="session")
def postgresql_post(
    relay: SmtpServer, postgresql: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Delivery]:
    url = postgresql.new_database()
    options = f"submission_relay: {relay.address}\ndatabase_url: {url}\n"
    yield from _open(tmp_path_factory, options)


@pytest.fixture(params=["sqlite", "postgresql"])
def post(request: pytest.FixtureRequest) -> Delivery:
    """Each of the two in turn."""
    found: Delivery = request.getfixturevalue(f"{request.param}_post")
    return found


@pytest.fixture(scope="session")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivery]:
    """A server without a relay: mail goes to its own users alone."""
    yield from _open(tmp_path_factory, "")


@pytest.fixture
def bob(post: Delivery) -> Filtered:
    """A user with mailboxes."""
    return post.user("bob")


@pytest.fixture
def sent(post: Delivery, relay: SmtpServer) -> Callable[[], list[Received]]:
    """What the relay got since it was last asked."""
    post.settle()
    relay.received.clear()

    def take() -> list[Received]:
        post.settle()
        found = list(relay.received)
        relay.received.clear()
        return found

    return take

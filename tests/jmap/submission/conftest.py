"""Users of servers that send mail, by a relay of the tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cyrpy.data import submission_queue
from cyrpy.data.database import Database
from tests.jmap.mail.conftest import Boxes, Mailer, Mails
from tests.support.jmap import Json, Records
from tests.support.server import Server
from tests.support.servers import new_client
from tests.support.smtp_server import Received, SmtpServer

EVE = "eve@elsewhere.org"
__all__ = ["Boxes", "Mailer", "Mails"]


class Submissions(Records):
    """Submissions of a user."""

    type = "EmailSubmission"

    def identity(self) -> str:
        """The id of the user's first identity."""
        found: str = self.client.call("Identity/get")["list"][0]["id"]
        return found

    def draft(self, **properties: Any) -> str:
        """The id of a new draft to Eve."""
        client = self.client
        boxes = client.call("Mailbox/get")["list"]
        drafts = next(box["id"] for box in boxes if box["role"] == "drafts")
        email = {
            "mailboxIds": {drafts: True},
            "keywords": {"$draft": True, "$seen": True},
            "from": [{"name": "A", "email": client.name}],
            "to": [{"name": "Eve", "email": EVE}],
            "subject": "Lunch",
            "bodyValues": {"t": {"value": "At noon?"}},
            "textBody": [{"partId": "t", "type": "text/plain"}],
        }
        answer = client.call("Email/set", create={"d": email | properties})
        assert answer["created"], answer
        id: str = answer["created"]["d"]["id"]
        return id

    def properties(self, email: str, envelope: Json | None = None, **more: Any) -> Json:
        """What a submission is made of."""
        return {
            "identityId": self.identity(),
            "emailId": email,
            "envelope": envelope,
            **more,
        }

    def send(self, email: str | None = None, envelope: Json | None = None) -> str:
        """The id of a submission of a draft."""
        wanted = self.properties(email or self.draft(), envelope)
        answer = self.set(create={"s": wanted})
        assert answer["created"], answer
        id: str = answer["created"]["s"]["id"]
        return id

    def refused(self, email: str | None = None, envelope: Json | None = None, **more: Any) -> Json:
        """The SetError of a submission."""
        return self.refused_create(**self.properties(email or self.draft(), envelope, **more))

    def turn(self) -> None:
        """Let the server send what is due."""
        server: Any = self.client.server
        server.await_(_idle(server.core.database))


async def _idle(database: Database) -> None:
    """Until nothing is due, and nothing on its way."""
    async with asyncio.timeout(30):
        while _is_busy(database):
            await asyncio.sleep(0.01)


def _is_busy(database: Database) -> bool:
    with database.read() as unit:
        is_held = bool(unit.all(submission_queue.NEXT_FREE, count=1))
        return is_held or submission_queue.is_due(unit)


def envelope(sender: str, *recipients: str, **parameters: str | None) -> Json:
    """An Envelope; the parameters are the sender's."""
    return {
        "mailFrom": {"email": sender, "parameters": parameters or None},
        "rcptTo": [{"email": one} for one in recipients],
    }


@pytest.fixture(scope="session")
def relay() -> Iterator[SmtpServer]:
    """The relay of all these servers."""
    with SmtpServer() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_sender(relay: SmtpServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on a file."""
    made = Server(tmp_path_factory.mktemp("sender"), f"submission_relay: {relay.address}\n")
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgresql_sender(
    relay: SmtpServer, postgresql: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The same on PostgreSQL."""
    options = f"submission_relay: {relay.address}\ndatabase_url: {postgresql.new_database()}\n"
    made = Server(tmp_path_factory.mktemp("sender_postgresql"), options)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the two in turn."""
    found: Server = request.getfixturevalue(f"{request.param}_sender")
    return found


@pytest.fixture
def user(server: Server) -> Callable[[str], Mailer]:
    """Adds a user, whose name begins as given."""

    def add(name: str) -> Mailer:
        client = new_client(server, name)
        return Mailer(server, client.user, client.sign_in)

    return add


@pytest.fixture
def anna(user: Callable[[str], Mailer]) -> Mailer:
    """One user."""
    return user("anna")


@pytest.fixture
def submissions(anna: Mailer) -> Submissions:
    """Anna's submissions."""
    return Submissions(anna)


@pytest.fixture
def received(server: Any, relay: SmtpServer) -> list[Received]:
    """What the relay got in this test."""
    server.await_(_idle(server.core.database))
    relay.received.clear()
    return relay.received

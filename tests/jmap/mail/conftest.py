"""Users with mail, on the shared servers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cyrpy.groupware.principals import find
from cyrpy.groupware.userids import UserIds
from cyrpy.mail.delivery import Letter, deliver
from cyrpy.mail.recipients import Recipient
from tests.support.jmap import USING, Jmap, Json, Records
from tests.support.server import Server
from tests.support.servers import new_client, postgresql_server, server, sqlite_server

__all__ = ["postgresql_server", "server", "sqlite_server"]
MAIL = "urn:ietf:params:jmap:mail"
SUBMISSION = "urn:ietf:params:jmap:submission"
VACATION = "urn:ietf:params:jmap:vacationresponse"
QUOTA = "urn:ietf:params:jmap:quota"
BLOB = "urn:ietf:params:jmap:blob"
MDN = "urn:ietf:params:jmap:mdn"
MAIL_USING = (*USING, MAIL, SUBMISSION, VACATION, QUOTA, BLOB, MDN)


class Mailer(Jmap):
    """A client of mail; what comes in comes by the way that LMTP takes it."""

    def run(self, *calls: list[Any], using: tuple[str, ...] = MAIL_USING) -> list[Any]:
        return super().run(*calls, using=using)

    def deliver(self, octets: bytes, detail: str = "") -> str:
        """The id of the email that comes of a message."""
        core = self.server.core  # type: ignore[attr-defined]
        with core.database.read() as unit:
            number = find(unit, UserIds.of(core.settings), self.name).id
        since = self.call("Email/get", ids=[])["state"]
        (answer,) = deliver(
            core, Letter(octets, "ada@example.com"), [Recipient("", (number,), detail)]
        )
        assert answer.is_good, answer
        found = self.call("Email/changes", sinceState=since)
        (id,) = found["created"]
        made: str = id
        return made

    def email(self, id: str, **arguments: Any) -> Json:
        (found,) = self.call("Email/get", ids=[id], **arguments)["list"]
        record: Json = found
        return record

    def upload(self, octets: bytes, type: str = "message/rfc822") -> str:
        path = f"/jmap/upload/{self.account}/"
        answer = self.server.request("POST", path, octets, {**self.sign_in, "content-type": type})
        assert answer.status in {200, 201}, answer.body
        id: str = answer.json["blobId"]
        return id

    def download(self, blob_id: str, account: str | None = None) -> Any:
        return self.get(f"/jmap/download/{account or self.account}/{blob_id}/x?accept=a/b")


class Boxes(Records):
    """Mailboxes."""

    type = "Mailbox"

    def by_name(self) -> dict[str, Json]:
        return {record["name"]: record for record in self.all().values()}

    def role(self, role: str) -> str:
        (id,) = [id for id, record in self.all().items() if record["role"] == role]
        return id


class Mails(Records):
    """Emails."""

    type = "Email"


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
def bert(user: Callable[[str], Mailer]) -> Mailer:
    """Another."""
    return user("bert")


@pytest.fixture
def boxes(anna: Mailer) -> Boxes:
    """Anna's mailboxes."""
    return Boxes(anna)


@pytest.fixture
def mails(anna: Mailer) -> Mails:
    """Anna's emails."""
    return Mails(anna)

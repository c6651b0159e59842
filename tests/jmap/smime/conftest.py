"""Servers that verify signatures, on both databases, and those whom they trust."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jmap.mail.conftest import MAIL_USING, Mailer
from tests.support.postgresql import Postgresql
from tests.support.server import Server
from tests.support.servers import new_client
from tests.support.smime import Identity, authority

SMIME = "urn:ietf:params:jmap:smimeverify"


class SmimeMailer(Mailer):
    """A client that asks for the status of signatures."""

    def run(self, *calls, using=(*MAIL_USING, SMIME)):
        return super().run(*calls, using=using)


@pytest.fixture(scope="session")
def trusted() -> Identity:
    """The authority that the servers trust."""
    return authority()


@pytest.fixture(scope="session")
def trust_file(trusted: Identity, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that names it."""
    path = tmp_path_factory.mktemp("trust") / "trusted.pem"
    path.write_bytes(trusted.pem)
    return path


def options(trust_file: Path) -> str:
    return f"httpmodules: jmap\njmap_smime: yes\njmap_smime_trust: {trust_file}\n"


@pytest.fixture(scope="session")
def sqlite_smime(trust_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """On a file."""
    made = Server(tmp_path_factory.mktemp("sqlite-smime"), options(trust_file))
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgresql_smime(
    trust_file: Path, postgresql: Postgresql, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The same on PostgreSQL."""
    more = f"database_url: {postgresql.new_database()}\n"
    made = Server(tmp_path_factory.mktemp("postgresql-smime"), options(trust_file) + more)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the two in turn."""
    found: Server = request.getfixturevalue(f"{request.param}_smime")
    return found


@pytest.fixture
def bert(server: Server) -> SmimeMailer:
    """Who gets the mail."""
    client = new_client(server, "bert")
    return SmimeMailer(server, client.user, client.sign_in)

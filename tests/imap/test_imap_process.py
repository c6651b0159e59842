"""A running server keeps mail in step that lives elsewhere: as its clients see it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from typer.testing import CliRunner, Result

from cyrpy.cli.commands import build
from cyrpy.data.statement import Query
from cyrpy.data.tables import imap_accounts
from tests.imap.conftest import There, letter
from tests.support.imap_server import PASSWORD, ImapServer
from tests.support.jmap import CORE, Jmap
from tests.support.process import Process
from tests.support.server import bearer, issue_to
from tests.support.smtp_server import SmtpServer

PATIENCE = 30  # seconds
MAIL = "urn:ietf:params:jmap:mail"
SUBMISSION = "urn:ietf:params:jmap:submission"
LET_GO = Query[None](update(imap_accounts).values(held_until=0))  # as after a minute
OPTIONS = "imap_poll_interval: 3600\n"


def until(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)  # nobody says when another process has done it
    return found


class Running:
    """A server in its own process, with anna, whose mail is elsewhere."""

    def __init__(self, folder: Path, url: str, *options: str, passwords: str = PASSWORD) -> None:
        self.process = Process(folder, OPTIONS)
        self.folder = folder
        self.added = self.cyrpy(
            "user", "add", "anna", "--no-password", "--imap", url, *options, stdin=passwords
        )
        assert self.added.exit_code == 0, self.added.output
        self.sign_in()

    def sign_in(self) -> None:
        database = self.process.database()
        token = issue_to(self.process.configuration, database, "anna").secret
        database.close()
        self.client = Jmap(self.process.connect(), "anna", bearer(token))

    def cyrpy(self, *words: str, stdin: str = "") -> Result:
        command = [*words, "-C", str(self.folder / "imapd.conf")]
        if "add" in words or "imap" in words:
            command.append("--imap-password-stdin")
        return CliRunner().invoke(build(command), command, input=stdin + "\n")

    def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        call = [name, {"accountId": self.client.account, **arguments}]
        ((found, result, _),) = self.client.run(call, using=(CORE, MAIL, SUBMISSION))
        assert found == name, result
        return result

    def subjects(self, **filter: Any) -> dict[str, dict[str, Any]]:
        ids = self.call("Email/query", filter=filter)["ids"]
        return {one["subject"]: one for one in self.call("Email/get", ids=ids)["list"]}

    def mailboxes(self) -> dict[str, str]:
        return {one["name"]: one["id"] for one in self.call("Mailbox/get", ids=None)["list"]}

    def close(self) -> None:
        self.client.server.close()
        self.process.stop()


@pytest.fixture
def running(tmp_path: Path, sqlite_server: ImapServer) -> Iterator[Running]:
    there = There(sqlite_server)
    there.add(letter("lunch"), "INBOX", r"\Seen")
    made = Running(tmp_path, sqlite_server.url)
    until(lambda: "lunch" in made.subjects())
    yield made
    made.close()


@pytest.fixture
def sqlite_server(imap_servers: Callable[[str], ImapServer]) -> ImapServer:
    found = imap_servers("pymap")
    found.clear()
    return found


def test_new_mail_there_is_seen_by_clients_without_asking(
    running: Running, sqlite_server: ImapServer
):
    state = running.call("Email/get", ids=[])["state"]
    There(sqlite_server).add(letter("dinner"))
    changes = until(
        lambda: (
            found if (found := running.call("Email/changes", sinceState=state))["created"] else None
        )
    )
    assert changes["created"] == [running.subjects()["dinner"]["id"]]
    assert changes["updated"] == changes["destroyed"] == []


def test_what_a_client_does_is_done_there(running: Running, sqlite_server: ImapServer):
    there = There(sqlite_server)
    id = running.subjects()["lunch"]["id"]
    made = running.call("Mailbox/set", create={"a": {"name": "Done"}})["created"]["a"]["id"]
    done = running.call(
        "Email/set",
        update={id: {"mailboxIds": {made: True}, "keywords/$flagged": True}},
        create={
            "d": {
                "mailboxIds": {running.mailboxes()["Inbox"]: True},
                "keywords": {"$draft": True},
                "subject": "draft",
                "textBody": [{"partId": "t", "type": "text/plain"}],
                "bodyValues": {"t": {"value": "Soon."}},
            }
        },
    )
    assert done["updated"] == {id: None}
    until(lambda: there.mail().get("Done") == [("lunch", {"$seen", "$flagged"})])
    until(lambda: there.mail()["INBOX"] == [("draft", {"$draft"})])
    running.call("Email/set", destroy=[id, done["created"]["d"]["id"]])
    until(lambda: there.mail() == {"INBOX": [], "Done": []})


def test_what_is_done_before_a_kill_is_done_there_by_the_next(
    running: Running, sqlite_server: ImapServer
):
    there = There(sqlite_server)
    id = running.subjects()["lunch"]["id"]
    running.call("Email/set", update={id: {"keywords/$flagged": True}})
    running.process.signal(signal.SIGKILL)
    running.process.wait()
    running.client.server.close()
    running.process = Process(running.folder, OPTIONS)
    running.sign_in()
    database = running.process.database()
    database.write(lambda unit: unit.run(LET_GO))
    database.close()
    until(lambda: there.mail()["INBOX"] == [("lunch", {"$seen", "$flagged"})])


def test_a_changed_password_is_said_and_can_be_changed(running: Running, sqlite_server: ImapServer):
    refused = running.cyrpy("user", "imap", "anna", stdin="wrong")
    assert refused.exit_code == 1
    assert "refuses the sign-in" in refused.output
    assert "wrong" not in refused.output
    shown = running.cyrpy("user", "show", "anna")
    assert f"{sqlite_server.url}\n" in shown.output
    assert running.cyrpy("user", "imap", "anna", stdin=PASSWORD).exit_code == 0
    There(sqlite_server).add(letter("dinner"))
    until(lambda: "dinner" in running.subjects())
    assert PASSWORD not in "".join(running.process.log)


def test_of_a_server_that_is_away_mail_stays_readable(running: Running, sqlite_server: ImapServer):
    id = running.subjects()["lunch"]["id"]
    sqlite_server.stop()
    try:
        running.call("Email/set", update={id: {"keywords/$flagged": True}})
        shown = until(
            lambda: (
                text
                if "imap_error" in (text := running.cyrpy("user", "show", "anna").output)
                else None
            )
        )
        assert f"127.0.0.1:{sqlite_server.port}" in shown
        assert running.subjects()["lunch"]["keywords"] == {"$seen": True, "$flagged": True}
        assert PASSWORD not in "".join(running.process.log)
    finally:
        sqlite_server.start()


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # of the server, on loopback
def test_mail_is_sent_over_the_accounts_own_server(tmp_path: Path, sqlite_server: ImapServer):
    with SmtpServer(auth_required=True, auth_require_tls=False) as smtp:
        running = Running(
            tmp_path,
            sqlite_server.url,
            *("--smtp", f"smtp://ann@127.0.0.1:{smtp.port}", "--smtp-password-stdin"),
            passwords=f"{PASSWORD}\nsecret",
        )
        try:
            until(lambda: "Inbox" in running.mailboxes())
            send(running)
            until(lambda: smtp.received)
            assert smtp.received[0].recipients == ["eve@example.org"]
            assert smtp.logins[-1] == ("ann", "secret")
        finally:
            running.close()


def send(running: Running) -> None:
    identity = running.call("Identity/get", ids=None)["list"][0]["id"]
    made = running.call(
        "Email/set",
        create={
            "d": {
                "mailboxIds": {running.mailboxes()["Inbox"]: True},
                "from": [{"email": "anna@localhost"}],
                "to": [{"email": "eve@example.org"}],
                "subject": "hello",
                "textBody": [{"partId": "t", "type": "text/plain"}],
                "bodyValues": {"t": {"value": "Hello."}},
            }
        },
    )["created"]["d"]["id"]
    sent = running.call(
        "EmailSubmission/set", create={"s": {"identityId": identity, "emailId": made}}
    )
    assert sent["created"], sent

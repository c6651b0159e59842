"""`cyrpy import imap`: all that is on a server, once, however often it is run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cyrpy.cli.commands import build
from cyrpy.config import load
from cyrpy.data import mailboxes, messages
from cyrpy.data.database import Database
from cyrpy.data.messages import MessageRow
from cyrpy.data.notifier import Notifier
from cyrpy.data.unit import Unit
from cyrpy.groupware import mail
from cyrpy.groupware.principals import NewPrincipal, create
from cyrpy.groupware.provision import Folders
from cyrpy.groupware.userids import UserIds
from cyrpy.host.configuration import location_of
from tests.imap.conftest import There, letter
from tests.support.imap_server import PASSWORD, ImapServer, Wire
from tests.support.process import ROOT


class Shell:
    """A configuration with the user bert, and the command."""

    def __init__(self, folder: Path, url: str, options: str = "") -> None:
        self.config = folder / "imapd.conf"
        self.config.write_text(
            f"configdirectory: {folder}\ndefaultdomain: localhost\nhttpmodules: jmap\n{options}"
        )
        settings = load(self.config)[1]
        self.url = url
        self.run_words("user", "list")  # makes the database
        self.database = Database(location_of(settings), publisher=Notifier(), clock=time.time)
        self.id = self.database.write(
            lambda unit: (
                create(unit, UserIds.of(settings), Folders.of(settings), NewPrincipal("bert")).id
            )
        )

    def run_words(self, *words: str, password: str = PASSWORD) -> Result:
        command = [*words, "-C", str(self.config)]
        return CliRunner().invoke(build(command), command, input=password + "\n")

    def run(self, *options: str, password: str = PASSWORD, url: str = "") -> Result:
        words = ("import", "imap", "bert", url or self.url, "--password-stdin", *options)
        return self.run_words(*words, password=password)

    def ok(self, *options: str) -> str:
        done = self.run(*options)
        assert done.exit_code == 0, done.output
        return done.output

    def words(self, *options: str) -> list[str]:
        command = [sys.executable, "-m", "cyrpy", "import", "imap", "bert", self.url]
        return [*command, "--password-stdin", *options, "-C", str(self.config)]

    def mail(self) -> dict[str, list[str]]:
        return {path: sorted(rows) for path, rows in self.rows().items() if rows}

    def rows(self) -> dict[str, dict[str, MessageRow]]:
        def find(unit: Unit) -> dict[str, dict[str, MessageRow]]:
            rows = {row.id: row for row in mailboxes.all_of(unit, self.id)}
            key = {"account_id": self.id}

            def path(number: int) -> str:
                row = rows[number]
                above = "" if row.parent_id is None else f"{path(row.parent_id)}/"
                return above + row.name

            return {
                path(number): {
                    one.subject_key: one
                    for (n,) in unit.all(messages.IN_MAILBOX, mailbox_id=number, **key)
                    for one in unit.all(messages.OF_IDS, ids=[n], **key)
                }
                for number in rows
            }

        with self.database.read() as unit:
            return find(unit)

    def total(self) -> int:
        with self.database.read() as unit:
            return sum(row.total_emails for row in mailboxes.all_of(unit, self.id))


@pytest.fixture
def there(imap_servers: Callable[[str], ImapServer]) -> There:
    found = imap_servers("pymap")
    found.clear()
    with found.client() as client:
        client.create_folder("Sent")
        client.create_folder("Work")
        client.create_folder("Work/Urgent")
    there = There(found)
    there.add(letter("lunch"), "INBOX", r"\Seen")
    there.add(letter("reply"), "Sent", r"\Seen")
    there.add(letter("report"), "Work/Urgent", r"\Flagged")
    return there


@pytest.fixture
def shell(tmp_path: Path, there: There):
    made = Shell(tmp_path, there.server.url)
    yield made
    made.database.close()


def test_brings_all_folders_to_where_they_belong(shell: Shell):
    assert "3 messages were imported, 0 were there already" in shell.ok()
    assert shell.mail() == {"Inbox": ["lunch"], "Sent": ["reply"], "Work/Urgent": ["report"]}
    assert shell.rows()["Work/Urgent"]["report"].keyword_set == {"$flagged"}


def test_keeps_the_moment_of_arrival(shell: Shell, there: There):
    with there.server.client() as client:
        client.select_folder("INBOX")
        uids = client.search("ALL")
        moment = client.fetch(uids, ["INTERNALDATE"])[uids[0]][b"INTERNALDATE"]
    shell.ok()
    assert shell.rows()["Inbox"]["lunch"].received_at == int(moment.timestamp())


def test_the_second_time_brings_only_what_is_new(shell: Shell, there: There):
    shell.ok()
    there.add(letter("dinner"))
    assert "1 messages were imported, 0 were there already" in shell.ok()
    assert "0 messages were imported, 0 were there already" in shell.ok()
    assert "0 messages were imported, 4 were there already" in shell.ok("--again")
    assert shell.total() == 4


def test_what_was_destroyed_here_stays_away(shell: Shell):
    shell.ok()
    row = shell.rows()["Inbox"]["lunch"]
    shell.database.write(lambda unit: mail.destroy(unit, row))
    shell.ok()
    assert "Inbox" not in shell.mail()


def test_a_message_in_two_folders_is_in_two_mailboxes(shell: Shell, there: There):
    there.copy("lunch", "INBOX", "Work")
    assert "3 messages were imported, 1 were there already" in shell.ok()
    assert shell.rows()["Work"]["lunch"].id == shell.rows()["Inbox"]["lunch"].id


def test_takes_only_folders_that_are_named(shell: Shell):
    shell.ok("--folder", "Work*", "--into", "Old/Job")
    assert shell.mail() == {"Old/Job/Work/Urgent": ["report"]}
    refused = shell.run("--folder", "Nothing*")
    assert refused.exit_code == 1
    assert "no folder" in refused.output


def test_a_folder_in_the_url_is_the_only_one(shell: Shell):
    assert shell.run(url=f"{shell.url}/Sent").exit_code == 0
    assert shell.mail() == {"Sent": ["reply"]}


def test_only_says_what_there_is_when_tried(shell: Shell):
    output = shell.ok("--dry-run")
    assert "Work/Urgent\tWork/Urgent\t\t1" in output
    assert shell.total() == 0


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://example.org", "imaps://user@"),
        ("imaps://anna:secret@example.org", "password does not belong"),
        ("imap://anna@127.0.0.1:1", "127.0.0.1:1"),
    ],
)
def test_says_in_one_line_what_is_wrong_with_a_url(shell: Shell, url: str, says: str):
    done = shell.run(url=url)
    assert done.exit_code == 1
    assert says in done.output
    assert "secret" not in done.output
    assert "Traceback" not in done.output


def test_says_that_the_password_is_wrong(shell: Shell):
    done = shell.run(password="wrong")
    assert done.exit_code == 1
    assert "refuses the sign-in" in done.output


def test_goes_on_where_the_connection_broke(shell: Shell, there: There):
    for number in range(120):
        there.add(letter(f"m{number}", "x" * 100))
    wire = Wire(there.server.port)
    wire.cut_at = b"Subject: m80"
    url = f"imap://anna@127.0.0.1:{wire.port}"
    assert shell.run(url=url).exit_code == 1
    assert 0 < shell.total() < 123
    done = shell.run(url=url)
    assert done.exit_code == 0
    assert shell.total() == 123
    wire.close()


def test_goes_on_after_a_kill(shell: Shell, there: There):
    for number in range(150):
        there.add(letter(f"m{number}", "x" * 100))
    paths = os.pathsep.join([str(ROOT), str(ROOT / "modules")])
    running = subprocess.Popen(
        shell.words(), stdin=subprocess.PIPE, env={**os.environ, "PYTHONPATH": paths}
    )
    running.stdin.write(PASSWORD.encode() + b"\n")
    running.stdin.close()
    while running.poll() is None and shell.total() < 40:
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait(30)
    shell.ok()
    assert shell.total() == 153


def test_stops_where_the_account_is_full(tmp_path: Path, there: There):
    shell = Shell(tmp_path, there.server.url, "mail_quota: 300\n")
    done = shell.run()
    assert done.exit_code == 1
    assert shell.total() < 3
    shell.database.close()


def test_passes_over_what_is_too_large(tmp_path: Path, there: There):
    there.add(letter("huge", "x\r\n" * 2000))
    shell = Shell(tmp_path, there.server.url, "maxmessagesize: 4K\n")
    assert "1 are larger than maxmessagesize" in shell.ok()
    assert shell.total() == 3
    shell.database.close()

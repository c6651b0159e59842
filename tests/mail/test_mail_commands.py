"""`cyrpy deliver`, `import`, `restore` and `check --data`, as a shell runs them."""

from __future__ import annotations

import mailbox
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cyrpy.cli.commands import build
from cyrpy.config import load
from cyrpy.data import mailboxes, messages
from cyrpy.data.blob_statements import OCTETS
from cyrpy.data.blobs import PREFIX, Blobs
from cyrpy.data.database import Database
from cyrpy.data.mailboxes import COUNT
from cyrpy.data.notifier import Notifier
from cyrpy.data.unit import Unit
from cyrpy.groupware import mail
from cyrpy.groupware.mail_deleted import let_go
from cyrpy.groupware.principals import NewPrincipal, create, find
from cyrpy.groupware.provision import Folders
from cyrpy.groupware.userids import UserIds
from cyrpy.host.configuration import location_of
from tests.mail.messages import message
from tests.support.clock import Clock
from tests.support.process import ROOT


class Shell:
    """A configuration with the users anna and bert, and commands on it."""

    def __init__(self, folder: Path, options: str = "") -> None:
        self.config = folder / "imapd.conf"
        self.config.write_text(
            f"configdirectory: {folder}\ndefaultdomain: localhost\nhttpmodules: jmap\n{options}"
        )
        self.settings = load(self.config)[1]
        self.clock = Clock(time.time())
        location = location_of(self.settings)
        self.database = Database(location, publisher=Notifier(), clock=self.clock)
        self.database.write(self._add_users)

    def _add_users(self, unit: Unit) -> None:
        for name in ("anna", "bert"):
            folders = Folders.of(self.settings)
            create(unit, UserIds.of(self.settings), folders, NewPrincipal(name))

    def run(self, *words: str, stdin: bytes = b"") -> Result:
        command = [*words, "-C", str(self.config)]
        return CliRunner().invoke(build(command), command, input=stdin)

    def ok(self, *words: str) -> str:
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        return result.output

    def account(self, unit: Unit, name: str) -> int:
        return find(unit, UserIds.of(self.settings), name).id

    def inside(self, name: str, path: str = "Inbox") -> list[Any]:
        with self.database.read() as unit:
            account_id = self.account(unit, name)
            parent: int | None = None
            for part in path.split("/"):
                row = mailboxes.child(unit, account_id, parent, part)
                assert row is not None, f"there is no mailbox {path}"
                parent = row.id
            numbers = unit.all(messages.IN_MAILBOX, account_id=account_id, mailbox_id=parent)
            rows = unit.all(messages.OF_IDS, account_id=account_id, ids=[n for (n,) in numbers])
        return sorted(rows, key=lambda row: row.id)


@pytest.fixture
def shell(tmp_path: Path, sqlite_template: Path):
    shutil.copy(sqlite_template, tmp_path / "cyrpy.db")
    made = Shell(tmp_path, "maxmessagesize: 1M\n")
    yield made
    made.database.close()


def write_mbox(path: Path, *texts: bytes) -> Path:
    with path.open("wb") as file:
        for text in texts:
            file.write(b"From ada@example.com Tue Nov 14 22:13:20 2023\n" + text + b"\n")
    return path


def test_a_pipe_delivers(shell):
    result = shell.run("deliver", "-f", "x@y", "anna", "bert@localhost", stdin=message())
    assert result.exit_code == 0, result.output
    assert len(shell.inside("anna")) == len(shell.inside("bert")) == 1


@pytest.mark.parametrize(
    ("stdin", "recipient", "code", "said"),
    [
        (message(), "nobody", 67, "550 5.1.1"),
        (b"x" * (2 << 20), "anna", 73, "552 5.3.4"),
        (b"Received: x\r\n" * 200 + b"\r\n", "anna", 65, "554 5.4.6"),
    ],
)
def test_a_pipe_is_answered_by_exit_codes_of_sysexits(shell, stdin, recipient, code, said):
    result = shell.run("deliver", recipient, stdin=stdin)
    assert result.exit_code == code
    assert said in result.output


def test_who_is_known_gets_it_also_if_others_are_not(shell):
    result = shell.run("deliver", "anna", "nobody", stdin=message())
    assert result.exit_code == 67
    assert len(shell.inside("anna")) == 1


def test_an_mbox_comes_in_once_however_often_it_is_imported(shell, tmp_path):
    texts = [message(f"Number {n}").replace(b"\r\n", b"\n") for n in range(120)]
    texts[3] = b"Status: RO\nX-Status: AF\n" + texts[3] + b"\n>From here on\nFrom nowhere\n"
    path = write_mbox(tmp_path / "old.mbox", *texts)
    assert "120 messages were imported, 0 were there" in shell.ok(
        "import", "mbox", "anna", str(path)
    )
    assert "0 messages were imported, 120 were there" in shell.ok(
        "import", "mbox", "anna", str(path)
    )
    rows = shell.inside("anna")
    assert len(rows) == 120
    assert {row.received_at for row in rows} == {1_700_000_000}
    assert rows[3].keyword_set == {"$seen", "$answered", "$flagged"}
    with shell.database.read() as unit:
        octets = unit.value(OCTETS, digest=rows[3].digest, first=1, count=10_000)
    assert octets.endswith(b"\nFrom here on\nFrom nowhere\n")


def test_an_import_that_was_cut_off_goes_on(shell, tmp_path):
    texts = [message(f"Number {n}") for n in range(60)]
    half = write_mbox(tmp_path / "half.mbox", *texts[:25])
    whole = write_mbox(tmp_path / "whole.mbox", *texts)
    shell.ok("import", "mbox", "anna", str(half), "-m", "Old/Mail")
    assert "35 messages were imported, 25 were there" in shell.ok(
        "import", "mbox", "anna", str(whole), "-m", "Old/Mail"
    )
    assert len(shell.inside("anna", "Old/Mail")) == 60


def test_a_maildir_comes_with_its_folders_and_flags(shell, tmp_path):
    source = mailbox.Maildir(tmp_path / "Maildir")
    one = mailbox.MaildirMessage(message("In"))
    one.set_subdir("cur")
    one.set_flags("SF")
    source.add(one)
    source.add_folder("Lists.python").add(mailbox.MaildirMessage(message("List")))
    source.add_folder("Sent").add(mailbox.MaildirMessage(message("Gone")))
    assert "3 messages" in shell.ok("import", "maildir", "anna", str(tmp_path / "Maildir"))
    assert [row.keyword_set for row in shell.inside("anna")] == [{"$seen", "$flagged"}]
    assert len(shell.inside("anna", "Lists/python")) == 1
    assert len(shell.inside("anna", "Sent")) == 1


def test_files_take_the_date_of_their_newest_received_field(shell, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    received = "from a by b;\r\n Tue, 14 Nov 2023 23:00:00 +0100"
    (folder / "a.eml").write_bytes(message(Received=received))
    (folder / "b.txt").write_bytes(message())
    assert "1 messages" in shell.ok("import", "eml", "anna", str(folder))
    assert [row.received_at for row in shell.inside("anna")] == [1_699_999_200]


def test_what_is_no_mbox_is_refused(shell, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(message())
    result = shell.run("import", "mbox", "anna", str(path))
    assert result.exit_code == 1
    assert "this is no mbox" in result.output


def test_destroyed_mail_comes_back_where_it_was(shell):
    shell.run("deliver", "anna+Archive", stdin=message("Dear"))
    (row,) = shell.inside("anna", "Archive")
    shell.database.write(lambda unit: mail.destroy(unit, row))
    assert shell.inside("anna", "Archive") == []
    listed = shell.ok("restore", "anna")
    assert row.wire_id in listed
    assert "Dear" in listed
    assert "1 messages are back" in shell.ok("restore", "anna", row.wire_id)
    (back,) = shell.inside("anna", "Archive")
    assert (back.digest, back.keywords) == (row.digest, row.keywords)
    assert back.id != row.id
    assert shell.run("restore", "anna", row.wire_id).exit_code == 1


def test_counts_that_are_wrong_are_found(shell):
    shell.run("deliver", "anna", stdin=message())
    assert "are right" in shell.ok("check", "--data")

    def spoil(unit: Unit) -> None:
        account_id = shell.account(unit, "anna")
        box = mailboxes.by_role(unit, account_id, "inbox")
        assert box is not None
        deltas = dict.fromkeys(mailboxes.COUNTS, 0) | {"total_emails": 3}
        unit.run(COUNT, account_id=account_id, key_id=box.id, updated_modseq=1, **deltas)

    shell.database.write(spoil)
    result = shell.run("check", "--data")
    assert result.exit_code == 1
    assert "anna@localhost: mailbox" in result.output


def test_destroyed_mail_is_let_go_after_its_days(shell):
    shell.run("deliver", "anna", stdin=message())
    (row,) = shell.inside("anna")
    shell.database.write(lambda unit: mail.destroy(unit, row))
    store = Blobs(shell.settings.configdirectory / "blobs", keep_seconds=3600)
    day = 24 * 3600

    def kept() -> bool:
        with shell.database.read() as unit:
            return store.find(unit, [row.account_id], PREFIX + row.digest.hex()) is not None

    shell.clock.advance(13 * day)
    assert shell.database.write(lambda unit: let_go(unit, store, 14)) == 0
    shell.clock.advance(2 * day)
    assert shell.database.write(lambda unit: let_go(unit, store, 14)) == 1
    assert kept()
    shell.clock.advance(day)
    shell.database.write(store.expire)
    assert not kept()
    assert shell.run("restore", "anna", row.wire_id).exit_code == 1


def test_an_address_that_cannot_be_listened_on_is_told_at_the_start(tmp_path):
    config = tmp_path / "imapd.conf"
    config.write_text(
        f"configdirectory: {tmp_path}\nhttpmodules: jmap\nhttp_listen: 127.0.0.1:0\n"
        f"lmtp_listen: unix:{tmp_path}/no/such/folder\n"
    )
    command = [sys.executable, "-m", "cyrpy", "serve", "-C", str(config)]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "modules")])
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    assert "the folder does not exist" in done.stderr
    assert "Traceback" not in done.stderr

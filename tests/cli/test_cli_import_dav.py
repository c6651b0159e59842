"""`cyrpy import dav`, from a real server; and how far it has come, at a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from cyrpy.data.credentials import APP_PASSWORD
from tests.support.events import event
from tests.support.process import Process
from tests.support.server import add_user, basic, issue_to


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Another server, with a user who has two events."""
    process = Process(tmp_path_factory.mktemp("other"), "httpmodules: caldav carddav\n")
    database = process.database()
    try:
        add_user(process.configuration, database, "anna")
        secret = issue_to(process.configuration, database, "anna", kind=APP_PASSWORD).secret
    finally:
        database.close()
    headers = basic("anna", secret)
    with process.connect() as connection:
        for name in ("a", "b"):
            url = f"/dav/calendars/user/anna/Default/{name}.ics"
            assert connection.request("PUT", url, event(name), headers).status == 201
    yield f"http://127.0.0.1:{process.port}/", secret
    process.stop()


@pytest.fixture
def bert(shell):
    shell.ok("user", "add", "bert", "--no-password")
    return shell


def copied(shell, url: str, secret: str, *options: str):
    arguments = ("--user", "anna", "--password-stdin", *options)
    return shell.run("import", "dav", "bert", url, *arguments, stdin=f"{secret}\n")


def test_what_is_there_is_copied_once(bert, other, tmp_path):
    first = copied(bert, *other)
    assert (first.exit_code, "2 added" in first.stderr.splitlines()[-1]) == (0, True)
    again = copied(bert, *other)
    assert again.stderr.splitlines()[-1] == "0 added, 0 changed, 0 unchanged"
    bert.ok("export", "ics", "bert", f"{tmp_path}/out/")
    assert (tmp_path / "out" / "a.ics").read_bytes() == event("a")


def test_collections_are_listed_and_chosen(bert, other):
    result = copied(bert, *other, "--list")
    assert sorted(line.split("\t")[0] for line in result.stdout.splitlines()) == [
        "addressbook",
        "calendar",
    ]
    assert "2 added" in copied(bert, *other, "-c", "Default", "--dry-run").stderr
    none = copied(bert, *other, "-c", "none")
    assert (none.exit_code, "no collection 'none'" in none.stderr) == (1, True)


def test_a_wrong_password_is_one_line(bert, other):
    result = copied(bert, other[0], "wrong")
    assert result.exit_code == 1
    assert result.stderr.startswith("cyrpy: ")
    assert "refused the name or the password" in result.stderr


def test_security_a_password_is_no_argument(bert, other):
    result = bert.run("import", "dav", "bert", other[0], "--password", "secret")
    assert result.exit_code == 2
    result = bert.run("import", "dav", "bert", "http://anna:secret@127.0.0.1/", "--password-stdin")
    assert (result.exit_code, "secret" in result.output) == (1, False)


def test_without_a_terminal_a_password_has_to_come_from_stdin(bert, other):
    assert bert.run("import", "dav", "bert", other[0]).exit_code == 2


def test_at_a_terminal_there_is_a_bar(bert, tmp_path):
    events = b"".join(event(f"u{n}").split(b"\r\n", 3)[3][:-15] for n in range(120))
    file = tmp_path / "many.ics"
    file.write_bytes(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + events + b"END:VCALENDAR\r\n")
    ours, theirs = pty.openpty()
    script = "from cyrpy.cli.importing import app; app()"
    command = [sys.executable, "-c", script, "ics", "bert", str(file), "-C", str(bert.config)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": "100"}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    printed = b""
    try:
        while piece := os.read(ours, 4096):
            printed += piece
    except OSError:  # the other side hung up
        pass
    os.close(ours)
    assert process.wait(timeout=60) == 0
    assert b"importing: 120" in printed
    assert b"120 added" in printed

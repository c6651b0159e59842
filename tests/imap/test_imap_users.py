"""`cyrpy user` for those whose mail lives on an IMAP server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from tests.imap.test_imap_import import Shell
from tests.support.imap_server import PASSWORD, USER, ImapServer


@pytest.fixture
def shell(tmp_path: Path, imap_servers: Callable[[str], ImapServer]):
    made = Shell(tmp_path, imap_servers("pymap").url)
    yield made
    made.database.close()


def add(shell: Shell, url: str, *options: str, password: str = PASSWORD):
    words = ("user", "add", "anna", "--no-password", "--imap", url, "--imap-password-stdin")
    return shell.run_words(*words, *options, password=password)


def show(shell: Shell, name: str = "anna"):
    done = shell.run_words("user", "show", name, "--json")
    return orjson.loads(done.output) if done.exit_code == 0 else None


def test_shows_where_the_mail_is_and_never_the_password(shell: Shell):
    assert add(shell, shell.url, "--smtp", "smtps://smtp.example.org").exit_code == 0
    shown = show(shell)
    assert shown["imap"] == shell.url
    assert shown["smtp"] == "smtps://smtp.example.org"
    assert shown["in_step"] is None
    assert PASSWORD not in str(shown)


def test_the_name_there_is_the_users_unless_the_url_says_another(shell: Shell):
    assert add(shell, shell.url.replace(f"{USER}@", "")).exit_code == 0
    assert show(shell)["imap"] == shell.url


def test_a_password_that_is_not_taken_adds_nobody(shell: Shell):
    done = add(shell, shell.url, password="wrong")
    assert done.exit_code == 1
    assert "refuses the sign-in" in done.output
    assert show(shell) is None


def test_a_server_that_is_away_is_only_a_warning(shell: Shell):
    done = add(shell, "imap://anna@127.0.0.1:1")
    assert done.exit_code == 0
    assert "warning" in done.output
    assert show(shell)["imap"] == "imap://anna@127.0.0.1:1"


@pytest.mark.parametrize("url", ["imaps://anna:x@example.org", "ftp://a", "imaps://a@b/INBOX"])
def test_a_url_that_is_none_adds_nobody(shell: Shell, url: str):
    assert add(shell, url).exit_code == 1
    assert show(shell) is None


def test_an_smtp_server_alone_is_wrong_usage(shell: Shell):
    done = shell.run_words("user", "add", "anna", "--no-password", "--smtp", "smtps://a@b")
    assert done.exit_code == 2


def test_mail_that_lives_here_cannot_be_moved_by_changing_the_server(shell: Shell):
    done = shell.run_words("user", "imap", "bert", "--imap", shell.url, "--imap-password-stdin")
    assert done.exit_code == 1
    assert "lives here" in done.output
    assert "imap" not in show(shell, "bert")

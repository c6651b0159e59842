"""Servers that go away, forget their UIDs or will not have us; processes that die."""

from __future__ import annotations

import pytest

from cyrpy.data import imap_accounts, messages
from cyrpy.errors import CyrpyError
from cyrpy.mail.imap.desk import Desk
from cyrpy.mail.imap.errors import NotHeld, ServerError, SignInRefused
from cyrpy.mail.imap.push import MessagePush
from tests.imap.conftest import HOLDER, Account, There, letter
from tests.support.imap_server import PASSWORD, Wire


@pytest.fixture
def synced(account: Account, there: There) -> Account:
    """With two messages in two folders on both sides."""
    with there.server.client() as client:
        client.create_folder("Work")
    there.add(letter("lunch"))
    there.add(letter("report"), "Work")
    account.sync()
    return account


def cut_while_pushing(account: Account, wire: Wire, words: bytes) -> None:
    """Have the answer to a command get lost, and all that the process knew with it."""
    account.clock.now += 100_000
    wire.cut_at = words
    account.session._connected()
    with pytest.raises(CyrpyError):
        account.session._push(account.session._client)
    assert wire.cuts == 1
    account.session.abort()
    account.session = account.fresh_session()


def test_an_append_whose_answer_is_lost_is_not_done_twice(
    synced: Account, there: There, wire: Wire
):
    synced.add(letter("draft"), "Work", "$draft")
    cut_while_pushing(synced, wire, b"APPENDUID")
    assert [one for one, _ in there.mail()["Work"]] == ["draft", "report"]
    synced.sync()
    assert there.mail()["Work"] == [("draft", {"$draft"}), ("report", frozenset())]
    assert synced.mail() == there.mail()


def test_nor_is_one_that_the_server_has_otherwise_than_we(
    synced: Account, there: There, wire: Wire
):
    octets = letter("bare").replace(b"\r\n", b"\n")
    id = synced.add(octets).id
    cut_while_pushing(synced, wire, b"APPENDUID")
    synced.sync()
    assert synced.mail() == there.mail()
    assert synced.rows()["bare"].id == id


def test_what_was_destroyed_since_its_append_was_lost_is_destroyed_there(
    synced: Account, there: There, wire: Wire
):
    row = synced.add(letter("oops"))
    cut_while_pushing(synced, wire, b"APPENDUID")
    synced.destroy(row)
    synced.sync()
    synced.sync()
    assert there.mail()["INBOX"] == [("lunch", frozenset())]
    assert synced.mail() == there.mail()


def test_a_move_whose_answer_is_lost_is_not_done_twice(synced: Account, there: There, wire: Wire):
    row = synced.rows()["lunch"]
    synced.file(row, "Work")
    cut_while_pushing(synced, wire, b"COPYUID")
    synced.sync()
    assert synced.mail() == there.mail()
    assert synced.rows("Work")["lunch"].id == row.id


def test_what_was_changed_here_is_pushed_by_the_next_process(synced: Account, there: There):
    synced.mark(synced.rows()["lunch"], "$flagged")
    synced.session.abort()
    synced.session = synced.fresh_session()
    synced.sync()
    assert there.mail()["INBOX"] == [("lunch", {"$flagged"})]


def test_ids_survive_new_uids(synced: Account, there: There):
    since = synced.state("Email")
    before = synced.rows("Work")["report"]
    with there.server.client() as client:
        client.create_folder("Copy")
        client.select_folder("Work")
        client.copy(client.search("ALL"), "Copy")
        client.select_folder("INBOX")
        client.delete_folder("Work")
        client.rename_folder("Copy", "Work")
    synced.mark(before, "$flagged")
    synced.sync()
    after = synced.rows("Work")["report"]
    assert after.id == before.id
    assert after.keyword_set == {"$flagged"}
    assert synced.changes("Email", since) == (set(), {before.wire_id}, set())
    assert synced.mail() == there.mail()


def test_a_server_that_is_away_leaves_everything_readable(synced: Account, there: There):
    there.server.stop()
    try:
        synced.session.abort()
        with pytest.raises(ServerError) as caught:
            synced.sync()
        assert PASSWORD not in str(caught.value)
        assert list(synced.rows()) == ["lunch"]
        synced.mark(synced.rows()["lunch"], "$flagged")
    finally:
        there.server.start()
    if there.kind == "dovecot":  # the other forgets everything
        synced.sync()
        assert there.mail()["INBOX"] == [("lunch", {"$flagged"})]


def test_a_wrong_password_is_told_from_a_server_that_is_away(account: Account, wire: Wire):
    account.lives_at(f"imap://anna@127.0.0.1:{wire.port}", "wrong")
    with pytest.raises(SignInRefused):
        account.sync()


def test_passwords_are_not_in_the_database(account: Account):
    secret = account.row().secret
    assert PASSWORD.encode() not in secret
    assert account.settings.imap_key.stat().st_mode & 0o077 == 0


def test_who_does_not_hold_the_account_writes_nothing(synced: Account, there: There):
    there.add(letter("late"))
    synced.write(lambda unit: imap_accounts.leave(unit, "test", synced.id))
    synced.write(lambda unit: imap_accounts.claim(unit, "another", synced.id))
    with pytest.raises(NotHeld):
        synced.session.cycle()
    assert list(synced.rows()) == ["lunch"]


def test_a_log_that_was_pruned_is_made_up_for(synced: Account, there: There):
    row = synced.rows()["lunch"]
    synced.mark(row, "$flagged")
    synced.destroy(synced.rows("Work")["report"])
    synced.write(lambda unit: imap_accounts.set_pushed(unit, synced.id, imap_accounts.EVERYTHING))
    synced.sync()
    assert there.mail()["INBOX"] == [("lunch", {"$flagged"})]
    assert there.mail()["Work"] == []


def test_mail_of_a_mailbox_that_was_refused_follows_once_it_is_taken(synced: Account, there: There):
    synced.make_box("Late")
    synced.file(synced.rows()["lunch"], "Late")
    desk = Desk(synced.core, synced.id, HOLDER)
    client, _ = synced.session._connected()
    MessagePush(desk, client).run()
    assert there.mail()["INBOX"] == [("lunch", frozenset())]
    synced.sync()
    assert there.mail()["Late"] == [("lunch", frozenset())]
    assert synced.mail() == there.mail()


def test_a_mailbox_destroyed_here_into_which_mail_came_there_comes_back(
    synced: Account, there: There
):
    synced.destroy_box("Work")
    there.add(letter("news"), "Work")
    synced.sync()
    synced.sync()
    assert synced.mail() == there.mail()
    assert "news" in synced.rows("Work")


def test_a_message_that_is_too_large_is_passed_over(synced: Account, there: There):
    there.add(letter("huge", "x" * 70 + "\r\n" * 2000))
    synced.core.settings.__dict__["maxmessagesize"] = 1024
    synced.sync()
    assert synced.row().skipped == 1
    assert list(synced.rows()) == ["lunch"]
    with synced.database.read() as unit:
        assert messages.by_digest(unit, synced.id, b"") is None

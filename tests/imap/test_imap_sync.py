"""Mail that lives on an IMAP server, kept in step with what is here."""

from __future__ import annotations

import pytest

from tests.imap.conftest import Account, There, letter

SEEN = r"\Seen"
FLAGGED = r"\Flagged"


@pytest.fixture
def synced(account: Account, there: There) -> Account:
    """With one message on both sides, and a folder."""
    with there.server.client() as client:
        client.create_folder("Work")
    there.add(letter("lunch"), "INBOX", SEEN)
    account.sync()
    return account


def equal(account: Account, there: There) -> None:
    assert account.mail() == there.mail()


def test_brings_folders_messages_flags_and_dates(account: Account, there: There):
    with there.server.client() as client:
        client.create_folder("Work")
        client.create_folder("Work/Urgent")
    there.add(letter("lunch"), "INBOX", SEEN, FLAGGED)
    there.add(letter("report"), "Work/Urgent")
    account.sync()
    assert account.mail()["INBOX"] == [("lunch", {"$seen", "$flagged"})]
    assert account.mail()["Work/Urgent"] == [("report", frozenset())]
    equal(account, there)
    assert account.row().error is None
    assert account.row().is_complete


def test_changes_nothing_the_second_time(synced: Account):
    before = synced.state("Email"), synced.state("Mailbox")
    synced.sync()
    synced.sync()
    assert (synced.state("Email"), synced.state("Mailbox")) == before


def test_new_mail_there_is_one_creation_here(synced: Account, there: There):
    since, boxes = synced.state("Email"), synced.state("Mailbox")
    there.add(letter("dinner"))
    synced.sync()
    dinner = synced.rows()["dinner"]
    assert synced.changes("Email", since) == ({dinner.wire_id}, set(), set())
    assert synced.changes("Mailbox", boxes) == (set(), {synced.boxes()["INBOX"].wire_id}, set())


def test_a_flag_there_is_one_update_here(synced: Account, there: There):
    since = synced.state("Email")
    there.flag("lunch", "INBOX", FLAGGED, SEEN)
    synced.sync()
    row = synced.rows()["lunch"]
    assert row.keyword_set == {"$flagged"}
    assert synced.changes("Email", since) == (set(), {row.wire_id}, set())


def test_a_move_there_keeps_the_id(synced: Account, there: There):
    since, before = synced.state("Email"), synced.rows()["lunch"]
    there.move("lunch", "INBOX", "Work")
    synced.sync()
    assert synced.rows("Work")["lunch"].id == before.id
    assert synced.rows() == {}
    assert synced.changes("Email", since) == (set(), {before.wire_id}, set())


def test_a_copy_there_is_in_two_mailboxes(synced: Account, there: There):
    there.copy("lunch", "INBOX", "Work")
    synced.sync()
    row = synced.rows()["lunch"]
    assert row.mailbox_ids == {synced.boxes()["INBOX"].id, synced.boxes()["Work"].id}
    equal(synced, there)


def test_what_is_expunged_there_is_destroyed_here(synced: Account, there: There):
    since, row = synced.state("Email"), synced.rows()["lunch"]
    there.expunge("lunch")
    synced.sync()
    assert synced.rows() == {}
    assert synced.changes("Email", since) == (set(), set(), {row.wire_id})


def test_what_is_marked_as_deleted_there_is_not_shown(synced: Account, there: There):
    there.flag("lunch", "INBOX", r"\Deleted")
    synced.sync()
    assert synced.rows() == {}
    there.flag("lunch", "INBOX", remove=r"\Deleted")
    synced.sync()
    assert list(synced.rows()) == ["lunch"]


def test_a_keyword_here_is_a_flag_there(synced: Account, there: There):
    synced.mark(synced.rows()["lunch"], "$flagged")
    synced.sync()
    assert there.mail()["INBOX"] == [("lunch", {"$flagged"})]


def test_a_move_here_is_a_move_there(synced: Account, there: There):
    row = synced.rows()["lunch"]
    synced.file(row, "Work")
    synced.sync()
    assert there.mail() == synced.mail()
    assert there.mail()["Work"] == [("lunch", {"$seen"})]
    since = synced.state("Email")
    synced.sync()
    assert synced.state("Email") == since
    assert synced.rows("Work")["lunch"].id == row.id


def test_a_message_in_two_mailboxes_here_is_in_two_folders_there(synced: Account, there: There):
    synced.file(synced.rows()["lunch"], "Work", "INBOX")
    synced.sync()
    assert there.mail()["Work"] == there.mail()["INBOX"] == [("lunch", {"$seen"})]


def test_what_is_made_here_is_appended_there(synced: Account, there: There):
    synced.add(letter("draft"), "Work", "$draft", "$seen")
    synced.sync()
    assert there.mail()["Work"] == [("draft", {"$draft", "$seen"})]
    equal(synced, there)


def test_what_is_made_in_two_mailboxes_is_appended_once_and_copied(synced: Account, there: There):
    row = synced.add(letter("both"), "Work")
    synced.file(row, "Work", "INBOX")
    synced.sync()
    equal(synced, there)


def test_what_is_destroyed_here_is_expunged_there(synced: Account, there: There):
    synced.destroy(synced.rows()["lunch"])
    synced.sync()
    assert there.mail()["INBOX"] == []


def test_mailboxes_follow_folders(synced: Account, there: There):
    work = synced.boxes()["Work"]
    there.add(letter("report"), "Work")
    synced.sync()
    report = synced.rows("Work")["report"]
    with there.server.client() as client:
        client.rename_folder("Work", "Job")
        client.create_folder("New")
    synced.sync()
    assert synced.boxes()["Job"].id == work.id
    assert synced.rows("Job")["report"].id == report.id
    with there.server.client() as client:
        client.delete_folder("Job")
    synced.sync()
    assert set(synced.boxes()) == set(there.mail())
    equal(synced, there)


def test_folders_follow_mailboxes(synced: Account, there: There):
    synced.make_box("Trips")
    synced.make_box("Rome", "Trips")
    synced.add(letter("ticket"), "Trips/Rome")
    synced.sync()
    assert there.mail()["Trips/Rome"] == [("ticket", frozenset())]
    synced.change_box("Trips", name="Travel")
    synced.sync()
    assert there.mail()["Travel/Rome"] == [("ticket", frozenset())]
    equal(synced, there)
    synced.destroy_box("Travel/Rome")
    synced.destroy_box("Travel")
    synced.sync()
    assert "Travel" not in there.mail()
    synced.sync()
    equal(synced, there)


def test_both_sides_flags_are_merged(synced: Account, there: There):
    there.flag("lunch", "INBOX", r"\Answered")
    synced.mark(synced.rows()["lunch"], "$flagged")  # takes $seen away
    synced.sync()
    assert synced.rows()["lunch"].keyword_set == {"$flagged", "$answered"}
    equal(synced, there)


def test_of_two_moves_the_servers_holds(synced: Account, there: There):
    with there.server.client() as client:
        client.create_folder("Private")
    synced.sync()
    synced.file(synced.rows()["lunch"], "Work")
    there.move("lunch", "INBOX", "Private")
    synced.sync()
    synced.sync()
    assert synced.mail()["Private"] == [("lunch", {"$seen"})]
    assert synced.mail()["Work"] == []
    equal(synced, there)


def test_what_is_deleted_there_while_it_is_flagged_here_is_gone(synced: Account, there: There):
    synced.mark(synced.rows()["lunch"], "$flagged")
    there.expunge("lunch")
    synced.sync()
    equal(synced, there)
    assert synced.rows() == {}


def test_what_was_here_before_is_brought_there(account: Account, there: There):
    account.add(letter("old"))
    account.sync()
    assert there.mail()["INBOX"] == [("old", frozenset())]


def test_a_change_here_is_pushed_without_reading_the_server(synced: Account, there: There):
    synced.mark(synced.rows()["lunch"], "$flagged")
    synced.add(letter("draft"), "Work")
    there.add(letter("later"))
    synced.session.push()
    assert ("lunch", {"$flagged"}) in there.mail()["INBOX"]
    assert there.mail()["Work"] == [("draft", frozenset())]
    assert "later" not in synced.rows()

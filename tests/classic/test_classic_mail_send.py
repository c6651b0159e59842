"""The Outbox in profile A: what is put there is sent, what is taken out again is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.classic_mail import ClassicMail, turn
from tests.support.smtp_server import SmtpServer

EVE = [{"name": "Eve", "email": "eve@elsewhere.org"}]
ME = [{"name": "Test", "email": "test@localhost"}]
LATER = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def relay():
    with SmtpServer() as server:
        yield server


@pytest.fixture
def sender(start, relay):
    """A user of a server that sends mail by a relay."""
    relay.received.clear()
    return ClassicMail(start(submission_relay=relay.address))


@pytest.fixture
def mail(server):
    """A user of a server that has none."""
    return ClassicMail(server)


def put_out(mail, **properties):
    """The id of a draft that is put into the Outbox."""
    id = mail.draft(**{"from": ME, "to": EVE, "textBody": "At noon?", **properties})
    mail.update(id, mailboxIds=[mail.boxes()["outbox"]])
    return id


def test_what_is_moved_to_the_outbox_is_sent_and_filed(sender, relay):
    boxes = sender.boxes()
    put_out(sender, cc=ME, bcc=[{"name": "", "email": "bo@elsewhere.org"}])
    turn(sender.server)
    (received,) = relay.received
    assert received.sender == "test@localhost"
    assert set(received.recipients) == {"eve@elsewhere.org", "test@localhost", "bo@elsewhere.org"}
    assert received.message["Subject"] == "Lunch"
    assert received.message["Bcc"] is None
    (id,) = sender.list(filter={"inMailboxes": [boxes["sent"]]})
    message = sender.message(id, "isDraft", "isUnread", "mailboxIds", "subject")
    assert message == {
        "id": id,
        "isDraft": False,
        "isUnread": False,
        "mailboxIds": [boxes["sent"]],
        "subject": "Lunch",
    }
    assert sender.box(boxes["outbox"])["totalMessages"] == 0


def test_what_is_created_in_the_outbox_is_sent(sender, relay):
    outbox = sender.boxes()["outbox"]
    sender.new(mailboxIds=[outbox], **{"from": ME, "to": EVE})
    turn(sender.server)
    assert [one.recipients for one in relay.received] == [["eve@elsewhere.org"]]


def test_what_was_sent_has_another_id_so_that_it_cannot_be_taken_back(sender):
    boxes = sender.boxes()
    since = sender.call("getMessages", ids=[])["state"]
    id = put_out(sender)
    turn(sender.server)
    error = sender.refused_update(id, mailboxIds=[boxes["drafts"]])
    assert error["type"] == "notFound"
    found = sender.call("getMessageUpdates", sinceState=since)
    assert found["changed"] == sender.list(filter={"inMailboxes": [boxes["sent"]]})
    assert id not in found["changed"]


def test_the_answer_to_the_call_is_of_a_message_that_is_in_the_outbox(sender):
    boxes, id = sender.boxes(), sender.draft(**{"from": ME, "to": EVE})
    answer = sender.call("setMessages", update={id: {"mailboxIds": [boxes["outbox"]]}})
    turn(sender.server)
    found = sender.call("getMessageUpdates", sinceState=answer["newState"])
    assert found["removed"] == [id]


def test_what_waits_can_be_taken_back(sender, relay):
    boxes, id = sender.boxes(), put_out(sender, date=LATER)
    turn(sender.server)
    assert sender.message(id, "mailboxIds")["mailboxIds"] == [boxes["outbox"]]
    assert [one["undoStatus"] for one in sender.modern("EmailSubmission/get")["list"]] == [
        "pending"
    ]
    sender.update(id, mailboxIds=[boxes["drafts"]])
    (submission,) = sender.modern("EmailSubmission/get")["list"]
    assert submission["undoStatus"] == "canceled"
    assert sender.message(id, "isDraft", "mailboxIds") == {
        "id": id, "isDraft": True, "mailboxIds": [boxes["drafts"]],
    }  # fmt: skip
    assert relay.received == []


def test_what_waits_is_sent_at_its_date(sender):
    put_out(sender, date=LATER)
    (submission,) = sender.modern("EmailSubmission/get")["list"]
    assert submission["sendAt"] == LATER


def test_a_date_that_has_passed_is_no_reason_to_wait(sender, relay):
    put_out(sender, date="2016-01-01T00:00:00Z")
    turn(sender.server)
    assert len(relay.received) == 1


def test_what_is_destroyed_in_the_outbox_is_not_sent(sender):
    id = put_out(sender, date=LATER)
    assert sender.call("setMessages", destroy=[id])["destroyed"] == [id]
    (submission,) = sender.modern("EmailSubmission/get")["list"]
    assert submission["undoStatus"] == "canceled"


def test_what_was_answered_is_marked_once_the_answer_is_sent(sender):
    first = sender.deliver(id="a")
    id = sender.draft(subject="Re: Lunch", inReplyToMessageId=first, **{"from": ME, "to": EVE})
    assert sender.message(first, "isAnswered")["isAnswered"] is False
    sender.update(id, mailboxIds=[sender.boxes()["outbox"]])
    turn(sender.server)
    assert sender.message(first, "isAnswered")["isAnswered"] is True
    thread = sender.message(first, "threadId")["threadId"]
    (found,) = sender.call("getThreads", ids=[thread])["list"]
    assert len(found["messageIds"]) == 2


def test_other_mailboxes_keep_what_was_sent(sender):
    boxes, work = sender.boxes(), sender.new_box("Work")
    id = sender.draft(**{"from": ME, "to": EVE})
    sender.update(id, mailboxIds=[boxes["outbox"], boxes["drafts"], work])
    turn(sender.server)
    (sent,) = sender.list()
    assert set(sender.message(sent, "mailboxIds")["mailboxIds"]) == {boxes["sent"], work}


def test_without_a_mailbox_for_sent_mail_there_is_one_then(sender):
    boxes = sender.boxes()
    assert sender.call("setMailboxes", destroy=[boxes["sent"]])["destroyed"]
    put_out(sender)
    turn(sender.server)
    assert sender.box(sender.boxes()["sent"])["totalMessages"] == 1


BAD = [
    ({"from": None}, {"from"}),
    ({"from": []}, {"from"}),
    ({"from": [{"email": "test"}]}, {"from"}),
    ({"from": [{"email": "eve@elsewhere.org"}]}, {"from"}),
    ({"to": None}, {"to"}),
    ({"to": [], "cc": [], "bcc": None}, {"to"}),
    ({"to": [{"email": "nobody"}]}, {"to"}),
    ({"cc": [{"email": "nobody@"}], "bcc": [{"email": "@"}]}, {"cc", "bcc"}),
    ({"from": None, "to": [{"email": "x"}]}, {"from", "to"}),
    ({"date": "2099-01-01T00:00:00Z"}, {"date"}),
]


@pytest.mark.parametrize(("properties", "wrong"), BAD)
def test_a_message_that_cannot_be_sent_stays_where_it_is(sender, relay, properties, wrong):
    boxes = sender.boxes()
    draft = {"from": ME, "to": EVE, **properties}
    id = sender.draft(**draft)
    error = sender.refused_update(id, mailboxIds=[boxes["outbox"]])
    assert (error["type"], set(error["properties"])) == ("invalidProperties", wrong)
    assert all(name in error["description"] for name in wrong)
    assert sender.message(id, "mailboxIds")["mailboxIds"] == [boxes["drafts"]]
    created = sender.refused(mailboxIds=[boxes["outbox"]], **draft)
    assert set(created["properties"]) == wrong
    assert sender.list() == [id]
    assert sender.modern("EmailSubmission/get")["list"] == []
    turn(sender.server)
    assert relay.received == []


def test_mail_that_is_no_draft_is_not_sent(sender):
    id = sender.deliver()
    error = sender.refused_update(id, mailboxIds=[sender.boxes()["outbox"]])
    assert (error["type"], error["properties"]) == ("invalidProperties", ["mailboxIds"])


def test_an_imported_draft_may_go_out(sender, relay):
    octets = sender.letter(subject="Imported").replace(b"ada@example.com", b"test@localhost")
    blob = sender.upload(octets.replace(b"To: test@localhost", b"To: eve@elsewhere.org"))
    wanted = {"blobId": blob, "mailboxIds": [sender.boxes()["outbox"]], "isDraft": True}
    answer = sender.call("importMessages", messages={"k": wanted})
    assert answer["notCreated"] == {}, answer
    turn(sender.server)
    assert [one.message["Subject"] for one in relay.received] == ["Imported"]


def test_without_a_relay_mail_goes_to_users_of_the_same_server(mail):
    put_out(mail, to=[{"name": "", "email": "anna@localhost"}])
    turn(mail.server)
    anna = ClassicMail(mail.server, "anna")
    (id,) = anna.list()
    assert anna.message(id, "subject", "isUnread") == {
        "id": id, "subject": "Lunch", "isUnread": True,
    }  # fmt: skip
    (sent,) = mail.list()
    assert mail.message(sent, "mailboxIds")["mailboxIds"] == [mail.boxes()["sent"]]


@pytest.mark.parametrize(("properties", "wrong"), [({}, "to"), ({"to": ME, "date": LATER}, "date")])
def test_without_a_relay_nothing_goes_elsewhere_or_later(mail, properties, wrong):
    id = mail.draft(**{"from": ME, "to": EVE, **properties})
    error = mail.refused_update(id, mailboxIds=[mail.boxes()["outbox"]])
    assert (error["type"], error["properties"]) == ("invalidProperties", [wrong])


def test_accounts_say_whether_mail_may_wait(sender):
    (account,) = sender.call("getAccounts")["list"]
    assert account["mail"]["canDelaySend"] is True


def test_accounts_of_a_server_without_a_relay_say_that_it_may_not(mail):
    (account,) = mail.call("getAccounts")["list"]
    assert account["mail"]["canDelaySend"] is False


def test_mail_that_nobody_takes_is_filed_and_told_of(sender, relay):
    relay.say["RCPT eve@elsewhere.org"].append("550 5.1.1 there is nobody of that name")
    boxes = sender.boxes()
    put_out(sender)
    turn(sender.server)
    assert relay.received == []
    assert sender.box(boxes["sent"])["totalMessages"] == 1
    (notice,) = sender.list(filter={"inMailboxes": [boxes["inbox"]]})
    assert "eve@elsewhere.org" in sender.message(notice, "textBody")["textBody"]


def test_what_the_relay_does_not_take_yet_stays_in_the_outbox(sender, relay):
    relay.say["RCPT eve@elsewhere.org"].append("450 4.2.0 not now")
    boxes, id = sender.boxes(), put_out(sender)
    turn(sender.server)
    assert sender.message(id, "mailboxIds")["mailboxIds"] == [boxes["outbox"]]
    sender.update(id, mailboxIds=[boxes["drafts"]])
    (submission,) = sender.modern("EmailSubmission/get")["list"]
    assert submission["undoStatus"] == "canceled"

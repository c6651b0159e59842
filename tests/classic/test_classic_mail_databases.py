"""Classic mail on each database: what is SQL of its own, and a way through all of it."""

from __future__ import annotations

import pytest

from tests.jmap.mail.conftest import Mailer
from tests.support.classic_mail import turn
from tests.support.servers import new_client, postgresql_server, server, sqlite_server

__all__ = ["postgresql_server", "server", "sqlite_server"]
LETTER = b"From: Ada <ada@example.com>\r\nSubject: %s\r\nMessage-ID: <%s@x>\r\n%s\r\nWords\r\n"
DATE = b"Date: Tue, 05 Jan 2016 10:00:00 +0000\r\n"


@pytest.fixture
def anna(server):
    client = new_client(server, "anna")
    return Mailer(server, client.user, client.sign_in)


@pytest.fixture
def boxes(anna):
    return {box["role"]: box["id"] for box in anna.classic_call("getMailboxes")["list"]}


def test_lists_go_by_the_dates_of_messages_or_else_of_their_arrival(anna, boxes):
    dated = anna.deliver(LETTER % (b"B", b"b", DATE))
    undated = anna.deliver(LETTER % (b"A", b"a", b""))
    for query, expected in [
        ({"sort": ["date asc"]}, [dated, undated]),
        ({"sort": ["id desc"]}, [undated, dated]),
        ({"sort": ["subject asc", "id desc"]}, [undated, dated]),
        ({"sort": ["threadIsUnread asc", "date asc"]}, [dated, undated]),
        ({"filter": {"before": "2016-02-01T00:00:00Z"}}, [dated]),
        ({"filter": {"after": "2016-02-01T00:00:00Z"}}, [undated]),
        ({"filter": {"inMailboxes": [boxes["inbox"]]}, "sort": ["date"]}, [undated, dated]),
        ({"filter": {"notInMailboxes": [boxes["inbox"]]}}, []),
    ]:
        assert anna.classic_call("getMessageList", **query)["messageIds"] == expected, query


def test_a_draft_is_sent_and_filed(anna, boxes):
    people = {"from": [{"email": anna.name}], "to": [{"email": anna.name}]}
    draft = {"mailboxIds": [boxes["drafts"]], "subject": "Note", **people}
    id = anna.classic_call("setMessages", create={"k": draft})["created"]["k"]["id"]
    answer = anna.classic_call("setMessages", update={id: {"mailboxIds": [boxes["outbox"]]}})
    assert answer["updated"] == [id], answer
    turn(anna.server)
    counts = {
        box["role"]: box["totalMessages"] for box in anna.classic_call("getMailboxes")["list"]
    }
    assert {role: counts[role] for role in ("inbox", "sent", "outbox", "drafts")} == {
        "inbox": 1,
        "sent": 1,
        "outbox": 0,
        "drafts": 0,
    }


def test_a_mailbox_is_destroyed_and_its_mail_kept(anna, boxes):
    made = anna.classic_call("setMailboxes", create={"k": {"name": "Work", "role": "x-work"}})
    work = made["created"]["k"]["id"]
    id = anna.deliver(LETTER % (b"A", b"a", b""))
    anna.classic_call("setMessages", update={id: {"mailboxIds": [work]}})
    assert anna.classic_call("setMailboxes", destroy=[work])["destroyed"] == [work]
    (message,) = anna.classic_call("getMessages", ids=[id])["list"]
    assert message["mailboxIds"] == [boxes["inbox"]]


def test_a_report_and_an_import_are_written(anna, boxes):
    wanted = {"blobId": anna.upload(LETTER % (b"A", b"a", DATE)), "mailboxIds": [boxes["inbox"]]}
    made = anna.classic_call("importMessages", messages={"k": wanted})["created"]["k"]
    answer = anna.classic_call("reportMessages", messageIds=[made["id"]], asSpam=True)
    assert answer["reported"] == [made["id"]]

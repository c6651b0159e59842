"""getMessages, getMessageUpdates, getThreads, getThreadUpdates, getSearchSnippets (profile A)."""

from __future__ import annotations

import base64
import struct

import pytest

from tests.support.classic_mail import ClassicMail

ALL = {
    "id", "blobId", "threadId", "mailboxIds", "inReplyToMessageId", "isUnread", "isFlagged",
    "isAnswered", "isDraft", "hasAttachment", "headers", "sender", "from", "to", "cc", "bcc",
    "replyTo", "subject", "date", "size", "preview", "textBody", "htmlBody", "attachments",
    "attachedMessages",
}  # fmt: skip
PICTURE = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480)
PNG = base64.b64encode(PICTURE).decode()
RICH = f"""\
Received: from a
Received: from b
From: =?utf-8?q?Ad=C3=A1?= <ada@example.com>, Bob Only
Sender: Carl <carl@example.com>
Reply-To: replies@example.com
To: A Group: anna@localhost, =?utf-8?b?QmrDtnJu?= <bjorn@example.com>;
Cc:
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
Date: Tue, 05 Jan 2016 11:00:00 +0100
Message-ID: <rich@example.com>
X-Note: =?utf-8?q?f=C3=BCr?= you
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=m

--m
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8

Hello there
--a
Content-Type: multipart/related; boundary=r

--r
Content-Type: text/html; charset=utf-8

<p>Hello <b>there</b></p><img src="cid:pic@x">
--r
Content-Type: image/png; name=pic.png
Content-ID: <pic@x>
Content-Disposition: inline
Content-Transfer-Encoding: base64

{PNG}
--r--
--a--
--m
Content-Type: message/rfc822

From: Dora <dora@example.com>
To: ada@example.com
Subject: Inner
Date: Mon, 04 Jan 2016 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=i

--i
Content-Type: text/html

<p>Deep <i>inside</i></p>
--i
Content-Type: text/csv; name=table.csv
Content-Disposition: attachment

a,b
--i--
--m
Content-Type: application/pdf
Content-Disposition: attachment; filename="big file.pdf"

PDF!
--m--
""".replace("\n", "\r\n").encode()


@pytest.fixture
def mail(server):
    return ClassicMail(server)


@pytest.fixture
def rich(mail):
    return mail.deliver(RICH)


def test_a_message_has_all_properties_of_the_drafts(mail, rich):
    message = mail.message(rich)
    assert message.keys() == ALL
    assert message["mailboxIds"] == [mail.boxes()["inbox"]]
    flags = ("isUnread", "isFlagged", "isAnswered", "isDraft", "hasAttachment")
    assert [message[name] for name in flags] == [True, False, False, False, True]
    assert message["date"] == "2016-01-05T10:00:00Z"
    assert message["subject"] == "Grüße"
    assert message["size"] == len(mail.download(message["blobId"]))
    assert message["preview"].startswith("Hello there")
    assert message["inReplyToMessageId"] is None


def test_addresses_have_a_name_and_an_at_sign(mail, rich):
    message = mail.message(rich, "sender", "from", "to", "cc", "bcc", "replyTo")
    assert message["sender"] == {"name": "Carl", "email": "carl@example.com"}
    assert message["from"][0] == {"name": "Adá", "email": "ada@example.com"}
    assert all("@" in one["email"] for one in message["from"])
    assert message["to"] == [
        {"name": "", "email": "anna@localhost"},
        {"name": "Björn", "email": "bjorn@example.com"},
    ]
    assert message["replyTo"] == [{"name": "", "email": "replies@example.com"}]
    assert (message["cc"], message["bcc"]) == ([], None)


def test_headers_are_decoded_and_repeated_ones_joined(mail, rich):
    headers = mail.message(rich, "headers")["headers"]
    assert headers["Subject"] == "Grüße"
    assert headers["X-Note"] == "für you"
    received = headers["Received"].split("\n")
    assert received[-2:] == ["from a", "from b"]


def test_single_headers_are_asked_for_by_name(mail, rich):
    found = mail.message(rich, "headers.x-note", "headers.Subject", "headers.absent")
    assert found == {"id": rich, "headers": {"X-Note": "für you", "Subject": "Grüße"}}
    whole = mail.message(rich, "headers.x-note", "headers")
    assert "Message-ID" in whole["headers"]


def test_bodies_are_text_and_html(mail, rich):
    message = mail.message(rich, "textBody", "htmlBody")
    assert message["textBody"].strip() == "Hello there"
    assert message["htmlBody"].startswith("<p>Hello <b>there</b></p>")
    assert mail.message(rich, "body") == {"id": rich, "htmlBody": message["htmlBody"]}


def test_a_message_without_html_has_none(mail):
    id = mail.deliver(text="Plain words")
    message = mail.message(id, "textBody", "htmlBody", "attachments", "attachedMessages")
    assert (message["textBody"].strip(), message["htmlBody"]) == ("Plain words", None)
    assert mail.message(id, "body") == {"id": id, "textBody": message["textBody"]}
    assert (message["attachments"], message["attachedMessages"]) == (None, None)


def test_text_is_made_of_html_where_there_is_no_other(mail):
    octets = mail.letter(more="Content-Type: text/html\n", text="<p>One</p><p>Two &amp; three</p>")
    message = mail.message(mail.deliver(octets), "textBody", "htmlBody")
    assert message["textBody"].split() == ["One", "Two", "&", "three"]
    assert "<p>One</p>" in message["htmlBody"]


def test_attachments_can_be_downloaded_and_say_whether_they_are_shown_inside(mail, rich):
    attachments = mail.message(rich, "attachments")["attachments"]
    by_type = {one["type"]: one for one in attachments}
    assert set(by_type) == {"image/png", "message/rfc822", "application/pdf"}
    picture, file = by_type["image/png"], by_type["application/pdf"]
    assert (picture["cid"], picture["isInline"], picture["name"]) == ("pic@x", True, "pic.png")
    assert mail.download(picture["blobId"]) == PICTURE
    assert picture["size"] == len(PICTURE)
    assert (picture["width"], picture["height"]) == (640, 480)
    assert (file["cid"], file["isInline"], file["name"]) == (None, False, "big file.pdf")
    assert mail.download(file["blobId"]).strip() == b"PDF!"
    assert file.keys() == {"blobId", "type", "name", "size", "cid", "isInline", "width", "height"}


def test_attached_messages_are_told_by_their_blobs(mail, rich):
    message = mail.message(rich, "attachments", "attachedMessages")
    ((blob_id, inner),) = message["attachedMessages"].items()
    assert blob_id in {one["blobId"] for one in message["attachments"]}
    assert inner.keys() == {
        "headers", "from", "to", "cc", "bcc", "replyTo", "subject", "date", "textBody",
        "htmlBody", "attachments", "attachedMessages",
    }  # fmt: skip
    assert (inner["subject"], inner["date"]) == ("Inner", "2016-01-04T10:00:00Z")
    assert inner["from"] == [{"name": "Dora", "email": "dora@example.com"}]
    assert inner["textBody"].split() == ["Deep", "inside"]
    assert inner["headers"]["Subject"] == "Inner"
    (table,) = inner["attachments"]
    assert table["name"] == "table.csv"
    assert mail.download(table["blobId"]).strip() == b"a,b"
    assert b"Subject: Inner" in mail.download(blob_id)


def test_an_answer_knows_what_it_is_an_answer_to(mail):
    first = mail.deliver(id="a")
    more = "In-Reply-To: <a@example.com>\n"
    second = mail.deliver(id="b", subject="Re: Lunch", more=more)
    assert mail.message(second, "inReplyToMessageId")["inReplyToMessageId"] == first


def test_a_message_without_a_date_has_the_one_when_it_came(mail):
    id = mail.deliver(b"From: a@example.com\r\nSubject: x\r\n\r\nx\r\n")
    since = mail.message(id, "date")["date"]
    assert since > "2016"
    assert mail.list(filter={"after": since}) == [id]
    assert mail.list(filter={"before": since}) == []


def test_what_is_no_message_is_not_found(mail, rich):
    answer = mail.call("getMessages", ids=[rich, "L999", "x"], properties=["size"])
    assert [one["id"] for one in answer["list"]] == [rich]
    assert answer["notFound"] == ["L999", "x"]
    assert mail.call("getMessages", ids=[rich])["notFound"] is None


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ({}, "ids"),
        ({"ids": None}, "ids"),
        ({"ids": "L1"}, "ids"),
        ({"ids": ["L1"], "properties": ["colour"]}, "properties"),
        ({"ids": ["L1"], "properties": ["keywords"]}, "properties"),
        ({"ids": ["L1"], "colour": 1}, "colour"),
    ],
)
def test_a_call_for_messages_that_cannot_be_is_refused(mail, arguments, wrong):
    error = mail.error("getMessages", **arguments)
    assert (error["type"], error["arguments"]) == ("invalidArguments", [wrong])


def test_updates_tell_what_changed_and_what_is_gone(mail):
    kept, gone = mail.deliver(id="a"), mail.deliver(id="b", subject="x")
    since = mail.call("getMessages", ids=[])["state"]
    new = mail.deliver(id="c", subject="y")
    mail.update(kept, isFlagged=True)
    mail.call("setMessages", destroy=[gone])
    arguments = {"sinceState": since, "fetchRecords": True, "fetchRecordProperties": ["isFlagged"]}
    found, fetched = mail.calls(["getMessageUpdates", arguments])
    assert (sorted(found[1]["changed"]), found[1]["removed"]) == (sorted([kept, new]), [gone])
    assert found[1]["hasMoreUpdates"] is False
    assert {one["id"]: one["isFlagged"] for one in fetched[1]["list"]} == {kept: True, new: False}


def test_updates_come_in_parts_that_lead_on(mail):
    since = mail.call("getMessages", ids=[])["state"]
    new = [mail.deliver(id=str(n), subject=str(n)) for n in range(4)]
    seen = []
    for _ in range(10):
        found = mail.call("getMessageUpdates", sinceState=since, maxChanges=2)
        assert len(found["changed"]) <= 2
        seen += found["changed"]
        since = found["newState"]
        if not found["hasMoreUpdates"]:
            break
    assert sorted(seen) == sorted(new)
    assert since == mail.call("getMessages", ids=[])["state"]


def test_threads_have_their_messages_by_date(mail):
    late = mail.deliver(id="b", subject="Re: Lunch", more="In-Reply-To: <a@example.com>\n")
    octets = mail.letter(id="a").replace(b"05 Jan 2016", b"04 Jan 2016")
    early = mail.deliver(octets)
    thread = mail.message(early, "threadId")["threadId"]
    answer = mail.call("getThreads", ids=[thread, "T999"])
    assert answer["list"] == [{"id": thread, "messageIds": [early, late]}]
    assert answer["notFound"] == ["T999"]


def test_a_draft_stands_behind_what_it_answers(mail):
    first = mail.deliver(id="a")
    more = "In-Reply-To: <a@example.com>\nReferences: <a@example.com>\n"
    second = mail.deliver(id="b", subject="Re: Lunch", more=more)
    draft = mail.draft(subject="Re: Lunch", inReplyToMessageId=first)
    thread = mail.message(first, "threadId")["threadId"]
    assert mail.message(draft, "threadId")["threadId"] == thread
    (found,) = mail.call("getThreads", ids=[thread])["list"]
    assert found["messageIds"] == [first, draft, second]


def test_threads_fetch_their_messages(mail, rich):
    thread = mail.message(rich, "threadId")["threadId"]
    arguments = {"ids": [thread], "fetchMessages": True, "fetchMessageProperties": ["subject"]}
    _, fetched = mail.calls(["getThreads", arguments])
    assert fetched[:2] == [
        "messages",
        {**fetched[1], "list": [{"id": rich, "subject": "Grüße"}]},
    ]


def test_thread_updates_tell_of_threads_and_fetch_them(mail):
    since = mail.call("getThreads", ids=[])["state"]
    id = mail.deliver()
    thread = mail.message(id, "threadId")["threadId"]
    arguments = {"sinceState": since, "fetchRecords": True}
    found, fetched = mail.calls(["getThreadUpdates", arguments])
    assert (found[1]["changed"], found[1]["removed"]) == ([thread], [])
    assert found[1]["hasMoreUpdates"] is False
    assert fetched[:1] == ["threads"]
    assert fetched[1]["list"] == [{"id": thread, "messageIds": [id]}]
    since = found[1]["newState"]
    mail.call("setMessages", destroy=[id])
    assert mail.call("getThreadUpdates", sinceState=since, maxChanges=5)["removed"] == [thread]


@pytest.mark.parametrize(
    ("call", "arguments", "wrong"),
    [
        ("getThreads", {}, "ids"),
        ("getThreads", {"ids": [], "properties": ["id"]}, "properties"),
        ("getThreads", {"ids": [], "fetchMessageProperties": ["x"]}, "fetchMessageProperties"),
        ("getThreadUpdates", {}, "sinceState"),
        ("getThreadUpdates", {"sinceState": "0", "fetchRecordProperties": ["id"]},
         "fetchRecordProperties"),
        ("getMessageUpdates", {"sinceState": "0", "maxChanges": 0}, "maxChanges"),
        ("getMessageUpdates", {"sinceState": "0", "fetchRecordProperties": ["x"]},
         "fetchRecordProperties"),
        ("getSearchSnippets", {}, "messageIds"),
        ("getSearchSnippets", {"messageIds": [], "filter": {"x": 1}}, "filter"),
    ],
)  # fmt: skip
def test_calls_that_cannot_be_are_refused(mail, call, arguments, wrong):
    error = mail.error(call, **arguments)
    assert (error["type"], error["arguments"]) == ("invalidArguments", [wrong])


def test_snippets_mark_what_was_searched_for(mail):
    id = mail.deliver(subject="Wine & cheese", text="The wine is <red>.")
    filter = {"operator": "AND", "conditions": [{"text": "wine"}]}
    answer = mail.call("getSearchSnippets", messageIds=[id, "L999"], filter=filter)
    (snippet,) = answer["list"]
    assert snippet["messageId"] == id
    assert snippet["subject"] == "<mark>Wine</mark> &amp; cheese"
    assert "<mark>wine</mark> is &lt;red&gt;." in snippet["preview"]
    assert (answer["filter"], answer["notFound"]) == (filter, ["L999"])
    dated = {"before": "2036-01-01T00:00:00Z", "text": "red", "isUnread": True}
    (snippet,) = mail.call("getSearchSnippets", messageIds=[id], filter=dated)["list"]
    assert "<mark>red</mark>" in snippet["preview"]
    none = mail.call("getSearchSnippets", messageIds=[id])["list"]
    assert none == [{"messageId": id, "subject": None, "preview": None}]

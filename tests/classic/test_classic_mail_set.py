"""setMessages in profile A: drafts, marks, moves and destruction."""

from __future__ import annotations

import pytest

from tests.support.classic_mail import ClassicMail


@pytest.fixture
def mail(server):
    return ClassicMail(server)


DRAFT = {
    "from": [{"name": "Tést", "email": "test@localhost"}],
    "sender": {"name": "Me", "email": "me@example.org"},
    "to": [{"name": "", "email": "a@example.org"}, {"name": "B, C", "email": "b@example.org"}],
    "cc": [{"name": "Cy", "email": "cy@example.org"}],
    "bcc": [{"name": "Di", "email": "di@example.org"}],
    "replyTo": [{"name": "Re", "email": "re@example.org"}],
    "subject": "Grüße & more",
    "date": "2016-03-01T10:20:30Z",
    "textBody": "Plain wörds",
    "htmlBody": "<p>Rich <b>wörds</b></p>",
    "isFlagged": True,
}


def test_a_draft_comes_back_as_it_was_sent(mail):
    made = mail.new(**DRAFT)
    assert made.keys() == {"id", "blobId", "threadId", "size"}
    message = mail.message(made["id"])
    assert {name: message[name] for name in DRAFT} == DRAFT
    assert made.items() <= message.items()
    flags = ("isUnread", "isAnswered", "isDraft", "hasAttachment")
    assert [message[name] for name in flags] == [False, False, True, False]
    assert message["mailboxIds"] == [mail.boxes()["drafts"]]


def test_a_draft_may_be_next_to_empty(mail):
    made = mail.new(subject=None, to=None, textBody=None, isDraft=True, isUnread=False)
    message = mail.message(made["id"])
    assert (message["subject"], message["to"], message["textBody"].strip()) == ("", None, "")
    assert message["htmlBody"] is None


def test_addresses_of_drafts_are_not_judged(mail):
    id = mail.draft(to=[{"name": "Somebody", "email": "soon"}])
    assert mail.message(id, "to")["to"] == [{"name": "Somebody", "email": "soon@"}]


def test_text_is_made_of_html_that_comes_alone(mail):
    message = mail.message(mail.draft(htmlBody="<h1>One</h1><p>Two</p>"))
    assert message["textBody"].split() == ["One", "Two"]
    assert message["htmlBody"].strip() == "<h1>One</h1><p>Two</p>"


def test_headers_are_set_unless_a_property_says_otherwise(mail):
    headers = {"X-One": "für", "X-Two": "a\nb", "Subject": "no", "To": "no@example.org",
               "Comments": "yes"}  # fmt: skip
    to = [{"name": "", "email": "yes@example.org"}]
    message = mail.message(mail.draft(headers=headers, to=to))
    assert {name: message["headers"][name] for name in ("X-One", "X-Two", "Comments")} == {
        "X-One": "für",
        "X-Two": "a\nb",
        "Comments": "yes",
    }
    assert (message["subject"], message["to"]) == ("Lunch", to)


def test_headers_stand_for_properties_that_are_not_there(mail):
    id = mail.draft(subject=None, headers={"Subject": "Dinner", "To": "Eve <eve@example.org>"})
    message = mail.message(id, "subject", "to")
    assert message["subject"] == "Dinner"
    assert message["to"] == [{"name": "Eve", "email": "eve@example.org"}]


def test_attachments_come_from_uploads(mail):
    picture, file = mail.upload(b"PNG", "image/png"), mail.upload(b"PDF", "application/pdf")
    attachments = [
        {"blobId": picture, "type": "image/png", "name": "p.png", "cid": "p@x", "isInline": True},
        {"blobId": file, "type": "application/pdf", "name": "fürs.pdf", "size": 3,
         "isInline": False, "width": None},
    ]  # fmt: skip
    html = '<img src="cid:p@x">'
    message = mail.message(mail.draft(htmlBody=html, attachments=attachments))
    found = {one["name"]: one for one in message["attachments"]}
    assert message["hasAttachment"] is True
    assert (found["p.png"]["isInline"], found["p.png"]["cid"]) == (True, "p@x")
    assert (found["fürs.pdf"]["isInline"], found["fürs.pdf"]["type"]) == (False, "application/pdf")
    assert mail.download(found["p.png"]["blobId"]) == b"PNG"
    assert mail.download(found["fürs.pdf"]["blobId"]) == b"PDF"


def test_a_message_may_be_attached_to_another(mail):
    inner = mail.deliver(subject="Inner")
    blob = mail.message(inner, "blobId")["blobId"]
    id = mail.draft(attachments=[{"blobId": blob, "type": "message/rfc822", "name": "m.eml"}])
    (attached,) = mail.message(id, "attachedMessages")["attachedMessages"].values()
    assert attached["subject"] == "Inner"


def test_blobs_that_are_not_there_are_named(mail):
    here, gone = mail.upload(b"x", "text/plain"), "G" + "0" * 64
    error = mail.refused(
        mailboxIds=[mail.boxes()["drafts"]], attachments=[{"blobId": here}, {"blobId": gone}]
    )
    assert (error["type"], error["properties"]) == ("invalidProperties", ["attachments"])
    assert error["attachmentsNotFound"] == [gone]


def test_an_answer_refers_to_what_it_answers(mail):
    first = mail.deliver(id="a", more="References: <z@example.com>\n")
    id = mail.draft(subject="Re: Lunch", inReplyToMessageId=first)
    message = mail.message(id, "headers", "inReplyToMessageId", "threadId")
    assert message["inReplyToMessageId"] == first
    assert message["headers"]["In-Reply-To"] == "<a@example.com>"
    assert message["headers"]["References"].split() == ["<z@example.com>", "<a@example.com>"]
    assert message["threadId"] == mail.message(first, "threadId")["threadId"]


def test_an_answer_to_nothing_is_refused(mail):
    error = mail.refused(mailboxIds=[mail.boxes()["drafts"]], inReplyToMessageId="L999")
    assert error["type"] == "inReplyToNotFound"


def test_all_that_is_wrong_with_a_draft_is_named(mail):
    error = mail.refused(
        mailboxIds=[],
        id="L5",
        blobId="x",
        threadId="x",
        hasAttachment=True,
        size=5,
        preview="x",
        attachedMessages={},
        isUnread=True,
        isAnswered=True,
        isDraft=False,
        isFlagged="yes",
        subject=5,
        date="today",
        textBody=["x"],
        htmlBody=7,
        sender=[],
        to="a@example.org",
        cc=[{"name": "x"}],
        bcc=[{"email": "x", "colour": "red"}],
        headers={"X Y": "z", "A": 5},
        attachments=[{"type": "text/plain"}, 5],
        colour="red",
    )
    assert error["type"] == "invalidProperties"
    assert set(error["properties"]) == {
        "mailboxIds", "id", "blobId", "threadId", "hasAttachment", "size", "preview",
        "attachedMessages", "isUnread", "isAnswered", "isDraft", "isFlagged", "subject", "date",
        "textBody", "htmlBody", "sender", "to", "cc/0/email", "bcc/0/colour", "headers/X Y",
        "headers/A", "attachments/0/blobId", "attachments/1", "colour",
    }  # fmt: skip
    assert all(path in error["description"] for path in error["properties"])


@pytest.mark.parametrize("boxes", [None, [], ["M999"], ["inbox"], [5], "M2"])
def test_a_new_message_is_in_drafts_or_outbox(mail, boxes):
    if boxes == ["inbox"]:
        boxes = [mail.boxes()["inbox"]]
    error = mail.refused(mailboxIds=boxes, subject="x")
    assert (error["type"], error["properties"]) == ("invalidProperties", ["mailboxIds"])


def test_a_draft_may_be_in_further_mailboxes_also_new_ones(mail):
    drafts = mail.boxes()["drafts"]
    answers = mail.calls(
        ["setMailboxes", {"create": {"w k": {"name": "Work"}}}],
        ["setMessages", {"create": {"d": {"mailboxIds": [drafts, "#w k"]}}}],
    )
    work = answers[0][1]["created"]["w k"]["id"]
    id = answers[1][1]["created"]["d"]["id"]
    assert set(mail.message(id, "mailboxIds")["mailboxIds"]) == {drafts, work}


def test_marks_can_change(mail):
    id = mail.deliver()
    mail.update(id, isUnread=False, isFlagged=True, isAnswered=True)
    names = ("isUnread", "isFlagged", "isAnswered", "isDraft")
    assert mail.message(id, *names) == {
        "id": id, "isUnread": False, "isFlagged": True, "isAnswered": True, "isDraft": False,
    }  # fmt: skip
    mail.update(id, isUnread=True, isFlagged=False, isAnswered=False)
    assert mail.message(id, "isUnread", "isFlagged") == {
        "id": id, "isUnread": True, "isFlagged": False,
    }  # fmt: skip


def test_a_message_moves_and_is_in_several_mailboxes(mail):
    boxes, id = mail.boxes(), mail.deliver()
    mail.update(id, mailboxIds=[boxes["archive"], boxes["inbox"]])
    assert mail.box(boxes["archive"])["totalMessages"] == 1
    assert mail.box(boxes["inbox"])["totalMessages"] == 1
    mail.update(id, mailboxIds=[boxes["trash"]])
    assert mail.message(id, "mailboxIds")["mailboxIds"] == [boxes["trash"]]
    assert mail.box(boxes["inbox"])["totalMessages"] == 0


def test_what_cannot_change_may_be_repeated(mail):
    id = mail.deliver()
    mail.update(id, **{**mail.message(id), "isFlagged": True})
    assert mail.message(id, "isFlagged")["isFlagged"] is True


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"subject": "x"}, {"subject"}),
        ({"isDraft": True, "size": 5, "textBody": "x"}, {"isDraft", "size", "textBody"}),
        ({"colour": "red", "isFlagged": True}, {"colour"}),
        ({"body": "x"}, {"body"}),
        ({"keywords": {}}, {"keywords"}),
        ({"isFlagged": "yes", "isUnread": None}, {"isFlagged", "isUnread"}),
        ({"mailboxIds": []}, {"mailboxIds"}),
        ({"mailboxIds": None}, {"mailboxIds"}),
        ({"mailboxIds": ["M999"]}, {"mailboxIds"}),
        ({"mailboxIds": ["#nothing"]}, {"mailboxIds"}),
    ],
)
def test_a_change_that_cannot_be_is_refused_whole(mail, change, wrong):
    id = mail.deliver()
    before = mail.message(id)
    error = mail.refused_update(id, **change)
    assert error["type"] == "invalidProperties"
    assert set(error["properties"]) == wrong
    assert mail.message(id) == before


def test_what_is_not_there_is_not_found(mail):
    answer = mail.call(
        "setMessages", update={"L999": {"isFlagged": True}, "L998": {"subject": "x"}}, destroy=["y"]
    )
    assert {error["type"] for error in answer["notUpdated"].values()} == {"notFound"}
    assert answer["notUpdated"].keys() == {"L999", "L998"}
    assert answer["notDestroyed"]["y"]["type"] == "notFound"


def test_a_destroyed_message_is_in_no_mailbox(mail):
    boxes, id = mail.boxes(), mail.deliver()
    mail.update(id, mailboxIds=[boxes["archive"], boxes["inbox"]])
    assert mail.call("setMessages", destroy=[id])["destroyed"] == [id]
    assert mail.call("getMessages", ids=[id])["notFound"] == [id]
    assert mail.list() == []


def test_what_is_created_can_be_changed_in_the_same_call(mail):
    drafts, work = mail.boxes()["drafts"], mail.new_box("Work")
    answer = mail.call(
        "setMessages",
        create={"one": {"mailboxIds": [drafts]}},
        update={"#one": {"mailboxIds": [drafts, work], "isFlagged": True}},
    )
    assert answer["notUpdated"] == {}, answer
    message = mail.message(answer["created"]["one"]["id"], "mailboxIds", "isFlagged")
    assert (set(message["mailboxIds"]), message["isFlagged"]) == ({drafts, work}, True)


def test_one_failure_does_not_keep_the_rest(mail):
    good, drafts = mail.deliver(), mail.boxes()["drafts"]
    answer = mail.call(
        "setMessages",
        create={"good": {"mailboxIds": [drafts]}, "bad": {"mailboxIds": [drafts], "x": 1}},
        update={good: {"isFlagged": True}},
        destroy=["L999"],
    )
    assert (answer["created"].keys(), answer["notCreated"].keys()) == ({"good"}, {"bad"})
    assert (answer["updated"], answer["destroyed"]) == ([good], [])
    assert answer["notDestroyed"].keys() == {"L999"}


def test_states_follow_each_other(mail):
    state = mail.call("getMessages", ids=[])["state"]
    answer = mail.call(
        "setMessages", ifInState=state, create={"k": {"mailboxIds": [mail.boxes()["drafts"]]}}
    )
    assert answer["oldState"] == state
    assert answer["newState"] == mail.call("getMessages", ids=[])["state"] != state
    assert mail.error("setMessages", ifInState=state, destroy=["x"])["type"] == "stateMismatch"


def test_a_full_account_takes_no_draft(start):
    mail = ClassicMail(start(mail_quota="2000"))
    error = mail.refused(mailboxIds=[mail.boxes()["drafts"]], textBody="x" * 3000)
    assert error["type"] == "maxQuotaReached"

"""Email/get, /changes, /set, /import, /parse and Thread/get (RFC 8621 §3, §4)."""

from __future__ import annotations

import pytest

from tests.jmap.mail.conftest import Boxes, Mails
from tests.mail.messages import message
from tests.unit.formats.mime_shown import CORPUS

DEFAULT = {
    "id", "blobId", "threadId", "mailboxIds", "keywords", "size", "receivedAt", "messageId",
    "inReplyTo", "references", "sender", "from", "to", "cc", "bcc", "replyTo", "subject", "sentAt",
    "hasAttachment", "preview", "bodyValues", "textBody", "htmlBody", "attachments",
}  # fmt: skip
ALTERNATIVE = (CORPUS / "alternative-related.eml").read_bytes()


def test_the_default_properties_are_those_of_the_rfc(anna, boxes):
    found = anna.email(anna.deliver(message("Lunch?", "At noon.")))
    assert set(found) == DEFAULT
    assert found["subject"] == "Lunch?"
    assert found["from"] == [{"name": "Ada", "email": "ada@example.com"}]
    assert found["mailboxIds"] == {boxes.role("inbox"): True}
    assert (found["keywords"], found["bodyValues"]) == ({}, {})
    assert set(found["textBody"][0]) == {
        "partId", "blobId", "size", "name", "type", "charset", "disposition", "cid", "language",
        "location",
    }  # fmt: skip


def test_header_properties_keep_the_spelling_that_was_asked_for(anna):
    id = anna.deliver(message(List_Post="<mailto:a@b>", X_Two="1"))
    names = ["header:list-POST:asURLs", "header:Subject", "header:X-Two:asText:all", "header:No"]
    found = anna.email(id, properties=names)
    assert found == {
        "id": id,
        "header:list-POST:asURLs": ["mailto:a@b"],
        "header:Subject": " Hello",
        "header:X-Two:asText:all": ["1"],
        "header:No": None,
    }


def test_structure_headers_and_part_headers(anna):
    id = anna.deliver(ALTERNATIVE)
    found = anna.email(
        id,
        properties=["bodyStructure", "headers", "attachments"],
        bodyProperties=["partId", "type", "header:Content-ID", "headers"],
    )
    assert found["headers"][0]["name"] == "Return-Path"
    plain, related = found["bodyStructure"]["subParts"]
    assert plain["type"] == "text/plain"
    assert related["subParts"][1]["header:Content-ID"] == " <i@x>"
    (image,) = found["attachments"]
    assert set(image) == {"partId", "type", "header:Content-ID", "headers"}
    stored = anna.email(id, properties=["bodyStructure"])["bodyStructure"]
    assert [part["type"] for part in stored["subParts"]] == ["text/plain", "multipart/related"]


def test_body_values_are_those_that_were_asked_for(anna):
    id = anna.deliver(ALTERNATIVE)
    text = anna.email(id, fetchTextBodyValues=True)["bodyValues"]
    assert text == {
        "1": {"value": "Grüße aus Wien", "isEncodingProblem": False, "isTruncated": False}
    }
    assert set(anna.email(id, fetchHTMLBodyValues=True)["bodyValues"]) == {"2"}
    assert set(anna.email(id, fetchAllBodyValues=True)["bodyValues"]) == {"1", "2"}
    cut = anna.email(id, fetchTextBodyValues=True, maxBodyValueBytes=3)["bodyValues"]["1"]
    assert (cut["value"], cut["isTruncated"]) == ("Gr", True)


def test_parts_are_blobs_without_being_stored(anna):
    found = anna.email(anna.deliver(ALTERNATIVE))
    plain = anna.download(found["textBody"][0]["blobId"])
    assert plain.body == "Grüße aus Wien".encode()
    image = anna.download(found["attachments"][0]["blobId"])
    assert (image.body, image.status) == (b"\x89PNG\r\n", 200)
    whole = anna.download(found["blobId"]).body
    assert whole.endswith(ALTERNATIVE)
    assert len(whole) == found["size"]


def test_nobody_else_reads_the_blobs(anna, bert):
    found = anna.email(anna.deliver(ALTERNATIVE))
    for id in (found["blobId"], found["textBody"][0]["blobId"]):
        assert bert.download(id).status == 404
        assert bert.download(id, anna.account).status == 404


@pytest.mark.parametrize(
    "arguments",
    [
        {"properties": ["header:From:asDate"]},
        {"properties": ["nonsense"]},
        {"bodyProperties": ["nonsense"]},
        {"bodyProperties": ["header:Subject:asDate"]},
        {"maxBodyValueBytes": -1},
    ],
)
def test_wrong_arguments_are_refused(anna, arguments):
    id = anna.deliver(message())
    assert anna.fail("Email/get", ids=[id], **arguments)["type"] == "invalidArguments"


def test_keywords_and_mailboxes_are_patched(anna, boxes, mails):
    id = anna.deliver(message())
    archive = boxes.role("archive")
    since = mails.state()
    mails.update(id, **{"keywords/$Flagged": True, f"mailboxIds/{archive}": True})
    found = mails.one(id)
    assert found["keywords"] == {"$flagged": True}
    assert found["mailboxIds"] == {archive: True, boxes.role("inbox"): True}
    assert mails.changes(since) == {"created": [], "updated": [id], "destroyed": []}
    mails.update(id, keywords={}, mailboxIds={archive: True})
    assert boxes.by_name()["Inbox"]["totalEmails"] == 0
    assert mails.changes(since) == {"created": [], "updated": [id], "destroyed": []}


@pytest.mark.parametrize(
    ("patch", "wrong"),
    [
        ({"mailboxIds": {}}, "mailboxIds"),
        ({"mailboxIds": {"nothing": True}}, "mailboxIds/nothing"),
        ({"keywords/a b": True}, "keywords"),
        ({"keywords": {"x" * 256: True}}, "keywords"),
        ({"keywords": {"x": False}}, "keywords/x"),
        ({"subject": "Other"}, "subject"),
        ({"receivedAt": "2020-01-01T00:00:00Z"}, "receivedAt"),
    ],
)
def test_what_cannot_change_is_refused(anna, mails, patch, wrong):
    id = anna.deliver(message())
    error = mails.refused_update(id, **patch)
    assert (error["type"], error["properties"]) == ("invalidProperties", [wrong])


def test_a_draft_is_made_read_and_destroyed(anna, boxes, mails):
    drafts = boxes.role("drafts")
    blob = anna.upload(b"\x89PNG", "image/png")
    answer = mails.set(
        create={
            "k": {
                "mailboxIds": {drafts: True},
                "keywords": {"$draft": True, "$seen": True},
                "from": [{"name": "Änna", "email": "anna@localhost"}],
                "subject": "Grüße",
                "receivedAt": "2018-07-10T01:03:11Z",
                "sentAt": "2018-07-10T11:03:11+10:00",
                "header:X-Mailer:asText": "test",
                "textBody": [{"partId": "t"}],
                "attachments": [{"blobId": blob, "type": "image/png", "name": "ü.png"}],
                "bodyValues": {"t": {"value": "Hällo\n"}},
            }
        }
    )
    assert answer["notCreated"] is None
    made = answer["created"]["k"]
    assert {"id", "blobId", "threadId", "size"} <= set(made)
    found = anna.email(made["id"], fetchTextBodyValues=True)
    assert found["subject"] == "Grüße"
    assert found["receivedAt"] == "2018-07-10T01:03:11Z"
    assert found["sentAt"] == "2018-07-10T11:03:11+10:00"
    assert found["keywords"] == {"$draft": True, "$seen": True}
    assert found["bodyValues"]["1"]["value"] == "Hällo\n"
    (attachment,) = found["attachments"]
    assert (attachment["name"], attachment["size"]) == ("ü.png", 4)
    assert anna.download(attachment["blobId"]).body == b"\x89PNG"
    mails.destroy(made["id"])
    assert mails.call("get", ids=[made["id"]])["notFound"] == [made["id"]]


def test_an_attachment_can_be_taken_from_another_email(anna, boxes, mails):
    part = anna.email(anna.deliver(ALTERNATIVE))["attachments"][0]
    new = {
        "mailboxIds": {boxes.role("drafts"): True},
        "attachments": [{"blobId": part["blobId"], "type": "image/png"}],
    }
    made = mails.set(create={"k": new})["created"]["k"]
    found = anna.email(made["id"])["attachments"][0]
    assert anna.download(found["blobId"]).body == b"\x89PNG\r\n"


@pytest.mark.parametrize(
    ("properties", "error"),
    [
        ({"mailboxIds": {}}, "invalidProperties"),
        ({"subject": 5}, "invalidProperties"),
        ({"nonsense": 1}, "invalidProperties"),
        ({"headers": []}, "invalidProperties"),
        ({"textBody": "x"}, "invalidProperties"),
        ({"textBody": [{"partId": "none"}]}, "invalidProperties"),
        ({"textBody": [{"nonsense": 1}]}, "invalidProperties"),
        ({"receivedAt": "yesterday"}, "invalidProperties"),
        ({"attachments": [{"blobId": "Gnothing"}]}, "blobNotFound"),
        ({"keywords": {str(n): True for n in range(101)}}, "tooManyKeywords"),
    ],
)
def test_a_draft_that_cannot_be_is_refused(boxes, mails, properties, error):
    new = {"mailboxIds": {boxes.role("drafts"): True}, **properties}
    assert mails.refused_create(**new)["type"] == error


def test_all_that_is_wrong_with_a_draft_is_told_at_once(mails):
    wrong = {
        "mailboxIds": {"M1": "yes"},
        "keywords": {"a b": True},
        "subject": 5,
        "to": "ada@example.org",
        "nonsense": 1,
        "header:X-A:asNothing": "x",
        "receivedAt": "yesterday",
        "textBody": [{"partId": "none"}],
        "htmlBody": [{"type": 5}],
    }
    error = mails.refused_create(**wrong)
    assert error["type"] == "invalidProperties"
    paths = {"mailboxIds/M1", "textBody/0/partId", "htmlBody/0/type"}
    assert set(error["properties"]) == paths | wrong.keys() - {"mailboxIds", "textBody", "htmlBody"}
    assert all(path in error["description"] for path in error["properties"])


def test_mailboxes_that_are_not_there_are_named(mails):
    error = mails.refused_create(mailboxIds={"M99999": True})
    assert (error["type"], error["properties"]) == ("invalidProperties", ["mailboxIds"])


def test_mailboxes_that_are_not_there_are_named_beside_what_is_wrong(mails, boxes):
    ids = {"M99999": True, boxes.role("drafts"): True, "#new": True}
    error = mails.refused_create(mailboxIds=ids, subject=5)
    assert error["properties"] == ["subject", "mailboxIds/M99999"]
    assert "mailboxIds/M99999: there is no such Mailbox" in error["description"]


def test_uploads_are_imported_once(anna, boxes):
    blob = anna.upload(message(Received="from a by b; Tue, 14 Nov 2023 23:00:00 +0100"))
    one = {"blobId": blob, "mailboxIds": {boxes.role("archive"): True}, "keywords": {"$seen": True}}
    answer = anna.call("Email/import", emails={"k": one})
    made = answer["created"]["k"]
    assert answer["notCreated"] is None
    found = anna.email(made["id"])
    assert (found["receivedAt"], found["blobId"]) == ("2023-11-14T22:00:00Z", blob)
    again = anna.call("Email/import", emails={"k": one})["notCreated"]["k"]
    assert (again["type"], again["existingId"]) == ("alreadyExists", made["id"])
    wrong = {**one, "blobId": "Gnothing"}
    refused = anna.call("Email/import", emails={"k": wrong})["notCreated"]["k"]
    assert (refused["type"], refused["properties"]) == ("invalidProperties", ["blobId"])
    assert anna.fail("Email/import", emails={}, ifInState="x")["type"] == "stateMismatch"


def test_a_blob_is_shown_without_being_stored(anna):
    octets = (CORPUS / "attached-message.eml").read_bytes()
    blob = anna.upload(octets)
    found = anna.call("Email/parse", blobIds=[blob, "Gnone"], fetchTextBodyValues=True)
    assert found["notFound"] == ["Gnone"]
    email = found["parsed"][blob]
    assert (email["subject"], "id" in email) == ("Forwarded", False)
    inner = email["attachments"][0]["blobId"]
    shown = anna.call("Email/parse", blobIds=[inner], properties=["subject", "id", "threadId"])
    assert shown["parsed"][inner] == {"subject": "Inner", "id": None, "threadId": None}


def test_threads_list_their_emails_by_date(anna):
    first = anna.deliver(message("Plan", Message_ID="<thread@x>"))
    second = anna.deliver(message("Re: Plan", In_Reply_To="<thread@x>"))
    thread = anna.email(first)["threadId"]
    assert anna.email(second)["threadId"] == thread
    (found,) = anna.call("Thread/get", ids=[thread])["list"]
    assert found["emailIds"] == [first, second]
    since = anna.call("Thread/get", ids=[])["state"]
    anna.call("Email/set", destroy=[first, second])
    assert anna.call("Thread/changes", sinceState=since)["destroyed"] == [thread]


def share(boxes: Boxes, to: str, box: str, *rights: str) -> None:
    boxes.update(box, shareWith={to: dict.fromkeys(("mayReadItems", *rights), True)})


def test_a_sharee_sees_what_is_in_the_mailbox_and_no_more(anna, bert, boxes):
    work = boxes.create("Work")
    shared = anna.deliver(message())
    private = anna.deliver(message())
    anna.call("Email/set", update={shared: {f"mailboxIds/{work}": True}})
    share(boxes, bert.account, work)
    theirs = Mails(bert, anna.account)
    assert set(theirs.all()) == {shared}
    assert theirs.one(shared)["mailboxIds"] == {work: True}
    assert theirs.call("get", ids=[private])["notFound"] == [private]
    part = theirs.one(shared)["textBody"][0]["blobId"]
    assert bert.download(part, anna.account).status == 200
    hidden = anna.email(private)["textBody"][0]["blobId"]
    assert bert.download(hidden, anna.account).status == 404


def test_seen_is_each_users_own(anna, bert, boxes):
    inbox = boxes.role("inbox")
    id = anna.deliver(message())
    share(boxes, bert.account, inbox, "maySetSeen")
    theirs = Mails(bert, anna.account)
    mine, their_state = anna.call("Email/get", ids=[])["state"], theirs.state()
    theirs.update(id, **{"keywords/$seen": True})
    assert theirs.one(id)["keywords"] == {"$seen": True}
    assert anna.email(id)["keywords"] == {}
    assert theirs.changes(their_state)["updated"] == [id]
    assert anna.call("Email/changes", sinceState=mine)["updated"] == []
    assert Boxes(bert, anna.account).one(inbox)["unreadEmails"] == 0
    assert boxes.one(inbox)["unreadEmails"] == 1
    assert theirs.refused_update(id, **{"keywords/$flagged": True})["type"] == "forbidden"


def test_what_moves_into_a_shared_mailbox_is_created_for_the_sharee(anna, bert, boxes, mails):
    work = boxes.create("Work")
    share(boxes, bert.account, work)
    id = anna.deliver(message())
    theirs = Mails(bert, anna.account)
    since, mine = theirs.state(), mails.state()
    mails.update(id, mailboxIds={work: True})
    assert theirs.changes(since) == {"created": [id], "updated": [], "destroyed": []}
    assert mails.changes(mine) == {"created": [], "updated": [id], "destroyed": []}
    since = theirs.state()
    mails.update(id, mailboxIds={boxes.role("inbox"): True})
    assert theirs.changes(since) == {"created": [], "updated": [], "destroyed": [id]}


def test_rights_are_judged_for_each_mailbox(anna, bert, boxes):
    work, inbox = boxes.create("Work"), boxes.role("inbox")
    id = anna.deliver(message())
    share(boxes, bert.account, inbox, "mayAddItems")
    share(boxes, bert.account, work)
    theirs = Mails(bert, anna.account)
    assert theirs.refused_destroy(id)["type"] == "forbidden"
    assert theirs.refused_update(id, **{f"mailboxIds/{work}": True})["type"] == "forbidden"
    new = {"subject": "x", "textBody": [], "mailboxIds": {work: True}}
    del new["textBody"]
    assert theirs.refused_create(**new)["type"] == "forbidden"
    made = theirs.set(create={"k": {**new, "mailboxIds": {inbox: True}}})
    assert made["created"]["k"]["id"] in anna_ids(anna)


def anna_ids(anna) -> list[str]:
    return [record["id"] for record in anna.call("Email/get")["list"]]


def test_emails_are_copied_between_accounts(anna, bert, boxes, mails):
    id = anna.deliver(message("Copied"))
    mails.update(id, **{"keywords/$flagged": True})
    share(boxes, bert.account, boxes.role("inbox"), "mayRemoveItems")
    target = Boxes(bert).role("archive")
    wanted = {"id": id, "mailboxIds": {target: True}}

    def copy(**arguments):
        found = bert.run(
            [
                "Email/copy",
                {"fromAccountId": anna.account, "accountId": bert.account, **arguments},
            ]
        )
        return [result for _, result, _ in found]

    (refused,) = copy(create={"k": {**wanted, "subject": "Other"}})
    assert refused["notCreated"]["k"]["properties"] == ["subject"]
    (refused,) = copy(create={"k": {"id": id}})
    assert refused["notCreated"]["k"]["properties"] == ["mailboxIds"]
    (refused,) = copy(create={"k": {**wanted, "id": "L99999"}})
    assert refused["notCreated"]["k"]["type"] == "notFound"
    copied, destroyed = copy(create={"k": wanted}, onSuccessDestroyOriginal=True)
    made = bert.email(copied["created"]["k"]["id"])
    assert (made["subject"], made["keywords"]) == ("Copied", {"$flagged": True})
    assert made["mailboxIds"] == {target: True}
    assert destroyed["destroyed"] == [id]
    assert mails.call("get", ids=[id])["notFound"] == [id]
    assert bert.download(made["blobId"]).status == 200

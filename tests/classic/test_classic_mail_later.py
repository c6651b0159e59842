"""Mail in profile C: keywords, patches, references, submissions, lists of mailboxes."""

from __future__ import annotations

import pytest

from tests.support.classic_mail import ClassicMail, turn


@pytest.fixture
def mail(start):
    return ClassicMail(start(jmap_classic_profile="C"))


def boxes(mail):
    """Ids by role of the mailboxes that there are."""
    return {box["role"]: box["id"] for box in mail.call("getMailboxes")["list"] if box["role"]}


def draft(mail, **properties):
    wanted = {
        "mailboxIds": {boxes(mail)["drafts"]: True},
        "keywords": {"$draft": True, "$seen": True},
        "from": [{"name": "T", "email": "test@localhost"}],
        "to": [{"name": "", "email": "anna@localhost"}],
        "subject": "Lunch",
        "textBody": "At noon?",
        **properties,
    }
    answer = mail.call("setMessages", create={"k": wanted})
    assert answer["notCreated"] == {}, answer
    return answer["created"]["k"]["id"]


def test_mailboxes_have_more_rights_and_no_outbox_by_themselves(mail):
    found = mail.call("getMailboxes")["list"]
    assert {"maySetSeen", "maySetKeywords", "maySubmit"} <= found[0].keys()
    assert "mustBeOnlyMailbox" not in found[0]
    assert "outbox" not in boxes(mail)


def test_messages_have_keywords_and_mailboxes_as_objects(mail):
    id = draft(mail, headers={"x-one": "1"})
    message = mail.message(id)
    assert message["mailboxIds"] == {boxes(mail)["drafts"]: True}
    assert message["keywords"] == {"$draft": True, "$seen": True}
    assert "isDraft" not in message
    assert "inReplyToMessageId" not in message
    assert message["headers"]["x-one"] == "1"
    assert message["headers"]["subject"] == "Lunch"


def test_a_message_may_be_created_anywhere(mail):
    id = draft(mail, mailboxIds={boxes(mail)["inbox"]: True}, keywords={"Work": True})
    assert mail.message(id, "keywords")["keywords"] == {"work": True}


def test_keywords_and_mailboxes_can_be_patched(mail):
    id, inbox = draft(mail), boxes(mail)["inbox"]
    archive = boxes(mail)["archive"]
    mail.update(id, **{"keywords/$Flagged": True, "keywords/$draft": None,
                       f"mailboxIds/{inbox}": True})  # fmt: skip
    message = mail.message(id, "keywords", "mailboxIds")
    assert message["keywords"] == {"$flagged": True, "$seen": True}
    assert set(message["mailboxIds"]) == {inbox, boxes(mail)["drafts"]}
    mail.update(id, keywords={"One": True}, mailboxIds={archive: True})
    message = mail.message(id, "keywords", "mailboxIds")
    assert (message["keywords"], message["mailboxIds"]) == ({"one": True}, {archive: True})
    mail.update(id, keywords=None)
    assert mail.message(id, "keywords")["keywords"] == {}


def test_a_patch_may_name_a_mailbox_of_the_same_request(mail):
    id = draft(mail)
    answers = mail.calls(
        ["setMailboxes", {"create": {"w": {"name": "Work"}}}],
        ["setMessages", {"update": {id: {"mailboxIds/#w": True}}}],
    )
    assert answers[1][1]["updated"] == {id: None}, answers
    work = answers[0][1]["created"]["w"]["id"]
    assert work in mail.message(id, "mailboxIds")["mailboxIds"]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"keywords/$seen": False}, "keywords/$seen"),
        ({"keywords": {"a b": True}}, "keywords"),
        ({"keywords": ["x"]}, "keywords"),
        ({"mailboxIds": {}}, "mailboxIds"),
        ({"mailboxIds": {"M999": True}}, "mailboxIds"),
        ({"mailboxIds/M999": True}, "mailboxIds"),
        ({"isFlagged": True}, "isFlagged"),
        ({"subject/x": 5}, "subject/x"),
    ],
)
def test_a_change_that_cannot_be_is_refused(mail, change, wrong):
    error = mail.refused_update(draft(mail), **change)
    assert (error["type"], error["properties"]) == ("invalidProperties", [wrong])


def test_blobs_that_are_not_there_are_named(mail):
    wanted = {"mailboxIds": {boxes(mail)["drafts"]: True}, "attachments": [{"blobId": "G00"}]}
    error = mail.refused(**wanted)
    assert (error["type"], error["notFound"]) == ("attachmentNotFound", ["G00"])


def test_names_of_header_fields_are_in_lower_case(mail):
    error = mail.refused(mailboxIds={boxes(mail)["drafts"]: True}, headers={"X-One": "1"})
    assert error["properties"] == ["headers/X-One"]


def test_lists_are_filtered_and_sorted_by_keywords(mail):
    first = draft(mail, subject="A", keywords={"work": True})
    second = draft(mail, subject="B", keywords={})
    for filter, expected in [
        ({"hasKeyword": "Work"}, [first]),
        ({"notKeyword": "work"}, [second]),
        ({"someInThreadHaveKeyword": "work"}, [first]),
        ({"allInThreadHaveKeyword": "work"}, [first]),
        ({"noneInThreadHaveKeyword": "work"}, [second]),
        ({"inMailbox": boxes(mail)["inbox"]}, []),
        ({"inMailboxOtherThan": boxes(mail)["drafts"]}, []),
        ({"attachmentName": "x"}, []),
    ]:
        assert mail.list(filter=filter) == expected, filter
    for name in ("hasKeyword", "keyword", "someThreadKeyword", "allThreadKeyword"):
        assert mail.list(sort=[f"{name}:work desc"]) == [first, second]
        assert mail.list(sort=[f"{name}:work asc"]) == [second, first]
    assert mail.error("getMessageList", sort=["isFlagged"])["type"] == "unsupportedSort"
    assert mail.error("getMessageList", filter={"isFlagged": True})["type"] == "cannotDoFilter"


def test_a_reference_leads_from_a_list_to_its_messages(mail):
    id = draft(mail)
    answers = mail.calls(
        ["getMessageList", {"limit": 1}],
        ["getMessages", {"#ids": {"resultOf": "#0", "path": "/messageIds"},
                         "properties": ["threadId"]}],
        ["getThreads", {"#ids": {"resultOf": "#1", "path": "/list/*/threadId"}}],
    )  # fmt: skip
    assert answers[2][1]["list"][0]["messageIds"] == [id]


def test_updates_of_mailboxes_are_paged_and_name_what_changed(mail):
    since = mail.call("getMailboxes")["state"]
    draft(mail)
    found = mail.call("getMailboxUpdates", sinceState=since, maxChanges=5)
    assert found["hasMoreUpdates"] is False
    assert "totalMessages" in found["changedProperties"]


def test_mailboxes_are_listed(mail):
    outer = mail.new_box("Outer")
    inner = mail.new_box("Inner", parentId=outer)
    answer = mail.call("getMailboxList", filter={"parentId": outer})
    assert (answer["mailboxIds"], answer["total"]) == ([inner], 1)
    top = mail.call("getMailboxList", filter={"parentId": None}, sort=["name asc"])["mailboxIds"]
    assert outer in top
    assert inner not in top
    roles = mail.call("getMailboxList", filter={"hasRole": True})["mailboxIds"]
    assert set(roles) == set(boxes(mail).values())
    since = answer["state"]
    mail.call("setMailboxes", destroy=[inner])
    query = {"filter": {"parentId": outer}, "sinceState": since}
    assert mail.call("getMailboxListUpdates", **query)["removed"] == [{"mailboxId": inner}]


def test_a_mailbox_with_mail_is_not_destroyed(mail):
    work = mail.new_box("Work")
    draft(mail, mailboxIds={work: True})
    answer = mail.call("setMailboxes", destroy=[work])
    assert answer["notDestroyed"][work]["type"] == "mailboxHasMessage"


def test_imports_and_copies_are_marked_by_keywords(mail):
    inbox, archive = boxes(mail)["inbox"], boxes(mail)["archive"]
    wanted = {"blobId": mail.upload(mail.letter()), "mailboxIds": {inbox: True},
              "keywords": {"$Seen": True}}  # fmt: skip
    made = mail.call("importMessages", messages={"k": wanted})["created"]["k"]
    assert mail.message(made["id"], "keywords")["keywords"] == {"$seen": True}
    copy = {"messageId": made["id"], "mailboxIds": {archive: True}}
    assert mail.call("copyMessages", messages={"k": copy})["notCreated"] == {}
    bad = {"blobId": wanted["blobId"], "mailboxIds": {"M999": True}}
    error = mail.call("importMessages", messages={"k": bad})["notCreated"]["k"]
    assert (error["type"], error["properties"]) == ("invalidProperties", ["mailboxIds"])


def test_snippets_tell_of_attachments_too(mail):
    id = draft(mail)
    (found,) = mail.call("getSearchSnippets", messageIds=[id], filter={"text": "noon"})["list"]
    assert found.keys() == {"messageId", "subject", "preview", "attachments"}
    assert "<mark>noon</mark>" in found["preview"]


def test_identities_have_lists_of_addresses(mail):
    people = [{"name": "Re", "email": "re@example.org"}]
    create = {"k": {"email": "test@localhost", "replyTo": people, "bcc": None}}
    id = mail.call("setIdentities", create=create)["created"]["k"]["id"]
    (identity,) = mail.call("getIdentities", ids=[id])["list"]
    assert (identity["replyTo"], identity["bcc"], identity["mayDelete"]) == (people, None, True)
    error = mail.call("setIdentities", update={id: {"bcc": [{"name": "x"}]}})["notUpdated"][id]
    assert error["properties"] == ["bcc/0/email"]


def test_the_vacation_response_is_a_record_like_others(mail):
    answer = mail.call("getVacationResponse", ids=["singleton"], properties=["isEnabled"])
    assert answer["list"] == [{"id": "singleton", "isEnabled": False}]
    assert answer["state"]
    answer = mail.call("setVacationResponse", create={"k": {}}, destroy=["singleton"])
    assert answer["notCreated"].keys() == {"k"}
    assert answer["notDestroyed"].keys() == {"singleton"}


def submit(mail, id, **more):
    identity = mail.call("getIdentities")["list"][0]["id"]
    create = {"s": {"identityId": identity, "messageId": id, **more}}
    return {"create": create}


def test_a_submission_sends_and_then_files(mail):
    id, found = draft(mail), boxes(mail)
    arguments = {
        **submit(mail, id),
        "onSuccessUpdateMessage": {
            "#s": {"mailboxIds": {found["sent"]: True}, "keywords/$draft": None}
        },
    }
    answers = mail.calls(["setMessageSubmissions", arguments])
    assert [name for name, *_ in answers] == ["messageSubmissionsSet", "messagesSet"]
    assert answers[1][1]["updated"] == {id: None}
    message = mail.message(id, "mailboxIds", "keywords")
    assert message["mailboxIds"] == {found["sent"]: True}
    assert "$draft" not in message["keywords"]
    turn(mail.server)
    anna = ClassicMail(mail.server, "anna")
    assert len(anna.list()) == 1
    submission = answers[0][1]["created"]["s"]["id"]
    (record,) = mail.call("getMessageSubmissions", ids=[submission])["list"]
    assert (record["messageId"], record["undoStatus"]) == (id, "final")
    assert record["deliveryStatus"]["anna@localhost"]["delivered"] == "yes"
    destroyed = mail.calls(
        ["setMessageSubmissions", {"destroy": [submission],
                                   "onSuccessDestroyMessage": [submission]}]
    )  # fmt: skip
    assert destroyed[0][1]["destroyed"] == [submission]
    assert destroyed[1][1]["destroyed"] == [id]


def test_what_is_not_sent_is_not_filed(mail):
    id = draft(mail, to=[])
    arguments = {**submit(mail, id), "onSuccessDestroyMessage": ["#s"]}
    ((name, answer, _),) = mail.calls(["setMessageSubmissions", arguments])
    assert name == "messageSubmissionsSet"
    assert answer["notCreated"]["s"]["type"] == "noRecipients"
    assert mail.message(id)["id"] == id


@pytest.mark.parametrize(
    ("properties", "type", "more"),
    [
        ({"to": [{"email": "x"}]}, "invalidRecipients", "invalidEmails"),
        ({"from": [{"email": "eve@example.org"}]}, "notPermittedFrom", None),
        ({"from": None}, "invalidMessage", None),
        ({"to": [{"email": "eve@example.org"}]}, "notPermittedToSend", None),
    ],
)
def test_why_mail_is_not_sent_is_told_in_the_words_of_the_draft(mail, properties, type, more):
    arguments = submit(mail, draft(mail, **properties))
    error = mail.call("setMessageSubmissions", **arguments)["notCreated"]["s"]
    assert error["type"] == type
    assert more is None or error[more]


def test_a_submission_of_nothing_is_refused(mail):
    answer = mail.call("setMessageSubmissions", **submit(mail, "L999"))
    assert answer["notCreated"]["s"]["type"] == "messageNotFound"
    answer = mail.call("setMessageSubmissions", **submit(mail, "L999", sendAt="x", colour=1))
    assert set(answer["notCreated"]["s"]["properties"]) == {"sendAt", "colour"}


def test_submissions_are_listed_and_followed(mail):
    since = mail.call("getMessageSubmissions", ids=[])["state"]
    id = draft(mail)
    made = mail.call("setMessageSubmissions", **submit(mail, id))["created"]["s"]["id"]
    listed = mail.call("getMessageSubmissionList", filter={"messageIds": [id]}, sort=["sentAt"])
    assert listed["messageSubmissionIds"] == [made]
    assert mail.call("getMessageSubmissionList", filter={"messageIds": ["x"]})["total"] == 0
    found = mail.call("getMessageSubmissionUpdates", sinceState=since)
    assert found["changed"] == [made]
    updates = mail.call("getMessageSubmissionListUpdates", sinceState=since)
    assert [one["messageSubmissionId"] for one in updates["added"]] == [made]

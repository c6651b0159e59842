"""Both dialects on the same mail, and mail that is shared."""

from __future__ import annotations

import pytest

from tests.support.classic_mail import ClassicMail

READ = {"mayReadItems": True}


@pytest.fixture
def mail(server):
    return ClassicMail(server)


@pytest.fixture
def anna(mail):
    return ClassicMail(mail.server, "anna")


def test_what_is_written_by_classic_is_read_by_modern(mail):
    boxes = mail.boxes()
    file = mail.upload(b"x", "text/csv")
    id = mail.draft(
        to=[{"name": "Eve", "email": "eve@example.org"}],
        textBody="Plain",
        htmlBody="<p>Rich</p>",
        attachments=[{"blobId": file, "type": "text/csv", "name": "x.csv"}],
        isFlagged=True,
        date="2016-03-01T10:20:30Z",
    )
    mail.update(id, mailboxIds=[boxes["drafts"], boxes["archive"]], isUnread=True)
    (email,) = mail.modern(
        "Email/get", ids=[id], fetchTextBodyValues=True, fetchHTMLBodyValues=True
    )["list"]
    assert email["mailboxIds"] == {boxes["drafts"]: True, boxes["archive"]: True}
    assert email["keywords"] == {"$draft": True, "$flagged": True}
    assert email["to"] == [{"name": "Eve", "email": "eve@example.org"}]
    assert email["sentAt"] == "2016-03-01T10:20:30Z"
    values = email["bodyValues"]
    assert values[email["textBody"][0]["partId"]]["value"].strip() == "Plain"
    assert values[email["htmlBody"][0]["partId"]]["value"].strip() == "<p>Rich</p>"
    assert [part["name"] for part in email["attachments"]] == ["x.csv"]


def test_what_is_written_by_modern_is_read_by_classic(mail):
    boxes = mail.boxes()
    email = {
        "mailboxIds": {boxes["inbox"]: True},
        "keywords": {"$seen": True, "$answered": True, "work": True},
        "from": [{"name": "T", "email": "test@localhost"}],
        "subject": "Modern",
        "bodyValues": {"t": {"value": "Words"}},
        "textBody": [{"partId": "t", "type": "text/plain"}],
    }
    id = mail.modern("Email/set", create={"k": email})["created"]["k"]["id"]
    message = mail.message(id, "subject", "isUnread", "isAnswered", "isDraft", "textBody")
    assert message["textBody"].strip() == "Words"
    assert (message["subject"], message["isUnread"]) == ("Modern", False)
    assert (message["isAnswered"], message["isDraft"]) == (True, False)
    mail.update(id, isAnswered=False, isUnread=True)
    assert mail.modern("Email/get", ids=[id])["list"][0]["keywords"] == {"work": True}


def test_states_are_the_same_in_both(mail):
    mail.deliver()
    assert mail.call("getMessages", ids=[])["state"] == mail.modern("Email/get", ids=[])["state"]
    assert mail.call("getMailboxes")["state"] == mail.modern("Mailbox/get")["state"]
    assert mail.call("getThreads", ids=[])["state"] == mail.modern("Thread/get", ids=[])["state"]


def test_changes_by_one_are_told_to_the_other(mail):
    id = mail.deliver()
    since = mail.call("getMessages", ids=[])["state"]
    mail.modern("Email/set", update={id: {"keywords/$flagged": True}})
    assert mail.call("getMessageUpdates", sinceState=since)["changed"] == [id]
    since = mail.modern("Email/get", ids=[])["state"]
    mail.update(id, isFlagged=False)
    assert mail.modern("Email/changes", sinceState=since)["updated"] == [id]


def test_the_engines_own_calls_are_no_calls_of_clients(mail):
    for name in ("Message/get", "ClassicMailbox/get", "ClassicThread/get"):
        call = [name, {"accountId": mail.account, "ids": []}, "0"]
        using = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"]
        answer = mail.server.post({"using": using, "methodCalls": [call]}).json
        assert answer["methodResponses"][0][1]["type"] == "unknownMethod"
        assert mail.error(name)["type"] == "unknownMethod"


@pytest.fixture
def box(anna):
    """A mailbox of anna's with one message that mail's user may read."""
    id = anna.new_box("Shared")
    anna.share(id, test=READ)
    anna.update(anna.deliver(subject="Shared"), mailboxIds=[id])
    anna.deliver(id="b", subject="Hidden")
    return id


ANNA = {"accountId": "anna@localhost"}


def test_one_sees_what_is_shared_and_nothing_else(mail, anna, box):
    found = mail.call("getMailboxes", **ANNA)
    assert [one["id"] for one in found["list"]] == [box]
    assert found["accountId"] == "anna@localhost"
    (shared,) = found["list"]
    assert (shared["mayReadItems"], shared["mayAddItems"], shared["mayDelete"]) == (
        True, False, False,
    )  # fmt: skip
    listed = mail.call("getMessageList", **ANNA)
    (id,) = listed["messageIds"]
    (message,) = mail.call("getMessages", ids=[id], **ANNA)["list"]
    assert (message["subject"], message["mailboxIds"]) == ("Shared", [box])
    hidden = next(one for one in anna.list() if one != id)
    assert mail.call("getMessages", ids=[hidden], **ANNA)["notFound"] == [hidden]
    thread = anna.message(hidden, "threadId")["threadId"]
    assert mail.call("getThreads", ids=[thread], **ANNA)["notFound"] == [thread]
    assert mail.call("getThreads", ids=listed["threadIds"], **ANNA)["list"] == [
        {"id": listed["threadIds"][0], "messageIds": [id]}
    ]
    snippets = mail.call("getSearchSnippets", messageIds=[id, hidden], **ANNA)
    assert snippets["notFound"] == [hidden]


def test_no_outbox_is_made_in_accounts_of_others(mail, anna, box):
    mail.call("getMailboxes", **ANNA)
    names = {one["name"] for one in anna.modern("Mailbox/get")["list"]}
    mail.call("getMailboxes", **ANNA)
    assert {one["name"] for one in anna.modern("Mailbox/get")["list"]} == names


def test_who_may_only_read_changes_nothing(mail, anna, box):
    (id,) = mail.call("getMessageList", **ANNA)["messageIds"]
    for change in ({"isFlagged": True}, {"isUnread": False}):
        answer = mail.call("setMessages", update={id: change}, **ANNA)
        assert answer["notUpdated"][id]["type"] == "forbidden"
    answer = mail.call("setMessages", destroy=[id], create={"k": {"mailboxIds": [box]}}, **ANNA)
    assert answer["notDestroyed"][id]["type"] == "forbidden"
    assert answer["created"] == {}
    change, new = {box: {"name": "Mine"}}, {"k": {"name": "New"}}
    answer = mail.call("setMailboxes", update=change, create=new, **ANNA)
    kinds = (answer["notUpdated"][box], answer["notCreated"]["k"])
    assert [error["type"] for error in kinds] == ["forbidden"] * 2
    assert anna.box(box)["totalMessages"] == 1


def test_nobody_empties_a_mailbox_that_it_may_not_destroy(mail, anna, box):
    answer = mail.call("setMailboxes", destroy=[box], **ANNA)
    assert answer["notDestroyed"][box]["type"] == "forbidden"
    (id,) = anna.list(filter={"inMailboxes": [box]})
    assert anna.message(id, "mailboxIds")["mailboxIds"] == [box]


def test_who_may_more_does_more(mail, anna, box):
    rights = ("mayReadItems", "mayAddItems", "mayRemoveItems", "maySetSeen", "maySetKeywords")
    anna.share(box, test=dict.fromkeys(rights, True))
    (id,) = mail.call("getMessageList", **ANNA)["messageIds"]
    change = {"isFlagged": True, "isUnread": False}
    assert mail.call("setMessages", update={id: change}, **ANNA)["updated"] == [id]
    assert anna.message(id, "isFlagged", "isUnread") == {
        "id": id, "isFlagged": True, "isUnread": True,  # what one has read is one's own
    }  # fmt: skip
    (shown,) = mail.call("getMessages", ids=[id], properties=["isUnread"], **ANNA)["list"]
    assert shown["isUnread"] is False
    blob = mail.upload(mail.letter(id="z", subject="Mine"))
    wanted = {"k": {"blobId": blob, "mailboxIds": [box]}}
    made = mail.call("importMessages", messages=wanted, **ANNA)["created"]["k"]
    assert anna.message(made["id"], "subject")["subject"] == "Mine"
    assert mail.call("setMessages", destroy=[id], **ANNA)["destroyed"] == [id]


def test_nobody_sends_from_the_outbox_of_another(mail, anna):
    outbox = anna.boxes()["outbox"]
    rights = ("mayReadItems", "mayAddItems", "mayRemoveItems", "maySetSeen", "maySetKeywords")
    anna.share(outbox, test=dict.fromkeys((*rights, "maySubmit"), True))
    draft = {
        "mailboxIds": [outbox],
        "from": [{"email": "anna@localhost"}],
        "to": [{"email": "test@localhost"}],
    }
    answer = mail.call("setMessages", create={"k": draft}, **ANNA)
    assert answer["notCreated"]["k"]["type"] == "forbidden"
    assert anna.list() == []
    assert mail.list() == []


def test_reports_of_what_one_may_not_mark_find_nothing(mail, anna, box):
    hidden = next(id for id in anna.list() if anna.message(id)["subject"] == "Hidden")
    (readable,) = mail.call("getMessageList", **ANNA)["messageIds"]
    ids = [hidden, readable]
    answer = mail.call("reportMessages", messageIds=ids, asSpam=True, **ANNA)
    assert (answer["reported"], answer["notFound"]) == ([], ids)


@pytest.mark.parametrize("named", ["anna@localhost", "anna_40localhost"])
def test_an_account_has_two_names(mail, box, named):
    assert mail.call("getMailboxes", accountId=named)["accountId"] == "anna@localhost"


def test_accounts_tell_where_there_is_mail(mail, anna, box):
    found = {one["id"]: one["mail"] for one in mail.call("getAccounts")["list"]}
    assert found.keys() == {"test@localhost", "anna@localhost"}
    assert found["anna@localhost"]["canDelaySend"] is False

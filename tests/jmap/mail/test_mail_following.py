"""What clients of shared mail are told of what they see only a part of (RFC 8621 §2-§4)."""

from __future__ import annotations

import pytest

from tests.mail.messages import message

READ = {"mayReadItems": True}


@pytest.fixture
def archive(anna, bert, boxes) -> str:
    """Anna's archive, which Bert may read."""
    id: str = boxes.role("archive")
    boxes.share(id, **{bert.account: READ})
    return id


def test_a_thread_that_left_the_shared_mailbox_is_not_kept(anna, bert, boxes, archive):
    email = anna.deliver(message("Plan"), "archive")
    state = bert.call("Thread/get", accountId=anna.account, ids=[])["state"]
    anna.call("Email/set", update={email: {"mailboxIds": {boxes.role("inbox"): True}}})
    error = bert.fail("Thread/changes", accountId=anna.account, sinceState=state)
    assert error["type"] == "cannotCalculateChanges"


def test_keywords_of_unseen_emails_of_a_thread_say_nothing(anna, bert, archive):
    seen = anna.deliver(message("Plan", Message_ID="<f1@x>"), "archive")
    secret = anna.deliver(message("Re: Plan", In_Reply_To="<f1@x>"))
    anna.call("Email/set", update={secret: {"keywords/$flagged": True}})

    def found(filter: str) -> list[str]:
        answer = bert.call("Email/query", accountId=anna.account, filter={filter: "$flagged"})
        ids: list[str] = answer["ids"]
        return ids

    assert found("someInThreadHaveKeyword") == []
    assert found("noneInThreadHaveKeyword") == [seen]
    anna.call("Email/set", update={seen: {"keywords/$flagged": True}})
    anna.call("Email/set", update={secret: {"keywords/$flagged": None}})
    assert found("allInThreadHaveKeyword") == [seen]


def test_the_seen_of_a_sharee_counts_in_its_threads(anna, bert, boxes):
    rights = {**READ, "maySetSeen": True}
    boxes.share(boxes.role("archive"), **{bert.account: rights})
    email = anna.deliver(message("Plan"), "archive")
    filter = {"allInThreadHaveKeyword": "$seen"}
    query = {"accountId": anna.account, "filter": filter}
    assert bert.call("Email/query", **query)["ids"] == []
    patch = {email: {"keywords/$seen": True}}
    bert.call("Email/set", accountId=anna.account, update=patch)
    assert bert.call("Email/query", **query)["ids"] == [email]
    assert anna.call("Email/query", filter=filter)["ids"] == []


def test_a_mailbox_moves_where_its_parent_comes_into_sight(anna, bert, boxes):
    parent = boxes.create(name="Projects")
    child = boxes.create(name="Garden", parentId=parent)
    boxes.share(child, **{bert.account: READ})
    state = bert.call("Mailbox/get", accountId=anna.account, ids=[])["state"]
    boxes.share(parent, **{bert.account: READ})
    found = bert.call("Mailbox/changes", accountId=anna.account, sinceState=state)
    assert (found["created"], found["updated"]) == ([parent], [child])


def test_collapsed_results_follow_threads(anna, boxes):
    """Of a thread whose newest email goes, another comes up (RFC 8621 §4.4.3)."""
    query = {"filter": {"inMailbox": boxes.role("inbox")}, "collapseThreads": True}
    query["sort"] = [{"property": "receivedAt", "isAscending": False}]
    other = anna.deliver(message("Other"))
    first = anna.deliver(message("Plan", Message_ID="<c1@x>"))
    second = anna.deliver(message("Re: Plan", In_Reply_To="<c1@x>"))
    before = anna.call("Email/query", **query)
    assert before["ids"] == [second, other]
    assert before["canCalculateChanges"] is True
    anna.call("Email/set", destroy=[second])
    found = anna.call("Email/queryChanges", sinceQueryState=before["queryState"], **query)
    assert second in found["removed"]
    assert {"id": first, "index": 0} in found["added"]


def test_threads_with_keywords_are_followed(anna):
    """An email is found no more once another of its thread is marked (RFC 8621 §4.4.1)."""
    first = anna.deliver(message("Plan", Message_ID="<k1@x>"))
    second = anna.deliver(message("Re: Plan", In_Reply_To="<k1@x>"))
    query = {"filter": {"noneInThreadHaveKeyword": "$flagged"}}
    before = anna.call("Email/query", **query)
    anna.call("Email/set", update={second: {"keywords/$flagged": True}})
    found = anna.call("Email/queryChanges", sinceQueryState=before["queryState"], **query)
    assert set(found["removed"]) == {first, second}
    assert found["added"] == []


def test_mail_comes_where_no_mailbox_is_the_inbox(anna, boxes):
    boxes.update(boxes.role("inbox"), role=None)
    named = boxes.by_name()["Inbox"]["id"]
    email = anna.email(anna.deliver(message("Still there")), properties=["mailboxIds"])
    assert email["mailboxIds"] == {named: True}

"""getMessageListUpdates: a client that splices as it is told has the list that the server has."""

from __future__ import annotations

import pytest

from tests.support.classic_mail import ClassicMail

QUERIES = [
    {},
    {"sort": ["date desc", "id desc"]},
    {"sort": ["date asc", "id asc"], "collapseThreads": True},
    {"sort": ["isFlagged desc", "id asc"]},
    {"sort": ["threadIsUnread desc", "id asc"]},
    {"filter": {"isUnread": True}, "sort": ["id asc"]},
    {"filter": {"threadIsFlagged": True}, "sort": ["id asc"]},
    {"filter": {"text": "wine"}, "sort": ["id asc"]},
    {"filter": {"isUnread": True}, "sort": ["id desc"], "collapseThreads": True},
]


@pytest.fixture
def mail(server):
    return ClassicMail(server)


class Follower:
    """A client's list, kept by updates alone."""

    def __init__(self, mail, query):
        self.mail, self.query = mail, query
        found = mail.call("getMessageList", **query)
        self.state, self.ids = found["state"], found["messageIds"]
        self.threads = dict(zip(found["messageIds"], found["threadIds"], strict=True))
        self.can = found["canCalculateUpdates"]

    def follow(self):
        found = self.mail.call("getMessageListUpdates", sinceState=self.state, **self.query)
        assert found["oldState"] == self.state
        gone = {one["messageId"] for one in found["removed"]}
        self.ids = [id for id in self.ids if id not in gone]
        assert [one["index"] for one in found["added"]] == sorted(
            one["index"] for one in found["added"]
        )
        for one in found["added"]:
            self.ids.insert(one["index"], one["messageId"])
            self.threads[one["messageId"]] = one["threadId"]
        self.state = found["newState"]
        assert found["total"] == len(self.ids)

    def check(self):
        there = self.mail.call("getMessageList", **self.query)
        assert self.ids == there["messageIds"], self.query
        assert [self.threads[id] for id in self.ids] == there["threadIds"]
        assert self.state == there["state"]


def test_following_leads_to_the_list_that_is_there(mail):
    work = mail.new_box("Work")
    followers = [Follower(mail, query) for query in QUERIES]
    assert all(follower.can for follower in followers)

    def all_follow():
        for follower in followers:
            follower.follow()
            follower.check()

    first = mail.deliver(id="a", text="wine")
    all_follow()
    more = "In-Reply-To: <a@example.com>\nReferences: <a@example.com>\n"
    second = mail.deliver(id="b", subject="Re: Lunch", text="bread", more=more)
    third = mail.deliver(id="c", subject="Other", text="wine")
    all_follow()
    mail.update(second, isFlagged=True, isUnread=False)
    all_follow()
    mail.update(first, isUnread=False, mailboxIds=[work])
    all_follow()
    mail.call("setMessages", destroy=[first], update={third: {"isFlagged": True}})
    all_follow()
    mail.update(second, isFlagged=False)
    mail.call("setMessages", destroy=[third])
    all_follow()


def test_a_mailbox_is_followed(mail):
    work = mail.new_box("Work")
    inbox = mail.boxes()["inbox"]
    follower = Follower(mail, {"filter": {"inMailboxes": [inbox]}, "sort": ["date desc"]})
    here, there = mail.deliver(id="a"), mail.deliver(id="b", subject="Dinner")
    follower.follow()
    mail.update(here, mailboxIds=[work])
    follower.follow()
    follower.check()
    mail.update(here, mailboxIds=[work, inbox])
    mail.update(there, mailboxIds=[work])
    follower.follow()
    follower.check()


def test_what_is_gone_is_told_with_its_thread_while_that_is_there(mail):
    first = mail.deliver(id="a")
    more = "In-Reply-To: <a@example.com>\nReferences: <a@example.com>\n"
    mail.deliver(id="b", subject="Re: Lunch", more=more)
    thread = mail.message(first, "threadId")["threadId"]
    since = mail.call("getMessageList")["state"]
    mail.call("setMessages", destroy=[first])
    found = mail.call("getMessageListUpdates", sinceState=since)
    assert {"messageId": first, "threadId": thread} in found["removed"]


def test_the_query_is_echoed(mail):
    since = mail.call("getMessageList")["state"]
    query = {"filter": {"text": "x"}, "sort": ["date"], "collapseThreads": True}
    found = mail.call("getMessageListUpdates", sinceState=since, uptoMessageId="L1", **query)
    assert {name: found[name] for name in query} == query
    assert found["uptoMessageId"] == "L1"
    assert (found["added"], found["removed"], found["newState"]) == ([], [], since)


def test_too_many_changes_are_refused(mail):
    since = mail.call("getMessageList")["state"]
    for id in "abc":
        mail.deliver(id=id, subject=id)
    error = mail.error("getMessageListUpdates", sinceState=since, maxChanges=2)
    assert error["type"] == "tooManyChanges"
    assert mail.call("getMessageListUpdates", sinceState=since, maxChanges=3)["total"] == 3


@pytest.mark.parametrize(
    ("arguments", "type"),
    [
        ({}, "invalidArguments"),
        ({"sinceState": "x"}, "cannotCalculateChanges"),
        ({"sinceState": "0", "maxChanges": 0}, "invalidArguments"),
        ({"sinceState": "0", "sort": ["colour"]}, "unsupportedSort"),
        ({"sinceState": "0", "filter": {"colour": 1}}, "invalidArguments"),
        ({"sinceState": "0", "position": 1}, "invalidArguments"),
        ({"sinceState": "0", "accountId": "x"}, "accountNotFound"),
    ],
)
def test_updates_that_cannot_be_are_refused(mail, arguments, type):
    error = mail.error("getMessageListUpdates", **arguments)
    assert error["type"] == type, error


def test_where_changes_cannot_be_told_the_present_state_is(mail):
    state = mail.call("getMessageList")["state"]
    error = mail.error("getMessageListUpdates", sinceState="999999999999")
    assert (error["type"], error["newState"]) == ("cannotCalculateChanges", state)

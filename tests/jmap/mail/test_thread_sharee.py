"""Thread/changes for one with whom a mailbox is shared (RFC 8621 §3.2)."""

from __future__ import annotations

import pytest

from tests.mail.messages import message
from tests.support.jmap import Records


class Threads(Records):
    """Threads."""

    type = "Thread"


@pytest.fixture
def shared(anna, bert, boxes):
    """Anna's threads as Bert sees them, who sees her archive."""
    rights = {"mayReadItems": True}
    boxes.share(boxes.role("archive"), **{bert.account: rights})
    return Threads(bert, anna.account)


def test_threads_that_come_and_grow_are_told(anna, shared):
    before = shared.state()
    first = anna.deliver(message("Plan", Message_ID="<t1@x>"), "archive")
    thread = anna.email(first)["threadId"]
    assert shared.changes(before) == {"created": [thread], "updated": [], "destroyed": []}
    before = shared.state()
    anna.deliver(message("Re: Plan", In_Reply_To="<t1@x>"), "archive")
    assert shared.changes(before) == {"created": [], "updated": [thread], "destroyed": []}


def test_threads_elsewhere_are_not_told(anna, shared):
    before = shared.state()
    anna.deliver(message("Private"))
    found = shared.changes(before)
    assert found == {"created": [], "updated": [], "destroyed": []}


def test_what_left_cannot_be_told(anna, bert, shared, boxes):
    id = anna.deliver(message("Plan"), "archive")
    before = shared.state()
    anna.deliver(message("Other"))
    anna.call("Email/set", update={id: {"mailboxIds": {boxes.role("inbox"): True}}})
    anna.call("Email/set", destroy=[anna.deliver(message("Third"))])
    error = bert.fail("Thread/changes", accountId=anna.account, sinceState=before)
    assert error["type"] == "cannotCalculateChanges"

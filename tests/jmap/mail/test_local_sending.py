"""EmailSubmission where no relay is set: mail between users of the server (RFC 8621 §7)."""

from __future__ import annotations

import pytest

from tests.jmap.submission.conftest import Submissions, envelope
from tests.support.jmap import Json


@pytest.fixture
def submissions(anna):
    return Submissions(anna)


def inbox(client) -> list[Json]:
    box = next(b["id"] for b in client.call("Mailbox/get")["list"] if b["role"] == "inbox")
    ids = client.call("Email/query", filter={"inMailbox": box})["ids"]
    found: list[Json] = client.call("Email/get", ids=ids)["list"]
    return found


def test_mail_arrives_at_once(anna, bert, submissions):
    email = submissions.draft(to=[{"email": bert.name}], bcc=[{"email": anna.name}])
    id = submissions.send(email)
    (found,) = inbox(bert)
    assert (found["subject"], found["bcc"]) == ("Lunch", None)
    assert found["from"] == [{"name": "A", "email": anna.name}]
    assert [one["subject"] for one in inbox(anna)] == ["Lunch"]
    sent = submissions.one(id)
    assert sent["undoStatus"] == "final"
    assert {one["delivered"] for one in sent["deliveryStatus"].values()} == {"yes"}


@pytest.mark.parametrize("wait", [None, "60"])
def test_nothing_goes_elsewhere_or_later(anna, bert, submissions, wait):
    to = bert.name if wait else "eve@elsewhere.org"
    given = envelope(anna.name, to, **({"HOLDFOR": wait} if wait else {}))
    assert submissions.refused(None, given)["type"] == "forbiddenToSend"
    assert inbox(bert) == []

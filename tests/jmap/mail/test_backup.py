"""Backup/restoreMail: destroyed mail comes back, as Cyrus does it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.jmap.mail.conftest import MAIL_USING
from tests.mail.messages import message

BACKUP = "https://cyrusimap.org/ns/jmap/backup"


def restore(client, **arguments: Any) -> tuple[str, dict[str, Any]]:
    given = {"accountId": client.account, "undoPeriod": "P1D", **arguments}
    ((name, answer, _),) = client.run(
        ["Backup/restoreMail", given, "c"], using=(*MAIL_USING, BACKUP)
    )
    return name, answer


def test_the_session_tells_of_it(anna):
    session = anna.session()
    assert session["capabilities"][BACKUP] == {}
    assert BACKUP in session["accounts"][anna.account]["accountCapabilities"]


def test_what_was_destroyed_comes_back_where_it_was(anna, boxes):
    archive = boxes.role("archive")
    email = anna.deliver(message("Plan"), "archive")
    anna.call("Email/set", update={email: {"keywords/$flagged": True}})
    blob_id = anna.email(email)["blobId"]
    anna.call("Email/set", destroy=[email])
    name, answer = restore(anna)
    assert name == "Backup/restoreMail"
    assert (answer["numNonDraftsRestored"], answer["numDraftsRestored"]) == (1, 0)
    (found,) = anna.call("Email/query", filter={"inMailbox": archive})["ids"]
    back = anna.email(found, properties=["blobId", "keywords", "subject"])
    assert found != email
    assert back["blobId"] == blob_id
    assert back["keywords"] == {"$flagged": True, "$restored": True}
    assert restore(anna)[1]["numNonDraftsRestored"] == 0


def test_a_dry_run_only_counts(anna, boxes):
    anna.call("Email/set", destroy=[anna.deliver(message("Plan"))])
    answer = restore(anna, performDryRun=True)[1]
    assert (answer["performDryRun"], answer["numNonDraftsRestored"]) == (True, 1)
    assert anna.call("Email/query")["ids"] == []


def test_of_a_draft_only_the_last_version_comes_back(anna, boxes):
    drafts = boxes.role("drafts")

    def draft(body: str) -> str:
        new = {
            "mailboxIds": {drafts: True},
            "keywords": {"$draft": True},
            "messageId": ["draft@x"],
            "subject": "Plan",
            "bodyValues": {"t": {"value": body}},
            "textBody": [{"partId": "t", "type": "text/plain"}],
        }
        id: str = anna.call("Email/set", create={"d": new})["created"]["d"]["id"]
        return id

    for body in ("one", "two", "three"):
        anna.call("Email/set", destroy=[draft(body)])
    assert restore(anna, restoreDrafts=False)[1]["numDraftsRestored"] == 0
    assert restore(anna)[1]["numDraftsRestored"] == 1
    (found,) = anna.call("Email/query", filter={"inMailbox": drafts})["ids"]
    assert anna.email(found, properties=["preview"])["preview"] == "three"
    assert restore(anna)[1]["numDraftsRestored"] == 0  # a version of it is there


@pytest.mark.parametrize("period", ["", "a day", "-P1D", 5])
def test_what_is_no_period_is_refused(anna, period):
    name, answer = restore(anna, undoPeriod=period)
    assert (name, answer["type"]) == ("error", "invalidArguments")


def test_nobody_restores_mail_of_others(anna, bert, boxes):
    boxes.share(boxes.role("archive"), **{bert.account: {"mayReadItems": True}})
    anna.call("Email/set", destroy=[anna.deliver(message("Plan"), "archive")])
    name, _ = restore(bert, accountId=anna.account)
    assert name == "error"
    assert restore(anna)[1]["numNonDraftsRestored"] == 1

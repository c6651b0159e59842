"""EmailSubmission/get, /changes, /query, /queryChanges and /set (RFC 8621 §7)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.jmap.submission.conftest import EVE, envelope
from tests.mail.messages import message


def test_an_email_is_sent_to_whom_it_names(anna, submissions, received):
    email = submissions.draft(
        cc=[{"email": "carl@elsewhere.org"}, {"email": EVE.upper()}],
        bcc=[{"email": "bob@elsewhere.org"}],
    )
    before = submissions.state()
    answer = submissions.set(create={"s": submissions.properties(email)})
    made = answer["created"]["s"]
    assert made["undoStatus"] == "pending"
    found = submissions.one(made["id"])
    assert {name: found[name] for name in made} == made
    assert found["emailId"] == email
    assert found["threadId"] == anna.email(email)["threadId"]
    assert found["envelope"] == {
        "mailFrom": {"email": anna.name, "parameters": None},
        "rcptTo": [
            {"email": one, "parameters": None}
            for one in (EVE, "carl@elsewhere.org", "bob@elsewhere.org")
        ],
    }
    assert found["deliveryStatus"][EVE]["delivered"] == "queued"
    assert (found["dsnBlobIds"], found["mdnBlobIds"]) == ([], [])
    submissions.turn()
    (sent,) = received
    assert sent.sender == anna.name
    assert sent.recipients == [EVE, "carl@elsewhere.org", "bob@elsewhere.org"]
    assert b"At noon?" in sent.octets
    assert b"bob@elsewhere.org" not in sent.octets
    after = submissions.one(made["id"])
    assert after["undoStatus"] == "final"
    assert after["deliveryStatus"][EVE] == {
        "smtpReply": "250 2.0.0 taken",
        "delivered": "unknown",
        "displayed": "unknown",
    }
    assert submissions.changes(before)["created"] == [made["id"]]
    assert submissions.changes(answer["newState"])["updated"] == [made["id"]]


def test_an_email_made_in_the_same_request_is_sent_and_filed(anna, submissions, received):
    boxes = {box["role"]: box["id"] for box in anna.call("Mailbox/get")["list"]}
    email = {
        "mailboxIds": {boxes["drafts"]: True},
        "keywords": {"$draft": True},
        "from": [{"email": anna.name}],
        "to": [{"email": EVE}],
        "subject": "x",
        "bodyValues": {"t": {"value": "y"}},
        "textBody": [{"partId": "t"}],
    }
    responses = anna.run(
        ["Email/set", {"accountId": anna.account, "create": {"draft": email}}],
        [
            "EmailSubmission/set",
            {
                "accountId": anna.account,
                "create": {"s": {"identityId": submissions.identity(), "emailId": "#draft"}},
                "onSuccessUpdateEmail": {
                    "#s": {
                        f"mailboxIds/{boxes['drafts']}": None,
                        f"mailboxIds/{boxes['sent']}": True,
                        "keywords/$draft": None,
                    }
                },
            },
        ],
    )
    assert [name for name, _, _ in responses] == ["Email/set", "EmailSubmission/set", "Email/set"]
    assert responses[1][2] == responses[2][2]
    id = responses[0][1]["created"]["draft"]["id"]
    assert list(responses[2][1]["updated"]) == [id]
    found = anna.email(id)
    assert (list(found["mailboxIds"]), found["keywords"]) == ([boxes["sent"]], {})
    submissions.turn()
    assert len(received) == 1


def test_emails_of_what_succeeds_are_destroyed_and_others_are_not(anna, submissions):
    email, other = submissions.draft(), submissions.draft(subject="Other")
    responses = anna.run(
        [
            "EmailSubmission/set",
            {
                "accountId": anna.account,
                "create": {
                    "good": submissions.properties(email),
                    "bad": submissions.properties(other, envelope(anna.name)),
                },
                "onSuccessDestroyEmail": ["#good", "#bad", "#none", "Q999"],
            },
        ]
    )
    assert responses[1][1]["destroyed"] == [email]
    assert anna.call("Email/get", ids=[email, other])["notFound"] == [email]


def test_the_emails_of_submissions_that_go_are_changed_too(anna, submissions):
    email = submissions.draft()
    id = submissions.send(email)
    responses = anna.run(
        [
            "EmailSubmission/set",
            {
                "accountId": anna.account,
                "destroy": [id],
                "onSuccessUpdateEmail": {id: {"keywords/$draft": None}},
            },
        ]
    )
    assert list(responses[1][1]["updated"]) == [email]


def test_an_email_that_is_destroyed_is_sent_nevertheless(anna, submissions, received):
    email = submissions.draft()
    id = submissions.send(email)
    anna.call("Email/set", destroy=[email])
    submissions.turn()
    assert len(received) == 1
    assert submissions.one(id)["emailId"] == email


def test_the_envelope_of_the_client_counts(anna, submissions, received):
    given = envelope(f"{anna.user}+tag@localhost", "x@elsewhere.org", "y@elsewhere.org")
    given["rcptTo"][0]["parameters"] = {"notify": "NEVER"}
    id = submissions.send(None, given)
    submissions.turn()
    assert received[0].sender == f"{anna.user}+tag@localhost"
    assert received[0].recipients == ["x@elsewhere.org", "y@elsewhere.org"]
    assert submissions.one(id)["envelope"]["rcptTo"][0] == {
        "email": "x@elsewhere.org",
        "parameters": {"NOTIFY": "NEVER"},
    }


def test_mail_is_held_until_it_is_due_and_can_be_taken_back(anna, submissions, received):
    id = submissions.send(None, envelope(anna.name, EVE, HOLDFOR="3600"))
    found = submissions.one(id)
    wait = datetime.fromisoformat(found["sendAt"]) - datetime.now(UTC)
    assert 3500 < wait.total_seconds() <= 3600
    assert found["envelope"]["mailFrom"]["parameters"] is None
    submissions.turn()
    assert received == []
    before = submissions.state()
    submissions.update(id, undoStatus="canceled")
    assert submissions.one(id)["undoStatus"] == "canceled"
    assert submissions.changes(before)["updated"] == [id]
    submissions.update(id, undoStatus="canceled")


def test_a_moment_can_be_named(anna, submissions):
    id = submissions.send(None, envelope(anna.name, EVE, HOLDUNTIL="2027-01-02T03:04:05Z"))
    assert submissions.one(id)["sendAt"] == "2027-01-02T03:04:05Z"


@pytest.mark.parametrize(
    "parameters",
    [
        {"HOLDFOR": "-1"},
        {"HOLDFOR": "999999999"},
        {"HOLDUNTIL": "2026-02-31T00:00:00Z"},
        {"HOLDUNTIL": "tomorrow"},
        {"HOLDFOR": "1", "HOLDUNTIL": "2027-01-01T00:00:00Z"},
        {"HOLDFOR": None},
        {"a b": "c"},
        {"RET": "a\r\nb"},
    ],
)
def test_wrong_parameters_are_refused(anna, submissions, parameters):
    error = submissions.refused(None, envelope(anna.name, EVE, **parameters))
    assert (error["type"], error["properties"]) == ("invalidProperties", ["envelope"])


def test_what_is_sent_cannot_be_taken_back(submissions, received):
    id = submissions.send()
    submissions.turn()
    assert submissions.refused_update(id, undoStatus="canceled")["type"] == "cannotUnsend"
    assert submissions.refused_update(id, undoStatus="pending")["type"] == "invalidProperties"


def test_what_is_forgotten_is_sent_nevertheless(submissions, received):
    id = submissions.send()
    before = submissions.state()
    submissions.destroy(id)
    assert submissions.changes(before)["destroyed"] == [id]
    assert submissions.call("get", ids=[id])["notFound"] == [id]
    submissions.turn()
    assert len(received) == 1
    assert submissions.refused_destroy(id)["type"] == "notFound"


def test_what_cannot_be_sent_is_refused_by_its_name(anna, submissions):
    def type_of(given, email=None, **more):
        return submissions.refused(email, given, **more)["type"]

    assert type_of(envelope(anna.name)) == "noRecipients"
    assert type_of(envelope("ceo@localhost", EVE)) == "forbiddenMailFrom"
    error = submissions.refused(None, envelope(anna.name, EVE, "bad address", "x"))
    assert error["type"] == "invalidRecipients"
    assert error["invalidRecipients"] == ["bad address", "x"]
    many = [f"u{n}@elsewhere.org" for n in range(1001)]
    error = submissions.refused(None, envelope(anna.name, *many))
    assert (error["type"], error["maxRecipients"]) == ("tooManyRecipients", 1000)
    forged = submissions.draft(**{"from": [{"email": "ceo@localhost"}]})
    assert type_of(None, forged) == "forbiddenFrom"
    assert type_of(envelope(anna.name, EVE), forged) == "forbiddenFrom"
    error = submissions.refused(submissions.draft(**{"from": None}))
    assert (error["type"], error["properties"]) == ("invalidEmail", ["from"])
    lonely = submissions.draft(to=None)
    assert type_of(None, lonely) == "noRecipients"


def test_two_authors_need_one_who_sends(anna, submissions):
    both = [{"email": anna.name}, {"email": f"{anna.user}+b@localhost"}]
    assert submissions.refused(submissions.draft(**{"from": both}))["type"] == "invalidEmail"
    email = submissions.draft(**{"from": both, "sender": [{"email": anna.name}]})
    assert submissions.one(submissions.send(email))["envelope"]["mailFrom"]["email"] == anna.name


@pytest.mark.parametrize("name", ["identityId", "emailId"])
def test_what_is_not_there_is_named(submissions, name):
    error = submissions.refused(**{name: "L99999"}, email=submissions.draft())
    assert (error["type"], error["properties"]) == ("invalidProperties", [name])


@pytest.mark.parametrize(
    "wrong",
    [{"sendAt": "2027-01-01T00:00:00Z"}, {"undoStatus": "final"}, {"threadId": "T1"}, {"x": 1}],
)
def test_what_the_server_sets_cannot_be_given(submissions, wrong):
    error = submissions.refused(**wrong)
    assert (error["type"], error["properties"]) == ("invalidProperties", list(wrong))


def test_mail_of_others_can_be_sent_on_by_name(anna, submissions, received):
    id = anna.deliver(message("News"))
    assert submissions.refused(id)["type"] == "forbiddenFrom"
    submissions.send(id, envelope(anna.name, EVE))
    submissions.turn()
    octets = received[0].octets
    assert octets.startswith(b"Resent-From: ")
    assert b"From: Ada <ada@example.com>" in octets
    assert b"Return-Path" not in octets


def test_submissions_are_found_and_ordered(anna, submissions):
    first = submissions.send(None, envelope(anna.name, EVE, HOLDFOR="7200"))
    second = submissions.send(None, envelope(anna.name, EVE, HOLDFOR="3600"))
    submissions.update(second, undoStatus="canceled")
    one, two = submissions.one(first), submissions.one(second)

    def ask(sort="sentAt", **filter):
        given = [{"property": sort}]
        return submissions.call("query", filter=filter, sort=given)["ids"]

    assert ask() == [second, first]
    assert ask("emailId") == ask("threadId") == [first, second]
    assert ask(undoStatus="canceled") == [second]
    assert ask(emailIds=[one["emailId"], "x"]) == [first]
    assert ask(threadIds=[two["threadId"]]) == [second]
    assert ask(identityIds=[one["identityId"]]) == [second, first]
    assert ask(identityIds=[]) == []
    assert ask(before=one["sendAt"]) == [second]
    assert ask(after=one["sendAt"]) == [first]
    error = submissions.client.fail("EmailSubmission/query", sort=[{"property": "colour"}])
    assert error["type"] == "unsupportedSort"


def test_changes_to_a_query_are_told(anna, submissions):
    first = submissions.send(None, envelope(anna.name, EVE, HOLDFOR="7200"))
    filter = {"undoStatus": "pending"}
    state = submissions.call("query", filter=filter)["queryState"]
    second = submissions.send(None, envelope(anna.name, EVE, HOLDFOR="7200"))
    submissions.update(first, undoStatus="canceled")
    found = submissions.call("queryChanges", filter=filter, sinceQueryState=state)
    assert found["removed"] == [first]
    assert found["added"] == [{"id": second, "index": 0}]


def test_a_failure_is_told_with_its_notification(submissions, relay, received, anna):
    relay.always["RCPT gone@elsewhere.org"] = "550 5.1.1 no such user"
    id = submissions.send(None, envelope(anna.name, "gone@elsewhere.org"))
    submissions.turn()
    found = submissions.one(id)
    assert found["deliveryStatus"]["gone@elsewhere.org"] == {
        "smtpReply": "550 5.1.1 no such user",
        "delivered": "no",
        "displayed": "unknown",
    }
    (blob,) = found["dsnBlobIds"]
    assert b"multipart/report" in anna.download(blob).body

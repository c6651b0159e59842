"""MDN/send and MDN/parse (RFC 9007)."""

from __future__ import annotations

import pytest

from tests.mail.messages import message

DISPOSITION = {
    "actionMode": "manual-action",
    "sendingMode": "mdn-sent-manually",
    "type": "displayed",
}
ASKED = {"Disposition_Notification_To": "Ada <ada@example.com>", "Message_ID": "<asked@x>"}


@pytest.fixture
def send(anna, submissions):
    """Sends a notification about an email: the responses."""

    def ask(email: str, patch=None, **more) -> list:
        arguments = {
            "accountId": anna.account,
            "identityId": submissions.identity(),
            "send": {"m": {"forEmailId": email, "disposition": DISPOSITION, **more}},
            "onSuccessUpdateEmail": {"#m": {"keywords/$mdnsent": True} if patch is None else patch},
        }
        return [response[:2] for response in anna.run(["MDN/send", arguments])]

    return ask


def refusal(responses) -> str:
    ((_, answer),) = responses
    assert answer["sent"] is None
    found: str = answer["notSent"]["m"]["type"]
    return found


def test_a_notification_is_sent_and_the_email_marked(anna, send, submissions, received):
    id = anna.deliver(message("Plan", **ASKED))
    (_, answer), (name, after) = send(
        id,
        subject="Read",
        textBody="Seen.",
        reportingUA="pc; Mail 1",
        extensionFields={"X-Odd": "a\r\nb"},
    )
    assert answer["sent"]["m"] == {
        "finalRecipient": f"rfc822; {anna.name}",
        "originalMessageId": "<asked@x>",
    }
    assert (name, list(after["updated"])) == ("Email/set", [id])
    assert anna.email(id)["keywords"] == {"$mdnsent": True}
    submissions.turn()
    (sent,) = received
    assert (sent.sender, sent.recipients) == ("", ["ada@example.com"])
    found = sent.message
    assert found.get_content_type() == "multipart/report"
    assert found.get_param("report-type") == "disposition-notification"
    assert found["In-Reply-To"] == "<asked@x>"
    text, status = found.iter_parts()
    assert text.get_content().strip() == "Seen."
    assert b"Disposition: manual-action/mdn-sent-manually; displayed" in status.as_bytes()
    blob = anna.upload(sent.octets)
    parsed = anna.call("MDN/parse", blobIds=[blob])["parsed"][blob]
    assert parsed == {
        "forEmailId": None,
        "subject": "Read",
        "textBody": "Seen.",
        "includeOriginalMessage": False,
        "reportingUA": "pc; Mail 1",
        "disposition": DISPOSITION,
        "mdnGateway": None,
        "originalRecipient": None,
        "finalRecipient": f"rfc822; {anna.name}",
        "originalMessageId": "<asked@x>",
        "error": None,
        "extensionFields": {"x-odd": "a b"},
    }


def test_the_message_itself_is_sent_back_if_that_is_wanted(anna, send, submissions, received):
    id = anna.deliver(message("Plan", "the body", **ASKED))
    send(id, includeOriginalMessage=True)
    submissions.turn()
    assert b"the body" in received[0].octets
    assert received[0].message["Subject"] == "Disposition notification: Plan"


def test_what_cannot_be_sent_is_refused_by_its_name(anna, send):
    asked = anna.deliver(message("Plan", **ASKED))
    assert refusal(send("L999")) == "notFound"
    assert refusal(send(anna.deliver(message()))) == "notFound"
    assert refusal(send(asked, {"keywords/$seen": True})) == "invalidProperties"
    assert refusal(send(asked, finalRecipient="rfc822; ceo@localhost")) == "forbiddenFrom"
    assert refusal(send(asked, disposition={"type": "eaten"})) == "invalidProperties"
    assert refusal(send(asked, originalMessageId="x")) == "invalidProperties"
    anna.call("Email/set", update={asked: {"keywords/$mdnsent": True}})
    assert refusal(send(asked)) == "mdnAlreadySent"


def test_an_unknown_identity_ends_the_call(anna):
    error = anna.fail("MDN/send", identityId="x", send={})
    assert (error["type"], error["arguments"]) == ("invalidArguments", ["identityId"])


def test_other_mail_is_no_notification(anna):
    plain = anna.upload(message())
    broken = anna.upload(
        message(Content_Type="message/disposition-notification", body="Final-Recipient: x\r\n")
    )
    found = anna.call("MDN/parse", blobIds=[plain, broken, "G00"])
    assert found["parsed"] is None
    assert found["notParsable"] == [plain, broken]
    assert found["notFound"] == ["G00"]

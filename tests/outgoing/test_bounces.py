"""What the sender is told of mail that did not go out (RFC 3464, RFC 3461)."""

from __future__ import annotations

import pytest

from tests.carddav.sqlite import location  # noqa: F401 - the same on both databases
from tests.outgoing.conftest import BOB, EVE, mail

NOBODY = "550-5.1.1 The user is not\r\n550 5.1.1 known here"


def parts(told):
    """Text, groups of fields, and what was given back."""
    text, status, back = told.iter_parts()
    return text, [dict(group.items()) for group in status.get_payload()], back


def test_a_failure_comes_back_as_a_report(sender, relay):
    relay.say[f"RCPT {EVE}"].append(NOBODY)
    row = sender.add(parameters={"ENVID": "QQ1"})
    sender.turn()
    assert sender.reply(row) == "550 5.1.1 The user is not known here"
    (told,) = sender.inbox()
    assert told.get_content_type() == "multipart/report"
    assert told.get_param("report-type") == "delivery-status"
    assert told["From"].addresses[0].addr_spec == "MAILER-DAEMON@mx.test"
    assert told["To"] == "anna@example.com"
    assert told["Subject"] == "Undelivered mail: Lunch"
    assert told["In-Reply-To"] == "<1@x>"
    assert told["Auto-Submitted"] == "auto-replied"
    assert told["Return-Path"] == "<>"
    text, (of_message, of_eve), back = parts(told)
    assert f"<{EVE}>: 550 5.1.1 The user is not known here" in text.get_content()
    assert of_message["Reporting-MTA"] == "dns; mx.test"
    assert of_message["Original-Envelope-Id"] == "QQ1"
    assert of_eve["Final-Recipient"] == f"rfc822; {EVE}"
    assert of_eve["Action"] == "failed"
    assert of_eve["Status"] == "5.1.1"
    assert of_eve["Diagnostic-Code"] == "smtp; 550 5.1.1 The user is not known here"
    assert back.get_content_type() == "message/rfc822"
    assert back.get_content()["Subject"] == "Lunch"


def test_the_submission_names_its_report(sender, relay):
    relay.say["MAIL"].append("550 5.7.1 not you")
    row = sender.add()
    sender.turn()
    (blob_id,) = sender.row(row).dsn_blob_ids.split()
    with sender.database.read() as unit:
        octets = sender.blobs.read(unit, [sender.account_id], blob_id)
    assert octets is not None
    assert b"not you" in octets


def test_one_report_names_all_who_failed(sender, relay):
    relay.say["DATA"].append("554 5.6.0 spam")
    sender.add(to={EVE: {}, BOB: {}})
    sender.turn()
    (told,) = sender.inbox()
    _, (_, *groups), _ = parts(told)
    assert [group["Final-Recipient"] for group in groups] == [f"rfc822; {EVE}", f"rfc822; {BOB}"]


@pytest.mark.parametrize(
    ("notify", "told"),
    [
        ({}, 1),
        ({"NOTIFY": "FAILURE"}, 1),
        ({"NOTIFY": "success, failure"}, 1),
        ({"NOTIFY": "NEVER"}, 0),
        ({"NOTIFY": "SUCCESS,DELAY"}, 0),
    ],
)
def test_failures_are_told_to_who_wants_to_hear(sender, relay, notify, told):
    relay.say[f"RCPT {EVE}"].append(NOBODY)
    sender.add(to={EVE: notify})
    sender.turn()
    assert len(sender.inbox()) == told


def test_a_message_without_sender_never_comes_back(sender, relay):
    relay.say["MAIL"].append("550 5.7.1 no")
    row = sender.add(sender="")
    sender.turn()
    assert sender.states(row) == {EVE: "no"}
    assert sender.inbox() == []


def test_success_is_told_where_the_relay_will_not(sender, relay):
    sender.add(to={EVE: {"NOTIFY": "SUCCESS"}, BOB: {}})
    sender.turn()
    (told,) = sender.inbox()
    _, (_, of_eve), _ = parts(told)
    assert (of_eve["Final-Recipient"], of_eve["Action"]) == (f"rfc822; {EVE}", "relayed")
    assert of_eve["Status"] == "2.0.0"


@pytest.mark.parametrize(
    ("ret", "size", "kind"),
    [
        (None, 10, "message/rfc822"),
        (None, 100_000, "text/rfc822-headers"),
        ("FULL", 100_000, "message/rfc822"),
        ("HDRS", 10, "text/rfc822-headers"),
    ],
)
def test_what_is_given_back(sender, relay, ret, size, kind):
    relay.say["MAIL"].append("550 5.7.1 no")
    lines = (b"y" * 70 + b"\r\n") * (size // 72 + 1)
    sender.add(mail(lines), parameters={"RET": ret} if ret else {})
    sender.turn()
    (told,) = sender.inbox()
    _, _, back = parts(told)
    assert back.get_content_type() == kind
    assert b"Subject: Lunch" in back.as_bytes()
    assert (b"yyyy" in back.as_bytes()) == (kind == "message/rfc822")


@pytest.mark.parametrize(
    "header",
    [
        "Subject: Grüße\r\n".encode(),
        b"Subject: =?utf-8?q?a=0D=0ABcc:_x@y?=\r\n",
        b"Message-ID: <\xff\xfe@x>\r\n",
        b"Subject: " + b"x" * 5000 + b"\r\n",
        b"Subject: a\r\n b\r\n",
        b"",
    ],
)
def test_reports_of_odd_messages(sender, relay, header):
    relay.say["MAIL"].append("550 5.7.1 \u00fc no")
    sender.add(header + b"\r\n\xe4\xf6\r\n")
    sender.turn()
    (told,) = sender.inbox()
    assert told.get_content_type() == "multipart/report"
    assert told["Bcc"] is None
    _, (_, of_eve), _ = parts(told)
    assert of_eve["Status"] == "5.7.1"


def test_a_full_mailbox_gets_reports_all_the_same(sender, relay):
    sender.options["mail_quota"] = 1
    relay.say["MAIL"].append("550 5.7.1 no")
    sender.add()
    sender.turn()
    assert len(sender.inbox()) == 1

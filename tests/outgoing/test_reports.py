"""Notifications of other servers say what became of what was sent (RFC 3464, RFC 8621 §7)."""

from __future__ import annotations

import pytest

from cyrpy.mail.delivery import Letter, deliver, find
from tests.outgoing.conftest import BOB, EVE, Sender, mail
from tests.support.smtp_server import SmtpServer

REPORT = """\
From: MAILER-DAEMON@relay.test
To: anna@example.com
Subject: Delivery report
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

Something happened.
--b
Content-Type: {type}

Reporting-MTA: dns; relay.test
Original-Envelope-Id: {envid}

Original-Recipient: rfc822; {address}
Final-Recipient: rfc822; other@elsewhere.org
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; {said}

--b--
"""


def report(row=None, **given: str) -> bytes:
    values = {
        "type": "message/delivery-status",
        "envid": row.wire_id if row is not None else "none",
        "address": EVE,
        "action": "failed",
        "said": "550 5.1.1 no such\n user",
        **given,
    }
    return REPORT.format(**values).replace("\n", "\r\n").encode()


@pytest.fixture
def sent(database, tmp_path, clock):
    """A sender that has sent to two, over a relay with DSN; and the submission."""
    with SmtpServer(extensions=("DSN",)) as relay:
        sender = Sender(database, tmp_path, clock, relay.address)
        row = sender.add(to={EVE: {}, BOB: {}})
        sender.turn()
        assert f"ENVID={row.wire_id}" in relay.received[0].mail
    return sender, row


def arrive(sender: Sender, octets: bytes) -> None:
    core = sender.core()
    recipient = find(core, "anna@example.com")
    assert recipient is not None
    (answer,) = deliver(core, Letter(octets, ""), [recipient])
    assert answer.is_good


def test_a_failure_is_noted_for_the_recipient(sent):
    sender, row = sent
    arrive(sender, report(row))
    assert sender.states(row) == {EVE: "no", BOB: "unknown"}
    assert sender.reply(row) == "550 5.1.1 no such user"
    (blob_id,) = sender.row(row).dsn_blob_ids.split()
    with sender.database.read() as unit:
        octets = sender.blobs.read(unit, [sender.account_id], blob_id)
    assert octets is not None
    assert b"Original-Envelope-Id" in octets
    assert len(sender.inbox()) == 1


@pytest.mark.parametrize(
    ("action", "state"),
    [("delivered", "yes"), ("Failed", "no"), ("delayed", "unknown"), ("relayed", "unknown")],
)
def test_what_is_done_to_the_status(sent, action, state):
    sender, row = sent
    arrive(sender, report(row, action=action, said="250 2.0.0 well"))
    assert sender.states(row)[EVE] == state
    assert sender.reply(row) == "250 2.0.0 well"


@pytest.mark.parametrize(
    "given",
    [
        {"envid": "Q999"},
        {"envid": ""},
        {"envid": "Q" + "9" * 30},
        {"address": "mallory@elsewhere.org"},
        {"type": "text/plain"},
    ],
)
def test_what_is_about_nothing_that_was_sent_changes_nothing(sent, given):
    sender, row = sent
    arrive(sender, report(row, **given))
    assert sender.states(row) == {EVE: "unknown", BOB: "unknown"}
    assert sender.row(row).dsn_blob_ids == ""


def test_the_envelope_id_of_the_client_is_known_too(database, tmp_path, clock):
    with SmtpServer(extensions=("DSN",)) as relay:
        sender = Sender(database, tmp_path, clock, relay.address)
        row = sender.add(parameters={"ENVID": "my+own id"})
        sender.turn()
    arrive(sender, report(envid="my+2Bown+20id"))
    assert sender.states(row) == {EVE: "no"}


def test_what_is_settled_stays(sent):
    sender, row = sent
    arrive(sender, report(row, action="delivered"))
    arrive(sender, report(row, action="failed"))
    assert sender.states(row)[EVE] == "yes"


def test_notifications_are_told_to_who_watches_submissions(sent):
    sender, row = sent
    before = sender.row(row).updated_modseq
    arrive(sender, report(row))
    assert sender.row(row).updated_modseq > before


@pytest.mark.parametrize("octets", [report()[:400], report() + b"\x00\xff", mail()])
def test_broken_reports_are_mail(sent, octets):
    sender, row = sent
    arrive(sender, octets)
    assert sender.states(row) == {EVE: "unknown", BOB: "unknown"}
    assert len(sender.inbox()) == 1

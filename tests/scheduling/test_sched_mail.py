"""Scheduling with those who are elsewhere: iMIP out and in (RFC 6047)."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from cyrpy.data import schedule, submission_queue, submissions
from cyrpy.errors import Forbidden, FormatError, OverQuota
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.groupware.events.scheduled import STORE
from cyrpy.groupware.scheduling import How, on_change, receive_imip
from tests.support.meetings import ANNA, BERT, answer, event, meeting, parts, text

START = "DTSTART:20990105T090000Z"
EVE = "mailto:eve@elsewhere.org"
MAILS = How(mails=True)


@pytest.fixture
def change(server):
    """A change of somebody's meeting in a unit of its own: what is stored."""

    def run(who, before: Component | None, after: Component | None, how: How = MAILS):
        return server.core.database.write(
            lambda unit: on_change(unit, who.row.id, before, after, STORE, how)
        ).stored

    return run


@pytest.fixture
def queue(server):
    """The mails that wait: envelope and mail."""

    def look() -> list[tuple[str, str, EmailMessage]]:
        with server.core.database.read() as unit:
            rows = unit.all(submission_queue.DUE, now=unit.now, count=100)
            to = {r.id: submissions.recipients_of(unit, r.account_id, [r.id])[r.id] for r in rows}
        mails = [message_from_bytes(row.message, policy=policy.default) for row in rows]
        return [
            (row.sender, to[row.id][0].address, mail) for row, mail in zip(rows, mails, strict=True)
        ]

    return look


@pytest.fixture
def mailed(server):
    """A calendar part that came by mail: its status."""

    def run(who, calendar: Component, sender: str, method: str | None = None, how: How = MAILS):
        octets = text(calendar).encode()
        return server.core.database.write(
            lambda unit: receive_imip(
                unit, who.row.id, octets, sender, STORE, method=method, how=how
            )
        )

    return run


def lunch(*lines: str, to: tuple[str, ...] = (EVE,), **more: str) -> Component:
    return meeting(event(START, "SUMMARY:Lunch", *lines, to=to, **more))


def calendar_part(mail: EmailMessage) -> EmailMessage:
    (part,) = [p for p in mail.iter_parts() if p.get_content_type() == "text/calendar"]
    return part


def test_invitation_is_mailed_to_who_is_elsewhere(anna, change, queue):
    stored = change(anna, None, lunch())
    ((sender, recipient, mail),) = queue()
    assert (sender, recipient) == ("anna@example.com", "eve@elsewhere.org")
    assert mail["Subject"] == "Invitation: Lunch"
    assert mail["From"].addresses[0].addr_spec == sender
    assert mail["To"].addresses[0].addr_spec == recipient
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/plain", "text/calendar"]
    part = calendar_part(mail)
    assert part["Content-Type"].params["method"] == "REQUEST"
    assert part["Content-Type"].params["charset"] == "utf-8"
    assert parse(part.get_payload(decode=True)).value("METHOD") == "REQUEST"
    assert "2099-01-05 09:00 UTC" in next(mail.iter_parts()).get_content()
    assert parts(stored)[None].first("ATTENDEE").param("SCHEDULE-STATUS") == "1.1"


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("Cancelled", lunch(), None),
        ("Cancelled", lunch(), lunch("STATUS:CANCELLED")),
        ("Invitation", lunch(), lunch("LOCATION:Here")),
    ],
)
def test_subject_says_what_the_mail_is(anna, change, queue, verb, before, after):
    change(anna, before, after)
    assert queue()[0][2]["Subject"] == f"{verb}: Lunch"


@pytest.mark.parametrize(
    ("said", "verb"),
    [("ACCEPTED", "Accepted"), ("DECLINED", "Declined"), ("TENTATIVE", "Tentative")],
)
def test_answer_is_mailed_to_the_organizer(bert, change, queue, said, verb):
    invited = lunch(by=EVE, to=(BERT,))
    change(bert, invited, lunch(by=EVE, to=(f"PARTSTAT={said}:{BERT}",)))
    ((sender, recipient, mail),) = queue()
    assert (sender, recipient) == ("bert@example.com", "eve@elsewhere.org")
    assert mail["Subject"] == f"{verb}: Lunch"


def test_nothing_is_queued_where_no_mail_leaves(anna, change, queue):
    stored = change(anna, None, lunch(), How())
    assert queue() == []
    assert parts(stored)[None].first("ATTENDEE").param("SCHEDULE-STATUS") == "5.1"


def test_text_of_a_meeting_cannot_make_headers(anna, change, queue):
    odd = lunch(to=(f'CN="Eve^nBcc: x@evil.org":{EVE}',))
    odd.components[0].put(*parse(
        b"BEGIN:VCALENDAR\r\nSUMMARY:Lunch\\nBcc: x@evil.org\\n\\n<b>\r\nEND:VCALENDAR\r\n"
    ).properties)  # fmt: skip
    change(anna, None, odd)
    ((_, _, mail),) = queue()
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("Invitation: Lunch Bcc: x@evil.org")
    assert mail["To"].addresses[0].display_name == "Eve Bcc: x@evil.org"


@pytest.mark.parametrize(
    "address", ["mailto:a b@x.org", "mailto:ü@x.org", "mailto:@", "mailto:a@b@c"]
)
def test_address_that_cannot_be_written_to_is_said_to_be_none(anna, change, queue, address):
    stored = change(anna, None, lunch(to=(address,)))
    assert queue() == []
    assert parts(stored)[None].first("ATTENDEE").param("SCHEDULE-STATUS")[0] in "35"


def test_one_whose_calendar_cannot_take_it_keeps_nobody_else_from_it(
    server, anna, bert, carl, holds
):
    class Store(type(STORE)):
        def save(self, unit, account_id, *args, **kw):
            saved = super().save(unit, account_id, *args, **kw)
            if account_id == bert.row.id:
                raise OverQuota("full")
            return saved

    invited = lunch(to=(BERT, "mailto:carl@example.com"))
    stored = server.core.database.write(
        lambda unit: on_change(unit, anna.row.id, None, invited, Store())
    ).stored
    assert [x.param("SCHEDULE-STATUS") for x in parts(stored)[None].every("ATTENDEE")] == [
        "5.1",
        "1.2",
    ]
    assert holds(bert) is None
    assert holds(carl) is not None


def test_queue_of_an_account_is_bounded(anna, change, monkeypatch):
    monkeypatch.setattr(submissions, "MAX_WAITING", 1)
    stored = change(anna, None, lunch(to=(EVE, "mailto:adam@elsewhere.org")))
    assert "SCHEDULE-STATUS=1.1" in text(stored)
    assert "SCHEDULE-STATUS=5.1" in text(stored)


def test_mailed_invitation_is_in_calendar_and_inbox(bert, mailed, holds, inbox):
    invitation = meeting(event(START, "SUMMARY:Lunch", by=EVE, to=[BERT]), method="REQUEST")
    assert mailed(bert, invitation, "Eve@elsewhere.org", "request") == "1.2"
    assert parts(holds(bert))[None].value("SUMMARY") == "Lunch"
    assert len(inbox(bert)) == 1
    assert mailed(bert, invitation, "eve@elsewhere.org") == "1.2"
    assert len(inbox(bert)) == 1


def test_mailed_answer_reaches_the_organizers_copy(anna, put, mailed, holds):
    put(anna, lunch())
    reply = meeting(event(START, to=[f"PARTSTAT=ACCEPTED:{EVE}"]), method="REPLY")
    assert mailed(anna, reply, "eve@elsewhere.org") == "1.2"
    assert answer(holds(anna), EVE) == "ACCEPTED"


def test_assistant_answers_for_the_one_who_says_so(anna, put, mailed, holds):
    put(anna, lunch())
    mine = f'PARTSTAT=ACCEPTED;SENT-BY="mailto:secretary@elsewhere.org":{EVE}'
    reply = meeting(event(START, to=[mine]), method="REPLY")
    assert mailed(anna, reply, "secretary@elsewhere.org") == "1.2"
    assert answer(holds(anna), EVE) == "ACCEPTED"


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "REPLY", "ADD", "COUNTER", "REFRESH"])
def test_nobody_speaks_for_another_by_mail(anna, bert, put, mailed, method):
    put(anna, lunch(to=(BERT, EVE)))
    forged = meeting(event(START, to=[BERT]), method=method)
    with pytest.raises(Forbidden):
        mailed(bert, forged, "mallory@elsewhere.org")


def test_party_crasher_by_mail_is_refused(anna, put, mailed, holds):
    put(anna, lunch())
    mallory = "mailto:mallory@elsewhere.org"
    reply = meeting(event(START, to=[f"PARTSTAT=ACCEPTED:{mallory}"]), method="REPLY")
    assert mailed(anna, reply, "mallory@elsewhere.org") == "3.8"
    assert "mallory" not in text(holds(anna))


@pytest.mark.parametrize(
    "calendar",
    [
        meeting(event(START, by=EVE)),  # without method
        meeting(event(START, by=EVE), method="PUBLISH"),
        meeting(event(START, by=EVE), event(START, by=EVE, uid="other"), method="REQUEST"),
        meeting(method="REQUEST"),
    ],
)
def test_what_is_no_scheduling_message_is_refused(bert, mailed, calendar):
    with pytest.raises(FormatError):
        mailed(bert, calendar, "eve@elsewhere.org")


def test_method_must_be_that_of_the_part(bert, mailed):
    invitation = meeting(event(START, by=EVE, to=[BERT]), method="REQUEST")
    with pytest.raises(FormatError):
        mailed(bert, invitation, "eve@elsewhere.org", "CANCEL")


def test_mailed_cancellation_calls_off(bert, mailed, holds):
    mailed(bert, meeting(event(START, by=EVE, to=[BERT]), method="REQUEST"), "eve@elsewhere.org")
    mailed(bert, meeting(event(START, by=EVE, to=[BERT]), method="CANCEL"), "eve@elsewhere.org")
    assert parts(holds(bert))[None].value("STATUS") == "CANCELLED"


def test_refresh_is_answered_with_the_meeting_as_it_is(anna, put, mailed, queue):
    put(anna, lunch("LOCATION:Here"))
    assert mailed(anna, meeting(event(to=[EVE]), method="REFRESH"), "eve@elsewhere.org")
    ((_, recipient, mail),) = queue()
    assert recipient == "eve@elsewhere.org"
    assert b"LOCATION:Here" in calendar_part(mail).get_payload(decode=True)
    mallory = meeting(event(to=["mailto:mallory@elsewhere.org"]), method="REFRESH")
    mailed(anna, mallory, "mallory@elsewhere.org")
    assert len(queue()) == 1


def test_counter_proposal_is_shown_and_changes_nothing(anna, put, mailed, holds, inbox):
    put(anna, lunch())
    before = text(holds(anna))
    other = event("DTSTART:20990106T090000Z", to=[EVE])
    assert mailed(anna, meeting(other, method="COUNTER"), "eve@elsewhere.org") == "1.2"
    assert text(holds(anna)) == before
    assert [message.value("METHOD") for message in inbox(anna)] == ["COUNTER"]


def test_declined_counter_proposal_is_shown(bert, mailed, inbox):
    mailed(bert, meeting(event(START, by=EVE, to=[BERT]), method="REQUEST"), "eve@elsewhere.org")
    declined = meeting(event(START, by=EVE, to=[BERT]), method="DECLINECOUNTER")
    assert mailed(bert, declined, "eve@elsewhere.org") == "1.2"
    assert [message.value("METHOD") for message in inbox(bert)] == ["DECLINECOUNTER"]


def test_mail_that_claims_to_be_ones_own_is_refused(anna, mailed, put, holds):
    put(anna, lunch())
    own = meeting(event(START, "SUMMARY:forged", to=[EVE, ANNA]), method="REQUEST")
    assert mailed(anna, own, "anna@example.com") == "3.7"
    assert "forged" not in text(holds(anna))


def test_inbox_is_bounded(bert, mailed, inbox, monkeypatch):
    monkeypatch.setattr(schedule, "MAX_INBOX", 2)
    for number in range(4):
        invitation = event(START, f"SUMMARY:{number}", by=EVE, to=[BERT], uid=f"u{number}")
        mailed(bert, meeting(invitation, method="REQUEST"), "eve@elsewhere.org")
    assert [parts(message)[None].value("SUMMARY") for message in inbox(bert)] == ["2", "3"]

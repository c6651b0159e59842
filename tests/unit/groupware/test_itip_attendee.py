"""What an attendee's changes lead to, and which are allowed (RFC 6638 §3.2.2)."""

from __future__ import annotations

import pytest

from cyrpy.groupware.scheduling.model import How, SchedulingRefused
from tests.support.meetings import ANNA, BERT, CARL, answer, by, event, meeting, parts, text
from tests.support.meetings import sent as told

WEEKLY = ("DTSTART:20260105T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=5")
SECOND = "20260112T090000Z"
ACCEPTED = f"PARTSTAT=ACCEPTED:{BERT}"
DECLINED = f"PARTSTAT=DECLINED:{BERT}"
ALARM = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM"


def override(of: str, *lines: str, to: tuple[str, ...] = (BERT, CARL)) -> str:
    given = () if any(x.startswith("DTSTART") for x in lines) else (f"DTSTART:{of}",)
    return event(f"RECURRENCE-ID:{of}", *given, "DURATION:PT1H", *lines, to=to)


def test_answer_is_told_to_the_organizer_alone():
    plan = by(
        BERT, meeting(event("SUMMARY:Lunch")), meeting(event("SUMMARY:Lunch", to=[ACCEPTED, CARL]))
    )
    assert told(plan) == [("REPLY", ANNA)]
    assert plan.messages[0].sender == BERT
    reply = parts(plan.messages[0].calendar)[None]
    assert [line.value for line in reply.every("ATTENDEE")] == [BERT]
    assert answer(plan.messages[0].calendar, BERT) == "ACCEPTED"
    assert reply.value("DTSTART") == "20260110T090000Z"
    assert reply.value("REQUEST-STATUS") == "2.0;Success"


def test_nothing_of_the_attendees_own_is_told():
    mine = event("X-MINE:1", ALARM, "TRANSP:TRANSPARENT", "CATEGORIES:x", to=[ACCEPTED, CARL])
    reply = text(by(BERT, meeting(event()), meeting(mine)).messages[0].calendar)
    for word in ("VALARM", "X-MINE", "TRANSP", "CATEGORIES", "carl"):
        assert word not in reply


@pytest.mark.parametrize(
    "lines",
    [
        (ALARM,),
        ("TRANSP:TRANSPARENT",),
        ("X-APPLE-NEEDS-REPLY:FALSE",),
        ("CLASS:PRIVATE", "COLOR:red", "CATEGORIES:x"),
        ("CREATED:20260101T000000Z", "DTSTAMP:20260101T000000Z"),
        ("STATUS:CONFIRMED", "PRIORITY:0"),
        ("COMMENT:later", "X-ALT-DESC:<b>x</b>"),
    ],
)
def test_what_is_the_attendees_own_is_allowed_and_not_told(lines):
    after = meeting(event(*lines))
    plan = by(BERT, meeting(event()), after)
    assert told(plan) == []
    assert plan.stored is after


@pytest.mark.parametrize(
    "after",
    [
        event("SUMMARY:Mine"),
        event("LOCATION:Here"),
        event("DTSTART:20260111T090000Z"),
        event("RRULE:FREQ=DAILY"),
        event("STATUS:CANCELLED"),
        event(to=[BERT]),
        event(to=[BERT, CARL, "mailto:eve@example.com"]),
        event(to=[CARL]),
        event(by=BERT),
        event(by=CARL),
        "BEGIN:VEVENT\r\nUID:m\r\nDTSTART:20260110T090000Z\r\nEND:VEVENT",
    ],
)
def test_what_is_the_organizers_is_refused(after):
    with pytest.raises(SchedulingRefused) as refused:
        by(BERT, meeting(event()), meeting(after))
    assert refused.value.precondition == "allowed-attendee-scheduling-object-change"


def test_client_may_lose_what_it_does_not_know():
    full = event("CONFERENCE;VALUE=URI:https://x.example", "X-ALT-DESC:x", "ATTACH:https://a.b")
    assert told(by(BERT, meeting(full), meeting(event(to=[ACCEPTED, CARL])))) == [("REPLY", ANNA)]


@pytest.mark.parametrize(
    "parts_after",
    [
        (event(*WEEKLY),),  # the override is gone
        (event(*WEEKLY), override(SECOND, "SUMMARY:x"), override("20260113T090000Z")),
        (event(*WEEKLY), override(SECOND, "SUMMARY:x", "DTSTART:20260112T110000Z")),
        (override(SECOND, "SUMMARY:x"),),
    ],
)
def test_instances_are_the_organizers_too(parts_after):
    with pytest.raises(SchedulingRefused):
        by(BERT, meeting(event(*WEEKLY), override(SECOND, "SUMMARY:x")), meeting(*parts_after))


def test_override_that_only_had_an_alarm_may_go():
    before = meeting(event(*WEEKLY), override(SECOND, ALARM))
    assert told(by(BERT, before, meeting(event(*WEEKLY)))) == []
    answered = meeting(event(*WEEKLY), override(SECOND, to=(DECLINED, CARL)))
    with pytest.raises(SchedulingRefused):
        by(BERT, answered, meeting(event(*WEEKLY)))


def test_excluded_instance_cannot_be_put_back():
    with pytest.raises(SchedulingRefused):
        by(BERT, meeting(event(*WEEKLY, f"EXDATE:{SECOND}")), meeting(event(*WEEKLY)))


def test_answer_for_one_instance_is_told_for_it_alone():
    before = meeting(event(*WEEKLY, to=[ACCEPTED, CARL]))
    after = meeting(event(*WEEKLY, to=[ACCEPTED, CARL]), override(SECOND, to=(DECLINED, CARL)))
    plan = by(BERT, before, after)
    assert set(parts(plan.messages[0].calendar)) == {SECOND}
    assert answer(plan.messages[0].calendar, BERT, SECOND) == "DECLINED"


def test_override_with_the_same_answer_is_not_told():
    before = meeting(event(*WEEKLY, to=[ACCEPTED, CARL]))
    after = meeting(
        event(*WEEKLY, to=[ACCEPTED, CARL]), override(SECOND, ALARM, to=(ACCEPTED, CARL))
    )
    assert told(by(BERT, before, after)) == []


def test_removed_instance_is_declined():
    after = meeting(event(*WEEKLY, f"EXDATE:{SECOND}"))
    for before in (meeting(event(*WEEKLY)), meeting(event(*WEEKLY), override(SECOND))):
        plan = by(BERT, before, after)
        assert answer(plan.messages[0].calendar, BERT, SECOND) == "DECLINED"
        assert set(parts(plan.messages[0].calendar)) == {SECOND}


def test_removed_instance_that_was_declined_or_cancelled_is_not_told():
    after = meeting(event(*WEEKLY, f"EXDATE:{SECOND}"))
    declined = meeting(event(*WEEKLY), override(SECOND, to=(DECLINED, CARL)))
    assert told(by(BERT, declined, after)) == []
    cancelled = meeting(event(*WEEKLY), override(SECOND, "STATUS:CANCELLED"))
    assert told(by(BERT, cancelled, after)) == []


def test_exclusion_of_what_is_no_instance_is_not_told():
    after = meeting(event(*WEEKLY, "EXDATE:20260113T090000Z"))
    assert told(by(BERT, meeting(event(*WEEKLY)), after)) == []


def test_removed_meeting_is_declined_unless_it_was_or_the_client_says_no():
    plan = by(BERT, meeting(event(to=[ACCEPTED])), None)
    assert answer(plan.messages[0].calendar, BERT) == "DECLINED"
    assert told(by(BERT, meeting(event(to=[DECLINED])), None)) == []
    assert told(by(BERT, meeting(event("STATUS:CANCELLED")), None)) == []
    assert told(by(BERT, meeting(event()), None, How(replies=False))) == []


def test_schedule_reply_concerns_removal_only():
    after = meeting(event(to=[ACCEPTED, CARL]))
    assert told(by(BERT, meeting(event()), after, How(replies=False))) == [("REPLY", ANNA)]


def test_copy_that_the_client_makes_tells_its_answer():
    assert told(by(BERT, None, meeting(event(to=[ACCEPTED])))) == [("REPLY", ANNA)]
    assert told(by(BERT, None, meeting(event()))) == []


def test_plain_copy_that_becomes_a_meeting_is_like_a_new_one():
    plain = meeting("BEGIN:VEVENT\r\nUID:m\r\nDTSTART:20260110T090000Z\r\nEND:VEVENT")
    assert told(by(BERT, plain, meeting(event(to=[ACCEPTED])))) == [("REPLY", ANNA)]


@pytest.mark.parametrize("agent", ["CLIENT", "NONE"])
def test_meeting_of_which_the_client_takes_care_is_left_alone(agent):
    def mine(*lines: str, to: tuple[str, ...] = (BERT,)) -> str:
        return event(*lines, to=to).replace("ORGANIZER:", f"ORGANIZER;SCHEDULE-AGENT={agent}:")

    assert told(by(BERT, meeting(mine()), meeting(mine("SUMMARY:x", to=(ACCEPTED,))))) == []
    assert told(by(BERT, meeting(mine()), None)) == []


def test_forced_reply_is_sent_again_and_the_wish_is_not_kept():
    before = meeting(event(to=[ACCEPTED]))
    forced = event(to=[ACCEPTED]).replace("ORGANIZER:", "ORGANIZER;SCHEDULE-FORCE-SEND=REPLY:")
    plan = by(BERT, before, meeting(forced))
    assert told(plan) == [("REPLY", ANNA)]
    assert "FORCE" not in text(plan.stored)


def test_sequence_is_the_organizers():
    plan = by(BERT, meeting(event("SEQUENCE:3")), meeting(event("SEQUENCE:9", to=[ACCEPTED, CARL])))
    assert parts(plan.stored)[None].value("SEQUENCE") == "3"
    assert parts(plan.messages[0].calendar)[None].value("SEQUENCE") == "3"


def test_invitation_to_instances_alone_is_answered():
    before = meeting(override(SECOND))
    plan = by(BERT, before, meeting(override(SECOND, to=(ACCEPTED, CARL))))
    assert set(parts(plan.messages[0].calendar)) == {SECOND}


def test_progress_of_a_task_is_told():
    todo = event().replace("VEVENT", "VTODO")
    done = event("PERCENT-COMPLETE:50", "STATUS:IN-PROCESS").replace("VEVENT", "VTODO")
    plan = by(BERT, meeting(todo), meeting(done))
    assert parts(plan.messages[0].calendar)[None].value("PERCENT-COMPLETE") == "50"


def test_delegation_is_told():
    mine = f'PARTSTAT=DELEGATED;DELEGATED-TO="{CARL}":{BERT}'
    plan = by(BERT, meeting(event(to=[BERT])), meeting(event(to=[mine])))
    assert answer(plan.messages[0].calendar, BERT) == "DELEGATED"


def test_delegate_may_be_added_by_the_one_who_delegates():
    mine = f'PARTSTAT=DELEGATED;DELEGATED-TO="{CARL}":{BERT}'
    delegate = f'DELEGATED-FROM="{BERT}":{CARL}'
    plan = by(BERT, meeting(event(to=[BERT])), meeting(event(to=[mine, delegate])))
    assert told(plan) == [("REPLY", ANNA)]


def test_one_who_is_neither_organizer_nor_attendee_only_keeps_the_object():
    after = meeting(event("SUMMARY:x"))
    plan = by("mailto:eve@example.com", meeting(event()), after)
    assert (plan.role, plan.messages, plan.stored) == ("none", (), after)

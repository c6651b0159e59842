"""What an organizer's changes lead to (RFC 6638 §3.2.1, RFC 5546)."""

from __future__ import annotations

import time

import pytest

from cyrpy.groupware.scheduling.model import How, SchedulingRefused
from tests.support.meetings import (
    ANNA,
    BERT,
    CARL,
    NOW,
    answer,
    by,
    event,
    meeting,
    parts,
    text,
    to,
)
from tests.support.meetings import sent as told

WEEKLY = ("DTSTART:20260105T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=5")
SECOND = "20260112T090000Z"
THIRD = "20260119T090000Z"
ACCEPTED = f"PARTSTAT=ACCEPTED:{BERT}"


def override(of: str, *lines: str, **more: object) -> str:
    given = () if any(x.startswith("DTSTART") for x in lines) else (f"DTSTART:{of}",)
    return event(f"RECURRENCE-ID:{of}", *given, "DURATION:PT1H", *lines, **more)


def test_object_without_organizer_is_no_meeting():
    plain = meeting("BEGIN:VEVENT\r\nUID:m\r\nDTSTART:20260110T090000Z\r\nEND:VEVENT")
    plan = by(ANNA, None, plain)
    assert (plan.stored, plan.role, plan.messages) == (plain, "none", ())


def test_new_meeting_is_requested_of_each_attendee():
    new = meeting(event("SUMMARY:Lunch"))
    plan = by(ANNA, None, new)
    assert told(plan) == [("REQUEST", BERT), ("REQUEST", CARL)]
    message = to(plan, BERT).calendar
    assert message.value("METHOD") == "REQUEST"
    assert parts(message)[None].value("DTSTAMP") == "20260101T000000Z"
    assert answer(message, BERT) == "NEEDS-ACTION"
    assert plan.stored is new


def test_organizer_who_attends_is_sent_nothing():
    assert told(by(ANNA, None, meeting(event(to=[ANNA, BERT])))) == [("REQUEST", BERT)]


def test_addresses_are_compared_in_any_case():
    new = meeting(event(to=["MAILTO:Anna@Example.COM", BERT], by="MAILTO:ANNA@example.com"))
    assert told(by(ANNA, None, new)) == [("REQUEST", BERT)]


def test_alarms_and_what_is_private_stay_with_the_organizer():
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM"
    new = meeting(
        event(
            "COLOR:red",
            "X-SECRET:of-anna",
            "X-ALT-DESC;FMTTYPE=text/html:<b>Lunch</b>",
            alarm,
            to=[f"CN=Bert;X-NOTE=owes-me;SCHEDULE-STATUS=1.2:{BERT}", CARL],
        )
    )
    sent = text(to(by(ANNA, None, new), CARL).calendar)
    for word in ("VALARM", "COLOR", "SECRET", "owes-me", "SCHEDULE-"):
        assert word not in sent
    assert "<b>Lunch</b>" in sent
    assert "CN=Bert" in sent


@pytest.mark.parametrize("agent", ["CLIENT", "NONE", "X-OTHER"])
def test_server_sends_nothing_to_those_whom_the_client_serves(agent):
    new = meeting(event(to=[f"SCHEDULE-AGENT={agent}:{BERT}", CARL]))
    assert told(by(ANNA, None, new)) == [("REQUEST", CARL)]
    assert told(by(ANNA, new, None)) == [("CANCEL", CARL)]


def test_attendee_whom_the_client_takes_over_is_told_that_it_is_off():
    before = meeting(event(to=[BERT]))
    after = meeting(event(to=[f"SCHEDULE-AGENT=CLIENT:{BERT}"]))
    assert told(by(ANNA, before, after)) == [("CANCEL", BERT)]
    assert told(by(ANNA, after, before)) == [("REQUEST", BERT)]


def test_attendee_who_is_removed_gets_a_cancellation_and_others_an_update():
    plan = by(ANNA, meeting(event()), meeting(event(to=[CARL])))
    assert told(plan) == [("CANCEL", BERT), ("REQUEST", CARL)]
    cancel = parts(to(plan, BERT, "CANCEL").calendar)[None]
    assert cancel.value("STATUS") == "CANCELLED"
    assert cancel.value("SEQUENCE") == "1"


def test_attendee_who_is_added_gets_a_request():
    plan = by(ANNA, meeting(event(to=[BERT])), meeting(event()))
    assert ("REQUEST", CARL) in told(plan)


def test_removed_meeting_is_called_off_for_all():
    plan = by(ANNA, meeting(event("SEQUENCE:4")), None)
    assert told(plan) == [("CANCEL", BERT), ("CANCEL", CARL)]
    assert parts(plan.messages[0].calendar)[None].value("SEQUENCE") == "5"
    assert plan.stored is None


def test_meeting_that_becomes_none_is_called_off():
    after = meeting("BEGIN:VEVENT\r\nUID:m\r\nDTSTART:20260110T090000Z\r\nEND:VEVENT")
    plan = by(ANNA, meeting(event()), after)
    assert told(plan) == [("CANCEL", BERT), ("CANCEL", CARL)]
    assert plan.role == "none"


def test_meeting_whose_status_is_cancelled_is_called_off_once():
    off = meeting(event("STATUS:CANCELLED"))
    assert told(by(ANNA, meeting(event()), off)) == [("CANCEL", BERT), ("CANCEL", CARL)]
    assert told(by(ANNA, off, off)) == []
    assert told(by(ANNA, off, meeting(event()))) == [("REQUEST", BERT), ("REQUEST", CARL)]


@pytest.mark.parametrize(
    "line",
    [
        "TRANSP:TRANSPARENT",
        "X-APPLE-TRAVEL-DURATION:PT15M",
        "LAST-MODIFIED:20260101T000000Z",
        "COLOR:red",
        "CATEGORIES:Private",
        "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM",
    ],
)
def test_what_is_ones_own_is_not_announced(line):
    assert told(by(ANNA, meeting(event()), meeting(event(line)))) == []


def test_other_spelling_of_the_same_time_is_no_change():
    before = meeting(event("DTSTART:20260110T090000Z", "DTEND:20260110T100000Z"))
    after = meeting(event("DTSTART:20260110T090000Z", "DURATION:PT60M"))
    assert told(by(ANNA, before, after)) == []


@pytest.mark.parametrize("line", ["SUMMARY:Dinner", "LOCATION:Here", "DESCRIPTION:Bring wine"])
def test_change_of_what_it_is_about_is_announced_and_leaves_answers(line):
    before, after = meeting(event(to=[ACCEPTED])), meeting(event(line, to=[ACCEPTED]))
    plan = by(ANNA, before, after)
    assert told(plan) == [("REQUEST", BERT)]
    assert answer(plan.stored, BERT) == "ACCEPTED"
    assert plan.stored is after


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20260105T100000Z", *WEEKLY[1:]),
        (WEEKLY[0], "DURATION:PT2H", WEEKLY[2]),
        (*WEEKLY[:2], "RRULE:FREQ=DAILY;COUNT=5"),
        (*WEEKLY, "RDATE:20260301T090000Z"),
    ],
)
def test_change_of_when_it_is_asks_anew_and_counts(lines):
    before = meeting(event(*WEEKLY, "SEQUENCE:2", to=[ACCEPTED]))
    plan = by(ANNA, before, meeting(event(*lines, "SEQUENCE:2", to=[ACCEPTED])))
    assert answer(plan.stored, BERT) == "NEEDS-ACTION"
    assert parts(plan.stored)[None].value("SEQUENCE") == "3"
    assert answer(to(plan, BERT).calendar, BERT) == "NEEDS-ACTION"


def test_sequence_that_the_client_counted_is_kept_and_none_goes_back():
    before = meeting(event("SEQUENCE:2"))
    higher = by(ANNA, before, meeting(event("DTSTART:20260111T090000Z", "SEQUENCE:7")))
    assert parts(higher.stored)[None].value("SEQUENCE") == "7"
    lower = by(ANNA, before, meeting(event("SUMMARY:x")))
    assert parts(lower.stored)[None].value("SEQUENCE") == "2"


def test_answer_of_one_whom_the_client_serves_is_not_reset():
    served = f"SCHEDULE-AGENT=CLIENT;PARTSTAT=ACCEPTED:{BERT}"
    after = meeting(event("DTSTART:20260111T090000Z", to=[served]))
    assert answer(by(ANNA, meeting(event(to=[served])), after).stored, BERT) == "ACCEPTED"


def test_instance_that_moves_asks_anew_for_that_instance_alone():
    before = meeting(event(*WEEKLY, to=[ACCEPTED]))
    moved = override(SECOND, "DTSTART:20260112T150000Z", to=[ACCEPTED])
    plan = by(ANNA, before, meeting(event(*WEEKLY, to=[ACCEPTED]), moved))
    assert answer(plan.stored, BERT) == "ACCEPTED"
    assert answer(plan.stored, BERT, SECOND) == "NEEDS-ACTION"
    assert set(parts(to(plan, BERT).calendar)) == {None, SECOND}


def test_override_that_says_what_the_master_says_is_not_announced():
    before = meeting(event(*WEEKLY, to=[ACCEPTED]))
    after = meeting(event(*WEEKLY, to=[ACCEPTED]), override(SECOND, to=[ACCEPTED]))
    assert told(by(ANNA, before, after)) == []


def test_excluded_instance_is_cancelled_alone_and_answers_stay():
    before = meeting(event(*WEEKLY, to=[ACCEPTED]))
    plan = by(ANNA, before, meeting(event(*WEEKLY, f"EXDATE:{SECOND}", to=[ACCEPTED])))
    assert told(plan) == [("CANCEL", BERT)]
    (cancel,) = parts(plan.messages[0].calendar).items()
    assert cancel[0] == SECOND
    assert cancel[1].value("DTSTART") == SECOND
    assert cancel[1].value("RRULE") is None
    assert answer(plan.stored, BERT) == "ACCEPTED"


def test_excluded_override_is_cancelled():
    before = meeting(event(*WEEKLY), override(SECOND, "SUMMARY:Special"))
    plan = by(ANNA, before, meeting(event(*WEEKLY, f"EXDATE:{SECOND}")))
    assert told(plan) == [("CANCEL", BERT), ("CANCEL", CARL)]
    assert set(parts(plan.messages[0].calendar)) == {SECOND}


def test_override_that_is_cancelled_is_cancelled_for_all():
    before = meeting(event(*WEEKLY))
    after = meeting(event(*WEEKLY), override(SECOND, "STATUS:CANCELLED"))
    plan = by(ANNA, before, after)
    assert told(plan) == [("CANCEL", BERT), ("CANCEL", CARL)]
    assert set(parts(plan.messages[0].calendar)) == {SECOND}


def test_many_excluded_instances_are_one_request():
    daily = ("DTSTART:20260105T090000Z", "RRULE:FREQ=DAILY")
    days = [f"EXDATE:2026{m:02}{d:02}T090000Z" for m in range(2, 8) for d in range(1, 25)]
    plan = by(ANNA, meeting(event(*daily)), meeting(event(*daily, *days)))
    assert told(plan) == [("REQUEST", BERT), ("REQUEST", CARL)]


def test_instance_that_is_put_back_is_requested():
    before = meeting(event(*WEEKLY, f"EXDATE:{SECOND}", to=[ACCEPTED]))
    plan = by(ANNA, before, meeting(event(*WEEKLY, to=[ACCEPTED])))
    assert told(plan) == [("REQUEST", BERT)]
    assert answer(plan.stored, BERT) == "NEEDS-ACTION"


def test_override_that_is_given_up_is_requested_as_the_master_says():
    before = meeting(event(*WEEKLY), override(SECOND, "SUMMARY:Special"))
    plan = by(ANNA, before, meeting(event(*WEEKLY)))
    assert told(plan) == [("REQUEST", BERT), ("REQUEST", CARL)]


def test_attendee_of_one_instance_gets_that_instance_only():
    after = meeting(event(*WEEKLY, to=[BERT]), override(SECOND, to=[BERT, CARL]))
    plan = by(ANNA, meeting(event(*WEEKLY, to=[BERT])), after)
    assert set(parts(to(plan, CARL).calendar)) == {SECOND}
    assert set(parts(to(by(ANNA, None, after), BERT).calendar)) == {None, SECOND}


def test_attendee_who_is_left_out_of_an_instance_gets_it_excluded():
    after = meeting(event(*WEEKLY), override(SECOND, "SUMMARY:Secret talk", to=[BERT]))
    new = by(ANNA, None, after)
    for_carl = to(new, CARL).calendar
    assert set(parts(for_carl)) == {None}
    assert parts(for_carl)[None].value("EXDATE") == SECOND
    assert "Secret" not in text(for_carl)
    plan = by(ANNA, meeting(event(*WEEKLY)), after)
    assert set(parts(to(plan, CARL, "CANCEL").calendar)) == {SECOND}


def test_attendee_removed_from_an_override_and_put_back():
    alone = meeting(event(*WEEKLY), override(SECOND, to=[BERT]))
    both = meeting(event(*WEEKLY), override(SECOND))
    assert ("CANCEL", CARL) in told(by(ANNA, both, alone))
    assert ("REQUEST", CARL) in told(by(ANNA, alone, both))
    assert ("REQUEST", CARL) in told(by(ANNA, alone, meeting(event(*WEEKLY))))


def test_attendee_of_all_who_becomes_one_of_an_instance():
    before = meeting(event(*WEEKLY))
    after = meeting(event(*WEEKLY, to=[BERT]), override(SECOND))
    plan = by(ANNA, before, after)
    assert [m for m in told(plan) if m[1] == CARL] == [("CANCEL", CARL), ("REQUEST", CARL)]
    assert set(parts(to(plan, CARL).calendar)) == {SECOND}


def test_forced_request_is_sent_without_any_change_and_the_wish_is_not_kept():
    after = meeting(event(to=[f"SCHEDULE-FORCE-SEND=REQUEST:{BERT}", CARL]))
    plan = by(ANNA, meeting(event()), after)
    assert told(plan) == [("REQUEST", BERT)]
    assert "FORCE" not in text(plan.stored)
    assert "FORCE" in text(after)


def test_organizer_cannot_be_changed():
    with pytest.raises(SchedulingRefused) as refused:
        by(ANNA, meeting(event()), meeting(event(by=CARL)))
    assert refused.value.precondition == "allowed-organizer-scheduling-object-change"


def test_all_components_have_one_organizer():
    with pytest.raises(SchedulingRefused) as refused:
        by(ANNA, None, meeting(event(*WEEKLY), override(SECOND, by=CARL)))
    assert refused.value.precondition == "same-organizer-in-all-components"


def test_attendees_are_bounded():
    new = meeting(event())
    with pytest.raises(SchedulingRefused) as refused:
        by(ANNA, None, new, How(max_attendees=1))
    assert refused.value.precondition == "max-attendees-per-instance"


def test_nobody_is_told_of_what_is_long_over():
    old = meeting(event("DTSTART:20251201T090000Z"))
    assert told(by(ANNA, None, old)) == []
    assert told(by(ANNA, old, None)) == []
    assert told(by(ANNA, old, meeting(event()))) == [("REQUEST", BERT), ("REQUEST", CARL)]
    assert told(by(ANNA, None, meeting(event("DTSTART:20251228T090000Z")), now=NOW)) != []


def test_nobody_is_told_if_the_client_says_so():
    assert told(by(ANNA, None, meeting(event()), How(sends=False))) == []


def test_answers_that_came_meanwhile_stay_where_the_client_merges():
    before = meeting(event(to=[ACCEPTED, CARL]))
    after = meeting(event("SUMMARY:x"))
    assert answer(by(ANNA, before, after, How(merges=True)).stored, BERT) == "ACCEPTED"
    assert answer(by(ANNA, before, after).stored, BERT) is None
    moved = meeting(event("DTSTART:20260111T090000Z"))
    assert answer(by(ANNA, before, moved, How(merges=True)).stored, BERT) == "NEEDS-ACTION"


def test_zones_are_sent_with_what_uses_them():
    zone = "BEGIN:VTIMEZONE\r\nTZID:{}\r\nEND:VTIMEZONE"
    start = "DTSTART;TZID=Europe/Vienna:20260110T090000"
    new = meeting(zone.format("Europe/Vienna"), zone.format("Asia/Tokyo"), event(start))
    zones = to(by(ANNA, None, new), BERT).calendar.named("VTIMEZONE")
    assert [zone.value("TZID") for zone in zones] == ["Europe/Vienna"]


def test_excluded_instance_of_a_zone_with_summer_time_has_its_own_local_time():
    weekly = (
        "DTSTART;TZID=Europe/Vienna:20260302T090000",
        "DTEND;TZID=Europe/Vienna:20260302T100000",
        "RRULE:FREQ=WEEKLY;COUNT=9",
    )
    exdate = "EXDATE;TZID=Europe/Vienna:20260406T090000"
    plan = by(ANNA, meeting(event(*weekly)), meeting(event(*weekly, exdate)))
    (cancel,) = parts(to(plan, BERT, "CANCEL").calendar).values()
    assert cancel.value("DTSTART") == cancel.value("RECURRENCE-ID") == "20260406T090000"
    assert cancel.value("DTEND") == "20260406T100000"


def test_rules_that_cannot_be_read_are_no_failure():
    odd = meeting(event("DTSTART:nonsense", "RRULE:FREQ=NEVER", "EXDATE:x", "SEQUENCE:-4"))
    assert told(by(ANNA, None, odd)) == [("REQUEST", BERT), ("REQUEST", CARL)]
    assert told(by(ANNA, odd, None)) == [("CANCEL", BERT), ("CANCEL", CARL)]


def test_files_inside_of_a_meeting_are_not_copied_to_everybody():
    inside = "ATTACH;ENCODING=BASE64;VALUE=BINARY:AAAA"
    new = meeting(event(inside, "ATTACH:https://example.com/agenda.pdf"))
    (attached,) = parts(to(by(ANNA, None, new), BERT).calendar)[None].every("ATTACH")
    assert attached.value == "https://example.com/agenda.pdf"


def test_what_all_attendees_get_together_is_bounded():
    people = [f"mailto:u{n}@example.com" for n in range(200)]
    with pytest.raises(SchedulingRefused):
        by(ANNA, None, meeting(event("DESCRIPTION:" + "x" * 1_000_000, to=people)))
    assert by(ANNA, None, meeting(event("DESCRIPTION:" + "x" * 1_000_000, to=people[:5])))


def test_hostile_recurrence_costs_a_bounded_amount():
    hostile = "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"
    days = [f"2026{m:02}{d:02}T090000Z" for m in range(2, 9) for d in range(1, 29)]
    before = meeting(event(WEEKLY[0], hostile))
    after = meeting(event(WEEKLY[0], hostile), *(override(day) for day in days))
    started = time.process_time()
    by(ANNA, before, after)
    by(BERT, before, meeting(event(WEEKLY[0], hostile, *(f"EXDATE:{day}" for day in days))))
    assert time.process_time() - started < 5

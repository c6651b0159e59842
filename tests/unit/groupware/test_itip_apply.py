"""What messages make of their receivers' objects (RFC 5546 §3.2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyrpy.formats.ical.component import Component
from cyrpy.groupware.scheduling.apply import Applied, cancel, request
from cyrpy.groupware.scheduling.replies import reply
from tests.support.meetings import ANNA, BERT, CARL, NOW, answer, by, event, meeting, parts, text
from tests.support.meetings import to as of

WEEKLY = ("DTSTART:20260105T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=5")
SECOND = "20260112T090000Z"
ACCEPTED = f"PARTSTAT=ACCEPTED:{BERT}"
DECLINED = f"PARTSTAT=DECLINED:{BERT}"
ALARM = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM"
OWN = {who: frozenset({who}) for who in (ANNA, BERT, CARL)}


def override(at: str, *lines: str, to: tuple[str, ...] = (BERT, CARL)) -> str:
    given = () if any(x.startswith("DTSTART") for x in lines) else (f"DTSTART:{at}",)
    return event(f"RECURRENCE-ID:{at}", *given, "DURATION:PT1H", *lines, to=to)


def invite(*components: str, method: str = "REQUEST") -> Component:
    return meeting(*components, method=method)


def requested(before: Component | None, after: Component, who: str = BERT) -> Component:
    """The request that a change by the organizer is."""
    return of(by(ANNA, before, after), who).calendar


def test_invitation_becomes_an_object_without_method():
    applied = request(requested(None, meeting(event("SUMMARY:Lunch"))), None, OWN[BERT])
    assert applied.calendar.value("METHOD") is None
    assert parts(applied.calendar)[None].value("SUMMARY") == "Lunch"
    assert (applied.status, applied.is_told, applied.keeps_tag) == ("1.2", True, False)


def test_update_keeps_what_is_the_attendees_own():
    old = meeting(event("TRANSP:TRANSPARENT", "X-MINE:1", "COLOR:red", ALARM, to=[ACCEPTED, CARL]))
    new = requested(meeting(event()), meeting(event("SUMMARY:New", "TRANSP:OPAQUE")))
    applied = request(new, old, OWN[BERT])
    part = parts(applied.calendar)[None]
    assert part.value("SUMMARY") == "New"
    assert part.value("TRANSP") == "TRANSPARENT"
    assert part.value("X-MINE") == "1"
    assert len(part.named("VALARM")) == 1
    assert answer(applied.calendar, BERT) == "ACCEPTED"
    assert applied.is_told


def test_update_of_the_time_asks_anew():
    old = meeting(event(to=[ACCEPTED, CARL]))
    moved = meeting(event("DTSTART:20260111T090000Z", to=[ACCEPTED, CARL]))
    applied = request(requested(old, moved), old, OWN[BERT])
    assert answer(applied.calendar, BERT) == "NEEDS-ACTION"


def test_answers_of_others_alone_are_quiet_and_keep_the_schedule_tag():
    old = meeting(event(to=[ACCEPTED, CARL]))
    new = invite(event(to=[ACCEPTED, f"PARTSTAT=ACCEPTED:{CARL}"]))
    applied = request(new, old, OWN[BERT])
    assert (applied.keeps_tag, applied.is_told) == (True, False)
    assert answer(applied.calendar, CARL) == "ACCEPTED"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SEQUENCE:2\r\nDTSTAMP:20260101T000000Z", "SEQUENCE:1\r\nDTSTAMP:20260102T000000Z"),
        ("SEQUENCE:2\r\nDTSTAMP:20260102T000000Z", "SEQUENCE:2\r\nDTSTAMP:20260101T000000Z"),
    ],
)
def test_request_that_comes_late_changes_nothing(old, new):
    assert request(invite(event(new)), meeting(event(old)), OWN[BERT]).calendar is None


def test_request_of_another_than_the_organizer_is_refused():
    applied = request(invite(event(by=CARL)), meeting(event()), OWN[BERT])
    assert (applied.calendar, applied.status) == (None, "3.8")


def test_nobody_can_write_over_what_one_organizes():
    mine = meeting(event(by=BERT, to=[CARL]))
    forged = invite(event("SUMMARY:forged", by=BERT, to=[CARL, BERT]))
    assert request(forged, mine, OWN[BERT]).status == "3.8"
    assert cancel(invite(event(by=BERT), method="CANCEL"), mine, OWN[BERT]).status == "3.8"


def test_request_does_not_take_over_an_object_that_is_no_meeting():
    plain = meeting("BEGIN:VEVENT\r\nUID:m\r\nDTSTART:20260110T090000Z\r\nEND:VEVENT")
    assert request(invite(event()), plain, OWN[BERT]).calendar is None


def test_request_that_does_not_name_the_receiver_is_refused():
    assert request(invite(event(to=[CARL])), None, OWN[BERT]).status == "3.7"


def test_invitation_to_an_instance_is_added_to_what_is_there():
    old = meeting(event(*WEEKLY))
    applied = request(invite(override(SECOND, "SUMMARY:Special")), old, OWN[BERT])
    assert set(parts(applied.calendar)) == {None, SECOND}
    alone = request(invite(override(SECOND)), None, OWN[BERT])
    assert set(parts(alone.calendar)) == {SECOND}


def test_request_with_a_master_replaces_all_instances():
    old = meeting(event(*WEEKLY), override(SECOND, "SUMMARY:Special"))
    new = requested(old, meeting(event(*WEEKLY)))
    assert set(parts(request(new, old, OWN[BERT]).calendar)) == {None}


def test_alarm_of_one_instance_outlives_an_update():
    old = meeting(event(*WEEKLY), override(SECOND, ALARM))
    new = requested(meeting(event(*WEEKLY)), meeting(event(*WEEKLY, "SUMMARY:New")))
    found = parts(request(new, old, OWN[BERT]).calendar)
    assert len(found[SECOND].named("VALARM")) == 1
    assert found[SECOND].value("SUMMARY") == "New"
    assert found[None].named("VALARM") == []


def test_instance_that_the_attendee_removed_stays_away_until_it_is_asked_anew():
    old = meeting(event(*WEEKLY, f"EXDATE:{SECOND}"))
    declined = invite(event(*WEEKLY, "SUMMARY:x"), override(SECOND, to=(DECLINED, CARL)))
    applied = request(declined, old, OWN[BERT])
    assert set(parts(applied.calendar)) == {None}
    assert parts(applied.calendar)[None].value("EXDATE") == SECOND
    asked = invite(event(*WEEKLY), override(SECOND, "DTSTART:20260112T120000Z"))
    assert set(parts(request(asked, old, OWN[BERT]).calendar)) == {None, SECOND}
    alone = invite(override(SECOND, "DTSTART:20260112T120000Z"))
    back = request(alone, old, OWN[BERT]).calendar
    assert parts(back)[None].value("EXDATE") is None


def test_meeting_that_was_removed_and_declined_stays_away():
    assert request(invite(event(to=[DECLINED])), None, OWN[BERT]).calendar is None


def test_zones_of_both_are_kept_once():
    zone = "BEGIN:VTIMEZONE\r\nTZID:Europe/Vienna\r\nEND:VTIMEZONE"
    start = "DTSTART;TZID=Europe/Vienna:20260110T090000"
    applied = request(invite(zone, event(start)), meeting(zone, event(start)), OWN[BERT])
    assert len(applied.calendar.named("VTIMEZONE")) == 1


def test_cancelled_meeting_stays_to_be_seen():
    old = meeting(event(*WEEKLY, ALARM), override(SECOND))
    message = of(by(ANNA, meeting(event(*WEEKLY)), None), BERT, "CANCEL").calendar
    applied = cancel(message, old, OWN[BERT])
    assert {part.value("STATUS") for part in parts(applied.calendar).values()} == {"CANCELLED"}
    assert applied.is_told
    assert old.components[0].value("STATUS") is None


def test_cancelled_instance_is_an_override():
    old = meeting(event(*WEEKLY, ALARM))
    after = meeting(event(*WEEKLY, f"EXDATE:{SECOND}"))
    message = of(by(ANNA, old, after), BERT, "CANCEL").calendar
    found = parts(cancel(message, old, OWN[BERT]).calendar)
    assert found[SECOND].value("STATUS") == "CANCELLED"
    assert found[None].value("STATUS") is None


@pytest.mark.parametrize(
    "message",
    [
        event("RECURRENCE-ID:20260113T090000Z", "STATUS:CANCELLED"),  # no instance
        event("SEQUENCE:1", "STATUS:CANCELLED"),  # late
    ],
)
def test_cancellation_that_does_not_fit_changes_nothing(message):
    old = meeting(event(*WEEKLY, "SEQUENCE:2"))
    assert cancel(invite(message, method="CANCEL"), old, OWN[BERT]).calendar is None


def test_cancellation_of_what_is_not_there_or_by_another_changes_nothing():
    assert cancel(invite(event(), method="CANCEL"), None, OWN[BERT]).calendar is None
    forged = invite(event(by=CARL), method="CANCEL")
    assert cancel(forged, meeting(event()), OWN[BERT]).status == "3.8"


def replied(*components: str, stored: Component, sender: str = BERT) -> Applied:
    return reply(invite(*components, method="REPLY"), stored, OWN[ANNA], sender)


def test_reply_changes_the_answer_and_nothing_else():
    stored = meeting(event("SUMMARY:Lunch", ALARM, to=[f"RSVP=TRUE;CN=Bert:{BERT}", CARL]))
    applied = replied(event("SUMMARY:forged", to=[ACCEPTED]), stored=stored)
    assert answer(applied.calendar, BERT) == "ACCEPTED"
    assert answer(applied.calendar, CARL) is None
    assert "forged" not in text(applied.calendar)
    assert "CN=Bert" in text(applied.calendar)
    assert "SCHEDULE-STATUS=2.0" in text(applied.calendar)
    assert (applied.keeps_tag, applied.is_told) == (True, True)


def test_reply_to_an_instance_makes_an_override_with_the_alarm_of_the_master():
    stored = meeting(event(*WEEKLY, ALARM, to=[ACCEPTED, CARL]))
    applied = replied(override(SECOND, to=(DECLINED,)), stored=stored)
    found = parts(applied.calendar)
    assert answer(applied.calendar, BERT) == "ACCEPTED"
    assert answer(applied.calendar, BERT, SECOND) == "DECLINED"
    assert found[SECOND].value("DTSTART") == SECOND
    assert found[SECOND].value("RRULE") is None
    assert len(found[SECOND].named("VALARM")) == 1


@pytest.mark.parametrize("at", ["20260113T090000Z", "20260209T090000Z"])
def test_reply_to_what_is_no_instance_is_refused(at):
    assert replied(override(at, to=(ACCEPTED,)), stored=meeting(event(*WEEKLY))).calendar is None


def test_reply_to_an_excluded_instance_is_refused():
    stored = meeting(event(*WEEKLY, f"EXDATE:{SECOND}"))
    assert replied(override(SECOND, to=(ACCEPTED,)), stored=stored).calendar is None


def test_party_crasher_is_refused():
    eve = "mailto:eve@example.com"
    stored = meeting(event())
    crash = replied(event(to=[f"PARTSTAT=ACCEPTED:{eve}"]), stored=stored, sender=eve)
    assert (crash.calendar, crash.status) == (None, "3.8")


def test_nobody_answers_for_another():
    applied = replied(event(to=[ACCEPTED]), stored=meeting(event()), sender=CARL)
    assert applied.calendar is None


def test_attendee_of_one_instance_cannot_answer_for_others():
    stored = meeting(event(*WEEKLY, to=[BERT]), override(SECOND))
    carl = f"PARTSTAT=ACCEPTED:{CARL}"
    third = override("20260119T090000Z", to=(carl,))
    assert replied(third, stored=stored, sender=CARL).calendar is None
    assert replied(event(*WEEKLY, to=[carl]), stored=stored, sender=CARL).calendar is None
    assert replied(override(SECOND, to=(carl,)), stored=stored, sender=CARL).calendar is not None


def test_reply_to_who_is_not_the_organizer_is_refused():
    assert replied(event(to=[ACCEPTED]), stored=meeting(event(by=CARL))).status == "3.8"
    assert reply(invite(event(), method="REPLY"), None, OWN[ANNA], BERT).calendar is None


def test_reply_for_another_time_comes_late_and_one_for_this_time_does_not():
    stored = meeting(event("DTSTART:20260111T090000Z", "SEQUENCE:3"))
    old = event("DTSTART:20260110T090000Z", "SEQUENCE:2", to=[ACCEPTED])
    assert replied(old, stored=stored).calendar is None
    assert replied(event("SEQUENCE:2", to=[ACCEPTED]).replace("DTSTART:20260110T090000Z\r\n", ""),
                   stored=stored).calendar is None  # fmt: skip
    same = event("DTSTART:20260111T090000Z", "SEQUENCE:2", to=[ACCEPTED])
    assert answer(replied(same, stored=stored).calendar, BERT) == "ACCEPTED"


def test_replies_that_are_replayed_or_overtaken_change_nothing():
    first = event("DTSTAMP:20260101T100000Z", to=[ACCEPTED])
    second = event("DTSTAMP:20260101T110000Z", to=[DECLINED])
    stored = replied(second, stored=meeting(event())).calendar
    for late in (first, second):
        assert replied(late, stored=stored).calendar is None


def test_replied_time_is_not_sent_to_others():
    stored = replied(event("DTSTAMP:20260101T100000Z", to=[ACCEPTED]), stored=meeting(event()))
    message = requested(meeting(event()), meeting(event("SUMMARY:x")), CARL)
    assert "X-CYRPY" in text(stored.calendar)
    assert "X-CYRPY" not in text(requested(None, stored.calendar, CARL)) + text(message)


def test_answer_that_is_none_is_refused():
    odd = event(to=[f"PARTSTAT=OWNER:{BERT}"])
    assert replied(odd, stored=meeting(event())).calendar is None


def test_reply_to_what_was_called_off_changes_nothing():
    stored = meeting(event("STATUS:CANCELLED"))
    assert replied(event(to=[ACCEPTED]), stored=stored).calendar is None


def test_delegate_comes_instead_of_the_one_who_said_so():
    dora = "mailto:dora@example.com"
    mine = event(to=[f'PARTSTAT=DELEGATED;DELEGATED-TO="{dora}":{BERT}'])
    theirs = event(to=[f'PARTSTAT=ACCEPTED;DELEGATED-FROM="{BERT}":{dora}'])
    stored = meeting(event())
    assert replied(theirs, stored=stored, sender=dora).calendar is None
    delegated = replied(mine, stored=stored).calendar
    assert answer(delegated, BERT) == "DELEGATED"
    assert answer(replied(theirs, stored=delegated, sender=dora).calendar, dora) == "ACCEPTED"


Change = Callable[[str], str]
LINES = st.lists(
    st.sampled_from(
        [
            "SUMMARY:a",
            "LOCATION:b",
            "DTSTART:20260106T100000Z",
            "STATUS:CANCELLED",
            "TRANSP:TRANSPARENT",
            ALARM,
        ]
    ),
    max_size=3,
    unique=True,
)
PEOPLE = st.lists(st.sampled_from([BERT, CARL]), max_size=2, unique=True)


@st.composite
def meetings(draw: st.DrawFn) -> Component:
    """A series with overrides, each with people of its own."""
    keys = ["20260112T090000Z", "20260119T090000Z", "20260126T090000Z"]
    own = draw(LINES)
    start = [] if any(x.startswith("DTSTART") for x in own) else [WEEKLY[0]]
    excluded = draw(st.lists(st.sampled_from(keys), max_size=2, unique=True))
    master = event(*start, *WEEKLY[1:], *own, *(f"EXDATE:{x}" for x in excluded), to=draw(PEOPLE))
    chosen = draw(st.lists(st.sampled_from(keys), max_size=2, unique=True))
    others = [
        override(x, *draw(LINES), to=tuple(draw(PEOPLE))) for x in chosen if x not in excluded
    ]
    return meeting(master, *others)


def deliver(copy: Component | None, plan: object, who: str) -> Component | None:
    """What somebody has after all messages of a plan."""
    for message in plan.messages:
        if message.recipient == who:
            take = request if message.method == "REQUEST" else cancel
            applied = take(message.calendar, copy, OWN[who])
            again = take(message.calendar, applied.calendar or copy, OWN[who])
            assert again.calendar is None, "it came twice"
            copy = applied.calendar or copy
    return copy


@settings(deadline=None)
@given(st.lists(meetings(), min_size=1, max_size=4))
def test_whoever_is_invited_ends_with_what_the_organizer_has(versions):
    """However a meeting was edited, its attendees' copies say the same about what takes place."""
    copies: dict[str, Component | None] = {BERT: None, CARL: None}
    stored: Component | None = None
    for at, version in enumerate(versions):
        plan = by(ANNA, stored, version, now=NOW - 86_400 * 3 + at)
        copies = {who: deliver(copy, plan, who) for who, copy in copies.items()}
        stored = plan.stored
    for who, copy in copies.items():
        assert taking_place(copy, who) == taking_place(stored, who)


def taking_place(calendar: Component | None, who: str) -> dict[str, tuple[str | None, ...]]:
    """Start, summary and place of each instance that somebody attends."""
    found: dict[str, tuple[str | None, ...]] = {}
    if calendar is None:
        return found
    every = parts(calendar)
    master = every.get(None)
    keys = {key for key in every if key is not None}
    if master is not None:
        keys |= {
            f"202601{day:02}T{master.value('DTSTART')[9:]}"
            for day in range(int(master.value("DTSTART")[6:8]), 32, 7)
        }
        keys -= {line.value for line in master.every("EXDATE")}
    for key in keys:
        part = every.get(key, master)
        is_off = (part.value("STATUS") or "") == "CANCELLED"
        attends = any(x.value == who for x in part.every("ATTENDEE"))
        if attends and not is_off:
            start = part.value("DTSTART") if key in every else key
            found[key] = (start, part.value("SUMMARY"), part.value("LOCATION"))
    return found


def test_answer_to_all_answers_instances_that_others_answered_alone():
    carl = f"PARTSTAT=DECLINED:{CARL}"
    stored = meeting(event(*WEEKLY))
    stored = replied(override(SECOND, to=(carl,)), stored=stored, sender=CARL).calendar
    stored = replied(event(*WEEKLY, to=[ACCEPTED]), stored=stored).calendar
    assert answer(stored, BERT, SECOND) == "ACCEPTED"
    assert answer(stored, CARL, SECOND) == "DECLINED"


def test_answer_to_all_leaves_an_instance_that_was_changed_or_answered_alone():
    changed = meeting(event(*WEEKLY), override(SECOND, "SUMMARY:Special"))
    stored = replied(event(*WEEKLY, to=[ACCEPTED]), stored=changed).calendar
    assert answer(stored, BERT, SECOND) is None
    alone = replied(override(SECOND, to=(DECLINED,)), stored=meeting(event(*WEEKLY))).calendar
    stored = replied(event(*WEEKLY, to=[ACCEPTED]), stored=alone).calendar
    assert answer(stored, BERT, SECOND) == "DECLINED"


def test_answers_of_others_to_single_instances_are_not_told():
    carl = f"PARTSTAT=DECLINED:{CARL}"
    stored = meeting(event(*WEEKLY, "SUMMARY:x"), override(SECOND, "SUMMARY:x", to=(BERT, carl)))
    assert set(parts(requested(None, stored, BERT))) == {None}
    assert set(parts(requested(None, stored, CARL))) == {None, SECOND}

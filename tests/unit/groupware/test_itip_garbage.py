"""Whatever is in calendar objects and messages, scheduling refuses or ignores it, and ends."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from cyrpy.errors import CyrpyError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.write import write
from cyrpy.groupware.scheduling import imip
from cyrpy.groupware.scheduling.address import mail_address
from cyrpy.groupware.scheduling.apply import cancel, request
from cyrpy.groupware.scheduling.model import SchedulingRefused
from cyrpy.groupware.scheduling.replies import reply
from tests.support.meetings import ANNA, BERT, NOW, by, meeting

LINES = st.sampled_from(
    [
        "UID:m",
        "UID:",
        "DTSTART:20260105T090000Z",
        "DTSTART;VALUE=DATE:20260105",
        "DTSTART;TZID=Nowhere:20260105T090000",
        "DTSTART;TZID=Europe/Vienna:20260329T023000",
        "DTSTART:99991231T235959Z",
        "DTSTART:00010101T000000Z",
        "DTSTART:x",
        "DTEND:20260105T080000Z",
        "DTEND;VALUE=DATE:20260106",
        "DTEND;TZID=Asia/Tokyo:20260105T190000",
        "DURATION:-PT1H",
        "DURATION:P99999999W",
        "DUE:20260105T090000Z",
        "RRULE:FREQ=WEEKLY",
        "RRULE:FREQ=WEEKLY;UNTIL=20250101T000000Z",
        "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "RRULE:",
        "RDATE;VALUE=PERIOD:20260107T090000Z/PT1H",
        "RDATE:x,20260108T090000Z",
        "EXDATE:20260112T090000Z,",
        "EXDATE;VALUE=DATE:20260112",
        "EXDATE:x",
        "RECURRENCE-ID:20260112T090000Z",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20260119T090000Z",
        "RECURRENCE-ID;VALUE=DATE:20260112",
        "RECURRENCE-ID:x",
        "SEQUENCE:x",
        "SEQUENCE:-1",
        "SEQUENCE:99999999999999999999",
        "DTSTAMP:x",
        "STATUS:CANCELLED",
        "STATUS:\\",
        "SUMMARY:Lunch",
        f"ORGANIZER:{ANNA}",
        "ORGANIZER:",
        f"ORGANIZER;SCHEDULE-AGENT=CLIENT;SENT-BY:{ANNA}",
        f"ATTENDEE:{BERT}",
        f"ATTENDEE;PARTSTAT=ACCEPTED:{BERT}",
        f"ATTENDEE;PARTSTAT;DELEGATED-TO=:{BERT}",
        f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:x@y":{BERT}',
        f"ATTENDEE;SCHEDULE-AGENT=;SCHEDULE-FORCE-SEND=REQUEST:{BERT}",
        f"ATTENDEE:{ANNA}",
        "ATTENDEE:",
        "ATTENDEE:mailto:",
        'ATTENDEE;CN="a:mailto:x@y',
        "REQUEST-STATUS:",
        "REQUEST-STATUS:9",
        "no line",
    ]
)
PARTS = st.tuples(st.sampled_from(["VEVENT", "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "X"]),
                  st.lists(LINES, max_size=10))  # fmt: skip


@st.composite
def objects(draw: st.DrawFn) -> Component:
    """Anything that has the shape of an iCalendar object."""
    found = draw(st.lists(PARTS, max_size=3))
    inside = ["\r\n".join([f"BEGIN:{name}", *lines, f"END:{name}"]) for name, lines in found]
    method = draw(st.sampled_from([None, "REQUEST", "REPLY", "CANCEL", "X"]))
    return meeting(*inside, method=method)


@settings(deadline=None)
@given(st.one_of(st.none(), objects()), st.one_of(st.none(), objects()))
def test_any_change_is_judged(before, after):
    untouched = None if after is None else write(after)
    for who in (ANNA, BERT):
        with suppress(SchedulingRefused):
            plan = by(who, before, after)
            for message in plan.messages:
                assert write(message.calendar)
                if mail_address(message.recipient):
                    assert imip.build(message, NOW)
    assert untouched == (None if after is None else write(after))


@settings(deadline=None)
@given(objects(), st.one_of(st.none(), objects()))
def test_any_message_is_taken_or_refused(message, stored):
    untouched = None if stored is None else write(stored)
    for who in (ANNA, BERT):
        own = frozenset({who})
        for applied in (
            request(message, stored, own),
            cancel(message, stored, own),
            reply(message, stored, own, BERT),
        ):
            assert applied.status[0] in "135"
            if applied.calendar is not None:
                assert applied.calendar.first("METHOD") is None or stored is not None
    assert untouched == (None if stored is None else write(stored))


@settings(deadline=None)
@given(objects())
def test_any_mailed_part_is_read_or_refused(message):
    with suppress(CyrpyError):
        found = imip.read(write(message), None, "bert@example.com", ANNA)
        assert found.sender == BERT

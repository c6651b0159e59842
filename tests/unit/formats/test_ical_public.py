"""What everybody may see of an object, and the forms that it is given in."""

from __future__ import annotations

import pytest

from cyrpy.formats.ical.media import ICALENDAR, JCAL, XCAL, named, preferred
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.public import public
from cyrpy.formats.ical.write import write

OBJECT = b"""\
BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:a
SUMMARY:Shown
X-ALT-DESC;FMTTYPE=text/html:<p>Shown</p>
X-MOZ-LASTACK:hidden
ORGANIZER:mailto:hidden@example.com
ATTENDEE:mailto:hidden@example.com
ATTACH;MANAGED-ID=1:https://example.com/hidden
ATTACH:https://example.com/shown
no content line: hidden
BEGIN:VALARM
ACTION:DISPLAY
X-HIDDEN:hidden
END:VALARM
BEGIN:PARTICIPANT
UID:hidden
END:PARTICIPANT
BEGIN:X-OWN
UID:hidden
END:X-OWN
END:VEVENT
END:VCALENDAR
""".replace(b"\n", b"\r\n")


def test_what_is_private_is_left_out():
    shown = write(public(parse(OBJECT)))
    assert b"hidden" not in shown
    assert b"VALARM" not in shown
    assert shown.lower().count(b"shown") == 3


def test_people_and_alarms_are_shown_where_that_is_wanted():
    shown = write(public(parse(OBJECT), alarms=True, people=True))
    assert b"BEGIN:VALARM" in shown
    assert b"ATTENDEE:mailto:hidden@example.com" in shown
    assert b"X-HIDDEN" not in shown
    assert b"https://example.com/hidden" not in shown


def test_the_object_itself_stays_as_it_is():
    calendar = parse(OBJECT)
    public(calendar)
    assert write(calendar) == OBJECT


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("text/calendar", ICALENDAR),
        ("Text/Calendar; charset=utf-8", ICALENDAR),
        ("application/calendar+json", JCAL),
        ("application/calendar json", JCAL),
        ("xfb", XCAL),
        ("ifb", ICALENDAR),
        ("pdf", None),
        ("", None),
    ],
)
def test_forms_have_names(text, form):
    assert named(text) is form


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, ICALENDAR),
        ("", ICALENDAR),
        ("*/*", ICALENDAR),
        ("application/*", JCAL),
        ("application/calendar+xml, text/calendar;q=0.5", XCAL),
        ("text/calendar;q=0, */*", JCAL),
        ("text/*;q=0.2, application/calendar+json;q=0.1", ICALENDAR),
        ("image/png", None),
        ("text/calendar;q=nonsense", None),
        ("*/*;q=0", None),
    ],
)
def test_the_form_that_is_liked_best_is_given(accept, form):
    assert preferred(accept) is form

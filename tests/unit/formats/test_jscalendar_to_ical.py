"""JSCalendar to iCalendar: made anew, and edited into what is there."""

from __future__ import annotations

import pytest

from cyrpy.errors import FormatError
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.write import write
from cyrpy.formats.jscalendar import from_ical, to_ical, write_series
from cyrpy.formats.jscalendar.restore import stripped
from cyrpy.formats.pointer import apply

EVENT = {
    "@type": "Event",
    "version": "2.0",
    "uid": "u-1",
    "updated": "2026-01-01T00:00:00Z",
    "start": "2026-03-02T09:00:00",
    "timeZone": "Europe/Vienna",
    "duration": "PT1H",
    "title": "Talk; with, commas",
}
TASK = {"@type": "Task", "uid": "t-1", "updated": "2026-01-01T00:00:00Z", "title": "Do"}
STORED = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Example//EN\r
BEGIN:VEVENT\r
UID:u-1\r
dtstamp:20260101T000000Z\r
DTSTART;TZID=Europe/Vienna:20260302T090000\r
DTEND;TZID=Europe/Vienna:20260302T100000\r
RRULE:FREQ=WEEKLY;COUNT=10\r
EXDATE;TZID=Europe/Vienna:20260309T090000,20260316T090000\r
SUMMARY;X-FOO=bar:Old \r
 title\r
DESCRIPTION;ALTREP="cid:1":Old\r
X-ALT-DESC;FMTTYPE=text/html:<b>Old</b>\r
LAST-MODIFIED:20260101T000000Z\r
ATTENDEE;X-A=1;CN=B:mailto:b@example.com\r
ATTENDEE;X-A=2:mailto:c@example.com\r
ORGANIZER:mailto:o@example.com\r
X-ODD;x=y:kept\r
BEGIN:VALARM\r
TRIGGER:-PT15M\r
ACTION:DISPLAY\r
X-KEEP:me\r
DESCRIPTION:d\r
END:VALARM\r
BEGIN:VEVENT-LIKE\r
END:VEVENT-LIKE\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:u-1\r
DTSTAMP:20260101T000000Z\r
RECURRENCE-ID;TZID=Europe/Vienna:20260323T090000\r
DTSTART;TZID=Europe/Vienna:20260323T100000\r
DTEND;TZID=Europe/Vienna:20260323T110000\r
SUMMARY:Later\r
X-OWN:1\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:another\r
DTSTAMP:20260101T000000Z\r
DTSTART:20260101T000000Z\r
END:VEVENT\r
END:VCALENDAR\r
"""


def text(event: dict, old=None) -> str:
    """What is written, unfolded."""
    return write(to_ical.apply(old, event)).decode().replace("\r\n ", "").replace("\r\n", "\n")


def lines(event: dict) -> list[str]:
    return text(event).split("\n")


def edited(patch: dict, *, whole: bool = False) -> tuple[list[str], list[str]]:
    """Lines that went and lines that came, by a patch of what a client was shown."""
    calendar = parse(STORED)
    shown = from_ical.objects(calendar)[0]
    made = to_ical.apply(calendar, apply(shown if whole else stripped(shown), patch))
    before = STORED.decode().split("\r\n")
    after = write(made).decode().split("\r\n")
    return [one for one in before if one not in after], [one for one in after if one not in before]


def again(event: dict) -> dict:
    return stripped(from_ical.objects(parse(write(to_ical.apply(None, event))))[0])


# What is added to an event, and a line that must come of it.
MADE = [
    ({}, "DTSTART;TZID=Europe/Vienna:20260302T090000"),
    ({}, "DURATION:PT1H"),
    ({}, "SUMMARY:Talk\\; with\\, commas"),
    ({"timeZone": "Etc/UTC"}, "DTSTART:20260302T090000Z"),
    ({"endTimeZone": "Asia/Tokyo"}, "DTEND;TZID=Asia/Tokyo:20260302T180000"),
    (
        {"descriptionContentType": "text/html", "description": "<p>"},
        "STYLED-DESCRIPTION;VALUE=TEXT;FMTTYPE=text/html:<p>",
    ),
    ({"locale": "fr"}, "SUMMARY;LANGUAGE=fr:Talk\\; with\\, commas"),
    ({"privacy": "secret"}, "CLASS:CONFIDENTIAL"),
    ({"freeBusyStatus": "free"}, "TRANSP:TRANSPARENT"),
    ({"showWithoutTime": True}, "SHOW-WITHOUT-TIME;VALUE=BOOLEAN:TRUE"),
    ({"locations": {"a": {"name": "R", "coordinates": "geo:1.5,2"}}}, "GEO:1.5;2"),
    (
        {"locations": {"a": {"name": "R"}, "b": {"name": "S"}}, "mainLocationId": "b"},
        "LOCATION;JSID=b:S",
    ),
    ({"example.com:x": {"y": [1]}}, 'JSPROP;JSPTR="example.com:x":{"y":[1]}'),
    (
        {"recurrenceRule": {"frequency": "daily", "until": "2026-03-05T09:00:00"}},
        "RRULE:FREQ=DAILY;UNTIL=20260305T080000Z",
    ),
    (
        {"recurrenceOverrides": {"2026-03-04T09:00:00": {}}},
        "RDATE;TZID=Europe/Vienna:20260304T090000",
    ),
    (
        {"recurrenceOverrides": {"2026-03-04T09:00:00": {"excluded": True}}},
        "EXDATE;TZID=Europe/Vienna:20260304T090000",
    ),
    ({"alerts": {"a": {"trigger": {"offset": "-PT5M"}}}}, "JSID:a"),
    (
        {
            "alerts": {
                "a": {"trigger": {"@type": "AbsoluteTrigger", "when": "2026-03-02T07:00:00Z"}}
            }
        },
        "TRIGGER;VALUE=DATE-TIME:20260302T070000Z",
    ),
    (
        {"links": {"a": {"href": "data:text/plain;base64,aGk=", "rel": "enclosure"}}},
        "ATTACH;VALUE=BINARY;ENCODING=BASE64;FMTTYPE=text/plain;JSID=a:aGk=",
    ),
    (
        {"virtualLocations": {"a": {"uri": "tel:+1", "features": {"phone": True}}}},
        "CONFERENCE;VALUE=URI;FEATURE=PHONE;JSID=a:tel:+1",
    ),
    ({"relatedTo": {"x": {"relation": {"next": True}}}}, "RELATED-TO;RELTYPE=NEXT:x"),
]


@pytest.mark.parametrize(("more", "line"), MADE, ids=[line[:30] for _, line in MADE])
def test_writes_what_an_event_says(more, line):
    event = EVENT | more
    assert line in lines(event)
    found = again(event)
    for name, value in more.items():
        assert contains(found[name], value)


def contains(found: object, wanted: object) -> bool:
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(key in found and contains(found[key], value) for key, value in wanted.items())
    return found == wanted


def test_an_event_of_days_is_one_of_dates():
    event = {**EVENT, "start": "2026-03-02T00:00:00", "showWithoutTime": True, "duration": "P2D"}
    event.pop("timeZone")
    event["recurrenceRule"] = {"frequency": "yearly", "until": "2030-03-02T00:00:00"}
    event["recurrenceOverrides"] = {"2027-03-02T00:00:00": {"excluded": True}}
    written = lines(event)
    assert "DTSTART;VALUE=DATE:20260302" in written
    assert "DURATION:P2D" in written
    assert "RRULE:FREQ=YEARLY;UNTIL=20300302" in written
    assert "EXDATE;VALUE=DATE:20270302" in written


def test_the_zone_comes_with_its_definition():
    written = text(EVENT)
    assert "BEGIN:VTIMEZONE\nTZID:Europe/Vienna" in written
    assert written.index("END:VTIMEZONE") < written.index("BEGIN:VEVENT")


def test_a_task_may_have_nothing_but_a_title():
    assert "BEGIN:VTODO\nUID:t-1\nDTSTAMP:20260101T000000Z\nSUMMARY:Do\nEND:VTODO" in text(TASK)


def test_an_extra_instance_with_changes_is_both_rdate_and_component():
    event = EVENT | {"recurrenceRule": {"frequency": "weekly"}}
    event["recurrenceOverrides"] = {
        "2026-03-04T09:00:00": {"title": "Extra"},
        "2026-03-09T09:00:00": {"title": "Changed"},
    }
    written = lines(event)
    assert [line for line in written if line.startswith("RDATE")] == [
        "RDATE;TZID=Europe/Vienna:20260304T090000"
    ]
    assert sum(line.startswith("RECURRENCE-ID") for line in written) == 2


def test_people_become_organizer_and_attendees():
    event = EVENT | {
        "organizerCalendarAddress": "mailto:o@example.com",
        "participants": {
            "o": {"calendarAddress": "mailto:o@example.com", "roles": {"owner": True}},
            "a": {
                "calendarAddress": "mailto:a@example.com",
                "name": 'A "x"; y',
                "roles": {"chair": True, "optional": True},
                "participationStatus": "accepted",
                "memberOf": {"mailto:g@example.com": True},
            },
            "s": {"name": "Speaker", "description": "Talks"},
        },
    }
    written = lines(event)
    assert "ORGANIZER;JSID=o:mailto:o@example.com" in written
    assert not any(line.startswith("ATTENDEE") and "o@example.com" in line for line in written)
    assert "SUMMARY:Speaker" in written
    assert contains(again(event)["participants"], event["participants"])


def test_refuses_lines_that_a_value_would_smuggle_in():
    event = EVENT | {
        "title": "a\r\nATTENDEE:mailto:x@example.com",
        "color": "red\nX-BAD:1",
        "links": {"l": {"href": "https://x.example/\r\nX-BAD:1", "title": 'q"\nX-BAD:2'}},
        "participants": {"p": {"calendarAddress": "mailto:x\nX-BAD:3", "name": "n\nX-BAD:4"}},
        "example.com:\nX-BAD:5": "y",
    }
    assert not any(line.startswith(("X-BAD", "ATTENDEE:mailto:x@")) for line in lines(event))


@pytest.mark.parametrize(
    "wrong",
    [
        {"@type": "Group"},
        {"uid": ""},
        {"start": "now"},
        {"timeZone": "Mars/Olympus"},
        {"duration": 5},
        {"title": 5},
        {"participants": []},
        {"participants": {"a": 1}},
        {"recurrenceRule": {"frequency": "da ily"}},
        {"recurrenceOverrides": {"then": {}}},
        {"recurrenceOverrides": {"2026-03-04T09:00:00": {"participants/x/name": "y"}}},
        {"alerts": {"a": {"trigger": {"offset": "soon"}}}},
        {"iCalendar": {"properties": [["x y", {}, "text", "v"]]}},
        {"iCalendar": {"properties": [["x", {}, "text"]]}},
        {"iCalendar": {"components": [["x"]]}},
    ],
    ids=str,
)
def test_refuses_what_cannot_be_written(wrong):
    with pytest.raises(FormatError):
        to_ical.apply(None, EVENT | wrong)


def test_refuses_a_flood_of_lines(monkeypatch):
    monkeypatch.setattr(write_series, "MAX_LINES", 20)
    overrides = {f"2026-03-{day:02}T09:00:00": {"title": "x"} for day in range(2, 28)}
    with pytest.raises(FormatError, match="more than 20 lines"):
        to_ical.apply(None, EVENT | {"recurrenceOverrides": overrides})


# Edits of STORED: a patch, the lines that go, the lines that come.
EDITS = [
    ({"title": "New"}, ["SUMMARY;X-FOO=bar:Old ", " title"], ["SUMMARY;X-FOO=bar:New"]),
    (
        {"description": "New"},
        ['DESCRIPTION;ALTREP="cid:1":Old', "X-ALT-DESC;FMTTYPE=text/html:<b>Old</b>"],
        ["DESCRIPTION:New"],
    ),
    (
        {"duration": "PT2H"},  # which the overridden instance inherits
        [
            "DTEND;TZID=Europe/Vienna:20260302T100000",
            "DTEND;TZID=Europe/Vienna:20260323T110000",
        ],
        [
            "DTEND;TZID=Europe/Vienna:20260302T110000",
            "DTEND;TZID=Europe/Vienna:20260323T120000",
        ],
    ),
    (
        {"recurrenceOverrides/2026-03-30T09:00:00": {"excluded": True}},
        [],
        ["EXDATE;TZID=Europe/Vienna:20260330T090000"],
    ),
    (
        {"recurrenceOverrides/2026-03-16T09:00:00": None},
        ["EXDATE;TZID=Europe/Vienna:20260309T090000,20260316T090000"],
        ["EXDATE;TZID=Europe/Vienna:20260309T090000"],
    ),
    (
        {"recurrenceOverrides/2026-03-23T09:00:00/title": "Never"},
        ["SUMMARY:Later"],
        ["SUMMARY:Never"],
    ),
    ({"color": "red"}, [], ["COLOR:red", "COLOR:red"]),
    ({"recurrenceOverrides": None, "duration": None}, None, []),
]


@pytest.mark.parametrize(("patch", "gone", "come"), EDITS, ids=[str(e[0])[:40] for e in EDITS])
def test_an_edit_touches_only_what_it_says(patch, gone, come):
    went, came = edited(patch)
    assert came == come
    assert went == gone or gone is None


def test_a_participant_keeps_unknown_parameters():
    calendar = parse(STORED)
    key = next(iter(from_ical.objects(calendar)[0]["participants"]))
    gone, come = edited({f"participants/{key}/participationStatus": "accepted"})
    assert gone == ["ATTENDEE;X-A=1;CN=B:mailto:b@example.com"]
    assert come == ["ATTENDEE;PARTSTAT=ACCEPTED;CN=B;X-A=1:mailto:b@example.com"]


def test_an_alarm_keeps_unknown_lines_and_its_key():
    key = next(iter(from_ical.objects(parse(STORED))[0]["alerts"]))
    gone, come = edited({f"alerts/{key}/trigger/offset": "-PT5M"})
    assert gone == ["TRIGGER:-PT15M"]
    assert come == ["TRIGGER:-PT5M", f"UID:{key}"]


def test_the_time_of_change_is_told_in_both_properties():
    gone, come = edited({"updated": "2026-02-02T00:00:00Z"})
    assert set(gone) == {"dtstamp:20260101T000000Z", "LAST-MODIFIED:20260101T000000Z"}
    assert set(come) == {"DTSTAMP:20260202T000000Z", "LAST-MODIFIED:20260202T000000Z"}


def test_a_client_that_is_shown_what_is_kept_can_change_it():
    gone, come = edited({"iCalendar/properties": [["x-odd", {}, "unknown", "new"]]}, whole=True)
    assert "X-ODD;x=y:kept" in gone
    assert come == ["X-ODD:new"]


def test_a_task_that_is_done_says_so_to_everyone():
    calendar = to_ical.apply(None, TASK)
    done = to_ical.apply(
        calendar, TASK | {"progress": "completed", "updated": "2026-02-02T00:00:00Z"}
    )
    assert b"\r\nCOMPLETED:20260202T000000Z\r\n" in write(done)
    shown = stripped(from_ical.objects(done)[0])
    undone = to_ical.apply(done, shown | {"progress": "in-process"})
    assert b"COMPLETED" not in write(undone)
    assert b"STATUS:IN-PROCESS" in write(undone)


def test_the_zone_of_another_system_stays_until_the_zone_changes():
    octets = STORED.replace(b"Europe/Vienna", b"W. Europe Standard Time")
    calendar = parse(octets)
    shown = stripped(from_ical.objects(calendar)[0])
    assert shown["timeZone"] == "Europe/Berlin"
    moved = write(to_ical.apply(calendar, shown | {"start": "2026-03-02T08:00:00"}))
    assert b"DTSTART;TZID=W. Europe Standard Time:20260302T080000" in moved
    zoned = write(to_ical.apply(calendar, shown | {"timeZone": "Asia/Tokyo"}))
    assert b"DTSTART;TZID=Asia/Tokyo:20260302T090000" in zoned
    assert b"W. Europe" not in zoned


def test_the_whole_series_takes_the_place_of_its_single_instances():
    octets = (
        STORED.split(b"BEGIN:VEVENT\r\nUID:u-1\r\ndt")[0]
        + b"BEGIN:VEVENT\r\n"
        + (
            STORED.split(b"BEGIN:VEVENT\r\n")[2]
            + b"BEGIN:VEVENT\r\n"
            + STORED.split(b"BEGIN:VEVENT\r\n")[3]
        )
    )
    calendar = parse(octets)
    assert from_ical.objects(calendar)[1]["recurrenceId"] == "2026-03-23T09:00:00"
    made = to_ical.apply(calendar, EVENT)
    assert [one["uid"] for one in from_ical.objects(made)] == ["another", "u-1"]
    left = to_ical.without(calendar, "u-1", "2026-03-23T09:00:00")
    assert left is not None
    assert [one["uid"] for one in from_ical.objects(left)] == ["another"]


def test_an_instance_without_master_is_edited_by_itself():
    octets = (
        b"BEGIN:VCALENDAR\r\n"
        + b"".join(
            b"BEGIN:VEVENT\r\nUID:u\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID:2026010%dT090000Z\r\n"
            b"DTSTART:2026010%dT090000Z\r\nSUMMARY:n%d\r\nEND:VEVENT\r\n" % (n, n, n)
            for n in (5, 6)
        )
        + b"END:VCALENDAR\r\n"
    )
    calendar = parse(octets)
    second = from_ical.objects(calendar)[1]
    made = write(to_ical.apply(calendar, second | {"title": "x"}))
    assert made == octets.replace(b"SUMMARY:n6", b"SUMMARY:x")
    assert to_ical.without(parse(octets.replace(b"RECURRENCE-ID:20260105", b"X:")), "u", "no")


def test_an_event_with_an_end_elsewhere_becomes_one_of_whole_days():
    event = EVENT | {"timeZone": "Europe/Vienna", "endTimeZone": "Europe/London"}
    event = {name: v for name, v in event.items() if not name.startswith("recurrence")}
    days = {name: v for name, v in event.items() if name not in ("timeZone", "endTimeZone")}
    days |= {"showWithoutTime": True, "start": "2026-01-05T00:00:00", "duration": "P2D"}
    made = to_ical.apply(to_ical.apply(None, event), days)
    assert b"DURATION:P2D" in write(made)
    assert b"DTEND" not in write(made)


@pytest.mark.parametrize(
    "line", ["DESCRIPTION;X-FOO=1:", "BEGIN:VALARM\r\nTRIGGER:PT1H\r\nX-A:1\r\nEND:VALARM"]
)
def test_an_override_of_which_nothing_was_shown_stays(line):
    alarm = "BEGIN:VALARM\r\nTRIGGER:PT1H\r\nEND:VALARM"
    other = f"RECURRENCE-ID:20260302T090000Z\r\n{line}"
    calendar = series(alarm if "VALARM" in line else "X-B:1", other)
    (shown,) = from_ical.objects(calendar)
    assert to_ical.apply(calendar, stripped(shown)) is calendar
    assert line in write(to_ical.apply(calendar, {**stripped(shown), "title": "New"})).decode()


def series(*parts: str):
    """An event and, of the same UID and start, what else there is of it."""
    head = "BEGIN:VEVENT\r\nUID:u-1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260302T090000Z\r\n"
    inside = "".join(f"{head}{part}\r\nEND:VEVENT\r\n" for part in parts)
    return parse(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inside}END:VCALENDAR\r\n".encode())


def test_a_zone_that_nobody_knows_does_not_move_when_a_task_is_due():
    lines = "DTSTART:20260105T090000Z\r\nDUE;TZID=Nowhere:20260105T100000"
    octets = f"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:t\r\n{lines}\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    (task,) = from_ical.objects(parse(octets.encode()))
    (again,) = from_ical.objects(parse(write(to_ical.apply(None, task))))
    assert (task["due"], task["timeZone"]) == ("2026-01-05T10:00:00", "Etc/UTC")
    assert again["due"] == task["due"]


def test_who_sends_for_an_attendee_does_not_send_for_the_organizer():
    people = {"a": {"@type": "Participant", "calendarAddress": "mailto:a@example.org"}}
    person = people["a"] | {
        "sentBy": "b@example.org",
        "expectReply": True,
        "roles": {"owner": True},
    }
    event = EVENT | {
        "organizerCalendarAddress": "mailto:a@example.org",
        "participants": {"a": person},
    }
    (again,) = from_ical.objects(to_ical.apply(None, event))
    assert "sentBy" not in again
    assert [one["sentBy"] for one in again["participants"].values()] == ["b@example.org"]

"""iCalendar to JSCalendar, rule by rule of the conversion's document."""

from __future__ import annotations

import pytest

from cyrpy.errors import FormatError
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.jscalendar import from_ical, read_series
from cyrpy.formats.jscalendar.names import free_key, key_of

HEAD = {"UID": "u", "DTSTAMP": "20260101T000000Z"}


def calendar(text: str, kind: str = "VEVENT"):
    """A VCALENDAR with one component; `text` is its lines, DTSTART is added if it lacks."""
    lines = [line.strip() for line in text.strip().splitlines()]
    names = {line.partition(":")[0].partition(";")[0] for line in lines}
    lines = [f"{name}:{value}" for name, value in HEAD.items() if name not in names] + lines
    if kind == "VEVENT" and "DTSTART" not in names:
        lines.append("DTSTART:20260105T090000Z")
    body = [f"BEGIN:{kind}", *lines, f"END:{kind}"]
    return parse("\r\n".join(["BEGIN:VCALENDAR", *body, "END:VCALENDAR", ""]).encode())


def read(text: str, kind: str = "VEVENT") -> dict:
    found = from_ical.objects(calendar(text, kind))
    assert len(found) == 1
    return found[0]


def only(value: dict) -> dict:
    """The one entry of a map."""
    assert len(value) == 1
    return next(iter(value.values()))


# Lines of one event, and what becomes of them.
EVENTS = [
    ("SUMMARY;LANGUAGE=fr:Fête", {"title": "Fête", "locale": "fr"}),
    ("DESCRIPTION:a\\, b\\nc", {"description": "a, b\nc"}),
    ("CATEGORIES:A,b\nCATEGORIES:C", {"keywords": {"A": True, "b": True, "C": True}}),
    ("CONCEPT:https://x.example/c", {"categories": {"https://x.example/c": True}}),
    ("CLASS:CONFIDENTIAL", {"privacy": "secret"}),
    ("TRANSP:TRANSPARENT", {"freeBusyStatus": "free"}),
    ("STATUS:TENTATIVE", {"status": "tentative"}),
    ("COLOR:teal", {"color": "teal"}),
    ("PRIORITY:1\nSEQUENCE:7", {"priority": 1, "sequence": 7}),
    ("CREATED:20240329T133000Z", {"created": "2024-03-29T13:30:00Z"}),
    ("DTSTART:20240921T105302", {"start": "2024-09-21T10:53:02"}),
    (
        "DTSTART;TZID=Europe/Berlin:20240921T105302",
        {"start": "2024-09-21T10:53:02", "timeZone": "Europe/Berlin"},
    ),
    (
        "DTSTART;VALUE=DATE:20240102\nDTEND;VALUE=DATE:20240107",
        {"start": "2024-01-02T00:00:00", "duration": "P5D", "showWithoutTime": True},
    ),
    ("DTSTART;VALUE=DATE:20240102", {"duration": "P1D"}),
    (
        "DTSTART;TZID=Europe/Berlin:20241017T130000\nDTEND;TZID=Asia/Bangkok:20241018T040000",
        {"duration": "PT10H", "endTimeZone": "Asia/Bangkok"},
    ),
    (  # over the end of summer time two days on the clock are 49 hours
        "DTSTART;TZID=Europe/Berlin:20241026T120000\nDTEND;TZID=Europe/Berlin:20241028T120000",
        {"duration": "PT49H"},
    ),
    (
        "DTSTART;TZID=Europe/Berlin:20241005T120000\nDTEND;TZID=Europe/Berlin:20241007T130000",
        {"duration": "P2DT1H"},
    ),
    ("DURATION:P1W", {"duration": "P7D"}),
    (
        "RELATED-TO;RELTYPE=CHILD:x\nRELATED-TO:y",
        {
            "relatedTo": {
                "x": {"@type": "Relation", "relation": {"child": True}},
                "y": {"@type": "Relation"},
            }
        },
    ),
    ("SHOW-WITHOUT-TIME;VALUE=BOOLEAN:TRUE", {"showWithoutTime": True}),
    (
        'JSPROP;JSPTR="example.com:foo":{"bar":1\\,"baz":[true]}',
        {"example.com:foo": {"bar": 1, "baz": [True]}},
    ),
]


@pytest.mark.parametrize(("text", "expected"), EVENTS, ids=[text[:20] for text, _ in EVENTS])
def test_converts_the_properties_of_an_event(text, expected):
    found = read(text)
    assert {name: found.get(name) for name in expected} == expected


TASKS = [
    (
        "DUE;TZID=Europe/Berlin:20240921T105302",
        {"due": "2024-09-21T10:53:02", "timeZone": "Europe/Berlin"},
    ),
    ("DUE;VALUE=DATE:20240921", {"due": "2024-09-21T00:00:00", "showWithoutTime": True}),
    ("DTSTART:20240921T100000Z\nDURATION:PT2H", {"due": "2024-09-21T12:00:00"}),
    (
        "DTSTART;TZID=Europe/Berlin:20240921T100000\nDUE:20240921T100000Z",
        {"due": "2024-09-21T12:00:00", "timeZone": "Europe/Berlin"},
    ),
    ("STATUS:IN-PROCESS\nPERCENT-COMPLETE:40", {"progress": "in-process", "percentComplete": 40}),
    ("COMPLETED:20240921T100000Z", {"progress": "completed"}),
    ("ESTIMATED-DURATION:PT90M", {"estimatedDuration": "PT1H30M"}),
]


@pytest.mark.parametrize(("text", "expected"), TASKS, ids=[text[:20] for text, _ in TASKS])
def test_converts_the_properties_of_a_task(text, expected):
    found = read(text, "VTODO")
    assert found["@type"] == "Task"
    assert {name: found.get(name) for name in expected} == expected


RULES = [
    (
        "FREQ=MONTHLY;BYDAY=-1FR,MO",
        {
            "byDay": [
                {"@type": "NDay", "day": "fr", "nthOfPeriod": -1},
                {"@type": "NDay", "day": "mo"},
            ]
        },
    ),
    ("FREQ=YEARLY;BYMONTH=01,12;BYMONTHDAY=-1", {"byMonth": ["1", "12"], "byMonthDay": [-1]}),
    ("FREQ=DAILY;UNTIL=20240930T120000Z", {"until": "2024-09-30T14:00:00"}),
    ("FREQ=DAILY;UNTIL=20240930", {"until": "2024-09-30T23:59:59"}),
    ("FREQ=WEEKLY;INTERVAL=2;WKST=SU;COUNT=3", {"interval": 2, "firstDayOfWeek": "su", "count": 3}),
    (
        "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;SKIP=FORWARD",
        {"rscale": "hebrew", "byMonth": ["5L"], "skip": "forward"},
    ),
]


@pytest.mark.parametrize(("rule", "expected"), RULES, ids=[rule for rule, _ in RULES])
def test_converts_rules(rule, expected):
    found = read(f"DTSTART;TZID=Europe/Berlin:20240101T010000\nRRULE:{rule}")["recurrenceRule"]
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize("rule", ["FREQ=SOMETIMES", "FREQ=DAILY;X-EVERY=3", "COUNT=3"])
def test_keeps_a_rule_that_json_cannot_say(rule):
    found = read(f"RRULE:{rule}")
    assert "recurrenceRule" not in found
    assert [line[0] for line in found["iCalendar"]["properties"]] == ["rrule"]


def test_keeps_a_second_rule_and_exclusions_by_rule():
    found = read("RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY\nEXRULE:FREQ=MONTHLY")
    assert found["recurrenceRule"]["frequency"] == "daily"
    assert sorted(line[0] for line in found["iCalendar"]["properties"]) == ["exrule", "rrule"]


def test_dates_of_a_recurrence_are_overrides_in_the_zone_of_the_start():
    found = read(
        """DTSTART;TZID=Europe/Vienna:20260105T090000
        RRULE:FREQ=DAILY
        EXDATE:20260106T080000Z
        RDATE;TZID=America/New_York:20260110T120000
        RDATE;VALUE=PERIOD:20260111T080000Z/20260111T100000Z"""
    )
    assert found["recurrenceOverrides"] == {
        "2026-01-06T09:00:00": {"excluded": True},
        "2026-01-10T18:00:00": {},
        "2026-01-11T09:00:00": {"duration": "PT2H"},
    }


def test_people_of_one_address_are_one_participant():
    found = read(
        """ORGANIZER;CN=Jane:MAILTO:jane@example.com
        ATTENDEE;PARTSTAT=ACCEPTED:mailto:Jane@example.com
        ATTENDEE;CUTYPE=ROOM;ROLE=OPT-PARTICIPANT;RSVP=TRUE;DELEGATED-TO="mailto:c@example.com":mailto:b@example.com"""
    )
    assert found["organizerCalendarAddress"] == "mailto:jane@example.com"
    jane, room = found["participants"].values()
    assert jane["roles"] == {"owner": True}
    assert jane["name"] == "Jane"
    assert jane["participationStatus"] == "accepted"
    assert room == {
        "@type": "Participant",
        "calendarAddress": "mailto:b@example.com",
        "kind": "location",
        "roles": {"optional": True},
        "expectReply": True,
        "delegatedTo": {"mailto:c@example.com": True},
    }


def test_scheduling_parameters_are_kept_beside_the_address():
    found = read("ATTENDEE;SCHEDULE-AGENT=NONE;X-NUM-GUESTS=2:mailto:b@example.com")
    (kept,) = found["iCalendar"]["convertedProperties"].values()
    assert kept["parameters"] == {"schedule-agent": "NONE", "x-num-guests": "2"}


def test_completion_of_a_participant_is_progress_in_a_task():
    found = read("ATTENDEE;PARTSTAT=COMPLETED:mailto:b@example.com", "VTODO")
    assert only(found["participants"])["participationStatus"] == "accepted"
    assert only(found["participants"])["progress"] == "completed"


def test_links_tell_what_they_are_for():
    found = read(
        """ATTACH;FILENAME=a.pdf;FMTTYPE=application/pdf;SIZE=9;MANAGED-ID=1:https://x.example/a
        ATTACH;ENCODING=BASE64;VALUE=BINARY;FMTTYPE=text/plain:aGk=
        IMAGE;VALUE=URI;DISPLAY=BADGE,THUMBNAIL:https://x.example/i
        URL:https://x.example/u
        LINK;VALUE=URI;LINKREL=latest-version;LABEL=Plan:https://x.example/l"""
    )["links"]
    assert [link.get("rel") for link in found.values()] == [
        "enclosure",
        "enclosure",
        "icon",
        "describedby",
        "latest-version",
    ]
    first, second, third, *_ = found.values()
    assert (first["title"], first["size"]) == ("a.pdf", 9)
    assert second["href"] == "data:text/plain;base64,aGk="
    assert third["display"] == {"badge": True, "thumbnail": True}


def test_alarms_keep_what_json_cannot_say():
    found = read(
        """BEGIN:VALARM
        TRIGGER;RELATED=END:-P0DT0H10M0S
        ACTION:AUDIO
        REPEAT:2
        DURATION:PT5M
        END:VALARM"""
    )
    alert = only(found["alerts"])
    assert alert["trigger"] == {"@type": "OffsetTrigger", "offset": "-PT10M", "relativeTo": "end"}
    assert "action" not in alert
    assert {line[0] for line in alert["iCalendar"]["properties"]} == {
        "action",
        "repeat",
        "duration",
    }


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VALARM\nACTION:DISPLAY\nEND:VALARM",
        "BEGIN:VALARM\nACTION:NONE\nTRIGGER;VALUE=DATE-TIME:19760401T005545Z\nEND:VALARM",
        "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:soon\nEND:VALARM",
        "BEGIN:VRESOURCE\nUID:r\nEND:VRESOURCE",
    ],
)
def test_keeps_components_that_are_nothing_in_json(text):
    found = read(text)
    assert "alerts" not in found
    assert len(found["iCalendar"]["components"]) == 1


@pytest.mark.parametrize(
    "line",
    [
        "CREATED:00001231T000000Z",
        "STATUS:X-MAYBE",
        "CLASS:X-SECRET",
        "PRIORITY:10",
        "SEQUENCE:-1",
        "GEO:here",
        "X-ANY;X-P=1:v",
        "LOCATION:",
        "COMMENT:c",
        "LINK;VALUE=UID:u",
        'JSPROP;JSPTR="title/x":1',
        'JSPROP;JSPTR="iCalendar":{}',
        'JSPROP;JSPTR="a:b":{',
    ],
)
def test_keeps_lines_that_are_nothing_in_json(line):
    found = read(line)
    assert [one[0].upper() for one in found["iCalendar"]["properties"]] == [
        line.partition(":")[0].partition(";")[0]
    ]


def test_overrides_are_small_patches():
    octets = b"""BEGIN:VCALENDAR
BEGIN:VEVENT
UID:u
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Vienna:20260105T090000
DTEND;TZID=Europe/Vienna:20260105T100000
RRULE:FREQ=DAILY
SUMMARY:a
CLASS:PRIVATE
ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:b@example.com
END:VEVENT
BEGIN:VEVENT
UID:u
DTSTAMP:20260101T000000Z
RECURRENCE-ID:20260106T080000Z
DTSTART;TZID=Europe/Vienna:20260106T090000
DTEND;TZID=Europe/Vienna:20260106T100000
ATTENDEE;PARTSTAT=DECLINED:mailto:b@example.com
END:VEVENT
END:VCALENDAR
"""
    key = key_of("mailto:b@example.com")
    assert from_ical.objects(parse(octets))[0]["recurrenceOverrides"] == {
        "2026-01-06T09:00:00": {
            "title": None,
            f"participants/{key}/participationStatus": "declined",
        }
    }


def test_a_group_has_what_the_calendar_says_of_itself():
    octets = b"""BEGIN:VCALENDAR
METHOD:PUBLISH
PRODID:-//x//EN
NAME;LANGUAGE=de:Feiertage
SOURCE;VALUE=URI:https://x.example/h.ics
LAST-MODIFIED:20240914T231257Z
X-WR-CALNAME:F
BEGIN:VJOURNAL
UID:j
END:VJOURNAL
BEGIN:VTODO
UID:t
END:VTODO
END:VCALENDAR
"""
    found = from_ical.group(parse(octets))
    assert found.pop("iCalendar")["properties"] == [["x-wr-calname", {}, "unknown", "F"]]
    assert found == {
        "@type": "Group",
        "version": "2.0",
        "prodId": "-//x//EN",
        "title": "Feiertage",
        "locale": "de",
        "source": "https://x.example/h.ics",
        "updated": "2024-09-14T23:12:57Z",
        "entries": [{"@type": "Task", "uid": "t", "prodId": "-//x//EN", "method": "publish"}],
    }


def test_keys_are_those_that_the_document_gives():
    assert key_of("mailto:hcabot@example.com") == "0b235cc4-f04d-5fc4-98a3-c066650b3fbf"
    assert key_of("https://example.com/myurl") == "6669391a-2c73-5b89-9cfe-7a6c95a855e3"
    assert free_key("no id", "x", {}) == key_of("x")
    assert free_key("id", "x", {"id": 1}) == "id-2"


def test_many_equal_lines_take_no_more_than_their_time():
    text = "\n".join(
        ["ATTENDEE:mailto:a@example.com"] * 3000 + ["ATTACH:https://x.example/"] * 3000
    )
    alarms = "BEGIN:VALARM\nTRIGGER:PT0S\nEND:VALARM\n" * 3000
    found = read(text + "\n" + alarms)
    assert len(found["links"]) == 3000
    assert len(found["alerts"]) == 3000
    assert len(found["participants"]) == 1


def test_refuses_more_exceptions_than_anyone_has(monkeypatch):
    monkeypatch.setattr(read_series, "MAX_OVERRIDES", 2)
    with pytest.raises(FormatError, match="more than 2 exceptions"):
        read("RRULE:FREQ=DAILY\nEXDATE:20260106T090000Z,20260107T090000Z,20260108T090000Z")

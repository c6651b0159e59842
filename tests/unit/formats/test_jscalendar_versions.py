"""JSCalendar 1.0 as 2.0 and back."""

from __future__ import annotations

import pytest

from cyrpy.errors import FormatError
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.jscalendar import from_ical, schema, to_ical
from cyrpy.formats.jscalendar.versions import downgrade, upgrade

OLD = {
    "@type": "Event",
    "uid": "u",
    "updated": "2026-01-01T00:00:00Z",
    "start": "2026-03-02T09:00:00",
    "timeZone": "Europe/Berlin",
    "duration": "PT10H",
    "title": "Flight",
    "color": None,
    "localizations": {"de": {"title": "Flug"}},
    "recurrenceRules": [{"@type": "RecurrenceRule", "frequency": "daily"}],
    "replyTo": {"imip": "mailto:o@example.com"},
    "locations": {
        "1": {"@type": "Location", "name": "Berlin", "description": "Gate 5"},
        "2": {"@type": "Location", "relativeTo": "end", "timeZone": "Asia/Tokyo"},
    },
    "participants": {
        "o": {
            "@type": "Participant",
            "email": "o@example.com",
            "sendTo": {"imip": "mailto:o@example.com"},
            "roles": {"owner": True, "attendee": True},
            "scheduleAgent": "client",
            "scheduleStatus": ["2.0"],
        },
        "p": {
            "@type": "Participant",
            "email": "p@example.com",
            "roles": {"attendee": True},
            "delegatedFrom": {"o": True},
        },
    },
    "alerts": {
        "a": {"@type": "Alert", "trigger": {"@type": "OffsetTrigger", "offset": "-PT5M"}},
        "b": {
            "@type": "Alert",
            "trigger": {"@type": "OffsetTrigger", "offset": "-PT1M"},
            "relatedTo": {"a": {"@type": "Relation", "relation": {"parent": True}}},
        },
    },
    "links": {"l": {"href": "https://x.example/", "rel": "icon", "display": "badge", "cid": "c"}},
    "recurrenceOverrides": {
        "2026-03-03T09:00:00": {
            "title": "x",
            "participants/p/sendTo": {"imip": "mailto:q@example.com"},
            "participants/o/participationStatus": "accepted",
            "replyTo": None,
        },
        "2026-03-04T09:00:00": {"excluded": True},
    },
}


def test_upgrades_every_spelling():
    made = upgrade(OLD)
    assert schema.problems(made) == []
    assert made["recurrenceRule"] == {"@type": "RecurrenceRule", "frequency": "daily"}
    assert made["organizerCalendarAddress"] == "mailto:o@example.com"
    assert made["endTimeZone"] == "Asia/Tokyo"
    assert made["locations"] == {"1": {"@type": "Location", "name": "Berlin, Gate 5"}}
    assert made["participants"]["o"]["roles"] == {"owner": True}
    assert made["participants"]["p"] == {
        "@type": "Participant",
        "email": "p@example.com",
        "calendarAddress": "mailto:p@example.com",
        "delegatedFrom": {"mailto:o@example.com": True},
    }
    assert made["alerts"]["b"]["relatedTo"]["a"]["relation"] == {"snooze": True}
    assert made["links"]["l"] == {
        "href": "https://x.example/",
        "rel": "icon",
        "display": {"badge": True},
    }
    assert made["recurrenceOverrides"]["2026-03-03T09:00:00"] == {
        "title": "x",
        "participants/o/participationStatus": "accepted",
    }
    assert not {"color", "localizations", "replyTo", "recurrenceRules"} & made.keys()


def test_scheduling_of_1_0_goes_to_the_parameters():
    calendar = to_ical.apply(None, upgrade(OLD))
    octets = b"".join(line.written().encode() for c in calendar.walk() for line in c.properties)
    assert b"SCHEDULE-AGENT=CLIENT" in octets
    assert b"SCHEDULE-STATUS=2.0" in octets


def test_leaves_2_0_as_it_is():
    event = upgrade(OLD)
    assert upgrade(event) == event


def test_a_new_value_in_the_old_spelling_counts():
    event = upgrade(OLD)
    assert "recurrenceRule" not in upgrade(event | {"recurrenceRules": None})
    weekly = {"frequency": "weekly"}
    assert upgrade(event | {"recurrenceRules": [weekly]})["recurrenceRule"] == weekly
    assert "organizerCalendarAddress" not in upgrade(event | {"replyTo": None})


@pytest.mark.parametrize(
    "wrong",
    [
        {"locations": 5},
        {"locations": {"a": 5}},
        {"participants": [1]},
        {"participants": {"a": 5}},
        {"participants": {"a": {"sendTo": {"imip": 5}, "roles": 5, "delegatedTo": 5}}},
        {"recurrenceRules": {}},
        {"replyTo": "x"},
        {"alerts": {"a": {"relatedTo": 5}}},
        {"links": {"a": 5}},
        {"recurrenceOverrides": {"x": 5}},
        {"iCalendar": 5, "participants": {"a": {"scheduleAgent": "client"}}},
    ],
    ids=str,
)
def test_what_is_of_no_form_is_left_to_the_schema(wrong):
    upgrade(OLD | wrong)


def test_is_bounded():
    deep: dict = {}
    for _ in range(200):
        deep = {"a": deep}
    with pytest.raises(FormatError):
        upgrade(OLD | {"x": deep})


def test_downgrades_what_1_0_can_say():
    made = downgrade(upgrade(OLD))
    assert made["recurrenceRules"] == [{"@type": "RecurrenceRule", "frequency": "daily"}]
    assert made["replyTo"] == {"imip": "mailto:o@example.com"}
    assert made["locations"]["end"]["timeZone"] == "Asia/Tokyo"
    assert made["participants"]["o"]["sendTo"] == {"imip": "mailto:o@example.com"}
    assert made["participants"]["o"]["scheduleAgent"] == "client"
    assert made["participants"]["o"]["scheduleStatus"] == ["2.0"]
    assert made["participants"]["p"]["roles"] == {"attendee": True}
    assert made["participants"]["p"]["delegatedFrom"] == {"o": True}
    assert not {"recurrenceRule", "organizerCalendarAddress", "iCalendar", "version"} & made.keys()


def test_tells_the_request_status_to_clients_of_1_0():
    octets = b"""BEGIN:VCALENDAR
BEGIN:VEVENT
UID:u
REQUEST-STATUS:2.8;Success;x
END:VEVENT
END:VCALENDAR
"""
    (event,) = from_ical.objects(parse(octets))
    assert "requestStatus" not in event
    assert downgrade(event)["requestStatus"] == ["2.8;Success;x"]

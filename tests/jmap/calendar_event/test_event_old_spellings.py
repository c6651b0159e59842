"""Events in the spellings of JSCalendar 1.0, where the option takes them."""

from __future__ import annotations

import pytest

from tests.support.jmap import CalendarEvents
from tests.support.server import Server
from tests.support.servers import new_client


@pytest.fixture
def anna(tmp_path):
    server = Server(tmp_path, "jmap_jscalendar_1: yes\n")
    yield CalendarEvents(new_client(server, "anna"))
    server.close()


OLD = {
    "recurrenceRules": [{"@type": "RecurrenceRule", "frequency": "weekly", "count": 3}],
    "replyTo": {"imip": "mailto:olga@example.org"},
    "participants": {
        "o": {"@type": "Participant", "sendTo": {"imip": "mailto:olga@example.org"},
              "roles": {"owner": True, "attendee": True}},
    },
}  # fmt: skip


def test_what_is_spelled_as_before_is_shown_as_now(anna):
    id = anna.create("Weekly", **OLD)
    shown = anna.one(id)
    assert shown["recurrenceRule"]["frequency"] == "weekly"
    assert shown["organizerCalendarAddress"] == "mailto:olga@example.org"
    assert shown["participants"]["o"]["calendarAddress"] == "mailto:olga@example.org"
    assert not {"recurrenceRules", "replyTo"} & shown.keys()


def test_a_change_may_be_spelled_as_before(anna):
    id = anna.create("Weekly")
    anna.update(id, recurrenceRules=[{"@type": "RecurrenceRule", "frequency": "daily"}])
    assert anna.one(id)["recurrenceRule"]["frequency"] == "daily"
    anna.update(id, title="Daily")
    assert anna.one(id)["recurrenceRule"]["frequency"] == "daily"

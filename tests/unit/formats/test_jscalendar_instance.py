"""Instances of recurring objects and the patches that make them (RFC 8984 §4.3.5)."""

from __future__ import annotations

import pytest

from cyrpy.errors import FormatError, NotFound
from cyrpy.formats.jscalendar.instance import instance, override_of

EVENT = {
    "@type": "Event",
    "uid": "u",
    "start": "2020-01-08T09:00:00",
    "timeZone": "Europe/London",
    "duration": "PT1H30M",
    "title": "Calculus I",
    "privacy": "private",
    "locations": {"mlab": {"name": "Math lab"}},
    "participants": {"tom": {"calendarAddress": "mailto:tom@example.com"}},
    "recurrenceRule": {"frequency": "weekly"},
    "recurrenceOverrides": {
        "2020-01-07T14:00:00": {"title": "Introduction"},
        "2020-04-01T09:00:00": {"excluded": True},
        "2020-06-25T09:00:00": {
            "start": "2020-06-25T10:00:00",
            "locations/mlab/name": "Auditorium",
            "participants/tom/participationStatus": "declined",
            "participants/tom/calendarAddress": "mailto:other@example.com",
            "privacy": "public",
            "uid": "other",
            "recurrenceRule/frequency": "daily",
        },
    },
}


def test_an_instance_is_the_master_at_its_time():
    assert instance(EVENT, "2020-01-15T09:00:00") == {
        "@type": "Event",
        "uid": "u",
        "start": "2020-01-15T09:00:00",
        "timeZone": "Europe/London",
        "duration": "PT1H30M",
        "title": "Calculus I",
        "privacy": "private",
        "locations": {"mlab": {"name": "Math lab"}},
        "participants": {"tom": {"calendarAddress": "mailto:tom@example.com"}},
        "recurrenceId": "2020-01-15T09:00:00",
        "recurrenceIdTimeZone": "Europe/London",
    }


def test_an_override_changes_what_it_may_change():
    found = instance(EVENT, "2020-06-25T09:00:00")
    assert found["start"] == "2020-06-25T10:00:00"
    assert found["locations"] == {"mlab": {"name": "Auditorium"}}
    assert found["privacy"] == "private"
    assert found["uid"] == "u"
    assert found["participants"]["tom"] == {
        "calendarAddress": "mailto:tom@example.com",
        "participationStatus": "declined",
    }
    assert EVENT["locations"] == {"mlab": {"name": "Math lab"}}


def test_an_excluded_instance_is_not_there():
    with pytest.raises(NotFound):
        instance(EVENT, "2020-04-01T09:00:00")


@pytest.mark.parametrize("patch", [{"a/b/c": 1}, {"/title": 1}, [], 1])
def test_a_patch_that_leads_nowhere_is_refused(patch):
    with pytest.raises(FormatError):
        instance(EVENT | {"recurrenceOverrides": {"x": patch}}, "x")


def test_a_task_is_due_as_long_after_its_start():
    task = {"@type": "Task", "start": "2026-01-01T09:00:00", "due": "2026-01-02T10:00:00"}
    assert instance(task, "2026-01-05T09:00:00")["due"] == "2026-01-06T10:00:00"
    task.pop("start")
    assert instance(task, "2026-01-05T10:00:00")["due"] == "2026-01-05T10:00:00"


def test_what_tells_of_the_recurrence_is_not_kept_with_an_instance():
    ical = {
        "@type": "ICalComponent",
        "name": "vevent",
        "properties": [["exrule", {}, "recur", {"freq": "DAILY"}]],
        "components": [["vtimezone", [], []]],
        "convertedProperties": {"recurrenceOverrides/x": {"name": "rdate"}},
    }
    assert "iCalendar" not in instance(EVENT | {"iCalendar": ical}, "2020-01-15T09:00:00")


@pytest.mark.parametrize("rid", ["2020-01-07T14:00:00", "2020-06-25T09:00:00"])
def test_the_patch_between_two_gives_the_instance_again(rid):
    changed = instance(EVENT, rid)
    patch = override_of(EVENT, changed)
    assert instance(EVENT | {"recurrenceOverrides": {rid: patch}}, rid) == changed


def test_the_patch_is_as_small_as_it_can_be():
    changed = instance(EVENT, "2020-01-15T09:00:00")
    assert override_of(EVENT, changed) == {}
    changed["participants"] = {"tom": {**changed["participants"]["tom"], "name": "Tom"}}
    changed.pop("title")
    changed["privacy"] = "public"
    assert override_of(EVENT, changed) == {"participants/tom/name": "Tom", "title": None}


def test_a_patch_needs_to_know_of_which_instance():
    with pytest.raises(FormatError):
        override_of(EVENT, {"title": "x"})

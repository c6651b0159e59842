"""CalendarEvent/query and /queryChanges (JMAP Calendars)."""

from __future__ import annotations

import pytest

from tests.support.jmap import Calendars


@pytest.fixture
def some(anna):
    """Three events by name."""
    people = {
        "o": {"name": "Olga Owner", "calendarAddress": "mailto:olga@example.org",
              "roles": {"owner": True}},
        "g": {"name": "Gustav Gast", "calendarAddress": "mailto:gustav@example.org",
              "roles": {"required": True}},
    }  # fmt: skip
    return {
        "lunch": anna.create(
            "Mittagessen im Café",
            start="2026-01-05T12:00:00",
            description="Bring the minutes",
            locations={"a": {"name": "Große Halle"}},
        ),
        "call": anna.create(
            "Call",
            start="2026-02-05T12:00:00",
            participants=people,
            organizerCalendarAddress="mailto:olga@example.org",
            virtualLocations={"v": {"uri": "https://example.org/room", "name": "Meet"}},
        ),
        "fair": anna.create(
            "Messe 東京都",
            start="2025-12-20T00:00:00",
            timeZone=None,
            duration="P60D",
            showWithoutTime=True,
        ),
    }


@pytest.mark.parametrize(
    ("filter", "names"),
    [
        ({}, ["call", "fair", "lunch"]),
        ({"text": "mittag*"}, ["lunch"]),
        ({"text": "cafe"}, ["lunch"]),
        ({"text": "CAFÉ minutes"}, ["lunch"]),
        ({"text": '"bring the minutes"'}, ["lunch"]),
        ({"text": '"the bring"'}, []),
        ({"text": "東京"}, ["fair"]),
        ({"title": "call"}, ["call"]),
        ({"title": "minutes"}, []),
        ({"description": "minutes"}, ["lunch"]),
        ({"location": "grosse halle"}, ["lunch"]),
        ({"location": "meet"}, ["call"]),
        ({"owner": "olga"}, ["call"]),
        ({"owner": "gustav"}, []),
        ({"attendee": "gustav@example.org"}, ["call"]),
        ({"attendee": "olga"}, []),
        ({"text": "gustav"}, ["call"]),
        ({"text": "nothing of that"}, []),
        ({"after": "2026-01-05T12:59:59", "before": "2026-01-06T00:00:00"}, ["fair"]),
        ({"after": "2026-01-05T11:30:00", "before": "2026-01-06T00:00:00"}, ["fair", "lunch"]),
        ({"before": "2026-01-01T00:00:00"}, ["fair"]),
        ({"after": "2026-02-19T00:00:00"}, []),
        ({"after": "2026-02-01T00:00:00", "text": "call"}, ["call"]),
        ({"inCalendar": "Default"}, ["call", "fair", "lunch"]),
        ({"inCalendars": ["Default", "nowhere"]}, ["call", "fair", "lunch"]),
        ({"inCalendar": "nowhere"}, []),
        ({"uid": "no such"}, []),
        ({"text": None, "after": None}, ["call", "fair", "lunch"]),
        ({"operator": "NOT", "conditions": [{"text": "call"}]}, ["fair", "lunch"]),
        ({"operator": "OR", "conditions": [{"text": "call"}, {"text": "cafe"}]},
         ["call", "lunch"]),
        ({"operator": "AND", "conditions": [{"text": "call"}, {"text": "cafe"}]}, []),
        ({"operator": "AND", "conditions": []}, ["call", "fair", "lunch"]),
        ({"operator": "NOT", "conditions": [{"before": "2026-01-30T00:00:00"}]}, ["call"]),
    ],
)  # fmt: skip
def test_filters_find(anna, some, filter, names):
    names_of = {id: name for name, id in some.items()}
    assert sorted(names_of[id] for id in anna.query(filter)) == names


@pytest.mark.parametrize(
    ("property", "names"),
    [
        ("start", ["fair", "lunch", "call"]),
        ("created", ["lunch", "call", "fair"]),
        ("updated", ["lunch", "call", "fair"]),
        ("recurrenceId", ["lunch", "call", "fair"]),
    ],
)
def test_sorts_order(anna, some, property, names):
    ids = [some[name] for name in names]
    assert anna.query(sort=[{"property": property}]) == ids
    if property != "recurrenceId":
        last = anna.query(sort=[{"property": property, "isAscending": False}])
        assert sorted(last) == sorted(ids)


def test_sorts_by_uid_and_by_what_events_say_of_their_creation(anna):
    old = anna.create(uid="b", created="2001-01-01T00:00:00Z")
    new = anna.create(uid="a")
    assert anna.query(sort=[{"property": "uid"}]) == [new, old]
    assert anna.query(sort=[{"property": "created"}]) == [old, new]
    error = anna.client.fail("CalendarEvent/query", sort=[{"property": "title"}])
    assert error["type"] == "unsupportedSort"


def test_windows_of_the_results_are_cut(anna):
    ids = [anna.create(start=f"2026-01-{day:02}T10:00:00") for day in range(1, 8)]
    sort = [{"property": "start"}]
    assert anna.query(sort=sort, position=2, limit=3) == ids[2:5]
    assert anna.query(sort=sort, anchor=ids[4], anchorOffset=-1, limit=2) == ids[3:5]
    assert anna.call("query", sort=sort, calculateTotal=True, limit=0)["total"] == 7
    error = anna.client.fail("CalendarEvent/query", anchor="E0")
    assert error["type"] == "anchorNotFound"


@pytest.mark.parametrize(
    ("filter", "type"),
    [
        ({"colour": "red"}, "unsupportedFilter"),
        ({"after": "yesterday"}, "invalidArguments"),
        ({"after": 5}, "invalidArguments"),
        ({"inCalendars": "Default"}, "invalidArguments"),
        ({"operator": "XOR", "conditions": []}, "invalidArguments"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(anna, filter, type):
    assert anna.client.fail("CalendarEvent/query", filter=filter)["type"] == type


def test_what_is_changed_is_found_by_its_new_words_alone(anna):
    id = anna.create("Lunch")
    anna.update(id, title="Dinner")
    assert anna.query({"text": "lunch"}) == []
    assert anna.query({"text": "dinner"}) == [id]
    anna.destroy(id)
    assert anna.query({"text": "dinner"}) == []


def test_a_calendar_that_goes_takes_its_words_along(anna):
    other = Calendars(anna.client).create("Other")
    anna.create("Lunch", calendarIds={other: True})
    Calendars(anna.client).destroy(other, onDestroyRemoveEvents=True)
    assert anna.query({"text": "lunch"}) == []


def test_accounts_do_not_find_each_others_words(anna, bert):
    anna.create("Lunch")
    assert bert.query({"text": "lunch"}) == []


def test_changes_to_a_query_lead_to_what_it_finds(anna):
    query = {"filter": {"text": "lunch"}, "sort": [{"property": "start"}]}
    ids = [anna.create("Lunch", start=f"2026-01-0{n}T10:00:00") for n in (1, 2, 3)]
    state = anna.call("query", **query)["queryState"]
    anna.update(ids[0], title="Dinner")
    anna.update(ids[1], start="2026-01-09T10:00:00")
    new = anna.create("Lunch", start="2026-01-05T10:00:00")
    anna.create("Supper")
    answer = anna.call("queryChanges", sinceQueryState=state, **query)
    held = [id for id in ids if id not in answer["removed"]]
    for added in answer["added"]:
        held.insert(added["index"], added["id"])
    assert held == anna.call("query", **query)["ids"] == [ids[2], new, ids[1]]

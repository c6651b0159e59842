"""What finding calendar objects costs: the same in a calendar of ten and of 100,000."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator

import pytest

from cyrpy.data import event_notifications, event_query, event_settings, events
from cyrpy.data.events import EventRow
from cyrpy.data.migrate import Location, core_history, upgrade

PLANS = {
    "BY_URI": "(account_id=? AND calendar_id=? AND uri=?)",
    "BY_URIS": "(account_id=? AND calendar_id=? AND uri=?)",
    "BY_IDS": "(account_id=? AND id=?)",
    "STORED_BY_IDS": "(account_id=? AND id=?)",
    "OCTETS": "(account_id=? AND id=?)",
    "RENDERINGS": "(account_id=? AND id=?)",
    "WITH_UID": "(account_id=? AND uid=?)",
    "WITH_UIDS": "(account_id=? AND uid=?)",
    "PAGE_OF": "(account_id=? AND calendar_id=? AND id>?)",
    "STORED_PAGE_OF": "(account_id=? AND calendar_id=? AND id>?)",
    "DELETE": "(account_id=? AND id=?)",
    "REPLACE": "(account_id=? AND id=?)",
}
DAY = 86_400


def plan(connection: sqlite3.Connection, sql: str) -> list[str]:
    names = re.findall(r":(\w+)", sql)
    steps = connection.execute(f"EXPLAIN QUERY PLAN {sql}", dict.fromkeys(names, "[]"))
    return [step[3] for step in steps]


@pytest.fixture(scope="module")
def connection(tmp_path_factory) -> Iterator[sqlite3.Connection]:
    """Account 1 has calendar 1 with ten objects and calendar 2 with 100,000."""
    path = tmp_path_factory.mktemp("plans") / "cyrpy.db"
    upgrade(Location(file=path), [core_history()])
    opened = sqlite3.connect(path)
    opened.execute("PRAGMA foreign_keys = OFF")
    opened.executemany(events.INSERT.on("sqlite").sql, _rows())
    opened.commit()
    yield opened
    opened.close()


def _rows() -> Iterator[dict[str, object]]:
    for number in range(100_010):
        day = number % 10_000 * DAY
        is_long = number % 100 == 99
        row = EventRow(
            1, number, 1 if number < 10 else 2, f"{number}.ics", f"uid-{number}", "VEVENT", "e",
            None, 9, 0, 0, 0, day, day + (DAY * 90 if is_long else 3600), int(is_long), 1, 0,
            0, 0, day, 0, 0, 1, 1, None, 0,
        )  # fmt: skip
        yield {**row._asdict(), "icalendar": b"BEGIN:...", "jscalendar": None}


@pytest.mark.parametrize("name", PLANS)
def test_statements_use_their_indices(connection, name):
    steps = plan(connection, getattr(events, name).on("sqlite").sql)
    found = [step for step in steps if "calendar_objects" in step]
    assert len(found) == 1
    assert found[0].startswith("SEARCH calendar_objects USING INDEX")
    assert found[0].endswith(PLANS[name])


def test_time_ranges_are_answered_by_the_three_indices_alone(connection):
    steps = plan(connection, events.IN_RANGE.on("sqlite").sql)
    found = [step for step in steps if "calendar_objects" in step]
    place = "(account_id=? AND calendar_id=? AND"
    assert found == [
        "SEARCH calendar_objects USING COVERING INDEX ix_calendar_objects_short "
        f"{place} starts_at>? AND starts_at<?)",
        f"SEARCH calendar_objects USING COVERING INDEX ix_calendar_objects_long {place} ends_at>?)",
        "SEARCH calendar_objects USING COVERING INDEX ix_calendar_objects_phase "
        f"{place} phase=? AND starts_at<?)",
    ]


@pytest.mark.parametrize("query", [event_settings.PATCHES, event_settings.DELETE])
def test_settings_are_found_by_their_key(connection, query):
    steps = plan(connection, query.on("sqlite").sql)
    assert any("USING PRIMARY KEY (account_id=? AND object_id=?" in step for step in steps)


def cost(connection: sqlite3.Connection, query: object, **parameters: object) -> int:
    """How many hundred instructions of the database's machine a statement takes."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    compiled = query.on("sqlite")
    given = {
        name: json.dumps(value) if isinstance(value, list) else value
        for name, value in {**compiled.constants, "account_id": 1, "most": 2, **parameters}.items()
    }
    connection.set_progress_handler(tick, 100)
    rows = connection.execute(compiled.sql, given).fetchall()
    connection.set_progress_handler(None, 100)
    assert rows
    return count


@pytest.mark.parametrize(
    ("query", "small", "large"),
    [
        (events.BY_URI, {"uri": "5.ics"}, {"uri": "50000.ics"}),
        (events.BY_URIS, {"uris": ["5.ics", "6.ics"]}, {"uris": ["50000.ics", "60000.ics"]}),
        (events.BY_IDS, {"ids": [5, 6]}, {"ids": [50_000, 60_000]}),
        (events.OCTETS, {"ids": [5, 6]}, {"ids": [50_000, 60_000]}),
        (events.WITH_UID, {"uid": "uid-5"}, {"uid": "uid-50000"}),
        (events.PAGE_OF, {"after": 4, "count": 5}, {"after": 50_000, "count": 5}),
    ],
)
def test_one_object_costs_the_same_anywhere(connection, query, small, large):
    costs = [
        cost(connection, query, calendar_id=calendar, **given)
        for calendar, given in ((1, small), (2, large))
    ]
    assert costs[1] <= costs[0] + 1


def test_a_week_costs_what_is_in_it(connection):
    week = {"start": 5000 * DAY, "end": 5007 * DAY, "lower": (5000 - 31) * DAY, "phases": [0]}
    taken = cost(connection, events.IN_RANGE, calendars=[2], **week)
    # Ten objects begin on each day, of which some are looked at that began in the month before.
    assert taken < 60


QUERIES = {
    "IN_CALENDARS": "(account_id=? AND calendar_id=?)",
    "ALONE": "(account_id=? AND calendar_id=?)",
    "FOUND": "(account_id=? AND id=?)",
    "WHOLE": "(account_id=? AND id=?)",
    "WITH_UID": "(account_id=? AND uid=?)",
}


@pytest.mark.parametrize("name", QUERIES)
def test_what_jmap_asks_uses_indices(connection, name):
    steps = plan(connection, getattr(event_query, name).on("sqlite").sql)
    (found,) = [step for step in steps if "calendar_objects" in step]
    assert found.startswith("SEARCH calendar_objects USING")
    assert found.endswith(QUERIES[name])
    if name == "IN_CALENDARS":
        assert "COVERING INDEX" in found


def test_notifications_are_found_by_their_index(connection):
    for query in (event_notifications.ABOUT, event_notifications.COUNT):
        steps = plan(connection, query.on("sqlite").sql)
        assert any("(account_id=? AND principal_id=?" in step for step in steps), steps

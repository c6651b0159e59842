"""Calendar objects below the protocols: imports, drafts, meetings, what sharees set, renderings."""

from __future__ import annotations

import orjson
import pytest

from cyrpy.config import CoreSettings
from cyrpy.data.changes import state
from cyrpy.data.eventids import KIND
from cyrpy.data.principals import PrincipalRow
from cyrpy.data.unit import Unit
from cyrpy.errors import Forbidden
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.spans import Window
from cyrpy.groupware import calendars, events
from cyrpy.groupware.access import Actor
from cyrpy.groupware.calendars import CalendarView
from cyrpy.groupware.events import LimitExceeded, Limits, Target, Way
from cyrpy.groupware.principals import NewPrincipal, create
from cyrpy.groupware.provision import Folders
from cyrpy.groupware.userids import UserIds
from tests.support.events import event, todo
from tests.support.icalendar import at, octets

SETTINGS = CoreSettings(defaultdomain="localhost")


@pytest.fixture
def anna(database) -> PrincipalRow:
    return add(database, "anna")


@pytest.fixture
def bert(database) -> PrincipalRow:
    return add(database, "bert")


def add(database, name: str) -> PrincipalRow:
    userids, folders = UserIds.of(SETTINGS), Folders.of(SETTINGS)
    return database.write(lambda unit: create(unit, userids, folders, NewPrincipal(name)))


def actor(who: PrincipalRow) -> Actor:
    return Actor(who.id, frozenset({who.id}))


def calendar(unit: Unit, owner: PrincipalRow, who: PrincipalRow | None = None) -> CalendarView:
    return calendars.find(unit, owner.id, actor(who or owner), "Default")


def put(database, owner: PrincipalRow, name: str, body: bytes, **more) -> events.Written:
    def work(unit: Unit) -> events.Written:
        view = calendar(unit, owner)
        target = Target(view, name, events.find(unit, view, name))
        return events.put(unit, actor(owner), target, events.prepare(body), Way(**more))

    return database.write(work, [owner.id])


def share(database, owner: PrincipalRow, to: PrincipalRow, letters: str) -> None:
    database.write(lambda u: calendars.set_shares(u, calendar(u, owner), {to.id: letters}))


FILE = octets(
    "VTIMEZONE\nTZID:A",
    "VTIMEZONE\nTZID:B",
    "VEVENT\nUID:one\nDTSTART;TZID=A:20260105T100000\nRRULE:FREQ=DAILY;COUNT=2",
    "VEVENT\nUID:two\nDTSTART:20260105T100000Z",
    "VEVENT\nUID:one\nRECURRENCE-ID;TZID=A:20260106T100000\nDTSTART:20260106T120000Z",
    "VTODO\nSUMMARY:without UID",
)


def test_a_file_holds_an_object_for_each_uid():
    found = list(events.objects_in(parse(FILE)))
    assert [[c.name for c in one.components] for one in found] == [
        ["VTIMEZONE", "VEVENT", "VEVENT"],
        ["VEVENT"],
        ["VTODO"],
    ]
    (again,) = [one for one in events.objects_in(parse(FILE)) if one.named("VTODO")]
    assert again.components[0].value("UID") == found[2].components[0].value("UID")


def test_a_second_import_updates(database, anna):
    def run(count: int) -> events.Imported:
        objects = (events.prepare(event(f"u{n}", f"SUMMARY:{count}")) for n in range(count))
        return events.put_all(
            database, anna.id, lambda unit: (actor(anna), calendar(unit, anna)), objects
        )

    assert run(150) == (150, 0, ())
    assert run(151) == (1, 150, ())


def test_an_import_tells_what_it_refused(database, anna):
    objects = [events.prepare(octets("VPOLL\nUID:x")), events.prepare(event("y"))]
    done = events.put_all(
        database, anna.id, lambda unit: (actor(anna), calendar(unit, anna)), objects
    )
    assert (done.created, [uid for uid, _ in done.refused]) == (1, ["x"])


def test_a_draft_stays_a_draft_until_told_otherwise(database, anna):
    assert put(database, anna, "a.ics", event(), is_draft=True).row.is_draft
    assert put(database, anna, "a.ics", event("one", "SUMMARY:x")).row.is_draft
    assert not put(database, anna, "a.ics", event("one", "SUMMARY:x"), is_draft=False).row.is_draft


MEETING = (
    "ORGANIZER:mailto:anna@localhost",
    "ATTENDEE:mailto:anna@localhost",
    "ATTENDEE:mailto:x@example.org",
    "DTSTART:20991231T100000Z",
)


def test_a_meeting_is_in_an_account_once(database, anna):
    put(database, anna, "a.ics", event("one", *MEETING))

    def twice(unit: Unit) -> None:
        row = calendars.create(unit, anna.id, {"name": "other"})
        view = calendars.find(unit, anna.id, actor(anna), row.wire_id)
        events.put(unit, actor(anna), Target(view, "b.ics"), events.prepare(body))

    body = event("one", *MEETING)
    with pytest.raises(events.ScheduledTwice, match="has this meeting already"):
        database.write(twice)
    body = event("one")
    database.write(twice)


def test_a_schedule_tag_stays_where_only_an_answer_changed(database, bert):
    invited = event(
        "one",
        "ORGANIZER:mailto:x@example.org",
        "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:bert@localhost",
        "DTSTART:20991231T100000Z",
    )
    first = put(database, bert, "a.ics", invited).row.schedule_tag
    accepted = invited.replace(b"NEEDS-ACTION", b"ACCEPTED")
    assert first is not None
    assert put(database, bert, "a.ics", accepted).row.schedule_tag == first
    changed = accepted.replace(b"END:VEVENT", b"TRANSP:TRANSPARENT\r\nEND:VEVENT")
    assert put(database, bert, "a.ics", changed).row.schedule_tag != first


class TestPersonal:
    """What sharees set for themselves."""

    def seen(self, unit: Unit, anna: PrincipalRow, who: PrincipalRow, id: str) -> events.Seen:
        return events.of_ids(unit, anna.id, actor(who), [id])[id]

    def set(self, database, anna, who, id: str, patch: bytes) -> None:
        database.write(
            lambda u: events.set_personal(u, self.seen(u, anna, who, id), actor(who), patch)
        )

    def test_it_is_ones_own_and_so_is_the_change(self, database, anna, bert):
        share(database, anna, bert, "lr5")
        number = put(database, anna, "a.ics", event()).row.id
        with database.read() as unit:
            before = str(state(unit, anna.id, KIND))
        self.set(database, anna, bert, f"E{number}", b'{"color":"red"}')
        with database.read() as unit:
            mine = events.personal(unit, anna.id, actor(bert), [number])
            hers = events.personal(unit, anna.id, actor(anna), [number])
            told = events.event_changes_since(unit, anna.id, actor(bert), before)
            owner_told = events.event_changes_since(unit, anna.id, actor(anna), before)
        assert (mine, hers) == ({number: b'{"color":"red"}'}, {})
        assert (told.updated, owner_told.updated) == ([f"E{number}"], [])

    def test_it_goes_with_the_event(self, database, anna, bert):
        share(database, anna, bert, "lr5")
        number = put(database, anna, "a.ics", event()).row.id
        self.set(database, anna, bert, f"E{number}", b"{}")

        def delete(unit: Unit) -> None:
            view = calendar(unit, anna)
            events.delete(unit, actor(anna), view, events.find(unit, view, "a.ics"))

        database.write(delete)
        with database.read() as unit:
            assert events.personal(unit, anna.id, actor(bert), [number]) == {}

    @pytest.mark.parametrize(
        ("letters", "line"), [("lr", "CLASS:PUBLIC"), ("lr5", "CLASS:PRIVATE")]
    )
    def test_it_needs_the_right_and_nothing_private(self, database, anna, bert, letters, line):
        share(database, anna, bert, letters)
        number = put(database, anna, "a.ics", event("one", line)).row.id
        with pytest.raises(Forbidden):
            self.set(database, anna, bert, f"E{number}", b"{}")


def test_others_see_by_ids_what_they_may(database, anna, bert):
    share(database, anna, bert, "lr")
    numbers = {
        line: put(database, anna, f"{line}.ics", event(line, f"CLASS:{line}")).row.id
        for line in ("PUBLIC", "PRIVATE", "CONFIDENTIAL")
    }
    ids = [f"E{number}" for number in numbers.values()]
    with database.read() as unit:
        found = events.of_ids(unit, anna.id, actor(bert), [*ids, "E0", "E99999", "x", "E1-x"])
        assert set(events.of_ids(unit, anna.id, actor(anna), ids)) == set(ids)
    assert {id: seen.is_veiled for id, seen in found.items()} == {
        f"E{numbers['PUBLIC']}": False,
        f"E{numbers['PRIVATE']}": True,
    }


def test_single_instances_are_events_of_their_own(database, anna):
    parts = [f"VEVENT\nUID:one\nRECURRENCE-ID:2026010{n}T100000Z\n"
             f"DTSTART:2026010{n}T100000Z\nSUMMARY:{n}" for n in (5, 6)]  # fmt: skip
    number = put(database, anna, "a.ics", octets(*parts)).row.id
    ids = [f"E{number}-20260105T100000Z", f"E{number}-20260106T100000Z"]
    with database.read() as unit:
        assert set(events.of_ids(unit, anna.id, actor(anna), [*ids, f"E{number}"])) == set(ids)
        found = orjson.loads(events.rendered(unit, anna.id, [number])[number])
    assert {key: value["title"] for key, value in found.items()} == {
        "20260105T100000Z": "5",
        "20260106T100000Z": "6",
    }


def test_what_is_stored_is_rendered(database, anna):
    number = put(database, anna, "a.ics", event("one", "SUMMARY:Lunch")).row.id
    with database.read() as unit:
        (json,) = events.rendered(unit, anna.id, [number]).values()
    assert orjson.loads(json)["title"] == "Lunch"


RANGES = {
    "short": (event("one", "DTSTART:20260105T100000Z", "DURATION:PT1H"), True),
    "before": (event("one", "DTSTART:20260101T100000Z", "DURATION:PT1H"), False),
    "after": (event("one", "DTSTART:20260201T100000Z", "DURATION:PT1H"), False),
    "long": (event("one", "DTSTART:20250101T100000Z", "DTEND:20270101T100000Z"), True),
    "for ever": (event("one", "DTSTART:20250101T100000Z", "RRULE:FREQ=DAILY"), True),
    "no more": (event("one", "DTSTART:20250101T100000Z", "RRULE:FREQ=DAILY;COUNT=3"), False),
    "a day somewhere": (event("one", "DTSTART;VALUE=DATE:20260104"), True),
    "floating": (event("one", "DTSTART:20260107T120000"), True),
    "without dates": (todo(), True),
    "month and a day": (event("one", "DTSTART:20251205T100000Z", "DURATION:P32D"), True),
    "a month": (event("one", "DTSTART:20251206T100000Z", "DURATION:P31D"), True),
}


@pytest.mark.parametrize(("body", "is_there"), RANGES.values(), ids=RANGES)
def test_a_time_range_finds_what_may_overlap_it(database, anna, body, is_there):
    put(database, anna, "a.ics", body)
    window = Window(at("2026-01-05 00:00"), at("2026-01-07 00:00"))
    with database.read() as unit:
        found = [stored.octets for stored in events.in_range(unit, [calendar(unit, anna)], window)]
    assert found == ([body] if is_there else [])


@pytest.mark.parametrize(
    ("limits", "condition"),
    [
        (Limits(min_date_time=at("2026-01-06 00:00")), "min-date-time"),
        (Limits(max_date_time=at("2026-01-04 00:00")), "max-date-time"),
        (Limits(max_size=100), "max-resource-size"),
        (Limits(max_instances=9), "max-instances"),
        (Limits(max_attendees=1), "max-attendees-per-instance"),
    ],
)
def test_limits_are_kept(limits, condition):
    lines = ("RRULE:FREQ=DAILY;COUNT=10", "ATTENDEE:mailto:a@b.c", "ATTENDEE:mailto:b@b.c")
    body = event("one", "DTSTART:20260105T100000Z", *lines)
    with pytest.raises(LimitExceeded) as refused:
        events.prepare(body, limits)
    assert refused.value.precondition == condition
    events.prepare(body, Limits(max_instances=10, max_attendees=2))


def test_others_see_of_a_private_event_when_it_is():
    event = {
        "@type": "Event",
        "uid": "one",
        "title": "Secret",
        "start": "2026-01-05T10:00:00",
        "recurrenceRule": {"frequency": "daily"},
        "recurrenceOverrides": {
            "2026-01-06T10:00:00": {"title": "More", "start": "2026-01-06T11:00:00"},
            "2026-01-07T10:00:00": {"locations/1/name": "Here"},
            "2026-01-08T10:00:00": {"excluded": True},
        },
    }
    assert events.veiled(event) == {
        "@type": "Event",
        "uid": "one",
        "start": "2026-01-05T10:00:00",
        "recurrenceRule": {"frequency": "daily"},
        "recurrenceOverrides": {
            "2026-01-06T10:00:00": {"start": "2026-01-06T11:00:00"},
            "2026-01-07T10:00:00": {},
            "2026-01-08T10:00:00": {"excluded": True},
        },
        "privacy": "private",
    }

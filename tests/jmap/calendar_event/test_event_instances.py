"""Single instances of recurring events, by synthetic ids (JMAP Calendars, "Recurring events")."""

from __future__ import annotations

from tests.jmap.calendar_event.dav import event, get, put

JANUARY = {"after": "2026-01-01T00:00:00", "before": "2026-02-01T00:00:00"}
WEEKLY = {"@type": "RecurrenceRule", "frequency": "weekly", "count": 4}


def instances(events, **more):
    return events.query({**JANUARY, **more}, expandRecurrences=True)


def series(events, **properties):
    return events.create("Weekly", recurrenceRule=WEEKLY, **properties)


def test_each_instance_has_an_id_that_get_knows(anna):
    base = series(anna)
    ids = instances(anna)
    names = ["start", "recurrenceId", "baseEventId", "recurrenceRule", "recurrenceOverrides"]
    shown = anna.show(*ids, properties=names)
    assert [one["start"][:10] for one in shown] == [
        "2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26",
    ]  # fmt: skip
    for one in shown:
        assert one["recurrenceId"] == one["start"]
        assert one["baseEventId"] == base
        assert one["recurrenceRule"] is None
        assert one["recurrenceOverrides"] is None


def test_the_same_query_again_finds_the_same_and_then_what_has_changed(anna):
    base = series(anna)
    first = instances(anna)
    assert instances(anna) == first
    assert len(instances(anna, before="2026-01-14T00:00:00")) == 2
    anna.update(base, recurrenceRule={**WEEKLY, "count": 2})
    assert instances(anna) == first[:2]
    anna.destroy(first[1])
    assert instances(anna) == first[:1]


def test_floating_times_are_read_where_each_query_says(anna):
    series(anna, timeZone=None, start="2026-01-05T01:00:00")
    span = {"after": "2026-01-05T00:00:00", "before": "2026-01-05T12:00:00"}
    for zone in ("Asia/Tokyo", "America/New_York", "Asia/Tokyo"):
        found = anna.query(span, expandRecurrences=True, timeZone=zone)
        assert [id[-15:] for id in found] == ["20260105T010000"]


def test_a_change_of_an_instance_is_an_override(anna):
    base = series(anna)
    second = instances(anna)[1]
    anna.update(second, title="Special", start="2026-01-12T15:00:00", **{"keywords/x": True})
    assert anna.one(base)["recurrenceOverrides"] == {
        "2026-01-12T10:00:00": {
            "title": "Special",
            "start": "2026-01-12T15:00:00",
            "keywords": {"x": True},
        }
    }
    shown = anna.one(second)
    assert (shown["title"], shown["start"]) == ("Special", "2026-01-12T15:00:00")
    assert shown["recurrenceId"] == "2026-01-12T10:00:00"


def test_a_change_back_leaves_no_override(anna):
    base = series(anna)
    second = instances(anna)[1]
    anna.update(second, title="Special")
    anna.update(second, title="Weekly")
    assert "recurrenceOverrides" not in anna.one(base)


def test_an_instance_that_is_destroyed_is_excluded(anna):
    base = series(anna)
    ids = instances(anna)
    anna.destroy(ids[2])
    assert anna.one(base)["recurrenceOverrides"] == {"2026-01-19T10:00:00": {"excluded": True}}
    assert instances(anna) == [ids[0], ids[1], ids[3]]
    assert anna.call("get", ids=[ids[2]])["notFound"] == [ids[2]]
    assert anna.refused_destroy(ids[2])["type"] == "notFound"
    assert anna.refused_update(ids[2], title="x")["type"] == "notFound"


def test_an_added_instance_that_is_destroyed_is_just_gone(anna):
    base = series(anna, recurrenceOverrides={"2026-01-06T08:00:00": {"title": "More"}})
    added = next(id for id in instances(anna) if id.endswith("20260106T080000"))
    assert anna.one(added)["title"] == "More"
    anna.destroy(added)
    assert "recurrenceOverrides" not in anna.one(base)


def test_what_an_instance_cannot_have_is_refused(anna):
    series(anna)
    id = instances(anna)[0]
    for name, value in (
        ("recurrenceRule", WEEKLY),
        ("calendarIds", {"x": True}),
        ("isDraft", True),
        ("uid", "other"),
        ("recurrenceId", "2026-01-06T10:00:00"),
    ):
        assert anna.refused_update(id, **{name: value})["properties"] == [name], name


def test_instances_are_in_no_changes(anna):
    base = series(anna)
    state = anna.state()
    first, second = instances(anna)[:2]
    anna.set(update={first: {"title": "x"}}, destroy=[second])
    assert anna.changes(state) == {"created": [], "updated": [base], "destroyed": []}


def test_an_instance_keeps_its_id_when_it_moves(anna):
    series(anna)
    before = instances(anna)
    anna.update(before[0], start="2026-01-30T10:00:00")
    after = instances(anna)
    assert after == [*before[1:], before[0]]


def test_recurrences_follow_the_clock_of_their_zone(anna):
    rule = {"frequency": "daily", "count": 5}
    anna.create(start="2026-03-27T10:00:00", recurrenceRule=rule)
    span = {"after": "2026-03-01T00:00:00", "before": "2026-04-30T00:00:00"}
    ids = anna.query(span, expandRecurrences=True)
    shown = anna.show(*ids, properties=["utcStart"])
    assert [one["utcStart"][8:13] for one in shown] == ["27T09", "28T09", "29T08", "30T08", "31T08"]


def test_days_are_those_of_the_zone_that_is_asked_for(anna):
    anna.create(start="2026-01-05T00:00:00", timeZone=None, duration="P1D", showWithoutTime=True)
    span = {"after": "2026-01-05T23:00:00", "before": "2026-01-05T23:30:00"}
    assert len(anna.query(span, expandRecurrences=True, timeZone="Asia/Tokyo")) == 1
    assert len(anna.query(span, timeZone="Asia/Tokyo")) == 1
    later = {"after": "2026-01-06T00:00:00", "before": "2026-01-06T00:30:00"}
    assert anna.query(later, expandRecurrences=True, timeZone="Asia/Tokyo") == []


def test_all_conditions_hold_for_the_same_instance(anna):
    series(anna, recurrenceOverrides={"2026-01-12T10:00:00": {"title": "Special"}})
    found = instances(anna, title="special")
    assert [id[-15:] for id in found] == ["20260112T100000"]
    assert len(instances(anna, title="weekly")) == 3
    late = {"after": "2026-01-13T00:00:00", "before": "2026-02-01T00:00:00", "title": "special"}
    assert anna.query(late, expandRecurrences=True) == []
    assert len(anna.query(late)) == 1


def test_expansion_needs_a_span_that_is_not_too_long(anna):
    def fail(filter):
        return anna.client.fail("CalendarEvent/query", filter=filter, expandRecurrences=True)

    for filter in (None, {}, {"after": "2026-01-01T00:00:00"}):
        assert fail(filter)["type"] == "unsupportedFilter"
    assert fail({"operator": "AND", "conditions": [JANUARY]})["type"] == "unsupportedFilter"
    long = {"after": "2026-01-01T00:00:00", "before": "2027-06-01T00:00:00"}
    assert fail(long)["type"] == "expandDurationTooLarge"


def test_changes_to_an_expansion_are_not_calculated(anna):
    query = {"filter": JANUARY, "expandRecurrences": True}
    answer = anna.call("query", **query)
    assert answer["canCalculateChanges"] is False
    error = anna.client.fail(
        "CalendarEvent/queryChanges", sinceQueryState=answer["queryState"], **query
    )
    assert error["type"] == "cannotCalculateChanges"


def test_a_hostile_recurrence_ends(anna):
    anna.create(recurrenceRule={"frequency": "secondly"})
    error = anna.client.fail("CalendarEvent/query", filter=JANUARY, expandRecurrences=True)
    assert error["type"] == "cannotCalculateOccurrences"


def test_single_instances_give_way_to_the_whole_event(anna):
    part = (
        "VEVENT\nUID:one\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID:20260112T090000Z\n"
        "DTSTART:20260112T100000Z\nSUMMARY:one"
    )
    put(anna, "a.ics", event(parts=[part]))
    (alone,) = anna.all()
    assert instances(anna) == [alone]
    state = anna.state()
    answer = anna.set(
        create={"k": anna.event("whole", uid="one", recurrenceRule=WEEKLY)}, destroy=[alone]
    )
    whole = answer["created"]["k"]["id"]
    assert answer["destroyed"] == [alone]
    assert list(anna.all()) == [whole]
    assert anna.changes(state) == {"created": [whole], "updated": [], "destroyed": [alone]}
    assert get(anna, "a.ics").count("BEGIN:VEVENT") == 1


def test_one_of_several_single_instances_goes_alone(anna):
    parts = [
        f"VEVENT\nUID:one\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID:2026010{n}T100000Z\n"
        f"DTSTART:2026010{n}T110000Z\nSUMMARY:{n}"
        for n in (5, 6)
    ]
    put(anna, "a.ics", event(parts=parts))
    first, second = sorted(anna.all())
    anna.update(first, title="first")
    anna.destroy(second)
    assert {id: one["title"] for id, one in anna.all().items()} == {first: "first"}
    added = anna.event("third", uid="one", recurrenceId="2026-01-07T10:00:00",
                       recurrenceIdTimeZone="Etc/UTC")  # fmt: skip
    answer = anna.set(create={"k": added})
    assert answer["created"], answer
    assert sorted(anna.all()) == sorted([first, answer["created"]["k"]["id"]])

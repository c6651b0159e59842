"""What is wrong with objects that clients send."""

from __future__ import annotations

import pytest

from cyrpy.formats.jscalendar import schema

EVENT = {
    "@type": "Event",
    "uid": "u",
    "updated": "2026-01-01T00:00:00Z",
    "start": "2026-03-02T09:00:00",
    "timeZone": "Europe/Vienna",
    "participants": {"p": {"calendarAddress": "mailto:p@example.com"}},
}
TASK = {"@type": "Task", "uid": "u", "updated": "2026-01-01T00:00:00Z"}


def paths(event: object, kind: str = "Event", also: frozenset[str] = frozenset()) -> list[str]:
    return [problem.path for problem in schema.problems(event, kind, also)]


RIGHT = [
    {},
    {"showWithoutTime": True, "duration": "P1W2DT3H4M5S", "endTimeZone": "Asia/Tokyo"},
    {"example.com:foo": {"any": [None, 1]}, "futureProperty": 1},
    {"kind": 1},
    {"participants": {"p": {"calendarAddress": "urn:x", "kind": "example.com:robot"}}},
    {"participants": {"p": {"name": "no address", "description": "d"}}},
    {"alerts": {"a": {"trigger": {"offset": "+PT0S"}}}},
    {"alerts": {"a": {"trigger": {"@type": "Moon", "phase": 1}}}},
    {"links": {"l": {"blobId": "B1", "rel": "enclosure"}}},
    {"locations": {"l": {"name": "x"}}, "mainLocationId": "l"},
    {"recurrenceRule": {"frequency": "yearly", "byDay": [{"day": "mo", "nthOfPeriod": -1}]}},
    {"recurrenceRule": {"frequency": "yearly", "rscale": "hebrew", "byMonth": ["5L"]}},
    {"recurrenceOverrides": {"2026-03-09T09:00:00": {}}},
    {"recurrenceOverrides": {"2026-03-09T09:00:00": {"participants/p/name": "x"}}},
    {"recurrenceOverrides": {"2026-03-09T09:00:00": {"uid": 5, "recurrenceRule/x": 5}}},
    {"recurrenceOverrides": {"2026-03-09T09:00:00": {"title": None, "timeZone": None}}},
    {"color": "#FFA07A"},
    {"relatedTo": {"x": {"relation": {"parent": True}}}},
]


@pytest.mark.parametrize("more", RIGHT, ids=str)
def test_accepts_what_is_right(more):
    assert schema.problems(EVENT | more) == []


WRONG = [
    ({"uid": ""}, "uid"),
    ({"updated": "2026-01-01T00:00:00.5Z"}, "updated"),
    ({"created": "2026-13-01T00:00:00Z"}, "created"),
    ({"start": "2026-03-02T09:00:00Z"}, "start"),
    ({"duration": "PT1H30S"}, "duration"),
    ({"duration": "-PT1H"}, "duration"),
    ({"duration": "P"}, "duration"),
    ({"timeZone": "Mars/Olympus"}, "timeZone"),
    ({"timeZone": None}, "timeZone"),
    ({"title": 5}, "title"),
    ({"title": "x" * 300_000}, "title"),
    ({"priority": 10}, "priority"),
    ({"priority": True}, "priority"),
    ({"sequence": -1}, "sequence"),
    ({"privacy": "Private"}, "privacy"),
    ({"status": "maybe"}, "status"),
    ({"color": "bluish"}, "color"),
    ({"locale": "not a tag"}, "locale"),
    ({"keywords": {"a": False}}, "keywords/a"),
    ({"keywords": ["a"]}, "keywords"),
    ({"categories": {"no uri": True}}, "categories/no uri"),
    ({"Title": "x"}, "Title"),
    ({"bad name": 1}, "bad name"),
    ({"extra": 1}, "extra"),
    ({"recurrenceRules": []}, "recurrenceRules"),
    ({"replyTo": {}}, "replyTo"),
    ({"due": "2026-01-01T00:00:00"}, "due"),
    ({"@type": "Task"}, "@type"),
    ({"version": "1.0"}, "version"),
    ({"mainLocationId": "x"}, "mainLocationId"),
    ({"locations": {"l": {}}}, "locations/l"),
    ({"locations": {"no id!": {"name": "x"}}}, "locations/no id!"),
    ({"locations": {"l": {"coordinates": "48,16"}}}, "locations/l/coordinates"),
    ({"locations": {"l": {"description": "x"}}}, "locations/l/description"),
    ({"virtualLocations": {"v": {"name": "x"}}}, "virtualLocations/v/uri"),
    (
        {"virtualLocations": {"v": {"uri": "x:", "features": {"tv": True}}}},
        "virtualLocations/v/features/tv",
    ),
    ({"links": {"l": {"title": "x"}}}, "links/l/href"),
    ({"links": {"l": {"href": "x:", "size": 1.5}}}, "links/l/size"),
    ({"links": {"l": "x"}}, "links/l"),
    ({"participants": {"p": {"roles": {"owner": True}}}}, "participants/p/calendarAddress"),
    (
        {"participants": {"p": {"calendarAddress": "x:y", "roles": {"boss": True}}}},
        "participants/p/roles/boss",
    ),
    ({"participants": {"p": {"calendarAddress": "x:y", "roles": {}}}}, "participants/p/roles"),
    ({"participants": {"p": {"calendarAddress": "x:y", "sendTo": {}}}}, "participants/p/sendTo"),
    (
        {"participants": {"p": {"calendarAddress": "x:y", "email": "nobody"}}},
        "participants/p/email",
    ),
    ({"participants": {"p": {"calendarAddress": "x:y", "progress": "failed"}}}, "participants"),
    ({"alerts": {"a": {}}}, "alerts/a/trigger"),
    ({"alerts": {"a": {"trigger": {}}}}, "alerts/a/trigger/offset"),
    ({"alerts": {"a": {"trigger": {"@type": "AbsoluteTrigger"}}}}, "alerts/a/trigger/when"),
    (
        {"alerts": {"a": {"trigger": {"offset": "PT1H", "relativeTo": "due"}}}},
        "alerts/a/trigger/relativeTo",
    ),
    ({"recurrenceRule": {}}, "recurrenceRule/frequency"),
    ({"recurrenceRule": {"frequency": "daily", "interval": 0}}, "recurrenceRule/interval"),
    ({"recurrenceRule": {"frequency": "daily", "byMonth": [1]}}, "recurrenceRule/byMonth/0"),
    ({"recurrenceRule": {"frequency": "daily", "byHour": []}}, "recurrenceRule/byHour"),
    (
        {"recurrenceRule": {"frequency": "daily", "byDay": [{"day": "MO"}]}},
        "recurrenceRule/byDay/0/day",
    ),
    (
        {"recurrenceRule": {"frequency": "daily", "count": 1, "until": "2026-01-01T00:00:00"}},
        "recurrenceRule/count",
    ),
    ({"recurrenceIdTimeZone": "Etc/UTC"}, "recurrenceIdTimeZone"),
    (
        {"recurrenceId": "2026-01-01T00:00:00", "recurrenceRule": {"frequency": "daily"}},
        "recurrenceRule",
    ),
    ({"recurrenceOverrides": {"tomorrow": {}}}, "recurrenceOverrides/tomorrow"),
    ({"recurrenceOverrides": []}, "recurrenceOverrides"),
    ({"iCalendar": {"properties": []}}, "iCalendar"),
]


@pytest.mark.parametrize(("more", "path"), WRONG, ids=[path for _, path in WRONG])
def test_names_what_is_wrong(more, path):
    assert paths(EVENT | more) == [path]


RID = "2026-03-09T09:00:00"
PATCHES = [
    ({"excluded": True, "title": "x"}, ""),
    ({"excluded": False}, ""),
    ({"title": 5}, "/title"),
    ({"start": None}, "/start"),
    ({"participants/p/roles": {"boss": True}}, "/participants/p/roles/boss"),
    ({"participants/x/name": "y"}, ""),
    ({"/title": "x"}, "//title"),
    ({"locations": {}, "locations/l/name": "x"}, "/locations/l/name"),
    ({"keywords": {"a": 1}}, "/keywords/a"),
]


@pytest.mark.parametrize(("patch", "end"), PATCHES, ids=[str(p)[:40] for p, _ in PATCHES])
def test_names_what_is_wrong_in_a_patch(patch, end):
    found = paths(EVENT | {"recurrenceOverrides": {RID: patch}})
    assert found == [f"recurrenceOverrides/{RID}{end}"]


def test_names_all_that_is_wrong():
    assert sorted(paths({"@type": "Event", "title": 1, "priority": "x"})) == [
        "priority",
        "start",
        "title",
        "uid",
        "updated",
    ]


def test_tells_what_replaces_a_property_of_1_0():
    (problem,) = schema.problems(EVENT | {"recurrenceRules": []})
    assert "use recurrenceRule" in problem.description


def test_leaves_to_the_protocol_what_is_its_own():
    assert paths(EVENT | {"calendarIds": 5}) == []
    event = {name: value for name, value in EVENT.items() if name != "updated"}
    assert paths(event | {"Id": 1}, also=frozenset({"Id", "updated"})) == []


def test_judges_tasks_and_groups():
    assert paths(TASK, "Task") == []
    assert paths(TASK | {"timeZone": "Etc/UTC"}, "Task") == ["start"]
    assert paths(TASK | {"recurrenceRule": {"frequency": "daily"}}, "Task") == ["start"]
    assert paths(TASK | {"percentComplete": 101}, "Task") == ["percentComplete"]
    group = {"@type": "Group", "uid": "g", "updated": TASK["updated"], "version": "2.0"}
    assert paths(group | {"entries": [TASK, EVENT, {"@type": "New"}]}, "Group") == []
    assert paths(group | {"entries": [TASK | {"title": 1}, 5]}, "Group") == [
        "entries/0/title",
        "entries/1",
    ]
    assert paths(group, "Group") == ["entries"]


@pytest.mark.parametrize("value", [None, [], "x", 1])
def test_an_object_must_be_one(value):
    assert paths(value) == [""]


def test_is_bounded():
    deep: dict = {}
    for _ in range(500):
        deep = {"a": deep}
    assert paths(EVENT | {"example.com:x": deep}) == [""]
    assert paths(EVENT | {"keywords": {str(n): True for n in range(6000)}}) == ["keywords"]
    assert len(paths(EVENT | {f"bad {n}": 1 for n in range(500)})) == schema.MAX_PROBLEMS
    many = {
        f"2026-{n % 12 + 1:02}-01T{n // 720 % 24:02}:{n // 12 % 60:02}:00": {} for n in range(6000)
    }
    assert paths(EVENT | {"recurrenceOverrides": many}) == ["recurrenceOverrides"]


def test_what_was_wrong_before_is_no_reason_to_refuse_a_change():
    before = EVENT | {"color": "bluish", "links": {"l": {"href": "a b"}}}
    assert schema.new_problems(before, before | {"title": "x"}) == []
    found = schema.new_problems(before, before | {"title": 5})
    assert [problem.path for problem in found] == ["title"]

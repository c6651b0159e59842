"""Calendar/set by the owner (JMAP Calendars, "Calendar/set"; RFC 8620 §5.3)."""

from __future__ import annotations

import pytest

from tests.jmap.calendar.test_calendar_get import ALL_RIGHTS

ALERT = {"@type": "Alert", "trigger": {"@type": "OffsetTrigger", "offset": "-PT15M"}}
AT = {"@type": "Alert", "trigger": {"@type": "AbsoluteTrigger", "when": "2026-01-01T00:00:00Z"}}
VALUES = {
    "name": ["x", "Ä" * 127, "\N{PARTY POPPER}", " ", "a/b", "\x01"],
    "description": ["", "two\nlines", "x" * 10_000, None],
    "color": ["red", "DarkSlateBlue", "#abc", "#12AB9f", None],
    "sortOrder": [0, 2**31 - 1],
    "isSubscribed": [False, True],
    "isVisible": [False, True],
    "includeInAvailability": ["all", "attending", "none"],
    "timeZone": ["Europe/Vienna", "Etc/UTC", None],
    "defaultAlertsWithTime": [{"a": ALERT}, {"a": AT, "b-2_": ALERT}, None],
    "defaultAlertsWithoutTime": [{"a": ALERT}, None],
    "shareWith": [None],
}
GOOD = [(name, value) for name, values in VALUES.items() for value in values]
BAD = [
    ("name", "", "name", "must not be empty"),
    ("name", "Ä" * 128, "name", "255 octets"),
    ("name", 3, "name", "string"),
    ("name", "a\0b", "name", "U+0000"),
    ("description", "x" * 10_001, "description", "10000"),
    ("description", ["x"], "description", "string"),
    ("description", "\0", "description", "U+0000"),
    ("color", "", "color", "CSS"),
    ("color", "#12", "color", "CSS"),
    ("color", "red\0", "color", "CSS"),
    ("color", "url(javascript:1)", "color", "CSS"),
    ("sortOrder", -1, "sortOrder", "greater than or equal to 0"),
    ("sortOrder", 2**31, "sortOrder", "less than"),
    ("sortOrder", 10**30, "sortOrder", "integer"),
    ("sortOrder", 1.5, "sortOrder", "integer"),
    ("sortOrder", "1", "sortOrder", "integer"),
    ("sortOrder", True, "sortOrder", "integer"),
    ("isSubscribed", "yes", "isSubscribed", "boolean"),
    ("isVisible", 1, "isVisible", "boolean"),
    ("includeInAvailability", "some", "includeInAvailability", "'attending'"),
    ("timeZone", "Mars/Base", "timeZone", "IANA"),
    ("timeZone", "../../etc/passwd", "timeZone", "IANA"),
    ("timeZone", "Europe/Vienna\0", "timeZone", "IANA"),
    ("defaultAlertsWithTime", [], "defaultAlertsWithTime", "dictionary"),
    ("defaultAlertsWithTime", {"a b": ALERT}, "defaultAlertsWithTime/a b", "must be an id"),
    ("defaultAlertsWithTime", {"a": {}}, "defaultAlertsWithTime/a/trigger", "required"),
    (
        "defaultAlertsWithTime",
        {"a": {"trigger": {"offset": "15M"}}},
        "defaultAlertsWithTime/a/trigger/offset",
        "SignedDuration",
    ),
    (
        "defaultAlertsWithoutTime",
        {str(n): ALERT for n in range(101)},
        "defaultAlertsWithoutTime",
        "at most 100",
    ),
    ("shareWith", [], "shareWith", "dictionary"),
    ("shareWith", {"p": {"mayFly": True}}, "shareWith/p/mayFly", "no such property"),
    ("shareWith", {"p": {"mayRSVP": 1}}, "shareWith/p/mayRSVP", "boolean"),
    ("colour", "red", "colour", "no such property"),
    ("colo\0r", "red", "colo\0r", "no such property"),
    ("id", "mine", "id", "only the server"),
    ("isDefault", False, "isDefault", "only the server"),
    ("myRights", {}, "myRights", "only the server"),
]


def is_wrong(error, path: str, why: str) -> None:
    assert (error["type"], error["properties"]) == ("invalidProperties", [path])
    assert error["description"].startswith(f"{path}: ")
    assert why in error["description"]


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_a_calendar_is_created_as_it_was_asked_for(anna, name, value):
    assert anna.one(anna.create(**{"name": "Work", name: value}))[name] == value


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_each_property_can_be_changed(anna, name, value):
    id = anna.create()
    assert anna.update(id, **{name: value}) is None
    assert anna.one(id)[name] == value


@pytest.mark.parametrize(("name", "value", "path", "why"), BAD)
def test_what_cannot_be_created_is_named(anna, name, value, path, why):
    is_wrong(anna.refused_create(**{"name": "Work", name: value}), path, why)


@pytest.mark.parametrize(("name", "value", "path", "why"), BAD)
def test_what_cannot_be_changed_is_named(anna, name, value, path, why):
    is_wrong(anna.refused_update("Default", **{name: value}), path, why)


def test_every_wrong_property_is_named_at_once(anna):
    error = anna.refused_create(color="#1", sortOrder=-1, timeZone="x", colour="", isDefault=True)
    wrong = {"name", "color", "sortOrder", "timeZone", "colour", "isDefault"}
    assert set(error["properties"]) == wrong
    assert all(f"{name}: " in error["description"] for name in wrong)


def test_a_refused_calendar_leaves_nothing(anna):
    since = anna.state()
    anna.refused_create(name="Work", timeZone="x")
    assert (list(anna.all()), anna.state()) == (["Default"], since)


def test_what_the_server_sets_is_told_of_a_creation(anna):
    created = anna.set(create={"k": {"name": "Work"}})["created"]["k"]
    assert {"id", "isDefault", "myRights"} <= created.keys()
    assert (created["isDefault"], created["myRights"]) == (False, ALL_RIGHTS)


def test_defaults_of_what_was_omitted_are_told_of_a_creation(anna):
    created = anna.set(create={"k": {"name": "Work"}})["created"]["k"]
    whole = anna.one(created["id"])
    assert {name: whole[name] for name in created} == created
    assert created.keys() == whole.keys() - {"name"}


def test_a_colour_with_alpha_is_told_as_it_is_shown(anna):
    created = anna.set(create={"k": {"name": "Work", "color": "#12345678"}})["created"]["k"]
    assert created["color"] == anna.one(created["id"])["color"] == "#123456"


def test_a_changed_colour_with_alpha_is_told_as_it_is_shown(anna):
    assert anna.update("Default", color="#abcd")["color"] == "#abc"


def test_a_name_cannot_be_null(anna):
    is_wrong(anna.refused_update("Default", name=None), "name", "required")


def test_null_in_a_patch_is_the_default(anna):
    id = anna.create(sortOrder=5, includeInAvailability="none", isVisible=False)
    anna.update(id, sortOrder=None, includeInAvailability=None, isVisible=None)
    found = anna.one(id)
    values = (found["sortOrder"], found["includeInAvailability"], found["isVisible"])
    assert values == (0, "all", True)


def test_what_only_the_server_sets_may_be_repeated(anna):
    assert anna.update("Default", **anna.one("Default")) is None


def test_the_default_calendar_can_be_renamed(anna):
    anna.update("Default", name="Home")
    assert anna.one("Default")["name"] == "Home"


@pytest.mark.parametrize(
    ("patch", "why"),
    [
        ({"/name": "x"}, "implied"),
        ({"name~2": "x"}, "~"),
        ({"name/x": "y"}, "no object"),
        ({"timeZone/x": "y"}, "no object"),
        ({"myRights": {}, "myRights/mayRSVP": True}, "patched as well"),
        ({"defaultAlertsWithTime/a": ALERT}, "no object"),
    ],
)
def test_a_patch_that_breaks_a_rule_is_refused(anna, patch, why):
    error = anna.refused_update("Default", **patch)
    assert error["type"] == "invalidPatch"
    assert why in error["description"]


def test_one_alert_of_several_can_be_patched(anna):
    id = anna.create(defaultAlertsWithTime={"a": ALERT, "b": ALERT})
    anna.update(
        id, **{"defaultAlertsWithTime/a": None, "defaultAlertsWithTime/b/trigger/offset": "PT0S"}
    )
    trigger = {"@type": "OffsetTrigger", "offset": "PT0S"}
    assert anna.one(id)["defaultAlertsWithTime"] == {"b": {"@type": "Alert", "trigger": trigger}}


def test_an_update_of_nothing_is_not_found(anna):
    assert anna.refused_update("nothing", name="x")["type"] == "notFound"


def test_another_state_is_a_mismatch_and_nothing_happens(anna):
    error = anna.client.fail("Calendar/set", ifInState="1", create={"k": {"name": "x"}})
    assert (error["type"], list(anna.all())) == ("stateMismatch", ["Default"])


def test_the_present_state_is_no_mismatch(anna):
    assert anna.set(ifInState=anna.state(), create={"k": {"name": "x"}})["created"]


def test_one_refused_record_stops_no_other(anna):
    answer = anna.set(
        create={"good": {"name": "x"}, "bad": {}}, update={"Default": {"name": "y"}, "no": {}}
    )
    assert (list(answer["created"]), list(answer["notCreated"])) == (["good"], ["bad"])
    assert (list(answer["updated"]), list(answer["notUpdated"])) == (["Default"], ["no"])

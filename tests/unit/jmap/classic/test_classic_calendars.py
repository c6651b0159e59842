"""getCalendars, getCalendarUpdates and setCalendars, to the engine and back."""

from __future__ import annotations

import pytest

from cyrpy_jmap.errors import MethodError
from tests.unit.jmap.classic.codec import (
    DEFAULT,
    OWN,
    RIGHTS,
    changes_response,
    error_of,
    get_response,
    run,
    set_response,
)

RIGHT_NAMES = {
    "mayReadFreeBusy",
    "mayReadItems",
    "mayAddItems",
    "mayModifyItems",
    "mayRemoveItems",
    "mayRename",
    "mayDelete",
}
CLASSIC = {
    "id": "Default",
    "name": "Default",
    "color": "#FD8208FF",
    "sortOrder": 1,
    **dict.fromkeys(RIGHT_NAMES, True),
    "x-href": "/dav/calendars/user/test@localhost/Default",
}


def get(record=DEFAULT, **arguments):
    answers, asked = run([["getCalendars", arguments, "#1"]], lambda _: get_response(record))
    return answers[0][1], asked[0].arguments


def set_calendars(profile="A", current=(DEFAULT,), outcome=None, **arguments):
    """The arguments of the answer, and what the engine's /set was asked."""
    asked_to_set = {}

    def answers(invocation):
        if invocation.name == "Calendar/get":
            wanted = invocation.arguments["ids"]
            found = [record for record in current if record["id"] in wanted]
            ids = {record["id"] for record in found}
            return get_response(*found, missing=tuple(i for i in wanted if i not in ids))
        asked_to_set.update(invocation.arguments)
        return set_response(**(outcome or {}))

    ((_, answer, _),), _ = run([["setCalendars", arguments, "#1"]], answers, profile)
    return answer, asked_to_set


def test_a_calendar_is_shown_as_cyrus_did():
    answer, _ = get()
    assert answer == {
        "accountId": "test@localhost",
        "state": "184",
        "list": [CLASSIC],
        "notFound": None,
    }


def test_a_calendar_that_is_hidden_says_so():
    answer, _ = get({**DEFAULT, "isVisible": False})
    assert answer["list"] == [{**CLASSIC, "isVisible": False}]


def test_visibility_is_told_to_those_who_ask():
    answer, _ = get(properties=["isVisible"])
    assert answer["list"] == [{"id": "Default", "isVisible": True}]


def test_the_properties_are_named_to_the_engine_extensions_too():
    _, asked = get()
    assert {"x-href", "x-color", "myRights", "name"} <= set(asked["properties"])


def test_only_what_is_asked_for_is_given_with_the_id():
    answer, asked = get(properties=["mayDelete", "name"])
    assert answer["list"] == [{"id": "Default", "name": "Default", "mayDelete": True}]
    assert set(asked["properties"]) == {"id", "myRights", "name"}


def test_a_color_keeps_its_alpha():
    assert get({**DEFAULT, "x-color": "#12345678"})[0]["list"][0]["color"] == "#12345678"


def test_who_may_only_read_may_do_nothing_else():
    record = {**DEFAULT, "myRights": {"mayReadItems": True, "mayWriteOwn": True}}
    (shown,) = get(record)[0]["list"]
    granted = {name for name in RIGHT_NAMES if shown[name]}
    assert granted == {"mayReadItems", "mayReadFreeBusy"}


def test_missing_ids_are_listed():
    answers, asked = run(
        [["getCalendars", {"ids": ["a", "b"]}, "#1"]],
        lambda _: get_response(missing=("a", "b")),
    )
    assert answers[0][1]["notFound"] == ["a", "b"]
    assert asked[0].arguments["ids"] == ["a", "b"]


@pytest.mark.parametrize("name", ["getCalendars", "setCalendars", "getCalendarUpdates"])
def test_all_wrong_arguments_are_named_at_once(name):
    wrong = {"accountId": 1, "ids": "x", "create": [], "sinceState": 2, "bogus": None, "foo": 1}
    error = error_of(run([[name, wrong, "#1"]])[0])
    assert error["type"] == "invalidArguments"
    assert set(error["arguments"]) == set(wrong)
    assert "bogus" in error["description"]


def test_an_unknown_property_is_an_invalid_argument():
    error = error_of(run([["getCalendars", {"properties": ["name", "description"]}, "#1"]])[0])
    assert error["arguments"] == ["properties"]
    assert "'description'" in error["description"]


def test_updates_do_not_tell_created_from_updated():
    answers, asked = run(
        [["getCalendarUpdates", {"sinceState": "1"}, "#1"]],
        lambda _: changes_response(created=["a"], updated=["b"], destroyed=["c"]),
    )
    assert asked[0].arguments == {"accountId": OWN, "sinceState": "1"}
    assert answers == [
        [
            "calendarUpdates",
            {
                "accountId": "test@localhost",
                "oldState": "1",
                "newState": "184",
                "changed": ["a", "b"],
                "removed": ["c"],
            },
            "#1",
        ]
    ]


def test_calendars_are_read_in_pages_in_the_last_profile_alone():
    arguments = {"sinceState": "1", "maxChanges": 5}
    answers, asked = run(
        [["getCalendarUpdates", arguments, "#1"]], lambda _: changes_response(), "C"
    )
    assert asked[0].arguments["maxChanges"] == 5
    assert answers[0][1]["hasMoreUpdates"] is False
    assert error_of(run([["getCalendarUpdates", arguments, "#1"]])[0])["arguments"] == [
        "maxChanges"
    ]


def fetching(invocation):
    if invocation.name == "Calendar/changes":
        return changes_response(created=["a", "b"], updated=["Default"])
    ids = invocation.arguments["ids"]
    return get_response(*[{**DEFAULT, "id": id} for id in ids])


def test_fetch_records_answers_twice_under_one_id():
    arguments = {"sinceState": "1", "fetchRecords": True, "fetchRecordProperties": ["name"]}
    answers, _ = run([["getCalendarUpdates", arguments, "#1"]], fetching)
    assert [(name, call_id) for name, _, call_id in answers] == [
        ("calendarUpdates", "#1"),
        ("calendars", "#1"),
    ]
    assert answers[1][1]["list"][0] == {"id": "a", "name": "Default"}
    assert answers[1][1]["notFound"] is None


def test_fetch_records_asks_for_no_more_at_once_than_a_get_may():
    arguments = {"sinceState": "1", "fetchRecords": True}
    answers, _ = run([["getCalendarUpdates", arguments, "#1"]], fetching, max_objects_in_get=2)
    shown = [[r["id"] for r in args["list"]] for name, args, _ in answers if name == "calendars"]
    assert shown == [["a", "b"], ["Default"]]


def test_what_cannot_be_fetched_is_refused_before_the_updates():
    arguments = {"sinceState": "1", "fetchRecords": True, "fetchRecordProperties": ["x"]}
    error = error_of(run([["getCalendarUpdates", arguments, "#1"]])[0])
    assert error["arguments"] == ["fetchRecordProperties"]


@pytest.mark.parametrize(("profile", "state"), [("A0", "184"), ("A", "184"), ("B", None)])
def test_early_profiles_tell_the_new_state_where_changes_cannot_be_told(profile, state):
    def answers(invocation):
        if invocation.name == "Calendar/changes":
            raise MethodError("cannotCalculateChanges", "too old")
        return get_response()

    call = ["getCalendarUpdates", {"sinceState": "0", "fetchRecords": True}, "#1"]
    error = error_of(run([call], answers, profile)[0])
    assert error["type"] == "cannotCalculateChanges"
    assert error.get("newState") == state


def test_every_member_of_a_set_is_there_even_if_empty():
    answer, asked = set_calendars()
    assert answer == {
        "accountId": "test@localhost",
        "oldState": "184",
        "newState": "185",
        "created": {},
        "updated": [],
        "destroyed": [],
        "notCreated": {},
        "notUpdated": {},
        "notDestroyed": {},
    }
    assert asked["onDestroyRemoveEvents"] is True


def test_what_was_created_comes_back_under_any_creation_id():
    made = {"id": "C1", "color": None, "isDefault": False, "myRights": RIGHTS, "x-href": "/dav/x"}
    answer, asked = set_calendars(
        create={"näw one": {"name": "x", "mayDelete": True}},
        outcome={"created": {"Calendar-1": made}},
    )
    assert asked["create"] == {"Calendar-1": {"name": "x"}}
    assert answer["created"] == {
        "näw one": {
            "id": "C1",
            "color": "#FD8208FF",
            "x-href": "/dav/x",
            **dict.fromkeys(RIGHT_NAMES, True),
        }
    }


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("A0", ["a", "b"]),
        ("A", ["a", "b"]),
        ("B", {"a": None, "b": {"name": "y"}}),
        ("C", {"a": None, "b": {"name": "y"}}),
    ],
)
def test_updated_is_a_list_or_a_map(profile, expected):
    outcome = {"updated": {"a": None, "b": {"name": "y"}}}
    answer, _ = set_calendars(profile, outcome=outcome)
    assert answer["updated"] == expected


def test_everything_wrong_with_a_new_calendar_is_named_at_once():
    record = {
        "id": "x",
        "name": "",
        "color": "no color",
        "sortOrder": -1,
        "isVisible": None,
        "mayRename": False,
        "shareWith": {},
    }
    answer, asked = set_calendars(create={"k": record})
    error = answer["notCreated"]["k"]
    assert error["type"] == "invalidProperties"
    assert set(error["properties"]) == set(record)
    assert all(name in error["description"] for name in record)
    assert asked["create"] == {}


def test_a_right_may_be_repeated_in_an_update():
    repeated = dict.fromkeys(sorted(RIGHT_NAMES), True) | {"id": "Default"}
    answer, asked = set_calendars(update={"Default": {"name": "x", **repeated}})
    assert asked["update"] == {"Default": {"name": "x"}}
    assert answer["notUpdated"] == {}


def test_a_right_cannot_be_changed_by_an_update():
    change = {"name": "x", "mayDelete": False, "mayRename": 1, "mayAddItems": True, "id": "other"}
    answer, asked = set_calendars(update={"Default": change})
    assert asked["update"] == {}
    error = answer["notUpdated"]["Default"]
    assert set(error["properties"]) == {"mayDelete", "mayRename", "id"}


def test_an_update_of_what_is_not_there_is_left_to_the_engine():
    _, asked = set_calendars(update={"gone": {"mayDelete": False, "name": "x"}})
    assert asked["update"] == {"gone": {"name": "x"}}


def test_an_update_that_cannot_be_compared_fails_as_the_look_did():
    def answers(invocation):
        assert invocation.name == "Calendar/get"
        raise MethodError("accountNotFound", "there is no account 'x'")

    call = ["setCalendars", {"accountId": "x", "update": {"a": {"mayDelete": True}}}, "#1"]
    assert error_of(run([call], answers)[0])["type"] == "accountNotFound"


def test_creation_ids_stand_for_ids_in_updates_and_destroy():
    outcome = {
        "updated": {"C9": None},
        "notDestroyed": {
            "#Calendar-2": {
                "type": "notFound",
                "description": "nothing was created as '#Calendar-2'",
            }
        },
    }
    answer, asked = set_calendars(
        create={"1": {"name": "x"}},
        update={"#1": {"name": "y", "mayDelete": True}},
        destroy=["#2", "Default"],
        outcome=outcome,
    )
    assert asked["update"] == {"#Calendar-1": {"name": "y"}}
    assert asked["destroy"] == ["#Calendar-2", "Default"]
    assert answer["notDestroyed"] == {
        "#2": {"type": "notFound", "description": "nothing was created as '#2'"}
    }


def test_set_errors_are_spelled_as_the_drafts_have_them():
    def error(type, **members):
        return {"type": type, "description": "d", **members}

    answer, _ = set_calendars(
        outcome={
            "notCreated": {"x": error("overQuota")},
            "notUpdated": {"a": error("invalidPatch", properties=["x-color"])},
            "notDestroyed": {"Default": error("isDefault")},
        }
    )
    assert answer["notCreated"]["x"]["type"] == "maxQuotaReached"
    assert answer["notUpdated"]["a"] == error("invalidProperties", properties=["color"])
    assert answer["notDestroyed"]["Default"]["type"] == "isDefault"

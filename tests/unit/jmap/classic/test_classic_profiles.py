"""What differs between the profiles: errors, accounts, references."""

from __future__ import annotations

import pytest

from cyrpy_jmap.errors import MethodError
from tests.unit.jmap.classic.codec import (
    DEFAULT,
    changes_response,
    error_of,
    get_response,
    run,
    set_response,
)


def failing(type):
    def answers(invocation):
        raise MethodError(type, f"it is {type}")

    return answers


@pytest.mark.parametrize(
    ("profile", "canonical", "classic"),
    [
        ("A0", "accountNotSupportedByMethod", "accountNoCalendars"),
        ("A", "accountNotSupportedByMethod", "accountNotSupportedByMethod"),
        ("C", "accountNotSupportedByMethod", "accountNotSupportedByMethod"),
        ("A", "serverFail", "serverError"),
        ("A", "serverUnavailable", "serverError"),
        ("A", "requestTooLarge", "invalidArguments"),
        ("B", "requestTooLarge", "requestTooLarge"),
        ("A", "accountReadOnly", "accountReadOnly"),
        ("A", "accountNotFound", "accountNotFound"),
        ("B", "stateMismatch", "stateMismatch"),
    ],
)
def test_errors_are_spelled_as_the_profile_has_them(profile, canonical, classic):
    error = error_of(run([["getCalendars", {}, "a"]], failing(canonical), profile)[0])
    assert error["type"] == classic
    assert error["description"] == f"it is {canonical}"


def accounts(profile):
    (answer,), _ = run([["getAccounts", {}, "a"]], lambda invocation: invocation.arguments, profile)
    return answer


def test_accounts_say_what_can_be_asked_of_them():
    name, arguments, _ = accounts("A")
    assert name == "accounts"
    assert arguments == {
        "list": [
            {
                "id": user,
                "name": user,
                "isPrimary": user == "test@localhost",
                "capabilities": {"maxSizeUpload": 1 << 30},
                "mail": None,
                "contacts": None,
                "calendars": {"isReadOnly": False},
            }
            for user in ("test@localhost", "anna@localhost")
        ]
    }


def test_the_first_profile_adds_what_the_first_servers_sent():
    _, arguments, _ = accounts("A0")
    first = arguments["list"][0]
    assert arguments["state"] == "s1"
    assert (first["hasMail"], first["hasContacts"], first["hasCalendars"]) == (False, False, True)
    assert (first["isReadOnly"], first["versions"], first["extensions"]) == (False, [1], {})


@pytest.mark.parametrize("profile", ["B", "C"])
def test_later_profiles_have_no_get_accounts(profile):
    assert accounts(profile)[1]["type"] == "unknownMethod"


def test_get_accounts_takes_no_arguments():
    error = error_of(run([["getAccounts", {"accountId": "x"}, "a"]])[0])
    assert error["arguments"] == ["accountId"]


def engine(invocation):
    if invocation.name == "Calendar/changes":
        return changes_response(created=["a"], updated=["b"])
    if invocation.name == "Calendar/set":
        return set_response(updated=dict.fromkeys(invocation.arguments["update"]))
    return get_response(*[{**DEFAULT, "id": id} for id in invocation.arguments["ids"]])


def reference(path, to="t0"):
    return {"resultOf": to, "path": path}


UPDATES = ["getCalendarUpdates", {"sinceState": "1"}, "t0"]


def test_an_argument_may_come_from_an_earlier_answer_as_it_was_spelled():
    calls = [UPDATES, ["getCalendars", {"#ids": reference("/changed")}, "t1"]]
    answers, _ = run(calls, engine, "C")
    assert [record["id"] for record in answers[1][1]["list"]] == ["a", "b"]


def test_one_item_stands_for_an_array_of_it():
    calls = [UPDATES, ["getCalendars", {"#ids": reference("/changed/1")}, "t1"]]
    answers, _ = run(calls, engine, "C")
    assert [record["id"] for record in answers[1][1]["list"]] == ["b"]


def test_a_star_maps_over_a_list():
    calls = [
        ["getCalendars", {"ids": ["a", "b"]}, "t0"],
        ["getCalendars", {"#ids": reference("/list/*/id")}, "t1"],
    ]
    answers, _ = run(calls, engine, "C")
    assert answers[1][1]["list"] == answers[0][1]["list"]


def test_a_call_with_a_reference_may_need_a_look_as_well():
    calls = [
        ["getCalendars", {"ids": ["a"]}, "t0"],
        ["setCalendars", {"#ifInState": reference("/state"), "update": {"a": {"id": "a"}}}, "t1"],
    ]
    answers, asked = run(calls, engine, "C")
    assert answers[1][1]["updated"] == {"a": None}
    assert asked[-1].arguments["ifInState"] == "184"


@pytest.mark.parametrize(
    "value",
    [
        reference("/changed", to="t1"),
        reference("/changed", to="t2"),
        reference("/changed", to="bad"),
        reference("/changed", to="unknown"),
        reference("/nothing"),
        reference("changed"),
        {"resultOf": "t0"},
        {"resultOf": 1, "path": "/changed"},
        {"path": "/changed"},
        "t0",
        None,
    ],
)
def test_a_reference_that_leads_nowhere_is_an_error_of_its_call(value):
    calls = [
        UPDATES,
        ["getCalendars", {"ids": 1}, "bad"],
        ["getCalendars", {"#ids": value}, "t1"],
        ["getCalendars", {"ids": []}, "t2"],
    ]
    answers, _ = run(calls, engine, "C")
    assert [answer[0] for answer in answers] == ["calendarUpdates", "error", "error", "calendars"]
    assert answers[2][1]["type"] == "resultReference"


def test_what_a_reference_leads_to_is_checked_as_if_it_were_sent():
    calls = [UPDATES, ["getCalendars", {"#properties": reference("/changed")}, "t1"]]
    answers, _ = run(calls, engine, "C")
    assert answers[1][1]["type"] == "invalidArguments"
    assert answers[1][1]["arguments"] == ["properties"]


def test_an_argument_cannot_be_given_both_ways():
    calls = [UPDATES, ["getCalendars", {"#ids": reference("/changed"), "ids": []}, "t1"]]
    answers, _ = run(calls, engine, "C")
    assert answers[1][1]["type"] == "invalidArguments"


@pytest.mark.parametrize("profile", ["A0", "A", "B"])
def test_earlier_profiles_have_no_references(profile):
    calls = [UPDATES, ["getCalendars", {"#ids": reference("/changed")}, "t1"]]
    answers, _ = run(calls, engine, profile)
    assert answers[1][1]["arguments"] == ["#ids"]

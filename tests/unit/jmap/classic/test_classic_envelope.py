"""The envelope of the classic dialect: shapes, unknown calls, accounts, limits."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy_jmap.dialects.classic import PROFILES, check_headers
from cyrpy_jmap.errors import MethodError, RequestError
from cyrpy_jmap.invocation import error_response
from tests.unit.jmap.classic.codec import (
    DEFAULT,
    OTHER,
    OWN,
    VIEWER,
    codec,
    error_of,
    get_response,
    run,
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["ids", "accountId", "create", "update", "#ids", "resultOf", "path", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
NAMES = st.sampled_from(
    ["getCalendars", "getCalendarUpdates", "setCalendars", "getAccounts", "getFoos", "Core/echo"]
)
ARGUMENTS = st.dictionaries(
    st.sampled_from(
        [
            "accountId",
            "ids",
            "properties",
            "sinceState",
            "maxChanges",
            "fetchRecords",
            "fetchRecordProperties",
            "ifInState",
            "create",
            "update",
            "destroy",
            "#ids",
            "#create",
            "other",
        ]
    ),
    JSON,
    max_size=5,
)
PROFILE = st.sampled_from(sorted(PROFILES))


def calendars(invocation):
    """An engine that has one calendar, and where every /set succeeds in doing nothing."""
    if invocation.name == "Core/echo":
        return invocation.arguments
    if invocation.name == "Calendar/get":
        return get_response(DEFAULT)
    if invocation.name == "Calendar/changes":
        members = {"created": ["Default"], "updated": [], "destroyed": ["Old"]}
        ends = {"oldState": "1", "newState": "184", "hasMoreChanges": False}
        return {"accountId": OWN, **ends, **members}
    names = ("created", "updated", "destroyed", "notCreated", "notUpdated", "notDestroyed")
    return {"accountId": OWN, "oldState": "1", "newState": "1", **dict.fromkeys(names)}


@given(body=JSON, profile=PROFILE)
def test_any_body_is_decoded_or_refused_as_a_whole(body, profile):
    with contextlib.suppress(RequestError):
        assert codec(profile).decode(body, VIEWER).using is None


@given(
    calls=st.lists(st.tuples(NAMES | st.text(max_size=5), ARGUMENTS), max_size=6), profile=PROFILE
)
def test_every_call_is_answered_in_order_under_its_id(calls, profile):
    body = [[name, arguments, f"#{n}"] for n, (name, arguments) in enumerate(calls)]
    answers, _ = run(body, calendars, profile)
    ids = [call_id for _, _, call_id in answers]
    assert list(dict.fromkeys(ids)) == [f"#{n}" for n in range(len(calls))]
    assert ids == sorted(ids)


@pytest.mark.parametrize(
    "body",
    [
        {},
        None,
        "getCalendars",
        [["getCalendars", {}]],
        [["getCalendars", {}, "#1", None]],
        [["getCalendars", {}, 1]],
        [["getCalendars", {}, None]],
        ["getCalendars", {}, "#1"],
    ],
)
def test_a_body_that_does_not_tell_what_to_answer_is_a_bad_request(body):
    with pytest.raises(RequestError) as caught:
        codec().decode(body, VIEWER)
    assert caught.value.status == 400


@pytest.mark.parametrize("call", [["getCalendars", None, "a"], [7, {}, "a"], [None, [], "a"]])
def test_a_call_of_the_wrong_shape_fails_by_itself_if_it_has_an_id(call):
    answers, _ = run([call, ["getCalendars", {}, "b"]], calendars)
    assert [(name, call_id) for name, _, call_id in answers] == [("error", "a"), ("calendars", "b")]
    assert answers[0][1]["type"] == "invalidArguments"


def test_no_calls_have_no_answers():
    assert run([])[0] == []


def test_more_calls_than_allowed_are_too_large():
    with pytest.raises(RequestError) as caught:
        codec(max_calls_in_request=1).decode([["getCalendars", {}, "a"]] * 2, VIEWER)
    assert caught.value.status == 413
    assert caught.value.extra["limit"] == "maxCallsInRequest"


@pytest.mark.parametrize("name", ["getFoos", "Calendar/get", "Core/echo", "setAccounts"])
def test_what_is_no_classic_call_is_an_unknown_method(name):
    error = error_of(run([[name, {}, "a"]], calendars)[0])
    assert error["type"] == "unknownMethod"
    assert name in error["description"]


def test_a_call_without_a_method_behind_it_is_unknown_by_its_classic_name():
    error = error_of(run([["getCalendars", {}, "a"]])[0])
    assert error["type"] == "unknownMethod"
    assert "getCalendars" in error["description"]
    assert "Calendar/get" not in error["description"]


@pytest.mark.parametrize(
    ("sent", "asked", "echoed"),
    [
        ({}, OWN, "test@localhost"),
        ({"accountId": None}, OWN, "test@localhost"),
        ({"accountId": "test@localhost"}, OWN, "test@localhost"),
        ({"accountId": "test"}, OWN, "test@localhost"),
        ({"accountId": OWN}, OWN, "test@localhost"),
        ({"accountId": "anna@localhost"}, OTHER, "anna@localhost"),
        ({"accountId": OTHER}, OTHER, "anna@localhost"),
    ],
)
def test_an_account_may_be_named_in_each_way_and_is_echoed_as_the_user_id(sent, asked, echoed):
    def answers(invocation):
        return {**get_response(DEFAULT), "accountId": invocation.arguments["accountId"]}

    ((_, arguments, _),), (invocation,) = run([["getCalendars", sent, "a"]], answers)
    assert invocation.arguments["accountId"] == asked
    assert arguments["accountId"] == echoed


@pytest.mark.parametrize("unknown", ["nobody@localhost", "anna", "", "TEST"])
def test_an_unknown_account_is_left_to_the_engine_to_refuse(unknown):
    _, (invocation,) = run([["getCalendars", {"accountId": unknown}, "a"]])
    assert invocation.arguments["accountId"] == unknown


@pytest.mark.parametrize(
    ("profile", "version", "extensions", "is_refused"),
    [
        ("A", None, None, False),
        ("A", b"1", None, False),
        ("A", b" 1 ", b" , ", False),
        ("A", b"2", None, True),
        ("A", b"one", None, True),
        ("A", b"1,1", None, True),
        ("A0", None, b"com.example.x:1", True),
        ("B", b"2", b"com.example.x:1", False),
        ("C", b"2", None, False),
    ],
)
def test_a_version_or_extension_that_is_not_spoken_is_a_failed_precondition(
    profile, version, extensions, is_refused
):
    named = ((b"x-jmap-version", version), (b"x-jmap-extensions", extensions))
    scope = {"headers": [(name, value) for name, value in named if value is not None]}
    error = check_headers(scope, PROFILES[profile])
    assert (error is not None) is is_refused
    assert error is None or error.status == 412


def test_pretty_answers_are_indented_by_four_with_sorted_members():
    dialect = codec(pretty=True)
    request = dialect.decode([["getFoos", {}, "é"]], VIEWER)
    assert dialect.encode(request, [], "s") == b"[]\n"
    (invocation,) = request.invocations
    response = error_response(invocation, MethodError("unknownMethod", "x"))
    lines = dialect.encode(request, [response], "s").decode().splitlines()
    assert lines[:4] == ["[", "    [", '        "error",', "        {"]
    assert lines[4].startswith('            "description"')
    assert lines[-3:] == ['        "é"', "    ]", "]"]

"""Bodies, envelopes, filters and arguments of any shape: the right error, never another."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy_jmap import filters
from cyrpy_jmap.arguments import check
from cyrpy_jmap.body import DEPTH, parse_json
from cyrpy_jmap.dialects.rfc8620 import Rfc8620
from cyrpy_jmap.errors import MethodError, RequestError
from cyrpy_jmap.invocation import Invocation, Request, Response
from cyrpy_jmap.methods.get import GetArguments
from cyrpy_jmap.methods.set import SetArguments
from cyrpy_jmap.objects import UTCDate
from tests.support.caught import caught

WORDS = st.sampled_from(
    [
        "using",
        "methodCalls",
        "createdIds",
        "operator",
        "conditions",
        "AND",
        "NOT",
        "property",
        "isAscending",
        "tag",
        "rank",
        "accountId",
        "ids",
        "create",
        "a",
        "",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=25,
)
DIALECT = Rfc8620({"urn:a"}, 16)


@given(st.binary(max_size=60) | st.text(alphabet='[]{}":,0a\\', max_size=60).map(str.encode))
def test_any_octets_are_json_or_not_json(octets):
    error = caught(RequestError, parse_json, octets)
    assert error is None or orjson.loads(error.body())["type"].endswith(":notJSON")


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_the_bound_on_depth_is_exact(opening, closing):
    def nested(depth: int) -> bytes:
        return opening * depth + b"1" + closing * depth

    assert parse_json(nested(DEPTH))
    with pytest.raises(RequestError, match="nested more than"):
        parse_json(nested(DEPTH + 1))


def test_many_values_side_by_side_are_not_deep():
    assert len(parse_json(b"[" + b"[],{}," * 9000 + b"0]")) == 18_001


def test_a_million_brackets_are_refused_before_they_are_parsed():
    with pytest.raises(RequestError, match="1000000"):
        parse_json(b"[" + b"[]," * 1_000_001 + b"0]")


@given(JSON)
def test_any_json_is_a_request_or_a_problem(value):
    error = caught(RequestError, DIALECT.decode, value, None)
    assert error is None or error.status == 400


@given(JSON)
def test_any_filter_and_sort_parse_or_fail_as_the_rfc_says(value):
    error = caught(MethodError, filters.parse_filter, value, {"tag": str, "rank": int})
    assert error is None or error.type in {"invalidArguments", "unsupportedFilter"}
    error = caught(MethodError, filters.parse_sort, value, {"tag": {}, "rank": {"a": int}})
    assert error is None or error.type in {"invalidArguments", "unsupportedSort"}


@given(JSON)
def test_a_filter_that_parses_can_be_evaluated(value):
    try:
        filter = filters.parse_filter(value, {"tag": str, "rank": int})
    except MethodError:
        return
    assert set(filters.used(filter)) <= {"tag", "rank"}
    assert isinstance(filters.matches(filter, lambda name, v: True), bool)


@given(st.dictionaries(WORDS, JSON, max_size=5))
def test_any_arguments_are_checked(arguments):
    for model in (GetArguments, SetArguments):
        error = caught(MethodError, check, model, arguments)
        if error is not None:
            assert error.type == "invalidArguments"
            assert set(error.extra["arguments"]) <= set(arguments)


@pytest.mark.parametrize(
    ("text", "is_valid"),
    [
        ("2026-11-22T20:00:00Z", True),
        ("2026-11-22T20:00:00.5Z", True),
        ("2026-11-22T20:00:00.50Z", False),
        ("2026-11-22t20:00:00Z", False),
        ("2026-11-22T20:00:00+01:00", False),
        ("2026-13-22T20:00:00Z", False),
        ("2026-11-22T20:00:00Z\n", False),
        ("\uff12\uff1026-11-22T20:00:00Z", False),
    ],
)
def test_dates_are_as_rfc_8620_writes_them(text, is_valid):
    error = caught(MethodError, filters.parse_filter, {"before": text}, {"before": UTCDate})
    assert (error is None) == is_valid


def test_a_response_that_is_no_json_fails_alone(caplog):
    call = Invocation("X/get", {}, "a")
    answers = [Response("X/get", value, "a", call) for value in ({"x": object()}, {"y": 1})]
    body = DIALECT.encode(Request(None, [], None, DIALECT), answers, "s")
    first, second = orjson.loads(body)["methodResponses"]
    assert (first[0], first[1]["type"]) == ("error", "serverFail")
    assert second == ["X/get", {"y": 1}, "a"]
    assert caplog.records

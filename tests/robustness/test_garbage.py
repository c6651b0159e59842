"""Garbage in the body: the error of the RFCs, never a 500, and the server goes on."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest
import zstandard

from tests.robustness.fuzz import check
from tests.support.jmap import CALENDARS, CORE, Calendars
from tests.support.servers import new_client

NOT_JSON = "urn:ietf:params:jmap:error:notJSON"
NOT_REQUEST = "urn:ietf:params:jmap:error:notRequest"
LIMIT = "urn:ietf:params:jmap:error:limit"
DEEP = 200


def is_refused(client, body, type: str, status: int = 400, **headers: str):
    """The problem document, once it is made sure that the next request is served."""
    answer = client.post(body, **headers)
    assert (answer.status, answer.json["type"]) == (status, type), answer
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["detail"]
    assert client.run(["Core/echo", {}])[0][0] == "Core/echo"
    return answer.json


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0",
        b"\xff\xfe[]",
        b"\xef\xbb\xbf[]",
        b"[",
        b"[]]",
        b"{'using': []}",
        b"<html>",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b"[NaN]",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e999]",
        b"[01]",
        b"[1,]",
        b'["a\nb"]',
        b"[" * 1000,
        b'{"a":' * 1000,
    ],
)
def test_what_is_no_json_is_told_so(client, body):
    is_refused(client, body, NOT_JSON)


@pytest.mark.parametrize("left", ["[", '{"a":'])
def test_what_is_nested_too_deep_is_told_so(client, left):
    right = "]" if left == "[" else "}"
    body = left * DEEP + "1" + right * DEEP
    problem = is_refused(client, body.encode(), NOT_JSON)
    assert "deep" in problem["detail"]


def test_too_many_brackets_are_told_before_they_fill_the_memory(client):
    problem = is_refused(client, b"[" + b"[]," * 1_500_000 + b"0]", NOT_JSON)
    assert "1000000" in problem["detail"]


@pytest.mark.parametrize(
    "body",
    [
        1,
        "x",
        None,
        True,
        {},
        {"using": [], "methodCalls": {}},
        {"using": {}, "methodCalls": []},
        {"using": [1], "methodCalls": []},
        {"using": [], "methodCalls": [[]]},
        {"using": [], "methodCalls": [["Core/echo", {}]]},
        {"using": [], "methodCalls": [["Core/echo", {}, 1]]},
        {"using": [], "methodCalls": [["Core/echo", [], "c"]]},
        {"using": [], "methodCalls": [[["Core/echo"], {}, "c"]]},
        {"using": [], "methodCalls": [[{"a": 1}, {}, "c"]]},
        {"using": [], "methodCalls": ["Core/echo"]},
        {"using": [], "methodCalls": [], "createdIds": []},
        {"using": [], "methodCalls": [], "createdIds": {"k": 1}},
        [1],
        [[]],
        [["getCalendars", {}]],
        [["getCalendars", {}, 1]],
        [["getCalendars", {}, None]],
        ["getCalendars", {}, "c"],
        [{"name": "getCalendars"}],
    ],
)
def test_what_is_no_request_is_told_so(client, body):
    is_refused(client, body, NOT_REQUEST)


def test_a_capability_that_there_is_not_is_named(client):
    type = "urn:ietf:params:jmap:error:unknownCapability"
    body = {"using": [CORE, "urn:x\0"], "methodCalls": []}
    assert "urn:x" in is_refused(client, body, type)["detail"]


@pytest.mark.parametrize("call", [[["a"], {}, "c"], ["getCalendars", [], "c"], [None, {}, "c"]])
def test_a_classic_call_of_another_shape_fails_alone(client, call):
    (name, error, id), (served, _, _) = client.post([call, ["getCalendars", {}, "d"]]).json
    assert (name, error["type"], id, served) == ("error", "invalidArguments", "c", "calendars")


@pytest.mark.parametrize("calls", [[["Core/echo", {}, "c"]], [["getCalendars", {}, "c"]]])
@pytest.mark.parametrize("count", [51, 10_000])
def test_too_many_calls_are_told_the_limit(client, calls, count):
    classic = calls[0][0] == "getCalendars"
    many = calls * count
    body = many if classic else {"using": [CORE], "methodCalls": many}
    problem = is_refused(client, body, LIMIT, 413 if classic else 400)
    assert problem["limit"] == "maxCallsInRequest"
    assert "50" in problem["detail"]


@pytest.mark.parametrize(
    "type", ["text/plain", "", "application/xml", "application/json; charset=utf-16", "a" * 9000]
)
def test_another_content_type_is_told_so(client, type):
    is_refused(client, b"{}", NOT_JSON, 415, **{"content-type": type})


@pytest.mark.parametrize("type", ["application/json;charset=UTF-8", "APPLICATION/JSON"])
def test_json_may_be_declared_in_any_spelling(client, type):
    answer = client.post({"using": [CORE], "methodCalls": []}, **{"content-type": type})
    assert answer.status == 200


def test_of_two_members_of_one_name_the_last_counts(client):
    body = b'{"using":[],"using":["%s"],"methodCalls":[["Core/echo",{"a":1,"a":2},"c"]]}'
    answer = client.post(body % CORE.encode())
    assert answer.json["methodResponses"] == [["Core/echo", {"a": 2}, "c"]]


@pytest.mark.parametrize("number", ["1" * 40, "-" + "9" * 400, "1e300", "0." + "1" * 5000])
def test_huge_numbers_are_echoed_or_refused(client, number):
    body = f'{{"using":["{CORE}"],"methodCalls":[["Core/echo",{{"n":{number}}},"c"]]}}'
    answer = client.post(body.encode())
    assert answer.status in {200, 400}


@pytest.mark.parametrize("name", ["accountId", "ifInState", "onSuccessSetIsDefault"])
@pytest.mark.parametrize("value", ["\0", "a\0b", "#\0", "x" * 100_000, "\ufffe", "\U0010ffff"])
def test_odd_strings_as_arguments_of_set_break_nothing(server, name, value):
    client = new_client(server, "anna")
    arguments = {"accountId": client.account, "update": {value: {value: value}}, name: value}
    ((answer, found, _),) = client.run(["Calendar/set", arguments])
    assert answer != "error" or found["type"] not in {"serverFail", "serverUnavailable"}
    assert list(Calendars(client).all()) == ["Default"]


@pytest.mark.parametrize("value", ["\0", "a\0b", "x" * 255, "\U0010ffff"])
@pytest.mark.parametrize(
    "arguments",
    [
        lambda v: {"create": {v: {"name": "x"}}},
        lambda v: {"create": {"k": {v: v}}},
        lambda v: {"create": {"k": {"name": "x", "shareWith": {v: {"mayShare": True}}}}},
        lambda v: {"create": {"k": {"name": "x", "timeZone": v}}},
        lambda v: {"create": {"k": {"name": "x", "defaultAlertsWithTime": {v: {v: v}}}}},
        lambda v: {"update": {"Default": {"description": v, "name": v, "color": v}}},
        lambda v: {"update": {"Default": {f"shareWith/{v}": {}}}},
        lambda v: {"destroy": [v]},
    ],
)
def test_odd_strings_in_records_are_refused_or_kept(server, arguments, value):
    client = new_client(server, "anna")
    ((_, found, _),) = client.run(
        ["Calendar/set", {"accountId": client.account, **arguments(value)}]
    )
    assert found.get("type", "invalidArguments") == "invalidArguments"
    ((_, found, _),) = client.classic(["setCalendars", arguments(value)])
    assert found.get("type", "invalidArguments") == "invalidArguments"


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("Calendar/get", {"ids": ["\0", "a\0b"]}),
        ("Calendar/get", {"properties": ["\0"]}),
        ("Calendar/changes", {"sinceState": "1\0"}),
        ("Blob/copy", {"fromAccountId": "\0", "blobIds": ["\0"]}),
        ("Calendar/\0", {}),
    ],
)
def test_nul_in_reading_calls_finds_nothing(server, method, arguments):
    client = new_client(server, "anna")
    ((name, found, _),) = client.run([method, {"accountId": client.account, **arguments}])
    assert name != "error" or not found["type"].startswith("server")


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("zstd", zstandard.compress)],
)
def test_a_bomb_is_put_out_at_the_limit(client, encoding, compress):
    bomb = compress(b" " * (50 << 20))
    answer = client.post(bomb, **{"content-encoding": encoding})
    assert answer.json["limit"] == "maxSizeRequest"
    assert client.run(["Core/echo", {}])[0][0] == "Core/echo"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_a_body_that_is_not_compressed_as_it_says_is_unreadable(client, encoding):
    answer = client.post(b"[]", **{"content-encoding": encoding})
    assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("encoding", ["br", "x", "gzip, gzip", "gzip\t;q=1"])
def test_an_encoding_that_is_not_known_is_told_so(client, encoding):
    answer = client.post(b"[]", **{"content-encoding": encoding})
    assert answer.status == 415


def test_a_hundred_megabytes_are_refused_as_they_come(client):
    pieces = [b"[" * (1 << 20)] * 100
    headers = {"content-type": "application/json", **client.sign_in}
    answer = client.server.request("POST", "/jmap/", pieces, headers)
    assert (answer.json["type"], answer.json["limit"]) == (LIMIT, "maxSizeRequest")


def test_whatever_comes_is_answered(sqlite_server):
    check(new_client(sqlite_server, "fuzz"), 1500)


def test_whatever_comes_is_answered_on_postgresql(postgresql_server):
    check(new_client(postgresql_server, "fuzz"), 500)


def test_using_must_name_what_is_called(client):
    answer = client.post({"using": [CORE], "methodCalls": [["Calendar/get", {}, "c"]]})
    assert answer.json["methodResponses"][0][1]["type"] == "unknownMethod"
    assert CALENDARS in json.dumps(answer.json)

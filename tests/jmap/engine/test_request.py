"""Requests as a whole: envelope, references, limits, and whatever is no request (RFC 8620 §3)."""

from __future__ import annotations

import asyncio
import gzip

import orjson
import pytest

from cyrpy.data.threads import Lane
from cyrpy.http.scope import BODY_LIMITS, BodyLimits
from cyrpy_jmap.engine import Engine
from cyrpy_jmap.invocation import Invocation, Request
from cyrpy_jmap.limits import WAITING
from tests.jmap.engine.client import CORE, JSON
from tests.jmap.engine.notes import URN, Notes

ERROR = "urn:ietf:params:jmap:error:"
ECHO = {"using": [CORE], "methodCalls": [["Core/echo", {"hello": True}, "a"]]}


def reference(result_of: str, name: str, path: str) -> dict[str, str]:
    return {"resultOf": result_of, "name": name, "path": path}


def test_echo_gives_back_what_it_gets(anna):
    answer = anna.post(ECHO)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json["methodResponses"] == [["Core/echo", {"hello": True}, "a"]]
    assert answer.json["sessionState"] == anna.request("GET").json["state"]


def test_further_members_of_a_request_are_ignored(anna):
    assert anna.post(ECHO | {"future": {"a": 1}}).status == 200


@pytest.mark.parametrize("path", ["", "/"])
def test_the_url_may_end_in_a_slash_or_not(anna, path):
    assert anna.request("POST", path, orjson.dumps(ECHO), JSON).status == 200


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"nonsense",
        b'{"using": [NaN]}',
        b'{"using": ["\\ud800"], "methodCalls": []}',
        b'{"using": ["\xff"]}',
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b"[" * 1000 + b"]" * 1000,
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b'{"a": 1e999}',
    ],
)
def test_what_is_no_i_json_is_not_json(anna, octets):
    answer = anna.post(octets)
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["type"] == ERROR + "notJSON"
    assert answer.json["status"] == 400
    assert answer.json["detail"]


@pytest.mark.parametrize(
    "value",
    [
        1,
        None,
        "x",
        [],
        [["getCalendars", {}, "#1"]],
        {},
        {"using": [CORE]},
        {"using": CORE, "methodCalls": []},
        {"using": [1], "methodCalls": []},
        {"using": [CORE], "methodCalls": {}},
        {"using": [CORE], "methodCalls": [[]]},
        {"using": [CORE], "methodCalls": [["Core/echo", {}]]},
        {"using": [CORE], "methodCalls": [["Core/echo", {}, "a", "b"]]},
        {"using": [CORE], "methodCalls": [[["Core/echo"], {}, "a"]]},
        {"using": [CORE], "methodCalls": [["Core/echo", [], "a"]]},
        {"using": [CORE], "methodCalls": [["Core/echo", {}, 1]]},
        {"using": [CORE], "methodCalls": [], "createdIds": []},
        {"using": [CORE], "methodCalls": [], "createdIds": {"a": 1}},
    ],
)
def test_json_of_another_shape_is_not_a_request(anna, value):
    answer = anna.post(value)
    assert (answer.status, answer.json["type"]) == (400, ERROR + "notRequest")


@pytest.mark.parametrize("type", ["text/plain", "", "application/json; charset=latin1", "json"])
def test_another_content_type_is_refused(anna, type):
    answer = anna.request("POST", "/", orjson.dumps(ECHO), {"content-type": type})
    assert (answer.status, answer.json["type"]) == (415, ERROR + "notJSON")
    assert "application/json" in answer.json["detail"]


def test_a_content_type_may_have_a_charset(anna):
    headers = {"content-type": 'Application/JSON; charset="UTF-8"'}
    assert anna.request("POST", "/", orjson.dumps(ECHO), headers).status == 200
    assert anna.request("POST", "/", orjson.dumps(ECHO)).status == 415


def test_an_unknown_capability_refuses_the_request(anna):
    answer = anna.post(ECHO | {"using": [CORE, "urn:x"]})
    assert (answer.status, answer.json["type"]) == (400, ERROR + "unknownCapability")
    assert "urn:x" in answer.json["detail"]


def test_a_method_whose_capability_is_not_named_is_unknown(anna):
    calls = [["Core/echo", {}], ["Note/get", {}], ["Note/fly", {}]]
    answer = anna.run(*calls, using=[CORE])["methodResponses"]
    assert [r[0] for r in answer] == ["Core/echo", "error", "error"]
    assert [r[1]["type"] for r in answer[1:]] == ["unknownMethod"] * 2
    assert URN in answer[1][1]["description"]
    assert anna.run(["Core/echo", {}], using=[])["methodResponses"][0][0] == "error"


def test_a_body_may_come_in_pieces_but_not_too_large(anna):
    octets = orjson.dumps(ECHO)
    assert anna.request("POST", "/", [octets[:9], octets[9:]], JSON).status == 200
    large = [b" " * 50_000] * 5
    for headers in (JSON, JSON | {"content-length": "250000"}):
        answer = anna.request("POST", "/", large, headers)
        assert (answer.status, answer.json["type"]) == (413, ERROR + "limit")
        assert answer.json["limit"] == "maxSizeRequest"


def test_a_body_may_be_compressed(anna):
    headers = JSON | {"content-encoding": "gzip"}
    answer = anna.request("POST", "/", gzip.compress(orjson.dumps(ECHO)), headers)
    assert answer.json["methodResponses"][0][0] == "Core/echo"


def test_a_bomb_goes_off_at_the_limit(anna):
    bomb = gzip.compress(b"[" * 2_000_000)
    answer = anna.request("POST", "/", bomb, JSON | {"content-encoding": "gzip"})
    assert (answer.status, answer.json["limit"]) == (413, "maxSizeRequest")


def test_what_cannot_be_inflated_is_refused(anna):
    headers = JSON | {"content-encoding": "gzip"}
    assert anna.request("POST", "/", b"\x1f\x8b", headers).status == 400
    assert anna.request("POST", "/upload/anna/", b"x", {"content-encoding": "br"}).status == 415


def test_too_many_calls_are_a_limit(anna):
    answer = anna.post({"using": [CORE], "methodCalls": [["Core/echo", {}, "a"]] * 21})
    assert (answer.status, answer.json["limit"]) == (400, "maxCallsInRequest")


def test_too_many_requests_at_once_are_a_limit(anna, api):
    octets = orjson.dumps(ECHO)

    async def crowd():
        user = anna.identity.principal_id
        for _ in range(2):
            await api.gate.enter(user)
        waiting = [
            asyncio.create_task(anna.arequest("POST", "/", octets, JSON)) for _ in range(WAITING)
        ]
        await asyncio.sleep(0)
        refused = await anna.arequest("POST", "/", octets, JSON)
        for _ in range(2):
            api.gate.leave(user)
        return refused, await asyncio.gather(*waiting)

    refused, others = asyncio.run(crowd())
    assert (refused.status, refused.json["type"]) == (429, ERROR + "limit")
    assert refused.json["limit"] == "maxConcurrentRequests"
    assert {answer.status for answer in others} == {200}
    assert anna.post(ECHO).status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PROPFIND"])
def test_other_methods_are_refused_with_those_allowed(anna, method):
    answer = anna.request(method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")


def test_a_path_that_is_none_is_not_found(anna):
    assert anna.request("GET", "/nowhere/x").status == 404


def test_references_reach_into_stored_records(anna):
    for n in range(3):
        anna.make(f"t{n}", tags={"x": True}, links=[{"noteId": "N1"}, {"noteId": "N2"}])
    responses = anna.run(
        ["Note/query", {"accountId": "anna"}, "q"],
        ["Note/get", {"accountId": "anna", "#ids": reference("q", "Note/query", "/ids")}, "g"],
        ["Core/echo", {"#l": reference("g", "Note/get", "/list/*/links/*/noteId")}, "e"],
        ["Core/echo", {"#l": reference("g", "Note/get", "/list/1/title")}, "f"],
    )["methodResponses"]
    assert [note["title"] for note in responses[1][1]["list"]] == ["t0", "t1", "t2"]
    assert responses[2][1] == {"l": ["N1", "N2"] * 3}
    assert responses[3][1] == {"l": "t1"}


@pytest.mark.parametrize(
    "value",
    [
        reference("x", "Core/echo", "/a"),
        reference("a", "Note/get", "/a"),
        reference("a", "Core/echo", "/b"),
        reference("a", "Core/echo", "a"),
        reference("a", "Core/echo", "/a/9"),
        reference("a", "Core/echo", "/a/01"),
        reference("a", "Core/echo", "/a/-"),
        reference("a", "Core/echo", "/a/*/x"),
        reference("a", "Core/echo", "/*"),
        reference("a", "Core/echo", "/a" * 100),
        {"resultOf": "a", "name": "Core/echo"},
        {"resultOf": ["a"], "name": "Core/echo", "path": ""},
        "a",
        None,
    ],
)
def test_a_reference_to_nothing_fails_its_call_alone(anna, value):
    responses = anna.run(
        ["Core/echo", {"a": [1]}, "a"], ["Core/echo", {"#b": value}, "b"], ["Core/echo", {}, "c"]
    )["methodResponses"]
    assert [r[0] for r in responses] == ["Core/echo", "error", "Core/echo"]
    assert responses[1][1]["type"] == "invalidResultReference"


def test_an_argument_given_both_ways_is_invalid(anna):
    arguments = {"a": 1, "#a": reference("a", "Core/echo", "")}
    responses = anna.run(["Core/echo", {}, "a"], ["Core/echo", arguments, "b"])["methodResponses"]
    assert responses[1][1]["type"] == "invalidArguments"


def test_references_cannot_grow_without_bound(anna):
    """Each call would hold its predecessor twice: twenty of them, a million times."""
    calls = [["Core/echo", {"a": "x" * 1000}, "c0"]]
    for n in range(1, 20):
        whole = reference(f"c{n - 1}", "Core/echo", "")
        calls.append(["Core/echo", {"#a": whole, "#b": whole}, f"c{n}"])
    answer = anna.post({"using": [CORE], "methodCalls": calls})
    assert answer.status == 200
    assert len(answer.body) < 5_000_000
    assert answer.json["methodResponses"][-1][1]["type"] == "invalidResultReference"


def test_nesting_within_bounds_comes_back(anna):
    value = 1
    for _ in range(120):
        value = [value]
    echo = ["Core/echo", {"a": value}, "a"]
    again = ["Core/echo", {"#a": reference("a", "Core/echo", "/a")}, "b"]
    responses = anna.run(echo, again)["methodResponses"]
    assert responses[0][1] == responses[1][1] == {"a": value}


def test_reading_calls_see_what_calls_before_them_wrote(anna):
    get = ["Note/get", {"accountId": "anna", "ids": None}]
    write = ["Note/set", {"accountId": "anna", "create": {"k": {"title": "x"}}}]
    responses = anna.run(get, write, get)["methodResponses"]
    assert [len(responses[n][1]["list"]) for n in (0, 2)] == [0, 1]


def test_a_client_that_goes_away_is_not_answered(anna):
    async def leave():
        sent = []

        async def receive():
            return {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        scope = anna.scope("POST", "/", JSON) | {BODY_LIMITS: BodyLimits(patience=0.01)}
        await anna.app(scope, receive, send)
        return sent

    assert asyncio.run(leave()) == []


def test_a_body_that_does_not_come_is_given_up(anna):
    async def wait():
        answers = []

        async def receive():
            await asyncio.Event().wait()

        async def send(message):
            answers.append(message)

        scope = anna.scope("POST", "/", JSON) | {BODY_LIMITS: BodyLimits(patience=0.01)}
        await anna.app(scope, receive, send)
        return answers[0]

    answer = asyncio.run(wait())
    assert answer["status"] == 408
    assert (b"connection", b"close") in answer["headers"]


def test_a_body_may_come_a_moment_later(anna):
    async def later():
        answers = []

        async def receive():
            await asyncio.sleep(0)
            return {"type": "http.request", "body": orjson.dumps(ECHO), "more_body": False}

        async def send(message):
            answers.append(message)

        scope = anna.scope("POST", "/", JSON) | {BODY_LIMITS: BodyLimits(patience=0.01)}
        await anna.app(scope, receive, send)
        return answers[0]["status"]

    assert asyncio.run(later()) == 200


@pytest.mark.parametrize(
    ("names", "lane"),
    [
        (["Core/echo"], None),
        (["Nothing/there", "Core/echo"], None),
        (["Core/echo", "Note/get"], Lane.QUICK),
        (["Note/get", "Note/search"], Lane.QUICK),
        (["Note/get", "Note/set", "Core/echo"], Lane.WORK),
        (["Note/query", "Note/get"], Lane.SLOW),
    ],
)
def test_requests_are_sorted_by_what_they_do(api, monkeypatch, names, lane):
    monkeypatch.setattr(Notes, "slow", lane is Lane.SLOW)
    engine = Engine(api.services, api.engine.types)
    calls = [Invocation(name, {}, "a") for name in names]
    assert engine.lane(Request(None, calls, None, None)) is lane

"""JMAP over WebSocket (RFC 8887), with a client of its own kind over a real socket."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import httpx
import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.jmap.push.served import PATIENCE

CORE = "urn:ietf:params:jmap:core"
NOTES = "https://example.com/notes"
ECHO = {"@type": "Request", "using": [CORE], "methodCalls": [["Core/echo", {"a": 1}, "0"]]}


class Client:
    def __init__(self, socket):
        self.socket = socket

    async def send(self, value) -> None:
        await self.socket.send(
            value if isinstance(value, str | bytes) else orjson.dumps(value).decode()
        )

    async def next(self):
        async with asyncio.timeout(PATIENCE):
            return orjson.loads(await self.socket.recv())

    async def ask(self, value):
        await self.send(value)
        return await self.next()

    async def closes_with(self) -> int:
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ConnectionClosed) as caught:
                await self.socket.recv()
        return caught.value.rcvd.code


@asynccontextmanager
async def client(served, user, subprotocols=("jmap",)):
    async with connect(
        f"ws://127.0.0.1:{served.port}/jmap/ws/",
        subprotocols=subprotocols,
        additional_headers={"x-user": user.userid},
        proxy=None,
    ) as socket:
        yield Client(socket)


@pytest.fixture
def talk(serve, anna):
    """Run a scenario with one connection of anna's."""

    def talk(scenario, **options) -> None:
        async def whole(served):
            async with client(served, anna) as mine:
                await scenario(served, mine)

        serve(whole, **options)

    return talk


def test_the_subprotocol_is_agreed_on(talk):
    async def scenario(_, mine):
        assert mine.socket.subprotocol == "jmap"

    talk(scenario)


@pytest.mark.parametrize("offered", [None, ["chat"]])
def test_without_the_subprotocol_there_is_no_connection(anna, serve, offered):
    async def scenario(served):
        with pytest.raises(InvalidStatus):
            async with client(served, anna, offered):
                pass

    serve(scenario)


def test_a_request_is_answered_with_its_id(talk):
    async def scenario(_, mine):
        answer = await mine.ask(ECHO | {"id": "R1"})
        assert (answer["@type"], answer["requestId"]) == ("Response", "R1")
        assert answer["methodResponses"] == [["Core/echo", {"a": 1}, "0"]]
        assert answer["sessionState"]

    talk(scenario)


def test_a_request_without_id_is_answered_without(talk):
    async def scenario(_, mine):
        assert "requestId" not in await mine.ask(ECHO)

    talk(scenario)


def test_requests_run_side_by_side_and_all_are_answered(talk):
    get = {
        "@type": "Request",
        "using": [NOTES],
        "methodCalls": [["Note/get", {"accountId": "anna"}, "0"]],
    }

    async def scenario(_, mine):
        for n in range(20):  # of which two may run at once
            await mine.send(get | {"id": f"R{n}"})
        answered = {(await mine.next())["requestId"] for _ in range(20)}
        assert answered == {f"R{n}" for n in range(20)}

    talk(scenario)


@pytest.mark.parametrize(
    ("message", "type"),
    [
        ("{", "notJSON"),
        ("[]", "notRequest"),
        ("{}", "notRequest"),
        ('{"@type": "Wish"}', "notRequest"),
        ('{"@type": "Request", "id": 7}', "notRequest"),
        ('{"@type": "WebSocketPushEnable", "dataTypes": "Note"}', "notRequest"),
        ('{"@type": "WebSocketPushEnable", "pushState": 7}', "notRequest"),
    ],
)
def test_what_is_no_message_is_a_request_error(talk, message, type):
    async def scenario(_, mine):
        error = await mine.ask(message)
        assert error["@type"] == "RequestError"
        assert error["type"] == f"urn:ietf:params:jmap:error:{type}"
        assert error["requestId"] is None
        assert error["detail"]
        assert (await mine.ask(ECHO))["@type"] == "Response"  # the connection goes on

    talk(scenario)


def test_a_request_that_is_refused_is_named(talk):
    async def scenario(_, mine):
        error = await mine.ask(ECHO | {"id": "R1", "using": ["urn:nothing"]})
        assert error["requestId"] == "R1"
        assert error["type"] == "urn:ietf:params:jmap:error:unknownCapability"

    talk(scenario)


def test_a_message_that_is_too_large_is_refused_by_name_of_the_limit(talk):
    async def scenario(_, mine):
        error = await mine.ask(ECHO | {"pad": "x" * 20_000})
        assert (error["type"], error["limit"]) == (
            "urn:ietf:params:jmap:error:limit",
            "maxSizeRequest",
        )

    talk(scenario)


def test_a_binary_frame_ends_the_connection(talk):
    async def scenario(_, mine):
        await mine.send(b"\x00")
        assert await mine.closes_with() == 1003

    talk(scenario)


def test_changes_are_pushed_once_push_is_enabled(site, anna, talk):
    async def scenario(served, mine):
        await mine.send({"@type": "WebSocketPushEnable", "dataTypes": None})
        await served.until_heard(anna)
        modseq = site.touch(anna.principal_id)
        change = await mine.next()
        assert change["@type"] == "StateChange"
        assert change["changed"] == {"anna": {"Note": str(modseq)}}
        assert change["pushState"]

    talk(scenario)


def test_changes_since_a_push_state_are_pushed_at_once(site, anna, talk):
    async def scenario(served, mine):
        await mine.send({"@type": "WebSocketPushEnable", "dataTypes": ["Note"]})
        await served.until_heard(anna)
        site.touch(anna.principal_id)
        state = (await mine.next())["pushState"]
        await mine.send({"@type": "WebSocketPushDisable"})
        await mine.ask(ECHO)
        modseq = site.touch(anna.principal_id)
        change = await mine.ask(
            {"@type": "WebSocketPushEnable", "dataTypes": ["Note"], "pushState": state}
        )
        assert change["changed"] == {"anna": {"Note": str(modseq)}}

    talk(scenario)


def test_without_push_nothing_is_pushed(site, anna, talk):
    async def scenario(served, mine):
        site.touch(anna.principal_id)
        await mine.send({"@type": "WebSocketPushEnable", "dataTypes": None})
        await served.until_heard(anna)
        await mine.send({"@type": "WebSocketPushDisable"})
        await mine.ask(ECHO)
        site.touch(anna.principal_id)
        assert (await mine.ask(ECHO))["@type"] == "Response"

    talk(scenario)


def test_only_the_types_that_were_asked_for_are_pushed(site, anna, talk):
    async def scenario(served, mine):
        await mine.send({"@type": "WebSocketPushEnable", "dataTypes": ["Email"]})
        await served.until_heard(anna)
        site.touch(anna.principal_id)
        assert (await mine.ask(ECHO))["@type"] == "Response"

    talk(scenario)


def test_a_revoked_credential_answers_no_request(site, anna, talk):
    async def scenario(_, mine):
        site.revoke(anna)
        await mine.send(ECHO)
        assert await mine.closes_with() == 1008

    talk(scenario)


def test_the_servers_end_closes_the_connection(site, talk):
    async def scenario(_, mine):
        await mine.ask(ECHO)
        site.core.ending.set()
        assert await mine.closes_with() == 1001

    talk(scenario)


def test_event_streams_and_websockets_count_together(anna, serve):
    async def scenario(served):
        async with served.events(anna):
            with pytest.raises(InvalidStatus):
                async with client(served, anna):
                    pass

    serve(scenario, connections=1)


def test_the_session_says_where_it_is(site, anna):
    async def session():
        return site.api.sessions.session(
            await site.api.viewer_of(anna), "https://mail.example.com/jmap"
        )

    assert asyncio.run(session())["capabilities"]["urn:ietf:params:jmap:websocket"] == {
        "url": "wss://mail.example.com/jmap/ws/",
        "supportsPush": True,
    }


def test_a_plain_request_is_told_to_upgrade(anna, serve):
    async def scenario(served):
        async with httpx.AsyncClient(trust_env=False) as plain:
            url = f"http://127.0.0.1:{served.port}/jmap/ws/"
            assert (await plain.get(url, headers={"x-user": "anna"})).status_code == 426

    serve(scenario)

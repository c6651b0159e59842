"""The event source (RFC 8620 §7.3)."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from cyrpy_jmap.push.eventsource import EventSource
from cyrpy_jmap.push.shape import CLASSIC
from tests.jmap.push.served import PATIENCE


def test_a_change_is_pushed_with_the_state_of_the_type(site, anna, serve):
    async def scenario(served):
        async with served.events(anna) as events:
            assert events.response.headers["content-type"] == "text/event-stream"
            modseq = site.touch(anna.principal_id)
            event = await events.next()
        assert event.name == "state"
        assert event.data == {
            "@type": "StateChange",
            "changed": {"anna": {"Note": str(modseq)}},
        }

    serve(scenario)


def test_the_state_is_the_one_that_get_returns(site, anna, serve):
    async def scenario(served):
        async with served.events(anna) as events:
            site.touch(anna.principal_id)
            pushed = (await events.next()).data["changed"]["anna"]["Note"]
        request = {
            "using": ["https://example.com/notes"],
            "methodCalls": [["Note/get", {"accountId": "anna", "ids": []}, "0"]],
        }
        answer = await site.api.answer(request, await site.api.viewer_of(anna))
        assert b'"state":"%b"' % pushed.encode() in answer

    serve(scenario)


def test_what_was_missed_is_sent_at_once_to_who_knows_the_last_id(site, anna, serve):
    async def scenario(served):
        async with served.events(anna) as events:
            site.touch(anna.principal_id)
            seen = (await events.next()).id
        modseq = site.touch(anna.principal_id)
        async with served.events(anna, **{"last-event-id": seen}) as events:
            assert (await events.next()).data["changed"] == {"anna": {"Note": str(modseq)}}

    serve(scenario)


def test_who_missed_nothing_is_sent_nothing(site, anna, serve):
    async def scenario(served):
        async with served.events(anna) as events:
            site.touch(anna.principal_id)
            seen = (await events.next()).id
        query = "types=*&closeafter=no&ping=1"
        async with served.events(anna, query, **{"last-event-id": seen}) as events:
            assert (await events.next()).name == "ping"

    serve(scenario)


def test_an_id_that_was_never_given_is_ignored(site, anna, serve):
    async def scenario(served):
        async with served.events(anna, **{"last-event-id": "nonsense"}) as events:
            modseq = site.touch(anna.principal_id)
            assert (await events.next()).data["changed"] == {"anna": {"Note": str(modseq)}}

    serve(scenario)


def test_an_id_of_the_future_brings_every_state(site, anna, serve):
    """As after the database was put back to an older one."""
    modseq = site.touch(anna.principal_id)

    async def scenario(served):
        async with served.events(anna, **{"last-event-id": "anna:999999999999"}) as events:
            assert (await events.next()).data["changed"] == {"anna": {"Note": str(modseq)}}

    serve(scenario)


def test_pings_tell_their_interval_and_carry_no_id(anna, serve):
    async def scenario(served):
        async with served.events(anna, "types=*&closeafter=no&ping=1") as events:
            event = await events.next()
            assert (event.name, event.id, event.data) == ("ping", None, {"interval": 1})

    serve(scenario)


def test_a_ping_interval_is_kept_within_bounds(serve):
    async def scenario(served):
        endpoint = EventSource(served.hub)
        pings = [endpoint._parameters(b"ping=%d" % n).ping for n in (0, 1, 30, 300, 10**9)]
        assert pings == [0, 5, 30, 300, 3600]

    serve(scenario)


def test_closeafter_state_ends_the_response_after_one_event(site, anna, serve):
    async def scenario(served):
        async with served.events(anna, "types=*&closeafter=state&ping=0") as events:
            site.touch(anna.principal_id)
            assert (await events.next()).name == "state"
            assert await events.next() is None

    serve(scenario)


def test_only_the_types_that_were_asked_for_are_pushed(site, anna, serve):
    async def scenario(served):
        async with (
            served.events(anna, "types=Email,Note&closeafter=no&ping=0") as wanted,
            served.events(anna, "types=Email&closeafter=no&ping=1") as others,
        ):
            site.touch(anna.principal_id)
            assert (await wanted.next()).name == "state"
            assert (await others.next()).name == "ping"

    serve(scenario)


@pytest.mark.parametrize(
    "query",
    ["closeafter=never", "ping=soon", "ping=-1", "types=", "types=A,,B", "types=*,A", "ping="],
)
def test_wrong_parameters_are_a_problem(anna, serve, query):
    async def scenario(served):
        async with served.events(anna, query) as events:
            assert events.response.status_code == 400
            assert events.response.headers["content-type"] == "application/problem+json"
            detail = (await events.response.aread()).decode()
            assert query.partition("=")[0] in detail

    serve(scenario)


def test_types_of_which_there_is_no_method_are_not_announced(site, anna, serve):
    async def scenario(served):
        async with served.events(anna, "types=*&closeafter=no&ping=1") as events:
            site.touch(anna.principal_id, "SomethingInternal")
            assert (await events.next()).name == "ping"

    serve(scenario)


def test_nothing_of_another_account_is_announced(site, anna, bert, serve):
    async def scenario(served):
        async with served.events(bert) as events:
            site.touch(anna.principal_id)
            modseq = site.touch(bert.principal_id)
            event = await events.next()
            assert event.data["changed"] == {"bert": {"Note": str(modseq)}}
            assert "anna" not in event.id

    serve(scenario)


def test_shared_types_of_another_account_are_announced(site, anna, bert, serve):
    site.share(anna.principal_id, bert.principal_id)

    async def scenario(served):
        async with served.events(bert) as events:
            modseq = site.touch(anna.principal_id)
            assert (await events.next()).data["changed"] == {"anna": {"Note": str(modseq)}}

    serve(scenario)


def test_types_that_are_not_shared_are_not_announced(site, anna, bert, serve):
    """A grant on a Calendar lets nobody see Notes."""
    site.share(anna.principal_id, bert.principal_id, kind="Calendar")

    async def scenario(served):
        async with served.events(bert, "types=*&closeafter=no&ping=1") as events:
            site.touch(anna.principal_id)
            assert (await events.next()).name == "ping"

    serve(scenario)


def test_an_account_shared_meanwhile_is_announced_with_all_its_states(site, anna, bert, serve):
    before = site.touch(anna.principal_id)

    async def scenario(served):
        async with served.events(bert) as events:
            site.share(anna.principal_id, bert.principal_id)
            mine = site.touch(bert.principal_id)  # wakes the connection
            changed = (await events.next()).data["changed"]
            assert changed == {"bert": {"Note": str(mine)}, "anna": {"Note": str(before)}}

    serve(scenario)


def test_after_a_share_ends_nothing_of_it_is_announced(site, anna, bert, serve):
    site.share(anna.principal_id, bert.principal_id)

    async def scenario(served):
        async with served.events(bert) as events:
            site.share(anna.principal_id, bert.principal_id, rights="")
            site.touch(anna.principal_id)
            mine = site.touch(bert.principal_id)
            assert (await events.next()).data["changed"] == {"bert": {"Note": str(mine)}}

    serve(scenario)


def test_a_revoked_credential_ends_the_stream_before_anything_is_told(site, anna, serve):
    async def scenario(served):
        async with served.events(anna) as events:
            site.revoke(anna)
            site.touch(anna.principal_id)
            assert await events.next() is None

    serve(scenario)


def test_the_servers_end_ends_the_stream(site, anna, serve):
    async def scenario(served):
        async with served.events(anna) as events:
            site.core.ending.set()
            assert await events.next() is None

    serve(scenario)


def test_a_user_cannot_hold_more_than_so_many_connections(anna, bert, serve):
    async def scenario(served):
        async with (
            served.events(anna),
            served.events(anna),
            served.events(anna) as third,
            served.events(bert) as others,
        ):
            assert third.response.status_code == 429
            assert b"urn:ietf:params:jmap:error:limit" in await third.response.aread()
            assert others.response.status_code == 200

    serve(scenario, connections=2)


def test_a_client_that_went_away_frees_its_place(site, anna, serve):
    async def scenario(served):
        for _ in range(3):
            async with served.events(anna) as events:
                assert events.response.status_code == 200
            async with asyncio.timeout(PATIENCE):
                while site.core.notifier._receivers:
                    await asyncio.sleep(0.001)

    serve(scenario, connections=1)


def test_a_client_that_reads_nothing_costs_constant_memory_and_gets_the_newest(site, anna, serve):
    async def scenario(served):
        async with served.events(anna) as events:
            for _ in range(200):
                site.touch(anna.principal_id)
            newest = site.touch(anna.principal_id)
            seen, count = 0, 0
            while seen < newest:
                seen = int((await events.next()).data["changed"]["anna"]["Note"])
                count += 1
            assert count < 50  # what happens while one is on its way becomes one

    serve(scenario)


def test_other_methods_are_refused(anna, serve):
    async def scenario(served):
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(
                f"http://127.0.0.1:{served.port}/jmap/eventsource/", headers={"x-user": "anna"}
            )
        assert answer.status_code == 405
        assert "GET" in answer.headers["allow"]

    serve(scenario)


class TestClassic:
    """The event source of classic JMAP."""

    def test_the_object_has_no_type_and_types_have_classic_names(self):
        changed = {"A1": {"Email": "7", "ContactCard": "8", "Note": "9"}}
        assert CLASSIC.write(changed) == {
            "changed": {"A1": {"Message": "7", "Contact": "8", "ContactGroup": "8"}}
        }
        assert CLASSIC.write(changed, {"Contact"}) == {"changed": {"A1": {"Contact": "8"}}}

    def test_the_types_asked_for_are_classic_names(self):
        assert CLASSIC.wanted({"Message", "ContactGroup"}) == {"Email", "ContactCard"}

    def test_pings_come_every_five_minutes_unless_asked_otherwise(self, anna, serve):
        async def scenario(served):
            from cyrpy_jmap.push.shape import CLASSIC  # noqa: PLC0415

            assert EventSource(served.hub, CLASSIC)._parameters(b"").ping == 300

        serve(scenario)

    def test_it_is_served_beside_the_other(self, anna, serve):
        async def scenario(served):
            async with served.events(anna, "", path="events/") as events:
                assert events.response.status_code == 200

        serve(scenario)

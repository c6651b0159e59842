"""The push callback of classic JMAP."""

from __future__ import annotations

import asyncio

import pytest

from cyrpy_jmap.call import Call, Reader
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.push.callback import PushCallbacks
from tests.jmap.push.conftest import HERE
from tests.jmap.push.receiver import answer
from tests.jmap.push.subscriber import Subscriber


class Classic(Subscriber):
    """Calls the methods as the classic dialect does: without naming a capability."""

    async def run(self, method: str, **arguments):
        viewer = await self.site.api.viewer_of(self.user)
        services = self.site.api.services

        def inside():
            reader = Reader(services.core.database)
            call = Call(services, viewer, viewer.own, {}, reader, wants_values=True)
            try:
                return getattr(PushCallbacks(HERE), method)(call, arguments)
            finally:
                reader.close()

        return await asyncio.to_thread(inside)


@pytest.fixture
def classic(site, anna) -> Classic:
    return Classic(site, anna)


def test_there_is_none_until_it_is_set(classic):
    async def scenario():
        assert await classic.run("get") == {"callback": None}
        url = "https://client.example.com/callback"
        assert await classic.run("set", callback=url) == {"callback": url}
        assert await classic.run("get") == {"callback": url}
        assert await classic.run("set", callback=None) == {"callback": None}
        assert await classic.run("get") == {"callback": None}

    asyncio.run(scenario())


def test_a_second_one_replaces_the_first(classic):
    async def scenario():
        for name in ("one", "two"):
            await classic.run("set", callback=f"https://client.example.com/{name}")
        assert (await classic.run("get"))["callback"].endswith("/two")

    asyncio.run(scenario())


@pytest.mark.parametrize("url", ["ftp://client.example.com/", "nonsense", "https://"])
def test_a_url_that_cannot_be_used_is_an_invalid_url(classic, url):
    with pytest.raises(MethodError) as caught:
        asyncio.run(classic.run("set", callback=url))
    assert caught.value.type == "invalidUrl"


def test_plain_http_is_an_invalid_url():
    with pytest.raises(MethodError) as caught:
        PushCallbacks().set(None, {"callback": "http://client.example.com/"})
    assert caught.value.type == "invalidUrl"


def test_the_dialect_of_rfc_8620_cannot_reach_it(classic):
    async def scenario():
        response = await classic.answer("PushCallback/get", {})
        assert response[1]["type"] == "unknownMethod"

    asyncio.run(scenario())


def test_a_callback_is_no_push_subscription(classic):
    async def scenario():
        await classic.run("set", callback="https://client.example.com/")
        assert await classic.get() == []

    asyncio.run(scenario())


def test_changes_are_posted_in_the_classic_shape(push, site, anna):
    async def scenario(mine, receiver):
        classic = Classic(mine.site, mine.user)
        await classic.run("set", callback=receiver.url("/callback"))
        await classic.until_begun("P1")
        site.touch(anna.principal_id)  # a Note, of which classic JMAP knows nothing
        modseq = site.touch(anna.principal_id, "Calendar")
        received = await receiver.next()
        assert received.json == {"changed": {"anna": {"Calendar": str(modseq)}}}
        assert received.headers["x-jmap-eventtype"] == "state"
        assert received.headers["x-jmap-user"] == "anna"
        assert "authorization" not in received.headers

    push(scenario)


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_refusal_deregisters_it_for_good(push, site, anna, status):
    async def scenario(mine, receiver):
        classic = Classic(mine.site, mine.user)
        await classic.run("set", callback=receiver.url())
        await classic.until_begun("P1")
        receiver.answers.append(answer(status))
        site.touch(anna.principal_id, "Calendar")
        await classic.until_gone("P1")

    push(scenario)

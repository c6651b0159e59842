"""Offers that are made when asked for, and the application that its first request loads."""

from __future__ import annotations

import asyncio

import pytest

from cyrpy.core import Later
from cyrpy.errors import Unavailable
from cyrpy.http.late import LateApp


class Wanted:
    pass


class Other:
    pass


def test_offers_are_made_for_their_kinds_alone_and_once():
    made = []

    def make():
        made.append(Wanted())
        return made

    later = Later({f"{__name__}:Wanted"}, make)
    assert later.of(Other) == ()
    assert made == []
    assert later.of(Wanted) == later.of(Wanted) == later.made()
    assert len(made) == 1


def test_an_application_is_loaded_once_for_all_that_come_meanwhile():
    loads, served = [], []

    async def app(scope, receive, send):
        served.append(scope["path"])

    def load():
        loads.append(1)
        return app

    late = LateApp(load, asyncio.to_thread)

    async def together():
        await asyncio.gather(*(late({"path": path}, None, None) for path in "abc"))
        await late({"path": "d"}, None, None)

    asyncio.run(together())
    assert (loads, sorted(served)) == ([1], ["a", "b", "c", "d"])


def test_what_could_not_be_loaded_is_loaded_by_the_next_request():
    served, fails = [], [True]

    async def app(scope, receive, send):
        served.append(scope)

    def load():
        if fails.pop() if fails else False:
            raise Unavailable("the database cannot be reached")
        return app

    late = LateApp(load, asyncio.to_thread)

    async def twice():
        with pytest.raises(Unavailable):
            await late({}, None, None)
        await late({}, None, None)

    asyncio.run(twice())
    assert served == [{}]

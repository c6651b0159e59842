"""A client that subscribes to push, through the engine as a POST would."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from cyrpy.auth.identity import Identity
from cyrpy_jmap import store
from tests.jmap.push.receiver import Received, Receiver
from tests.jmap.push.served import PATIENCE, Site

CORE = "urn:ietf:params:jmap:core"


class Subscriber:
    """One client of one user."""

    def __init__(self, site: Site, user: Identity) -> None:
        self.site = site
        self.user = user

    async def answer(self, name: str, arguments: dict[str, Any]) -> list[Any]:
        """The response to one call."""
        request = {"using": [CORE], "methodCalls": [[name, arguments, "0"]]}
        viewer = await self.site.api.viewer_of(self.user)
        answer = orjson.loads(await self.site.api.answer(request, viewer))
        return answer["methodResponses"][0]

    async def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        response = await self.answer(name, arguments)
        assert response[0] == name, response
        return response[1]

    async def get(self, **arguments: Any) -> list[dict[str, Any]]:
        return (await self.call("PushSubscription/get", **arguments))["list"]

    async def set(self, **arguments: Any) -> dict[str, Any]:
        return await self.call("PushSubscription/set", **arguments)

    async def create(self, url: str, **properties: Any) -> dict[str, Any]:
        """What the server answers of a new subscription."""
        record = {"deviceClientId": "device", "url": url, **properties}
        answer = await self.set(create={"s": record})
        assert answer["created"], answer["notCreated"]
        return answer["created"]["s"]

    async def refused(self, url: str, **properties: Any) -> dict[str, Any]:
        """The SetError to a new subscription."""
        record = {"deviceClientId": "device", "url": url, **properties}
        return (await self.set(create={"s": record}))["notCreated"]["s"]

    async def update(self, id: str, **patch: Any) -> dict[str, Any]:
        return await self.set(update={id: patch})

    async def subscribe(self, receiver: Receiver, path="/push/secret", **properties: Any) -> str:
        """A verified subscription; its id."""
        id = (await self.create(receiver.url(path), **properties))["id"]
        code = (await receiver.next()).json["verificationCode"]
        await self.update(id, verificationCode=code)
        await self.until_begun(id)
        return id

    async def until_begun(self, id: str) -> None:
        """Wait until the sender knows from where on to push."""
        async with asyncio.timeout(PATIENCE):
            while not self.row(id).position:
                await asyncio.sleep(0.001)

    async def until_gone(self, id: str) -> None:
        """Wait until the server has removed it."""
        async with asyncio.timeout(PATIENCE):
            while self.row(id) is not None:
                await asyncio.sleep(0.001)

    def row(self, id: str):
        """The subscription as it is stored."""
        with self.site.core.database.read() as unit:
            return store.find(unit, int(id[1:]))

    async def pushed(self, receiver: Receiver) -> tuple[str, Received]:
        """Something changes: its state, and what is pushed of it."""
        modseq = self.site.touch(self.user.principal_id)
        return str(modseq), await receiver.next()

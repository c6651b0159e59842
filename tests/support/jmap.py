"""A JMAP client in both dialects, over whatever carries its requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from tests.support.server import DOMAIN, JSON, Answer, basic

CORE = "urn:ietf:params:jmap:core"
CALENDARS = "urn:ietf:params:jmap:calendars"
CONTACTS = "urn:ietf:params:jmap:contacts"
PRINCIPALS = "urn:ietf:params:jmap:principals"
USING = (CORE, CALENDARS, CONTACTS, PRINCIPALS)
Json = dict[str, Any]


class Carrier(Protocol):
    """A server as HTTP clients see it."""

    def request(
        self, method: str, path: str, body: Any = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """The answer to one request."""


class Jmap:
    """One user's client; the user's password is its name unless `sign_in` says otherwise."""

    def __init__(
        self, server: Carrier, user: str, sign_in: Mapping[str, str] | None = None
    ) -> None:
        self.server = server
        self.user = user
        self.name = f"{user}@{DOMAIN}"
        self.account = f"{user}_40{DOMAIN}"
        self.sign_in = dict(sign_in or basic(user))

    def get(self, path: str) -> Answer:
        return self.server.request("GET", path, headers=self.sign_in)

    def post(self, body: Any, path: str = "/jmap/", **headers: str) -> Answer:
        octets = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.server.request("POST", path, octets, JSON | self.sign_in | headers)

    def session(self) -> Json:
        answer = self.get("/jmap/")
        assert answer.status == 200, answer.body
        found: Json = answer.json
        return found

    def run(self, *calls: list[Any], using: tuple[str, ...] = USING) -> list[Any]:
        """The method responses; calls of two parts get a call id."""
        numbered = [[*call, f"c{n}"][:3] for n, call in enumerate(calls)]
        answer = self.post({"using": using, "methodCalls": numbered})
        assert answer.status == 200, answer.body
        responses: list[Any] = answer.json["methodResponses"]
        return responses

    def _one(self, name: str, arguments: Json) -> tuple[str, Json]:
        ((found, result, _),) = self.run([name, {"accountId": self.account, **arguments}])
        return found, result

    def call(self, name: str, **arguments: Any) -> Json:
        """The arguments of the one response to one call."""
        found, result = self._one(name, arguments)
        assert found == name, result
        return result

    def fail(self, name: str, **arguments: Any) -> Json:
        """The arguments of the error that one call ends in."""
        found, result = self._one(name, arguments)
        assert found == "error", result
        return result

    def classic(self, *calls: list[Any]) -> list[Any]:
        """The responses to classic calls, which are given an id each."""
        answer = self.post([[*call, f"#{n}"] for n, call in enumerate(calls)])
        assert answer.status == 200, answer.body
        responses: list[Any] = answer.json
        return responses

    def classic_call(self, name: str, **arguments: Any) -> Json:
        """The arguments of the one response to one classic call."""
        result: Json
        ((found, result, _),) = self.classic([name, arguments])
        assert found != "error", result
        return result


class Records:
    """The records of one type in one account, for one user."""

    type = ""

    def __init__(self, client: Jmap, account: str | None = None) -> None:
        self.client = client
        self.account = account or client.account

    def call(self, verb: str, **arguments: Any) -> Json:
        return self.client.call(f"{self.type}/{verb}", accountId=self.account, **arguments)

    def set(self, **arguments: Any) -> Json:
        return self.call("set", **arguments)

    def state(self) -> str:
        state: str = self.call("get", ids=[])["state"]
        return state

    def all(self) -> dict[str, Json]:
        """Every record, by id."""
        return {record["id"]: record for record in self.call("get")["list"]}

    def one(self, id: str) -> Json:
        (record,) = self.call("get", ids=[id])["list"]
        found: Json = record
        return found

    def create(self, name: str = "Work", **properties: Any) -> str:
        """The id of a new record."""
        answer = self.set(create={"k": {"name": name, **properties}})
        assert answer["created"], answer
        id: str = answer["created"]["k"]["id"]
        return id

    def update(self, id: str, /, **patch: Any) -> Json | None:
        """What the server says of a change that succeeds."""
        answer = self.set(update={id: patch})
        assert answer["updated"], answer
        changed: Json | None = answer["updated"][id]
        return changed

    def destroy(self, id: str, **arguments: Any) -> None:
        answer = self.set(destroy=[id], **arguments)
        assert answer["destroyed"] == [id], answer

    def refused_create(self, **properties: Any) -> Json:
        """The SetError of a creation."""
        answer = self.set(create={"k": properties})
        assert answer["created"] is None, answer
        error: Json = answer["notCreated"]["k"]
        return error

    def refused_update(self, id: str, /, **patch: Any) -> Json:
        """The SetError of an update."""
        answer = self.set(update={id: patch})
        assert answer["updated"] is None, answer
        error: Json = answer["notUpdated"][id]
        return error

    def refused_destroy(self, id: str) -> Json:
        """The SetError of a destruction."""
        answer = self.set(destroy=[id])
        assert answer["destroyed"] is None, answer
        error: Json = answer["notDestroyed"][id]
        return error

    def changes(self, since: str) -> Json:
        """Created, updated and destroyed, each a sorted list."""
        found = self.call("changes", sinceState=since)
        assert not found["hasMoreChanges"]
        return {what: sorted(found[what]) for what in ("created", "updated", "destroyed")}

    def share(self, id: str, /, **shares: Json | None) -> None:
        """Share with these accounts only."""
        self.update(id, shareWith=shares)


class Calendars(Records):
    """Calendars."""

    type = "Calendar"


class CalendarEvents(Records):
    """Events, in the account's default calendar unless they say otherwise."""

    type = "CalendarEvent"
    calendar = "Default"

    def event(self, title: str = "Lunch", **properties: Any) -> Json:
        """A new event of an hour; null leaves a property out."""
        value: Json = {
            "@type": "Event",
            "calendarIds": {self.calendar: True},
            "title": title,
            "start": "2026-01-05T10:00:00",
            "timeZone": "Europe/Vienna",
            "duration": "PT1H",
            **properties,
        }
        return {name: v for name, v in value.items() if v is not None}

    def create(self, name: str = "Lunch", **properties: Any) -> str:
        """The id of a new event."""
        return str(self.made(name, **properties)["id"])

    def made(self, title: str = "Lunch", **properties: Any) -> Json:
        """What the server tells of a new event."""
        answer = self.set(create={"k": self.event(title, **properties)})
        assert answer["created"], answer
        found: Json = answer["created"]["k"]
        return found

    def query(self, filter: Json | None = None, **arguments: Any) -> list[str]:
        """Ids that match, in order."""
        found: list[str] = self.call("query", filter=filter, **arguments)["ids"]
        return found

    def show(self, *ids: str, **arguments: Any) -> list[Json]:
        """Events, in the order of their ids."""
        found = {e["id"]: e for e in self.call("get", ids=list(ids), **arguments)["list"]}
        return [found[id] for id in ids]


class AddressBooks(Records):
    """Address books."""

    type = "AddressBook"


class ContactCards(Records):
    """Cards."""

    type = "ContactCard"

    def query(self, filter: Json | None = None, **arguments: Any) -> list[str]:
        """The ids that match."""
        found: list[str] = self.call("query", filter=filter, **arguments)["ids"]
        return found


class ShareNotifications(Records):
    """Share notifications."""

    type = "ShareNotification"


class Principals(Records):
    """Principals."""

    type = "Principal"


class Replica:
    """What a client has that only ever follows changes; `limit` is its maxChanges."""

    def __init__(self, source: Records, limit: int | None = None) -> None:
        self.source = source
        self.limit = limit
        self.state: str | None = None
        self.records: dict[str, Json] = {}

    def sync(self) -> None:
        """Catch up; start anew where the server cannot tell."""
        if self.state is None:
            self._start()
            return
        more = True
        while more:
            found = self.source.call("changes", sinceState=self.state, maxChanges=self.limit)
            self._apply(found)
            more = found["hasMoreChanges"]

    def _start(self) -> None:
        found = self.source.call("get")
        self.state = found["state"]
        self.records = {record["id"]: record for record in found["list"]}

    def _apply(self, found: Json) -> None:
        touched = [*found["created"], *found["updated"]]
        fetched = self.source.call("get", ids=touched)
        self.records |= {record["id"]: record for record in fetched["list"]}
        for id in (*found["destroyed"], *fetched["notFound"]):
            self.records.pop(id, None)
        self.state = found["newState"]

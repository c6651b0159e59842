"""Replicas that are kept by /changes and /queryChanges alone, in both dialects (RFC 8620 §5)."""

from __future__ import annotations

from typing import Any

from tests.support.convergence.people import Person, same
from tests.support.jmap import CALENDARS, CONTACTS, Jmap, Json

TYPES = {
    "Calendar": CALENDARS,
    "CalendarEvent": CALENDARS,
    "AddressBook": CONTACTS,
    "ContactCard": CONTACTS,
}
QUERIES: dict[str, list[Json] | None] = {
    "CalendarEvent": [{"property": "uid"}],
    "ContactCard": None,
}
# What the classic dialect calls them: the calls, and what their answers hold.
CLASSIC = {
    "Calendar": ("getCalendars", "getCalendarUpdates"),
    "CalendarEvent": ("getCalendarEvents", "getCalendarEventUpdates"),
    "ContactCard": ("getContacts", "getContactUpdates"),
}
STALE = "cannotCalculateChanges"


class Asker:
    """One user's JMAP client; its requests go by the user's connections."""

    def __init__(self, who: Person) -> None:
        self.who = who
        self.account = who.name.replace("@", "_40")

    def calls(self, *calls: list[Any]) -> list[list[Any]]:
        user = self.who.name.partition("@")[0]
        found: list[list[Any]] = Jmap(self.who.carrier, user, self.who.sign_in).run(*calls)
        assert not any(name == "error" and one["type"] == "serverFail" for name, one, _ in found), (
            found
        )
        return found

    def call(self, name: str, **arguments: Any) -> tuple[str, Json]:
        ((found, answer, _),) = self.calls([name, arguments])
        return found, answer

    def classic(self, name: str, **arguments: Any) -> tuple[str, Json]:
        user = self.who.name.partition("@")[0]
        jmap = Jmap(self.who.carrier, user, self.who.sign_in)
        ((found, answer, _),) = jmap.classic([name, arguments])
        return found, answer

    def places(self) -> list[tuple[str, str]]:
        """The accounts that the user sees now, and the types of records in them."""
        user = self.who.name.partition("@")[0]
        session = Jmap(self.who.carrier, user, self.who.sign_in).session()
        return [
            (account, type)
            for account, each in sorted(session["accounts"].items())
            for type, capability in TYPES.items()
            if capability in each["accountCapabilities"]
        ]


class Follower:
    """The records of one type in one account."""

    def __init__(self, asker: Asker, account: str, type: str, ever: set[str]) -> None:
        self.asker = asker
        self.account = account
        self.type = type
        self.ever = ever  # ids that the user could see at some moment
        self.state: str | None = None
        self.records: dict[str, Json] = {}

    def ask(self, verb: str, **arguments: Any) -> tuple[str, Json]:
        return self.asker.call(f"{self.type}/{verb}", accountId=self.account, **arguments)

    def get(self, ids: list[str] | None) -> Json:
        name, found = self.ask("get", ids=ids)
        assert name != "error", found
        return found

    def sync(self, limit: int | None) -> None:
        """Catch up, from the start where changes cannot be calculated."""
        more = self.state is not None
        while more:
            name, found = self.ask("changes", sinceState=self.state, maxChanges=limit)
            if name == "error":
                assert found["type"] == STALE, found
                self.state = None
                break
            self._take(found, limit)
            more = found["hasMoreChanges"]
        if self.state is None:
            found = self.get(None)
            self.state = found["state"]
            self.records = {record["id"]: record for record in found["list"]}

    def _take(self, found: Json, limit: int | None) -> None:
        told = [*found["created"], *found["updated"], *found["destroyed"]]
        assert len(told) == len(set(told)), found
        assert limit is None or len(told) <= limit, found
        assert set(told) <= self.ever, (self.asker.account, self.account, found)
        assert not found["hasMoreChanges"] or found["newState"] != self.state, found
        fetched = self.get([*found["created"], *found["updated"]])
        for id in (*found["destroyed"], *fetched["notFound"]):
            self.records.pop(id, None)
        self.records |= {record["id"]: record for record in fetched["list"]}
        self.state = found["newState"]

    def judge(self) -> None:
        """What the client has is what there is, and nothing is told twice."""
        there = {record["id"]: record for record in self.get(None)["list"]}
        same(self.records, there, f"{self.asker.account}: {self.type} of {self.account}")
        _, found = self.ask("changes", sinceState=self.state)
        told = [found[kind] for kind in ("created", "updated", "destroyed")]
        assert (told, found["newState"]) == ([[], [], []], self.state), found


class ClassicFollower:
    """The ids and titles of one type, by the calls of the classic dialect."""

    def __init__(self, asker: Asker, account: str, type: str, ever: set[str]) -> None:
        self.asker, self.account, self.ever = asker, account, ever
        self.reads, self.updates = CLASSIC[type]
        self.state: str | None = None
        self.records: dict[str, Json] = {}

    def get(self, ids: list[str] | None) -> Json:
        name, found = self.asker.classic(self.reads, accountId=self.account, ids=ids)
        assert name != "error", found
        for record in found["list"]:
            record.pop("x-href", None)  # another, when its collection is renamed over DAV
        return found

    def sync(self, limit: int | None) -> None:
        """Catch up; the classic dialect has no limit that can be gone on from."""
        del limit
        if self.state is not None:
            arguments = {"accountId": self.account, "sinceState": self.state}
            name, found = self.asker.classic(self.updates, **arguments)
            if name != "error":
                told = [*found["changed"], *found["removed"]]
                assert len(told) == len(set(told)), found
                assert set(told) <= self.ever, (self.asker.account, self.account, found)
                fetched = self.get(found["changed"])
                for id in (*found["removed"], *(fetched["notFound"] or ())):
                    self.records.pop(id, None)
                self.records |= {record["id"]: record for record in fetched["list"]}
                self.state = found["newState"]
                return
            assert found["type"] == STALE, found
        found = self.get(None)
        self.state = found["state"]
        self.records = {record["id"]: record for record in found["list"]}

    def judge(self) -> None:
        """What the client has is what there is."""
        there = {record["id"]: record for record in self.get(None)["list"]}
        same(self.records, there, f"{self.asker.account}: {self.reads} of {self.account}")


class ListFollower:
    """The result of one query."""

    def __init__(self, asker: Asker, account: str, type: str, ever: set[str]) -> None:
        self.follower = Follower(asker, account, type, ever)
        self.query = {"filter": None, "sort": QUERIES[type]}
        self.ids: list[str] = []
        self.state: str | None = None

    def sync(self, limit: int | None) -> None:
        """Apply what was removed and added; query anew where that cannot be told."""
        if self.state is not None:
            arguments = {**self.query, "sinceQueryState": self.state, "maxChanges": limit}
            name, found = self.follower.ask("queryChanges", **arguments)
            if name != "error":
                self._take(found)
                return
            assert found["type"] in {STALE, "tooManyChanges"}, found
        name, found = self.follower.ask("query", **self.query)
        assert name != "error", found
        self.ids, self.state = found["ids"], found["queryState"]

    def _take(self, found: Json) -> None:
        added = [one["id"] for one in found["added"]]
        assert {*found["removed"], *added} <= self.follower.ever, found
        self.ids = [id for id in self.ids if id not in {*found["removed"], *added}]
        for one in sorted(found["added"], key=lambda one: one["index"]):
            self.ids.insert(one["index"], one["id"])
        self.state = found["newQueryState"]

    def judge(self) -> None:
        """The ids are those of the query."""
        _, found = self.follower.ask("query", **self.query)
        assert self.ids == found["ids"], (self.follower.account, self.ids, found["ids"])


Place = tuple[str, str]  # account and type
View = Follower | ClassicFollower | ListFollower


class JmapDevice:
    """All that one user sees by JMAP, in all accounts."""

    def __init__(self, who: Person) -> None:
        self.asker = Asker(who)
        self.ever: dict[Place, set[str]] = {}  # ids
        self.views: dict[Place, list[View]] = {}

    def look(self) -> None:
        """Note what there is to be seen at this moment."""
        places = self.asker.places()
        calls = [
            [f"{type}/get", {"accountId": account, "properties": ["id"]}]
            for account, type in places
        ]
        for place, (_, found, _) in zip(places, self.asker.calls(*calls), strict=True):
            ids = {record["id"] for record in found["list"]}
            self.ever.setdefault(place, set()).update(ids)

    def sync(self, limit: int | None) -> None:
        """Catch up with all accounts; of those that are gone nothing stays."""
        seen = self.asker.places()
        self.views = {place: views for place, views in self.views.items() if place in seen}
        for place in seen:
            if place not in self.views:
                given = (self.asker, *place, self.ever.setdefault(place, set()))
                views: list[View] = [Follower(*given)]
                views += [ClassicFollower(*given)] if place[1] in CLASSIC else []
                views += [ListFollower(*given)] if place[1] in QUERIES else []
                self.views[place] = views
            for view in self.views[place]:
                view.sync(limit)

    def judge(self) -> None:
        """It has what there is."""
        for views in self.views.values():
            for view in views:
                view.judge()

    def uids(self, account: str, type: str) -> list[str]:
        """The UIDs of the records of an account."""
        (follower, *_) = self.views.get((account, type), [None])
        return sorted(one["uid"] for one in follower.records.values()) if follower else []

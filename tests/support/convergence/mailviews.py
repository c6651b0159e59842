"""Replicas of mail, kept by /changes and /queryChanges alone, in both dialects (RFC 8621 §2-§4)."""

from __future__ import annotations

from typing import Any, ClassVar

from tests.support.convergence.jmapviews import STALE, Asker, Follower
from tests.support.convergence.people import Person, same
from tests.support.jmap import CORE, Jmap, Json

MAIL = "urn:ietf:params:jmap:mail"
TYPES = ("Mailbox", "Email", "Thread")
SHOWN: dict[str, list[str] | None] = {
    "Mailbox": None,
    "Thread": None,
    "Email": ["threadId", "mailboxIds", "keywords", "size", "receivedAt", "subject", "blobId"],
}
NEWEST = {"property": "receivedAt", "isAscending": False}
QUERIES: tuple[Json, ...] = (
    {"sort": [NEWEST]},
    {"sort": [NEWEST], "collapseThreads": True},
    {"sort": [{"property": "subject"}, {"property": "size"}]},
    {"filter": {"notKeyword": "$seen"}, "sort": [{"property": "size"}]},
    {
        "filter": {"someInThreadHaveKeyword": "$flagged"},
        "sort": [{"property": "hasKeyword", "keyword": "$seen"}, {"property": "from"}],
        "collapseThreads": True,
    },
    {
        "filter": {"operator": "NOT", "conditions": [{"allInThreadHaveKeyword": "$seen"}]},
        "sort": [{"property": "someInThreadHaveKeyword", "keyword": "$flagged"}],
    },
    {"filter": {"subject": "garden"}, "sort": [{"property": "sentAt", "isAscending": False}]},
)


class MailAsker(Asker):
    """One user's mail client."""

    def calls(self, *calls: list[Any]) -> list[list[Any]]:
        user = self.who.name.partition("@")[0]
        jmap = Jmap(self.who.carrier, user, self.who.sign_in)
        found: list[list[Any]] = jmap.run(*calls, using=(CORE, MAIL))
        wrong = [one for name, one, _ in found if name == "error" and one["type"] == "serverFail"]
        assert not wrong, found
        return found

    def places(self) -> list[tuple[str, str]]:
        user = self.who.name.partition("@")[0]
        session = Jmap(self.who.carrier, user, self.who.sign_in).session()
        return [
            (account, type)
            for account, each in sorted(session["accounts"].items())
            for type in TYPES
            if MAIL in each["accountCapabilities"]
        ]


class Records(Follower):
    """The records of one type, with some of their properties."""

    def get(self, ids: list[str] | None) -> Json:
        name, found = self.ask("get", ids=ids, properties=SHOWN[self.type])
        assert name != "error", found
        return found


class List:
    """The result of one query, kept by what was removed and added."""

    def __init__(self, records: Records, query: Json) -> None:
        self.records, self.query = records, query
        self.ids: list[str] = []
        self.state: str | None = None

    def sync(self, limit: int | None) -> None:
        if self.state is not None:
            arguments = {**self.query, "sinceQueryState": self.state, "maxChanges": limit}
            name, found = self.records.ask("queryChanges", **arguments)
            if name != "error":
                self._take(found)
                return
            assert found["type"] in {STALE, "tooManyChanges"}, found
        name, found = self.records.ask("query", **self.query)
        assert name != "error", found
        assert set(found["ids"]) <= self.records.ever, found
        self.ids, self.state = found["ids"], found["queryState"]

    def _take(self, found: Json) -> None:
        added = [one["id"] for one in found["added"]]
        assert {*found["removed"], *added} <= self.records.ever, found
        self.ids = [id for id in self.ids if id not in {*found["removed"], *added}]
        for one in sorted(found["added"], key=lambda one: one["index"]):
            assert one["index"] <= len(self.ids), (self.query, found)
            self.ids.insert(one["index"], one["id"])
        self.state = found["newQueryState"]

    def judge(self) -> None:
        """The ids are those of the query, as a whole and in pages."""
        name, found = self.records.ask("query", calculateTotal=True, **self.query)
        assert name != "error", found
        where = (self.records.asker.account, self.records.account, self.query)
        assert self.ids == found["ids"], (where, self.ids, found["ids"])
        assert found["total"] == len(found["ids"]), found
        if self.query.get("collapseThreads"):
            threads = [self.records.records[id]["threadId"] for id in self.ids]
            assert len(threads) == len(set(threads)), (where, threads)
        middle = len(self.ids) // 2
        _, page = self.records.ask("query", position=middle, limit=2, **self.query)
        assert page["ids"] == self.ids[middle : middle + 2], where


class ClassicRecords:
    """The records of one type, by the calls of the classic dialect."""

    CALLS: ClassVar[dict[str, tuple[str, str]]] = {
        "Mailbox": ("getMailboxes", "getMailboxUpdates"),
        "Email": ("getMessages", "getMessageUpdates"),
        "Thread": ("getThreads", "getThreadUpdates"),
    }

    def __init__(self, asker: MailAsker, account: str, type: str, ever: set[str]) -> None:
        self.asker, self.account, self.type, self.ever = asker, account, type, ever
        self.reads, self.updates = self.CALLS[type]
        self.state: str | None = None
        self.records: dict[str, Json] = {}

    def ask(self, name: str, **arguments: Any) -> tuple[str, Json]:
        return self.asker.classic(name, accountId=self.account, **arguments)

    def get(self, ids: list[str] | None) -> Json:
        if ids is None and self.type != "Mailbox":
            _, listed = self.ask("getMessageList")
            ids = listed["messageIds"] if self.type == "Email" else listed["threadIds"]
            ids = list(dict.fromkeys(ids))
        name, found = self.ask(self.reads, ids=ids)
        assert name != "error", found
        return found

    def sync(self, limit: int | None) -> None:
        """Catch up, from the start where updates cannot be told."""
        del limit
        more = self.state is not None
        while more:
            name, found = self.ask(self.updates, sinceState=self.state)
            if name == "error":
                assert found["type"] == STALE, found
                self.state = None
                break
            assert {*found["changed"], *found["removed"]} <= self.ever, found
            fetched = self.get(found["changed"])
            for id in (*found["removed"], *(fetched["notFound"] or ())):
                self.records.pop(id, None)
            self.records |= {record["id"]: record for record in fetched["list"]}
            self.state = found["newState"]
            more = found.get("hasMoreUpdates", False)
        if self.state is None:
            found = self.get(None)
            self.state = found["state"]
            self.records = {record["id"]: record for record in found["list"]}

    def judge(self) -> None:
        """What the client has is what there is."""
        there = {record["id"]: record for record in self.get(None)["list"]}
        same(self.records, there, f"{self.asker.account}: {self.reads} of {self.account}")


class MailDevice:
    """All mail that one user sees, in all accounts."""

    def __init__(self, who: Person) -> None:
        self.asker = MailAsker(who)
        self.ever: dict[tuple[str, str], set[str]] = {}
        self.views: dict[tuple[str, str], list[Any]] = {}

    def look(self) -> None:
        """Note what there is to be seen at this moment."""
        places = self.asker.places()
        calls = [[f"{type}/get", {"accountId": at, "properties": ["id"]}] for at, type in places]
        for place, (_, found, _) in zip(places, self.asker.calls(*calls), strict=True):
            ids = {record["id"] for record in found["list"]}
            self.ever.setdefault(place, set()).update(ids)

    def sync(self, limit: int | None) -> None:
        """Catch up with all accounts; of those that are gone nothing stays."""
        # The classic dialect has an outbox, which it makes when it is first asked for mailboxes.
        self.asker.classic("getMailboxes", accountId=self.asker.account)
        self.look()
        seen = self.asker.places()
        self.views = {place: views for place, views in self.views.items() if place in seen}
        for place in seen:
            if place not in self.views:
                ever = self.ever.setdefault(place, set())
                records = Records(self.asker, *place, ever)
                lists = [List(records, one) for one in QUERIES] if place[1] == "Email" else []
                classic = ClassicRecords(self.asker, *place, ever)
                self.views[place] = [records, *lists, classic]
            for view in self.views[place]:
                view.sync(limit)

    def judge(self) -> None:
        """It has what there is, and what it has of each type goes together."""
        for views in self.views.values():
            for view in views:
                view.judge()
        for account in {account for account, _ in self.views}:
            boxes, emails, threads = (self.views[account, type][0].records for type in TYPES)
            for email in emails.values():
                assert email["id"] in threads[email["threadId"]]["emailIds"], email
                assert boxes.keys() >= email["mailboxIds"].keys(), email
            told = sorted(id for thread in threads.values() for id in thread["emailIds"])
            assert told == sorted(emails), (account, told, sorted(emails))
            for id, box in boxes.items():
                inside = [one for one in emails.values() if id in one["mailboxIds"]]
                unread = [e for e in inside if not {"$seen", "$draft"} & e["keywords"].keys()]
                if not box["myRights"]["mayReadItems"]:
                    continue
                assert box["totalEmails"] == len(inside), (account, box)
                assert box["unreadEmails"] == len(unread), (account, box)
                assert box["totalThreads"] == len({e["threadId"] for e in inside}), (account, box)

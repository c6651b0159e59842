"""Clients that follow updates alone know what the server knows, whatever is done by whom.

The owner and one with whom a mailbox is shared follow messages, threads, mailboxes and lists in
the classic dialect, while mail comes in, moves, is marked, sent and destroyed in both dialects.
"""

from __future__ import annotations

import random

import pytest

from tests.support.classic_mail import ClassicMail, turn

STEPS = 40
LISTS = [
    {"sort": ["date desc", "id desc"]},
    {"sort": ["isFlagged desc", "id asc"], "collapseThreads": True},
    {"filter": {"isUnread": True}, "sort": ["id asc"]},
    {"filter": {"threadIsUnread": True}, "sort": ["id asc"]},
]
RIGHTS = ("mayReadItems", "mayAddItems", "mayRemoveItems", "maySetSeen", "maySetKeywords")


class Cache:
    """Records of one type, kept by updates; or fetched anew where these cannot be told."""

    def __init__(self, mail, one, many, account):
        self.mail, self.one, self.many, self.account = mail, one, many, account
        self.records, self.state = {}, None

    def follow(self, known=()):
        if self.state is None:
            self._fetch(known)
            return
        while True:
            name, found, _ = self.mail.calls(
                [f"get{self.one}Updates", {"sinceState": self.state, **self.account}]
            )[0]
            if name == "error":
                assert found["type"] == "cannotCalculateChanges", found
                assert self.account, "the owner's can always be told"
                self._fetch(known)
                return
            for id in found["removed"]:
                self.records.pop(id, None)
            self._get(found["changed"])
            self.state = found["newState"]
            if not found.get("hasMoreUpdates"):
                return

    def _fetch(self, known):
        self.records = {}
        answer = self.mail.call(f"get{self.many}", ids=list(known), **self.account)
        self.state = answer["state"]
        self.records = {one["id"]: one for one in answer["list"]}

    def _get(self, ids):
        answer = self.mail.call(f"get{self.many}", ids=ids, **self.account)
        self.records |= {one["id"]: one for one in answer["list"]}
        for id in answer["notFound"] or ():
            self.records.pop(id, None)


class List:
    """A list, kept by updates."""

    def __init__(self, mail, query):
        self.mail, self.query, self.ids, self.state = mail, query, [], None

    def follow(self):
        if self.state is not None:
            arguments = {**self.query, "sinceState": self.state}
            name, found, _ = self.mail.calls(["getMessageListUpdates", arguments])[0]
            if name != "error":
                gone = {one["messageId"] for one in found["removed"]}
                self.ids = [id for id in self.ids if id not in gone]
                for one in found["added"]:
                    self.ids.insert(one["index"], one["messageId"])
                self.state = found["newState"]
                return
            assert found["type"] == "cannotCalculateChanges", found
            assert "accountId" in self.query, "the owner's can always be told"
        found = self.mail.call("getMessageList", **self.query)
        self.ids, self.state = found["messageIds"], found["state"]


class Client:
    """All that one user knows of one account."""

    def __init__(self, mail, **account):
        self.mail, self.account = mail, account
        self.messages = Cache(mail, "Message", "Messages", account)
        self.threads = Cache(mail, "Thread", "Threads", account)
        self.boxes = Cache(mail, "Mailbox", "Mailboxes", account)
        self.lists = [List(mail, {**query, **account}) for query in LISTS]

    def _there(self):
        found = self.mail.call("getMessageList", **self.account)
        boxes = self.mail.call("getMailboxes", **self.account)["list"]
        return found["messageIds"], list(dict.fromkeys(found["threadIds"])), boxes

    def check(self):
        ids, threads, boxes = self._there()
        self.messages.follow(ids)
        self.threads.follow(threads)
        self.boxes.follow([box["id"] for box in boxes])
        answer = self.mail.call("getMessages", ids=ids, **self.account)
        assert self.messages.records == {one["id"]: one for one in answer["list"]}
        answer = self.mail.call("getThreads", ids=threads, **self.account)
        assert self.threads.records == {one["id"]: one for one in answer["list"]}
        assert self.boxes.records == {box["id"]: box for box in boxes}
        for one in self.lists:
            one.follow()
            assert one.ids == self.mail.call("getMessageList", **one.query)["messageIds"], one.query


class Doings:
    """What may be done, chosen at random."""

    def __init__(self, mail, anna, shared, chance):
        self.mail, self.anna, self.shared, self.chance = mail, anna, shared, chance
        self.count = 0

    def _some(self, account=None):
        ids = (self.anna if account else self.mail).list(**(account or {}))
        return self.chance.choice(ids) if ids else None

    def _boxes(self):
        ids = [id for role, id in self.mail.boxes().items() if role != "outbox"]
        return self.chance.sample(ids, self.chance.choice([1, 1, 2]))

    def deliver(self):
        self.count += 1
        n = self.chance.randrange(5)
        more = f"References: <r{n}@example.com>\n" if n else ""
        octets = self.mail.letter(id=f"m{self.count}", subject=f"Re: {n}", more=more)
        self.mail.deliver(octets)

    def move(self):
        id = self._some()
        if id:
            self.mail.call("setMessages", update={id: {"mailboxIds": self._boxes()}})

    def mark(self):
        id = self._some()
        if id:
            name = self.chance.choice(["isUnread", "isFlagged", "isAnswered"])
            change = {name: self.chance.choice([True, False])}
            self.mail.call("setMessages", update={id: change})

    def mark_in_the_other_dialect(self):
        id = self._some()
        if id:
            word = self.chance.choice(["$seen", "$flagged"])
            value = self.chance.choice([True, None])
            self.mail.modern("Email/set", update={id: {f"keywords/{word}": value}})

    def destroy(self):
        id = self._some()
        if id:
            self.mail.call("setMessages", destroy=[id])

    def send(self):
        people = {"from": [{"email": "test@localhost"}], "to": [{"email": "test@localhost"}]}
        self.mail.new(mailboxIds=[self.mail.boxes()["outbox"]], **people)
        turn(self.mail.server)

    def answer(self):
        id = self._some()
        if id:
            subject = self.mail.message(id, "subject")["subject"]
            self.mail.draft(inReplyToMessageId=id, subject=subject)

    def make_mailbox(self):
        self.count += 1
        self.mail.new_box(f"Box {self.count}")

    def destroy_mailbox(self):
        there = [id for name, id in self.mail.boxes().items() if name.startswith("Box")]
        if there:
            self.mail.call("setMailboxes", destroy=[self.chance.choice(there)])

    def mark_as_another(self):
        id = self._some({"accountId": "test@localhost"})
        if id:
            change = {self.chance.choice(["isUnread", "isFlagged"]): self.chance.choice([0, 1]) > 0}
            self.anna.call("setMessages", accountId="test@localhost", update={id: change})

    def share_or_not(self):
        rights = dict.fromkeys(RIGHTS, True)
        self.mail.share(self.shared, anna=rights)


@pytest.mark.parametrize("seed", range(4))
def test_following_is_knowing(server, seed):
    chance = random.Random(seed)  # noqa: S311 - the same each time
    mail, anna = ClassicMail(server), ClassicMail(server, "anna")
    shared = mail.new_box("Shared")
    mail.share(shared, anna=dict.fromkeys(RIGHTS, True))
    clients = [Client(mail), Client(anna, accountId="test@localhost")]
    doings = Doings(mail, anna, shared, chance)
    names = [name for name in vars(Doings) if not name.startswith("_")]
    for client in clients:
        client.check()
    for _ in range(STEPS):
        for _ in range(chance.randrange(1, 4)):
            getattr(doings, chance.choice([*names, "deliver", "move", "mark"]))()
        for client in clients:
            client.check()

"""What users do by JMAP, in both dialects; a part of Acts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any, Final

from tests.support.convergence.jmapviews import JmapDevice, Place
from tests.support.jmap import Json

VERSIONS = count(1)
PRIVACIES: Final = ("public", "public", "private", "secret")
RIGHTS: Final[dict[str, Sequence[Json | None]]] = {
    "Calendar": (
        None,
        {"mayReadFreeBusy": True},
        {"mayReadItems": True},
        {"mayReadItems": True, "mayWriteAll": True},
        {"mayReadItems": True, "mayWriteAll": True, "mayDelete": True, "mayShare": True},
    ),
    "AddressBook": (
        None,
        {"mayRead": True},
        {"mayRead": True, "mayWrite": True},
        {"mayRead": True, "mayWrite": True, "mayDelete": True, "mayShare": True},
    ),
}
ITEMS: Final = {"Calendar": "CalendarEvent", "AddressBook": "ContactCard"}
IN: Final = {"CalendarEvent": "calendarIds", "ContactCard": "addressBookIds"}
# Name -> how many numbers it takes.
JMAP_OPERATIONS: Final = {
    "jmap_create": 3,
    "jmap_update": 4,
    "jmap_move": 4,
    "jmap_copy": 4,
    "jmap_destroy": 3,
    "jmap_collect": 3,
    "jmap_share": 4,
    "classic_create": 3,
    "classic_update": 3,
    "classic_destroy": 3,
    "jmap_sync": 2,
}
JMAP_WEIGHTS: Final = {"jmap_share": 6, "jmap_move": 3, "jmap_copy": 2, "jmap_sync": 8}


class JmapActs:
    """Three users, and what they do by JMAP."""

    jmaps: Sequence[JmapDevice]

    def places(self, user: int, kind: str | None = None) -> list[Place]:
        asker = self.jmaps[user % len(self.jmaps)].asker
        return [place for place in asker.places() if kind is None or place[1] == kind]

    def pick(self, user: int, n: int, types: Sequence[str]) -> tuple[Any, Place, list[Json]] | None:
        """Some place of those types, and the records there."""
        asker = self.jmaps[user % len(self.jmaps)].asker
        places = [place for place in asker.places() if place[1] in types]
        place = places[n % len(places)]
        _, found = asker.call(f"{place[1]}/get", accountId=place[0])
        records = found.get("list", [])
        return (asker, place, records) if records else None

    def jmap_create(self, user: int, n: int, more: int) -> None:
        """An event or a card in a collection that one sees."""
        picked = self.pick(user, n, tuple(ITEMS))
        if picked is None:
            return
        asker, (account, kind), collections = picked
        item = ITEMS[kind]
        new: Json = {IN[item]: {collections[more % len(collections)]["id"]: True}}
        if item == "CalendarEvent":
            new |= {"start": "2026-01-05T10:00:00", "timeZone": "Etc/UTC", "@type": "Event"}
            new |= {"title": f"{next(VERSIONS)}", "privacy": PRIVACIES[more // 4 % 4]}
        else:
            new |= {"name": {"full": f"{next(VERSIONS)}"}}
        asker.call(f"{item}/set", accountId=account, create={"k": new})

    def jmap_update(self, user: int, n: int, which: int, more: int) -> None:
        """Another title, or privacy."""
        picked = self.pick(user, n, tuple(ITEMS.values()))
        if picked is None:
            return
        asker, (account, item), records = picked
        patch: Json = {"name": {"full": f"{next(VERSIONS)}"}}
        if item == "CalendarEvent":
            patch = {"title": f"{next(VERSIONS)}"}
            if more % 3 == 0:
                patch = {"privacy": PRIVACIES[more // 3 % 4]}
        id = records[which % len(records)]["id"]
        asker.call(f"{item}/set", accountId=account, update={id: patch})

    def jmap_move(self, user: int, n: int, which: int, to: int) -> None:
        """Into another collection of the account."""
        picked = self.pick(user, n, tuple(ITEMS.values()))
        if picked is None:
            return
        asker, (account, item), records = picked
        kind = next(kind for kind, of in ITEMS.items() if of == item)
        _, found = asker.call(f"{kind}/get", accountId=account)
        there = found["list"][to % len(found["list"])]["id"]
        id = records[which % len(records)]["id"]
        asker.call(f"{item}/set", accountId=account, update={id: {IN[item]: {there: True}}})

    def jmap_copy(self, user: int, n: int, which: int, more: int) -> None:
        """Into one's own account, with the end of the original or without."""
        picked = self.pick(user, n, tuple(ITEMS.values()))
        if picked is None:
            return
        asker, (account, item), records = picked
        if account == asker.account:
            return
        copied = {"id": records[which % len(records)]["id"], IN[item]: {"Default": True}}
        arguments = {"fromAccountId": account, "create": {"k": copied}}
        arguments["onSuccessDestroyOriginal"] = more % 2 == 0
        asker.calls([f"{item}/copy", {"accountId": asker.account, **arguments}])

    def jmap_destroy(self, user: int, n: int, which: int) -> None:
        picked = self.pick(user, n, tuple(ITEMS.values()))
        if picked is not None:
            asker, (account, item), records = picked
            id = records[which % len(records)]["id"]
            asker.call(f"{item}/set", accountId=account, destroy=[id])

    def jmap_collect(self, user: int, n: int, more: int) -> None:
        """A new collection, another name for one, or the end of one."""
        picked = self.pick(user, n, tuple(ITEMS))
        if picked is None:
            return
        asker, (account, kind), collections = picked
        id = collections[more // 3 % len(collections)]["id"]
        name = f"{next(VERSIONS)}"
        arguments: Json = {"create": {"k": {"name": name}}}
        if more % 3 == 1:
            arguments = {"update": {id: {"name": name}}}
        elif more % 3 == 2:
            end = "onDestroyRemoveEvents" if kind == "Calendar" else "onDestroyRemoveContents"
            arguments = {"destroy": [id], end: True}
        asker.call(f"{kind}/set", accountId=account, **arguments)

    def jmap_share(self, user: int, n: int, whom: int, more: int) -> None:
        """A grant to one of the others, besides what there is."""
        picked = self.pick(user, n, tuple(ITEMS))
        if picked is None:
            return
        asker, (account, kind), collections = picked
        shared = collections[more // 5 % len(collections)]
        other = self.jmaps[whom % len(self.jmaps)].asker.account
        rights = RIGHTS[kind][more % len(RIGHTS[kind])]
        patch = {"shareWith": {**(shared["shareWith"] or {}), other: rights or {}}}
        if rights is None:
            patch["shareWith"].pop(other)
        asker.call(f"{kind}/set", accountId=account, update={shared["id"]: patch})

    def classic_create(self, user: int, n: int, more: int) -> None:
        """An event or a contact, as the era's clients make them."""
        asker, place = self._classic(user, n)
        name, value = f"{next(VERSIONS)}", {}
        if place[1] == "CalendarEvent":
            call = "setCalendarEvents"
            value = {"calendarId": "Default", "summary": name, "start": "2026-01-05T10:00:00"}
            value |= {"end": "2026-01-05T11:00:00", "startTimeZone": None, "endTimeZone": None}
            value |= {"isAllDay": False}
        else:
            call = "setContacts"
            value = {"addressbookId": "Default", "firstName": name, "lastName": f"{more % 3}"}
        asker.classic(call, accountId=place[0], create={"k": value})

    def classic_update(self, user: int, n: int, which: int) -> None:
        asker, (account, item), records = self._classic_records(user, n)
        name = f"{next(VERSIONS)}"
        if records:
            id = records[which % len(records)]["id"]
            if item == "CalendarEvent":
                change = {id: {"summary": name}}
                asker.classic("setCalendarEvents", accountId=account, update=change)
            else:
                change = {id: {"firstName": name}}
                asker.classic("setContacts", accountId=account, update=change)

    def classic_destroy(self, user: int, n: int, which: int) -> None:
        asker, (account, item), records = self._classic_records(user, n)
        if records:
            call = "setCalendarEvents" if item == "CalendarEvent" else "setContacts"
            id = records[which % len(records)]["id"]
            asker.classic(call, accountId=account, destroy=[id])

    def _classic(self, user: int, n: int) -> tuple[Any, Place]:
        asker = self.jmaps[user % len(self.jmaps)].asker
        places = [place for place in asker.places() if place[1] in ITEMS.values()]
        return asker, places[n % len(places)]

    def _classic_records(self, user: int, n: int) -> tuple[Any, Place, list[Json]]:
        asker, (account, item) = self._classic(user, n)
        call = "getCalendarEvents" if item == "CalendarEvent" else "getContacts"
        _, found = asker.classic(call, accountId=account)
        return asker, (account, item), found.get("list", [])

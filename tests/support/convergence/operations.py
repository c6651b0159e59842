"""What users do to each other's collections, each thing a method of Acts; most may be refused.

An operation is a name and numbers; the numbers pick users, places and names from small pools, so
that they meet often.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from typing import Final
from urllib.parse import unquote

from tests.support.convergence.people import CALENDARS, KINDS, Person
from tests.support.dav import clark, tree
from tests.support.icalendar import octets
from tests.support.server import DOMAIN

COLLECTIONS: Final = ("Default", "c0", "c1", "ä b+%")
ITEMS: Final = ("i0", "i1", "i2", "i3", "ö %2F%3F#&%25")
PATHS: Final = ("f0", "f1", "d0", "d1", "d0/f0", "d0/d1", "d1/f1", "d0/d1/f0")
CLASSES: Final = ("PUBLIC", "PUBLIC", "PUBLIC", "PRIVATE", "CONFIDENTIAL")
READ: Final = "<D:privilege><D:read/></D:privilege>"
GRANTS: Final = (
    "",
    READ,
    f"{READ}<D:privilege><D:write/></D:privilege>",
    "<D:privilege><C:read-free-busy/></D:privilege>",
    "<D:privilege><D:all/></D:privilege>",
)
ETERNITY: Final = "Infinite"
XML: Final = {"content-type": "text/xml"}
SPAN: Final = 1000  # of the numbers of an operation
VERSIONS = count(1)


class Acts:
    """Three users, and what they do over DAV."""

    people: Sequence[Person]
    team: str  # URL of a group's principal

    def __init__(self) -> None:
        self.locks: list[tuple[str, str]] = []  # URL and token

    def person(self, n: int) -> Person:
        return self.people[n % len(self.people)]

    def whom(self, n: int) -> str:
        """The URL of a principal."""
        everybody = [*(one.principal for one in self.people), self.team]
        return everybody[n % len(everybody)]

    def place(self, user: int, n: int, kind: str | None = None) -> tuple[str, str]:
        """A kind, and the URL of a collection: mostly one that the user sees, in some home."""
        me, of, n = self.person(user), kind or KINDS[n % 2], n // 2
        home = me.home(of)
        there = [url for url in listed(me, home) if not url.endswith("box/")]
        if n % 8 == 0:
            return of, f"{self.person(user + n // 8).home(of)}{COLLECTIONS[n % len(COLLECTIONS)]}/"
        url = there[n // 8 % len(there)]
        owner, mark, name = url.removeprefix(home).partition(f"@{DOMAIN}.")
        if mark and n % 8 < 4:
            return of, f"/dav/{of}/user/{owner}@{DOMAIN}/{name}"
        return of, url

    def member(self, user: int, place: tuple[str, str], item: int) -> str:
        """The URL of something in a collection, or of nothing yet."""
        kind, url = place
        there = listed(self.person(user), url)
        if there and item % 4:
            return there[item // 4 % len(there)]
        return url + ITEMS[item % len(ITEMS)] + (".ics" if kind == CALENDARS else ".vcf")

    def furnish(self, user: int) -> None:
        """Two collections of each kind, with something in each; of one the next user sees all."""
        me, other = self.person(user), self.person(user + 1)
        grant = f"<D:grant>{READ}</D:grant>"
        ace = f"<D:ace><D:principal><D:href>{other.principal}</D:href></D:principal>{grant}</D:ace>"
        for kind in KINDS:
            method = "MKCALENDAR" if kind == CALENDARS else "MKCOL"
            me.request(method, f"{me.home(kind)}c0/")
            for name in ("Default", "c0"):
                body = event(f"u-{name}", 0) if kind == CALENDARS else card(f"u-{name}")
                me.request("PUT", f"{me.home(kind)}{name}/first", body)
            me.request("ACL", f"{me.home(kind)}Default/", tree("D:acl", ace))

    def put(self, user: int, place: int, item: int, more: int) -> None:
        kind, url = where = self.place(user, place)
        url = self.member(user, where, item)
        uid = uid_of(url)
        body = event(uid, more) if kind == CALENDARS else card(uid)
        self.person(user).request("PUT", url, body, self.tokens(more))

    def tokens(self, n: int) -> dict[str, str]:
        """An If header with a lock that somebody has, sometimes."""
        if not self.locks or n % 3:
            return {}
        return {"if": f"({self.locks[n % len(self.locks)][1]})"}

    def add(self, user: int, place: int, more: int) -> None:
        kind, url = self.place(user, place)
        uid = f"n{next(VERSIONS)}"
        body = event(uid, more) if kind == CALENDARS else card(uid)
        type = "text/calendar" if kind == CALENDARS else "text/vcard"
        self.person(user).request("POST", url, body, {"content-type": type})

    def meet(self, user: int, place: int, item: int, more: int) -> None:
        """A meeting with the others, or an answer in an object of theirs."""
        url = self.member(user, self.place(user, place, CALENDARS), item)
        me, others = self.person(user), [self.person(user + n) for n in (1, 2)][: 1 + more % 2]
        answer = me.request("GET", url)
        if answer.status == 200 and more % 3:
            said = ("ACCEPTED", "DECLINED")[more % 2].encode()
            body = answer.body.replace(b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=" + said)
        else:
            lines = [f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{one.name}" for one in others]
            body = event(uid_of(url), 0, f"ORGANIZER:mailto:{me.name}", *lines)
        me.request("PUT", url, body)

    def delete(self, user: int, place: int, item: int, more: int) -> None:
        url = self.member(user, self.place(user, place), item | 1)
        self.person(user).request("DELETE", url, headers=self.tokens(more))

    def transfer(self, user: int, place: int, item: int, to: int, more: int) -> None:
        """COPY or MOVE of a member, to the same kind of collection."""
        kind, _ = where = self.place(user, place)
        url = self.member(user, where, item | 1)
        collection = self.place(user, to, kind)[1]
        target = collection + url.rpartition("/")[2]
        if more % 3 == 0:
            target = self.member(user, (kind, collection), to)
        elif more % 4 == 0:  # another name where it is
            target = self.member(user, where, to // 4 * 4)
        overwrite = {"overwrite": "F"} if more % 5 == 0 else {}
        self.person(user).transfer(
            ("MOVE", "COPY")[more % 2], url, target, **overwrite, **self.tokens(more)
        )

    def make(self, user: int, kind: int, name: int) -> None:
        me, of = self.person(user), KINDS[kind % 2]
        others = [f"{self.person(user + n).name}.c0" for n in (1, 2)]
        names = (*COLLECTIONS, *others)
        method = "MKCALENDAR" if of == CALENDARS else "MKCOL"
        me.request(method, f"{me.home(of)}{names[name % len(names)]}/")

    def drop(self, user: int, place: int) -> None:
        """Delete a collection; of another's, in one's own home, the share."""
        self.person(user).request("DELETE", self.place(user, place)[1])

    def rename(self, user: int, place: int, to: int, more: int) -> None:
        """MOVE or COPY of a collection."""
        _, url = self.place(user, place)
        target = f"{url.rstrip('/').rpartition('/')[0]}/{COLLECTIONS[to % len(COLLECTIONS)]}/"
        self.person(user).transfer("MOVE" if more % 3 else "COPY", url, target)

    def describe(self, user: int, place: int, what: int) -> None:
        _, url = self.place(user, place)
        name = ("D:displayname", "A:calendar-color", "X:note")[what % 3]
        value = f"#{next(VERSIONS) % 0xFFFFFF:06X}FF"
        content = f"<D:set><D:prop><{name}>{value}</{name}></D:prop></D:set>"
        self.person(user).request("PROPPATCH", url, tree("D:propertyupdate", content))

    def note(self, user: int, place: int, item: int) -> None:
        """A dead property on a member."""
        content = f"<D:set><D:prop><X:note>{next(VERSIONS)}</X:note></D:prop></D:set>"
        url = self.member(user, self.place(user, place), item)
        self.person(user).request("PROPPATCH", url, tree("D:propertyupdate", content))

    def share(self, user: int, place: int, whom: int, rights: int, more: int) -> None:
        """ACL: one or two grants in place of all that there were."""
        _, url = self.place(user, place)
        wanted = {self.whom(whom): GRANTS[rights % len(GRANTS)]}
        if more % 2:
            wanted[self.whom(whom + 1)] = GRANTS[more // 2 % len(GRANTS)]
        aces = "".join(
            f"<D:ace><D:principal><D:href>{who}</D:href></D:principal>"
            f"<D:grant>{privileges}</D:grant></D:ace>"
            for who, privileges in wanted.items()
            if privileges
        )
        self.person(user).request("ACL", url, tree("D:acl", aces))

    def invite(self, user: int, place: int, whom: int, how: int) -> None:
        """Offer a share, or withdraw one."""
        _, url = self.place(user, place)
        address = f"<D:href>mailto:{self.person(whom).name}</D:href>"
        access = ("read", "read-write")[how % 2]
        content = f"<CS:set>{address}<CS:{access}/></CS:set>"
        if how % 3 == 0:
            content = f"<CS:remove>{address}</CS:remove>"
        self.person(user).request("POST", url, tree("CS:share", content), XML)

    def reply(self, user: int, how: int) -> None:
        """Answer the first invitation; or remove what one was told."""
        me = self.person(user)
        answer = me.propfind(me.notifications, "CS:notificationtype")
        told = [href for href in answer.responses if href != me.notifications]
        if not told:
            return
        root = me.request("GET", told[how % len(told)]).root
        uid = root.findtext(f".//{clark('CS:uid')}") or root.findtext(
            f".//{clark('CS:in-reply-to')}"
        )
        said = "invite-accepted" if how % 3 else "invite-declined"
        content = f"<CS:{said}/><CS:in-reply-to>{uid}</CS:in-reply-to>"
        for kind in KINDS:
            me.request("POST", me.home(kind), tree("CS:invite-reply", content), XML)
        if how % 4 == 0:
            me.request("DELETE", told[how % len(told)])

    def delegate(self, user: int, mode: int, whom: int) -> None:
        """Others as calendar-proxies, or nobody."""
        me = self.person(user)
        url = f"{me.principal}calendar-proxy-{('read', 'write')[mode % 2]}/"
        others = [f"<D:href>{self.person(user + n).principal}</D:href>" for n in (1, 2)]
        chosen = ("", others[0], others[1], "".join(others))[whom % 4]
        name = "D:group-member-set"
        content = f"<D:set><D:prop><{name}>{chosen}</{name}></D:prop></D:set>"
        me.request("PROPPATCH", url, tree("D:propertyupdate", content))

    def lock(self, user: int, place: int, item: int, more: int) -> None:
        """LOCK of a member or a collection, or the end of a lock."""
        me = self.person(user)
        if self.locks and more % 2:
            url, token = self.locks.pop(more % len(self.locks))
            for one in self.people:
                one.request("UNLOCK", url, headers={"lock-token": token})
            return
        where = self.place(user, place)
        url = self.member(user, where, item) if more % 3 else where[1]
        scope = "<D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype>"
        answer = me.request("LOCK", url, tree("D:lockinfo", scope), {"timeout": ETERNITY})
        if "lock-token" in answer.headers:
            self.locks.append((url, answer.headers["lock-token"]))

    def file(self, user: int, path: int, more: int) -> None:
        """A file or a folder in one's drive, or no more."""
        me = self.person(user)
        url = me.drive + PATHS[path % len(PATHS)]
        if more % 6 == 0:
            me.request("DELETE", url)
        elif "d" in url.rpartition("/")[2]:
            me.request("MKCOL", url)
        else:
            me.request("PUT", url, b"%d" % next(VERSIONS), self.tokens(more))

    def carry(self, user: int, path: int, to: int, more: int) -> None:
        """COPY or MOVE in one's drive."""
        me = self.person(user)
        url, target = (me.drive + PATHS[n % len(PATHS)] for n in (path, to))
        overwrite = {"overwrite": "F"} if more % 3 == 0 else {}
        me.transfer(("MOVE", "COPY")[more % 2], url, target, **overwrite)


def listed(who: Person, url: str) -> list[str]:
    """The URLs of what a user sees in a collection, but for the collection."""
    answer = who.propfind(url, "D:resourcetype")
    if answer.status != 207:
        return []
    return sorted(href for href in answer.responses if href != url)


def uid_of(url: str) -> str:
    """The UID of what is mostly at a URL; another one is refused where something is."""
    return re.sub(r"[^a-z0-9]", "-", unquote(url).rpartition("/")[2].lower())


def event(uid: str, more: int, *lines: str) -> bytes:
    """An event, a task, or a part of a series, of some privacy."""
    rest = (f"CLASS:{CLASSES[more % len(CLASSES)]}", f"SUMMARY:{next(VERSIONS)}", *lines)
    times = ("DTSTAMP:20260101T000000Z", "DTSTART:20260105T100000Z")
    if more // 5 % 4 == 1:
        return octets("\n".join(["VTODO", f"UID:{uid}", *times, *rest]))
    if more // 5 % 4 == 2:
        instance = f"RECURRENCE-ID:2026010{1 + more % 7}T100000Z"
        return octets("\n".join(["VEVENT", f"UID:{uid}", instance, *times, *rest]))
    return octets("\n".join(["VEVENT", f"UID:{uid}", *times, *rest]))


def card(uid: str) -> bytes:
    """A contact."""
    lines = ("BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", f"FN:{next(VERSIONS)}", "N:a;b;;;")
    return "\r\n".join([*lines, "END:VCARD", ""]).encode()


# Name -> how many numbers it takes.
OPERATIONS: Final = {
    "put": 4,
    "add": 3,
    "meet": 4,
    "delete": 4,
    "transfer": 5,
    "make": 3,
    "drop": 2,
    "rename": 4,
    "describe": 3,
    "note": 3,
    "share": 5,
    "invite": 4,
    "reply": 2,
    "delegate": 3,
    "lock": 4,
    "file": 3,
    "carry": 4,
    "membership": 1,
    "prune": 1,
    "sync": 3,
    "peek": 3,
}
# How often each is done, in comparison.
WEIGHTS: Final = {
    "put": 8,
    "transfer": 5,
    "delete": 3,
    "share": 6,
    "rename": 3,
    "file": 3,
    "carry": 2,
    "invite": 2,
    "reply": 2,
    "sync": 5,
    "peek": 3,
}

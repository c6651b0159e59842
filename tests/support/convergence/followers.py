"""Replicas of collections and homes that are kept by sync-collection alone (RFC 6578)."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.support.convergence.people import (
    BOOKS,
    CALENDARS,
    KINDS,
    Page,
    Person,
    is_hidden,
    is_stale,
    page_of,
    same,
)
from tests.support.dav import clark, prop

FETCH = {
    CALENDARS: ("C:calendar-multiget", "C:calendar-data"),
    BOOKS: ("CR:addressbook-multiget", "CR:address-data"),
}
FACTS = (
    "D:resourcetype",
    "D:displayname",
    "D:owner",
    "D:current-user-privilege-set",
    "A:calendar-color",
    "X:note",
)


class Content(NamedTuple):
    """What a client has of one member."""

    etag: str
    octets: str


class Replica:
    """The members of one collection, as one client has them."""

    names: tuple[str, ...] = ("D:getetag",)

    def __init__(self, who: Person, url: str) -> None:
        self.who = who
        self.url = url
        self.token = ""
        self.members: dict[str, Any] = {}
        self.resyncs = 0

    def sync(self, limit: int | None, pages: int = 10_000) -> bool:
        """Catch up, or take so many pages; False if the collection is not there."""
        answer = self._ask(self.token, limit)
        if answer.status == 404 or is_hidden(answer):
            return False
        if is_stale(answer):
            assert self.token, "an empty token is never stale"
            self.token, self.members = "", {}
            self.resyncs += 1
            return self.sync(limit, pages)
        page = page_of(answer, self.url)
        assert limit is None or self.is_within(page, limit), (limit, page)
        self._take(page)
        if page.more:
            assert page.token != self.token, "there is more, but it begins at the same place"
        self.token = page.token
        return self.sync(limit, pages - 1) if page.more and pages > 1 else True

    def is_within(self, page: Page, limit: int) -> bool:
        """Whether no more is told than was asked for."""
        return len(page.changed) + len(page.gone) <= limit

    def _ask(self, token: str, limit: int | None) -> Any:
        cut = "" if limit is None else f"<D:limit><D:nresults>{limit}</D:nresults></D:limit>"
        content = f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>{cut}"
        return self.who.report(self.url, "D:sync-collection", content + prop(*self.names))

    def _take(self, page: Page) -> None:
        for href in page.gone:
            self.members.pop(href, None)
        self.members |= self.fetched(page.changed)

    def fetched(self, changed: dict[str, Any]) -> dict[str, Any]:
        """What the client gets of those that changed."""
        raise NotImplementedError

    def is_quiet(self) -> bool:
        """Whether what was told once is not told again."""
        answer = self._ask(self.token, None)
        return not answer.responses and answer.token == self.token

    def there(self) -> dict[str, Any]:
        """All members, by PROPFIND."""
        answer = self.who.propfind(self.url, *self.names)
        return {href: each for href, each in answer.responses.items() if href != self.url}

    def judge(self) -> None:
        """What the client has is what there is."""
        tags = {href: each["D:getetag"] for href, each in self.there().items()}
        same({href: mine.etag for href, mine in self.members.items()}, tags, self.url)
        assert self.is_quiet(), self.url


class Objects(Replica):
    """A calendar or an address book; contents come by multiget."""

    def __init__(self, who: Person, url: str, kind: str) -> None:
        super().__init__(who, url)
        self.kind = kind

    def fetched(self, changed: dict[str, Any]) -> dict[str, Any]:
        if not changed:
            return {}
        report, data = FETCH[self.kind]
        hrefs = "".join(f"<D:href>{href}</D:href>" for href in changed)
        responses = self.who.report(self.url, report, prop("D:getetag", data) + hrefs).responses
        assert responses.keys() == changed.keys()
        found = {}
        for href, each in responses.items():
            if each.status == 404:  # gone since
                continue
            found[href] = Content(each["D:getetag"], each[data])
        return found


class Files(Replica):
    """A folder or a box of which each file is fetched by GET."""

    names = ("D:getetag", "D:resourcetype")

    def fetched(self, changed: dict[str, Any]) -> dict[str, Any]:
        found = {}
        for href, each in changed.items():
            if is_folder(each):
                found[href] = Content("", "")
                continue
            answer = self.who.request("GET", href)
            if answer.status != 404:
                found[href] = Content(answer.headers["etag"], answer.body.decode())
        return found

    def judge(self) -> None:
        there = {
            href: "" if is_folder(each) else each["D:getetag"]
            for href, each in self.there().items()
        }
        same({href: mine.etag for href, mine in self.members.items()}, there, self.url)
        assert self.is_quiet(), self.url


def is_folder(response: Any) -> bool:
    return clark("D:collection") in response["D:resourcetype"]


class Home(Replica):
    """The collections of a home, and in each of them its members."""

    names = FACTS

    def __init__(self, who: Person, owner: Person, kind: str) -> None:
        super().__init__(who, owner.home(kind))
        self.kind = kind
        self.inside: dict[str, Replica] = {}

    def is_within(self, page: Page, limit: int) -> bool:
        return True  # what an account newly shares comes as a whole

    def fetched(self, changed: dict[str, Any]) -> dict[str, Any]:
        return {href: facts(each) for href, each in changed.items()}

    def sync(self, limit: int | None, pages: int = 10_000) -> bool:
        there = super().sync(limit, pages)
        if not there:
            self.token, self.members, self.inside = "", {}, {}
        return there

    def sync_inside(self, limit: int | None) -> None:
        """The members of all collections; of those that are gone nothing stays."""
        self.inside = {href: one for href, one in self.inside.items() if href in self.members}
        for href, each in self.members.items():
            if "schedule-outbox" in each[0]:
                continue
            if href not in self.inside:
                is_box = "schedule-inbox" in each[0]
                one = Files(self.who, href) if is_box else Objects(self.who, href, self.kind)
                self.inside[href] = one
            assert self.inside[href].sync(limit), f"{href} is in the home and is not there"

    def peek(self, limit: int) -> None:
        """One page of the home and of each collection, whether it is still there or not."""
        if self.sync(limit, pages=1):
            for one in self.inside.values():
                one.sync(limit, pages=1)

    def judge(self) -> None:
        answer = self.who.propfind(self.url, *FACTS)
        if answer.status == 404:
            assert not self.members
            return
        there = {href: facts(r) for href, r in answer.responses.items() if href != self.url}
        same(self.members, there, self.url)
        assert self.is_quiet(), self.url
        for one in self.inside.values():
            one.judge()


def facts(response: Any) -> tuple[Any, ...]:
    """What a client shows of a collection: texts, hrefs and local names."""
    return tuple(brief(response.found[200].get(clark(name), "")) for name in FACTS)


def brief(value: Any) -> str:
    """A property as one word or more."""
    if isinstance(value, str):
        return value.rpartition("}")[2]
    return " ".join(brief(part[-1] if isinstance(part, tuple) else part) for part in value)


class Drive:
    """A drive with all folders in it."""

    def __init__(self, who: Person) -> None:
        self.who = who
        self.folders: dict[str, Files] = {}

    def sync(self, limit: int | None) -> None:
        waiting, seen = [self.who.drive], set()
        while waiting:
            url = waiting.pop()
            seen.add(url)
            folder = self.folders.setdefault(url, Files(self.who, url))
            assert folder.sync(limit), url
            waiting += [href for href, each in folder.members.items() if not each.etag]
        self.folders = {url: self.folders[url] for url in seen}

    def judge(self) -> None:
        for folder in self.folders.values():
            folder.judge()


class Device:
    """One client of one user: what it keeps up to date."""

    def __init__(self, who: Person, homes: list[Person]) -> None:
        self.who = who
        self.homes = [Home(who, owner, kind) for owner in homes for kind in KINDS]
        self.drive = Drive(who)
        self.told = Files(who, who.notifications)

    def sync(self, limit: int | None) -> None:
        """Catch up with everything."""
        for home in self.homes:
            if home.sync(limit):
                home.sync_inside(limit)
        self.drive.sync(limit)
        assert self.told.sync(limit)

    def peek(self, limit: int) -> None:
        """Look once, and stop in the middle."""
        for home in self.homes:
            home.peek(limit)
        for folder in self.drive.folders.values():
            folder.sync(limit, pages=1)
        self.told.sync(limit, pages=1)

    def judge(self) -> None:
        """It has what there is."""
        for home in self.homes:
            home.judge()
        self.drive.judge()
        self.told.judge()

"""Users with their devices on one server, and what each of them may see."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, NamedTuple, Protocol

from cyrpy.config import CoreSettings
from cyrpy.data import upkeep
from cyrpy.data.database import Database
from cyrpy.data.principals import groups_of
from cyrpy.groupware import groups, item_recount
from cyrpy.groupware.principals import NewPrincipal, create, find
from cyrpy.groupware.provision import Folders
from cyrpy.groupware.userids import UserIds
from tests.support.convergence.followers import Device, Objects
from tests.support.convergence.jmapacts import JMAP_OPERATIONS, JMAP_WEIGHTS, JmapActs
from tests.support.convergence.jmapviews import JmapDevice
from tests.support.convergence.operations import OPERATIONS, SPAN, WEIGHTS, Acts
from tests.support.convergence.people import BOOKS, CALENDARS, KINDS, Person, same
from tests.support.dav import clark
from tests.support.jmap import Carrier
from tests.support.server import DOMAIN

NUMBERS = count(1)
NAMES = ("anna", "bert", "carl")
LIMITS = (None, None, 1, 2, 5)
READ = clark("D:read")
RECORDS = {CALENDARS: "CalendarEvent", BOOKS: "ContactCard"}

Operation = tuple[Any, ...]  # a name and numbers


class Ground(Protocol):
    """A server that worlds are made on."""

    database: Database
    settings: CoreSettings

    def carriers(self) -> list[Carrier]:
        """Connections of a new user's clients."""

    def sign_in(self, name: str) -> dict[str, str]:
        """Make a user; its header."""


class World(Acts, JmapActs):
    """Three users with two devices each, and a group; with `jmap` also a JMAP client each."""

    def __init__(self, ground: Ground, *, jmap: bool = False) -> None:
        super().__init__()
        self.jmap = jmap
        self.ground = ground
        self.userids = UserIds.of(ground.settings)
        tag = next(NUMBERS)
        self.names = [f"{name}{tag}" for name in NAMES]
        self.people = [Person(n, ground.sign_in(n), ground.carriers()) for n in self.names]
        self.group = f"team{tag}"
        self.team = f"/dav/principals/group/{self.group}@{DOMAIN}/"
        new = NewPrincipal(self.group, "group")
        folders = Folders.of(ground.settings)
        ground.database.write(lambda unit: create(unit, self.userids, folders, new))
        self.members: set[int] = set()
        self.membership(2)
        one, two, three = self.people
        self.devices = [
            (Device(one, [one]), Device(one, [two, three])),
            (Device(two, [two]), Device(two, [one, three])),
            (Device(three, [three]), Device(three, [one, two])),
        ]

        self.jmaps = [JmapDevice(one) for one in self.people]
        for user in range(len(NAMES)):
            self.furnish(user)
            self.sync(user, 0, 0)
        for user in range(len(NAMES)) if jmap else ():
            self.jmap_sync(user, 0)

    def play(self, operation: Operation) -> None:
        name, *numbers = operation
        getattr(self, name)(*numbers)
        for one in self.jmaps if self.jmap else ():
            one.look()

    def membership(self, user: int) -> None:
        """Join the group or leave it."""

        def work(unit: Any) -> None:
            row, group = (
                find(unit, self.userids, name)
                for name in (self.names[user % len(NAMES)], self.group)
            )
            leaves = group.id in groups_of(unit, row.id)
            (groups.leave if leaves else groups.join)(unit, group, row)

        self.ground.database.write(work)
        self.members ^= {user % len(NAMES)}

    def prune(self, which: int) -> None:
        """Forget the whole log, now and then."""
        if which % 3 == 0:
            upkeep.prune(self.ground.database, 1 << 40)

    def sync(self, user: int, device: int, limit: int) -> None:
        """One device catches up, and must then have what the server has."""
        one = self.devices[user % len(NAMES)][device % 2]
        one.sync(LIMITS[limit % len(LIMITS)])
        one.judge()

    def jmap_sync(self, user: int, limit: int) -> None:
        """One JMAP client catches up."""
        one = self.jmaps[user % len(NAMES)]
        one.look()
        one.sync(LIMITS[limit % len(LIMITS)])
        one.judge()

    def peek(self, user: int, device: int, limit: int) -> None:
        """One device takes a page of each collection, and goes on another time."""
        self.devices[user % len(NAMES)][device % 2].peek(1 + limit % 3)

    def judge(self) -> None:
        """All devices catch up; what they have is what their users may see."""
        for pair in self.devices:
            for device in pair:
                device.sync(None)
                device.judge()
        for user in range(len(NAMES)) if self.jmap else ():
            self.jmap_sync(user, 0)
        self.judge_data()
        for kind in KINDS:
            truth = [self._held(user, kind) for user in range(len(NAMES))]
            for user, pair in enumerate(self.devices):
                self._compare(user, kind, truth, {h.url: h for d in pair for h in d.homes})

    def judge_data(self) -> None:
        """What is kept beside the objects follows from them."""
        with self.ground.database.read() as unit:
            for name in self.names:
                row = find(unit, self.userids, name)
                wrong = item_recount.differences(unit, row.id)
                assert not wrong, f"{name}: {wrong}"

    def _held(self, owner: int, kind: str) -> dict[str, Held]:
        """What is in an owner's own collections, as its own device has it, and who may read it."""
        me = self.people[owner]
        home = next(h for h in self.devices[owner][0].homes if h.kind == kind)
        found = {}
        for href, each in me.propfind(home.url, "D:acl", "D:owner").responses.items():
            inside = home.inside.get(href)
            if each["D:owner"] == [me.principal] and isinstance(inside, Objects):
                name = href.removeprefix(home.url)
                members = {h.removeprefix(href): one for h, one in inside.members.items()}
                found[name] = Held(members, readers_of(each))
        return found

    def _compare(
        self, user: int, kind: str, truth: Sequence[dict[str, Held]], homes: dict[str, Any]
    ) -> None:
        """What the user's devices have, against what the owners' have and grant."""
        me = self.people[user]
        own = homes[me.home(kind)]
        if self.jmap:
            self._compare_uids(user, kind, truth)
        expected = {f"{own.url}{name}": held.members for name, held in truth[user].items()}
        for other, theirs in enumerate(truth):
            if other == user:
                continue
            owner = self.people[other]
            seen = {
                name: held.shown(kind)
                for name, held in theirs.items()
                if held.readers & self._principals(user)
            }
            there = homes[owner.home(kind)]
            same(contents(there), {f"{there.url}{n}": m for n, m in seen.items()}, there.url)
            for name, members in seen.items():
                expected.setdefault(f"{own.url}{owner.name}.{name}", members)
        same(contents(own), expected, own.url)

    def _compare_uids(self, user: int, kind: str, truth: Sequence[dict[str, Held]]) -> None:
        """What JMAP shows the user of each account: the same, and when private events are."""
        for other, theirs in enumerate(truth):
            account = self.jmaps[other].asker.account
            seen = [
                held.uids(kind, is_owner=other == user)
                for held in theirs.values()
                if other == user or held.readers & self._principals(user)
            ]
            found = self.jmaps[user].uids(account, RECORDS[kind])
            expected = sorted(uid for uids in seen for uid in uids)
            assert found == expected, (self.people[user].name, account, found, expected)

    def _principals(self, user: int) -> set[str]:
        """URLs of the user, and of the groups that it is in."""
        me = self.people[user]
        answer = me.propfind(me.principal, "D:group-membership", depth="0")
        groups_in = set(answer.one["D:group-membership"] or ())
        assert (self.team in groups_in) == (user in self.members)
        return {me.principal, *groups_in}


class Held(NamedTuple):
    """A collection of its owner's."""

    members: dict[str, Any]  # name -> content
    readers: set[str]  # URLs of principals

    def shown(self, kind: str) -> dict[str, Any]:
        """The members that others see, if they may read."""
        if kind != CALENDARS:
            return self.members
        return {
            name: one
            for name, one in self.members.items()
            if "CLASS:" not in one.octets or "CLASS:PUBLIC" in one.octets
        }

    def uids(self, kind: str, *, is_owner: bool) -> list[str]:
        """Of those that JMAP shows: of calendars the events, but nobody else's secret ones."""
        texts = [one.octets for one in self.members.values()]
        if kind == CALENDARS:
            secret = "CLASS:CONFIDENTIAL"
            texts = [t for t in texts if "BEGIN:VEVENT" in t and (is_owner or secret not in t)]
        return [line[4:].strip() for t in texts for line in t.splitlines() if line[:4] == "UID:"]


def readers_of(response: Any) -> set[str]:
    """Principals to whom DAV:acl grants DAV:read."""
    found = set()
    for ace in response.element.iter(clark("D:ace")):
        href = ace.findtext(f"{clark('D:principal')}/{clark('D:href')}")
        if href and ace.find(f".//{READ}") is not None:
            found.add(href)
    return found


def contents(home: Any) -> dict[str, dict[str, Any]]:
    """What a device has: collection -> name -> content; boxes are nobody else's business."""
    return {
        url: {href.removeprefix(url): one for href, one in inside.members.items()}
        for url, inside in home.inside.items()
        if isinstance(inside, Objects)
    }


def known(*, jmap: bool) -> dict[str, int]:
    """The operations, and how many numbers each takes."""
    return OPERATIONS | JMAP_OPERATIONS if jmap else OPERATIONS


def drawn(seed: int, length: int, *, jmap: bool = False) -> list[Operation]:
    """A sequence that follows from a number."""
    numbers = random.Random(seed)  # noqa: S311 - which calls, not secrets
    takes = known(jmap=jmap)
    names, often = list(takes), WEIGHTS | JMAP_WEIGHTS
    chosen = numbers.choices(names, [often.get(name, 1) for name in names], k=length)
    return [(n, *(numbers.randrange(SPAN) for _ in range(takes[n]))) for n in chosen]


def play(
    ground: Ground,
    operations: Sequence[Operation],
    disturb: Callable[[], None] = lambda: None,
    *,
    jmap: bool = False,
) -> None:
    """One sequence on a world of its own; before each operation the server may be disturbed."""
    world = World(ground, jmap=jmap)
    for operation in operations:
        disturb()
        world.play(operation)
    world.judge()

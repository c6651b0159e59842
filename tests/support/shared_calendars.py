"""An account whose calendars are shared and changed at random, and readers that follow its log."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from cyrpy.config import CoreSettings
from cyrpy.data import events as rows
from cyrpy.data import upkeep
from cyrpy.data.changes import state
from cyrpy.data.database import Database
from cyrpy.data.eventids import KIND, wire_ids
from cyrpy.data.principals import PrincipalRow, groups_of
from cyrpy.data.unit import Unit
from cyrpy.errors import CannotCalculateChanges, CyrpyError
from cyrpy.groupware import calendars, events, groups
from cyrpy.groupware.access import Actor
from cyrpy.groupware.calendars import CalendarView
from cyrpy.groupware.principals import NewPrincipal, create
from cyrpy.groupware.provision import Folders
from cyrpy.groupware.userids import UserIds
from tests.support.clock import Clock
from tests.support.events import event, todo
from tests.support.icalendar import octets

NUMBERS = count(1)
CLASSES = ("PUBLIC", "PRIVATE", "CONFIDENTIAL")
DAY = 24 * 3600
SETTINGS = CoreSettings(defaultdomain="localhost")
Work = Callable[[Unit], None]


class World:
    """An owner with three calendars; Bert, who may join a group, and Cleo."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        tag = next(NUMBERS)
        self.owner, self.bert, self.cleo = (self._add(f"{n}{tag}") for n in ("ann", "bert", "cleo"))
        self.group = self._add(f"team{tag}", "group")
        self.versions = count(1)
        self.calendars: list[str] = []
        self.shares: dict[str, dict[int, str]] = {}
        self.watching: list[Work] = []  # called after each work, inside its unit
        self.do(self.new_calendar, self.new_calendar, self.new_calendar)

    def _add(self, name: str, type: Any = "individual") -> PrincipalRow:
        new = NewPrincipal(name, type)
        userids, folders = UserIds.of(SETTINGS), Folders.of(SETTINGS)
        return self.database.write(lambda unit: create(unit, userids, folders, new))

    def actor(self, unit: Unit, who: PrincipalRow) -> Actor:
        return Actor(who.id, frozenset({who.id, *groups_of(unit, who.id)}))

    def do(self, *works: Work) -> None:
        """Some works in one unit; one that is refused changes nothing."""

        def work(unit: Unit) -> None:
            for each in works:
                try:
                    with unit.savepoint():
                        each(unit)
                except CyrpyError:
                    continue
                for watch in self.watching:
                    watch(unit)

        self.database.write(work, [self.owner.id])
        self.clock.advance(DAY)

    def prune(self, days: int) -> None:
        """Forget lines of the log that are older."""
        upkeep.prune(self.database, int(self.clock()) - days * DAY)

    def view(self, unit: Unit, which: int) -> CalendarView:
        wire_id = self.calendars[which % len(self.calendars)]
        return calendars.find(unit, self.owner.id, self.actor(unit, self.owner), wire_id)

    def new_calendar(self, unit: Unit) -> None:
        self.calendars.append(calendars.create(unit, self.owner.id, {"name": "x"}).wire_id)

    def drop_calendar(self, which: int) -> Work:
        def work(unit: Unit) -> None:
            if len(self.calendars) > 1:
                view = self.view(unit, which)
                calendars.delete(unit, view, remove_events=True)
                self.calendars.remove(view.row.wire_id)

        return work

    def put(self, which: int, name: int, privacy: int, kind: int) -> Work:
        def work(unit: Unit) -> None:
            view = self.view(unit, which)
            prepared = events.prepare(self._body(f"uid{name}", CLASSES[privacy], kind))
            found = events.find(unit, view, f"{name}.ics")
            target = events.Target(view, f"{name}.ics", found)
            events.put(unit, self.actor(unit, self.owner), target, prepared)

        return work

    def _body(self, uid: str, privacy: str, kind: int) -> bytes:
        """An event, a task, or single instances of an event."""
        lines = (f"CLASS:{privacy}", f"SUMMARY:{next(self.versions)}")
        if kind < 3:
            return event(uid, *lines)
        if kind == 3:
            return todo(uid, *lines)
        times = "RECURRENCE-ID:2026010{0}T100000Z\nDTSTART:2026010{0}T120000Z"
        days = range(kind - 3, 2 * (kind - 3) + 1)
        return octets(
            *("\n".join(["VEVENT", f"UID:{uid}", times.format(day), *lines]) for day in days)
        )

    def move(self, which: int, to: int, name: int, new: int) -> Work:
        def work(unit: Unit) -> None:
            source, view = self.view(unit, which), self.view(unit, to)
            row = events.find(unit, source, f"{name}.ics")
            if row is not None:
                replaced = events.find(unit, view, f"{new}.ics")
                target = events.Target(view, f"{new}.ics", replaced)
                events.move(unit, self.actor(unit, self.owner), source, row, target)

        return work

    def delete(self, which: int, name: int) -> Work:
        def work(unit: Unit) -> None:
            view = self.view(unit, which)
            row = events.find(unit, view, f"{name}.ics")
            if row is not None:
                events.delete(unit, self.actor(unit, self.owner), view, row)

        return work

    def share(self, which: int, who: int, letters: str) -> Work:
        """With Bert, Cleo or the group."""

        def work(unit: Unit) -> None:
            view = self.view(unit, which)
            held = self.shares.setdefault(view.row.wire_id, {})
            held.pop((self.bert, self.cleo, self.group)[who].id, None)
            if letters:
                held[(self.bert, self.cleo, self.group)[who].id] = letters
            calendars.set_shares(unit, view, held)

        return work

    def membership(self, unit: Unit) -> None:
        """Bert joins the group or leaves it."""
        is_in = self.group.id in groups_of(unit, self.bert.id)
        (groups.leave if is_in else groups.join)(unit, self.group, self.bert)


class JmapReader:
    """One who follows `event_changes_since`, and reads anew what it is told of."""

    def __init__(self, world: World, who: PrincipalRow) -> None:
        self.world = world
        self.who = who
        self.known: dict[str, str] = {}  # id -> entity tag
        self.state = "0"
        self.ever: set[str] = set()
        world.watching.append(self.look)

    def there(self, unit: Unit) -> dict[str, str]:
        """All that it may see, by looking at everything."""
        actor = self.world.actor(unit, self.who)
        found = {}
        for view in calendars.visible(unit, self.world.owner.id, actor):
            for row in rows.members(unit, self.world.owner.id, view.row.id):
                if view.is_owner or row.privacy < rows.SECRET:
                    found |= {id: row.etag for id in wire_ids(row) if id.startswith("E")}
        return found

    def look(self, unit: Unit) -> None:
        """Note what is to be seen at this moment."""
        self.ever |= self.there(unit).keys()

    def follow(self, limit: int | None) -> None:
        """Read changes to the end; from the start if they cannot be calculated."""
        more = True
        while more:
            with self.world.database.read() as unit:
                actor = self.world.actor(unit, self.who)
                try:
                    found = events.event_changes_since(
                        unit, self.world.owner.id, actor, self.state, limit
                    )
                except CannotCalculateChanges:
                    self.known = self.there(unit)
                    self.state = str(state(unit, self.world.owner.id, KIND))
                    return
                told = [*found.created, *found.updated, *found.destroyed]
                assert len(told) == len(set(told))
                assert limit is None or len(told) <= limit
                assert set(told) <= self.ever
                self._take(unit, actor, found)
                self.state, more = found.new, found.more
        with self.world.database.read() as unit:
            assert self.known == self.there(unit)

    def _take(self, unit: Unit, actor: Actor, found: Any) -> None:
        seen = events.of_ids(unit, self.world.owner.id, actor, [*found.created, *found.updated])
        for id in (*found.created, *found.updated):
            if id in seen:
                self.known[id] = seen[id].row.etag
        for id in found.destroyed:
            self.known.pop(id, None)


class DavReader:
    """One who follows `calendar_changes_since` in each calendar that it sees."""

    def __init__(self, world: World, who: PrincipalRow) -> None:
        self.world = world
        self.who = who
        self.known: dict[str, dict[str, str]] = {}  # calendar -> URL name -> entity tag
        self.states: dict[str, str] = {}

    def follow(self, limit: int | None) -> None:
        """Synchronize every calendar; one that is new, or was away, from the start."""
        with self.world.database.read() as unit:
            actor = self.world.actor(unit, self.who)
            views = calendars.visible(unit, self.world.owner.id, actor)
            seen = {view.row.wire_id: view for view in views}
            for gone in self.known.keys() - seen.keys():
                del self.known[gone], self.states[gone]
            for wire_id, view in seen.items():
                self._follow(unit, wire_id, view, limit)

    def _follow(self, unit: Unit, wire_id: str, view: CalendarView, limit: int | None) -> None:
        there = {row.uri: row.etag for row in events.members(unit, view)}
        known = self.known.setdefault(wire_id, {})
        more = True
        while more and wire_id in self.states:
            try:
                found = events.calendar_changes_since(unit, view, self.states[wire_id], limit)
            except CannotCalculateChanges:
                del self.states[wire_id]
                break
            now = events.of_names(unit, view, found.all_names)
            for name in found.all_names:
                known.pop(name, None)
            known |= {name: row.etag for name, row in now.items()}
            self.states[wire_id], more = found.new, found.more
        if wire_id not in self.states:
            known = self.known[wire_id] = there
            self.states[wire_id] = str(state(unit, self.world.owner.id, KIND, view.row.id))
        assert known == there

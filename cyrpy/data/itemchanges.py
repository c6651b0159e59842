"""The log of what is inside of containers: events in calendars, cards in address books, mails.

Each line about an item says in which container it happened, so that whoever sees some of an
account's containers can be told of what they hold, and of nothing else:

- An item that moves leaves one container (DESTROYED there) and then enters the other (CREATED).
- One whose privacy changes does the same for those readers who see it only before or after.
- A container that is shared with someone, or no more, is one line for its items too: it names the
  container, the one whom it concerns, and no item (`opened`). It brings or takes all that is in it.
- A line without container, of an item that is in several, only says that it was updated.

So for every class of readers, item and container the lines alternate, and where an item was at any
moment follows from the first line after it, or if there is none, from where the item is now.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, NamedTuple

from cyrpy.data.changes import (
    EVERYBODY,
    VEILED,
    Changes,
    Line,
    audience,
    lines_since,
    state,
    state_between,
)
from cyrpy.data.unit import NO_CONTAINER, ChangeKind, Unit
from cyrpy.errors import CannotCalculateChanges

ALL_ITEMS: Final = ""  # in place of an id: all that the container holds
# The type of the items in a container of a type.
ITEMS: Final[Mapping[str, str]] = {
    "Calendar": "CalendarEvent",
    "AddressBook": "ContactCard",
    "Mailbox": "Email",
}


class Place(NamedTuple):
    """Where an item is, by which ids it is known, and which readers see it there."""

    container_id: int
    name: str | None  # in URLs
    ids: Collection[str]  # an event that is given by its instances alone has several
    readers: int = EVERYBODY


class ItemViewer(NamedTuple):
    """One who is not the owner, and what of the account's containers it sees.

    Attributes:
        principals: Its principal ids, groups too.
        visible: The containers that it may see now.
        placed: The containers in which the items of these ids are now, also those that it may
            not see; an item that its class of readers does not see is in none.
        held: The ids of the items that are in a container now, as its class of readers sees them.
        readers: That class.
    """

    principals: frozenset[int]
    visible: Collection[int]
    placed: Callable[[Collection[str]], Mapping[str, Collection[int]]]
    held: Callable[[int], Iterable[str]]
    readers: int = VEILED


def record(
    unit: Unit, account_id: int, type: str, before: Place | None, after: Place | None
) -> int:
    """Log what became of one item: None is where it was not, or is not any more; the modseq."""
    stays = before is not None and after is not None and before[:2] == after[:2]
    log = _Lines(unit, account_id, type)
    if before is not None:
        for id in before.ids:
            still = after.readers if stays and after and id in after.ids else 0
            log(before, id, ChangeKind.DESTROYED, before.readers & ~still)
            log(before, id, ChangeKind.UPDATED, before.readers & still)
    if after is not None:
        for id in after.ids:
            had = before.readers if stays and before and id in before.ids else 0
            log(after, id, ChangeKind.CREATED, after.readers & ~had)
    return unit.modseq(account_id)


class _Lines(NamedTuple):
    """Writes lines about one item."""

    unit: Unit
    account_id: int
    type: str

    def __call__(self, place: Place, id: str, kind: ChangeKind, readers: int) -> None:
        if readers:
            self.unit.record(
                self.account_id,
                self.type,
                id,
                kind,
                container_id=place.container_id,
                name=place.name,
                audience=audience(readers),
            )


def opened(
    unit: Unit, account_id: int, kind: str, container_id: int, principal_id: int, how: ChangeKind
) -> None:
    """Log that someone came to see a container of that kind (CREATED), or sees it no more."""
    if kind in ITEMS and how != ChangeKind.UPDATED:
        unit.record(
            account_id,
            ITEMS[kind],
            ALL_ITEMS,
            how,
            container_id=container_id,
            audience=principal_id,
        )


def item_changes_since(
    unit: Unit, account_id: int, type: str, since: str, viewer: ItemViewer, limit: int | None = None
) -> Changes:
    """Net changes to the items that the viewer sees, after the state `since`, at most `limit`.

    Raises:
        CannotCalculateChanges: `since` is not a state that this log can start from, or more than
            `limit` items came or went at once.
    """
    now = state(unit, account_id, type)
    if since == str(now):
        return Changes(since, since, [], [], [], [], {}, more=False)
    lines = [
        line
        for line in lines_since(unit, account_id, type, since, now)
        if line.concerns(viewer.readers) or line.audience in viewer.principals
    ]
    walk = _Walk(viewer, lines)
    reached: Line | None = None
    for line in lines:
        touched = walk.step(line)
        if limit is not None and len(walk.told.keys() | touched.keys()) > limit:
            if reached is None:
                raise CannotCalculateChanges(f"more than {limit} records changed at once")
            return walk.changes(since, state_between(reached, line), more=True)
        walk.tell(touched)
        reached = line
    return walk.changes(since, str(now), more=False)


class _Walk:
    """Where the items are, and what the viewer sees, from line to line.

    Attributes:
        told: Items that concern the viewer, with whether they were to be seen at the start and
            are after the last step that was told.
    """

    def __init__(self, viewer: ItemViewer, lines: list[Line]) -> None:
        self._visible = set(viewer.visible)
        flips = [line for line in lines if line.object_id == ALL_ITEMS]
        for line in reversed(flips):  # back to the start
            self._turn(line, line.kind != ChangeKind.CREATED)
        ids = {line.object_id for line in lines if line.object_id != ALL_ITEMS}
        for container in {line.container_id for line in flips}:
            ids.update(viewer.held(container))
        placed = viewer.placed(ids)
        self._places = {id: set(placed.get(id, ())) for id in ids}
        for line in reversed(lines):
            self._move(line, line.kind != ChangeKind.CREATED)
        self._in: dict[int, set[str]] = {line.container_id: set() for line in flips}
        for id, containers in self._places.items():
            for container in containers & self._in.keys():
                self._in[container].add(id)
        self.told: dict[str, tuple[bool, bool]] = {}

    def _turn(self, line: Line, visible: bool) -> None:
        (self._visible.add if visible else self._visible.discard)(line.container_id)

    def _move(self, line: Line, there: bool) -> None:
        if line.object_id != ALL_ITEMS and line.container_id != NO_CONTAINER:
            places = self._places[line.object_id]
            (places.add if there else places.discard)(line.container_id)

    def _sees(self, id: str) -> bool:
        return not self._visible.isdisjoint(self._places[id])

    def step(self, line: Line) -> dict[str, tuple[bool, bool]]:
        """The items that the line is about, of those that the viewer sees before or after it."""
        if line.object_id == ALL_ITEMS:
            ids = sorted(self._in[line.container_id])
        else:
            ids = [line.object_id]
        before = {id: self._sees(id) for id in ids}
        if line.object_id == ALL_ITEMS:
            self._turn(line, line.kind != ChangeKind.DESTROYED)
        else:
            self._move(line, line.kind != ChangeKind.DESTROYED)
            held = self._in.get(line.container_id)
            if held is not None:
                (held.discard if line.kind == ChangeKind.DESTROYED else held.add)(line.object_id)
            if line.container_id not in self._visible | {NO_CONTAINER}:
                return {}
        after = {id: self._sees(id) for id in ids}
        return {id: (before[id], after[id]) for id in ids if before[id] or after[id]}

    def tell(self, touched: Mapping[str, tuple[bool, bool]]) -> None:
        """Note what a step touched."""
        for id, (before, after) in touched.items():
            self.told[id] = (self.told[id][0] if id in self.told else before, after)

    def changes(self, since: str, new: str, *, more: bool) -> Changes:
        """What was told so far."""
        found = Changes(since, new, [], [], [], [], {}, more)
        for id, (before, after) in self.told.items():
            if before:
                (found.updated if after else found.destroyed).append(id)
            else:
                (found.created if after else found.vanished).append(id)
        return found

"""States, and what changed since one: both /changes (RFC 8620 §5.2) and sync-collection (RFC 6578).

A state is the modseq at which something of a type (in a collection, for DAV) last changed. It is
stored and never lowered, so pruning the log changes no state. Where an answer had to end in the
middle of one unit's changes, its state is the modseq and the position in it: `184-49`.

Who is not the owner of an account sees changes as follows. What exists for them, in that account,
follows from lines addressed to them alone: a grant is a creation, its end a destruction. Lines for
all tell them only of updates, and of objects that they may see now. So no id reaches anyone who
may not see the object, whatever else happened in the account. The owner, whose principal has the
account's number, sees lines for all and those addressed to the owner.

That holds for what is shared by itself: calendars, mailboxes. For what is inside of them see
`cyrpy.data.itemchanges`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import bindparam, literal_column, select

from cyrpy.data.statement import Query
from cyrpy.data.tables import accounts, changes, states
from cyrpy.data.unit import NO_CONTAINER, ChangeKind, Unit
from cyrpy.errors import CannotCalculateChanges

WHOLE: Final = 1 << 62  # a position after all those of one modseq
_STATE: Final = re.compile(r"(\d{1,18})(?:-(\d{1,9}))?", re.ASCII)


# Classes of readers, as bits: a line about what only some of them see concerns these alone. What
# is private is shown to others by one protocol and not by another: JMAP shows when it is, DAV has
# objects that are whole or not at all. (Plain numbers: an enum.Flag costs microseconds a line.)
OWNER: Final = 1
VEILED: Final = 2  # others, where they see of a private object that it is there
UNAWARE: Final = 4  # others, where a private object is not there at all
EVERYBODY: Final = OWNER | VEILED | UNAWARE


def audience(readers: int) -> int | None:
    """Those readers, as a line of the log says whom it concerns."""
    return None if readers == EVERYBODY else -readers


class Point(NamedTuple):
    """A place in the log: after that line."""

    modseq: int
    position: int


class Line(NamedTuple):
    """What of a line of the log says what became of one object."""

    modseq: int
    position: int
    object_id: str
    kind: int
    name: str | None
    audience: int | None
    container_id: int

    def concerns(self, readers: int) -> bool:
        """Whether it is for all, or for a class that these are of."""
        audience = self.audience
        return audience is None or (audience < 0 and bool(-audience & readers))


class Viewer(NamedTuple):
    """One who is not the owner: its principal ids (groups too), and what it may see now."""

    principals: frozenset[int]
    may_see: Callable[[str], bool]


class Changes(NamedTuple):
    """Net changes in `(old, new]`, by wire id; `more` says that `new` is not yet the newest."""

    old: str
    new: str
    created: list[str]
    updated: list[str]
    destroyed: list[str]
    vanished: list[str]  # made and unmade inside the span: nothing to JMAP, a 404 to DAV
    names: dict[str, str | None]  # last URL name of each object
    more: bool
    all_names: tuple[str, ...] = ()  # every URL name in the span: it may have been another's before


STATE: Query[tuple[int]] = Query(
    select(states.c.modseq).where(
        states.c.account_id == bindparam("account_id"),
        states.c.type == bindparam("type"),
        states.c.container_id == bindparam("container_id"),
    )
)
LOG_STARTS: Query[tuple[int, int]] = Query(
    select(accounts.c.log_starts_after, accounts.c.first_modseq).where(
        accounts.c.id == bindparam("account_id")
    )
)
_LINES = (
    select(
        changes.c.modseq,
        changes.c.position,
        changes.c.object_id,
        changes.c.kind,
        changes.c.name,
        changes.c.audience,
        changes.c.container_id,
    )
    .where(
        changes.c.account_id == bindparam("account_id"),
        changes.c.type == bindparam("type"),
        changes.c.modseq > bindparam("since"),
    )
    .order_by(changes.c.modseq, changes.c.position)
)
LINES: Query[Line] = Query(_LINES, Line._make)
LINES_IN: Query[Line] = Query(
    _LINES.where(changes.c.container_id == bindparam("container_id")), Line._make
)
# Whether the log still has a line for that one alone.
TOLD: Query[tuple[int]] = Query(
    select(changes.c.modseq)
    .where(
        changes.c.account_id == bindparam("account_id"),
        changes.c.type == bindparam("type"),
        changes.c.audience == bindparam("principal_id"),
    )
    .limit(literal_column("1"))
)


def state(unit: Unit, account_id: int, type: str, container_id: int = NO_CONTAINER) -> int:
    """The modseq at which `type` (in the container, if one is given) last changed; 0 if never."""
    modseq: int | None = unit.value(
        STATE, account_id=account_id, type=type, container_id=container_id
    )
    return modseq or 0


def changes_since(  # noqa: PLR0913 - one question, each part of it optional
    unit: Unit,
    account_id: int,
    type: str,
    since: str,
    *,
    container_id: int = NO_CONTAINER,
    viewer: Viewer | None = None,
    readers: int = OWNER,
    limit: int | None = None,
) -> Changes:
    """Net changes to objects of `type` after the state `since`, at most `limit` of them.

    In a container it is names that are counted: one of them may have been that of several objects.
    One created and then updated is only `created`; one created and destroyed inside the span is
    only `vanished`. With `limit` the answer ends at a state from which the next one goes on.
    `readers` other than the owner read the lines of one container, which they see.

    Raises:
        CannotCalculateChanges: `since` is not a state that this log can start from.
    """
    now = state(unit, account_id, type, container_id)
    if since == str(now):
        return Changes(since, since, [], [], [], [], {}, more=False)
    lines = lines_since(unit, account_id, type, since, now, container_id)
    if viewer is None:
        mine = account_id if readers == OWNER else None
        lines = [line for line in lines if line.audience == mine or line.concerns(readers)]
    else:
        lines = list(_seen_by(viewer, lines))
    counted = _name if container_id != NO_CONTAINER else _id
    return _net(lines, since, now, limit, counted)


def _id(line: Line) -> str:
    return line.object_id


def _name(line: Line) -> str:
    return line.object_id if line.name is None else line.name


def lines_since(
    unit: Unit, account_id: int, type: str, since: str, now: int, container_id: int = NO_CONTAINER
) -> list[Line]:
    """The lines after a state, where `now` is that of the newest.

    Raises:
        CannotCalculateChanges: `since` is not a state that this log can start from.
    """
    start = _parse(since)
    row = unit.first(LOG_STARTS, account_id=account_id)
    assert row is not None  # noqa: S101 - the account was looked up before
    oldest, first = row
    # Of a type of which there was nothing yet the state is 0: all of a log that is whole follows.
    follows = start is not None and (
        oldest <= start.modseq <= now or (start.modseq == 0 and oldest == first)
    )
    if start is None or not follows:
        raise CannotCalculateChanges(
            f"changes of {type} are known from state {oldest} to {now}; {since!r} is none of these"
        )
    return _lines(unit, account_id, type, start, container_id)


def _parse(text: str) -> Point | None:
    match = _STATE.fullmatch(text)
    if match is None:
        return None
    modseq, position = match.groups()
    if position is None:
        return Point(int(modseq), WHOLE)
    return Point(int(modseq), int(position))


def _lines(unit: Unit, account_id: int, type: str, start: Point, container_id: int) -> list[Line]:
    """The lines after `start`, in their order."""
    since = start.modseq if start.position == WHOLE else start.modseq - 1
    scope = {"account_id": account_id, "type": type, "since": since}
    if container_id == NO_CONTAINER:
        lines = unit.all(LINES, **scope)
    else:
        lines = unit.all(LINES_IN, container_id=container_id, **scope)
    if start.position == WHOLE:
        return lines
    return [line for line in lines if (line.modseq, line.position) > start]


def _seen_by(viewer: Viewer, lines: Sequence[Line]) -> Iterable[Line]:
    """The lines that concern one who is not the owner (see the head of this file)."""
    seen: dict[str, bool] = {}  # at the start of the span, and then after each line
    for line in lines:
        if line.audience in viewer.principals:
            seen.setdefault(line.object_id, line.kind != ChangeKind.CREATED)
    for line in lines:
        if line.audience in viewer.principals:
            ends = line.kind == ChangeKind.DESTROYED
            # Who loses one of two grants still sees the object.
            still = ends and viewer.may_see(line.object_id)
            seen[line.object_id] = still or not ends
            yield line._replace(kind=ChangeKind.UPDATED) if still else line
        elif line.audience is None and seen.get(line.object_id, viewer.may_see(line.object_id)):
            # Also of what it sees no more: it knows that by a name which may have changed since.
            yield line._replace(kind=ChangeKind.UPDATED)


def _net(
    lines: list[Line], since: str, now: int, limit: int | None, counted: Callable[[Line], str]
) -> Changes:
    """Fold the log to one outcome for each object, up to the line before the one too many."""
    told: set[str] = set()
    first: dict[str, int] = {}
    last: dict[str, Line] = {}
    names: dict[str, None] = {}
    new, more = str(now), False
    reached: Line | None = None
    for line in lines:
        if len(told) == limit and counted(line) not in told:
            assert reached is not None  # noqa: S101 - limits are positive
            new, more = state_between(reached, line), True
            break
        told.add(counted(line))
        first.setdefault(line.object_id, line.kind)
        last[line.object_id] = line
        if line.name is not None:
            names[line.name] = None
        reached = line
    return _sorted(first, last, Changes(since, new, [], [], [], [], {}, more, tuple(names)))


def state_between(reached: Line, following: Line) -> str:
    """The state after one line and before the next."""
    if reached.modseq != following.modseq:
        return str(reached.modseq)
    return f"{reached.modseq}-{reached.position}"


def _sorted(first: dict[str, int], last: dict[str, Line], result: Changes) -> Changes:
    for object_id, line in last.items():
        result.names[object_id] = line.name
        existed = first[object_id] != ChangeKind.CREATED
        if line.kind == ChangeKind.DESTROYED:
            (result.destroyed if existed else result.vanished).append(object_id)
        else:
            (result.updated if existed else result.created).append(object_id)
    return result

"""States, and what changed since one: both /changes (RFC 8620 §5.2) and sync-collection (RFC 6578).

A state is the modseq at which something of a type (in a collection, for DAV) last changed. It is
stored and never lowered, so pruning the log changes no state. Where an answer had to end in the
middle of one unit's changes, its state is the modseq and the position in it: `184-49`.

Who is not the owner of an account sees changes as follows. What exists for them, in that account,
follows from lines addressed to them alone: a grant is a creation, its end a destruction. Lines for
all tell them only of updates, and of objects that they may see now. So no id reaches anyone who
may not see the object, whatever else happened in the account. The owner, whose principal has the
account's number, sees lines for all and those addressed to the owner.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select

from cyrpy.data.statement import Query
from cyrpy.data.tables import accounts, changes, states
from cyrpy.data.unit import NO_CONTAINER, ChangeKind, Unit
from cyrpy.errors import CannotCalculateChanges

WHOLE: Final = 1 << 62  # a position after all those of one modseq
_STATE: Final = re.compile(r"(\d{1,18})(?:-(\d{1,9}))?", re.ASCII)


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
    limit: int | None = None,
) -> Changes:
    """Net changes to objects of `type` after the state `since`, at most `limit` of them.

    One created and then updated is only `created`; one created and destroyed inside the span is
    only `vanished`. With `limit` the answer ends at a state from which the next one goes on.

    Raises:
        CannotCalculateChanges: `since` is not a state that this log can start from.
    """
    now = state(unit, account_id, type, container_id)
    if since == str(now):
        return Changes(since, since, [], [], [], [], {}, more=False)
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
    lines = _lines(unit, account_id, type, start, container_id)
    if viewer is None:
        lines = [line for line in lines if line.audience in {None, account_id}]
    else:
        lines = list(_seen_by(viewer, lines))
    return _net(lines, since, now, limit)


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
    first: dict[str, int] = {}
    for line in lines:
        if line.audience in viewer.principals:
            first.setdefault(line.object_id, line.kind)
    # What becomes visible in the span was not so before: earlier lines for all are not told.
    unseen = {object_id for object_id, kind in first.items() if kind == ChangeKind.CREATED}
    for line in lines:
        visible = viewer.may_see(line.object_id)
        if line.audience in viewer.principals:
            unseen.discard(line.object_id)
            # Who loses one of two grants still sees the object.
            still = visible and line.kind == ChangeKind.DESTROYED
            yield line._replace(kind=ChangeKind.UPDATED) if still else line
        elif line.audience is None and visible and line.object_id not in unseen:
            yield line._replace(kind=ChangeKind.UPDATED)


def _net(lines: list[Line], since: str, now: int, limit: int | None) -> Changes:
    """Fold the log to one outcome for each object, up to the line before the one too many."""
    first: dict[str, int] = {}
    last: dict[str, Line] = {}
    reached: Line | None = None
    for line in lines:
        if len(last) == limit and line.object_id not in last:
            assert reached is not None  # noqa: S101 - limits are positive
            whole = reached.modseq != line.modseq
            new = str(reached.modseq) if whole else f"{reached.modseq}-{reached.position}"
            return _sorted(first, last, Changes(since, new, [], [], [], [], {}, more=True))
        first.setdefault(line.object_id, line.kind)
        last[line.object_id] = line
        reached = line
    return _sorted(first, last, Changes(since, str(now), [], [], [], [], {}, more=False))


def _sorted(first: dict[str, int], last: dict[str, Line], result: Changes) -> Changes:
    for object_id, line in last.items():
        result.names[object_id] = line.name
        existed = first[object_id] != ChangeKind.CREATED
        if line.kind == ChangeKind.DESTROYED:
            (result.destroyed if existed else result.vanished).append(object_id)
        else:
            (result.updated if existed else result.created).append(object_id)
    return result

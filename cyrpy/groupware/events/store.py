"""Storing, moving, copying and deleting calendar objects, for every protocol."""

from __future__ import annotations

from typing import Final, NamedTuple

from cyrpy.data import events
from cyrpy.data.events import PUBLIC, EventRow
from cyrpy.data.unit import Unit
from cyrpy.errors import Forbidden
from cyrpy.formats.ical import validate
from cyrpy.groupware.access import Actor
from cyrpy.groupware.calendars import CalendarView
from cyrpy.groupware.events import rows
from cyrpy.groupware.events.conflicts import check_meeting, check_name, check_uid, free_name
from cyrpy.groupware.events.errors import Refused
from cyrpy.groupware.events.notices import By, Watch
from cyrpy.groupware.events.prepare import Prepared, prepare
from cyrpy.groupware.events.rights import Needs, Sides, judge
from cyrpy.groupware.events.rows import Spot
from cyrpy.groupware.events.scheduled import Change, schedule
from cyrpy.groupware.scheduling import How
from cyrpy.groupware.scheduling.model import PLAIN


class Way(NamedTuple):
    """How a change is asked for.

    Attributes:
        how: What scheduling needs to know.
        is_draft: Whether it is a draft, of which nobody is told; None: as it was.
    """

    how: How = PLAIN
    is_draft: bool | None = None


USUAL: Final = Way()
MAX_CALLED_OFF: Final = 2000  # meetings that go with their calendar, in one transaction


class Written(NamedTuple):
    """What is stored now; `exact` says that its octets are those that came."""

    row: EventRow
    created: bool
    exact: bool = True


class Target(NamedTuple):
    """Where something is to be stored: a calendar, a URL name, and what has that name now."""

    view: CalendarView
    uri: str
    found: EventRow | None = None

    @property
    def spot(self) -> Spot:
        """As rows have it."""
        return Spot(self.view.row.account_id, self.view.row.id, self.uri)


def put(unit: Unit, actor: Actor, target: Target, prepared: Prepared, way: Way = USUAL) -> Written:
    """Store an object; what is there already, octet for octet, is left as it is.

    Raises:
        Forbidden: the user may not; the calendar does not take it; scheduling is against it.
        AlreadyExists: the UID, or the name, is another's.
    """
    view, uri, found = target
    change = Change(unit, view, found, prepared)
    _judge(change, actor, "bind" if found is None else "write-content")
    _check_component(view, prepared.component)
    if found is None:
        check_name(unit, view, uri)
    alike = events.with_uid(unit, view.row.account_id, prepared.uid)
    check_uid(view, alike, found, prepared.uid)
    is_draft = bool(found and found.is_draft) if way.is_draft is None else way.is_draft
    if found is not None and found.etag == prepared.etag and found.is_draft == is_draft:
        return Written(found, created=False, exact=prepared.exact)
    stored, marks = schedule(change, way.how, is_draft=is_draft)
    assert stored is not None  # noqa: S101 - only what is removed leads to nothing
    if marks.is_scheduled:
        check_meeting(view, alike, found and found.id)
    watch = Watch(unit, By(actor.principal_id), (view.row.account_id, view.row.id), found)
    row = rows.write(unit, target.spot, found, stored, marks)
    watch.tell(row)
    return Written(row, found is None, prepared.exact and stored is prepared)


def put_by_uid(unit: Unit, actor: Actor, view: CalendarView, prepared: Prepared) -> Written:
    """Store an object in place of that which has its UID, or under a new name; for imports.

    Raises:
        Forbidden: the user may not; the calendar does not take it.
    """
    key = (view.row.account_id, view.row.id)
    alike = events.with_uid(unit, key[0], prepared.uid)
    found = next((row for row in alike if row.calendar_id == key[1]), None)
    uri = free_name(unit, *key, prepared.uid) if found is None else found.uri
    quiet = Way(How(sends=False, replies=False))
    return put(unit, actor, Target(view, uri, found), prepared, quiet)


def _check_component(view: CalendarView, component: str) -> None:
    takes = view.row.components.split()
    if component not in takes:
        raise Refused(
            validate.COMPONENT,
            f"the calendar takes no {component[:40]}, only {', '.join(takes)}",
        )


def _judge(change: Change, actor: Actor, needs: Needs) -> None:
    """Judge rights; the owner's without a look at what is stored."""
    if change.view.is_owner:
        return
    after = change.after
    sides = Sides(
        change.before,
        None if after is None else after.calendar,
        change.found.privacy if change.found else PUBLIC,
        after.privacy if after else PUBLIC,
    )
    judge(change.unit, change.view, actor, needs, sides)


def _judge_arrival(unit: Unit, view: CalendarView, actor: Actor, row: EventRow) -> None:
    """Judge whether what is stored elsewhere may be put into a calendar."""
    if not view.is_owner:
        calendar = Change(unit, view, row, None).before
        judge(unit, view, actor, "bind", Sides(after=calendar, privacy_after=row.privacy))


def call_off(unit: Unit, actor: Actor, view: CalendarView, how: How = PLAIN) -> None:
    """Delete the meetings in a calendar that is to go, each as if it were deleted alone.

    Raises:
        Forbidden: the user may not, or there are too many.
    """
    told = 0
    for row in events.members(unit, view.row.account_id, view.row.id):
        if not row.has_organizer or row.is_draft or row.ends_at < unit.now - how.max_age:
            continue
        told += 1
        if told > MAX_CALLED_OFF:
            raise Forbidden(
                f"the calendar holds more than {MAX_CALLED_OFF} meetings of which others are told; "
                "delete some of them first"
            )
        delete(unit, actor, view, row, how)


def move(unit: Unit, actor: Actor, source: CalendarView, row: EventRow, target: Target) -> Written:
    """Give an object another name, or another calendar; within an account it keeps its id.

    Raises:
        Forbidden: the user may not; the target does not take it.
        AlreadyExists: the UID, or the name, is another's there.
    """
    view, uri, replaced = target
    if source.row.account_id != view.row.account_id:
        written = copy(unit, actor, row, target)
        delete(unit, actor, source, row)
        return written
    if (row.calendar_id, row.uri) == (view.row.id, uri):
        return Written(row, created=False)
    _judge(Change(unit, source, row, None), actor, "unbind")
    _judge_arrival(unit, view, actor, row)
    _check_component(view, row.component)
    alike = events.with_uid(unit, row.account_id, row.uid)
    check_uid(view, (other for other in alike if other.id != row.id), replaced, row.uid)
    if replaced is None:
        check_name(unit, view, uri)
    else:
        _judge(Change(unit, view, replaced, None), actor, "unbind")
        rows.remove(unit, replaced)
    return Written(rows.relocate(unit, row, target.spot), replaced is None)


def copy(unit: Unit, actor: Actor, row: EventRow, target: Target) -> Written:
    """Store a copy of an object that the user may read.

    Raises:
        Forbidden: the user may not; the target does not take it.
        AlreadyExists: the UID, or the name, is another's there.
    """
    return put(unit, actor, target, _read(unit, row))


def _read(unit: Unit, row: EventRow) -> Prepared:
    return prepare(events.octets_of(unit, row.account_id, [row.id])[row.id])


def delete(unit: Unit, actor: Actor, view: CalendarView, row: EventRow, how: How = PLAIN) -> None:
    """Delete an object with all that hangs on it, and tell whom it concerns.

    Raises:
        Forbidden: the user may not; scheduling is against it.
    """
    change = Change(unit, view, row, None)
    _judge(change, actor, "unbind")
    schedule(change, how, is_draft=False)
    watch = Watch(unit, By(actor.principal_id), (view.row.account_id, view.row.id), row)
    rows.remove(unit, row)
    watch.tell(None)

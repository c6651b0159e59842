"""Calendar objects: their rows, and the statements that find and change them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, select, text, union_all
from sqlalchemy.sql.expression import Select

from cyrpy.data.listing import Members
from cyrpy.data.statement import Query, among, insert_all, updating
from cyrpy.data.tables import calendar_objects
from cyrpy.data.unit import Unit
from cyrpy.formats.ical import phases
from cyrpy.formats.timespan import DAY

NEVER: Final = 10**12  # unix seconds that stand for "always" before, and for "never" after
SHORT: Final = 31 * DAY  # seconds; objects that span more are in an index of their own
YEAR: Final = 366 * DAY  # recurrences that span more are in one by the phases of their cycles
PAGE: Final = 200  # rows that are read at once
LOT: Final = 1000  # candidates, which are short
PUBLIC: Final = 0
PRIVATE: Final = 1
SECRET: Final = 2


class EventRow(NamedTuple):
    """One calendar object without what it says."""

    account_id: int
    id: int
    calendar_id: int
    uri: str  # last part of its URL
    uid: str  # as `cyrpy.data.keys` bounds it
    component: str  # VEVENT, VTODO …
    etag: str  # without quotation marks
    schedule_tag: str | None  # likewise; of scheduling objects
    size: int  # octets
    privacy: int  # PUBLIC, PRIVATE or SECRET
    has_organizer: int
    is_draft: int
    starts_at: int  # unix seconds, at the earliest in any zone
    ends_at: int  # at the latest
    is_long: int  # 1: recurs, or spans more than SHORT; 2: recurs for more than YEAR
    is_plain: int  # one instance, just from starts_at to ends_at
    phase: int  # of what recurs for more than YEAR
    created_at: int
    updated_at: int
    begins_at: int
    made_at: int
    revised_at: int
    created_modseq: int
    updated_modseq: int
    instances: str | None  # RECURRENCE-IDs with spaces between, if it has no master
    rendering: int  # version of what made its JSCalendar


class Candidate(NamedTuple):
    """What of a calendar object's row tells whether it may match, or does."""

    id: int
    uid: str
    component: str
    etag: str
    starts_at: int
    ends_at: int
    is_plain: int


class Stored(NamedTuple):
    """A calendar object with its octets."""

    row: EventRow
    octets: bytes


LISTED: Final = Members(calendar_objects, "calendar_id", hides="privacy")
_t = calendar_objects.c
_ROW = tuple(_t[name] for name in EventRow._fields)
_of_account = _t.account_id == bindparam("account_id")
_of_calendar = (_of_account, _t.calendar_id == bindparam("calendar_id"))
_shown = _t.privacy <= bindparam("most")


def _stored(columns: Any) -> Stored:  # noqa: ANN401 - a row
    return Stored(EventRow._make(columns[:-1]), columns[-1])


def _rows(*where: Any) -> Query[EventRow]:  # noqa: ANN401 - conditions
    return Query(select(*_ROW).where(*where), EventRow._make)


def _with_octets(*where: Any) -> Query[Stored]:  # noqa: ANN401 - conditions
    return Query(select(*_ROW, _t.icalendar).where(*where), _stored)


BY_URI = _rows(*_of_calendar, _t.uri == bindparam("uri"), _shown)
BY_URIS = _rows(*_of_calendar, among(_t.uri, "uris"), _shown)
BY_IDS = _rows(_of_account, among(_t.id, "ids"), _shown)
STORED_BY_IDS = _with_octets(_of_account, among(_t.id, "ids"), _shown)
WITH_UID = _rows(_of_account, _t.uid == bindparam("uid"))
WITH_UIDS = _rows(_of_account, among(_t.uid, "uids"), _shown)
_page = (*_of_calendar, _t.id > bindparam("after"), _shown)
PAGE_OF: Query[EventRow] = Query(
    select(*_ROW).where(*_page).order_by(_t.id).limit(bindparam("count")), EventRow._make
)
STORED_PAGE_OF: Query[Stored] = Query(
    select(*_ROW, _t.icalendar).where(*_page).order_by(_t.id).limit(bindparam("count")), _stored
)
_CANDIDATE = tuple(_t[name] for name in Candidate._fields)
CANDIDATES: Query[Candidate] = Query(
    select(*_CANDIDATE).where(_of_account, among(_t.id, "ids"), _shown).order_by(_t.id),
    Candidate._make,
)
CANDIDATES_OF: Query[Candidate] = Query(
    select(*_CANDIDATE).where(*_page).order_by(_t.id).limit(bindparam("count")), Candidate._make
)
OCTETS: Query[tuple[int, bytes]] = Query(
    select(_t.id, _t.icalendar).where(_of_account, among(_t.id, "ids"))
)
RENDERINGS: Query[tuple[int, int, str | None, bytes | None]] = Query(
    select(_t.id, _t.rendering, _t.instances, _t.jscalendar).where(_of_account, among(_t.id, "ids"))
)


def _in_range() -> Select[tuple[int]]:
    """Candidates by three indexes, which hold all that is asked for."""
    of_calendars = (_of_account, among(_t.calendar_id, "calendars"))
    short = select(_t.id).where(
        *of_calendars,
        text("is_long = 0"),
        _t.starts_at >= bindparam("lower"),
        _t.starts_at <= bindparam("end"),
        _t.ends_at >= bindparam("start"),
    )
    long = select(_t.id).where(
        *of_calendars,
        text("is_long = 1"),
        _t.ends_at >= bindparam("start"),
        _t.starts_at <= bindparam("end"),
    )
    recurring = select(_t.id).where(
        *of_calendars,
        text("is_long = 2"),
        among(_t.phase, "phases"),
        _t.starts_at <= bindparam("end"),
        _t.ends_at >= bindparam("start"),
    )
    return union_all(short, long, recurring)  # type: ignore[return-value]


IN_RANGE: Query[tuple[int]] = Query(_in_range())
INSERT = Query[None](insert_all(calendar_objects))
_REPLACED: Final = tuple(
    name for name in EventRow._fields[3:] if name not in {"created_at", "created_modseq"}
)
REPLACE = updating(calendar_objects, ("account_id", "id"), (*_REPLACED, "icalendar", "jscalendar"))
DELETE = Query[None](delete(calendar_objects).where(_of_account, _t.id == bindparam("id")))
DELETE_ALL = Query[None](delete(calendar_objects).where(*_of_calendar))


def by_uri(
    unit: Unit, account_id: int, calendar_id: int, uri: str, most: int = SECRET
) -> EventRow | None:
    """The object of that name in a calendar; `most` is the most private that is shown."""
    return unit.first(BY_URI, account_id=account_id, calendar_id=calendar_id, uri=uri, most=most)


def by_ids(
    unit: Unit, account_id: int, ids: Sequence[int], most: int = SECRET
) -> dict[int, EventRow]:
    """Those of the numbers that there are in an account."""
    rows = unit.all(BY_IDS, account_id=account_id, ids=list(ids), most=most)
    return {row.id: row for row in rows}


def with_uid(unit: Unit, account_id: int, uid: str) -> list[EventRow]:
    """The objects of that UID, bounded, in all calendars of an account."""
    return unit.all(WITH_UID, account_id=account_id, uid=uid)


def members(
    unit: Unit, account_id: int, calendar_id: int, most: int = SECRET, after: int = 0
) -> Iterator[EventRow]:
    """The objects of a calendar after a number, in the order of their numbers."""
    key = {"account_id": account_id, "calendar_id": calendar_id, "most": most}
    while rows := unit.all(PAGE_OF, **key, after=after, count=PAGE):
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def stored_members(
    unit: Unit, account_id: int, calendar_id: int, most: int = SECRET
) -> Iterator[Stored]:
    """The same with their octets."""
    key = {"account_id": account_id, "calendar_id": calendar_id, "most": most}
    after = 0
    while found := unit.all(STORED_PAGE_OF, **key, after=after, count=PAGE):
        yield from found
        if len(found) < PAGE:
            return
        after = found[-1].row.id


def candidates(
    unit: Unit, account_id: int, ids: Sequence[int], most: int = SECRET
) -> list[Candidate]:
    """Those of the numbers that there are, in their order; for more than LOT, ask again."""
    return unit.all(CANDIDATES, account_id=account_id, ids=list(ids), most=most)


def all_candidates(
    unit: Unit, account_id: int, calendar_id: int, most: int = SECRET
) -> Iterator[Candidate]:
    """All objects of a calendar, in the order of their numbers."""
    key = {"account_id": account_id, "calendar_id": calendar_id, "most": most}
    after = 0
    while rows := unit.all(CANDIDATES_OF, **key, after=after, count=LOT):
        yield from rows
        if len(rows) < LOT:
            return
        after = rows[-1].id


def ids_in_range(
    unit: Unit, account_id: int, calendars: Sequence[int], start: int, end: int
) -> list[int]:
    """Numbers of all objects whose bounds touch a span of time; unix seconds, or ±NEVER."""
    rows = unit.all(
        IN_RANGE,
        account_id=account_id,
        calendars=list(calendars),
        start=start,
        end=end,
        lower=start - SHORT,
        phases=list(phases.touched(start, end)),
    )
    return [number for (number,) in rows]


def stored_of(
    unit: Unit, account_id: int, ids: Sequence[int], most: int = SECRET
) -> Iterator[Stored]:
    """Objects with their octets, a page of rows at a time; those that there are."""
    for at in range(0, len(ids), PAGE):
        page = list(ids[at : at + PAGE])
        yield from unit.all(STORED_BY_IDS, account_id=account_id, ids=page, most=most)


def octets_of(unit: Unit, account_id: int, ids: Sequence[int]) -> dict[int, bytes]:
    """The octets of objects by their numbers; for more than PAGE, ask for one lot after another."""
    return dict(unit.all(OCTETS, account_id=account_id, ids=list(ids)))


def insert(unit: Unit, row: EventRow, octets: bytes, jscalendar: bytes | None) -> None:
    """A new object."""
    unit.run(INSERT, **row._asdict(), icalendar=octets, jscalendar=jscalendar)


def replace(unit: Unit, row: EventRow, octets: bytes, jscalendar: bytes | None) -> None:
    """Write all of an object anew."""
    unit.run(
        REPLACE,
        key_account_id=row.account_id,
        key_id=row.id,
        icalendar=octets,
        jscalendar=jscalendar,
        **{name: getattr(row, name) for name in _REPLACED},
    )


def change(unit: Unit, row: EventRow, values: Mapping[str, Any]) -> None:
    """Write the columns in `values` of an object."""
    query = updating(calendar_objects, ("account_id", "id"), tuple(values))
    unit.run(query, key_account_id=row.account_id, key_id=row.id, **values)


def remove(unit: Unit, row: EventRow) -> None:
    """Delete an object; the log, and what hangs on it, are the caller's."""
    unit.run(DELETE, account_id=row.account_id, id=row.id)

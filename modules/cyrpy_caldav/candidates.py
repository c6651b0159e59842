"""The objects of a calendar that match a filter, reading no more of them than it takes.

An object whose recurrence costs too much to expand, or that cannot be read at all, matches where
its row does not speak against it: so a client that synchronizes by queries never loses it. The
query ends all the same: what the recurrences of one request cost together is bounded too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, tzinfo
from itertools import islice
from typing import Final, NamedTuple, TypeVar

from cyrpy.data import events
from cyrpy.data.events import LOT, PAGE, Candidate
from cyrpy.data.keys import bounded
from cyrpy.data.unit import Unit
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.xml import Element
from cyrpy.errors import FormatError
from cyrpy.formats.ical import zones
from cyrpy.formats.ical.parse import parse
from cyrpy.groupware.calendars import CalendarView
from cyrpy.groupware.events.read import most_private
from cyrpy_caldav.calendar_data import Allowance
from cyrpy_caldav.filter import Filter, Subject
from cyrpy_caldav.filter_xml import filter_of
from cyrpy_caldav.known import Answers
from cyrpy_caldav.names import CALDAV
from cyrpy_caldav.needles import Needles
from cyrpy_caldav.plan import EVERYTHING, Plan, plan
from cyrpy_caldav.zones import zone_by_name, zone_of

T = TypeVar("T")
NOTHING: Final[frozenset[str]] = frozenset()


class Asked(NamedTuple):
    """What a calendar-query asks for."""

    filter: Filter
    plan: Plan
    needles: Needles
    zone: tzinfo | None  # of what has none, where the request says it


class Query(NamedTuple):
    """The same in one request, which may cost so much."""

    asked: Asked
    allowance: Allowance

    def matches(self, octets: bytes, floating: tzinfo) -> bool:
        """Whether an object matches; see above for what cannot be found out."""
        return self.judge(octets, floating) is not False

    def judge(self, octets: bytes, floating: tzinfo) -> bool | None:
        """Whether an object matches; None if that cannot be found out."""
        if not self.asked.needles.are_in(octets):
            return False
        try:
            subject = Subject(parse(octets), floating, self.allowance.budget())
            return subject.matches(self.asked.filter)
        except FormatError:  # RecurrenceTooComplex among them
            return None


def query_of(body: Element) -> Asked:
    """What the body of a report says.

    Raises:
        DavError: 403 with the precondition that its filter or its time zone does not fulfil.
    """
    wanted = filter_of(body)
    return Asked(wanted, plan(wanted), Needles(wanted), floating_of(body))


def floating_of(body: Element) -> tzinfo | None:
    """The zone that a request gives for what has none (RFC 4791 §9.8, RFC 7809 §5.3).

    Raises:
        DavError: 403 valid-calendar-data or valid-timezone; 400 if it gives two.
    """
    by_name, by_rules = body.find(CALDAV("timezone-id")), body.find(CALDAV("timezone"))
    if by_name is not None and by_rules is not None:
        raise DavError(400, "a request gives CALDAV:timezone or CALDAV:timezone-id, not both")
    if by_name is not None:
        return zones.zone(zone_by_name(by_name.text or ""))
    return None if by_rules is None else zones.zone(zone_of(by_rules.text or ""))


def zone_wanted(ctx: DavContext) -> tzinfo | None:
    """The zone that the request gives; use it as `ctx.once(zone_wanted)`."""
    return None if ctx.request.xml is None else ctx.request.said(floating_of)


def zone_of_calendar(view: CalendarView) -> tzinfo:
    """The zone of what has none in a calendar."""
    name = view.row.time_zone
    return (zones.zone(name) if name else None) or UTC


def matching(unit: Unit, view: CalendarView, query: Query) -> Iterator[list[int]]:
    """Numbers of the objects that match, in order, some at a time."""
    wanted = query.asked.plan
    floating = query.asked.zone or zone_of_calendar(view)
    rows = (row for row in _candidates(unit, view, wanted) if wanted.admits(row))
    for page in _pages(rows):
        answers = {row.id: _known(wanted, row, floating) for row in page}
        unsettled = [row for row in page if answers[row.id] is None]
        for row, octets in _octets_of(unit, view.row.account_id, unsettled):
            answer = query.judge(octets, floating)
            if answer is not None and wanted.settles:
                _ANSWERS.put((row.etag, wanted.window, floating), answer)
            answers[row.id] = answer is not False
        yield [row.id for row in page if answers[row.id]]


_ANSWERS: Final = Answers()


def _known(plan: Plan, row: Candidate, floating: tzinfo) -> bool | None:
    """Whether an object matches, by its row or from before; None if it has to be read."""
    answer = plan.answer(row)
    if answer is None and plan.settles:
        answer = _ANSWERS.get((row.etag, plan.window, floating))
    return answer


def _octets_of(
    unit: Unit, account_id: int, rows: list[Candidate]
) -> Iterator[tuple[Candidate, bytes]]:
    for at in range(0, len(rows), PAGE):
        page = rows[at : at + PAGE]
        octets = events.octets_of(unit, account_id, [row.id for row in page])
        for row in page:
            yield row, octets[row.id]


def _pages(rows: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(rows)
    while page := list(islice(rest, LOT)):
        yield page


def _candidates(unit: Unit, view: CalendarView, plan: Plan) -> Iterator[Candidate]:
    """Those that the index does not exclude."""
    account_id, most = view.row.account_id, most_private(view)
    if plan.components == NOTHING:
        return
    if plan.uid is not None:
        found = events.with_uid(unit, account_id, bounded(plan.uid))
        ids = [r.id for r in found if r.calendar_id == view.row.id]
        yield from events.candidates(unit, account_id, ids, most)
    elif plan.window == EVERYTHING:
        yield from events.all_candidates(unit, account_id, view.row.id, most)
    else:
        start, end = plan.window
        numbers = events.ids_in_range(unit, account_id, [view.row.id], start, end)
        for page in _pages(sorted(numbers)):
            yield from events.candidates(unit, account_id, page, most)

"""CalendarEvent/query: indexes find what may match, recurrences are expanded by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any, Final, NamedTuple

import orjson

from cyrpy.data import event_query, itemsearch, search
from cyrpy.data import events as rows
from cyrpy.data.event_query import Found as Row
from cyrpy.data.events import NEVER, PAGE, PRIVATE, PUBLIC, SECRET
from cyrpy.data.itemsearch import AllOf, AnyOf, Found, Ids, NoneOf, Order, Part, Scope
from cyrpy.data.keys import bounded
from cyrpy.errors import FormatError, NotFound
from cyrpy.formats.ical.budget import Budget, RecurrenceTooComplex
from cyrpy.formats.ical.moments import to_utc
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.series import Series, Window
from cyrpy.formats.ical.spans import matches as overlaps
from cyrpy.formats.ical.starts import Starts, starts
from cyrpy.formats.jscalendar.instance import instance
from cyrpy.formats.jscalendar.times import local_seconds, local_text
from cyrpy.formats.timespan import DAY
from cyrpy.groupware import events
from cyrpy.groupware.calendars import CalendarView, visible
from cyrpy.groupware.events import words
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.filters import Comparator, Condition, Filter, Operator, in_order, used
from cyrpy_jmap.types.calendar_event import eventid
from cyrpy_jmap.types.calendar_event.instances import Occurrence, events_of, occurrences
from cyrpy_jmap.types.calendar_event.kind import EVENTS, Kind
from cyrpy_jmap.types.calendar_event.shaping import zone_of
from cyrpy_jmap.types.sharing import actor_of

MAX_DURATION: Final = 366 * DAY  # seconds; maxExpandedQueryDuration is P1Y
STEPS: Final = 2_000_000  # of expanding recurrences, for one query
MAX_EXPANDED: Final = 100_000  # instances
# Condition -> the fields that the text is looked for in.
TEXTS: Final[Mapping[str, Sequence[str]]] = {
    "text": (search.ANY, words.HIDDEN),
    "title": (words.TITLE,),
    "description": (words.DESCRIPTION,),
    "location": (words.LOCATION,),
    "owner": (words.OWNER,),
    "attendee": (words.ATTENDEE, words.HIDDEN),
}
_FIELDS: Final = (*words.FIELDS, words.HIDDEN)
RANGE: Final = frozenset({"after", "before"})


_OPERATORS: Final[Mapping[str, Callable[[Sequence[Part]], Part]]] = {
    "AND": AllOf,
    "OR": AnyOf,
    "NOT": NoneOf,
}


class Entry(NamedTuple):
    """One event, or one instance, of the results; as such in the order that they usually have."""

    start: int
    number: int
    recurrence_id: str
    id: str
    row: Row


class Search:
    """One query of the events of an account, for one user."""

    def __init__(self, call: Call, kind: Kind = EVENTS) -> None:
        self.kind = kind
        self.letter = kind.letter
        self.unit = call.unit
        self.account_id = call.account.id
        self.is_own = call.account.is_own
        views = visible(call.unit, call.account.id, actor_of(call))
        self.views = {view.row.id: view for view in views}
        self.zone = zone_of(call.arguments.time_zone)
        self.kept = call.services.series
        self.budget = Budget(STEPS)
        self.expands = bool(call.arguments.expand_recurrences)
        self._universe: set[int] | None = None

    def run(self, filter: Filter | None, sort: Sequence[Comparator]) -> Sequence[str]:
        """The ids, in order.

        Raises:
            MethodError: `expandDurationTooLarge`, `cannotCalculateOccurrences`,
                `unsupportedFilter`.
        """
        try:
            if self.expands:
                found = self._expanded(filter)
                if sort:
                    return [entry.id for entry in _sorted(found, sort)]
                return [entry.id for entry in sorted(found)]
            if RANGE.isdisjoint(used(filter)):
                ordered = self._found(filter, sort)
                if not event_query.has_alone(self.unit, self.account_id, self.views):
                    return Ids(self.letter, ordered)
                numbers = set(ordered)
            else:
                numbers = self._all() if filter is None else self._numbers(filter)
            return [entry.id for entry in _sorted(self._entries(numbers), sort)]
        except RecurrenceTooComplex as exc:
            raise MethodError("cannotCalculateOccurrences", str(exc)) from exc

    # By one statement, where no times are asked for

    def _found(self, filter: Filter | None, sort: Sequence[Comparator]) -> list[int]:
        found_in = event_query.ITEMS if self.is_own else event_query.OTHERS
        items = found_in[self.kind.component]
        part = None if filter is None else self._part(filter)
        order = [Order(event_query.ORDERS[by.property], by.is_ascending) for by in sort]
        scope = Scope(self.account_id, list(self.views))
        return itemsearch.find(self.unit, items, scope, part, order)

    def _part(self, filter: Filter) -> Part:
        if isinstance(filter, Condition):
            return AllOf([self._part_of(n, v) for n, v in filter.members.items() if v is not None])
        return _OPERATORS[filter.operator]([self._part(one) for one in filter.conditions])

    def _part_of(self, name: str, value: Any) -> Part:  # noqa: ANN401 - any condition's value
        if name in TEXTS:
            marks = self._marks(TEXTS[name])
            kind = words.INDEX_KIND
            found = Found(search.expression(self.unit, self.account_id, kind, marks, value))
            return found if self.is_own else AllOf((found, event_query.is_public()))
        if name == "uid":
            return event_query.of_uid(value)
        return event_query.in_one_of(self._calendars(name, value))

    def _marks(self, marks: Sequence[str]) -> list[str]:
        """Attendees that are hidden are found by the owner alone."""
        return [mark for mark in marks if self.is_own or mark != words.HIDDEN]

    def _calendars(self, name: str, value: Any) -> list[int]:  # noqa: ANN401 - as above
        wanted = {value} if isinstance(value, str) else set(value)
        return [n for n, view in self.views.items() if view.row.wire_id in wanted]

    # Sets of numbers, where what is found has to be looked at

    def _all(self) -> set[int]:
        if self._universe is None:
            found = event_query.in_calendars(self.unit, self.account_id, self.views)
            self._universe = found
        return self._universe

    def _numbers(self, filter: Filter) -> set[int]:
        if isinstance(filter, Condition):
            return self._matching(filter.members)
        parts = [self._numbers(part) for part in filter.conditions]
        if filter.operator == "AND":
            return set.intersection(*parts) if parts else self._all()
        union = set().union(*parts)
        return union if filter.operator == "OR" else self._all() - union

    def _matching(self, members: Mapping[str, Any]) -> set[int]:
        """What matches all members of a condition; the times last, as they cost most."""
        found: set[int] | None = None
        for name, value in members.items():
            if value is not None and name not in RANGE:
                these = self._of_member(name, value)
                found = these if found is None else found & these
        span = self._span(members)
        if span is None:
            return self._all() if found is None else found
        return self._in_time(span, found)

    def _of_member(self, name: str, value: Any) -> set[int]:  # noqa: ANN401 - any condition's value
        if name in TEXTS:
            return self._with_text(TEXTS[name], value)
        if name == "uid":
            return event_query.with_uid(self.unit, self.account_id, bounded(value))
        calendars = self._calendars(name, value)
        return event_query.in_calendars(self.unit, self.account_id, calendars)

    def _with_text(self, marks: Sequence[str], text: str) -> set[int]:
        """From the index; to others, nothing of what is private or of attendees that are hidden."""
        wanted = self._marks(marks)
        found = search.find(self.unit, self.account_id, words.INDEX_KIND, wanted, text)
        if self.is_own:
            return set(found)
        shown = event_query.of_numbers(self.unit, self.account_id, found)
        return {row.id for row in shown if row.privacy == PUBLIC}

    def _span(self, members: Mapping[str, Any]) -> Window | None:
        after, before = members.get("after"), members.get("before")
        if after is None and before is None:
            return None
        start = -NEVER if after is None else _utc(after, self.zone)
        return Window(start, NEVER if before is None else _utc(before, self.zone))

    def _in_time(self, span: Window, among: set[int] | None) -> set[int]:
        found: set[int] = set()
        unsettled: list[Row] = []
        for row in self._candidates(span, among):
            if row.is_plain:
                if span.start < row.ends_at and span.end > row.starts_at:
                    found.add(row.id)
            else:
                unsettled.append(row)
        for row, octets in self._octets(unsettled):
            try:
                if overlaps(parse(octets), span, self.zone, self.budget):
                    found.add(row.id)
            except RecurrenceTooComplex:
                raise
            except FormatError:
                continue  # what cannot be read is never
        return found

    def _candidates(self, span: Window, among: set[int] | None) -> Iterator[Row]:
        calendars = list(self.views)
        start, end = max(span.start, -NEVER), min(span.end, NEVER)
        near = rows.ids_in_range(self.unit, self.account_id, calendars, start, end)
        numbers = sorted(near if among is None else among.intersection(near))
        return event_query.of_numbers(self.unit, self.account_id, numbers)

    def _octets(self, found: Sequence[Row]) -> Iterator[tuple[Row, bytes]]:
        for at in range(0, len(found), PAGE):
            page = found[at : at + PAGE]
            octets = rows.octets_of(self.unit, self.account_id, [row.id for row in page])
            yield from ((row, octets[row.id]) for row in page)

    # Entries

    def _sees(self, row: Row) -> bool:
        view: CalendarView | None = self.views.get(row.calendar_id)
        if view is None or row.component != self.kind.component:
            return False
        return row.privacy <= (SECRET if view.is_owner else PRIVATE)

    def _entries(self, numbers: set[int]) -> Iterator[Entry]:
        if numbers is self._universe:
            found: Iterable[Row] = event_query.all_in(self.unit, self.account_id, self.views)
        else:
            found = event_query.of_numbers(self.unit, self.account_id, sorted(numbers))
        for row in found:
            if self._sees(row):
                id = f"{self.letter}{row.id}"
                for part in (row.instances or "").split(" "):
                    own = f"{id}-{part}" if part else id
                    yield Entry(row.begins_at, row.id, part, own, row)

    def _expanded(self, filter: Filter | None) -> list[Entry]:
        """Each instance that matches.

        Raises:
            MethodError: `unsupportedFilter` without both bounds; `expandDurationTooLarge`.
        """
        span, rest = _bounds(self, filter)
        among: set[int] | None = None
        texts = {n: v for n, v in rest.items() if n in TEXTS and v is not None}
        if any(value is not None for value in rest.values()):
            among = self._matching(rest)
        entries: list[Entry] = []
        unsettled: list[Row] = []
        for row in self._candidates(span, among):
            if not self._sees(row):
                continue
            if row.is_plain:
                if span.start < row.ends_at and span.end > row.starts_at:
                    id = f"{self.letter}{row.id}"
                    entries.append(Entry(row.starts_at, row.id, "", id, row))
            elif texts or (known := self._starts(row)) is None:
                unsettled.append(row)
            else:
                entries += self._begun(row, known, span)
                _limit(entries)
        for row, octets in self._octets(unsettled):
            entries += self._instances(row, octets, span, texts)
            _limit(entries)
        return entries

    def _starts(self, row: Row) -> Starts | None:
        """When the instances of an event begin, if that is known and all that there is to it."""
        found = self.kept.find((self.account_id, row.id, self.zone), row.updated_modseq)
        return found[0] if found else None

    def _begun(self, row: Row, known: Starts, span: Window) -> Iterator[Entry]:
        head, number = f"{self.letter}{row.id}_", row.id
        for start, local in known.within(span, self.budget):
            yield Entry(start, number, local_text(local), f"{head}{eventid.digits(local)}", row)

    def _instances(
        self, row: Row, octets: bytes, span: Window, texts: Mapping[str, str]
    ) -> Iterator[Entry]:
        try:
            parts = events_of(parse(octets), self.zone, self.kind)
            self._keep(row, parts)
            found = [one for part in parts for one in occurrences(part, span, self.budget)]
        except RecurrenceTooComplex:
            raise
        except FormatError:
            return
        holds = self._judge(row, texts) if texts and row.is_long else None
        for one in found:
            if holds is None or holds(one):
                yield _entry(f"{self.letter}{row.id}", row, one)

    def _keep(self, row: Row, parts: Sequence[Series]) -> None:
        known = starts(parts[0]) if len(parts) == 1 else None
        if known is not None:
            key = (self.account_id, row.id, self.zone)
            self.kept.keep(key, row.updated_modseq, [known])

    def _judge(self, row: Row, texts: Mapping[str, str]) -> Callable[[Occurrence], bool] | None:
        """Whether an instance has the texts itself; None where all instances are alike."""
        json = events.rendered(self.unit, self.account_id, [row.id]).get(row.id)
        if json is None or b'"recurrenceOverrides"' not in json or row.instances is not None:
            return None
        event = orjson.loads(json)

        def holds(one: Occurrence) -> bool:
            try:
                value = instance(event, one.recurrence_id or "")
            except (FormatError, NotFound):
                return False
            return all(words.contains(value, _marks(name), text) for name, text in texts.items())

        return holds


def _marks(name: str) -> Sequence[str]:
    return _FIELDS if name == "text" else TEXTS[name]


def _bounds(query: Search, filter: Filter | None) -> tuple[Window, dict[str, Any]]:
    """The span of an expanded query, and its other conditions.

    Raises:
        MethodError: it has none, or one that is too long.
    """
    members = dict(filter.members) if isinstance(filter, Condition) else {}
    if isinstance(filter, Operator) or not all(members.get(name) for name in RANGE):
        raise MethodError(
            "unsupportedFilter",
            "expandRecurrences needs a filter that is one condition with after and before",
        )
    span = query._span(members)
    assert span is not None  # noqa: S101 - both bounds are there
    if span.end - span.start > MAX_DURATION:
        raise MethodError(
            "expandDurationTooLarge", "at most a year (maxExpandedQueryDuration) can be expanded"
        )
    return span, {name: value for name, value in members.items() if name not in RANGE}


def _limit(entries: Sequence[Entry]) -> None:
    """Raise MethodError where there are too many."""
    if len(entries) > MAX_EXPANDED:
        raise MethodError(
            "cannotCalculateOccurrences",
            f"more than {MAX_EXPANDED} instances; ask for a shorter time range",
        )


def _entry(base: str, row: Row, one: Occurrence) -> Entry:
    if one.alone is not None:
        return Entry(one.start, row.id, one.alone, f"{base}-{one.alone}", row)
    if one.recurrence_id is None:
        return Entry(one.start, row.id, "", base, row)
    id = eventid.InstanceId(base, one.recurrence_id)
    return Entry(one.start, row.id, one.recurrence_id, str(id), row)


def _utc(local: str, zone: tzinfo) -> int:
    return to_utc(local_seconds(local), zone)


_KEYS: Final[Mapping[str, Callable[[Entry], Any]]] = {
    "start": lambda entry: entry.start,
    "uid": lambda entry: entry.row.uid,
    "recurrenceId": lambda entry: entry.recurrence_id,
    "created": lambda entry: entry.row.made_at,
    "updated": lambda entry: entry.row.revised_at,
}


def _sorted(entries: Iterable[Entry], sort: Sequence[Comparator]) -> list[Entry]:
    """By the comparators; what they leave open, by number and instance."""
    found = sorted(entries, key=lambda entry: (entry.row.id, entry.recurrence_id))
    return in_order(found, sort, lambda entry, by: _KEYS[by.property](entry))

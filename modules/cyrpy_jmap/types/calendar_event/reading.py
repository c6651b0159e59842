"""CalendarEvent/get: stored JSON joined where it can be, else completed and cut."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final
from urllib.parse import quote

import msgspec
import orjson

from cyrpy.data import event_query
from cyrpy.data import events as rows
from cyrpy.data.eventids import wire_ids
from cyrpy.data.events import PAGE
from cyrpy.errors import FormatError, NotFound
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.jscalendar import instance
from cyrpy.formats.jscalendar.from_ical import objects
from cyrpy.groupware import events
from cyrpy.groupware.calendars import visible
from cyrpy.groupware.events import Seen, peruser
from cyrpy.groupware.events.read import most_private
from cyrpy.groupware.events.rendering import VERSION
from cyrpy.groupware.events.veil import SHOWN
from cyrpy.groupware.scheduling.address import normalized
from cyrpy.groupware.scheduling.people import addresses_of
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.stored import Record, Stored
from cyrpy_jmap.types.calendar_event import eventid
from cyrpy_jmap.types.calendar_event.instances import has_instance
from cyrpy_jmap.types.calendar_event.kind import EVENTS, TASKS, Kind
from cyrpy_jmap.types.calendar_event.model import (
    HREF,
    ICALENDAR,
    IS_DRAFT,
    IS_ORIGIN,
    MINE,
    OVERRIDES,
    UTC_START,
    EventGetArguments,
)
from cyrpy_jmap.types.calendar_event.shaping import Shape, reduced, utc_times
from cyrpy_jmap.types.sharing import actor_of

NO_SHAPE: Final = Shape()
# What is said of a private event that it does not say itself.
PERMITTED: Final = {
    kind.name: kind.defaults.keys() & {*SHOWN, kind.base, OVERRIDES} for kind in (EVENTS, TASKS)
}


class _Organizer(msgspec.Struct, rename="camel"):
    organizer_calendar_address: str | None = None


_organizer: Final = msgspec.json.Decoder(_Organizer)


class Reading:
    """One look at the events or tasks of an account, for one user."""

    def __init__(self, call: Call, kind: Kind = EVENTS) -> None:
        self.call = call
        self.kind = kind
        self.actor = actor_of(call)
        self.account_id = call.account.id
        self._mine: frozenset[str] | None = None
        self._shape = _shape(call, kind)
        wanted = call.properties
        self._named: frozenset[str] = frozenset() if wanted is None else wanted
        self._is_plain = call.account.is_own and wanted is None and self._shape == NO_SHAPE

    @property
    def mine(self) -> frozenset[str]:
        """The calendar addresses of the account's owner, normalized."""
        if self._mine is None:
            self._mine = addresses_of(self.call.unit, self.account_id)
        return self._mine

    @property
    def users(self) -> frozenset[str]:
        """Those by which the user itself takes part."""
        if self.call.account.is_own:
            return self.mine
        return addresses_of(self.call.unit, self.actor.principal_id)

    def records(self, ids: Sequence[str]) -> Iterable[Record]:
        """The events of those ids that the user may see, and instances of them."""
        if not self._is_plain:
            return self._looked_at(ids)
        made, rest = self._at_once(ids)
        return chain(made, self._looked_at(rest)) if rest else made

    def _looked_at(self, ids: Sequence[str]) -> Iterator[Record]:
        seen = self.seen({eventid.base_of(id) for id in ids})
        for at in range(0, len(ids), PAGE):
            page = ids[at : at + PAGE]
            here = [seen[base] for id in page if (base := eventid.base_of(id)) in seen]
            yield from self._page(page, seen, sorted({s.row.id for s in here}))

    def _at_once(self, ids: Sequence[str]) -> tuple[list[Record], list[str]]:
        """The owner's events as they are stored, by one look; and ids of which more is needed."""
        letter = self.kind.letter
        numbers = [eventid.number_of(id, letter) for id in ids]
        unit, account_id = self.call.unit, self.account_id
        found = event_query.whole(unit, account_id, [n for n in numbers if n is not None])
        rows = {row[0]: row for row in found}
        calendars = event_query.calendar_ids(unit, account_id)
        heads: dict[tuple[int, int, bool], bytes] = {}
        made: list[Record] = []
        rest: list[str] = []
        for id, number in zip(ids, numbers, strict=True):
            row = rows.get(number or 0)
            if row is None:
                rest.append(id)
                continue
            _, calendar, component, has_organizer, is_draft, instances, rendering, json = row
            if component != self.kind.component:
                continue
            if instances is not None or rendering != VERSION or json is None:
                rest.append(id)
                continue
            origin = not has_organizer or self._is_origin(
                _organizer.decode(json).organizer_calendar_address
            )
            key = (calendar, is_draft, origin)
            if key not in heads:
                home = self.kind.placed(calendars[calendar])
                heads[key] = _head(home, bool(is_draft), origin)
            octets = b"".join((_ID, id.encode(), heads[key], memoryview(json)[1:]))
            made.append(Stored(id, octets))
        return made, rest

    def seen(self, ids: Collection[str]) -> dict[str, Seen]:
        """The stored events of those ids that the user may see."""
        return events.of_ids(self.call.unit, self.account_id, self.actor, ids, self.kind.letter)

    def _page(
        self, ids: Sequence[str], seen: Mapping[str, Seen], numbers: list[int]
    ) -> Iterator[Record]:
        unit = self.call.unit
        jsons = events.rendered(unit, self.account_id, numbers)
        own: dict[int, bytes] = {}
        if not self.call.account.is_own:
            own = events.personal(unit, self.account_id, self.actor, numbers)
        trees = _Trees(self, numbers)
        for id in ids:
            wanted = eventid.parse(id)
            found = seen.get(id if wanted is None else wanted.base)
            json = None if found is None else jsons.get(found.row.id)
            if found is None or json is None:
                continue
            value = self._value(id, found, json, own.get(found.row.id), trees)
            if value is not None:
                yield value

    def _is_origin(self, organizer: str | None) -> bool:
        return organizer is None or normalized(organizer) in self.mine

    def _value(
        self, id: str, seen: Seen, json: bytes, own: bytes | None, trees: _Trees
    ) -> Json | None:
        """An event, or an instance of one, as a value; None if there is no such instance."""
        wanted = eventid.parse(id)
        event = self._event(id, seen, json, own, trees)
        if event is None:
            return None
        if wanted is not None:
            if seen.row.instances is not None or not trees.has(seen.row.id, wanted.recurrence_id):
                return None
            try:
                event = instance.instance(event, wanted.recurrence_id)
            except (NotFound, FormatError):
                return None
        return self._finished(id, seen, event)

    def _event(
        self, id: str, seen: Seen, json: bytes, own: bytes | None, trees: _Trees
    ) -> Json | None:
        """What the user sees of the stored event."""
        value: Json = orjson.loads(json)
        if seen.row.instances is not None:
            alone: Json | None = value.get(id.partition("-")[2])
            if alone is None:
                return None
            value = alone
        if ICALENDAR in self._named and not seen.is_veiled and seen.view.is_owner:
            value = trees.whole(seen.row.id, value)
        if seen.view.is_owner:
            return value
        value = peruser.shared(value)
        if seen.is_veiled:
            return events.veiled(value)
        if value.get("hideAttendees") is True:
            value = reduced(value, self.users)
        return value if own is None else peruser.merged(value, orjson.loads(own))

    def _finished(self, id: str, seen: Seen, event: Json) -> Json:
        """With what JMAP adds; cut and completed as the client asked."""
        row, shape, named, kind = seen.row, self._shape, self._named, self.kind
        added: Json = {
            "id": id,
            **kind.placed(seen.view.row.wire_id),
            IS_DRAFT: bool(row.is_draft),
            IS_ORIGIN: self._is_origin(event.get("organizerCalendarAddress"))
            if row.has_organizer
            else True,
        }
        base = eventid.base_of(id)
        if base != id:
            added[kind.base] = base
        if shape.reduces:
            event = reduced(event, self.users)
        if shape.is_span and OVERRIDES in event:
            event = {**event, OVERRIDES: shape.overrides(event)}
        value = added | event
        if named & {UTC_START, kind.utc_end}:
            value |= utc_times(event, shape.zone)
        if HREF in named:
            value[HREF] = _href(self.call.account.name, seen)
        if MINE in named:
            value[MINE] = self._who(event)
        known = PERMITTED[kind.name] if seen.is_veiled else kind.defaults.keys()
        for name in named & known:
            value.setdefault(name, kind.defaults[name])
        return value

    def _who(self, event: Json) -> list[str]:
        """The ids of the participants that the user is."""
        people = event.get("participants") or {}
        return [
            key
            for key, one in people.items()
            if normalized(str(one.get("calendarAddress", ""))) in self.users
        ]


_ID: Final = b'{"id":"'


def _head(home: Json, is_draft: bool, is_origin: bool) -> bytes:
    """What JMAP adds before a stored event, after its id."""
    added = orjson.dumps({**home, IS_DRAFT: is_draft, IS_ORIGIN: is_origin})
    return b'",' + added[1:-1] + b","


class _Trees:
    """What is stored of events as iCalendar, read when somebody asks for it."""

    def __init__(self, reading: Reading, numbers: list[int]) -> None:
        self._reading = reading
        self._numbers = numbers
        self._octets: dict[int, bytes] | None = None
        self._parsed: dict[int, Any] = {}

    def _tree(self, number: int) -> Any:  # noqa: ANN401 - a Component, or None
        if self._octets is None:
            call = self._reading.call
            self._octets = rows.octets_of(call.unit, self._reading.account_id, self._numbers)
        if number not in self._parsed:
            try:
                self._parsed[number] = parse(self._octets[number])
            except FormatError:
                self._parsed[number] = None
        return self._parsed[number]

    def has(self, number: int, recurrence_id: str) -> bool:
        """Whether an event has that instance."""
        tree = self._tree(number)
        kind = self._reading.kind
        return tree is not None and has_instance(tree, recurrence_id, kind)

    def whole(self, number: int, event: Json) -> Json:
        """The event with its `iCalendar` properties."""
        tree = self._tree(number)
        for found in objects(tree) if tree is not None else ():
            keys = ("@type", "recurrenceId")
            if all(found.get(name) == event.get(name) for name in keys):
                return found
        return event


def load(call: Call, ids: Sequence[str] | None, kind: Kind = EVENTS) -> Iterable[Record]:
    """The events of those ids, or all that the user sees, up to one more than may be asked for."""
    reading = Reading(call, kind)
    if ids is None:
        ids = all_ids(call, kind)
    return reading.records(ids)


def all_ids(call: Call, kind: Kind = EVENTS) -> list[str]:
    """The ids of the events that the user sees, up to one more than one /get may return."""
    most = call.limits.max_objects_in_get + 1
    found: list[str] = []
    for view in visible(call.unit, call.account.id, actor_of(call)):
        level = most_private(view, veiled=True)
        for row in rows.members(call.unit, call.account.id, view.row.id, level):
            if row.component == kind.component:
                found += wire_ids(row)
            if len(found) >= most:
                return found[:most]
    return found


def _shape(call: Call, kind: Kind) -> Shape:
    """What the arguments of a /get say.

    Raises:
        MethodError: `invalidArguments` for properties that exclude each other.
    """
    arguments = call.arguments
    if not isinstance(arguments, EventGetArguments):
        return NO_SHAPE
    named = call.properties or frozenset()
    if OVERRIDES in named and named & {UTC_START, kind.utc_end}:
        raise MethodError(
            "invalidArguments",
            f"properties: {OVERRIDES} cannot be had beside {UTC_START} or {kind.utc_end}",
            arguments=["properties"],
        )
    return Shape.of(arguments)


def _href(userid: str, seen: Seen) -> str:
    """Path of an event over CalDAV, as Cyrus lays it out."""
    parts = (quote(name, safe="@") for name in (userid, seen.view.row.uri, seen.row.uri))
    return "/dav/calendars/user/" + "/".join(parts)

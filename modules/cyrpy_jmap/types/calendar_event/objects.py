"""Events and tasks as data types: reading, finding, making, changing and removing them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator

from cyrpy.data.changes import Changes
from cyrpy.data.eventids import KIND
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.jscalendar.checks import local_date_time
from cyrpy.groupware import events
from cyrpy_jmap.call import Call
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.filters import Comparator, Filter
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.objects import JmapObject
from cyrpy_jmap.stored import Record
from cyrpy_jmap.types.calendar_event import checking, creating, eventid, reading, updating
from cyrpy_jmap.types.calendar_event.kind import Kind
from cyrpy_jmap.types.calendar_event.model import (
    IS_ORIGIN,
    EventCopyArguments,
    EventGetArguments,
    EventQueryArguments,
    EventQueryChangesArguments,
    EventSetArguments,
)
from cyrpy_jmap.types.calendar_event.query import TEXTS, Search
from cyrpy_jmap.types.sharing import actor_of

M = TypeVar("M", bound=JmapObject)


def _local(text: str) -> str:
    why = local_date_time(text.removesuffix("Z"))
    if why is not None:
        raise ValueError(why)
    return text.removesuffix("Z")


LocalDate = Annotated[str, AfterValidator(_local)]
# Conditions that all kinds of calendar objects are found by.
FILTERS: Mapping[str, Any] = {
    "after": LocalDate | None,
    "before": LocalDate | None,
    "uid": str | None,
    **dict.fromkeys(TEXTS, str | None),
}


class CalendarObjects(DataType[M]):
    """The events, or the tasks, of an account, for all who see some of its calendars."""

    kind: ClassVar[Kind]
    log_name = KIND
    copyable = True
    slow = True
    sorts: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "start": {},
        "uid": {},
        "recurrenceId": {},
        "created": {},
        "updated": {},
    }
    stable: ClassVar[frozenset[str]] = frozenset({"uid", "recurrenceId"})

    get_arguments = EventGetArguments
    set_arguments = EventSetArguments
    copy_arguments = EventCopyArguments
    query_arguments = EventQueryArguments
    query_changes_arguments = EventQueryChangesArguments

    def __init__(self, *, old_spellings: bool = False) -> None:
        self._old = old_spellings

    def knows(self, property: str) -> bool:
        """Beside the model's, those of JSCalendar, and vendors' own."""
        return self.kind.knows(property)

    # Reading

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Record]:
        """Those that the user may see, and instances of them."""
        return reading.load(call, ids, self.kind)

    def changes_since(self, call: Call, since: str, limit: int | None) -> Changes:
        """From the lines of the calendars that the user sees.

        Raises:
            CannotCalculateChanges: `since` is no state that can be started from.
        """
        actor = actor_of(call)
        letter = self.kind.letter
        return events.event_changes_since(call.unit, call.account.id, actor, since, limit, letter)

    def may_see(self, call: Call) -> Callable[[str], bool]:
        """By a look at each."""
        unit, account_id, actor = call.unit, call.account.id, actor_of(call)
        letter = self.kind.letter
        return lambda id: id in events.of_ids(unit, account_id, actor, [id], letter)

    def search(
        self, call: Call, filter: Filter | None, sort: Sequence[Comparator]
    ) -> Sequence[str]:
        """The ids of events, or of their instances, in order."""
        return Search(call, self.kind).run(filter, sort)

    def can_calculate(self, call: Call, filter: Filter | None, sort: Sequence[Comparator]) -> bool:
        """Not where recurrences are expanded."""
        del filter, sort
        return not call.arguments.expand_recurrences

    # Checking

    def check_new(self, value: Json) -> Json:
        """A new event with the defaults of what was omitted."""
        return checking.check_new(value, self.kind, old_spellings=self._old)

    def check_patched(self, current: Json, patch: Json) -> Json:
        """The event as patched."""
        return checking.check_patched(current, patch, self.kind, old_spellings=self._old)

    def ready(self, call: Call, checked: Json) -> Json:
        """Converted, before the lock."""
        return creating.ready(call, checked)

    # Writing

    def create(self, call: Call, checked: Json) -> Json:
        """Store a new event."""
        return creating.create(call, checked)

    def copy(self, call: Call, source: Call, original: Json, checked: Json) -> Json:
        """With what JMAP does not show of the original."""
        made = creating.ready(call, {n: v for n, v in checked.items() if n != IS_ORIGIN})
        tree = None
        if eventid.parse(original["id"]) is None:
            seen = updating.held(source, original["id"], self.kind).seen
            if not seen.is_veiled and seen.row.instances is None:
                tree = parse(events.octets_of(source.unit, seen.row))
        return creating.create(call, made, tree)

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """Change an event or an instance of one."""
        return updating.update(call, id, current, patched, self.kind)

    def destroy(self, call: Call, id: str) -> None:
        """Remove an event or an instance of one."""
        updating.destroy(call, id, self.kind)

"""What the index can say about a filter before any object is read (RFC 4791 §7.8, §9.7)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Final, NamedTuple

from cyrpy.data.events import Candidate, EventRow
from cyrpy.formats.ical.series import NEVER, Window
from cyrpy_caldav.filter import CompFilter, Filter, PropFilter, TextMatch

EVERYTHING: Final = Window()
HASHED: Final = "sha256:"  # keys of UIDs that are too long begin so
# Components of which one instance overlaps a window as the bounds of the index say.
SIMPLE: Final = frozenset({"VEVENT", "VJOURNAL"})


class Plan(NamedTuple):
    """What is true of the row of every object that matches.

    Attributes:
        components: Its type is one of these; None: any.
        window: Its bounds overlap that.
        uids: Tests that its UID passes.
        settles: Whether rows alone tell: the filter asks for no more than a type and a window.
    """

    components: frozenset[str] | None = None
    window: Window = EVERYTHING
    uids: tuple[TextMatch, ...] = ()
    settles: bool = False

    @property
    def uid(self) -> str | None:
        """The one UID that matches have, if there is just one."""
        return next((test.needle for test in self.uids if test.is_exact), None)

    def admits(self, row: EventRow | Candidate) -> bool:
        """Whether the object may match."""
        if self.components is not None and row.component not in self.components:
            return False
        if not self.uids or row.uid.startswith(HASHED):
            return True
        return all(test.matches((row.uid,)) for test in self.uids)

    def answer(self, row: EventRow | Candidate) -> bool | None:
        """Whether the object, which may match, does; None if it has to be read to know."""
        if not self.settles:
            return None
        if self.window == EVERYTHING:
            return True
        if not row.is_plain or row.component not in SIMPLE:
            return None
        start, end = row.starts_at, row.ends_at
        if end > start:
            return self.window.start < end and start < self.window.end
        return self.window.start <= start < self.window.end


def plan(wanted: Filter) -> Plan:
    """What can be known of a filter's matches."""
    found = [_of_calendar(comp) for comp in wanted.comps]
    if len(found) == 1:
        return found[0]
    return _any(found) if wanted.any_of else _all(found)


def _of_calendar(calendar: CompFilter) -> Plan:
    """Of the comp-filter for VCALENDAR."""
    if not calendar.is_defined:
        return Plan(components=frozenset())
    parts = [_of_component(comp) for comp in calendar.comps if comp.name != "VTIMEZONE"]
    unknown = bool(calendar.props) or len(parts) < len(calendar.comps)
    if not parts and not unknown:
        return Plan(settles=True)
    if calendar.any_of and unknown:
        return Plan()
    if len(parts) == 1 and not unknown:
        return parts[0]
    return _any(parts) if calendar.any_of else _all(parts)


def _of_component(comp: CompFilter) -> Plan:
    """Of the comp-filter for VEVENT and the like."""
    if not comp.is_defined:
        return Plan()
    components = frozenset({comp.name})
    window = EVERYTHING if comp.window is None else comp.window
    if comp.any_of and comp.has_rest:
        return Plan(components)
    uids = tuple(test for prop in comp.props for test in _uid_tests(prop))
    return Plan(components, window, uids, settles=not comp.has_rest)


def _uid_tests(prop: PropFilter) -> tuple[TextMatch, ...]:
    """Tests of a UID that both the property and its key in the index have to pass."""
    if prop.name != "UID" or not prop.is_defined or (prop.any_of and len(prop.texts) > 1):
        return ()
    return () if prop.any_of and (prop.params or prop.window) else prop.texts


def _all(parts: Iterable[Plan]) -> Plan:
    return reduce(_both, parts, Plan())


def _both(one: Plan, other: Plan) -> Plan:
    components = one.components if other.components is None else other.components
    if one.components is not None and other.components is not None:
        components = one.components & other.components
    start = max(one.window.start, other.window.start)
    end = min(one.window.end, other.window.end)
    # Bounds that overlap both of two windows overlap what those have in common, if there is any.
    window = Window(start, end) if start < end else one.window
    return Plan(components, window, one.uids + other.uids)


def _any(parts: list[Plan]) -> Plan:
    components: frozenset[str] | None = None
    if all(part.components is not None for part in parts):
        components = frozenset().union(*(part.components or () for part in parts))
    start = min((part.window.start for part in parts), default=-NEVER)
    end = max((part.window.end for part in parts), default=NEVER)
    return Plan(components, Window(start, end))

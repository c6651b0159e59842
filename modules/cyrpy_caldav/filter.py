"""CALDAV:filter, compiled: whether a calendar object matches (RFC 4791 §9.7, §9.9).

Also the attributes `test` and `match-type` of calendar-query-extended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from typing import Final

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.alarms import alarms
from cyrpy.formats.ical.budget import Budget
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import Zones, moments
from cyrpy.formats.ical.overlap import overlaps, period
from cyrpy.formats.ical.series import Series, Window, series
from cyrpy.formats.textvalue import unescape_list
from cyrpy.formats.timespan import DAY

LISTS: Final = frozenset({"CATEGORIES", "RESOURCES"})  # of texts


@dataclass(frozen=True, slots=True)
class TextMatch:
    """A text-match (RFC 4791 §9.7.5).

    Attributes:
        needle: What is looked for.
        is_exact: Whether it is the one text that passes.
    """

    test: Callable[[str], bool]
    needle: str
    negated: bool = False
    is_exact: bool = False

    def matches(self, texts: Iterable[str]) -> bool:
        """Whether one of the spellings of a value passes; negated, whether none does."""
        return any(map(self.test, texts)) != self.negated


@dataclass(frozen=True, slots=True)
class ParamFilter:
    """A param-filter (RFC 4791 §9.7.3)."""

    name: str
    is_defined: bool = True
    text: TextMatch | None = None

    def matches(self, line: Line) -> bool:
        """Whether a property has such a parameter."""
        values = line.params.get(self.name) if line.param_text else None
        if values is None or not self.is_defined:
            return (values is not None) == self.is_defined
        return self.text is None or self.text.matches(values)


@dataclass(frozen=True, slots=True)
class PropFilter:
    """A prop-filter (RFC 4791 §9.7.2): one property has to satisfy all that is in it."""

    name: str
    is_defined: bool = True
    window: Window | None = None
    texts: tuple[TextMatch, ...] = ()
    params: tuple[ParamFilter, ...] = ()
    any_of: bool = False

    def matches(self, component: Component, of: Subject) -> bool:
        """Whether the component has such a property."""
        lines = component.every(self.name)
        if not lines or not self.is_defined:
            return bool(lines) == self.is_defined
        return any(_holds(self._tests(line, of), any_of=self.any_of) for line in lines)

    def _tests(self, line: Line, of: Subject) -> Iterator[bool]:
        for text in self.texts:
            yield text.matches(_texts(line))
        for param in self.params:
            yield param.matches(line)
        if self.window is not None:
            yield of.has_value_in(line, self.window)


@dataclass(frozen=True, slots=True)
class CompFilter:
    """A comp-filter (RFC 4791 §9.7.1): one component has to satisfy all that is in it."""

    name: str
    is_defined: bool = True
    window: Window | None = None
    props: tuple[PropFilter, ...] = ()
    comps: tuple[CompFilter, ...] = ()
    any_of: bool = False

    @property
    def has_rest(self) -> bool:
        """Whether it asks for more than a time range."""
        return bool(self.props or self.comps)


@dataclass(frozen=True, slots=True)
class Filter:
    """What is in CALDAV:filter: one comp-filter for VCALENDAR, or several."""

    comps: tuple[CompFilter, ...]
    any_of: bool = False


class Subject:
    """A calendar object that filters are tried on.

    Args:
        calendar: The VCALENDAR.
        floating: The zone in which days and floating times are read.
        budget: How much work it may be.
    """

    def __init__(self, calendar: Component, floating: tzinfo, budget: Budget | None = None) -> None:
        self.calendar = calendar
        self.floating = floating
        self.budget = budget or Budget()

    def matches(self, wanted: Filter) -> bool:
        """Whether it matches.

        Raises:
            RecurrenceTooComplex: The budget is spent.
            FormatError: Times or rules cannot be read.
        """
        tests = (self._among([self.calendar], comp, None) for comp in wanted.comps)
        return _holds(tests, any_of=wanted.any_of)

    def has_value_in(self, line: Line, window: Window) -> bool:
        """Whether a property has a time inside the window, or a day or period that overlaps it."""
        try:
            if "/" in line.value:
                spans = [period(value) for value in line.value.split(",")]
            else:
                starts = [(at, at.utc(self.floating)) for at in moments(line, self._zones)]
                spans = [(utc, utc + DAY if at.is_date else utc) for at, utc in starts]
        except FormatError:
            return False
        return any(
            window.start < end and start < window.end
            if end > start
            else window.start <= start < window.end
            for start, end in spans
        )

    @cached_property
    def _zones(self) -> Zones:
        return Zones(self.calendar)

    @cached_property
    def _series(self) -> list[Series]:
        return series(self.calendar, self.floating)

    def _among(
        self, components: list[Component], wanted: CompFilter, parent: Component | None
    ) -> bool:
        """Whether a comp-filter matches in the scope of `parent`, which holds `components`."""
        named = [component for component in components if component.name == wanted.name]
        if not named or not wanted.is_defined:
            return bool(named) == wanted.is_defined
        if wanted.window is None:
            return any(_holds(self._rest(c, wanted), any_of=wanted.any_of) for c in named)
        if wanted.any_of:
            if any(any(self._rest(component, wanted)) for component in named):
                return True
        else:
            named = [component for component in named if all(self._rest(component, wanted))]
        return bool(named) and self._any_in(named, wanted.window, parent)

    def _rest(self, component: Component, wanted: CompFilter) -> Iterator[bool]:
        for prop in wanted.props:
            yield prop.matches(component, self)
        for comp in wanted.comps:
            yield self._among(component.components, comp, component)

    def _any_in(self, named: list[Component], window: Window, parent: Component | None) -> bool:
        """Whether any of these components has an instance that overlaps the window."""
        ids = {id(component) for component in named}
        if named[0].name == "VALARM":
            return self._alarm_in(ids, window)
        found = self._series
        if parent is not None and parent is not self.calendar:  # AVAILABLE
            inside = [*named, *self.calendar.named("VTIMEZONE")]
            found = series(Component("VCALENDAR", (), inside), self.floating)
        return any(self._instance_in(one, ids, window) for one in found)

    def _alarm_in(self, ids: set[int], window: Window) -> bool:
        found = alarms(self.calendar, window, self.floating, self.budget)
        return any(id(alarm) in ids for _, alarm in found)

    def _instance_in(self, one: Series, ids: set[int], window: Window) -> bool:
        """Whether one of these components describes an instance inside the window."""
        for override in one.overrides.values():
            if id(override.item.component) in ids and overlaps(override.instance(), window):
                return True
        repeating = [one.master, *(range_.item for range_ in one.ranges)]
        if not any(item is not None and id(item.component) in ids for item in repeating):
            return False
        return any(
            id(instance.component) in ids and overlaps(instance, window)
            for instance in one.instances(window, self.budget)
        )


def _holds(tests: Iterable[bool], *, any_of: bool) -> bool:
    """Whether the tests together hold; none at all do."""
    if not any_of:
        return all(tests)
    iterator = iter(tests)
    return next(iterator, True) or any(iterator)


def _texts(line: Line) -> list[str]:
    """What text-match compares: the value as people read it, and each member of a list."""
    whole = [line.text]
    if line.name in LISTS and "," in line.value:
        whole += unescape_list(line.value)
    return whole

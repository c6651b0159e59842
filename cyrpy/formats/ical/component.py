"""The tree of an iCalendar object: components of lines and components (RFC 5545 §3.4, §3.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import compress

from cyrpy.formats.contentline import Line, parse_lines, with_end


class Component:
    """BEGIN to END.

    Attributes:
        name: In upper case.
        components: The components inside it, in order.
        raws: Logical lines that were read and that nobody has asked for yet (most VTIMEZONEs are
            never looked at); afterwards they are in `properties`.
        position: How many properties of the parent stand before it; None for all, as it should be.
        begin: The characters read for BEGIN, with what stood before; None for the usual spelling.
        end: The same for END, with what stood after it.
    """

    __slots__ = ("_properties", "begin", "components", "end", "name", "position", "raws")

    def __init__(
        self,
        name: str,
        properties: Iterable[Line] = (),
        components: Iterable[Component] = (),
    ) -> None:
        self.name = name
        self._properties: list[Line] | None = list(properties)
        self.components = list(components)
        self.raws: list[str] = []
        self.position: int | None = None
        self.begin: str | None = None
        self.end: str | None = None

    @classmethod
    def read(cls, name: str, begin: str | None) -> Component:
        """One that is being read: its logical lines go to `raws`."""
        component = cls.__new__(cls)
        component.name = name
        component._properties = None
        component.components = []
        component.raws = []
        component.position = None
        component.begin = begin
        component.end = None
        return component

    @property
    def properties(self) -> list[Line]:
        """Its own content lines, in order; one that was no content line has the name ""."""
        if self._properties is None:
            self._properties = parse_lines(self.raws)
            self.raws = []
        return self._properties

    @properties.setter
    def properties(self, lines: list[Line]) -> None:
        self._properties = lines
        self.raws = []

    def written(self) -> list[str]:
        """Its own content lines as they go out, each with its line end."""
        if self._properties is None:
            return [with_end(raw) for raw in self.raws]
        return [line.written() for line in self._properties]

    def first(self, name: str) -> Line | None:
        """The first property of that name."""
        for line in self.properties:
            if line.name == name:
                return line
        return None

    def every(self, name: str) -> list[Line]:
        """All properties of that name."""
        return [line for line in self.properties if line.name == name]

    def value(self, name: str) -> str | None:
        """The value of the first property of that name, as it was written."""
        line = self.first(name)
        return None if line is None else line.value

    def text(self, name: str) -> str | None:
        """The first property of that name, read as TEXT."""
        line = self.first(name)
        return None if line is None else line.text

    def named(self, name: str) -> list[Component]:
        """The components of that name directly inside."""
        return [inside for inside in self.components if inside.name == name]

    def walk(self) -> Iterator[Component]:
        """This component and all inside it, outermost first."""
        yield self
        for inside in self.components:
            yield from inside.walk()

    def put(self, *lines: Line) -> None:
        """Set properties: each replaces all of its name, in the place of the first."""
        for line in lines:
            at = next(
                (i for i, old in enumerate(self.properties) if old.name == line.name),
                len(self.properties),
            )
            self.drop(line.name)
            self.properties.insert(at, line)

    def drop(self, *names: str) -> None:
        """Remove all properties of these names."""
        self.keep(lambda line: line.name not in names)

    def keep(self, wanted: Callable[[Line], bool]) -> None:
        """Remove the properties that are not wanted; what stands between them stays there."""
        kept = [wanted(line) for line in self.properties]
        for inside in self.components:
            if inside.position is not None:
                inside.position = sum(kept[: inside.position])
        self.properties = list(compress(self.properties, kept))

    def copy(self) -> Component:
        """A copy that can be changed without touching this one; lines are shared."""
        twin = Component(self.name, (), [inside.copy() for inside in self.components])
        if self._properties is None:
            twin._properties, twin.raws = None, self.raws
        else:
            twin._properties = list(self._properties)
        twin.position, twin.begin, twin.end = self.position, self.begin, self.end
        return twin

    def __repr__(self) -> str:
        return f"Component({self.name}, {self.properties}, {self.components})"

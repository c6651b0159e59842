"""CARDDAV:filter, compiled: whether a card matches (RFC 6352 §10.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.textvalue import unescape_list
from cyrpy.groupware.cards import LEFT_OUT

LISTS: Final = frozenset({"CATEGORIES", "NICKNAME"})  # of texts


class NeedsWhole(Exception):
    """It depends on a value that an outline leaves out."""


@dataclass(frozen=True, slots=True)
class TextMatch:
    """A text-match (RFC 6352 §10.5.4), with what it looks for as the collation compares it."""

    test: Callable[[str], bool]
    needle: str
    ignores_case: bool
    negated: bool = False

    def matches(self, texts: Iterable[str]) -> bool:
        """Whether one of the spellings of a value passes; negated, whether none does."""
        return any(map(self.test, texts)) != self.negated


@dataclass(frozen=True, slots=True)
class ParamFilter:
    """A param-filter (RFC 6352 §10.5.2)."""

    name: str
    is_defined: bool = True
    text: TextMatch | None = None

    def matches(self, line: Line) -> bool:
        """Whether a property has such a parameter."""
        values = line.params.get(self.name) if line.param_text else None
        if values is None or not self.is_defined:
            return (values is not None) == self.is_defined
        return self.text is None or self.text.matches(_words(self.name, values))


@dataclass(frozen=True, slots=True)
class PropFilter:
    """A prop-filter (RFC 6352 §10.5.1): one property has to satisfy what is in it."""

    name: str
    group: str | None = None  # None: in any group, or in none
    is_defined: bool = True
    texts: tuple[TextMatch, ...] = ()
    params: tuple[ParamFilter, ...] = ()
    any_of: bool = True

    def matches(self, card: Component, *, is_outline: bool = False) -> bool:
        """Whether the card has such a property.

        Raises:
            NeedsWhole: that cannot be told from an outline.
        """
        lines = [line for line in card.properties if self._names(line)]
        if not lines or not self.is_defined:
            return bool(lines) == self.is_defined
        if is_outline and self.texts and any(line.value == LEFT_OUT for line in lines):
            raise NeedsWhole
        return any(holds(self._tests(line), any_of=self.any_of) for line in lines)

    def _names(self, line: Line) -> bool:
        if line.name != self.name:
            return False
        return self.group is None or (line.group or "").upper() == self.group

    def _tests(self, line: Line) -> Iterator[bool]:
        for param in self.params:
            yield param.matches(line)
        for text in self.texts:
            yield text.matches(_texts(line))


@dataclass(frozen=True, slots=True)
class Filter:
    """What is in CARDDAV:filter; an empty one matches every card."""

    props: tuple[PropFilter, ...] = ()
    any_of: bool = True

    def matches(self, card: Component, *, is_outline: bool = False) -> bool:
        """Whether a card matches.

        Raises:
            NeedsWhole: that cannot be told from an outline.
        """
        tests = (prop.matches(card, is_outline=is_outline) for prop in self.props)
        return holds(tests, any_of=self.any_of)


def holds(tests: Iterable[bool], *, any_of: bool) -> bool:
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


def _words(name: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """Values of a parameter; clients write `TYPE="home,work"` for `TYPE=home,work`."""
    if name != "TYPE":
        return values
    return tuple(word.strip() for value in values for word in value.split(","))

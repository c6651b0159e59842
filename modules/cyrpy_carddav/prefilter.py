"""What the octets of a card tell without reading them: whether it can match a filter at all.

A card that matches has the property of which a filter speaks, so it has its name in it, and has
the text that a text-match looks for. That holds of the octets once folds are undone, and but for
what stands differently in a value than in the text that it is compared as:

- Escaped characters: of what is looked for, only the longest piece without any counts.
- Case: both are compared in upper case, which is what collations do with ASCII. Others than ASCII
  have keys of their own (a long s is an S), so a card with any of those is always read.
- A parameter is encoded in more ways: only its property counts.
- An outline lacks long values: where one of the property is left out, its text is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from cyrpy.data.cards import SearchedCard
from cyrpy.formats.vcard.values import V3, V4
from cyrpy.groupware.cards import LEFT_OUT
from cyrpy_carddav.filter import Filter, PropFilter, TextMatch
from cyrpy_carddav.haystack import Haystack

# Octets without folds, and these in upper case -> whether a card can match.
Test = Callable[[bytes, bytes], bool]
_FOLD: Final = re.compile(rb"(?:\r\n|\n|\r)[ \t]")
_LEFT_OUT: Final = LEFT_OUT.encode()
_FOLDS: Final = (b"\n ", b"\n\t", b"\r ", b"\r\t")
# Lines of some properties, in groups or not, and those that make a vCard of them.
_NAMED: Final = rb"^(?:[^:;\n]*\.)?(?:BEGIN|END|VERSION|%b)[^\n]*(?:\n|\Z)"
_LINES_ALONE: Final = frozenset({V3, V4})  # versions in which no line goes on but by a fold
_ESCAPED: Final = re.compile(r"[\n\\;,:\"]")


class Prefilter:
    """Sorts out most cards that do not match; what it lets through is to be read."""

    def __init__(self, wanted: Filter) -> None:
        self._test = _joined([_prop(prop) for prop in wanted.props], any_of=wanted.any_of)
        names = b"|".join(re.escape(prop.name.encode()) for prop in wanted.props)
        self._lines = re.compile(_NAMED % names, re.IGNORECASE | re.MULTILINE)

    def may_match(self, octets: bytes) -> bool:
        """Whether a card can match, by its octets or those of its outline."""
        if self._test is None or not octets.isascii():
            return True
        if any(fold in octets for fold in _FOLDS):  # looking for all is a tenth of undoing none
            octets = _FOLD.sub(b"", octets)
        return self._test(octets, octets.upper())

    def part(self, card: SearchedCard) -> bytes:
        """As much of a card as the filter looks at: the lines of the properties that it names."""
        octets = card.octets
        if card.row.version not in _LINES_ALONE or not octets.isascii():
            return octets
        if any(fold in octets for fold in _FOLDS):
            return octets
        return b"".join(self._lines.findall(octets))


def numbers(wanted: Filter, stack: Haystack) -> set[int] | None:
    """Numbers of the cards of a haystack that can match; None: any of them."""
    return _together([_of_prop(prop, stack) for prop in wanted.props], any_of=wanted.any_of)


def _of_prop(wanted: PropFilter, stack: Haystack) -> set[int] | None:
    if not wanted.is_defined:
        return None
    found: list[set[int] | None] = [None for _ in wanted.params]
    found += [_of_text(text, stack) for text in wanted.texts]
    return _together(found, any_of=wanted.any_of)


def _of_text(wanted: TextMatch, stack: Haystack) -> set[int] | None:
    piece = max(_ESCAPED.split(wanted.needle), key=len)
    if wanted.negated or not piece:
        return None
    if not piece.isascii():
        return set(stack.others)
    return stack.having(piece.encode(), ignores_case=wanted.ignores_case)


def _together(found: list[set[int] | None], *, any_of: bool) -> set[int] | None:
    """What is in all of the sets, or in any of them; None is a set of everything."""
    known = [numbers for numbers in found if numbers is not None]
    if not known or (any_of and len(known) < len(found)):
        return None
    return set.union(*known) if any_of else set.intersection(*known)


def _prop(wanted: PropFilter) -> Test | None:
    if not wanted.is_defined:
        return None
    name = wanted.name.encode()
    tests: list[Test | None] = [None for _ in wanted.params]
    tests += [_text(text) for text in wanted.texts]
    inside = _joined(tests, any_of=wanted.any_of)

    def test(octets: bytes, upper: bytes) -> bool:
        if name not in upper:
            return False
        return inside is None or inside(octets, upper) or _is_left_out(name, upper)

    return test


def _is_left_out(name: bytes, upper: bytes) -> bool:
    """Whether there is a line with that name in it whose value an outline leaves out."""
    at = upper.find(_LEFT_OUT)
    while at >= 0:
        if name in upper[upper.rfind(b"\n", 0, at) + 1 : at]:
            return True
        at = upper.find(_LEFT_OUT, at + 1)
    return False


def _text(wanted: TextMatch) -> Test | None:
    if wanted.negated:
        return None
    piece = max(_ESCAPED.split(wanted.needle), key=len)
    if not piece.isascii():
        return lambda octets, upper: False
    sought = piece.encode()
    if wanted.ignores_case:
        return lambda octets, upper: sought in upper
    return lambda octets, upper: sought in octets


def _joined(tests: list[Test | None], *, any_of: bool) -> Test | None:
    """All of the tests, or any of them; None is one that is always passed."""
    known = [test for test in tests if test is not None]
    if not known or (any_of and len(known) < len(tests)):
        return None
    if len(known) == 1:
        return known[0]
    if any_of:
        return lambda octets, upper: any(test(octets, upper) for test in known)
    return lambda octets, upper: all(test(octets, upper) for test in known)

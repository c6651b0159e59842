"""What stands in the octets of every object that matches a filter: most others need no parsing.

An object has the names of the components and properties that a filter asks for, and a text that it
looks for, in its octets; that holds once folds are undone and case is ignored, and but for what is
escaped in values: of a text, only the longest piece without such characters counts. A parameter
may be encoded in more ways: only its name counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cyrpy_caldav.filter import CompFilter, Filter, PropFilter

_FOLD: Final = re.compile(rb"(?:\r\n|\n|\r)[ \t]")
_ESCAPED: Final = re.compile(r"[\n\\;,:\"]")


class Needles:
    """Octets that matches have in them, in upper case."""

    def __init__(self, wanted: Filter) -> None:
        comps = wanted.comps if len(wanted.comps) == 1 or not wanted.any_of else ()
        found = {text for comp in comps for text in _of_comp(comp)}
        self._all = tuple(sorted((text.upper().encode() for text in found), key=len, reverse=True))

    def are_in(self, octets: bytes) -> bool:
        """Whether an object may match.

        Letters beyond ASCII may be the same as one of ASCII to a collation (a long s is an S).
        """
        if not self._all or not octets.isascii():
            return True
        whole = octets.upper()
        if b"\n " in whole or b"\n\t" in whole or b"\n" not in whole:
            whole = _FOLD.sub(b"", whole)
        return all(needle in whole for needle in self._all)


def _of_comp(comp: CompFilter) -> Iterator[str]:
    if not comp.is_defined:
        return
    yield comp.name
    parts = len(comp.props) + len(comp.comps) + (comp.window is not None)
    if comp.any_of and parts > 1:
        return
    for prop in comp.props:
        yield from _of_prop(prop)
    for inside in comp.comps:
        yield from _of_comp(inside)


def _of_prop(prop: PropFilter) -> Iterator[str]:
    if not prop.is_defined:
        return
    yield prop.name
    parts = len(prop.texts) + len(prop.params) + (prop.window is not None)
    if prop.any_of and parts > 1:
        return
    for param in prop.params:
        if param.is_defined:
            yield param.name
    for text in prop.texts:
        piece = max(_ESCAPED.split(text.needle), key=len)
        if not text.negated and piece.isascii():
            yield piece

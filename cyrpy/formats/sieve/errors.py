"""What is wrong with a script, and where."""

from __future__ import annotations

from typing import NamedTuple

from cyrpy.errors import FormatError


class Place(NamedTuple):
    """Where something stands in a script, counted from 1."""

    line: int
    column: int


class SieveError(FormatError):
    """A script cannot be used, or cannot go on; the text begins with the line."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(f"line {place.line}, column {place.column}: {message}")
        self.message = message
        self.place = place


def shown(text: str) -> str:
    """A piece of a script as it stands in an error: quoted, on one line, and not long."""
    return repr(text if len(text) <= 60 else text[:57] + "...")

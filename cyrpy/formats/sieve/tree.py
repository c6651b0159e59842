"""A script as its grammar has it, before anything is known of its words (RFC 5228 §8.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cyrpy.formats.sieve.errors import Place


class Number(NamedTuple):
    """A number among the arguments."""

    value: int
    place: Place


class Strings(NamedTuple):
    """A string, or a list of them in brackets."""

    values: tuple[str, ...]
    is_list: bool
    place: Place


class Tag(NamedTuple):
    """A word that begins with a colon; the name without it, in lower case."""

    name: str
    place: Place


Argument = Number | Strings | Tag


@dataclass(frozen=True, slots=True)
class Node:
    """A command or a test: its name in lower case, and what follows it."""

    name: str
    place: Place
    arguments: tuple[Argument, ...]
    tests: tuple[Node, ...]
    has_list: bool  # whether the tests stand in parentheses
    block: tuple[Node, ...] | None = None  # None: a semicolon stands there

"""Steps: commands and tests that were checked, with their arguments by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cyrpy.formats.sieve.errors import Place
from cyrpy.formats.sieve.strings import Text


class Choice(NamedTuple):
    """Which tag of a group stands there, and the value after it."""

    tag: str
    value: Any = None  # Text, a tuple of them, or a number


@dataclass(frozen=True, slots=True)
class Step:
    """A command or a test that can be run.

    Attributes:
        arguments: Positional arguments by name, Choices by the group of their tag.
        branches: Of `if`: tests (None for `else`) with what is done where they hold.
    """

    name: str
    place: Place
    arguments: Mapping[str, Any] = field(default_factory=dict)
    tests: tuple[Step, ...] = ()
    branches: tuple[tuple[Step | None, tuple[Step, ...]], ...] = ()

    def tag(self, group: str, default: str = "") -> str:
        """The tag of a group."""
        found = self.arguments.get(group)
        return found.tag if isinstance(found, Choice) else default

    def value(self, group: str) -> Any:  # noqa: ANN401 - as the signature says
        """What stands after the tag of a group; None if it is not there."""
        found = self.arguments.get(group)
        return found.value if isinstance(found, Choice) else None

    def texts(self, name: str) -> tuple[Text, ...]:
        """A list among the positional arguments; one that is left out is empty."""
        found: tuple[Text, ...] = self.arguments.get(name, ())
        return found


@dataclass(frozen=True, slots=True)
class Script:
    """A script that was checked, with what it requires."""

    steps: tuple[Step, ...]
    required: frozenset[str]

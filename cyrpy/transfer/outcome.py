"""What became of what was imported: counts, and why something was not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

P = TypeVar("P")


class Place(NamedTuple):
    """Where something came from."""

    source: str  # a file, or a URL
    line: int = 0  # 0: it is all of it
    what: str = ""  # VEVENT "uid"

    def __str__(self) -> str:
        where = f"{self.source}:{self.line}" if self.line else self.source
        return f"{where}: {self.what}" if self.what else where


class Failure(NamedTuple):
    """Something that was not imported."""

    place: Place
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Ready(Generic[P]):
    """An object that can be stored, and where it came from."""

    place: Place
    prepared: P
    read: int = 0  # octets of the source that came so far
    name: str = ""  # that it had where it came from, to be kept if it is free


@dataclass
class Outcome:
    """Of an import, or of a part of one."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failures: list[Failure] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many objects were looked at."""
        return self.created + self.updated + self.unchanged + len(self.failures)

    def add(self, other: Outcome) -> None:
        """Count another one too."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.removed += other.removed
        self.failures += other.failures

"""What commands and tests are declared with: their arguments, their tags, their extensions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

Kind = Literal["string", "strings", "number"]
Tests = Literal["none", "one", "many"]


class Option(NamedTuple):
    """A tagged argument. Those of one group exclude each other, and are read by its name.

    Attributes:
        value: What follows the tag; None: nothing.
        extension: What must be required for it, beside what the command needs.
        needs: Another tag that must stand there, too.
    """

    group: str
    tag: str
    value: Kind | None = None
    extension: str | None = None
    needs: str | None = None
    is_constant: bool = False  # whether variables are not expanded in its value


class Positional(NamedTuple):
    """An argument that is known by its place."""

    name: str
    kind: Kind
    is_constant: bool = False
    is_optional: bool = False  # left out where fewer are given


@dataclass(frozen=True, slots=True)
class Signature:
    """One command or test."""

    name: str
    extensions: tuple[str, ...] = ()  # of which one must be required; none: always there
    positional: tuple[Positional, ...] = ()
    options: tuple[Option, ...] = ()
    tests: Tests = "none"
    has_block: bool = False

    def option(self, tag: str) -> Option | None:
        """The tagged argument of that name."""
        return next((one for one in self.options if one.tag == tag), None)


MATCH: Final = (
    Option("match", "is"),
    Option("match", "contains"),
    Option("match", "matches"),
    Option("match", "count", "string", "relational"),
    Option("match", "value", "string", "relational"),
    Option("comparator", "comparator", "string", is_constant=True),
)
ADDRESS_PART: Final = (
    Option("part", "all"),
    Option("part", "localpart"),
    Option("part", "domain"),
    Option("part", "user", None, "subaddress"),
    Option("part", "detail", None, "subaddress"),
)
INDEX: Final = (
    Option("index", "index", "number", "index"),
    Option("last", "last", None, "index", needs="index"),
)
ZONE: Final = Option("zone", "zone", "string")

# What a script may require; comparators have a prefix.
COMPARATOR: Final = "comparator-"
ALWAYS_THERE: Final = frozenset({"comparator-i;octet", "comparator-i;ascii-casemap"})
EXTENSIONS: Final = (
    "body",
    "comparator-i;ascii-casemap",
    "comparator-i;ascii-numeric",
    "comparator-i;octet",
    "comparator-i;unicode-casemap",
    "copy",
    "date",
    "duplicate",
    "editheader",
    "encoded-character",
    "envelope",
    "environment",
    "ereject",
    "fcc",
    "fileinto",
    "ihave",
    "imap4flags",
    "include",
    "index",
    "mailbox",
    "mailboxid",
    "reject",
    "relational",
    "special-use",
    "subaddress",
    "vacation",
    "vacation-seconds",
    "variables",
)
# What an extension brings with it.
IMPLIES: Final[Mapping[str, tuple[str, ...]]] = {"vacation-seconds": ("vacation",)}


def by_name(*signatures: Signature) -> Mapping[str, Signature]:
    """Signatures as they are looked up."""
    return {one.name: one for one in signatures}

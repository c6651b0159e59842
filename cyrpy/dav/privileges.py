"""Privileges (RFC 3744 §3) and the letters of access control lists that stand for them.

Letters are what grants hold (`cyrpy.groupware.access`). Two privileges that have the same letters
can be told apart by nobody, so they are granted together or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cyrpy.dav.xml import DAV
from cyrpy.groupware.access import has


@dataclass(frozen=True, eq=False)  # each is one of a few constants: compared by identity
class Privilege:
    """One privilege, with those that it consists of."""

    name: str  # Clark name
    description: str
    letters: str = ""  # all of them are needed; of an aggregate, the parts' are
    parts: tuple[Privilege, ...] = ()

    def walk(self) -> Iterator[Privilege]:
        """This one and all that it holds, outermost first."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def all_letters(self) -> str:
        """The letters that grant it."""
        return self.letters + "".join(part.all_letters() for part in self.parts)


READ_ACL: Final = Privilege(DAV("read-acl"), "See who may do what", "a")
WRITE: Final = Privilege(
    DAV("write"),
    "Change what is in it",
    parts=(
        Privilege(DAV("write-properties"), "Change its properties", "w"),
        Privilege(DAV("write-content"), "Change members", "si"),
        Privilege(DAV("bind"), "Add members", "i"),
        Privilege(DAV("unbind"), "Remove members", "te"),
    ),
)
READ_OWN: Final = Privilege(
    DAV("read-current-user-privilege-set"), "See what one may do oneself", "lr"
)
WRITE_ACL: Final = Privilege(DAV("write-acl"), "Say who may do what", "a")


def supported(*further: Privilege) -> Privilege:
    """The tree of all privileges, with those that a protocol adds to `DAV:read`."""
    read = Privilege(DAV("read"), "See it and what is in it", "lr", (READ_OWN, *further))
    return Privilege(DAV("all"), "Everything", parts=(read, WRITE, READ_ACL, WRITE_ACL))


STANDARD: Final = supported()
READING: Final = frozenset({DAV("read"), READ_OWN.name})
OWNING: Final = READING | {READ_ACL.name} | {privilege.name for privilege in WRITE.walk()}


@lru_cache(maxsize=1024)
def held(letters: str, privileges: Privilege = STANDARD) -> frozenset[str]:
    """Names of the privileges that someone with these letters has."""
    return frozenset(
        privilege.name for privilege in privileges.walk() if has(letters, privilege.all_letters())
    )


def letters_for(names: Collection[str], privileges: Privilege) -> str:
    """The letters that grant these privileges, and no more than these."""
    return "".join(p.all_letters() for p in privileges.walk() if p.name in names)


def covered(names: Iterable[str], privileges: Privilege) -> frozenset[str]:
    """The privileges in `names` and all that those consist of."""
    wanted = frozenset(names)
    return frozenset(
        part.name
        for privilege in privileges.walk()
        if privilege.name in wanted
        for part in privilege.walk()
    )

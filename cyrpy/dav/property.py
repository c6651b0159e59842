"""Declarations of live properties: `@live` getters and their setters (RFC 4918 §4.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from cyrpy.dav.markup import Value
from cyrpy.dav.xml import Element, text_of

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.resource import Resource

R = TypeVar("R", bound="Resource")
Getter = Callable[[R, "DavContext"], Value | None]
Setter = Callable[[R, Any, "DavContext"], None]
# What a principal search compares where it looks for the property (RFC 3744 §9.4).
Searched = Literal["name", "address", "type"]


class LiveProperty(Generic[R]):
    """One property of one type of resource; without a setter it is protected.

    One that is `kept` is stored as a dead property too, just as the client wrote it, once the
    setter took it; the getter gives None to show that.
    """

    def __init__(
        self,
        name: str,
        on: type[R],
        get: Getter[R],
        *,
        allprop: bool,
        parse: Callable[[Element], Any],
        searched: Searched | None,
    ) -> None:
        self.name = name
        self.on = on
        self.get = get
        self.set: Setter[R] | None = None
        self.allprop = allprop
        self.parse = parse
        self.searched = searched
        self.kept = False

    @property
    def description(self) -> str:
        """The first words about it, for people."""
        return (self.get.__doc__ or "").partition("\n")[0].partition(" (RFC")[0].rstrip(".")

    def setter(self, set: Setter[R]) -> Setter[R]:
        """Make `set(resource, value, ctx)` change it; the value is None where it is removed.

        It raises DavError for what cannot be; what it accepts goes into the resource, which is
        written when all properties of the request were accepted.
        """
        self.set = set
        return set


def live(
    name: str,
    on: type[R],
    *,
    allprop: bool = False,
    parse: Callable[[Element], Any] = text_of,
    searched: Searched | None = None,
    kept: bool = False,
) -> Callable[[Getter[R]], LiveProperty[R]]:
    """Declare the property `name` of resources of the type `on`.

    The getter returns a value, or None for "not here". `allprop` says that it is among what
    DAV:allprop gives; `parse` makes of a client's element what the setter takes; `kept` that the
    element itself is stored as well.
    """

    def declare(get: Getter[R]) -> LiveProperty[R]:
        declared = LiveProperty(name, on, get, allprop=allprop, parse=parse, searched=searched)
        declared.kept = kept
        return declared

    return declare

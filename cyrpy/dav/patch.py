"""Changing properties, all or none: what PROPPATCH, MKCOL and MKCALENDAR do (RFC 4918 §9.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from cyrpy.dav.deadprops import stored
from cyrpy.dav.errors import DavError
from cyrpy.dav.multistatus import MAX_PROPERTIES
from cyrpy.dav.resource import Resource
from cyrpy.dav.xml import DAV, Element, children
from cyrpy.errors import CyrpyError

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

# Live everywhere or nowhere: never stored for a client, on any type of resource. A client that
# could take resourcetype away would turn its calendar into something that it cannot use again.
PROTECTED: Final = frozenset(
    DAV(name)
    for name in (
        "acl",
        "add-member",
        "acl-restrictions",
        "creationdate",
        "current-user-principal",
        "current-user-privilege-set",
        "getcontentlength",
        "getcontenttype",
        "getetag",
        "getlastmodified",
        "group-member-set",
        "group-membership",
        "inherited-acl-set",
        "lockdiscovery",
        "owner",
        "principal-URL",
        "principal-collection-set",
        "quota-available-bytes",
        "quota-used-bytes",
        "resourcetype",
        "supported-live-property-set",
        "supported-method-set",
        "supported-privilege-set",
        "supported-report-set",
        "supportedlock",
        "sync-token",
    )
)


class Instruction(NamedTuple):
    """Set a property to what is in an element, or remove it (None)."""

    name: str
    element: Element | None


class Refused(Exception):
    """Undoes what was begun: some instructions cannot be followed."""

    def __init__(self, failures: dict[str, DavError]) -> None:
        super().__init__(", ".join(failures))
        self.failures = failures


def instructions(root: Element) -> list[Instruction]:
    """What a DAV:propertyupdate, or the DAV:set of a new collection, says, in its order.

    Raises:
        DavError: 400 if there is too much of it, or nothing.
    """
    found = [
        Instruction(str(property.tag), property if action.tag == DAV("set") else None)
        for action in children(root)
        if action.tag in {DAV("set"), DAV("remove")}
        for prop in action.iterchildren(DAV("prop"))
        for property in children(prop)
    ]
    if len(found) > MAX_PROPERTIES:
        raise DavError(400, f"at most {MAX_PROPERTIES} properties may be changed at once")
    return found


def apply(resource: Resource, wanted: Sequence[Instruction], ctx: DavContext) -> None:
    """Follow all instructions and save the resource, or change nothing.

    Raises:
        Refused: some cannot be followed.
    """
    failures: dict[str, DavError] = {}
    dead: dict[str, bytes | None] = {}
    for instruction in wanted:
        try:
            _follow(resource, instruction, dead, ctx)
        except DavError as exc:
            failures[instruction.name] = exc
    if failures:
        raise Refused(failures)
    with ctx.unit.savepoint():
        try:
            resource.save(ctx)
            key = resource.dead_key(ctx)
            if dead and key is not None:
                ctx.dead.change(key, dead)
        except CyrpyError as exc:
            if not wanted:
                raise
            error = DavError.of(exc)
            raise Refused(dict.fromkeys((i.name for i in wanted), error)) from exc


def _follow(
    resource: Resource,
    instruction: Instruction,
    dead: dict[str, bytes | None],
    ctx: DavContext,
) -> None:
    """Put one change into the resource, or among its dead properties."""
    name, element = instruction
    live = ctx.tree.properties(type(resource)).get(name)
    if live is not None and live.set is not None:
        live.set(resource, None if element is None else live.parse(element), ctx)
        if live.kept:
            dead[name] = None if element is None else stored(element)
    elif live is not None or name in PROTECTED:
        raise DavError(
            403,
            f"{name.rpartition('}')[2]} is for the server to set",
            DAV("cannot-modify-protected-property"),
        )
    elif not resource.keeps_properties(ctx):
        raise DavError(403, "clients cannot keep properties on this resource")
    else:
        dead[name] = None if element is None else stored(element)

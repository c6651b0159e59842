"""MKCALENDAR (RFC 4791 §5.3.1)."""

from __future__ import annotations

from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import Method
from cyrpy.dav.methods.mkcol import make
from cyrpy.dav.patch import instructions
from cyrpy.dav.xml import DAV, children
from cyrpy_caldav.names import CALDAV
from cyrpy_caldav.tree import SUBSCRIBED, CalendarCollection


def mkcalendar(ctx: DavContext) -> Answer:
    """A new calendar with the properties that the body sets; those that are unknown are kept.

    Raises:
        DavError: 415 for a body that is something else.
    """
    root = ctx.request.xml
    if root is not None and root.tag != CALDAV("mkcalendar"):
        raise DavError(415, "the body of MKCALENDAR is a CALDAV:mkcalendar")
    wanted = [] if root is None else instructions(root)
    # Some clients name the type, as MKCOL does: only that it is a subscription says more.
    rest = [instruction for instruction in wanted if instruction.name != DAV("resourcetype")]
    types = frozenset(CalendarCollection.types)
    for instruction in wanted:
        if instruction not in rest and instruction.element is not None:
            types |= {str(type.tag) for type in children(instruction.element)} & {SUBSCRIBED}
    return make(ctx, types, rest, CALDAV("mkcalendar-response"))


METHOD = Method("MKCALENDAR", mkcalendar, has_body=True, writes=True, on_new=True)

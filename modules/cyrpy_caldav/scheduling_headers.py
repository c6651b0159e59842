"""If-Schedule-Tag-Match (RFC 6638 §8.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cyrpy.dav.errors import DavError

if TYPE_CHECKING:
    from cyrpy.data.events import EventRow
    from cyrpy.dav.context import DavContext

IF_MATCH: Final = b"if-schedule-tag-match"


def check_schedule_tag(ctx: DavContext, row: EventRow | None) -> None:
    """Make sure that the object has the tag that the client names, if it names one.

    Raises:
        DavError: 412.
    """
    named = ctx.request.header(IF_MATCH)
    if named is None:
        return
    tag = None if row is None else row.schedule_tag
    if tag is None or named.strip('"') != tag:
        raise DavError(412, "the object is not the one that If-Schedule-Tag-Match names")

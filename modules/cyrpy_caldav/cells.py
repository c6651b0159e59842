"""How rows of calendar objects tell what clients list, for `cyrpy.dav.sheet`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cyrpy.dav.conditional import http_date, iso_date
from cyrpy.dav.errors import DavError
from cyrpy.dav.markup import escape, escape_all
from cyrpy.dav.sheet import Cell, Text
from cyrpy.dav.xml import DAV
from cyrpy_caldav.asked import ELEMENT, ICALENDAR
from cyrpy_caldav.calendar_data import is_plain, wanted
from cyrpy_caldav.forms import content_type

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext


@lru_cache(maxsize=64)
def _type(component: str) -> str:
    return escape(content_type(ICALENDAR, component)).decode()


def _http(seconds: int) -> str:
    return http_date(seconds).decode()


CELLS: Final[Mapping[str, Cell]] = {
    DAV("getetag"): Cell("etag", '"%s"'),
    DAV("resourcetype"): Cell(None, ""),
    DAV("getcontenttype"): Cell("component", write=_type),
    DAV("getcontentlength"): Cell("size", write=str),
    DAV("getlastmodified"): Cell("updated_at", write=_http),
    DAV("creationdate"): Cell("created_at", write=iso_date),
}


def asks_for_stored(ctx: DavContext) -> bool:
    """Whether the request asks for whole objects just as they are stored."""
    try:
        want = ctx.once(wanted)
    except DavError:  # each object says it of itself
        return False
    return want.asked is not None and want.asked.is_whole and want.zones is None


def _stored(found: Sequence[bytes | None]) -> Sequence[bytes | None]:
    told = [octets if octets is not None and is_plain(octets) else None for octets in found]
    written = iter(escape_all([octets for octets in told if octets is not None]))
    return [None if octets is None else next(written) for octets in told]


TEXT: Final = Text(ELEMENT, ("icalendar",), _stored)

"""How rows of cards tell what clients list, for `cyrpy.dav.sheet`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cyrpy.dav.conditional import http_date, iso_date
from cyrpy.dav.errors import DavError
from cyrpy.dav.sheet import Cell, Text
from cyrpy.dav.xml import DAV
from cyrpy_carddav.asked import ELEMENT, asked
from cyrpy_carddav.forms import JCARD, VCARD

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext


def _http(seconds: int) -> str:
    return http_date(seconds).decode()


CELLS: Final[Mapping[str, Cell]] = {
    DAV("getetag"): Cell("etag", '"%s"'),
    DAV("resourcetype"): Cell(None, ""),
    DAV("getcontenttype"): Cell(None, f"{VCARD}; charset=utf-8"),
    DAV("getcontentlength"): Cell("size", write=str),
    DAV("getlastmodified"): Cell("updated_at", write=_http),
    DAV("creationdate"): Cell("created_at", write=iso_date),
}


def text_asked(ctx: DavContext) -> Text | None:
    """How rows tell the address data that the request asks for; jCard has an element of its own."""
    try:
        want = ctx.once(asked)
    except DavError:  # each card says it of itself
        return None
    if want is None or want.form.media_type == JCARD:
        return None

    return Text(ELEMENT, ("version", "vcard"), want.told)

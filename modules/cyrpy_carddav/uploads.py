"""What clients write into address books, and why it is not stored (RFC 6352 §6.3.2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cyrpy.dav.errors import DavError
from cyrpy.dav.item import Upload
from cyrpy.dav.markup import element
from cyrpy.dav.urls import encode
from cyrpy.dav.xml import DAV
from cyrpy.errors import FormatError
from cyrpy.formats.vcard import jcard
from cyrpy.groupware.cards import Prepared, Refused, UidConflict, prepare
from cyrpy_carddav.forms import JCARD, form_of
from cyrpy_carddav.names import CARDDAV

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.resource import Resource

UNTYPED: Final = frozenset({"", "application/octet-stream"})  # file managers know no better


def prepared_of(ctx: DavContext, upload: Upload) -> Prepared:
    """A body as a card.

    Raises:
        DavError: 403 supported-address-data, valid-address-data or max-resource-size.
    """
    if upload.media_type not in UNTYPED and form_of(upload.media_type, None) is None:
        raise DavError(
            403,
            f"address books hold text/vcard and {JCARD}, not {upload.media_type[:80]}",
            CARDDAV("supported-address-data"),
        )
    try:
        source = jcard.read(upload.octets) if upload.media_type == JCARD else upload.octets
        return prepare(source, ctx.limits.upload_limit)
    except FormatError as exc:
        raise DavError(403, str(exc), CARDDAV("valid-address-data")) from exc
    except Refused as exc:
        raise DavError(403, str(exc), CARDDAV(exc.precondition)) from exc


def conflict(book: Resource, found: UidConflict, ctx: DavContext) -> DavError:
    """409 with the URL of the card that is in the way.

    409 and not 403: DAVx5 takes it for a conflict that fetching again solves.
    """
    url = ctx.spelled(f"{book.url}{encode(found.card.uri)}")
    named = element(CARDDAV("no-uid-conflict"), element(DAV("href"), url))
    return DavError(409, str(found), named)

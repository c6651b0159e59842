"""What clients write into calendars, made ready to be stored (RFC 4791 §5.3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cyrpy.dav.errors import DavError
from cyrpy.dav.item import Upload
from cyrpy.groupware.events import Limits, Prepared, Refused, prepare
from cyrpy_caldav.forms import source_of
from cyrpy_caldav.names import CALDAV
from cyrpy_caldav.settings import options

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext


def prepared_of(ctx: DavContext, upload: Upload) -> Prepared:
    """A body as a calendar object.

    Raises:
        DavError: 403 with the precondition of RFC 4791 §5.3.2.1 that it does not meet.
    """
    limits = options(ctx)
    try:
        return prepare(
            source_of(upload.octets, upload.media_type),
            Limits(limits.max_resource_size, max_attendees=limits.max_attendees),
        )
    except Refused as exc:
        raise DavError(403, str(exc), CALDAV(exc.precondition)) from exc

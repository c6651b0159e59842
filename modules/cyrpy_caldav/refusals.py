"""Why a calendar object is not stored, as DAV:error (RFC 4791 §5.3.2.1, RFC 6638 §3.2.4)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cyrpy.data import calendars
from cyrpy.dav.errors import DavError, need_privileges
from cyrpy.dav.markup import Xml, element
from cyrpy.dav.urls import encode
from cyrpy.dav.xml import DAV
from cyrpy.groupware.events import NotAllowed, Refused, ScheduledTwice, UidConflict
from cyrpy.groupware.scheduling import SchedulingRefused
from cyrpy_caldav.names import CALDAV

if TYPE_CHECKING:
    from cyrpy.data.events import EventRow
    from cyrpy.dav.context import DavContext
    from cyrpy_caldav.tree import CalendarCollection


@contextmanager
def refusals(calendar: CalendarCollection, ctx: DavContext) -> Iterator[None]:
    """Translate what `cyrpy.groupware.events` raises.

    Raises:
        DavError: 403 with a precondition; 409 for a UID that is taken, as DAVx5 then fetches again.
    """
    try:
        yield
    except (Refused, SchedulingRefused) as exc:
        raise DavError(403, str(exc), CALDAV(exc.precondition)) from exc
    except NotAllowed as exc:
        raise need_privileges(ctx.request.base + calendar.url, DAV(exc.needs)) from exc
    except ScheduledTwice as exc:
        named = _named("unique-scheduling-object-resource", calendar, exc.row, ctx)
        raise DavError(403, str(exc), named) from exc
    except UidConflict as exc:
        raise DavError(409, str(exc), _named("no-uid-conflict", calendar, exc.row, ctx)) from exc


def _named(
    condition: str, calendar: CalendarCollection, row: EventRow | None, ctx: DavContext
) -> Xml:
    """The precondition with the URL of the object in the way, if the user may know of it."""
    if row is None:
        return element(CALDAV(condition))
    url = calendar.url
    if row.calendar_id != calendar.view.row.id:
        other = calendars.by_id(ctx.unit, row.account_id, row.calendar_id)
        assert other is not None  # noqa: S101 - objects do not outlive their calendar
        url = f"{calendar.home.url}{encode(other.uri)}/"
    href = element(DAV("href"), ctx.spelled(f"{url}{encode(row.uri)}"))
    return element(CALDAV(condition), href)

"""Publishing a calendar to everybody who knows a URL (calendarserver-sharing §4.3).

Only while the module that serves such URLs is enabled.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from cyrpy.data.unit import ChangeKind
from cyrpy.dav import invitations
from cyrpy.dav.answer import Answer
from cyrpy.dav.errors import DavError
from cyrpy.dav.markup import document, element, href
from cyrpy.dav.xml import CALENDARSERVER, parse
from cyrpy.groupware import publishing
from cyrpy.groupware.publishing import CALENDAR, Publishing

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.item import Upload
    from cyrpy_caldav.tree import CalendarCollection

PUBLISH: Final = CALENDARSERVER("publish-calendar")
UNPUBLISH: Final = CALENDARSERVER("unpublish-calendar")
URL: Final = CALENDARSERVER("publish-url")
_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


class Publication(NamedTuple):
    """What was posted to a calendar: that it be published, or be so no longer."""

    is_wanted: bool


def read(ctx: DavContext, upload: Upload) -> Publication | None:
    """Such a request; None if what was posted is something else."""
    if upload.media_type not in invitations.TYPES or not _offered(ctx):
        return None
    root = parse(upload.octets)
    return Publication(root.tag == PUBLISH) if root.tag in {PUBLISH, UNPUBLISH} else None


def publish(calendar: CalendarCollection, request: Publication, ctx: DavContext) -> Answer:
    """Publish it, and tell where, or end that.

    Raises:
        DavError: 403 if it is another's.
    """
    if not calendar.view.is_owner:
        raise DavError(403, "only the owner of a calendar can publish it")
    row, unit = calendar.view.row, ctx.unit
    if request.is_wanted:
        token = publishing.publish(unit, row, ctx.core.random_bytes)
        body = document(URL, href(url_of(token, row.name or row.uri, ctx), ""))
        answer = Answer.xml(202, body)  # as iCloud and SabreDAV have it
    else:
        publishing.unpublish(unit, row)
        answer = Answer(200)
    unit.record(row.account_id, CALENDAR, row.wire_id, ChangeKind.UPDATED, name=row.uri)
    return answer


def may_publish(calendar: CalendarCollection, ctx: DavContext) -> bool:
    """Whether the user could."""
    return _offered(ctx) and calendar.view.is_owner


def _offered(ctx: DavContext) -> bool:
    return bool(ctx.core.offered(Publishing))


def url_of(token: str, name: str, ctx: DavContext) -> str:
    """Where it is published: an absolute URL, to be given to others."""
    path = ctx.core.offered(Publishing)[0].path(token, CALENDAR, name)
    configured, request = ctx.core.settings.http_base_url, ctx.request
    if configured:
        return f"{configured}{path}"
    host = request.header(b"host") or ""
    if _HOST.fullmatch(host) is None:
        host = ctx.core.settings.servername
    return f"{request.scheme}://{host}{request.base}{path}"


CAN_BE_PUBLISHED: Final = element(CALENDARSERVER("can-be-published"))

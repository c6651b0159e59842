"""POST to the outbox: when are these people busy (RFC 6638 §5)."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final, NamedTuple

from cyrpy.data.principals import GROUP
from cyrpy.dav.answer import Answer
from cyrpy.dav.errors import DavError
from cyrpy.dav.markup import Xml, document, element, escape_utf8, href
from cyrpy.dav.xml import DAV
from cyrpy.errors import CyrpyError, FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.busy import utc_text, vfreebusy
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import Zones, moment
from cyrpy.formats.ical.parse import Limits, parse
from cyrpy.formats.ical.series import Window
from cyrpy.formats.ical.write import write_utf8
from cyrpy.formats.timespan import DAY, parse_duration
from cyrpy.groupware.freebusy import Asked, busy_in_group, busy_time
from cyrpy.groupware.scheduling.address import MAILTO, of_line
from cyrpy.groupware.scheduling.groups import members_of
from cyrpy.groupware.scheduling.meeting import PRODID
from cyrpy.groupware.scheduling.people import addresses_of, principal_of
from cyrpy_caldav.names import CALDAV

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.item import Upload

MAX_ATTENDEES: Final = 100  # about whom one request asks
MAX_SPAN: Final = 400 * DAY
# RFC 6638 §5.2, RFC 5546 §3.6
SUCCESS: Final = "2.0;Success"
UNKNOWN: Final = "3.7;Invalid calendar user"
UNREACHABLE: Final = "5.1;Could not complete delivery"
NO_SUPPORT: Final = "5.3;No scheduling support for user"


class Question(NamedTuple):
    """What a free-busy request asks."""

    organizer: Line
    attendees: list[Line]
    window: Window
    masked: str | None  # UID of a meeting that is left out (caldav-auto-schedule, Apple's)
    lines: list[Line]  # UID and what else the answers repeat


def free_busy(ctx: DavContext, upload: Upload) -> Answer:
    """A CALDAV:schedule-response: the busy time of each attendee, or why it is not told.

    Raises:
        DavError: 403 or 415 with the precondition that the request does not fulfil.
    """
    question = _question(ctx, upload)
    responses = [_response(ctx, question, line) for line in question.attendees]
    body = document(CALDAV("schedule-response"), b"".join(responses))
    return Answer.xml(200, body, ((b"cache-control", b"no-cache"),))


def _question(ctx: DavContext, upload: Upload) -> Question:
    if upload.media_type not in {"", "text/calendar"}:
        raise DavError(
            415, "a free-busy request is text/calendar", CALDAV("supported-calendar-data")
        )
    try:
        calendar = parse(upload.octets, limits=Limits(max_octets=len(upload.octets) + 1))
    except FormatError as exc:
        raise DavError(403, str(exc), CALDAV("valid-calendar-data")) from exc
    asked = [part for part in calendar.components if part.name != "VTIMEZONE"]
    method = (calendar.value("METHOD") or "").strip().upper()
    if method != "REQUEST" or len(asked) != 1 or asked[0].name != "VFREEBUSY":
        raise _invalid("what is posted here is METHOD:REQUEST with one VFREEBUSY")
    return _read(ctx, calendar, asked[0])


def _read(ctx: DavContext, calendar: Component, asked: Component) -> Question:
    organizer, attendees = asked.first("ORGANIZER"), asked.every("ATTENDEE")
    if organizer is None or of_line(organizer) not in addresses_of(ctx.unit, ctx.user_id):
        raise DavError(
            403, "ORGANIZER must be the user whose outbox this is", CALDAV("valid-organizer")
        )
    if not attendees or len(attendees) > MAX_ATTENDEES:
        raise _invalid(f"a free-busy request names 1 to {MAX_ATTENDEES} attendees")
    if asked.text("UID") is None:
        raise _invalid("a free-busy request has a UID")
    masked = asked.text("X-CALENDARSERVER-MASK-UID")
    lines = [line for line in asked.properties if line.name == "UID"]
    return Question(organizer, attendees, _window(calendar, asked), masked, lines)


def _window(calendar: Component, asked: Component) -> Window:
    """DTSTART to DTEND.

    Raises:
        DavError: 403 valid-scheduling-message if it is no span of time, or too long a one.
    """
    start, end = asked.first("DTSTART"), asked.first("DTEND")
    zones = Zones(calendar)
    try:
        first = None if start is None else moment(start, zones).utc(UTC)
        last = None if end is None else moment(end, zones).utc(UTC)
        length = asked.value("DURATION")
        if first is not None and last is None and length is not None:
            duration = parse_duration(length)
            last = first + duration.days * DAY + duration.seconds
    except FormatError as exc:
        raise _invalid(str(exc)) from exc
    if first is None or last is None or not first < last <= first + MAX_SPAN:
        raise _invalid(f"DTSTART and DTEND say a span of time, at most {MAX_SPAN // DAY} days long")
    return Window(first, last)


def _invalid(text: str) -> DavError:
    return DavError(403, text, CALDAV("valid-scheduling-message"))


def _response(ctx: DavContext, question: Question, attendee: Line) -> Xml:
    """CALDAV:response (RFC 6638 §10.2)."""
    status, content = _answer(ctx, question, attendee)
    recipient = element(CALDAV("recipient"), href(attendee.value.strip(), ""))
    parts = [recipient, element(CALDAV("request-status"), status)]
    if content is not None:
        parts.append(element(CALDAV("calendar-data"), escape_utf8(write_utf8(content))))
    elif status != SUCCESS:
        parts.append(element(DAV("responsedescription"), status.partition(";")[2]))
    return element(CALDAV("response"), *parts)


def _answer(ctx: DavContext, question: Question, attendee: Line) -> tuple[str, Component | None]:
    """The status, and the reply where there is one."""
    address = of_line(attendee)
    principal = principal_of(ctx.unit, address)
    if principal is None:
        return (UNREACHABLE if address.startswith(MAILTO) else UNKNOWN), None
    asked = Asked(principal.id, question.window, ctx.actor, is_open=True, without=question.masked)
    members = members_of(ctx.unit, principal) if principal.type == GROUP else []
    if principal.type == GROUP and not members:
        return NO_SUPPORT, None
    try:
        unit = ctx.unit
        found = busy_in_group(unit, asked, members) if members else busy_time(unit, asked)
    except CyrpyError as exc:
        return f"5.1;{exc}", None
    lines = [
        *question.lines,
        Line("DTSTAMP", "", utc_text(ctx.unit.now)),
        question.organizer,
        attendee,
    ]
    top = [Line("VERSION", "", "2.0"), Line("PRODID", "", PRODID), Line("METHOD", "", "REPLY")]
    return SUCCESS, Component("VCALENDAR", top, [vfreebusy(found, question.window, *lines)])

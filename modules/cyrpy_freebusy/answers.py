"""When somebody is busy, for whoever may know it."""

from __future__ import annotations

from typing import Final, NamedTuple

from cyrpy.config import CoreSettings
from cyrpy.data import access, addresses, calendars, events, principals
from cyrpy.data.calendars import CalendarRow
from cyrpy.data.keys import tag_of
from cyrpy.data.principals import GROUP, PrincipalRow
from cyrpy.data.unit import Unit
from cyrpy.errors import Unavailable
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.busy import Busy
from cyrpy.groupware.access import Actor, has
from cyrpy.groupware.busy_answers import answer_of, busy_in
from cyrpy.groupware.calendars import KIND
from cyrpy.groupware.freebusy import READ_FREE_BUSY, Asked, busy_time
from cyrpy.groupware.userids import UserIds
from cyrpy.http.problem import HttpError
from cyrpy_freebusy.question import Question

SUFFIX: Final = ".ifb"  # which some clients put behind the name


class Answer(NamedTuple):
    """What is sent."""

    body: bytes
    etag: bytes  # weak: the time at which it was asked is in the body too


def answer(unit: Unit, settings: CoreSettings, question: Question, actor: Actor) -> Answer:
    """The busy time that a question asks for.

    Whoever has an account here may know when others are busy, as for planning a meeting
    (RFC 6638 §5); of one calendar, only who has that right on it.

    Raises:
        HttpError: 404 if there is no such user or calendar; 422 if it takes too much to find out.
    """
    row = _principal(unit, settings, question.user)
    if row is None or row.type == GROUP:
        raise HttpError(404, detail="there is no such user")
    try:
        found = _busy(unit, row, question, actor)
    except Unavailable as exc:
        raise HttpError(422, detail=str(exc)) from exc
    address = next(iter(addresses.addresses_of(unit, row.id)), row.name)
    uid = f"{row.wire_id}-{question.calendar or ''}-{question.window.start}"
    lines = (
        Line("UID", "", tag_of(uid.encode())),
        Line("ORGANIZER", "", f"mailto:{address}"),
    )
    body = question.form.write(answer_of(found, question.window, unit.now, *lines))
    told = f"{question.form.media_type}\n{uid}\n{question.window}\n{found}"
    return Answer(body, f'W/"{tag_of(told.encode())}"'.encode())


def _principal(unit: Unit, settings: CoreSettings, name: str) -> PrincipalRow | None:
    userids = UserIds.of(settings)
    for tried in (name, name.removesuffix(SUFFIX)):
        row = unit.first(principals.BY_NAME, name=userids.of_login(tried))
        if row is not None:
            return row
    return None


def _busy(unit: Unit, row: PrincipalRow, question: Question, actor: Actor) -> list[Busy]:
    if question.calendar is None:
        return busy_time(unit, Asked(row.id, question.window, actor, is_open=True))
    is_owner = row.id == actor.principal_id
    calendar = _calendar(unit, row, question.calendar)
    if calendar is None or not (is_owner or _may_know(unit, calendar, actor)):
        raise HttpError(404, detail="there is no such calendar")
    most = events.SECRET if is_owner else events.PRIVATE
    return busy_in(unit, calendar, question.window, most)


def _calendar(unit: Unit, row: PrincipalRow, name: str) -> CalendarRow | None:
    for tried in (name, name.removesuffix(SUFFIX)):
        found = unit.first(calendars.BY_URI, account_id=row.id, uri=tried)
        if found is not None:
            return found
    return None


def _may_know(unit: Unit, calendar: CalendarRow, actor: Actor) -> bool:
    """By a grant; to one who has no account, what counts in scheduling is told."""
    if not actor.principals:
        return calendar.include_in_availability != "none"
    granted = access.granted_to(unit, calendar.account_id, KIND, actor.principals)
    return has(granted.get(calendar.id, ""), READ_FREE_BUSY)

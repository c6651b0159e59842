"""What a link to busy time gives: a VFREEBUSY of the window that the URL asks for."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qsl

from cyrpy.data.database import Database
from cyrpy.data.keys import tag_of
from cyrpy.errors import FormatError, Unavailable
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.media import ICALENDAR, Form, named, preferred
from cyrpy.groupware.access import Actor
from cyrpy.groupware.busy_answers import answer_of, window_of_url
from cyrpy.groupware.freebusy import Asked, busy_time
from cyrpy.groupware.publishing import Opened
from cyrpy.http.problem import HttpError
from cyrpy.http.scope import Scope, headers_of

NOBODY = Actor(0, frozenset())
MAX_PARAMETERS = 20


class BusyAnswer(NamedTuple):
    """What is sent."""

    body: bytes
    etag: bytes
    content_type: bytes


def busy_answer(database: Database, found: Opened, scope: Scope) -> BusyAnswer:
    """When the owner is busy, by all calendars that count; nothing of what is confidential.

    Raises:
        HttpError: 400 for times that are none, 406; 422 if it takes too much to find out.
    """
    query = _query(scope["query_string"])
    form = _form(scope, query)
    with database.read() as unit:
        try:
            window = window_of_url(query, unit.now)
            busy = busy_time(unit, Asked(found.owner.id, window, NOBODY, is_open=True))
        except FormatError as exc:
            raise HttpError(400, detail=f"start, end, period: {exc}") from exc
        except Unavailable as exc:
            raise HttpError(422, detail=str(exc)) from exc
        now = unit.now
    told = tag_of(f"{form.media_type}{found.link.id}{window}{busy}".encode())
    answer = answer_of(busy, window, now, Line("UID", "", tag_of(found.link.digest)))
    return BusyAnswer(form.write(answer), f'W/"{told}"'.encode(), form.content_type)


def _query(query: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(query.decode("latin-1"), max_num_fields=MAX_PARAMETERS)
    except ValueError as exc:
        raise HttpError(400, detail=f"a query has at most {MAX_PARAMETERS} parameters") from exc
    return dict(reversed(pairs))


def _form(scope: Scope, query: dict[str, str]) -> Form:
    accept = headers_of(scope).get(b"accept", b"").decode("latin-1")
    form = named(query["format"]) if "format" in query else preferred(accept)
    if form is None:
        raise HttpError(406, detail=f"busy time is given as {ICALENDAR.media_type}, jCal or xCal")
    return form

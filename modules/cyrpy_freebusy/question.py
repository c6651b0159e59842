"""What a free-busy URL asks."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from cyrpy.errors import FormatError
from cyrpy.formats.ical.media import FORMS, Form, named, preferred
from cyrpy.formats.ical.series import Window
from cyrpy.groupware.busy_answers import window_of_url
from cyrpy.http.problem import HttpError
from cyrpy.http.scope import Scope, headers_of

MAX_PARAMETERS: Final = 20


class Question(NamedTuple):
    """Whose time, when, and in which form."""

    user: str  # as one types it
    calendar: str | None  # its URL name; None: all that count
    window: Window
    form: Form


def question_of(scope: Scope, now: int) -> Question:
    """The question of a request.

    Raises:
        HttpError: 404 for another path, 400 for times that are none, 406.
    """
    path: str = scope["path"]
    kind, *names = path.removeprefix(scope["root_path"]).strip("/").split("/")
    if kind != "user" or not 1 <= len(names) <= 2 or not all(names):
        raise HttpError(404, detail="free-busy URLs are /freebusy/user/<user>[/<calendar>]")
    query = parameters(scope["query_string"])
    calendar = names[1] if len(names) > 1 else None
    return Question(names[0], calendar, window(query, now), form(scope, query))


def parameters(query: bytes) -> dict[str, str]:
    """The parameters of a query; of one that is given twice the first counts.

    Raises:
        HttpError: 400 if there are too many.
    """
    try:
        pairs = parse_qsl(query.decode("latin-1"), max_num_fields=MAX_PARAMETERS)
    except ValueError as exc:
        raise HttpError(400, detail=f"a query has at most {MAX_PARAMETERS} parameters") from exc
    return dict(reversed(pairs))


def window(query: dict[str, str], now: int) -> Window:
    """The time that is asked for.

    Raises:
        HttpError: 400 if start, end or period are wrong.
    """
    try:
        return window_of_url(query, now)
    except FormatError as exc:
        raise HttpError(400, detail=f"start, end, period: {exc}") from exc


def form(scope: Scope, query: dict[str, str]) -> Form:
    """The form that `format`, or else Accept, asks for.

    Raises:
        HttpError: 406 if there is none such.
    """
    if "format" in query:
        found = named(query["format"])
    else:
        accept = headers_of(scope).get(b"accept")
        found = preferred(None if accept is None else accept.decode("latin-1"))
    if found is None:
        offered = ", ".join(each.media_type for each in FORMS)
        raise HttpError(406, detail=f"busy time is given as {offered}")
    return found

"""iCalendar and the two forms that are made of it, by media type and by the names that URLs use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from cyrpy.formats.ical import jcal, xcal
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.write import write_utf8

MAX_ACCEPT: Final = 1000  # characters of the header that are looked at


class Form(NamedTuple):
    """One form of calendar data."""

    media_type: str
    content_type: bytes
    write: Callable[[Component], bytes]
    names: frozenset[str]


ICALENDAR: Final = Form(
    "text/calendar",
    b"text/calendar; charset=utf-8",
    write_utf8,
    frozenset({"ics", "ifb", "ical", "icalendar", "text"}),
)
JCAL: Final = Form(
    "application/calendar+json",
    b"application/calendar+json",
    jcal.write,
    frozenset({"jcs", "jfb", "jcal", "json"}),
)
XCAL: Final = Form(
    "application/calendar+xml",
    b"application/calendar+xml; charset=utf-8",
    xcal.write,
    frozenset({"xcs", "xfb", "xcal", "xml"}),
)
FORMS: Final = (ICALENDAR, JCAL, XCAL)


def named(text: str) -> Form | None:
    """The form of that media type, or of a short name such as jcal or xfb."""
    # A plus in a query, unless it is escaped, comes out as a space.
    name = text.partition(";")[0].strip().lower().replace(" ", "+")
    return next((form for form in FORMS if name == form.media_type or name in form.names), None)


def preferred(accept: str | None) -> Form | None:
    """The form that an Accept header likes best; None if it likes none (RFC 9110 §12.5.1)."""
    if accept is None or not accept.strip():
        return ICALENDAR
    weights: dict[str, float] = {}
    for member in accept[:MAX_ACCEPT].lower().split(","):
        media_range, *params = (part.strip() for part in member.split(";"))
        quality = next((p[2:] for p in params if p.startswith("q=")), "1")
        weights[media_range] = max(_quality(quality), weights.get(media_range, 0.0))
    best = max(FORMS, key=lambda form: _weight(form.media_type, weights))
    return best if _weight(best.media_type, weights) > 0 else None


def _quality(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0 <= value <= 1 else 0.0


def _weight(media_type: str, weights: dict[str, float]) -> float:
    """That of the most exact range that covers it."""
    for media_range in (media_type, media_type.partition("/")[0] + "/*", "*/*"):
        if media_range in weights:
            return weights[media_range]
    return 0.0

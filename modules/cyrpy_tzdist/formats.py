"""The media types of a zone, and which one a client wants (RFC 7808 §5.3, RFC 9110 §12.5.1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical import jcal, write, xcal
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.vtimezone import component
from cyrpy.formats.tzif import release
from cyrpy.formats.tzif import write as write_tzif
from cyrpy_tzdist.problems import Problem
from cyrpy_tzdist.query import Span

MAX_ACCEPT = 1000  # octets of the header that are looked at
PRODID = "-//cyrpy//tzdist//EN"


class Format(NamedTuple):
    """One way to send a zone; `short` sets its ETags apart."""

    media_type: str
    content_type: bytes
    short: str
    render: Callable[[str, Span], bytes]
    has_leaps: bool = False


def _calendar(name: str, span: Span) -> Component:
    """The VCALENDAR of a zone, alone in it."""
    timezone = component(
        name,
        release.load(name),
        alias_of=release.targets().get(name),
        start=span.start,
        end=span.end,
    )
    return Component(
        "VCALENDAR", [Line("PRODID", "", PRODID), Line("VERSION", "", "2.0")], [timezone]
    )


def _tzif(name: str, span: Span) -> bytes:
    """As tzdata has it, unless it is to be truncated."""
    if span == (None, None):
        return release.octets(name)
    return write_tzif(release.load(name).truncated(*span))


def _tzif_leap(name: str, span: Span) -> bytes:
    return write_tzif(release.load(name).truncated(*span), release.leap_seconds().counted())


FORMATS = (
    Format(
        "text/calendar",
        b"text/calendar; charset=utf-8",
        "ics",
        lambda name, span: write.write(_calendar(name, span)),
    ),
    Format(
        "application/calendar+xml",
        b"application/calendar+xml; charset=utf-8",
        "xcs",
        lambda name, span: xcal.write(_calendar(name, span)),
    ),
    Format(
        "application/calendar+json",
        b"application/calendar+json",
        "jcs",
        lambda name, span: jcal.write(_calendar(name, span)),
    ),
    Format("application/tzif", b"application/tzif", "tzif", _tzif),
    Format("application/tzif-leap", b"application/tzif-leap", "leap", _tzif_leap, True),
)


def wanted(accept: bytes | None) -> Format:
    """The format that an Accept header prefers; the first one without a header.

    Raises:
        Problem: it accepts none of them.
    """
    if not accept:
        return FORMATS[0]
    weights = _weights(accept[:MAX_ACCEPT])
    best = max(FORMATS, key=lambda choice: _weight(choice.media_type, weights))
    if _weight(best.media_type, weights) <= 0:
        offered = ", ".join(choice.media_type for choice in FORMATS)
        raise Problem(406, "invalid-format", f"none of these is accepted: {offered}")
    return best


@lru_cache(maxsize=256)
def _weights(accept: bytes) -> dict[str, float]:
    """Weight by media range, in lower case; what cannot be read is left out."""
    weights: dict[str, float] = {}
    for member in accept.decode("latin-1").lower().split(","):
        media_range, *params = (part.strip() for part in member.split(";"))
        weight = 1.0
        for param in params:
            name, _, value = param.partition("=")
            if name.strip() == "q":
                weight = _quality(value.strip())
        if media_range:
            weights[media_range] = max(weight, weights.get(media_range, 0.0))
    return weights


def _quality(text: str) -> float:
    if len(text) > 5 or not text.replace(".", "", 1).isdecimal() or not text.isascii():
        return 0.0
    return min(float(text), 1.0)


def _weight(media_type: str, weights: dict[str, float]) -> float:
    """That of the most exact range that covers a type."""
    for media_range in (media_type, media_type.partition("/")[0] + "/*", "*/*"):
        if media_range in weights:
            return weights[media_range]
    return 0.0

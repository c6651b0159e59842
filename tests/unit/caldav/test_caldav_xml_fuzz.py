"""Whatever XML comes in a filter or a calendar-data, it is understood or refused."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC
from typing import Any
from xml.sax.saxutils import quoteattr

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from cyrpy.dav.errors import DavError
from cyrpy.formats.ical.budget import Budget, RecurrenceTooComplex
from cyrpy.formats.ical.subset import part
from cyrpy_caldav.asked import asked_in
from cyrpy_caldav.calendar_data import WRITERS
from cyrpy_caldav.filter import Subject
from cyrpy_caldav.filter_xml import filter_of
from cyrpy_caldav.needles import Needles
from cyrpy_caldav.plan import plan
from tests.support.dav import tree, words
from tests.support.icalendar import calendar

SUBJECT = calendar(
    "VEVENT\nUID:1\nDTSTART:20260105T100000Z\nRRULE:FREQ=DAILY\nSUMMARY;LANGUAGE=de:x\n"
    "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nEND:VALARM"
)
NAMES = st.sampled_from(
    words(
        "filter comp-filter prop-filter param-filter is-not-defined text-match time-range comp "
        "prop allprop allcomp expand limit-recurrence-set limit-freebusy-set calendar-data other"
    )
)
VALUES = st.just("") | st.sampled_from(
    words(
        "VCALENDAR VEVENT VTODO VALARM VTIMEZONE SUMMARY UID DTSTART LANGUAGE X-Y yes no anyof "
        "allof equals contains i;octet 20260101T000000Z 20270101T000000Z 20260101 "
        "00000101T000000Z text/calendar application/calendar+json 2.0"
    )
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        words(
            "name test start end collation match-type negate-condition novalue content-type version"
        )
    ),
    VALUES,
    max_size=3,
)


def element(name: str, attributes: dict[str, str], inside: list[str]) -> str:
    given = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<C:{name}{given}>{''.join(inside)}</C:{name}>"


def outcome(make: Callable[[], Any]) -> tuple[Any, DavError | None]:
    """What is made, or why it is not."""
    try:
        return make(), None
    except DavError as exc:
        return None, exc


TREES = st.recursive(
    st.builds(element, NAMES, ATTRIBUTES, st.just([])),
    lambda inner: st.builds(element, NAMES, ATTRIBUTES, st.lists(inner, max_size=3)),
    max_leaves=12,
)


@given(TREES, st.booleans())
@settings(max_examples=500, deadline=None)
def test_a_filter_is_understood_or_refused(content, wrapped):
    inner = element("comp-filter", {"name": "VCALENDAR"}, [content]) if wrapped else content
    body = etree.fromstring(tree("C:calendar-query", f"<C:filter>{inner}</C:filter>"))
    wanted, error = outcome(lambda: filter_of(body))
    if error is not None:
        assert error.status == 403
        assert error.condition
        return
    plan(wanted)
    Needles(wanted)
    with suppress(RecurrenceTooComplex):
        assert Subject(SUBJECT, UTC, Budget(1000)).matches(wanted) in {True, False}


@given(TREES, ATTRIBUTES)
@settings(max_examples=500, deadline=None)
def test_a_calendar_data_is_understood_or_refused(content, attributes):
    data = element("calendar-data", attributes, [content])
    body = etree.fromstring(tree("D:propfind", f"<D:prop>{data}</D:prop>"))
    asked, error = outcome(lambda: asked_in(body))
    if error is not None:
        assert error.status in {400, 403}
        return
    with suppress(RecurrenceTooComplex):
        assert WRITERS[asked.media_type](part(SUBJECT, asked.part, UTC, Budget(1000)))

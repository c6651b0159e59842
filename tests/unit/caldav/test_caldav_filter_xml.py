"""What is wrong with a filter is said (RFC 4791 §7.8)."""

from __future__ import annotations

import pytest

from cyrpy.dav.errors import DavError
from tests.support.dav import clark
from tests.unit.caldav.filters import NOT, comp, compiled, param, prop, raw, span, text

START = "20260101T000000Z"


@pytest.mark.parametrize(
    ("content", "condition"),
    [
        # components where they cannot be, and those that nobody knows
        (comp("VEVENT", comp("VTODO")), "C:valid-filter"),
        (comp("VALARM"), "C:valid-filter"),
        (comp("VTODO", comp("STANDARD")), "C:valid-filter"),
        (comp("VCALENDAR"), "C:valid-filter"),
        (comp("VPOLL"), "C:supported-filter"),
        (comp("VEVENT", comp("NOTHING")), "C:supported-filter"),
        # time ranges
        (comp("VTIMEZONE", span(START)), "C:valid-filter"),
        (span(START), "C:valid-filter"),
        (comp("X-THING", span(START)), "C:supported-filter"),
        (comp("VEVENT", prop("SUMMARY", span(START))), "C:valid-filter"),
        (comp("VEVENT", span()), "C:valid-filter"),
        (comp("VEVENT", span("20260101T000000")), "C:valid-filter"),
        (comp("VEVENT", span("20260101")), "C:valid-filter"),
        (comp("VEVENT", span("yesterday")), "C:valid-filter"),
        (comp("VEVENT", span(START, START)), "C:valid-filter"),
        (comp("VEVENT", span(START, "20250101T000000Z")), "C:valid-filter"),
        (comp("VEVENT", span(START) * 2), "C:valid-filter"),
        (comp("VEVENT", span("00000101T000000Z")), "C:min-date-time"),
        # what is not defined has nothing in it
        (comp("VEVENT", NOT, prop("SUMMARY")), "C:valid-filter"),
        (comp("VEVENT", prop("SUMMARY", NOT, text("x"))), "C:valid-filter"),
        (comp("VEVENT", prop("SUMMARY", param("X", NOT, text("x")))), "C:valid-filter"),
        # elements where they do not belong
        (comp("VEVENT", text("x")), "C:valid-filter"),
        (comp("VEVENT", prop("SUMMARY", prop("X"))), "C:valid-filter"),
        (comp("VEVENT", "<C:expand/>"), "C:valid-filter"),
        (comp("VEVENT", prop("SUMMARY", param("X", text("a"), text("b")))), "C:valid-filter"),
        # names and attributes
        ("<C:comp-filter/>", "C:valid-filter"),
        (comp("VEVENT", "<C:prop-filter/>"), "C:valid-filter"),
        (comp("VEVENT", prop("A B")), "C:valid-filter"),
        (comp("VEVENT", test="noneof"), "C:valid-filter"),
        (comp("VEVENT", prop("SUMMARY", text("x", negate_condition="maybe"))), "C:valid-filter"),
        (comp("VEVENT", prop("SUMMARY", text("x", match_type="like"))), "C:valid-filter"),
        (comp("VEVENT", prop("SUMMARY", text("x", collation="i;x"))), "C:supported-collation"),
        (comp("VEVENT", prop("SUMMARY", text("x", collation="i;*"))), "C:supported-collation"),
        (
            comp("VEVENT", prop("SUMMARY", text("x", collation="i;ascii-numeric"))),
            "C:supported-collation",
        ),
        (comp("VEVENT", prop("SUMMARY") * 201), "C:supported-filter"),
    ],
)
def test_what_cannot_be_asked_is_refused(content, condition):
    with pytest.raises(DavError) as caught:
        compiled(content)
    assert (caught.value.status, caught.value.condition) == (403, clark(condition))
    assert caught.value.description


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<C:filter/>",
        "<C:filter><C:comp-filter name='VEVENT'/></C:filter>",
        "<C:filter><C:comp-filter name='VCALENDAR'/></C:filter>" * 2,
        "<C:filter><C:prop-filter name='VCALENDAR'/></C:filter>",
    ],
)
def test_there_is_one_filter_of_the_whole_object(content):
    with pytest.raises(DavError) as caught:
        raw(content)
    assert caught.value.condition == clark("C:valid-filter")


@pytest.mark.parametrize(
    "content",
    [
        "",
        comp("VEVENT", "<X:more/>"),
        comp("X-THING", comp("X-INNER", prop("X-FOO_BAR"))),
        comp("VEVENT", comp("PARTICIPANT", prop("PARTICIPANT-TYPE"))),
        comp("VEVENT", span(end=START)),
    ],
)
def test_what_is_unusual_is_taken(content):
    assert compiled(content).comps

"""What is known of an object without reading it never speaks against one that matches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyrpy.data.events import EventRow
from cyrpy.formats.ical.series import Window
from cyrpy.groupware.events import Prepared, prepare
from cyrpy_caldav.filter import Subject
from cyrpy_caldav.needles import Needles
from cyrpy_caldav.plan import EVERYTHING, Plan, plan
from tests.support.icalendar import octets
from tests.unit.caldav.filters import NOT, comp, compiled, param, prop, raw, span, text

FIRST = datetime(2026, 1, 1)
TIMES = st.integers(0, 24 * 60).map(lambda hours: FIRST + timedelta(hours=hours))
TITLES = st.sampled_from(["Lunch", "Straße, 2; x", "\u017foup", "a\nb", "x" * 90 + "lunch"])
ZONES = st.sampled_from(["{}Z", "{}", "DATE"])


@st.composite
def objects(draw: st.DrawFn) -> bytes:
    name = draw(st.sampled_from(["VEVENT", "VTODO", "VJOURNAL"]))
    at, form = draw(TIMES), draw(ZONES)
    lines = [f"UID:{draw(st.sampled_from(['one', 'two', 'one,two']))}", "DTSTAMP:20260101T000000Z"]
    written = f"{at:%Y%m%d}" if form == "DATE" else form.format(f"{at:%Y%m%dT%H%M%S}")
    if name == "VEVENT" or draw(st.booleans()):
        lines.append(f"DTSTART:{written}")
        if name != "VJOURNAL" and draw(st.booleans()):
            lines.append(f"DURATION:{draw(st.sampled_from(['PT1H', 'P2D', 'PT0S', 'P40D']))}")
        if draw(st.booleans()):
            lines.append(f"RRULE:FREQ=DAILY;INTERVAL=5;COUNT={draw(st.integers(1, 5))}")
    title = draw(TITLES).replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")
    lines.append(f"SUMMARY;X-P=a:{title[:60]}\r\n {title[60:]}" if len(title) > 60 else
                 f"SUMMARY;X-P=a:{title}")  # fmt: skip
    if draw(st.booleans()):
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "END:VALARM"]
    found = octets("VEVENT\nUID:x").split(b"BEGIN:VEVENT")[0]
    inside = "\r\n".join([f"BEGIN:{name}", *lines, f"END:{name}", "END:VCALENDAR", ""])
    return found + inside.encode()


WORDS = st.sampled_from(["lunch", "LUNCH", "Stra", "ße, 2", "soup", "a\nb", "xlunch", "nothing"])
TEXTS = st.builds(
    lambda word, how, negate, collation: text(
        word, match_type=how, negate_condition=negate, collation=collation
    ),
    WORDS,
    st.sampled_from(["contains", "equals", "starts-with"]),
    st.sampled_from(["yes", "no"]),
    st.sampled_from(["i;octet", "i;ascii-casemap", "i;unicode-casemap"]),
)
WINDOWS = st.builds(
    lambda at, days: span(f"{at:%Y%m%dT%H%M%SZ}", f"{at + timedelta(days=days):%Y%m%dT%H%M%SZ}"),
    TIMES, st.integers(1, 30),
)  # fmt: skip
TESTS = st.sampled_from(["anyof", "allof"])
PROPS = st.one_of(
    st.builds(lambda t: prop("SUMMARY", t), TEXTS),
    st.builds(lambda a, b, test: prop("SUMMARY", a, b, test=test), TEXTS, TEXTS, TESTS),
    st.sampled_from(
        [prop("UID", text(u, collation="i;octet", match_type=m)) for u in ("one", "one,two", "t")
         for m in ("equals", "contains")]
    ),
    st.sampled_from([prop("SUMMARY", param("X-P")), prop("X-NONE"), prop("X-NONE", NOT),
                     prop("SUMMARY", param("X-Q", NOT)), prop("DTSTART")]),
)  # fmt: skip
COMPONENTS = st.builds(
    lambda name, window, props, alarm, test: comp(name, window, *props, alarm, test=test),
    st.sampled_from(["VEVENT", "VTODO", "VJOURNAL"]),
    st.one_of(st.just(""), WINDOWS),
    st.lists(PROPS, max_size=2),
    st.sampled_from(["", ""]),
    TESTS,
)
ALARMED = st.builds(
    lambda alarm: comp("VEVENT", comp("VALARM", alarm)), st.one_of(st.just(NOT), WINDOWS)
)
FILTERS = st.one_of(
    COMPONENTS,
    ALARMED,
    st.just(""),
    st.just(comp("VTODO", NOT)),
    st.builds(lambda a, b: a + b, COMPONENTS, COMPONENTS),
)


def row_of(prepared: Prepared) -> EventRow:
    columns = {"is_draft": 0, "schedule_tag": None, **prepared.columns()}
    return EventRow(**{name: columns.get(name, 0) for name in EventRow._fields})


@given(objects(), FILTERS)
@settings(max_examples=600, deadline=None)
def test_what_matches_is_never_excluded(written, content):
    prepared = prepare(written)
    row, wanted = row_of(prepared), compiled(content)
    expected = Subject(prepared.calendar, UTC).matches(wanted)
    known = plan(wanted)
    start, end = known.window
    excluded = not known.admits(row) or row.starts_at >= end or row.ends_at < start
    if expected:
        assert not excluded
        assert Needles(wanted).are_in(written)
        assert known.uid in {None, prepared.calendar.components[0].text("UID")}
    elif not excluded:
        assert known.answer(row) is not True
    if known.answer(row) is not None and not excluded:
        assert known.answer(row) == expected


MARCH = span("20260301T000000Z", "20260401T000000Z")
MAY = span("20260501T000000Z", "20260601T000000Z")


@pytest.mark.parametrize(
    ("content", "components", "months", "settles"),
    [
        ("", None, None, True),
        (comp("VEVENT"), {"VEVENT"}, None, True),
        (comp("VEVENT", MARCH), {"VEVENT"}, (3, 4), True),
        (comp("VEVENT", MARCH, prop("SUMMARY")), {"VEVENT"}, (3, 4), False),
        (comp("VEVENT", MARCH, prop("SUMMARY"), test="anyof"), {"VEVENT"}, None, False),
        (comp("VEVENT", comp("VALARM", MARCH)), {"VEVENT"}, None, False),
        (comp("VEVENT", NOT), None, None, False),
        (comp("VEVENT", MARCH) + comp("VTODO", NOT), {"VEVENT"}, (3, 4), False),
        (comp("VEVENT", MARCH) + comp("VTODO"), set(), (3, 4), False),
        (comp("VEVENT", MARCH) + prop("VERSION"), {"VEVENT"}, (3, 4), False),
    ],
)
def test_the_index_is_asked_what_it_can_answer(content, components, months, settles):
    known = plan(compiled(content))
    assert known.components == (None if components is None else frozenset(components))
    assert known.settles == settles
    assert known.window == (EVERYTHING if months is None else _months(*months))


def test_of_several_that_may_match_the_index_is_asked_for_all():
    both = comp("VEVENT", MARCH) + comp("VTODO", MAY)
    inside = f'<C:comp-filter name="VCALENDAR" test="anyof">{both}</C:comp-filter>'
    known = plan(raw(f"<C:filter>{inside}</C:filter>"))
    assert known == Plan(frozenset({"VEVENT", "VTODO"}), _months(3, 6))


def _months(first: int, last: int) -> Window:
    start, end = (datetime(2026, month, 1, tzinfo=UTC).timestamp() for month in (first, last))
    return Window(int(start), int(end))

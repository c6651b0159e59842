"""TZ strings of TZif footers (RFC 9636 §3.3), and the RRULEs that say the same."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cyrpy.errors import FormatError
from cyrpy.formats.ical.vtimezone import pieces
from cyrpy.formats.tzif import LocalType, PosixZone, YearlyRule, ZoneData, write
from cyrpy.formats.tzif.posix import parse

HOURS = st.integers(-167, 167)
RULES = st.one_of(
    st.builds(
        lambda month, week, day, hours: YearlyRule("M", month, week, day, 0, hours * 3600),
        st.integers(1, 12),
        st.integers(1, 5),
        st.integers(0, 6),
        HOURS,
    ),
    st.builds(lambda d, h: YearlyRule("J", 0, 0, 0, d, h * 3600), st.integers(1, 365), HOURS),
    st.builds(lambda d, h: YearlyRule("n", 0, 0, 0, d, h * 3600), st.integers(0, 364), HOURS),
)


def test_a_zone_without_rules_has_a_fixed_offset():
    assert parse("<+0545>-5:45") == PosixZone("<+0545>-5:45", LocalType(20700, False, "+0545"))


def test_rules_are_read_with_their_default_time():
    zone = parse("EST5EDT,M3.2.0,M11.1.0/1:30")
    assert zone.daylight is not None
    assert zone.daylight.type == LocalType(-14400, True, "EDT")
    assert zone.daylight.start.seconds == 7200
    assert zone.daylight.end.seconds == 5400


def test_daylight_saving_time_all_year_is_a_fixed_offset():
    assert parse("XXX3EDT4,0/0,J365/23").standard == LocalType(-14400, True, "EDT")
    assert parse("XXX3EDT4,0/0,J365/23").daylight is None


@pytest.mark.parametrize(
    "text",
    ["", "E5", "EST", "EST25", "EST5EDT", "EST5EDT,M13.1.0,M1.1.0", "EST5EDT,J0,J1",
     "EST5EDT,366,1", "EST5EDT,M1.1.0/168,M2.1.0", "EST5EDT,M1.6.0,M2.1.0", "EST5:70"],
)  # fmt: skip
def test_what_is_no_tz_string_is_refused(text):
    with pytest.raises(FormatError):
        parse(text)


@given(st.text(alphabet="ESTD<>+-05,MJ./:0123456789", max_size=40))
def test_no_text_makes_the_parser_fail_otherwise(text):
    try:
        parse(text)
    except FormatError:
        return


@pytest.mark.parametrize(
    "text",
    ["CET-1CEST,M3.5.0,M10.5.0/3", "EET-2EEST,M3.4.4/50,M10.4.4/50", "AAA0BBB,J100/25,J300/-25",
     "AAA0BBB,M2.5.3/26,M9.1.6/-100"],
)  # fmt: skip
def test_offsets_are_those_of_zoneinfo(text):
    footer = parse(text)
    ours = ZoneData(footer.standard, ((0, footer.standard),), footer)
    theirs = ZoneInfo.from_file(io.BytesIO(write(ours)))
    for year in range(1972, 2120):
        for at, before, after in footer.changes(year):
            for instant, wanted in ((at - 1, before), (at, after)):
                moment = datetime.fromtimestamp(instant, UTC).astimezone(theirs)
                assert moment.utcoffset() == timedelta(seconds=wanted.offset)
                assert ours.type_at(instant) == wanted


@pytest.mark.parametrize(
    ("rule", "leap_day", "common_day"),
    [("J59", (2, 28), (2, 28)), ("J60", (3, 1), (3, 1)), ("58", (2, 28), (2, 28)),
     ("59", (2, 29), (3, 1)), ("0", (1, 1), (1, 1))],
)  # fmt: skip
def test_days_of_the_year_are_counted_with_or_without_the_leap_day(rule, leap_day, common_day):
    # zoneinfo of Python 3.11 has J59 and the form without J a day off, so it cannot judge these.
    daylight = parse(f"AAA0BBB,{rule}/0,J300").daylight
    assert daylight is not None
    assert daylight.start.local(2024) == datetime(2024, *leap_day, tzinfo=UTC).timestamp()
    assert daylight.start.local(2023) == datetime(2023, *common_day, tzinfo=UTC).timestamp()


@settings(max_examples=300)
@given(RULES)
def test_recurrence_rules_say_the_same_as_the_rule(rule):
    # Day 358 and 167 hours end inside the year, whatever its length.
    assume(rule.form != "n" or rule.day <= 358)
    first, last = datetime(2000, 1, 1), datetime(2060, 1, 1)
    ours = set()
    for year in range(1999, 2062):
        ours.add(datetime(1970, 1, 1) + timedelta(seconds=rule.local(year)))
    clock = timedelta(seconds=rule.seconds % 86400)
    theirs = [
        again + clock
        for piece in pieces(rule)
        for again in rrulestr(piece.rrule, dtstart=datetime(1999, 1, 1)).between(first, last)
    ]
    assert sorted(theirs) == sorted(moment for moment in ours if first < moment - clock < last)


def test_a_rule_that_no_rrule_can_say_is_refused():
    with pytest.raises(FormatError, match="no RRULE"):
        pieces(YearlyRule("n", 0, 0, 0, 363, 156 * 3600))


def test_old_clients_get_days_of_months_where_a_rule_crosses_into_the_next_month():
    assert pieces(YearlyRule("M", 10, 5, 4, 0, 24 * 3600)) == [
        ("FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=26,27,28,29,30,31;BYDAY=FR", 10),
        ("FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=1;BYDAY=FR", 11),
    ]


def test_leap_years_move_days_without_moving_their_number():
    assert date(2024, 2, 29).timetuple().tm_yday == 60
    assert pieces(YearlyRule("n", 0, 0, 0, 59, 0)) == [("FREQ=YEARLY;BYYEARDAY=60", None)]

"""RRULE as a value (RFC 5545 §3.3.10, RFC 7529)."""

from __future__ import annotations

import pytest

from cyrpy.errors import FormatError
from cyrpy.formats.ical.rule import UnsupportedCalendarScale, parse_rule


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY",
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=20260630T215959Z;BYDAY=MO,WE;WKST=SU",
        "FREQ=YEARLY;UNTIL=20300101;BYMONTH=1,12;BYWEEKNO=-1,53;BYDAY=MO",
        "FREQ=MONTHLY;COUNT=5;BYMONTHDAY=-1,15;BYHOUR=0,9;BYMINUTE=0;BYSECOND=0;BYSETPOS=-1",
        "FREQ=MONTHLY;BYDAY=-1MO,2MO,FR",
        "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD",
    ],
)
def test_is_written_as_it_was_read(text):
    assert str(parse_rule(text)) == text


@pytest.mark.parametrize(
    ("sloppy", "clean"),
    [
        ("freq=daily;count=3;", "FREQ=DAILY;COUNT=3"),
        ("FREQ=WEEKLY;BYDAY=;X-NAME=1; BYDAY=TU ,MO", "FREQ=WEEKLY;BYDAY=MO,TU"),
        ("FREQ=MONTHLY;BYDAY=+1MO", "FREQ=MONTHLY;BYDAY=1MO"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20260101T100000", "FREQ=DAILY;UNTIL=20260101T100000;COUNT=2"),
    ],
)
def test_tolerates_what_clients_write(sloppy, clean):
    assert str(parse_rule(sloppy)) == clean


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "no FREQ"),
        ("FREQ=FORTNIGHTLY", "FREQ=FORTNIGHTLY"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=DAILY;COUNT=-1", "COUNT=-1"),
        ("FREQ=DAILY;COUNT=99999999999", "COUNT=99999999999"),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR has '24'"),
        ("FREQ=DAILY;BYMONTHDAY=0", "BYMONTHDAY has '0'"),
        ("FREQ=MONTHLY;BYDAY=99MO", "99MO"),
        ("FREQ=WEEKLY;WKST=XX", "WKST=XX"),
        ("FREQ=DAILY;BYEASTER=1", "BYEASTER is no part"),
        ("FREQ=MONTHLY;SKIP=FORWARD", "SKIP needs RSCALE"),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=UP", "SKIP=UP"),
        ("FREQ=DAILY;BYSECOND=" + ",".join(["1"] * 1001), "at most 1000"),
    ],
)
def test_names_the_part_that_is_wrong(text, part):
    with pytest.raises(FormatError, match=part):
        parse_rule(text)


def test_another_calendar_is_refused_clearly():
    with pytest.raises(UnsupportedCalendarScale, match="only GREGORIAN"):
        parse_rule("RSCALE=CHINESE;FREQ=YEARLY")

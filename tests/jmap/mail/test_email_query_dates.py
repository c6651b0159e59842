"""Dates in filters of Email/query: those that there are not are refused."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("date", ["2016-02-30T00:00:00Z", "2015-02-29T00:00:00Z", "2016-13-01"])
def test_a_date_that_is_none_is_refused(anna, date):
    error = anna.fail("Email/query", filter={"before": date})
    assert (error["type"], error["arguments"]) == ("invalidArguments", ["filter"])


def test_a_day_that_is_there_every_four_years_is_taken(anna):
    found = anna.call("Email/query", filter={"after": "2016-02-29T00:00:00Z"})
    assert found["ids"] == []


@pytest.mark.parametrize(
    ("filter", "is_found"),
    [
        ({"before": "0000-02-29T00:00:00Z"}, False),
        ({"after": "0000-01-01T00:00:00Z"}, True),
        ({"after": "2016-12-31T23:59:60Z"}, True),
    ],
)
def test_dates_that_calendars_here_do_not_have_are_dates(anna, filter, is_found):
    id = anna.deliver(b"From: a@example.org\r\n\r\nHi\r\n")
    assert (id in anna.call("Email/query", filter=filter)["ids"]) is is_found

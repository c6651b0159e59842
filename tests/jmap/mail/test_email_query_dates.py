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

"""Recurrences made to be costly: what they cost is bounded, in steps, whatever is asked of them."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from cyrpy.errors import FormatError
from cyrpy.formats.ical.budget import MAX_STEPS, Budget, RecurrenceTooComplex
from cyrpy.formats.ical.busy import busy
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.series import Window
from cyrpy.formats.ical.spans import bounds
from cyrpy.formats.ical.subset import CalendarData, part
from cyrpy_caldav import candidates
from cyrpy_caldav.asked import Asked
from cyrpy_caldav.calendar_data import MAX_TOTAL, Allowance
from cyrpy_caldav.candidates import Query
from cyrpy_caldav.filter import Subject
from cyrpy_caldav.needles import Needles
from cyrpy_caldav.plan import plan
from tests.support.icalendar import event, octets, window
from tests.unit.caldav.filters import comp, compiled, matches, prop, span, text

CORPUS = Path(__file__).parents[2] / "corpus" / "hostile" / "rules.txt"
RULES = [line.split(" ", 1) for line in CORPUS.read_text().splitlines() if not line.startswith("#")]
WEEK = ("20260105T000000Z", "20260112T000000Z")
ASKED = {
    "a week": comp("VEVENT", span(*WEEK)),
    "from a time on": comp("VEVENT", span("20260105T000000Z")),
    "until a time": comp("VEVENT", span(end="20260105T000000Z")),
    "all time": comp("VEVENT", span("00010101T000000Z", "99991231T235959Z")),
    "nothing that is there": comp(
        "VEVENT", span("20260105T000000Z"), prop("SUMMARY", text("nothing"))
    ),
    "alarms of a week": comp("VEVENT", comp("VALARM", span(*WEEK))),
}
STEPS = 10_000  # that are granted to one object here
SPANS = [window("2026-01-05", "2026-01-12"), Window()]


def subject(start: str, rule: str) -> Component:
    alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "END:VALARM")
    return event(f"DTSTART:{start}", "DURATION:PT1S", f"RRULE:{rule}", *alarm)


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize(("start", "rule"), RULES)
def test_a_query_ends(start, rule, asked):
    budget = Budget(STEPS)
    try:
        assert matches(subject(start, rule), asked, UTC, budget) in {True, False}
        assert 0 <= budget.left <= STEPS
    except RecurrenceTooComplex:
        assert budget.left < 0
    except FormatError:  # a rule that is none is never stored
        assert "BYEASTER" in rule


@pytest.mark.parametrize("span_of", SPANS)
@pytest.mark.parametrize(("start", "rule"), RULES)
def test_expanding_and_free_busy_end(start, rule, span_of):
    for ask in (
        lambda budget: part(subject(start, rule), CalendarData(expand=span_of), UTC, budget),
        lambda budget: busy(subject(start, rule), span_of, UTC, budget),
    ):
        budget = Budget(STEPS)
        try:
            ask(budget)
            assert 0 <= budget.left <= STEPS
        except RecurrenceTooComplex:
            assert budget.left < 0
        except FormatError:
            assert "BYEASTER" in rule


@pytest.mark.parametrize(("start", "rule"), RULES)
def test_bounds_for_the_index_are_found(start, rule):
    try:
        found = bounds(subject(start, rule))
    except FormatError:
        assert "BYEASTER" in rule
        return
    assert found.start is not None
    assert found.end is None or found.end >= found.start


def test_all_recurrences_of_one_request_together_are_bounded():
    allowance = Allowance()
    wanted = compiled(ASKED["nothing that is there"].replace("nothing", "wanted"))
    query = Query(candidates.Asked(wanted, plan(wanted), Needles(wanted), None), allowance)
    start, rule = RULES[3]
    lines = f"VEVENT\nUID:1\nDTSTART:{start}\nRRULE:{rule}\nSUMMARY:wanted"
    for _ in range(3 * MAX_TOTAL // MAX_STEPS):
        assert query.matches(octets(lines), UTC)  # what cannot be found out is not hidden
    allowance.budget()
    assert allowance.left >= -MAX_STEPS // 10


def test_when_nothing_is_left_what_does_not_recur_is_still_told_apart():
    allowance = Allowance(0)
    wanted = compiled(ASKED["a week"])
    query = Query(candidates.Asked(wanted, plan(wanted), Needles(wanted), None), allowance)
    single = "VEVENT\nUID:1\nDTSTART:{}T100000Z"
    assert query.matches(octets(single.format("20260106")), UTC)
    assert not query.matches(octets(single.format("20260112")), UTC)
    assert not Subject(event("DTSTART:20260112T000000Z"), UTC, Budget(0)).matches(wanted)
    assert Asked().is_whole

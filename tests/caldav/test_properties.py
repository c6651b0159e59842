"""Live properties of calendars."""

from __future__ import annotations

import pytest

from tests.caldav.test_mkcalendar import ZONE
from tests.support.dav import clark


@pytest.fixture
def work(anna) -> str:
    return f"{anna.calendars}Default/"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("D:displayname", "Ärbeit 日本 & <co>"),
        ("C:calendar-description", "for work"),
        ("A:calendar-color", "#abcdef12"),
        ("A:calendar-color", "turquoise"),
        ("A:calendar-order", "2147483647"),
        ("C:calendar-timezone-id", "America/New_York"),
    ],
)
def test_what_is_set_is_what_is_read(anna, work, name, value):
    escaped = value.replace("&", "&amp;").replace("<", "&lt;")
    assert anna.set(work, name, escaped) == 200
    assert anna.get(work, name) == value


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("D:displayname", "x" * 256, 409),
        ("D:displayname", "<X:b/>", 409),
        ("C:calendar-description", "x" * 10_001, 409),
        ("A:calendar-color", "not a color", 409),
        ("A:calendar-order", "first", 409),
        ("A:calendar-order", "-1", 409),
        ("A:calendar-order", "9999999999", 409),
        ("C:calendar-timezone-id", "Mars/Olympus", 403),
        ("C:calendar-timezone", "BEGIN:VCALENDAR", 403),
        ("C:calendar-timezone", "x" * 70_000, 403),
        ("C:calendar-timezone", "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR", 403),
        ("C:schedule-calendar-transp", "<C:maybe/>", 409),
        ("C:supported-calendar-component-set", '<C:comp name="VEVENT"/>', 403),
    ],
)
def test_what_cannot_be_is_refused(anna, work, name, value, status):
    before = anna.propfind(work, name).one.found
    assert anna.set(work, name, value) == status
    assert anna.propfind(work, name).one.found == before


@pytest.mark.parametrize(
    "name", ["C:calendar-description", "A:calendar-color", "C:calendar-timezone-id"]
)
def test_what_is_removed_is_a_404(anna, work, name):
    anna.set(work, name, "Europe/Vienna" if name.endswith("id") else "red")
    assert anna.remove(work, name) == 200
    assert anna.propfind(work, name).one.status_of(name) == 404


def test_calendar_without_a_name_has_that_of_its_url(anna, work):
    anna.set(work, "D:displayname", "Work")
    anna.remove(work, "D:displayname")
    assert anna.get(work, "D:displayname") == "Default"


def test_timezone_is_kept_by_name_and_told_as_vtimezone(anna, work):
    anna.set(work, "C:calendar-timezone", ZONE.replace("\r", "&#13;"))
    text = anna.get(work, "C:calendar-timezone")
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert "\r\nTZID:Europe/Vienna\r\n" in text


def test_timezone_by_any_name_is_known_by_its_rules(anna, work):
    anna.set(work, "C:calendar-timezone", ZONE.replace("Europe/Vienna", "W. Europe Standard Time"))
    assert anna.get(work, "C:calendar-timezone-id").startswith("Europe/")


def test_timezone_that_no_place_has_is_refused(anna, work):
    text = ZONE.replace("Europe/Vienna", "Nowhere").replace("+0200", "+0337")
    assert anna.set(work, "C:calendar-timezone", text.replace("\r", "&#13;")) == 409


def test_transparent_calendar_leaves_its_owner_free(anna, work):
    assert anna.set(work, "C:schedule-calendar-transp", "<C:transparent/>") == 200
    assert anna.get(work, "C:schedule-calendar-transp") == [clark("C:transparent")]
    anna.remove(work, "C:schedule-calendar-transp")
    assert anna.get(work, "C:schedule-calendar-transp") == [clark("C:opaque")]

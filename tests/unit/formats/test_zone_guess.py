"""Guessing which zone a client means, by name and by rule."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.guess import windows_names
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.zones import guess, vtimezone_component
from cyrpy.formats.tzif import release

OUTLOOK = """BEGIN:VCALENDAR
BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T{end}
TZOFFSETFROM:{summer}
TZOFFSETTO:{winter}
RRULE:FREQ=YEARLY;{end_rule}
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T{start}
TZOFFSETFROM:{winter}
TZOFFSETTO:{summer}
RRULE:FREQ=YEARLY;{start_rule}
END:DAYLIGHT
END:VTIMEZONE
END:VCALENDAR
"""


def outlook(**parts: str) -> Component:
    return parse(OUTLOOK.format(**parts).encode()).components[0]


def custom(name: str, **span: datetime) -> Component:
    """The rules of a zone without its name."""
    component = vtimezone_component(name, **span)
    component.properties = [Line("TZID", "", "Custom")]
    return component


def fixed(offset: str) -> Component:
    observance = Component(
        "STANDARD",
        [
            Line("DTSTART", "", "16010101T000000"),
            Line("TZOFFSETFROM", "", offset),
            Line("TZOFFSETTO", "", offset),
        ],
    )
    return Component("VTIMEZONE", [Line("TZID", "", "Custom")], [observance])


@pytest.mark.parametrize(
    ("tzid", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("EUROPE/berlin", "Europe/Berlin"),
        ('"Europe/Berlin"', "Europe/Berlin"),
        ("/freeassociation.sourceforge.net/Europe/Berlin", "Europe/Berlin"),
        ("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "Europe/Berlin"),
        ("/citadel.org/20190914_1/America/Indiana/Knox", "America/Indiana/Knox"),
        ("/softwarestudio.org/Olson_20011030_5/America/New_York", "America/New_York"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("w. europe standard time", "Europe/Berlin"),
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Amsterdam"),
        ("(GMT-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("(UTC) Dublin, Edinburgh, Lisbon, London", "Europe/Dublin"),
        ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "Asia/Kolkata"),
        ("(UTC-03:00) Brasilia", "America/Sao_Paulo"),
        ("(UTC) Coordinated Universal Time", "Etc/UTC"),
        ("GMT+01:00", "Etc/GMT-1"),
        ("UTC-5", "Etc/GMT+5"),
        ("+0000", "Etc/UTC"),
    ],
)
def test_a_name_is_known_without_its_rules(tzid, name):
    assert guess(None, tzid) == name


@pytest.mark.parametrize(
    "tzid", ["", " ", "Custom", "Europe/Atlantis", "(UTC+01:00) Nowhere", "GMT+05:45", "x" * 100000]
)
def test_a_name_that_says_nothing_is_not_guessed_at(tzid):
    assert guess(None, tzid) is None


def test_a_city_counts_only_with_its_offset():
    assert guess(None, "(UTC+09:00) Berlin, Tokyo") == "Asia/Tokyo"


def test_every_windows_name_has_a_zone():
    assert len(windows_names()) > 130
    for windows, name in windows_names().items():
        found = guess(None, windows)
        assert found is not None
        assert release.octets(found) == release.octets(name)


def test_x_lic_location_is_believed_where_the_tzid_is_unknown():
    component = fixed("+0300")
    component.properties.append(Line("X-LIC-LOCATION", "", "Asia/Baghdad"))
    assert guess(component, "Custom") == "Asia/Baghdad"


def test_rules_of_outlook_are_recognized():
    europe = outlook(
        winter="+0100",
        summer="+0200",
        start="020000",
        end="030000",
        start_rule="BYDAY=-1SU;BYMONTH=3",
        end_rule="BYDAY=-1SU;BYMONTH=10",
    )
    assert guess(europe, "Customized Time Zone") == "Europe/Paris"
    assert guess(europe, "Vienna (customized)") == "Europe/Vienna"
    america = outlook(
        winter="-0500",
        summer="-0400",
        start="020000",
        end="020000",
        start_rule="BYDAY=2SU;BYMONTH=3",
        end_rule="BYDAY=1SU;BYMONTH=11",
    )
    assert guess(america, "Eastern") == "America/New_York"


def test_onsets_in_the_wrong_local_time_are_forgiven():
    wrong = outlook(
        winter="+0100",
        summer="+0200",
        start="030000",
        end="020000",
        start_rule="BYDAY=-1SU;BYMONTH=3",
        end_rule="BYDAY=-1SU;BYMONTH=10",
    )
    assert guess(wrong, "Berlin") == "Europe/Berlin"


@pytest.mark.parametrize(
    ("offset", "name"),
    [("+0000", "Etc/UTC"), ("+0300", "Etc/GMT-3"), ("-0500", "Etc/GMT+5"),
     ("+0530", "Asia/Kolkata"), ("+0545", "Asia/Kathmandu"), ("+0123", None)],
)  # fmt: skip
def test_a_fixed_offset_is_named_plainly_where_it_has_a_name(offset, name):
    assert guess(fixed(offset), "Custom") == name


@pytest.mark.parametrize(
    "name", ["America/Chicago", "Africa/Cairo", "Asia/Tokyo", "Australia/Sydney", "Asia/Gaza"]
)
def test_the_rules_of_a_zone_lead_back_to_it(name):
    assert guess(custom(name), "Custom") == name
    assert guess(custom(name, start=datetime(2020, 1, 1, tzinfo=UTC)), "Custom") == name


def test_the_rules_and_a_city_lead_back_to_every_zone():
    for name in release.names():
        area, _, city = name.rpartition("/")
        if area in {"Europe", "Asia", "Africa", "Australia", "Pacific"}:
            found = guess(custom(name), f"My {city.replace('_', ' ')} zone")
            assert found is not None
            assert release.octets(found) == release.octets(name), name


def test_observances_that_cannot_be_read_are_passed_over():
    component = fixed("+0530")
    component.components.append(Component("STANDARD", [Line("DTSTART", "", "soon")]))
    assert guess(component, "Custom") == "Asia/Kolkata"
    assert guess(Component("VTIMEZONE"), "Custom") is None


def test_a_rule_that_ended_long_ago_leaves_what_held_last():
    ended = outlook(
        winter="+0530",
        summer="+0630",
        start="020000",
        end="030000",
        start_rule="BYDAY=-1SU;BYMONTH=3;UNTIL=19990401T000000Z",
        end_rule="BYDAY=-1SU;BYMONTH=10;UNTIL=19991101T000000Z",
    )
    assert guess(ended, "Custom") == "Asia/Kolkata"


@given(
    st.text(max_size=40),
    st.lists(
        st.tuples(
            st.sampled_from(["DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE", "TZNAME"]),
            st.one_of(
                st.text(max_size=30),
                st.sampled_from(
                    ["20200101T000000", "+0100", "99999999", "FREQ=YEARLY;COUNT=99999"]
                ),
                st.builds(
                    "FREQ=YEARLY;BYMONTH={};BYDAY={}SU;INTERVAL={}".format,
                    st.integers(-5, 99),
                    st.integers(-99, 99),
                    st.integers(-3, 10**9),
                ),
            ),
        ),
        max_size=6,
    ),
)
def test_no_component_makes_the_guess_fail(tzid, lines):
    observance = Component("DAYLIGHT", [Line(name, "", value) for name, value in lines])
    guess(Component("VTIMEZONE", [], [observance]), tzid)

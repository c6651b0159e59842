"""What real clients write, as JSCalendar and back."""

from __future__ import annotations

from pathlib import Path

import icalendar
import orjson
import pytest

from cyrpy.formats.ical.parse import parse, parse_stream
from cyrpy.formats.ical.write import write, write_utf8
from cyrpy.formats.jscalendar import from_ical, schema, to_ical
from cyrpy.formats.jscalendar.restore import stripped
from cyrpy.formats.pointer import apply

FOLDER = Path(__file__).parents[2] / "corpus"
EXPECTED = sorted((FOLDER / "jscalendar").glob("*.ics"))
ALL = [*EXPECTED, *sorted((FOLDER / "ical").glob("*.ics"))]


def objects(path: Path):
    """Each object of a file with the VCALENDAR that it is in."""
    for calendar in parse_stream(path.read_bytes()):
        for one in from_ical.objects(calendar):
            yield calendar, one


def lines(calendar):
    return [
        line.written()
        for component in calendar.walk()
        for line in component.properties
        if line.name != "SUMMARY"
    ]


def errors(calendar: icalendar.Calendar) -> set[str]:
    return {error[0] for component in calendar.walk() for error in component.errors}


def mended(path: Path) -> bytes:
    return write_utf8(parse_stream(path.read_bytes())[0])


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_is_converted_as_expected(path):
    found = from_ical.objects(parse(path.read_bytes()), with_method=True)
    assert found == orjson.loads(path.with_suffix(".json").read_bytes())


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_gives_valid_objects(path):
    for _, one in objects(path):
        assert schema.problems(one, one["@type"]) == []


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_did_not_change_is_not_touched(path):
    for calendar, one in objects(path):
        assert to_ical.apply(calendar, one) is calendar
        assert to_ical.apply(calendar, stripped(one)) is calendar


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_new_title_changes_the_lines_of_titles_only(path):
    for calendar, one in objects(path):
        made = to_ical.apply(calendar, apply(stripped(one), {"title": "Changed"}))
        assert lines(made) == lines(calendar)
        assert from_ical.objects(made)[0]["title"] == "Changed" or "recurrenceId" in one


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_comes_back_from_an_object_made_anew(path):
    for _, one in objects(path):
        octets = write(to_ical.apply(None, one))
        assert from_ical.objects(parse(octets)) == [one]
        again = icalendar.Calendar.from_ical(octets)
        assert len(again.walk("VEVENT") + again.walk("VTODO")) >= 1
        assert errors(again) <= errors(icalendar.Calendar.from_ical(mended(path)))

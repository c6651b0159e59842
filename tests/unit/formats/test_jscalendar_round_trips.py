"""iCalendar to JSCalendar and back, over whatever a client may write."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.write import write
from cyrpy.formats.jscalendar import from_ical, schema, to_ical
from cyrpy.formats.jscalendar.restore import stripped
from cyrpy.formats.pointer import apply, diff

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
WORD = st.sampled_from(["a", "B-2", "x_1", "9", "é", "{}", "a/b", "a~b", "http://e.org/x"])
DATE = st.sampled_from(["20260105", "20260112", "20261231"])
TIME = st.sampled_from(["20260105T090000", "20260329T023000", "20261025T023000", "19700101T000000"])
UTC = TIME.map(lambda text: text + "Z")
TZID = st.sampled_from(["Europe/Vienna", "W. Europe Standard Time", "america/new_york", "Nowhere"])
DURATION = st.sampled_from(["PT1H", "P1D", "P2W", "PT36H", "-PT15M", "P1DT1H", "PT0S", "rubbish"])
ADDRESS = st.sampled_from(
    ["mailto:a@example.org", "MAILTO:A@example.org", "mailto:b@example.org", "urn:uuid:1", "c", ""]
)
RULE = st.sampled_from(
    [
        "FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=MO,-1FR;WKST=SU;UNTIL=20260301T000000Z",
        "FREQ=YEARLY;BYMONTH=2,10;BYMONTHDAY=-1;COUNT=3;INTERVAL=2",
        "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;SKIP=FORWARD",
        "FREQ=MONTHLY;BYSETPOS=-1;BYHOUR=9;UNTIL=20260301",
        "FREQ=SOMETIMES",
    ]
)


def lines(name: str, value: st.SearchStrategy[str], *params: str) -> st.SearchStrategy[Line]:
    names = st.sampled_from([*params, "X-FOO", "JSID", "LANGUAGE", "DERIVED"])
    given_params = st.dictionaries(names, st.sampled_from(["TRUE", "x1", "a,b", "CHAIR", "é"]))
    return st.builds(Line.of, st.just(name), value, st.just({}) | given_params)


def moments(name: str) -> st.SearchStrategy[Line]:
    return st.one_of(
        st.builds(lambda v: Line.of(name, v, {"VALUE": "DATE"}), DATE),
        st.builds(Line.of, st.just(name), UTC | TIME | st.just("rubbish")),
        st.builds(lambda v, zone: Line.of(name, v, {"TZID": zone}), TIME, TZID),
    )


PEOPLE = ("CN", "ROLE", "PARTSTAT", "RSVP", "CUTYPE", "SENT-BY", "MEMBER", "EMAIL", "X-NUM")
TEXTS = st.one_of(
    *(lines(name, TEXT) for name in ("SUMMARY", "DESCRIPTION", "LOCATION", "STYLED-DESCRIPTION")),
    lines("CATEGORIES", TEXT),
    lines("COLOR", st.sampled_from(["red", "#112233", "nonsense"])),
    lines("STATUS", st.sampled_from(["CONFIRMED", "completed", "CANCELLED", "X"])),
    lines("CLASS", st.sampled_from(["PUBLIC", "PRIVATE", "X-SECRET"])),
    lines("TRANSP", st.sampled_from(["OPAQUE", "transparent", "X"])),
    lines("PRIORITY", st.sampled_from(["0", "9", "10", "x"])),
    lines("SEQUENCE", st.sampled_from(["0", "17", "-1"])),
    lines("GEO", st.sampled_from(["1.5;-2.5", "+3;4", "x", "1"])),
    lines("RELATED-TO", WORD, "RELTYPE", "GAP"),
    lines("X-ANY", TEXT),
    lines("REQUEST-STATUS", st.sampled_from(["2.0;ok", "3.1;a\\;b;c"])),
)
OTHERS = st.one_of(
    lines("ATTENDEE", ADDRESS, *PEOPLE),
    lines("ORGANIZER", ADDRESS, *PEOPLE),
    lines("ATTACH", WORD, "FMTTYPE", "SIZE", "FILENAME"),
    lines("URL", WORD),
    lines("IMAGE", WORD, "DISPLAY"),
    lines("LINK", WORD, "LINKREL", "LABEL"),
    lines("CONFERENCE", WORD, "FEATURE", "LABEL"),
    lines("CONCEPT", WORD),
    lines("DURATION", DURATION),
    lines("PERCENT-COMPLETE", st.sampled_from(["50", "101"])),
    lines("COMPLETED", UTC),
    lines("JSPROP", st.sampled_from(['"a"', "1", "{", "{}"])),
    moments("DTEND"),
    moments("DUE"),
    moments("RDATE"),
    moments("EXDATE"),
    lines("RDATE", st.sampled_from(["20260107T090000Z/PT2H", "20260108T090000/20260109T090000"])),
)
TRIGGER = lines("TRIGGER", DURATION | UTC | TIME, "RELATED")
ALARM_LINES = st.one_of(
    lines("ACTION", st.sampled_from(["DISPLAY", "EMAIL", "AUDIO", "NONE"])),
    lines("DESCRIPTION", TEXT),
    lines("UID", WORD),
    lines("ACKNOWLEDGED", UTC),
    lines("RELATED-TO", WORD, "RELTYPE"),
)
ALARMS = st.builds(
    lambda trigger, rest: Component("VALARM", [trigger, *rest]),
    TRIGGER,
    st.lists(ALARM_LINES, max_size=4),
)
PLACES = st.builds(
    lambda rest: Component("VLOCATION", rest),
    st.lists(
        st.one_of(lines("UID", WORD), lines("NAME", TEXT), lines("LOCATION-TYPE", WORD), TEXTS),
        max_size=4,
    ),
)
PERSONS = st.builds(
    lambda rest: Component("PARTICIPANT", rest),
    st.lists(
        st.one_of(lines("UID", WORD), lines("CALENDAR-ADDRESS", ADDRESS), TEXTS),
        min_size=1,
        max_size=4,
    ),
)
INSIDE = st.lists(st.one_of(ALARMS, PLACES, PERSONS, ALARMS.map(lambda a: a)), max_size=3)


@st.composite
def calendars(draw) -> Component:
    kind = draw(st.sampled_from(["VEVENT", "VTODO"]))
    fixed = [Line("UID", "", "uid-1"), Line("DTSTAMP", "", "20260101T000000Z")]
    start = draw(st.lists(moments("DTSTART"), max_size=1))
    rule = draw(st.lists(lines("RRULE", RULE), max_size=1))
    rest = draw(st.lists(TEXTS | OTHERS, max_size=6))
    master = Component(kind, [*fixed, *start, *rule, *rest], draw(INSIDE))
    overrides = []
    if start:
        for rid in draw(st.lists(moments("RECURRENCE-ID"), max_size=2)):
            other = draw(st.lists(moments("DTSTART"), min_size=1, max_size=1))
            own = draw(st.lists(TEXTS | OTHERS, max_size=3))
            own = [line for line in own if line.name != "ORGANIZER"]  # it is that of the master
            overrides.append(Component(kind, [*fixed, rid, *other, *own], draw(INSIDE)))
    head = [Line("VERSION", "", "2.0"), Line("PRODID", "", "-//x//EN")]
    return parse(write(Component("VCALENDAR", head, [master, *overrides])))


HARD = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@HARD
@given(calendars())
def test_whatever_is_read_and_not_changed_stays_as_it_is(calendar):
    for one in from_ical.objects(calendar):
        assert to_ical.apply(calendar, one) is calendar
        assert to_ical.apply(calendar, stripped(one)) is calendar


@HARD
@given(calendars())
def test_what_is_written_anew_reads_the_same(calendar):
    first = from_ical.objects(calendar)
    second = [from_ical.objects(parse(write(to_ical.apply(None, one))))[0] for one in first]
    assert [diff(a, b) for a, b in zip(first, second, strict=True)] == [{} for _ in first]


CHANGES = st.sampled_from(
    [
        {"title": "Changed"},
        {"description": "Changed"},
        {"priority": 3},
        {"color": "green"},
        {"keywords": {"new": True}},
        {"privacy": "private"},
        {"sequence": 99},
        {"alerts": {"new": {"@type": "Alert", "trigger": {"offset": "PT5M"}}}},
        {"alerts": None},
        {"links": {"l": {"@type": "Link", "href": "https://example.org/"}}},
        {"participants": None},
        {"locations": {"p": {"@type": "Location", "name": "Here"}}},
        {"relatedTo": {"other": {"@type": "Relation"}}},
        {"example.org:vendor": {"a": [1, None]}},
        {"virtualLocations": {"v": {"@type": "VirtualLocation", "uri": "tel:+1"}}},
    ]
)


@HARD
@given(calendars(), CHANGES, st.booleans())
def test_a_change_changes_what_it_says_and_nothing_else(calendar, change, is_partial):
    before = from_ical.objects(calendar)[0]
    shown = stripped(before) if is_partial else dict(before)
    if any(value is None or isinstance(value, dict) for value in change.values()):
        shown.pop("recurrenceOverrides", None)  # whose patches may go into what is replaced
    event = apply(shown, change)
    made = to_ical.apply(calendar, event)
    after = stripped(from_ical.objects(parse(write(made)))[0])
    changed = {pointer.partition("/")[0] for pointer in diff(stripped(before), after)}
    assert changed <= change.keys() | {"recurrenceOverrides", "sentBy", *implied(change)}
    for name, value in change.items():
        expected = value if value is not None else None
        assert subset(expected, after.get(name)), (expected, after.get(name))


def implied(change: dict) -> set[str]:
    """An organizer without participants is one again; links to a place vanish with it."""
    return {"mainLocationId"} if "locations" in change else set()


def subset(wanted: object, found: object) -> bool:
    if wanted is None:
        return found is None or isinstance(found, dict)
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(key in found and subset(wanted[key], found[key]) for key in wanted)
    return wanted == found


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
WORDS = """@type uid start due duration timeZone endTimeZone showWithoutTime title locale
    description descriptionContentType recurrenceRule recurrenceOverrides recurrenceId participants
    locations mainLocationId virtualLocations links alerts keywords categories relatedTo priority
    privacy status progress created updated sequence color iCalendar organizerCalendarAddress
    sentBy method prodId"""
NAMES = st.sampled_from(WORDS.split())
HOSTILE = st.builds(
    lambda values, more: {
        "@type": "Event",
        "uid": "u",
        "start": "2026-01-05T09:00:00",
        "updated": "2026-01-01T00:00:00Z",
        **values,
        **more,
    },
    st.dictionaries(NAMES, JSON, max_size=4),
    st.dictionaries(
        st.sampled_from(["participants", "locations", "links", "alerts", "recurrenceOverrides"]),
        st.dictionaries(
            st.sampled_from(["a", "2026-01-06T09:00:00"]),
            st.dictionaries(st.text(max_size=5) | NAMES, JSON, max_size=2),
        ),
    ),
)


@HARD
@given(HOSTILE)
def test_whatever_json_there_is_it_is_written_or_refused(event):
    schema.problems(event)
    try:
        made = to_ical.apply(None, event)
    except FormatError:
        return
    parse(write(made))


@HARD
@given(HOSTILE)
def test_what_is_valid_can_be_written_and_says_the_same(event):
    if schema.problems(event):
        return
    made = to_ical.apply(None, event)
    again = from_ical.objects(parse(write(made)))[0]
    assert again["uid"] == event["uid"]
    assert again["start"] == event["start"]

"""What calendars tell of themselves: limits, forms, features; subscriptions and default alarms."""

from __future__ import annotations

import pytest

from cyrpy.data import calendars as rows
from cyrpy.formats.ical.parse import parse
from cyrpy.groupware import calendars
from cyrpy.groupware.access import Actor
from tests.caldav.test_caldav_query import event
from tests.support.dav import Server, clark, tree
from tests.support.icalendar import octets


@pytest.fixture
def work(anna) -> str:
    return f"{anna.calendars}Default/"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("C:max-resource-size", str(10 << 20)),
        ("C:min-date-time", "00010101T000000Z"),
        ("C:max-date-time", "99991231T235959Z"),
        ("C:max-attendees-per-instance", "1000"),
        ("C:supported-rscale-set", [(clark("C:supported-rscale"), "GREGORIAN")]),
        (
            "C:supported-collation-set",
            [
                (clark("C:supported-collation"), name)
                for name in ("i;ascii-casemap", "i;octet", "i;unicode-casemap")
            ],
        ),
    ],
)
def test_limits_are_told(anna, work, name, value):
    assert anna.get(work, name) == value
    assert anna.set(work, name, "1") == 403


def test_there_is_no_limit_of_instances(anna, work):
    assert anna.propfind(work, "C:max-instances").one.status_of("C:max-instances") == 404


def test_forms_of_calendar_data_are_told(anna, work):
    answer = anna.propfind(work, "C:supported-calendar-data")
    found = answer.root.iter(clark("C:calendar-data"))
    assert [(each.get("content-type"), each.get("version")) for each in found] == [
        ("text/calendar", "2.0"),
        ("application/calendar+json", "2.0"),
        ("application/calendar+xml", "2.0"),
        ("application/jscalendar+json", "2.0"),
    ]


def test_a_home_tells_what_its_calendars_may_be_limited_to(anna):
    answer = anna.propfind(anna.calendars, "C:supported-calendar-component-sets")
    sets = [
        [comp.get("name") for comp in each]
        for each in answer.root.iter(clark("C:supported-calendar-component-set"))
    ]
    assert ["VEVENT"] in sets
    assert ["VTODO"] in sets
    assert len(sets[-1]) == len(sets) - 1


@pytest.mark.parametrize(
    ("modules", "status"), [("jmap caldav tzdist", 200), ("caldav carddav", 404)]
)
def test_time_zone_service_is_told_where_there_is_one(database, tmp_path, modules, status):
    anna = Server(database, tmp_path, httpmodules=modules.split()).client("anna")
    name = "C:timezone-service-set"
    for url in (anna.calendars, f"{anna.calendars}Default/"):
        found = anna.propfind(url, name).one
        assert found.status_of(name) == status
        if status == 200:
            assert found[name] == ["/tzdist/"]


@pytest.mark.parametrize(
    "feature",
    ["calendar-access", "calendar-query-extended", "calendar-no-timezone",
     "calendar-managed-attachments"],
)  # fmt: skip
def test_features_are_told(anna, work, feature):
    assert feature in anna.request("OPTIONS", work).headers["dav"].split(", ")


@pytest.mark.parametrize("name", ["C:calendar-query", "C:calendar-multiget", "C:free-busy-query"])
def test_reports_are_told(anna, work, name):
    answer = anna.propfind(work, "D:supported-report-set")
    assert list(answer.root.iter(clark(name)))


# Time zones by reference (RFC 7809)


def test_get_gives_time_zones_as_the_client_wants_them(anna, work):
    bare = event("bare", "DTSTART;TZID=America/New_York:20260105T100000")
    url = f"{work}bare.ics"
    assert anna.request("PUT", url, bare).status == 201
    assert anna.request("GET", url).body == bare
    full = anna.request("GET", url, headers={"caldav-timezones": "T"}).body
    assert [z.value("TZID") for z in parse(full).named("VTIMEZONE")] == ["America/New_York"]
    assert anna.request("PUT", url, full).status == 204
    assert anna.request("GET", url).body == full
    short = anna.request("GET", url, headers={"caldav-timezones": "F"}).body
    assert parse(short).named("VTIMEZONE") == []
    assert anna.request("GET", url, headers={"caldav-timezones": "?"}).status == 400


def test_time_zones_of_clients_own_are_never_left_out(anna, work):
    own = octets(
        "VTIMEZONE\nTZID:Mine\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
        "TZOFFSETFROM:+0337\nTZOFFSETTO:+0337\nEND:STANDARD",
        "VEVENT\nUID:own\nDTSTAMP:20260101T000000Z\nDTSTART;TZID=Mine:20260105T100000",
    )
    url = f"{work}own.ics"
    assert anna.request("PUT", url, own).status == 201
    assert anna.request("GET", url, headers={"caldav-timezones": "F"}).body == own


# Default alarms

ALARM = (
    "BEGIN:VALARM&#13;\nUID:1-2&#13;\nX-WR-ALARMUID:1-2&#13;\nTRIGGER:-PT15M&#13;\n"
    "ATTACH;VALUE=URI:Basso&#13;\nACTION:AUDIO&#13;\nEND:VALARM&#13;\n"
)
NAMES = ["C:default-alarm-vevent-datetime", "C:default-alarm-vevent-date"]


def alerts(anna, column: str) -> str | None:
    with anna.server.core.database.read() as unit:
        (row,) = unit.all(rows.ALL, account_id=anna.row.id)
    return getattr(row, column)


@pytest.mark.parametrize(
    ("name", "column"), [(NAMES[0], "alerts_with_time"), (NAMES[1], "alerts_without_time")]
)
def test_default_alarms_are_kept_as_written_and_known_to_jmap(anna, work, name, column):
    assert anna.propfind(work, name).one.status_of(name) == 404
    assert anna.set(work, name, ALARM) == 200
    assert anna.get(work, name) == ALARM.replace("&#13;", "\r")
    assert alerts(anna, column) == (
        '{"1-2":{"@type":"Alert","trigger":{"@type":"OffsetTrigger","offset":"-PT15M",'
        '"relativeTo":"start"},"action":"display"}}'
    )
    assert anna.remove(work, name) == 200
    assert anna.propfind(work, name).one.status_of(name) == 404
    assert alerts(anna, column) is None


def test_default_alarms_of_jmap_are_told_as_valarm(anna, work):
    anna.set(work, NAMES[0], ALARM)

    def change(unit):
        actor = Actor(anna.row.id, frozenset({anna.row.id}))
        (view,) = calendars.visible(unit, anna.row.id, actor)
        text = (
            '{"a":{"@type":"Alert","action":"email","trigger":{"@type":"OffsetTrigger",'
            '"offset":"PT1H","relativeTo":"end"}},'
            '"b":{"@type":"Alert","trigger":{"@type":"AbsoluteTrigger",'
            '"when":"2026-01-05T10:00:00Z"}}}'
        )
        calendars.update(unit, view, actor, {"alerts_with_time": text})

    anna.server.core.database.write(change, [anna.row.id])
    text = anna.get(work, NAMES[0])
    assert "TRIGGER;RELATED=END:PT1H\r\n" in text
    assert "ACTION:EMAIL\r\n" in text
    assert "TRIGGER;VALUE=DATE-TIME:20260105T100000Z\r\n" in text
    assert anna.set(work, NAMES[0], text.replace("\r", "&#13;")) == 200


def test_no_alarm_can_be_the_default(anna, work):
    assert anna.set(work, NAMES[0], "") == 200
    assert anna.get(work, NAMES[0]) == ""


@pytest.mark.parametrize(
    "value",
    ["never", "BEGIN:VEVENT\nEND:VEVENT", "BEGIN:VALARM\nTRIGGER:soon\nEND:VALARM", "x" * 20_000,
     "SUMMARY:x\nBEGIN:VALARM\nTRIGGER:PT0S\nEND:VALARM"],
)  # fmt: skip
def test_what_is_no_alarm_is_refused(anna, work, value):
    assert anna.set(work, NAMES[0], value) == 403
    assert anna.propfind(work, NAMES[0]).one.status_of(NAMES[0]) == 404


# Subscriptions

SOURCE = "<CS:source><D:href>webcal://example.com/moon.ics</D:href></CS:source>"
TYPE = "<D:resourcetype><D:collection/><CS:subscribed/></D:resourcetype>"


@pytest.mark.parametrize(("method", "root"), [("MKCOL", "D:mkcol"), ("MKCALENDAR", "C:mkcalendar")])
def test_subscriptions_are_made_with_their_source(anna, method, root):
    url = f"{anna.calendars}moon/"
    more = "<CS:subscribed-strip-alarms/><A:refreshrate>P1D</A:refreshrate>"
    content = f"<D:set><D:prop>{TYPE}{SOURCE}{more}</D:prop></D:set>"
    assert anna.request(method, url, tree(root, content)).status == 201
    found = anna.propfind(
        url, "D:resourcetype", "CS:source", "CS:subscribed-strip-alarms", "A:refreshrate"
    ).one
    assert found["D:resourcetype"] == [clark("D:collection"), clark("CS:subscribed")]
    assert found["CS:source"] == ["webcal://example.com/moon.ics"]
    assert found["CS:subscribed-strip-alarms"] == ""
    assert found["A:refreshrate"] == "P1D"
    moved = "<D:href>https://example.com/sun.ics</D:href>"
    assert anna.set(url, "CS:source", moved) == 200
    assert anna.get(url, "CS:source") == ["https://example.com/sun.ics"]
    assert anna.remove(url, "CS:source") == 403
    assert anna.request("DELETE", url).status == 204


@pytest.mark.parametrize(
    "content",
    [
        TYPE,
        TYPE + SOURCE.replace("webcal", "file"),
        TYPE + "<CS:source/>",
        TYPE + "<CS:source>http://example.com/</CS:source>",
        SOURCE,
    ],
)
def test_subscriptions_without_a_source_are_not_made(anna, content):
    url = f"{anna.calendars}moon/"
    body = tree("D:mkcol", f"<D:set><D:prop>{content}</D:prop></D:set>")
    assert anna.request("MKCOL", url, body).status in {403, 424}
    assert anna.propfind(url, "D:resourcetype").status == 404


def test_calendars_do_not_become_subscriptions(anna, work):
    source = "<D:href>webcal://example.com/moon.ics</D:href>"
    assert anna.set(work, "CS:source", source) == 403
    assert clark("C:calendar") in anna.get(work, "D:resourcetype")


# What calendars refuse because they said so


def test_calendar_scales_that_are_not_told_are_refused(anna, work):
    chinese = event("cny", "DTSTART;VALUE=DATE:20260217", "RRULE:RSCALE=CHINESE;FREQ=YEARLY")
    answer = anna.request("PUT", f"{work}cny.ics", chinese)
    assert (answer.status, answer.condition) == (403, clark("C:supported-rscale"))
    gregorian = chinese.replace(b"CHINESE", b"GREGORIAN")
    assert anna.request("PUT", f"{work}cny.ics", gregorian).status == 201


def test_more_attendees_than_are_told_are_refused(database, tmp_path):
    anna = Server(database, tmp_path, limits={"max_attendees": 2}).client("anna")
    work = f"{anna.calendars}Default/"
    assert anna.get(work, "C:max-attendees-per-instance") == "2"
    guests = [f"ATTENDEE:mailto:guest{n}@elsewhere.example" for n in range(3)]
    many = event("many", "DTSTART:20260105T100000Z", *guests)
    answer = anna.request("PUT", f"{work}many.ics", many)
    assert (answer.status, answer.condition) == (403, clark("C:max-attendees-per-instance"))
    few = event("many", "DTSTART:20260105T100000Z", *guests[:2])
    assert anna.request("PUT", f"{work}many.ics", few).status == 201


def test_larger_objects_than_are_told_are_refused(database, tmp_path):
    anna = Server(database, tmp_path, limits={"max_resource_size": 2048}).client("anna")
    work = f"{anna.calendars}Default/"
    assert anna.get(work, "C:max-resource-size") == "2048"
    large = event("large", "DTSTART:20260105T100000Z", "DESCRIPTION:" + "x" * 2048)
    answer = anna.request("PUT", f"{work}large.ics", large)
    assert (answer.status, answer.condition) == (403, clark("C:max-resource-size"))


def test_expansion_reads_floating_times_in_the_zone_of_the_calendar(anna, work):
    url = f"{work}floating.ics"
    daily = event("floating", "DTSTART:20260105T100000", "DURATION:PT1H", "RRULE:FREQ=DAILY")
    assert anna.request("PUT", url, daily).status == 201
    span = 'start="20260110T150000Z" end="20260110T153000Z"'
    body = tree(
        "C:calendar-multiget",
        f"<D:prop><C:calendar-data><C:expand {span}/></C:calendar-data></D:prop>"
        f"<D:href>{url}</D:href>",
    )

    def instances() -> list[str | None]:
        text = anna.request("REPORT", work, body).one["C:calendar-data"]
        return [part.value("DTSTART") for part in parse(text.encode()).components]

    assert instances() == []
    anna.set(work, "C:calendar-timezone-id", "America/New_York")
    assert instances() == ["20260110T100000"]

"""Bugs that other servers had (CalDAV and the objects of it), each as what must be so here."""

from __future__ import annotations

import pytest

from cyrpy.formats.ical.parse import parse
from tests.support.dav import clark, prop, tree
from tests.support.davwire import WireClient, joined
from tests.support.events import event, made, multiget, names_in, put, todo
from tests.support.icalendar import octets
from tests.support.process import Process

WEEK = ("20260105T000000Z", "20260112T000000Z")
DAILY = "VEVENT\nUID:s\nDTSTAMP:20260101T000000Z\nDTSTART:20260105T100000Z\nDURATION:PT1H\n"
ODD = {
    "overrides alone": octets(
        "VEVENT\nUID:o\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID:20260105T100000Z\n"
        "DTSTART:20260106T110000Z\nDURATION:PT1H"
    ),
    "override with a rule": octets(
        f"{DAILY}RRULE:FREQ=DAILY;COUNT=3",
        "VEVENT\nUID:s\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID:20260106T100000Z\n"
        "DTSTART:20260106T110000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY",
    ),
    "override of no instance": octets(
        f"{DAILY}RRULE:FREQ=DAILY;COUNT=3",
        "VEVENT\nUID:s\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID:20260107T123456Z\n"
        "DTSTART:20260107T130000Z\nDURATION:PT1H",
    ),
    "no instance left": octets(f"{DAILY}RRULE:FREQ=DAILY;COUNT=1\nEXDATE:20260105T100000Z"),
    "rule that never holds": octets(f"{DAILY}RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
    "end at the start": octets(
        "VEVENT\nUID:e\nDTSTAMP:20260101T000000Z\nDTSTART:20260106T100000Z\nDTEND:20260106T100000Z"
    ),
    "no end": octets("VEVENT\nUID:n\nDTSTAMP:20260101T000000Z\nDTSTART:20260106T100000Z"),
    "all future instances": octets(
        f"{DAILY}RRULE:FREQ=DAILY;COUNT=5",
        "VEVENT\nUID:s\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID;RANGE=THISANDFUTURE:"
        "20260107T100000Z\nDTSTART:20260107T120000Z\nDURATION:PT1H",
    ),
}


@pytest.fixture
def work(anna) -> str:
    url = f"{anna.calendars}work/"
    assert anna.request("MKCALENDAR", url).status == 201
    return url


def span(start: str, end: str) -> str:
    return (
        '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
        f'<C:time-range start="{start}" end="{end}"/>'
        "</C:comp-filter></C:comp-filter></C:filter>"
    )


def expanded(client, url: str, start: str, end: str) -> dict[str, list[tuple[str, str]]]:
    """RECURRENCE-ID and DTSTART of all instances in a span, by href."""
    data = f'<C:calendar-data><C:expand start="{start}" end="{end}"/></C:calendar-data>'
    content = f"<D:prop><D:getetag/>{data}</D:prop>{span(start, end)}"
    found = client.report(url, "C:calendar-query", content, depth="1").responses
    return {
        href: [
            (c.value("RECURRENCE-ID") or "", c.value("DTSTART") or "")
            for c in parse(response["C:calendar-data"].encode()).components
        ]
        for href, response in found.items()
    }


@pytest.mark.parametrize("sent", ODD.values(), ids=ODD)
def test_an_odd_object_is_stored_and_harms_no_other(anna, work, sent):
    """Radicale#715, #1635; Baikal#1053; Cyrus refuses events without an end."""
    made(anna, f"{work}good.ics", event("good", "DTSTART:20260105T080000Z", "DURATION:PT1H"))
    made(anna, f"{work}odd.ics", sent)
    assert anna.request("GET", f"{work}odd.ics").body == sent
    assert names_in(anna, work) == {"good.ics", "odd.ics"}
    assert set(anna.sync(work).responses) == {f"{work}good.ics", f"{work}odd.ics"}
    assert expanded(anna, work, *WEEK)[f"{work}good.ics"] == [("", "20260105T080000Z")]
    query = f'<C:time-range start="{WEEK[0]}" end="{WEEK[1]}"/>'
    assert anna.report(work, "C:free-busy-query", query, depth="1").status == 200
    assert put(anna, f"{work}odd.ics", sent.replace(b"END:VEVENT", b"X-A:1\r\nEND:VEVENT", 1)
               ).status == 204  # fmt: skip
    assert anna.request("DELETE", f"{work}odd.ics").status == 204


def test_an_invitation_to_one_instance_is_found_when_it_is(anna, work):
    made(anna, f"{work}odd.ics", ODD["overrides alone"])
    assert expanded(anna, work, *WEEK) == {
        f"{work}odd.ics": [("20260105T100000Z", "20260106T110000Z")]
    }
    assert expanded(anna, work, "20260105T000000Z", "20260106T000000Z") == {}


def test_expansion_is_of_overrides_too_and_in_utc_and_inside_the_span(anna, work):
    """Radicale#1618, #1616, #1812."""
    zone = "TZID=Europe/Vienna"
    series = octets(
        f"VEVENT\nUID:s\nDTSTAMP:20260101T000000Z\nDTSTART;{zone}:20260105T100000\n"
        "DURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=10",
        f"VEVENT\nUID:s\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID;{zone}:20260106T100000\n"
        f"DTSTART;{zone}:20260106T150000\nDURATION:PT1H",
        f"VEVENT\nUID:s\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID;{zone}:20260107T100000\n"
        f"DTSTART;{zone}:20260201T100000\nDURATION:PT1H",
        f"VEVENT\nUID:s\nDTSTAMP:20260101T000000Z\nRECURRENCE-ID;{zone}:20260114T100000\n"
        f"DTSTART;{zone}:20260108T200000\nDURATION:PT1H",
    )
    made(anna, f"{work}s.ics", series)
    found = expanded(anna, work, "20260106T000000Z", "20260109T000000Z")
    assert sorted(found[f"{work}s.ics"]) == [
        ("20260106T090000Z", "20260106T140000Z"),
        ("20260108T090000Z", "20260108T090000Z"),
        ("20260114T090000Z", "20260108T190000Z"),
    ]


def test_this_and_all_future_events_of_apple_calendar_are_two_series(anna, work):
    """Baikal#1220: the series ends, a second one begins under a UID of its own."""
    series = event("s", "DTSTART:20260105T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=10")
    tag = made(anna, f"{work}s.ics", series).headers["etag"]
    ended = series.replace(b"COUNT=10", b"UNTIL=20260107T235959Z")
    assert put(anna, f"{work}s.ics", ended, if_match=tag).status == 204
    rest = event("s2", "DTSTART:20260108T120000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=7",
                 "RELATED-TO;RELTYPE=SIBLING:s")  # fmt: skip
    made(anna, f"{work}s2.ics", rest, if_none_match="*")
    found = expanded(anna, work, *WEEK)
    assert [len(found[f"{work}{name}.ics"]) for name in ("s", "s2")] == [3, 4]
    assert anna.request("DELETE", f"{work}s.ics").status == 204
    assert list(expanded(anna, work, *WEEK)) == [f"{work}s2.ics"]


def test_what_never_ends_is_found_after_many_years(anna, work):
    """Stalwart lost recurring events from time ranges some years on."""
    rule = "RRULE:FREQ=YEARLY"
    made(anna, f"{work}s.ics", event("s", "DTSTART:19800105T100000Z", "DURATION:PT1H", rule))
    found = expanded(anna, work, "20860101T000000Z", "20860201T000000Z")
    assert found == {f"{work}s.ics": [("20860105T100000Z", "20860105T100000Z")]}


def test_windows_names_of_zones_mean_the_right_hour(anna, work):
    """Stalwart#2213, davmail#357."""
    start = "DTSTART;TZID=W. Europe Standard Time:20260706T100000"
    body = event("w", start, "DURATION:PT1H")
    made(anna, f"{work}w.ics", body)
    found = expanded(anna, work, "20260706T080000Z", "20260706T083000Z")
    assert found == {f"{work}w.ics": [("", "20260706T080000Z")]}
    assert anna.request("GET", f"{work}w.ics").body == body


def test_what_changed_and_changed_back_between_two_syncs_is_told(anna, work):
    """Radicale PR#565."""
    made(anna, f"{work}a.ics", event("a"))
    token = anna.sync(work).token
    put(anna, f"{work}a.ics", event("a", "SUMMARY:x"))
    put(anna, f"{work}a.ics", event("a"))
    made(anna, f"{work}b.ics", event("b"))
    anna.request("DELETE", f"{work}b.ics")
    changed = {href: r.status for href, r in anna.sync(work, token).responses.items()}
    assert changed == {f"{work}a.ics": None, f"{work}b.ics": 404}


def test_a_token_outlives_a_restart(tmp_path):
    """Radicale#825, #1049, #1341, #1479; Baikal#1202."""
    options = "httpmodules: caldav\n"
    process = Process(tmp_path, options)
    before = joined(process, "carl")
    url = f"{before.calendars}Default/"
    token = before.sync(url).token
    made(before, f"{url}a.ics", event("a"))
    before.close()
    assert process.stop() == 0
    process = Process(tmp_path, options)
    after = WireClient(process, before.userid.partition("@")[0], before.sign_in)
    answer = after.sync(url, token)
    assert set(answer.responses) == {f"{url}a.ics"}
    assert after.sync(url, answer.token).responses == {}
    after.close()
    assert process.stop() == 0


def test_the_token_of_an_empty_calendar_is_taken_back(anna, work):
    """sabre/dav#1075."""
    token = anna.sync(work).token
    assert token
    made(anna, f"{work}a.ics", event())
    assert set(anna.sync(work, token).responses) == {f"{work}a.ics"}


def test_any_version_of_what_is_there_satisfies_an_asterisk(anna, work):
    """Radicale 3.8 and SOGo compare it as a tag."""
    url = f"{work}a.ics"
    assert put(anna, url, event(), if_match="*").status == 412
    made(anna, url, event(), if_none_match="*")
    assert put(anna, url, event("one", "SUMMARY:x"), if_none_match="*").status == 412
    assert put(anna, url, event("one", "SUMMARY:x"), if_match="*").status == 204
    assert anna.request("DELETE", url, headers={"if-match": "*"}).status == 204


def test_a_calendar_cannot_be_made_into_something_else(anna, work):
    """Radicale 3.9 answers 400 and does it all the same."""
    made(anna, f"{work}a.ics", event())
    for content in (
        "<D:remove><D:prop><D:resourcetype/></D:prop></D:remove>",
        "<D:set><D:prop><D:displayname>x</D:displayname><D:resourcetype><D:collection/>"
        "</D:resourcetype></D:prop></D:set>",
    ):
        assert anna.proppatch(work, content).one.status_of("D:resourcetype") == 403
    assert clark("C:calendar") in anna.get(work, "D:resourcetype")
    assert anna.get(work, "D:displayname") != "x"
    assert put(anna, f"{work}a.ics", event("one", "SUMMARY:y")).status == 204
    assert anna.request("DELETE", f"{work}a.ics").status == 204


def test_a_calendar_is_made_with_properties_that_nobody_knows(anna):
    """Baikal#723, Xandikos#93."""
    content = (
        '<D:set><D:prop><X:colour-of-the-day sort="1"><X:deep>blue</X:deep></X:colour-of-the-day>'
        "<D:displayname>x</D:displayname></D:prop></D:set>"
    )
    url = f"{anna.calendars}new/"
    assert anna.request("MKCALENDAR", url, tree("C:mkcalendar", content)).status == 201
    assert anna.get(url, "X:colour-of-the-day") == [(clark("X:deep"), "blue")]


def test_a_name_is_free_at_once_however_often(anna):
    """cyrus-imapd#6383: 500 within the same second."""
    url = f"{anna.calendars}again/"
    for _ in range(5):
        assert anna.request("MKCALENDAR", url).status == 201
        made(anna, f"{url}a.ics", event())
        assert anna.request("DELETE", url).status == 204


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART;VALUE=DATE;TZID=Europe/Vienna:20260105",),
        ("DTSTART:20260105T100000Z", "X-FOO_BAR;X-Y_Z=1:2"),
        ("DTSTART:20260105T100000Z", "ATTACH;VALUE=BINARY;ENCODING=BASE64:not base 64"),
        ("DTSTART:20260105T100000Z", "DURATION:PT"),
        ("DTSTART:20260105T100000Z", "TRANSP:MAYBE", "STATUS:WELL", "PRIORITY:high"),
        ("DTSTART:20260105T100000Z", "SUMMARY;LANGUAGE=:x", "DESCRIPTION:a\\qb\\"),
        ("DTSTART:20260105T100000Z", "ORGANIZER:anna", "ATTENDEE:"),
        ("DTSTART:20260105T100000Z", "CREATED:", "LAST-MODIFIED:yesterday"),
    ],
)
def test_what_clients_really_send_is_kept(anna, work, lines):
    """Xandikos#80, vdirsyncer#502, Baikal#696, davx5-ose#2019."""
    body = event("one", *lines)
    made(anna, f"{work}a.ics", body)
    answer = anna.request("GET", f"{work}a.ics")
    assert answer.body == body
    assert multiget(anna, work, f"{work}a.ics") == {f"{work}a.ics": answer.headers["etag"]}


def test_tasks_without_dates_are_found_in_any_span(anna, work):
    """Xandikos#107; DAViCal and Stalwart never find them."""
    made(anna, f"{work}t.ics", todo("t"))
    content = prop("D:getetag") + span(*WEEK).replace("VEVENT", "VTODO")
    assert set(anna.report(work, "C:calendar-query", content, depth="1").responses) == {
        f"{work}t.ics"
    }


def test_a_conflict_of_uids_names_the_other_object(anna, work):
    made(anna, f"{work}a%20b.ics", event("u"))
    answer = put(anna, f"{work}c.ics", event("u"))
    assert (answer.status, answer.condition) == (409, clark("C:no-uid-conflict"))
    assert answer.root.findtext(f"{clark('C:no-uid-conflict')}/{clark('D:href')}") == (
        f"{work}a%20b.ics"
    )


def test_no_control_character_reaches_a_client(anna):
    """Baikal#1029: iOS stops synchronizing contacts for ever."""
    card = b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c\r\nFN:a\x0b\x1fb\r\nN:;;;;\r\nEND:VCARD\r\n"
    url = f"{anna.books}Default/c.vcf"
    assert put(anna, url, card, content_type="text/vcard").status == 201
    content = f"{prop('CR:address-data')}<D:href>{url}</D:href>"
    answer = anna.report(f"{anna.books}Default/", "CR:addressbook-multiget", content)
    assert "FN:ab" in answer.one["CR:address-data"]


def test_a_large_photo_is_synchronized(anna):
    """Baikal#857, #897, #1346."""
    photo = "".join(f" {'QUJD' * 18}\r\n" for _ in range(30_000))
    card = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:p\r\nFN:P\r\nN:P;;;;\r\n"
        f"PHOTO;ENCODING=b;TYPE=JPEG:\r\n{photo}END:VCARD\r\n"
    )
    url = f"{anna.books}Default/p.vcf"
    assert put(anna, url, card.encode(), content_type="text/vcard").status == 201
    content = f"{prop('CR:address-data')}<D:href>{url}</D:href>"
    answer = anna.report(f"{anna.books}Default/", "CR:addressbook-multiget", content)
    assert answer.one["CR:address-data"] == card


def test_a_client_of_version_3_loses_nothing_of_version_4(anna):
    """Baikal#856, #741."""
    card = (
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:g\r\nFN:Team\r\nKIND:group\r\nMEMBER:urn:uuid:m\r\n"
        b"BDAY;VALUE=date-and-or-time:19531015T231000Z\r\nEND:VCARD\r\n"
    )
    book = f"{anna.books}Default/"
    assert put(anna, f"{book}g.vcf", card, content_type="text/vcard; version=4.0").status == 201
    asked = '<D:prop><CR:address-data content-type="text/vcard" version="{}"/></D:prop>'
    href = f"<D:href>{book}g.vcf</D:href>"
    three = anna.report(book, "CR:addressbook-multiget", asked.format("3.0") + href)
    text = three.one["CR:address-data"].replace("FN:Team", "FN:Squad")
    assert "VERSION:3.0" in text
    assert put(anna, f"{book}g.vcf", text.encode(), content_type="text/vcard").status == 204
    four = anna.report(book, "CR:addressbook-multiget", asked.format("4.0") + href)
    lines = four.one["CR:address-data"].split("\r\n")
    assert {"FN:Squad", "KIND:group", "MEMBER:urn:uuid:m"} <= set(lines)
    assert next(x for x in lines if x.startswith("BDAY")).endswith("19531015T231000Z")

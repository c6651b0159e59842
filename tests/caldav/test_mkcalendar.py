"""MKCALENDAR (RFC 4791 §5.3.1), MKCOL (RFC 5689) and DELETE of calendars."""

from __future__ import annotations

import pytest

from tests.support.dav import clark, tree

ZONE = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Apple Inc.//Mac OS X 10.11//EN\r
BEGIN:VTIMEZONE\r
TZID:Europe/Vienna\r
BEGIN:STANDARD\r
DTSTART:19961027T030000\r
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
END:STANDARD\r
BEGIN:DAYLIGHT\r
DTSTART:19810329T020000\r
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0200\r
END:DAYLIGHT\r
END:VTIMEZONE\r
END:VCALENDAR\r
"""


@pytest.fixture
def url(anna) -> str:
    return f"{anna.calendars}0E3F-77/"


def mkcalendar(client, url: str, props: str = ""):
    body = tree("C:mkcalendar", f"<D:set><D:prop>{props}</D:prop></D:set>") if props else b""
    return client.request("MKCALENDAR", url, body)


def mkcol(client, url: str, props: str):
    return client.request("MKCOL", url, tree("D:mkcol", f"<D:set><D:prop>{props}</D:prop></D:set>"))


def test_without_a_body_makes_a_calendar_for_everything(anna, url):
    assert mkcalendar(anna, url).status == 201
    found = anna.propfind(url, "D:resourcetype", "D:displayname").one
    assert found["D:resourcetype"] == [clark("D:collection"), clark("C:calendar")]
    assert found["D:displayname"] == "0E3F-77"


def test_as_apple_calendar_does_it(anna, url):
    answer = mkcalendar(
        anna,
        url,
        "<A:calendar-order>7</A:calendar-order>"
        '<C:supported-calendar-component-set><C:comp name="VEVENT"/>'
        "</C:supported-calendar-component-set>"
        '<A:calendar-color symbolic-color="red">#FF2968FF</A:calendar-color>'
        f"<C:calendar-timezone>{ZONE}</C:calendar-timezone>"
        "<D:displayname>Holidays</D:displayname>"
        "<C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp>"
        "<X:unknown>kept</X:unknown>",
    )
    assert (answer.status, answer.body) == (201, b"")
    found = anna.propfind(
        url,
        *["A:calendar-order", "A:calendar-color", "D:displayname", "C:calendar-timezone-id"],
        *["C:schedule-calendar-transp", "X:unknown"],
    ).one
    assert found.found[200] == {
        clark("A:calendar-order"): "7",
        clark("A:calendar-color"): "#FF2968FF",
        clark("D:displayname"): "Holidays",
        clark("C:calendar-timezone-id"): "Europe/Vienna",
        clark("C:schedule-calendar-transp"): [clark("C:transparent")],
        clark("X:unknown"): "kept",
    }
    comps = anna.propfind(url, "C:supported-calendar-component-set").root.iter(clark("C:comp"))
    assert [comp.get("name") for comp in comps] == ["VEVENT"]


def test_outcome_is_told_if_the_client_prefers(anna, url):
    body = tree("C:mkcalendar", "<D:set><D:prop><D:displayname>x</D:displayname></D:prop></D:set>")
    answer = anna.request("MKCALENDAR", url, body, {"prefer": "return=representation"})
    assert answer.status == 201
    assert answer.root.tag == clark("C:mkcalendar-response")
    assert answer.headers["preference-applied"] == "return=representation"


def test_one_property_that_cannot_be_leaves_no_calendar(anna, url):
    answer = mkcalendar(
        anna, url, "<A:calendar-color>reddish!</A:calendar-color><D:displayname>x</D:displayname>"
    )
    assert answer.status == 424
    assert answer.root.tag == clark("C:mkcalendar-response")
    assert anna.propfind(url, "D:owner").status == 404


@pytest.mark.parametrize("props", ["", "<D:displayname>x</D:displayname>"])
def test_where_there_is_one_is_405(anna, props):
    answer = mkcalendar(anna, f"{anna.calendars}Default/", props)
    assert answer.status == 405
    assert "PROPFIND" in answer.headers["allow"]


@pytest.mark.parametrize("place", ["nothing/x/", "Default/x/"])
def test_where_there_is_no_home_none_can_be_made(anna, place):
    assert mkcalendar(anna, anna.calendars + place).status in {403, 409}


def test_in_somebody_elses_home_none_can_be_made(anna, bert, url):
    assert mkcalendar(bert, url).status == 409  # to bert, the home is not there
    anna.share(f"{anna.calendars}Default/", **{bert.principal: "D:read D:write"})
    answer = mkcalendar(bert, url)
    assert (answer.status, answer.condition) == (403, clark("D:need-privileges"))


def test_name_longer_than_can_be_kept_is_refused(anna):
    assert mkcalendar(anna, f"{anna.calendars}{'x' * 256}/").status == 403


@pytest.mark.parametrize(
    ("name", "status"), [("Inbox", 405), ("outbox", 405), ("Attachments", 403)]
)
def test_names_with_a_meaning_are_not_free(anna, name, status):
    assert mkcalendar(anna, f"{anna.calendars}{name}/").status == status


def test_unknown_component_is_refused_by_its_precondition(anna, url):
    answer = mkcalendar(
        anna,
        url,
        '<C:supported-calendar-component-set><C:comp name="VMOON"/>'
        "</C:supported-calendar-component-set>",
    )
    assert answer.status == 424
    assert answer.root.find(f".//{clark('C:supported-calendar-component')}") is not None


def test_body_of_another_kind_is_415(anna, url):
    assert anna.request("MKCALENDAR", url, tree("D:mkcol", "")).status == 415
    assert anna.request("MKCOL", url, tree("C:mkcalendar", "")).status == 415


def test_mkcol_makes_a_calendar_if_it_says_so(anna, url):
    props = (
        "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
        "<D:displayname>x</D:displayname>"
    )
    assert mkcol(anna, url, props).status == 201
    assert anna.get(url, "D:displayname") == "x"


@pytest.mark.parametrize("types", ["<D:collection/><CR:addressbook/>", "<C:calendar/>"])
def test_mkcol_of_what_does_not_belong_here_is_refused(anna, url, types):
    answer = mkcol(anna, url, f"<D:resourcetype>{types}</D:resourcetype>")
    assert (answer.status, answer.condition) == (403, clark("D:valid-resourcetype"))


def test_deleted_calendar_is_gone_and_its_name_is_free_at_once(anna, url):
    for _ in range(3):
        assert mkcalendar(anna, url, "<X:note>1</X:note>").status == 201
        assert anna.request("DELETE", url).status == 204
        assert anna.propfind(url, "D:owner").status == 404
    mkcalendar(anna, url)
    assert anna.propfind(url, "X:note").one.status_of("X:note") == 404


def test_default_calendar_stays(anna):
    answer = anna.request("DELETE", f"{anna.calendars}Default/")
    assert (answer.status, answer.condition) == (403, clark("C:default-calendar-needed"))


def test_part_of_a_calendar_cannot_be_left(anna, url):
    mkcalendar(anna, url)
    assert anna.request("DELETE", url, headers={"depth": "0"}).status == 400


def test_homes_and_principals_cannot_be_deleted(anna):
    for where in (anna.calendars, anna.principal, "/dav/"):
        assert anna.request("DELETE", where).status == 405

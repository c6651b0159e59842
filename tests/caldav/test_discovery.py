"""What clients ask first, as their makers recorded it or their sources say."""

from __future__ import annotations

import pytest

import cyrpy_caldav
from cyrpy.groupware import groups
from tests.support.dav import clark, prop, tree, words

START = cyrpy_caldav.module.well_known["caldav"]


def test_apple_calendar(anna):
    """OS X 10.11's Calendar: to the principal, its homes, and all about each calendar."""
    found = anna.propfind(START, "D:current-user-principal", "D:principal-URL", "D:resourcetype")
    (principal,) = found.one["D:current-user-principal"]

    assert anna.request("OPTIONS", principal).status == 200
    about = anna.propfind(
        principal,
        *words(
            """
            C:calendar-home-set C:calendar-user-address-set D:current-user-principal D:displayname
            CS:dropbox-home-URL CS:email-address-set CS:notification-URL D:principal-collection-set
            D:principal-URL D:resource-id C:schedule-inbox-URL C:schedule-outbox-URL
            D:supported-report-set
            """
        ),
        brief="t",
    ).one
    assert about.found.keys() == {200}
    assert "mailto:anna@example.com" in about["C:calendar-user-address-set"]
    (collection,) = about["D:principal-collection-set"]
    (home,) = about["C:calendar-home-set"]

    assert anna.report(collection, "D:principal-search-property-set").status == 200
    delegates = "".join(
        f'<D:property name="calendar-proxy-{way}-for" namespace="http://calendarserver.org/ns/">'
        '<D:property name="displayname"/></D:property>'
        for way in ("read", "write")
    )
    assert anna.report(principal, "D:expand-property", delegates).status == 207
    assert home == anna.calendars


def test_apple_calendar_lists_its_home(anna):
    """All that it wants to know of each calendar, and then whether something changed."""
    home = anna.calendars
    calendars = anna.propfind(
        home,
        *words(
            """
            D:add-member CS:allowed-sharing-modes A:calendar-color A:calendar-order
            C:calendar-description C:calendar-timezone D:current-user-privilege-set
            C:default-alarm-vevent-datetime CS:getctag CS:invite D:owner CS:publish-url
            CS:push-transports D:quota-available-bytes A:refreshrate D:resource-id D:resourcetype
            C:schedule-calendar-transp CS:source D:sync-token D:displayname
            C:supported-calendar-component-set D:supported-report-set
            """
        ),
        depth="1",
    ).responses
    default = calendars[f"{home}Default/"]
    assert default["D:resourcetype"] == [clark("D:collection"), clark("C:calendar")]
    assert default["D:owner"] == [anna.principal]
    assert default["C:schedule-calendar-transp"] == [clark("C:opaque")]
    assert default.status_of("D:quota-available-bytes") == 404
    reports = str(calendars[home]["D:supported-report-set"])
    assert "sync-collection" in reports
    assert anna.sync(home, calendars[home]["D:sync-token"]).responses == {}


def test_apple_calendar_after_the_setup(anna):
    """Properties that the server keeps without knowing them are no failure of the request."""
    url = f"{anna.calendars}Default/"
    for name, value in [
        ("A:calendar-color", "#63DA38FF"),
        ("A:calendar-order", "2"),
        ("C:default-alarm-vevent-datetime", "BEGIN:VALARM&#13;\nEND:VALARM&#13;\n"),
    ]:
        assert anna.set(url, name, value) == 200
    assert anna.get(url, "C:default-alarm-vevent-datetime") == "BEGIN:VALARM\r\nEND:VALARM\r\n"


def test_davx5(anna, server):
    """DAVx5: properties of the given URL, the principal and its groups, then the homes."""
    row = server.add("team", "group")
    server.core.database.write(lambda unit: groups.join(unit, row, anna.row))
    given = anna.propfind(
        START,
        *words(
            """
            D:resourcetype D:displayname D:current-user-principal C:calendar-description
            D:current-user-privilege-set C:calendar-home-set A:calendar-color
            C:supported-calendar-component-set C:calendar-timezone
            """
        ),
    ).one
    (principal,) = given["D:current-user-principal"]
    about = anna.propfind(
        principal,
        *words(
            """
            D:displayname C:calendar-home-set CR:addressbook-home-set D:group-membership
            CS:calendar-proxy-read-for CS:calendar-proxy-write-for
            """
        ),
    ).one
    (group,) = about["D:group-membership"]
    assert anna.propfind(group, "C:calendar-home-set").one.status_of("C:calendar-home-set") == 404
    names = words(
        "D:resourcetype D:displayname D:owner D:current-user-privilege-set A:calendar-color "
        "C:calendar-description C:calendar-timezone C:calendar-timezone-id CS:source "
        "C:supported-calendar-component-set "
    )
    (home,) = about["C:calendar-home-set"]
    found = anna.propfind(home, *names, depth="1").responses[f"{home}Default/"]
    assert found["D:displayname"] == "Default"
    assert clark("D:write-content") in str(found["D:current-user-privilege-set"])


def test_thunderbird(anna):
    """Thunderbird: the calendar itself, OPTIONS on what it is in, and the principal."""
    url = f"{anna.calendars}Default/"
    found = anna.propfind(
        url,
        *words(
            """
            D:resourcetype D:owner D:current-user-principal D:current-user-privilege-set
            D:supported-report-set C:supported-calendar-component-set CS:getctag
            """
        ),
    ).one
    assert list(found.found) == [200]
    features = anna.request("OPTIONS", anna.calendars).headers["dav"]
    assert "calendar-auto-schedule" in features
    principal = anna.propfind(
        anna.principal,
        "C:calendar-user-address-set",
        "C:schedule-inbox-URL",
        "C:schedule-outbox-URL",
    ).one
    assert list(principal.found) == [200]


def test_vdirsyncer(anna):
    """vdirsyncer: makes a calendar by MKCOL, with a name."""
    body = tree(
        "D:mkcol",
        "<D:set><D:prop><D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
        "<D:displayname>Tests</D:displayname></D:prop></D:set>",
    )
    url = f"{anna.calendars}t/"
    assert anna.request("MKCOL", url, body).status == 201
    assert anna.get(url, "D:displayname") == "Tests"


@pytest.mark.parametrize("name", ["D:owner", "D:current-user-principal", "C:calendar-home-set"])
def test_hrefs_that_are_told_can_be_asked(anna, name):
    (url,) = anna.get(anna.principal, name)
    assert anna.request("PROPFIND", url, tree("D:propfind", prop("D:owner")), {"depth": "0"}).one

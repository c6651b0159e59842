"""What is measured of CalDAV and CardDAV: a calendar and an address book of 1,000 objects each."""

from __future__ import annotations

from datetime import datetime, timedelta

from bench.dav import BOOKS, CALENDARS, EPILOG, NAMESPACES, PROLOG, Dav, query_of, sync_of, token_in
from bench.workloads import Workload

COUNT = 1000
WEEK = datetime(2026, 6, 1)
CALENDAR = f"{CALENDARS}bench/"
PUTS = f"{CALENDARS}puts/"
BOOK = f"{BOOKS}bench/"
MULTIGET = "multiget"
XML = "application/xml; charset=utf-8"


def event(number: int | str, start: datetime, rule: str = "") -> str:
    """A calendar object of some 600 octets."""
    recurrence = f"RRULE:{rule}\r\n" if rule else ""
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//dav//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:event-{number}\r\nDTSTAMP:20260101T000000Z\r\n"
        f"DTSTART;TZID=America/New_York:{start:%Y%m%dT%H%M%S}\r\nDURATION:PT1H\r\n{recurrence}"
        f"SUMMARY:Event number {number}\r\nLOCATION:Room\r\n"
        f"DESCRIPTION:{'What is to be said of it. ' * 12}\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def card(number: int) -> str:
    """A vCard of some 300 octets."""
    family = "Zwickelmann" if number % 50 == 0 else f"Family{number % 37}"
    return (
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:card-{number}\r\nFN:Given{number} {family}\r\n"
        f"N:{family};Given{number};;;\r\nEMAIL;TYPE=WORK:given{number}@example.com\r\n"
        f"TEL;TYPE=CELL:+1-555-{number:04d}\r\nORG:Organization {number % 13}\r\n"
        f"NOTE:Contact number {number}\r\nREV:2026-01-01T00:00:00Z\r\nEND:VCARD\r\n"
    )


def seed(dav: Dav) -> None:
    """Make the collections and what is in them; a tenth of the events recur without end."""
    for url in (CALENDAR, PUTS):
        dav.answer("MKCALENDAR", url, "", 201)
    book = "<D:resourcetype><D:collection/><CR:addressbook/></D:resourcetype>"
    made = f"<D:mkcol {NAMESPACES}><D:set><D:prop>{book}</D:prop></D:set></D:mkcol>"
    dav.answer("MKCOL", BOOK, made, 201)
    for number in range(COUNT):
        start = datetime(2026, 1, 5, 9) + timedelta(days=number * 7 % 364)
        rule = "" if number % 10 else "FREQ=WEEKLY"
        dav.answer("PUT", f"{CALENDAR}{number}.ics", event(number, start, rule), 201)
        dav.answer("PUT", f"{BOOK}{number}.vcf", card(number), 201)


def workloads(dav: Dav) -> tuple[Workload, ...]:
    """Those of DAV, after `seed`."""
    token = token_in(dav.answer("PROPFIND", CALENDAR, f"{PROLOG}<D:sync-token/>{EPILOG}"))
    for number in range(1, 4):
        dav.answer("PUT", f"{CALENDAR}{number}.ics", event(number, WEEK), 204)
    states = f"{PROLOG}<CS:getctag/><D:sync-token/>{EPILOG}"
    tags = f"{PROLOG}<D:getetag/>{EPILOG}"
    return (
        _xml("OPTIONS", "OPTIONS", CALENDAR, "", status=200),
        _xml("PROPFIND 0", "PROPFIND", CALENDAR, states, b"urn:cyrpy:sync:"),
        _xml("PROPFIND 1", "PROPFIND", CALENDAR, tags, b"999.ics", depth="1"),
        _xml(MULTIGET, "REPORT", CALENDAR, _multiget("C:calendar", CALENDAR, "ics"), b"event-49"),
        _xml("week query", "REPORT", CALENDAR, query_of(WEEK), b"BEGIN:VEVENT", depth="1"),
        _xml("sync", "REPORT", CALENDAR, sync_of(token), b"3.ics"),
        Workload(
            "PUT",
            "PUT",
            f"{PUTS}{{n}}.ics",
            event("{n}", WEEK),
            status=201,
            media_type="text/calendar; charset=utf-8",
        ),
        Workload("GET", "GET", f"{CALENDAR}7.ics", expected=b"event-7"),
        Workload("GET 304", "GET", f"{CALENDAR}7.ics", status=304),
        _xml("cards", "REPORT", BOOK, _multiget("CR:addressbook", BOOK, "vcf"), b"card-49"),
        _xml("card query", "REPORT", BOOK, _card_query(), b"Zwickelmann", depth="1"),
    )


def _xml(  # noqa: PLR0913 - a request
    name: str,
    method: str,
    url: str,
    body: str,
    expected: bytes = b"",
    *,
    depth: str = "0",
    status: int = 207,
) -> Workload:
    return Workload(
        name,
        method,
        url,
        body,
        status=status,
        expected=expected,
        headers=f"Depth: {depth}",
        media_type=XML,
    )


def _multiget(name: str, url: str, ending: str) -> str:
    prefix, _, local = name.partition(":")
    data = "calendar-data" if local == "calendar" else "address-data"
    hrefs = "".join(f"<D:href>{url}{number}.{ending}</D:href>" for number in range(50))
    asked = f"<D:prop><D:getetag/><{prefix}:{data}/></D:prop>"
    return f"<{name}-multiget {NAMESPACES}>{asked}{hrefs}</{name}-multiget>"


def _card_query() -> str:
    return (
        f"<CR:addressbook-query {NAMESPACES}><D:prop><D:getetag/><CR:address-data/></D:prop>"
        '<CR:filter><CR:prop-filter name="FN"><CR:text-match collation="i;unicode-casemap" '
        'match-type="contains">zwickel</CR:text-match></CR:prop-filter></CR:filter>'
        "</CR:addressbook-query>"
    )

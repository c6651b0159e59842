"""Objects that are told by rows: PROPFIND of a calendar, sync-collection and multiget."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.support.dav import prop

EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART:20260601T100000Z\r\n{more}SUMMARY:{uid} & <co>\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)
NAMES = ("plain.ics", "with space.ics", "50%.ics", "a&b<c>.ics", "ü/slash.ics", "new\nline.ics")
LISTED = ("getetag", "getcontentlength", "getcontenttype", "getlastmodified", "creationdate")


@pytest.fixture
def calendar(anna) -> str:
    url = f"{anna.calendars}work/"
    assert anna.request("MKCALENDAR", url).status == 201
    return url


def put(client, url: str, uid: str, more: str = "") -> bytes:
    body = EVENT.format(uid=uid, more=more).encode()
    assert client.request("PUT", url, body).status in {201, 204}
    return body


def filled(client, calendar: str) -> dict[str, bytes]:
    """URL -> octets."""
    urls = [calendar + quote(name, safe="@") for name in NAMES]
    return {url: put(client, url, f"uid-{n}") for n, url in enumerate(urls)}


def tags_since(client, url: str, token: str) -> dict[str, str]:
    """URL -> entity tag, or the status of what is gone."""
    content = f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>"
    answer = client.report(url, "D:sync-collection", content + prop("D:getetag"))
    return {
        url: str(each.status) if each.status else each["D:getetag"]
        for url, each in answer.responses.items()
    }


def test_a_listing_says_of_each_object_what_the_object_says_itself(anna, calendar):
    there = filled(anna, calendar)
    names = [f"D:{name}" for name in LISTED]
    listed = anna.propfind(calendar, *names, depth="1").responses
    assert listed.keys() == {calendar, *there}
    for url, body in there.items():
        assert listed[url]["D:getcontentlength"] == str(len(body))
        alone = anna.propfind(url, *names).one
        assert [listed[url][name] for name in names] == [alone[name] for name in names]


def test_a_first_sync_has_what_a_listing_has(anna, calendar):
    there = filled(anna, calendar)
    listed = anna.propfind(calendar, "D:getetag", depth="1").responses
    synced = tags_since(anna, calendar, "")
    assert synced == {url: listed[url]["D:getetag"] for url in there}
    assert {*anna.sync(calendar, limit=100).responses} == {*there}
    assert anna.sync(calendar).token == anna.get(calendar, "D:sync-token")


def test_a_listing_of_nothing_is_empty(anna, calendar):
    assert {*anna.propfind(calendar, "D:getetag", depth="1").responses} == {calendar}
    assert not anna.sync(calendar).responses


def test_a_sync_tells_of_what_changed_and_what_is_gone(anna, calendar):
    changed, gone, *_ = filled(anna, calendar)
    token = anna.sync(calendar).token
    put(anna, changed, "uid-0", "LOCATION:elsewhere\r\n")
    assert anna.request("DELETE", gone).status == 204
    expected = {changed: anna.get(changed, "D:getetag"), gone: "404"}
    assert tags_since(anna, calendar, token) == expected


def test_others_are_not_told_of_what_is_private(anna, bert, calendar):
    hidden, shown = f"{calendar}hidden.ics", f"{calendar}shown.ics"
    put(anna, hidden, "hidden", "CLASS:PRIVATE\r\n")
    put(anna, shown, "shown")
    assert anna.share(calendar, **{bert.principal: "D:read"}).status == 200
    assert {*bert.propfind(calendar, "D:getetag", depth="1").responses} == {calendar, shown}
    assert {*bert.sync(calendar).responses} == {shown}


def test_a_multiget_keeps_order_and_spelling_with_404s_between(anna, calendar):
    there = list(filled(anna, calendar))
    asked = [
        f"{calendar}none.ics",
        there[1],
        f"{calendar}%70lain.ics",
        f"{calendar}%6eone-either.ics",
        there[4],
        there[0],
        f"{anna.calendars}Default/plain.ics",
        calendar,
    ]
    hrefs = "".join(f"<D:href>{url}</D:href>" for url in asked)
    content = prop("D:getetag", "C:calendar-data") + hrefs
    answer = anna.report(calendar, "C:calendar-multiget", content, "1")
    found = [(url, each.status or 200) for url, each in answer.responses.items()]
    statuses = [404, 200, 200, 404, 200, 200, 404, 404]
    assert found == list(zip(asked, statuses, strict=True))


def test_a_multiget_gives_many_texts_just_as_they_are(anna, calendar):
    there = filled(anna, calendar)
    hrefs = "".join(f"<D:href>{url}</D:href>" for url in there)
    content = prop("C:calendar-data") + hrefs
    answer = anna.report(calendar, "C:calendar-multiget", content, "1")
    texts = {url: r["C:calendar-data"] for url, r in answer.responses.items()}
    assert texts == {url: body.decode() for url, body in there.items()}

"""Outlook CalDav Synchronizer: its test of the URL, its collections, and its two ways to sync."""

from __future__ import annotations

from urllib.parse import unquote
from xml.sax.saxutils import escape

import pytest

from tests.carddav.vcards import vcard
from tests.support.dav import clark, prop, tree, words
from tests.support.events import event, made, multiget, put

XML = {"content-type": "application/xml"}
LISTED = words("D:resourcetype D:displayname A:calendar-color C:supported-calendar-component-set")


@pytest.fixture
def work(anna) -> str:
    return f"{anna.calendars}Default/"


def reports(client, url: str) -> set[str]:
    found = client.propfind(url, "D:supported-report-set").root
    return {e[0].tag for e in found.iter(clark("D:report"))}


def test_a_host_name_leads_to_the_home(anna):
    body = tree("D:propfind", prop("D:current-user-principal", "D:principal-URL", "D:resourcetype"))
    _, answer = anna.followed("PROPFIND", "/.well-known/caldav", body, {"depth": "0", **XML})
    (principal,) = answer.one["D:current-user-principal"]
    assert anna.get(principal, "C:calendar-home-set") == [anna.calendars]
    assert anna.address in anna.get(principal, "C:calendar-user-address-set")


def test_its_test_of_a_calendar_is_passed(anna, work):
    assert "calendar-access" in anna.request("OPTIONS", work).headers["dav"]
    assert clark("C:calendar") in anna.get(work, "D:resourcetype")
    assert {clark("C:calendar-query"), clark("D:sync-collection")} <= reports(anna, work)
    found = anna.propfind(work, "D:current-user-privilege-set").root
    assert clark("D:write") in {e[0].tag for e in found.iter(clark("D:privilege"))}


def test_its_test_of_an_address_book_is_passed(anna):
    book = f"{anna.books}Default/"
    assert "addressbook" in anna.request("OPTIONS", book).headers["dav"]
    assert clark("CR:addressbook") in anna.get(book, "D:resourcetype")
    assert {clark("CR:addressbook-multiget"), clark("D:sync-collection")} <= reports(anna, book)


def test_ones_own_calendar_is_no_shared_one(anna, work):
    found = anna.propfind(work, "D:owner", "CS:organizer").one
    (owner,) = found["D:owner"]
    (principal,) = anna.get(work, "D:current-user-principal")
    assert unquote(owner) == unquote(principal)
    assert found.status_of("CS:organizer") == 404


def test_principals_say_that_there_are_delegates_and_for_whom_one_acts(anna, bert):
    member = f"<D:href>{anna.principal}</D:href>"
    assert bert.set(f"{bert.principal}calendar-proxy-write/", "D:group-member-set", member) == 200
    assert "calendar-proxy" in anna.request("OPTIONS", anna.principal).headers["dav"].split(", ")
    ways = ("CS:calendar-proxy-read-for", "CS:calendar-proxy-write-for")
    found = anna.propfind(anna.principal, *ways).one
    assert found["CS:calendar-proxy-write-for"] == [bert.principal]
    (home,) = anna.get(bert.principal, "C:calendar-home-set")
    calendars = anna.propfind(home, *LISTED, depth="1").responses
    assert calendars[f"{bert.calendars}Default/"]["D:displayname"]


def test_calendars_and_task_lists_are_told_apart(anna, work):
    answer = anna.propfind(anna.calendars, *LISTED, depth="1")
    components = {e.get("name") for e in answer.root.iter(clark("C:comp"))}
    assert {"VEVENT", "VTODO"} <= components
    assert answer.responses[work]["D:displayname"]


def test_it_makes_a_calendar_and_then_names_it(anna):
    url = f"{anna.calendars}0fbd2a3e-6a0a-4b0f-9a3e-3d1f6a3b2c11/"
    kind = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
    made_ = anna.request("MKCOL", url, tree("D:mkcol", f"<D:set><D:prop>{kind}</D:prop></D:set>"))
    assert made_.status == 201
    content = "<D:set><D:prop><D:displayname>Büro</D:displayname></D:prop></D:set>"
    assert anna.proppatch(url, content, depth="0").status == 207
    assert anna.get(url, "D:displayname") == "Büro"


def test_rooms_are_looked_for_by_their_names(anna):
    content = (
        f"<D:property-search>{prop('D:displayname')}"
        '<D:match match-type="equals">Aula</D:match></D:property-search>'
        f"{prop('D:displayname', 'D:resource-id', 'C:calendar-user-type')}"
        "<D:apply-to-principal-collection-set/>"
    )
    assert anna.report(anna.principal, "D:principal-property-search", content).responses == {}


def test_the_colour_goes_both_ways(anna, work):
    assert anna.set(work, "A:calendar-color", "#0000FFFF") == 200
    assert anna.get(work, "A:calendar-color") == "#0000FFFF"


def test_it_synchronizes_by_tokens_and_finds_its_own_members_only(anna, work):
    def sync(token: str):
        content = f"<D:sync-token>{escape(token)}</D:sync-token><D:sync-level>1</D:sync-level>"
        return anna.report(work, "D:sync-collection", content + prop("D:getetag"))

    first = sync("")
    tag = made(anna, f"{work}a.ics", event(), if_none_match="*").headers["etag"]
    second = sync(first.token)
    assert {h: r["D:getetag"] for h, r in second.responses.items()} == {f"{work}a.ics": tag}
    assert anna.request("DELETE", f"{work}a.ics", headers={"if-match": tag}).status == 204
    assert {h: r.status for h, r in sync(second.token).responses.items()} == {f"{work}a.ics": 404}
    refused = sync("urn:x:unknown")
    assert (refused.status, refused.condition) == (403, clark("D:valid-sync-token"))


def test_it_lists_a_span_of_time_and_reads_what_it_lists(anna, work):
    tag = made(anna, f"{work}a.ics", event()).headers["etag"]
    span = '<C:time-range start="20251201T000000Z" end="20260301T000000Z"/>'
    filters = (
        f'<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{span}'
        "</C:comp-filter></C:comp-filter></C:filter>"
    )
    found = anna.report(work, "C:calendar-query", prop("D:getetag") + filters, depth="1").responses
    assert {h: r["D:getetag"] for h, r in found.items()} == {f"{work}a.ics": tag}
    asked = prop("D:getetag", "D:displayname", "C:calendar-data")
    hrefs = "".join(f"<D:href>{href}</D:href>" for href in found)
    answer = anna.report(work, "C:calendar-multiget", asked + hrefs, depth="1")
    assert answer.one["C:calendar-data"] == event().decode()


def test_updates_of_what_is_not_there_any_more_fail_as_it_expects(anna, work):
    tag = made(anna, f"{work}a.ics", event()).headers["etag"]
    anna.request("DELETE", f"{work}a.ics")
    assert put(anna, f"{work}a.ics", event(), if_match=tag).status == 412
    assert multiget(anna, work, f"{work}a.ics") == {f"{work}a.ics": 404}


def test_contacts_are_made_listed_and_read(anna):
    book = f"{anna.books}Default/"
    card = vcard("c1", "EMAIL;TYPE=INTERNET:ann@example.com", name="Ann")
    tag = put(anna, f"{book}c1.vcf", card, content_type="text/vcard", if_none_match="*")
    listed = anna.propfind(book, "D:getetag", "D:getcontenttype", depth="1").responses
    assert listed[f"{book}c1.vcf"]["D:getetag"] == tag.headers["etag"]
    content = prop("D:getetag", "D:getcontenttype", "CR:address-data")
    content += f"<D:href>{book}c1.vcf</D:href>"
    answer = anna.report(book, "CR:addressbook-multiget", content)
    assert answer.one["CR:address-data"] == card.decode()

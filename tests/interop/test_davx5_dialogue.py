"""DAVx5: from an address or a URL to collections, uploads and what it makes of refusals."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest

from tests.carddav.vcards import DATA, vcard
from tests.carddav.vcards import multiget as cards
from tests.support.dav import clark, prop, tree, words
from tests.support.davwire import WireClient
from tests.support.events import event, made, multiget, put, todo

BASE = {
    "caldav": words(
        """
        D:resourcetype D:displayname D:current-user-principal D:current-user-privilege-set
        C:calendar-home-set C:supported-calendar-component-set A:calendar-color
        C:calendar-description C:calendar-timezone
        """
    ),
    "carddav": words(
        """
        D:resourcetype D:displayname D:current-user-principal CR:addressbook-home-set
        CR:addressbook-description
        """
    ),
}
FEATURE = {"caldav": "calendar-access", "carddav": "addressbook"}
HOMES = words(
    """
    D:displayname D:group-membership C:calendar-home-set CS:calendar-proxy-read-for
    CS:calendar-proxy-write-for
    """
)
CALENDARS = words(
    """
    D:resourcetype D:current-user-privilege-set D:displayname D:owner C:calendar-description
    A:calendar-color C:calendar-timezone C:calendar-timezone-id C:supported-calendar-component-set
    CS:source
    """
)
STATE = words(
    """
    D:supported-report-set D:sync-token CS:getctag C:max-resource-size CR:max-resource-size
    CR:supported-address-data
    """
)
CALENDAR = {"content_type": "text/calendar; charset=utf-8"}


@pytest.fixture
def work(anna) -> str:
    return f"{anna.calendars}Default/"


def sync(client: WireClient, url: str, token: str = "", limit: str = ""):
    content = f"<D:sync-token>{escape(token)}</D:sync-token><D:sync-level>1</D:sync-level>{limit}"
    return client.report(url, "D:sync-collection", content + prop("D:getetag", "D:resourcetype"))


@pytest.mark.parametrize("service", ["caldav", "carddav"])
@pytest.mark.parametrize("url", ["/.well-known/{}", "/", "/dav/"])
def test_host_names_lead_to_the_principal_and_its_service(anna, service, url):
    body = tree("D:propfind", prop("D:current-user-principal"))
    _, answer = anna.followed("PROPFIND", url.format(service), body, {"depth": "0"})
    (principal,) = answer.one["D:current-user-principal"]
    assert principal == anna.principal
    assert FEATURE[service] in anna.request("OPTIONS", principal).headers["dav"].split(", ")


@pytest.mark.parametrize("service", ["caldav", "carddav"])
def test_a_url_is_scanned_for_what_it_is(anna, service):
    for url, kind in (
        (anna.principal, "D:principal"),
        (f"{anna.calendars}Default/", "C:calendar"),
        (f"{anna.books}Default/", "CR:addressbook"),
    ):
        found = anna.propfind(url, *BASE[service]).one
        assert found.found.keys() <= {200, 404}
        assert clark(kind) in found["D:resourcetype"]
        assert found["D:current-user-principal"] == [anna.principal]


def test_homes_are_those_of_the_user_and_of_whom_it_acts_for(anna, bert):
    group = f"{bert.principal}calendar-proxy-read/"
    member = f"<D:href>{anna.principal}</D:href>"
    assert bert.set(group, "D:group-member-set", member) == 200
    found = anna.propfind(anna.principal, *HOMES).one
    assert found["C:calendar-home-set"] == [anna.calendars]
    assert found["CS:calendar-proxy-read-for"] == [bert.principal]
    (home,) = anna.propfind(bert.principal, *HOMES).one["C:calendar-home-set"]
    calendar = anna.propfind(home, *CALENDARS, depth="1").responses[f"{bert.calendars}Default/"]
    assert clark("D:write-content") not in str(calendar["D:current-user-privilege-set"])


def test_every_collection_of_the_home_is_described(anna, work):
    found = anna.propfind(anna.calendars, *CALENDARS, depth="1").responses
    assert clark("D:bind") in str(found[anna.calendars]["D:current-user-privilege-set"])
    calendar = found[work]
    assert clark("D:write-content") in str(calendar["D:current-user-privilege-set"])
    assert calendar["D:owner"] == [anna.principal]


def test_it_learns_what_a_collection_can_do(anna, work):
    calendar = anna.propfind(work, *STATE).one
    assert "sync-collection" in str(calendar["D:supported-report-set"])
    assert int(calendar["C:max-resource-size"]) > 1 << 20
    book = anna.propfind(f"{anna.books}Default/", *STATE).root
    assert "4.0" in {e.get("version") for e in book.iter(clark("CR:address-data-type"))}


def test_new_events_are_made_once(anna, work):
    url = f"{work}8d9c0d6e-7b52-4b5e-9f33-6a5c2b9b1f77.ics"
    assert "etag" in made(anna, url, event(), if_none_match="*", **CALENDAR).headers
    assert put(anna, url, event(), if_none_match="*", **CALENDAR).status == 412


def test_changes_to_meetings_are_guarded_by_the_schedule_tag(anna, bert, work):
    lines = ("DTSTART:20991110T100000Z", f"ORGANIZER:{anna.address}")
    attendee = f"ATTENDEE;PARTSTAT=NEEDS-ACTION:{bert.address}"
    first = made(anna, f"{work}m.ics", event("m", *lines, attendee), if_none_match="*", **CALENDAR)
    tag = first.headers["schedule-tag"]
    before = anna.get(f"{work}m.ics", "D:getetag")
    (copy,) = invited(bert)
    body = bert.request("GET", copy).body.replace(b"NEEDS-ACTION", b"ACCEPTED")
    assert put(bert, copy, body, **CALENDAR).status == 204
    assert anna.get(f"{work}m.ics", "D:getetag") != before
    mine = event("m", *lines, attendee, "SUMMARY:Lunch")
    answer = put(anna, f"{work}m.ics", mine, if_schedule_tag_match=tag, **CALENDAR)
    assert answer.status == 204
    assert put(anna, f"{work}m.ics", mine, if_schedule_tag_match='"old"', **CALENDAR).status == 412


def invited(bert: WireClient) -> set[str]:
    calendar = f"{bert.calendars}Default/"
    return set(bert.propfind(calendar, "D:getetag", depth="1").responses) - {calendar}


def test_what_may_not_be_written_names_the_privilege(anna, bert, work):
    assert anna.share(work, **{bert.principal: "D:read"}).status == 200
    home = bert.propfind(bert.calendars, "D:owner", depth="1").responses
    (shared,) = [h for h, r in home.items() if h != bert.calendars
                 and r.found.get(200, {}).get(clark("D:owner")) == [anna.principal]]  # fmt: skip
    answer = put(bert, f"{shared}a.ics", event(), if_none_match="*", **CALENDAR)
    assert (answer.status, answer.condition) == (403, clark("D:need-privileges"))


def test_a_token_that_is_not_known_starts_it_anew(anna, work):
    answer = sync(anna, work, "http://sabre.io/ns/sync/12")
    assert (answer.status, answer.condition) == (403, clark("D:valid-sync-token"))
    assert sync(anna, work).status == 207


def test_it_goes_on_where_a_sync_was_cut(anna, work):
    for number in range(5):
        made(anna, f"{work}{number}.ics", event(str(number)))
    limit = "<D:limit><D:nresults>2</D:nresults></D:limit>"
    found: set[str] = set()
    token = ""
    for _ in range(3):
        answer = sync(anna, work, token, limit)
        responses = answer.responses
        cut = responses.pop(work, None)
        assert cut is None or cut.status == 507
        found |= set(responses)
        token = answer.token
    assert cut is None
    assert found == {f"{work}{number}.ics" for number in range(5)}


def test_what_is_gone_is_told_by_status_and_by_multiget(anna, work):
    made(anna, f"{work}a.ics", event())
    token = sync(anna, work).token
    tag = anna.get(f"{work}a.ics", "D:getetag")
    assert anna.request("DELETE", f"{work}a.ics", headers={"if-match": tag}).status == 204
    assert {h: r.status for h, r in sync(anna, work, token).responses.items()} == {
        f"{work}a.ics": 404
    }
    assert multiget(anna, work, f"{work}a.ics") == {f"{work}a.ics": 404}
    assert anna.request("DELETE", f"{work}a.ics").status == 404


@pytest.mark.parametrize(("component", "found"), [("VEVENT", {"e.ics"}), ("VTODO", {"t.ics"})])
def test_lists_of_one_kind_since_a_day(anna, work, component, found):
    made(anna, f"{work}e.ics", event("e"))
    made(anna, f"{work}old.ics", event("old", "DTSTART:20200105T100000Z", "DURATION:PT1H"))
    made(anna, f"{work}t.ics", todo("t"))
    span = '<C:time-range start="20251201T000000Z"/>'
    filters = (
        f'<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="{component}">{span}'
        "</C:comp-filter></C:comp-filter></C:filter>"
    )
    answer = anna.report(work, "C:calendar-query", prop("D:getetag") + filters, depth="1")
    assert set(answer.responses) == {work + name for name in found}


def test_cards_are_written_and_read_in_version_4(anna):
    url = f"{anna.books}Default/8d9c0d6e.vcf"
    card = vcard("8d9c0d6e", "BDAY:19700310", "RELATED;TYPE=friend:urn:uuid:1", version="4.0")
    answer = put(anna, url, card, content_type="text/vcard; charset=utf-8; version=4.0")
    assert answer.status == 201
    asked = '<D:getetag/><CR:address-data content-type="text/vcard" version="4.0"/>'
    found = cards(anna, f"{anna.books}Default/", url, asked=asked).one
    assert found[DATA] == card.decode()
    assert found["D:getetag"] == answer.headers["etag"]


def test_it_makes_and_removes_collections(anna):
    properties = (
        "<D:displayname>Familie</D:displayname><C:calendar-description>Alles</C:calendar-description>"
        "<A:calendar-color>#7CB342FF</A:calendar-color>"
        "<C:calendar-timezone-id>Europe/Vienna</C:calendar-timezone-id>"
        '<C:supported-calendar-component-set><C:comp name="VEVENT"/><C:comp name="VTODO"/>'
        "</C:supported-calendar-component-set>"
    )
    kind = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
    url = f"{anna.calendars}5f1c9e70-56f1-4a44-8d3c-0c9a4c1a7e77/"
    body = tree("D:mkcol", f"<D:set><D:prop>{kind}{properties}</D:prop></D:set>")
    assert anna.request("MKCOL", url, body).status == 201
    found = anna.propfind(url, *CALENDARS).one
    assert found["D:displayname"] == "Familie"
    assert found["A:calendar-color"] == "#7CB342FF"
    assert found["C:calendar-timezone-id"] == "Europe/Vienna"
    assert anna.request("DELETE", url).status == 204

"""What a client finds before it knows anything, and what resources say of themselves (RFC 6764)."""

from __future__ import annotations

import pytest

from tests.carddav.vcards import vcard
from tests.support.dav import clark, prop, tree
from tests.support.events import event, made, put

NEVER = ("TRACE", "PATCH", "LINK")


@pytest.mark.parametrize("method", ["PROPFIND", "GET", "OPTIONS", "REPORT", "HEAD"])
@pytest.mark.parametrize(
    ("name", "target"),
    [("caldav", "/dav/principals/"), ("carddav", "/dav/principals/"), ("timezone", "/tzdist")],
)
def test_well_known_urls_lead_on_by_the_same_method(anna, method, name, target):
    for url in (f"/.well-known/{name}", f"/.well-known/{name}/"):
        answer = anna.unsigned(method, url)
        assert (answer.status, answer.headers["location"]) == (307, target)


@pytest.mark.parametrize("method", ["PROPFIND", "OPTIONS", "REPORT"])
def test_the_bare_host_leads_to_the_root_of_the_tree(anna, method):
    answer = anna.unsigned(method, "/")
    assert (answer.status, answer.headers["location"]) == (307, "/dav/")


@pytest.mark.parametrize("url", ["/", "/.well-known/", "/.well-known/carddav/x", "/.well-known"])
def test_other_urls_lead_nowhere(anna, url):
    assert anna.unsigned("GET", url).status == 404


@pytest.mark.parametrize("method", ["PROPFIND", "OPTIONS", "PUT", "REPORT", "MKCALENDAR", "GET"])
def test_who_is_not_signed_in_hears_one_clear_challenge(anna, method):
    url = f"{anna.calendars}Default/"
    anna.connection.close()
    line = anna.connection._connection
    line.request(method, url)
    answer = line.getresponse()
    answer.read()
    challenges = [v for k, v in answer.getheaders() if k.lower() == "www-authenticate"]
    assert answer.status == 401
    assert [value.partition(" ")[0] for value in challenges] == ["Basic"]


def test_nobody_learns_what_is_there_without_a_password(anna):
    there = anna.unsigned("PROPFIND", f"{anna.calendars}Default/")
    nothing = anna.unsigned("PROPFIND", f"{anna.calendars}nothing/")
    strangers = anna.unsigned("PROPFIND", "/dav/calendars/user/nobody/")
    assert {each.status for each in (there, nothing, strangers)} == {401}
    assert there.body == nothing.body == strangers.body


def everything(client) -> list[str]:
    """The URL of one of each kind of resource that a user sees."""
    made(client, f"{client.calendars}Default/e.ics", event())
    book = f"{client.books}Default/"
    assert put(client, f"{book}c.vcf", vcard("c"), content_type="text/vcard").status == 201
    assert put(client, f"{client.drive}f.txt", b"text", content_type="text/plain").status == 201
    assert client.request("MKCOL", f"{client.drive}folder/").status == 201
    found: list[str] = []
    waiting = ["/dav/", client.principal]
    while waiting:
        url = waiting.pop()
        if url in found:
            continue
        found.append(url)
        members = client.propfind(url, "D:resourcetype", depth="1").responses
        waiting += [href for href in members if href not in found]
    return found


def test_every_resource_tells_its_methods_truly(anna):
    urls = everything(anna)
    assert len(urls) > 20
    for url in urls:
        allowed = anna.request("OPTIONS", url).headers["allow"].split(", ")
        element = anna.propfind(url, "D:supported-method-set").root
        told = [e.get("name") for e in element.iter(clark("D:supported-method"))]
        assert told == allowed, url
        for method in NEVER:
            refused = anna.request(method, url)
            assert (refused.status, refused.headers["allow"].split(", ")) == (405, allowed)


def test_no_method_that_a_resource_tells_of_is_refused_as_such(anna):
    harmless = {"overwrite": "F", "if": "(<urn:uuid:none>)", "destination": "/elsewhere"}
    for url in everything(anna):
        for method in anna.request("OPTIONS", url).headers["allow"].split(", "):
            answer = anna.request(method, url, b"", harmless)
            assert answer.status not in {405, 500, 501}, (method, url, answer)


def test_methods_that_a_resource_does_not_tell_of_are_405(anna):
    known = {"COPY", "MOVE", "LOCK", "UNLOCK", "PUT", "MKCOL", "MKCALENDAR", "ACL", "POST"}
    known |= {"DELETE", "PROPPATCH"}
    for url in everything(anna):
        allowed = set(anna.request("OPTIONS", url).headers["allow"].split(", "))
        for method in sorted(known - allowed):
            assert anna.request(method, url).status == 405, (method, url)


def test_every_resource_tells_its_reports_truly(anna):
    urls = everything(anna)
    told = {
        url: {
            e[0].tag
            for e in anna.propfind(url, "D:supported-report-set").root.iter(clark("D:report"))
        }
        for url in urls
    }
    for name in set().union(*told.values()):
        namespace, _, local = name[1:].partition("}")
        body = f'<x:{local} xmlns:x="{namespace}"/>'.encode()
        for url in urls:
            answer = anna.request("REPORT", url, body, {"depth": "0"})
            refused = answer.status == 403 and answer.condition == clark("D:supported-report")
            assert refused == (name not in told[url]), (name, url, answer)
            assert answer.status < 500, (name, url, answer)


def test_every_href_in_every_property_leads_to_something(anna):
    names = ("D:owner", "D:current-user-principal", "D:principal-URL", "D:add-member",
             "D:principal-collection-set", "C:calendar-home-set", "CR:addressbook-home-set",
             "C:schedule-inbox-URL", "C:schedule-outbox-URL", "CS:notification-URL",
             "C:schedule-default-calendar-URL", "D:lockroot", "C:timezone-service-set")  # fmt: skip
    hrefs: set[str] = set()
    for url in everything(anna):
        found = anna.request("PROPFIND", url, tree("D:propfind", prop(*names)), {"depth": "0"})
        hrefs |= {e.text for e in found.root.iter(clark("D:href"))}
    assert len(hrefs) > 20
    for href in hrefs:
        if href == "/tzdist/":
            answer = anna.request("GET", f"{href}capabilities")
        else:
            answer = anna.request("PROPFIND", href, b"", {"depth": "0"})
        assert answer.status < 400, (href, answer)

"""Apple's Contacts and vdirsyncer, from the host name to cards that were changed elsewhere."""

from __future__ import annotations

import pytest

from tests.carddav.vcards import DATA, multiget, put, vcard
from tests.support.dav import clark, prop, tree, words

ASKED = words(
    """
    D:add-member ME:bulk-requests D:current-user-privilege-set D:displayname ME:guardian-restricted
    CR:max-image-size CR:max-resource-size CS:me-card D:owner CS:push-transports CS:pushkey
    D:quota-available-bytes D:quota-used-bytes D:resource-id D:resourcetype D:supported-report-set
    D:sync-token CS:getctag
    """
)
GROUP = vcard(
    "0A5B-1:ABGroup",
    "X-ADDRESSBOOKSERVER-KIND:group",
    "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:0A5B-2:ABPerson",
    name="Friends",
)


@pytest.fixture
def book(anna) -> str:
    return f"{anna.books}Default/"


def test_contacts_finds_its_home_from_the_host_name(anna):
    names = ("D:current-user-principal", "D:principal-URL", "D:resourcetype")
    body = tree("D:propfind", prop(*names))
    _, answer = anna.followed("PROPFIND", "/.well-known/carddav", body, {"depth": "0"})
    (principal,) = answer.one["D:current-user-principal"]
    found = anna.propfind(
        principal, "CR:addressbook-home-set", "CR:directory-gateway", "D:displayname"
    ).one
    assert found["CR:addressbook-home-set"] == [anna.books]
    assert found.status_of("CR:directory-gateway") == 404
    assert "addressbook" in anna.request("OPTIONS", anna.books).headers["dav"]


def test_contacts_takes_the_one_address_book_of_the_home(anna, book):
    found = anna.propfind(anna.books, *ASKED, depth="1").responses
    books = [h for h, r in found.items() if clark("CR:addressbook") in r["D:resourcetype"]]
    assert books == [book]
    assert int(found[book]["CR:max-image-size"]) >= 1 << 20
    assert found[book]["D:sync-token"]


def test_groups_of_contacts_come_back_as_they_were_written(anna, book):
    token = anna.get(book, "D:sync-token")
    assert put(anna, f"{book}0A5B-1.vcf", GROUP, if_none_match="*").status == 201
    changed = anna.sync(book, token).responses
    assert multiget(anna, book, *changed).one[DATA] == GROUP.decode()


def test_a_new_card_may_be_posted_to_the_collection(anna, book):
    (url,) = anna.get(book, "D:add-member")
    answer = anna.request("POST", url, vcard("p"), {"content-type": "text/vcard"})
    assert answer.status == 201
    assert anna.request("GET", answer.headers["location"]).body == vcard("p")


def test_vdirsyncer_lists_reads_and_guards_its_writes(anna, book):
    made = put(anna, f"{book}a.vcf", vcard("a"), if_none_match="*")
    names = ("D:resourcetype", "D:getcontenttype", "D:getetag")
    listed = anna.propfind(book, *names, depth="1").responses
    assert listed[f"{book}a.vcf"]["D:getetag"] == made.headers["etag"]
    changed = vcard("a", "NOTE:b")
    update = put(anna, f"{book}a.vcf", changed, if_match=made.headers["etag"])
    assert update.status == 204
    assert put(anna, f"{book}a.vcf", changed, if_match=made.headers["etag"]).status == 412
    gone = {"if-match": update.headers["etag"]}
    assert anna.request("DELETE", f"{book}a.vcf", headers=gone).status == 204


def test_vdirsyncer_names_and_colours_collections(anna):
    kind = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
    content = f"<D:set><D:prop>{kind}</D:prop></D:set>"
    url = f"{anna.calendars}vdir/"
    assert anna.request("MKCOL", url, tree("D:mkcol", content)).status == 201
    for name, value in (("D:displayname", "Arbeit"), ("A:calendar-color", "#ff2968")):
        assert anna.set(url, name, value) == 200
        assert anna.get(url, name).lower() == value.lower()
    assert anna.request("DELETE", url).status == 204


@pytest.mark.parametrize("name", ["a%2Fb", "x@y", "%D0%9F%D1%80%D0%B8", "20210609T084907Z-@x%0A"])
def test_names_that_vdirsyncer_makes_of_uids_come_back_as_they_were_sent(anna, book, name):
    url = f"{book}{name}.vcf"
    assert put(anna, url, vcard("u")).status == 201
    assert set(anna.propfind(book, "D:getetag", depth="1").responses) == {book, url}
    assert multiget(anna, book, url).one.href == url

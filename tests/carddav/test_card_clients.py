"""What known clients ask, one after the other, as far as contacts are concerned."""

from __future__ import annotations

from tests.carddav.vcards import DATA, multiget, put, put_all, vcard
from tests.support.dav import clark, prop, tree, words

APPLE_GROUP = vcard(
    "0A5B-1:ABGroup",
    "X-ADDRESSBOOKSERVER-KIND:group",
    "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:0A5B-2:ABPerson",
    "REV:2026-01-02T03:04:05Z",
    name="Friends",
)


def found_from(anna, url: str) -> tuple[str, str]:
    """Principal and address book home, as clients find them."""
    (principal,) = anna.get(url, "D:current-user-principal")
    (home,) = anna.get(principal, "CR:addressbook-home-set")
    return principal, home


def test_apple_contacts(anna):
    """Apple's clients: one PROPFIND of everything, sync by token, multiget without a version."""
    _, home = found_from(anna, "/dav/principals/")
    asked = words("D:add-member CS:me-card CR:max-image-size CR:max-resource-size D:resource-id")
    asked += words("D:current-user-privilege-set D:displayname D:owner D:quota-used-bytes")
    asked += words("D:resourcetype D:supported-report-set D:sync-token CS:getctag CS:bulk-requests")
    found = anna.propfind(home, *asked, depth="1").responses
    book = f"{home}Default/"
    assert clark("CR:addressbook") in found[book]["D:resourcetype"]
    assert int(found[book]["CR:max-image-size"]) > 1_000_000
    token = found[book]["D:sync-token"]
    assert put(anna, f"{book}0A5B-1.vcf", APPLE_GROUP, if_none_match="*").status == 201
    person = vcard("0A5B-2:ABPerson", "PHOTO;ENCODING=b;TYPE=JPEG:" + "QUJD" * 30_000, name="Ann")
    assert put(anna, f"{book}0A5B-2.vcf", person, if_none_match="*").status == 201
    body = f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>{prop('D:getetag')}"
    answer = anna.report(book, "D:sync-collection", body)
    texts = multiget(anna, book, *answer.responses).responses
    assert texts[f"{book}0A5B-1.vcf"][DATA] == APPLE_GROUP.decode()
    assert texts[f"{book}0A5B-2.vcf"][DATA] == person.decode()


def test_apples_me_card_is_the_principals_address(anna, bert, book):
    put_all(anna, book, me=vcard("me", name="Anna"))
    url = f"{book}me.vcf"
    (home, principal) = (anna.books, anna.principal)
    assert (
        anna.propfind(principal, "CR:principal-address").one.status_of("CR:principal-address")
        == 404
    )
    assert anna.set(home, "CS:me-card", f"<D:href>{url}</D:href>") == 200
    assert anna.get(home, "CS:me-card") == [url]
    assert anna.get(principal, "CR:principal-address") == [url]
    theirs = bert.propfind(principal, "CR:principal-address").one
    assert theirs.status_of("CR:principal-address") == 404
    anna.request("DELETE", url)
    gone = anna.propfind(principal, "CR:principal-address").one
    assert gone.status_of("CR:principal-address") == 404


def test_me_card_that_is_no_card_is_nobodys_address(anna, book):
    for value in (
        "<D:href>::</D:href>",
        "<D:href>/x/%ff</D:href>",
        "text",
        f"<D:href>{book}</D:href>",
    ):
        assert anna.set(anna.books, "CS:me-card", value) == 200
        found = anna.propfind(anna.principal, "CR:principal-address").one
        assert found.status_of("CR:principal-address") == 404


def test_davx5(anna):
    """It writes 4.0 where the server has it; If-None-Match and If-Match; 404 in a multiget."""
    _, home = found_from(anna, "/dav/")
    asked = words("D:resourcetype D:displayname CR:addressbook-description D:owner")
    asked += words("D:current-user-privilege-set CR:supported-address-data D:supported-report-set")
    found = anna.propfind(home, *asked, "D:sync-token", "CS:getctag", depth="1")
    versions = {e.get("version") for e in found.root.iter(clark("CR:address-data-type"))}
    assert "4.0" in versions
    book = f"{home}Default/"
    group = vcard("g", "KIND:group", "MEMBER:urn:uuid:a", version="4.0")
    name = "8d9c0d6e-7b52-4b5e-9f33-6a5c2b9b1f77.vcf"
    v4 = {"content_type": "text/vcard; version=4.0; charset=utf-8"}
    tag = put(anna, book + name, group, if_none_match="*", **v4).headers["etag"]
    changed = group.replace(b"END", b"MEMBER:urn:uuid:b\r\nEND")
    assert put(anna, book + name, changed, if_match=tag, **v4).status == 204
    assert put(anna, book + name, group, if_match=tag, **v4).status == 412
    asked_4 = '<CR:address-data content-type="text/vcard" version="4.0"/>'
    urls = (book + name, f"{book}gone.vcf")
    texts = multiget(anna, book, *urls, asked=f"<D:getcontenttype/>{asked_4}").responses
    assert texts[urls[0]][DATA] == changed.decode()
    assert texts[urls[1]].status == 404
    one = anna.request("GET", urls[0], headers={"accept": "text/vcard;version=4.0"})
    assert one.body == changed
    assert one.headers["etag"] == texts[urls[0]]["D:getetag"]


def test_a_contact_of_davx5_on_an_iphone_and_back(anna, book):
    """One writes 4.0, the other reads 3.0 and writes it back: nothing of the group is lost."""
    put_all(anna, book, g=vcard("g", "KIND:group", "MEMBER:urn:uuid:a", version="4.0"))
    url = f"{book}g.vcf"
    text = multiget(anna, book, url).one[DATA]
    assert "VERSION:3.0" in text
    tag = anna.get(url, "D:getetag")
    edited = text.replace("FN:Nobody", "FN:Somebody").encode()
    assert put(anna, url, edited, if_match=tag).status == 204
    asked = '<CR:address-data content-type="text/vcard" version="4.0"/>'
    again = multiget(anna, book, url, asked=asked).one[DATA]
    assert "KIND:group\r\nMEMBER:urn:uuid:a" in again
    assert "FN:Somebody" in again


def test_thunderbird(anna):
    """PROPFIND on the address book; sync-collection that asks for the cards at once."""
    _, home = found_from(anna, "/dav/addressbooks/")
    book = f"{home}Default/"
    found = anna.propfind(book, "D:current-user-privilege-set", "D:resourcetype").root
    assert list(found.iter(clark("D:write")))
    put_all(anna, book, a=vcard("a"))
    asked = words("D:getetag D:getcontenttype CR:address-data")
    body = f"<D:sync-token/><D:sync-level>1</D:sync-level>{prop(*asked)}"
    (first,) = anna.report(book, "D:sync-collection", body).responses.values()
    assert first["D:getcontenttype"].startswith("text/vcard")
    assert first[DATA] == vcard("a").decode()
    listed = anna.propfind(book, "D:resourcetype", "D:getetag", depth="1").responses
    assert [href for href, r in listed.items() if not r["D:resourcetype"]] == [f"{book}a.vcf"]


def test_evolution(anna, book):
    """A query for names, with a limit, while the user types."""
    put_all(anna, book, a=vcard("a", "EMAIL:ann@x.org", name="Ann"), b=vcard("b", name="Bob"))
    match = '<CR:text-match collation="i;unicode-casemap" match-type="contains">AN</CR:text-match>'
    inside = "".join(
        f'<CR:prop-filter name="{name}">{match}</CR:prop-filter>'
        for name in ("FN", "EMAIL", "NICKNAME")
    )
    body = f"{prop('D:getetag', DATA)}<CR:filter test='anyof'>{inside}</CR:filter>"
    body += "<CR:limit><CR:nresults>50</CR:nresults></CR:limit>"
    answer = anna.report(book, "CR:addressbook-query", body, depth="1")
    assert list(answer.responses) == [f"{book}a.vcf"]


def test_vdirsyncer(anna):
    """Lists by PROPFIND of Depth 1, gets by multiget, makes address books by extended MKCOL."""
    types = "<D:resourcetype><D:collection/><CR:addressbook/></D:resourcetype>"
    book = f"{anna.books}test/"
    content = f"<D:set><D:prop>{types}<D:displayname>test</D:displayname></D:prop></D:set>"
    assert anna.request("MKCOL", book, tree("D:mkcol", content)).status == 201
    uids = ["a/b", "x@y", "20210609T084907Z-@synaps\n", "Привет"]
    urls = [f"{book}a%2Fb.vcf", f"{book}x@y.vcf", f"{book}u%0A.vcf"]
    urls.append(f"{book}%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82.vcf")
    for uid, url in zip(uids, urls, strict=True):
        octets = vcard(uid.replace("\n", "\\n")).replace(b"\r\n", b"\n")
        assert put(anna, url, octets, if_none_match="*").status == 201
    asked = words("D:resourcetype D:getcontenttype D:getetag")
    listed = set(anna.propfind(book, *asked, depth="1").responses)
    assert listed == {book, *urls}
    assert set(multiget(anna, book, *urls).responses) == set(urls)


def test_contacts_apps_that_look_by_email(anna, book):
    """CardBook, Outlook CalDav Synchronizer and mail programs look an address up."""
    put_all(anna, book, a=vcard("a", "item1.EMAIL;TYPE=INTERNET:Ann@X.org"))
    match = '<CR:text-match match-type="equals">ann@x.org</CR:text-match>'
    inside = f'<CR:filter><CR:prop-filter name="EMAIL">{match}</CR:prop-filter></CR:filter>'
    answer = anna.report(book, "CR:addressbook-query", prop("D:getetag") + inside, depth="1")
    assert list(answer.responses) == [f"{book}a.vcf"]

"""addressbook-multiget and address-data (RFC 6352 §8.7, §10.4)."""

from __future__ import annotations

import json

import pytest
from lxml import etree

from tests.carddav.sqlite import location
from tests.carddav.vcards import DATA, multiget, put, put_all, vcard
from tests.support.dav import clark, prop, tree

__all__ = ["location"]

ANNA = vcard("a", "item1.TEL:+49", "TEL;TYPE=home:+1", "item1.X-ABLabel:Büro", name="Anna & Co")
GROUP = vcard("g", "KIND:group", "MEMBER:urn:uuid:a", version="4.0")


@pytest.fixture
def cards(anna, book) -> str:
    put_all(anna, book, a=ANNA, g=GROUP)
    return book


def data(client, url: str, asked: str) -> str:
    book = url.rpartition("/")[0] + "/"
    return multiget(client, book, url, asked=asked).one[DATA]


def test_each_card_that_is_named_and_a_404_for_each_that_is_not_there(anna, cards):
    urls = [f"{cards}{name}.vcf" for name in ("g", "none", "a")]
    found = multiget(anna, cards, *urls).responses
    assert list(found) == urls
    assert found[urls[1]].status == 404
    assert found[urls[2]][DATA] == ANNA.decode()
    assert found[urls[2]]["D:getetag"] == anna.get(urls[2], "D:getetag")


def test_without_version_it_is_3(anna, cards):
    """As the definition of the element says: iOS names none, and cannot read 4.0."""
    text = data(anna, f"{cards}g.vcf", "<CR:address-data/>")
    assert "VERSION:3.0" in text
    assert "X-ADDRESSBOOKSERVER-KIND:group" in text


@pytest.mark.parametrize("type", ["", 'content-type="text/vcard" '])
def test_4_on_demand(anna, cards, type):
    asked = f'<CR:address-data {type}version="4.0"/>'
    assert data(anna, f"{cards}g.vcf", asked) == GROUP.decode()
    assert "VERSION:4.0" in data(anna, f"{cards}a.vcf", asked)


def test_jcard_on_demand(anna, cards):
    asked = '<CR:address-data content-type="application/vcard+json" version="4.0"/>'
    answer = multiget(anna, cards, f"{cards}a.vcf", asked=asked)
    assert json.loads(answer.one[DATA])[0] == "vcard"
    (element,) = answer.root.iter(clark(DATA))
    assert element.get("content-type") == "application/vcard+json"


@pytest.mark.parametrize(
    "asked", ['content-type="text/calendar"', 'version="2.1"', 'version=""', 'content-type="x"']
)
def test_forms_that_there_are_not_fail_the_report(anna, cards, asked):
    answer = multiget(anna, cards, f"{cards}a.vcf", asked=f"<CR:address-data {asked}/>")
    assert (answer.status, answer.condition) == (403, clark("CR:supported-address-data"))


@pytest.mark.parametrize(
    ("props", "expected"),
    [
        (["FN", "uid"], ["UID:a", "FN:Anna & Co"]),
        (["TEL"], ["item1.TEL:+49", "TEL;TYPE=home:+1"]),
        (["item1.tel"], ["item1.TEL:+49"]),
        (["ITEM2.TEL"], []),
        (["X-ABLABEL", "NOTE"], ["item1.X-ABLabel:Büro"]),
    ],
)
def test_properties_that_are_named_alone(anna, cards, props, expected):
    inside = "".join(f'<CR:prop name="{name}"/>' for name in props)
    text = data(anna, f"{cards}a.vcf", f"<CR:address-data>{inside}</CR:address-data>")
    assert text.split("\r\n") == ["BEGIN:VCARD", *expected, "END:VCARD", ""]


def test_names_without_values(anna, cards):
    inside = '<CR:prop name="TEL" novalue="yes"/><CR:prop name="item1.TEL"/>'
    text = data(anna, f"{cards}a.vcf", f"<CR:address-data>{inside}</CR:address-data>")
    assert text.split("\r\n")[1:-2] == ["item1.TEL:+49", "TEL;TYPE=home:"]


def test_allprop_is_everything(anna, cards):
    asked = "<CR:address-data><CR:allprop/></CR:address-data>"
    assert data(anna, f"{cards}a.vcf", asked) == ANNA.decode()


@pytest.mark.parametrize(
    "inside", ["<CR:prop/>", '<CR:prop name=""/>', '<CR:prop name="FN" novalue="maybe"/>']
)
def test_what_is_malformed_is_refused(anna, cards, inside):
    asked = f"<CR:address-data>{inside}</CR:address-data>"
    assert multiget(anna, cards, f"{cards}a.vcf", asked=asked).status == 400


def test_answer_is_xml_whatever_is_in_the_card(anna, book):
    """Clients on iOS stop a synchronization for good at the first control character."""
    octets = vcard("a", "NOTE:\x00\x01\x0b]]>\x1b<&>\xef\xbf\xbe", name="\ufffe\uffff")
    latin = vcard("b", "NOTE:@").replace(b"@", b"\xfc\x85")
    put_all(anna, book, a=octets, b=latin)
    answer = multiget(anna, book, f"{book}a.vcf", f"{book}b.vcf")
    texts = [response[DATA] for response in answer.responses.values()]
    assert "NOTE:]]><&>" in texts[0]
    assert "NOTE:ü" in texts[1]
    etree.fromstring(answer.body)


def test_large_photo_comes_whole(anna, book):
    octets = vcard("a", "PHOTO;ENCODING=b;TYPE=JPEG:" + "QUJD" * 300_000)
    put_all(anna, book, a=octets)
    assert data(anna, f"{book}a.vcf", "<CR:address-data/>") == octets.decode()


def test_card_may_be_asked_itself(anna, cards):
    url = f"{cards}a.vcf"
    body = prop("D:getetag") + f"<D:href>{url}</D:href>"
    assert anna.report(url, "CR:addressbook-multiget", body).one["D:getetag"]
    other = prop("D:getetag") + f"<D:href>{cards}g.vcf</D:href>"
    assert anna.report(url, "CR:addressbook-multiget", other).one.status == 404


def test_nothing_outside_the_address_book_is_reached(anna, bert, book, cards):
    theirs = f"{bert.books}Default/x.vcf"
    put(bert, theirs, vcard("x"))
    for url in (theirs, "/dav/principals/", "http://example.org/", "::", f"{book}../x", book):
        assert multiget(anna, book, url).one.status == 404


def test_no_card_named_is_refused(anna, book):
    assert multiget(anna, book).status == 400


def test_sync_and_propfind_give_cards_too(anna, cards):
    found = anna.propfind(cards, DATA, depth="1").responses
    assert found[f"{cards}a.vcf"][DATA] == ANNA.decode()
    assert found[cards].status_of(DATA) == 404
    body = "<D:sync-token/><D:sync-level>1</D:sync-level>" + prop(DATA)
    answer = anna.report(cards, "D:sync-collection", body)
    assert answer.responses[f"{cards}a.vcf"][DATA] == ANNA.decode()


def test_forms_that_there_are_not_fail_in_propfind_for_that_property_alone(anna, cards):
    content = '<D:prop><D:getetag/><CR:address-data version="2.1"/></D:prop>'
    answer = anna.request("PROPFIND", f"{cards}a.vcf", tree("D:propfind", content), {"depth": "0"})
    assert answer.one["D:getetag"]
    assert answer.one.status_of(DATA) == 403

"""GET and HEAD of cards, and the forms that Accept asks for (RFC 6352 §5.1.1)."""

from __future__ import annotations

import json

import pytest

from tests.carddav.sqlite import location
from tests.carddav.vcards import put_all, vcard
from tests.support.dav import clark

__all__ = ["location"]

GROUP = vcard("g", "KIND:group", "MEMBER:urn:uuid:1", name="Friends", version="4.0")
PLAIN = "text/vcard; charset=utf-8"
V3 = "text/vcard; version=3.0; charset=utf-8"
V4 = "text/vcard; version=4.0; charset=utf-8"
JCARD = "application/vcard+json"


@pytest.fixture
def cards(anna, book) -> str:
    put_all(anna, book, three=vcard("a", name="Anna"), four=GROUP)
    return book


@pytest.mark.parametrize(
    ("accept", "three", "four"),
    [
        (None, PLAIN, PLAIN),
        ("*/*", PLAIN, PLAIN),
        ("text/*", PLAIN, PLAIN),
        ("text/vcard", PLAIN, PLAIN),
        ("text/x-vcard", PLAIN, PLAIN),
        ("text/vcard; version=3.0", V3, V3),
        ('text/vcard;version="4.0"', V4, V4),
        ("text/vcard;version=4.0, text/vcard;version=3.0", V3, V4),
        ("text/vcard;version=4.0;q=0.9, text/vcard;version=3.0;q=0.1", V4, V4),
        ("text/vcard;version=5.0, */*;q=0.1", PLAIN, PLAIN),
        ("text/vcard;version=4.0, */*", V4, V4),
        ("application/vcard+json", JCARD, JCARD),
        ("application/vcard+json;q=0.2, text/vcard;q=0.8", PLAIN, PLAIN),
        ("image/png, application/vcard+json", JCARD, JCARD),
        ("text/vcard;q=x", PLAIN, PLAIN),
        (",;=,", PLAIN, PLAIN),
    ],
)
def test_each_form_on_demand(anna, cards, accept, three, four):
    headers = {} if accept is None else {"accept": accept}
    if accept == ",;=,":
        assert anna.request("GET", f"{cards}three.vcf", headers=headers).status == 406
        return
    for name, type in (("three", three), ("four", four)):
        answer = anna.request("GET", f"{cards}{name}.vcf", headers=headers)
        assert (answer.status, answer.headers["content-type"]) == (200, type)
        assert answer.headers["vary"] == "accept"


@pytest.mark.parametrize("accept", ["image/jpeg", "text/vcard;version=2.1", "text/vcard;q=0"])
def test_forms_that_there_are_not_are_refused(anna, cards, accept):
    answer = anna.request("GET", f"{cards}three.vcf", headers={"accept": accept})
    assert answer.status == 406
    assert answer.condition == clark("CR:supported-address-data-conversion")


def test_group_becomes_apples_in_3_and_stays_the_same_card(anna, cards):
    url = f"{cards}four.vcf"
    answer = anna.request("GET", url, headers={"accept": "text/vcard; version=3.0"})
    assert b"VERSION:3.0\r\n" in answer.body
    assert b"X-ADDRESSBOOKSERVER-KIND:group" in answer.body
    assert b"X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1" in answer.body
    assert answer.headers["etag"] == anna.get(url, "D:getetag")
    assert anna.request("GET", url).body == GROUP


def test_jcard_says_what_the_card_says(anna, cards):
    answer = anna.request("GET", f"{cards}three.vcf", headers={"accept": JCARD})
    kind, properties = json.loads(answer.body)
    assert kind == "vcard"
    assert ["fn", {}, "text", "Anna"] in properties


def test_head_tells_the_same_without_the_card(anna, cards):
    got, head = (anna.request(method, f"{cards}three.vcf") for method in ("GET", "HEAD"))
    assert head.headers == got.headers


def test_what_the_client_has_is_not_sent_again(anna, cards):
    url = f"{cards}three.vcf"
    tag = anna.request("GET", url).headers["etag"]
    answer = anna.request("GET", url, headers={"if-none-match": tag})
    assert (answer.status, answer.body) == (304, b"")
    answer = anna.request("GET", url, headers={"if-none-match": '"x"'})
    assert answer.status == 200


def test_address_book_tells_the_forms(anna, cards):
    element = anna.propfind(cards, "CR:supported-address-data").root.iter(
        clark("CR:address-data-type")
    )
    assert [(each.get("content-type"), each.get("version")) for each in element] == [
        ("text/vcard", "3.0"),
        ("text/vcard", "4.0"),
        (JCARD, "4.0"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "CR:supported-address-data",
        "CR:max-resource-size",
        "CR:max-image-size",
        "CR:supported-collation-set",
        "D:getetag",
    ],
)
def test_what_the_server_says_is_not_for_clients_to_set(anna, cards, name):
    assert anna.set(cards, name, "1") == 403


def test_allprop_gives_no_carddav_property(anna, cards):
    found = anna.propfind(cards, depth="1").responses
    assert set(found) == {cards, f"{cards}three.vcf", f"{cards}four.vcf"}
    given = {name for response in found.values() for name in response.found[200]}
    assert not [name for name in given if name.startswith(clark("CR:"))]
    assert clark("D:getetag") in given
    assert clark("D:getcontentlength") in given


def test_options_say_addressbook_everywhere(anna, cards):
    for url in (anna.books, cards, f"{cards}three.vcf"):
        words = anna.request("OPTIONS", url).headers["dav"].split(", ")
        assert {"1", "3", "addressbook", "access-control"} <= set(words)
    assert "PUT" in anna.request("OPTIONS", f"{cards}three.vcf").headers["allow"].split(", ")
    assert "PUT" in anna.request("OPTIONS", f"{cards}new.vcf").headers["allow"].split(", ")

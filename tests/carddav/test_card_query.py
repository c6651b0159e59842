"""addressbook-query (RFC 6352 §8.6, §10.5)."""

from __future__ import annotations

import pytest

from tests.carddav.sqlite import location
from tests.carddav.vcards import DATA, names, put_all, query, vcard
from tests.support.dav import clark, prop

__all__ = ["location"]

CARDS = {
    "anna": vcard(
        "a", "NICKNAME:me,Änne", "EMAIL;TYPE=HOME,pref:Anna@Example.com", "NOTE:a\\, b\\nc"
    ),
    "bert": vcard("b", "item1.TEL;TYPE=work:+49 1", "X-ABC.TEL:+49 2", name="Bert Öztürk"),
    "carl": vcard("c", "TEL:+33", "CATEGORIES:Team,Family", "X-FOO:bar", name="Carl"),
    "folded": vcard("d", "NOTE:a long li\r\n ne that is fol\r\n\tded", name="Dora"),
}
F = "<CR:filter{}>{}</CR:filter>"


def prop_filter(name: str, inside: str = "", **more: str) -> str:
    given = "".join(f' {key}="{value}"' for key, value in more.items())
    return f'<CR:prop-filter name="{name}"{given}>{inside}</CR:prop-filter>'


def match(text: str, **more: str) -> str:
    given = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in more.items())
    return f"<CR:text-match{given}>{text}</CR:text-match>"


def param(name: str, inside: str = "") -> str:
    return f'<CR:param-filter name="{name}">{inside}</CR:param-filter>'


@pytest.fixture
def cards(anna, book) -> str:
    put_all(anna, book, **CARDS)
    return book


ABSENT = "<CR:is-not-defined/>"
OCTET, ASCII = "i;octet", "i;ascii-casemap"
FILTERS = [
    (prop_filter("FN"), "anna bert carl folded"),
    (prop_filter("TEL"), "bert carl"),
    (prop_filter("tel"), "bert carl"),
    (prop_filter("x-abc.tel"), "bert"),
    (prop_filter("item2.TEL"), ""),
    (prop_filter("TEL", ABSENT), "anna folded"),
    (prop_filter("item1.TEL", ABSENT), "anna carl folded"),
    (prop_filter("X-FOO"), "carl"),
    (prop_filter("X-NEVER", ABSENT), "anna bert carl folded"),
    (prop_filter("FN", match("bert")), "bert"),
    (prop_filter("FN", match("öztürk")), "bert"),
    (prop_filter("FN", match("ÖZTÜRK", match_type="ends-with")), "bert"),
    (prop_filter("FN", match("zTüRK", collation=ASCII)), "bert"),
    (prop_filter("FN", match("ÖZTÜRK", collation=ASCII)), ""),
    (prop_filter("FN", match("bert", collation=OCTET)), ""),
    (prop_filter("FN", match("Bert", collation=OCTET)), "bert"),
    (prop_filter("FN", match("bert", collation="default")), "bert"),
    (prop_filter("FN", match("carl", match_type="equals")), "carl"),
    (prop_filter("FN", match("car", match_type="equals")), ""),
    (prop_filter("FN", match("ca", match_type="starts-with")), "carl"),
    (prop_filter("FN", match("arl", match_type="starts-with")), ""),
    (prop_filter("FN", match("RL", match_type="ends-with")), "carl"),
    (prop_filter("FN", match("e", negate_condition="yes")), "anna carl folded"),
    (prop_filter("EMAIL", match("x", negate_condition="yes")), ""),
    (prop_filter("EMAIL", match("anna@example.com", match_type="equals")), "anna"),
    (prop_filter("NOTE", match("a, b")), "anna"),
    (prop_filter("NOTE", match("b&#10;c")), "anna"),
    (prop_filter("NOTE", match("long line")), "folded"),
    (prop_filter("NOTE", match("folded", match_type="ends-with")), "folded"),
    (prop_filter("NICKNAME", match("me", match_type="equals")), "anna"),
    (prop_filter("NICKNAME", match("änne", match_type="equals")), "anna"),
    (prop_filter("CATEGORIES", match("FAMILY", match_type="equals")), "carl"),
    (prop_filter("CATEGORIES", match("Team", match_type="equals", negate_condition="yes")), ""),
    (prop_filter("N", match("carl;")), "carl"),
    (prop_filter("UID", match("c", match_type="equals")), "carl"),
    (prop_filter("TEL", param("TYPE")), "bert"),
    (prop_filter("TEL", param("TYPE", ABSENT)), "bert carl"),
    (prop_filter("EMAIL", param("type", match("home", match_type="equals"))), "anna"),
    (prop_filter("EMAIL", param("TYPE", match("PREF"))), "anna"),
    (prop_filter("EMAIL", param("TYPE", match("o", negate_condition="yes"))), ""),
    (prop_filter("TEL", match("+49 2") + param("TYPE"), test="allof"), ""),
    (prop_filter("TEL", match("+49 1") + param("TYPE"), test="allof"), "bert"),
    (prop_filter("TEL", match("+33") + param("TYPE"), test="anyof"), "bert carl"),
    (prop_filter("TEL", match("+33") + match("+49 1")), "bert carl"),
    (prop_filter("FN", match("")), "anna bert carl folded"),
    (prop_filter("FN", match("carl")) + prop_filter("EMAIL"), "anna carl"),
    ("", "anna bert carl folded"),
]


@pytest.mark.parametrize(("inside", "expected"), FILTERS)
def test_finds_what_the_filter_says(anna, cards, inside, expected):
    assert names(query(anna, cards, F.format("", inside)), cards) == set(expected.split())


def test_all_of_the_properties_where_it_says_so(anna, cards):
    inside = prop_filter("FN", match("carl")) + prop_filter("EMAIL")
    assert names(query(anna, cards, F.format(' test="allof"', inside)), cards) == set()
    inside = prop_filter("FN", match("carl")) + prop_filter("TEL")
    assert names(query(anna, cards, F.format(' test="allof"', inside)), cards) == {"carl"}


def test_without_filter_it_is_all(anna, cards):
    assert names(query(anna, cards, ""), cards) == set(CARDS)
    assert names(query(anna, cards, "<CR:filter/>"), cards) == set(CARDS)


def test_depth_0_looks_at_the_address_book_alone(anna, cards):
    assert query(anna, cards, "", depth="0").responses == {}
    assert names(query(anna, cards, "", depth="infinity"), cards) == set(CARDS)
    answer = anna.request(
        "REPORT",
        cards,
        b'<x:addressbook-query xmlns:x="urn:ietf:params:xml:ns:carddav"/>',
    )
    assert names(answer, cards) == set(CARDS)


def test_gives_the_properties_and_cards_that_were_asked_for(anna, cards):
    asked = '<CR:address-data><CR:prop name="FN"/></CR:address-data>'
    body = f"<D:prop><D:getetag/>{asked}<X:none/></D:prop>"
    body += F.format("", prop_filter("FN", match("carl")))
    found = anna.report(cards, "CR:addressbook-query", body, depth="1").one
    assert found[DATA] == "BEGIN:VCARD\r\nFN:Carl\r\nEND:VCARD\r\n"
    assert found["D:getetag"]
    assert found.status_of("X:none") == 404


@pytest.mark.parametrize(
    ("all", "name"), [("<D:allprop/>", "D:getetag"), ("<D:propname/>", "D:getetag")]
)
def test_all_properties_or_their_names(anna, cards, all, name):
    body = all + F.format("", prop_filter("FN", match("carl")))
    found = anna.report(cards, "CR:addressbook-query", body, depth="1").one
    assert clark(name) in found.found[200]


def limit(count: object) -> str:
    return f"<CR:limit><CR:nresults>{count}</CR:nresults></CR:limit>"


def test_limit_tells_that_there_are_more(anna, cards):
    found = query(anna, cards, "", limit=limit(2)).responses
    assert found[cards].status == 507
    condition = found[cards].element.find(f"{clark('D:error')}/*")
    assert condition.tag == clark("D:number-of-matches-within-limits")
    assert len(found) == 3


@pytest.mark.parametrize("count", [4, 5, 10**17])
def test_limit_that_is_enough_says_nothing(anna, cards, count):
    assert names(query(anna, cards, "", limit=limit(count)), cards) == set(CARDS)


@pytest.mark.parametrize("count", ["-1", "x", "", "1" * 30])
def test_limit_that_is_no_number_is_refused(anna, cards, count):
    assert query(anna, cards, "", limit=limit(count)).status == 400


@pytest.mark.parametrize(
    "inside",
    [
        "<CR:prop-filter/>",
        prop_filter("N A"),
        prop_filter("a.b.FN"),
        prop_filter("FN", "<CR:time-range/>"),
        "<CR:comp-filter name='x'/>",
        prop_filter("FN", match("x", match_type="like")),
        prop_filter("FN", match("x", negate_condition="no way")),
        prop_filter("FN", match("<CR:prop/>")),
        prop_filter("FN", ABSENT + match("x")),
        prop_filter("FN", test="some"),
        prop_filter("TEL", param("TYPE", match("a") + match("b"))),
        prop_filter("TEL", param("")),
        prop_filter("FN") * 201,
    ],
)
def test_filters_that_cannot_be_are_refused(anna, cards, inside):
    answer = query(anna, cards, F.format("", inside))
    assert (answer.status, answer.condition) == (403, clark("CR:supported-filter"))


def test_refusal_names_the_filter(anna, cards):
    inside = prop_filter("TEL", param("TYPE", match("a") + match("b")))
    (found,) = query(anna, cards, F.format("", inside)).root.iter(clark("CR:param-filter"))
    assert found.get("name") == "TYPE"


@pytest.mark.parametrize("name", ["i;unknown", "*", "i;*", "", "i;ascii-numeric"])
def test_collations_that_there_are_not_are_refused(anna, cards, name):
    inside = prop_filter("FN", match("x", collation=name))
    answer = query(anna, cards, F.format("", inside))
    assert (answer.status, answer.condition) == (403, clark("CR:supported-collation"))


def test_collations_are_told(anna, cards):
    for url in (cards, f"{cards}anna.vcf"):
        root = anna.propfind(url, "CR:supported-collation-set").root
        told = {each.text for each in root.iter(clark("CR:supported-collation"))}
        assert told == {"i;ascii-casemap", "i;octet", "i;unicode-casemap"}


def test_form_that_there_is_not_is_refused(anna, cards):
    body = '<D:prop><CR:address-data version="2.1"/></D:prop>'
    answer = anna.report(cards, "CR:addressbook-query", body, depth="1")
    assert (answer.status, answer.condition) == (403, clark("CR:supported-address-data"))


def test_elements_that_nobody_knows_are_ignored(anna, cards):
    inside = prop_filter("FN", "<X:new/>" + match("carl")) + "<X:other/>"
    assert names(query(anna, cards, F.format("", inside)), cards) == {"carl"}


def test_card_may_be_asked_itself(anna, cards):
    body = prop("D:getetag") + F.format("", prop_filter("FN", match("carl")))
    found = anna.report(f"{cards}carl.vcf", "CR:addressbook-query", body)
    assert set(found.responses) == {f"{cards}carl.vcf"}
    assert anna.report(f"{cards}bert.vcf", "CR:addressbook-query", body).responses == {}


def test_reports_are_told_of_address_books_and_cards(anna, cards):
    for url in (cards, f"{cards}carl.vcf"):
        root = anna.propfind(url, "D:supported-report-set").root
        told = {each[0].tag for each in root.iter(clark("D:report"))}
        wanted = {"CR:addressbook-query", "CR:addressbook-multiget", "D:expand-property"}
        assert {clark(name) for name in wanted} <= told

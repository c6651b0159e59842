"""Cards to vCards and back, edits of stored vCards, hostile input (RFC 9555)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cyrpy.errors import FormatError
from cyrpy.formats.jscontact import from_vcard, schema, to_vcard, units
from cyrpy.formats.vcard.parse import parse, parse_stream
from cyrpy.formats.vcard.write import write
from tests.unit.formats.jscontact_cards import CARDS

VERSIONS = st.sampled_from(["3.0", "4.0"])
NAMED = """
    FN N EMAIL TEL ADR ORG TITLE ROLE NOTE URL BDAY ANNIVERSARY PHOTO KEY IMPP SOCIALPROFILE
    X-SOCIALPROFILE NICKNAME CATEGORIES RELATED MEMBER GEO TZ LABEL LANG REV UID X-ABLabel JSPROP
    X-ABDATE X-ABRELATEDNAMES SORT-STRING X-PHONETIC-FIRST-NAME BIRTHPLACE GRAMGENDER PRONOUNS KIND
    HOBBY X-FOO LANGUAGE AGENT SOURCE CALURI X-AIM X-ABADR LOGO SOUND
"""
NAMES = st.sampled_from(NAMED.split())
PARAMS = st.sampled_from(
    ["", ";TYPE=home", ";TYPE=work,pref", ";PREF=1", ";ALTID=1;LANGUAGE=fr", ";LANGUAGE=en",
     ";PROP-ID=x1", ";VALUE=uri", ";VALUE=text", ";ENCODING=b;TYPE=JPEG", ";JSPTR=a/b",
     ";PHONETIC=ipa;ALTID=1", ";SORT-AS=a,b", ';JSCOMPS=";1;0"', ";X-APPLE-OMIT-YEAR=1604",
     ";CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE", ";CC=us", ";TYPE", ';GEO="geo:1,2"', ";VALUE",
     ";PREF;ENCODING", ";AUTHOR=fr", ";GROUP=a;HOME", ";CREATED=1"]
)  # fmt: skip
VALUES = st.sampled_from(
    ["", "a", "a;b;c", "Doe;John;;;", ";;Main St;Town;;;", "1604-04-12", "20200101", "--0412",
     "19531015T231000Z", "geo:1,2", "1;2", "-0500", "tel:+1", "https://example.com/", "a,b\\,c",
     "data:image/png;base64,AAAA", "AAAA", "{}", '{"a":1}', "true", "urn:uuid:1", "x\\ny",
     "_$!<Anniversary>!$_", "Spouse", "en", "neuter", "group", ";;;;;;;r;a;f;1;s;;;;;;", "=C3=A4"]
)  # fmt: skip
LINES = st.builds(
    "{}{}{}:{}".format, st.sampled_from(["", "", "item1.", "g."]), NAMES, PARAMS, VALUES
)


def vcard(version: str, lines: list[str]) -> bytes:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]).encode()


@given(CARDS, VERSIONS)
@settings(max_examples=80, deadline=None)
def test_a_card_comes_back_from_a_vcard(card, version):
    assert schema.problems(card) == []
    octets = write(to_vcard.apply(None, card, version))
    again = from_vcard.card(parse(octets))
    assert units.comparable(units.normal(again)) == units.comparable(units.normal(card))
    assert schema.problems(again) == []


@given(CARDS, CARDS, VERSIONS)
@settings(max_examples=50, deadline=None)
def test_a_vcard_can_become_any_other_card(before, after, version):
    after["uid"] = before["uid"]
    old = parse(write(to_vcard.apply(None, before, version)))
    new = to_vcard.apply(old, after)
    again = from_vcard.card(parse(write(new)))
    assert units.comparable(units.normal(again)) == units.comparable(units.normal(after))


@given(st.sampled_from(["2.1", "3.0", "4.0"]), st.lists(LINES, max_size=12))
@settings(max_examples=150, deadline=None)
def test_whatever_a_vcard_says_it_makes_a_valid_card(version, lines):
    card = from_vcard.card(parse(vcard(version, lines)))
    assert schema.problems(card) == []


@given(VERSIONS, st.lists(LINES, max_size=12))
@settings(max_examples=120, deadline=None)
def test_a_vcard_that_nobody_changed_stays_octet_for_octet(version, lines):
    octets = vcard(version, lines)
    old = parse(octets)
    assert write(to_vcard.apply(old, from_vcard.card(old))) == octets


@given(VERSIONS, st.lists(LINES, max_size=12))
@settings(max_examples=120, deadline=None)
def test_a_change_touches_only_its_own_line(version, lines):
    octets = vcard(version, lines)
    old = parse(octets)
    card = from_vcard.card(old)
    card["links"] = {**card.get("links", {}), "added": {"uri": "https://example.com/added"}}
    new = to_vcard.apply(old, card)
    again = from_vcard.card(parse(write(new)))
    assert units.comparable(again) == units.comparable(units.normal(card))
    kept = {id(line) for line in new.properties}
    gone = [line.name for line in old.properties if id(line) not in kept]
    assert set(gone) <= {"JSPROP"}  # one that was invalid goes with the first edit


@given(st.binary(max_size=200) | st.text("BEGINDV:=;,.\r\n CARD", max_size=200).map(str.encode))
@settings(max_examples=120, deadline=1000)
def test_random_octets_are_refused_or_read(octets):
    for stream in (octets, b"BEGIN:VCARD\r\n" + octets + b"\r\nEND:VCARD\r\n"):
        try:
            cards = parse_stream(stream)
        except FormatError:
            continue
        for card in cards:
            assert schema.problems(from_vcard.card(card)) == []


def test_a_name_that_says_nothing_in_another_language_is_kept_aside():
    card = from_vcard.card(parse(vcard("4.0", ["N:a", "N;ALTID=1;LANGUAGE=fr:"])))
    assert "localizations" not in card
    assert schema.problems(card) == []

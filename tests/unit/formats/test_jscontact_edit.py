"""Edits of a stored vCard by JSContact: what was not touched stays (RFC 9555 §3)."""

from __future__ import annotations

import copy

import pytest

from cyrpy.errors import FormatError
from cyrpy.formats.jscontact import from_vcard, to_vcard
from cyrpy.formats.jscontact.patches import apply as patched
from cyrpy.formats.jscontact.patches import diff
from cyrpy.formats.vcard.parse import parse
from cyrpy.formats.vcard.write import write

FIXED = {"3.0": ["VERSION:3.0", "UID:1", "N:Doe;J;;;", "FN:J Doe"],
         "4.0": ["VERSION:4.0", "UID:1", "FN:J Doe"]}  # fmt: skip


def vcard(version: str, *lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCARD", *FIXED[version], *lines, "END:VCARD", ""]).encode()


def edited(octets: bytes, **patch) -> list[str]:
    """The lines after an edit, without those that each card has; keys have `_` for `/`."""
    old = parse(octets)
    wanted = patched(from_vcard.card(old), {k.replace("__", "/"): v for k, v in patch.items()})
    new = to_vcard.apply(old, wanted)
    assert from_vcard.card(parse(write(new))) == wanted
    text = write(new).decode().replace("\r\n ", "")
    fixed = {line for lines in FIXED.values() for line in lines} | {"BEGIN:VCARD", "END:VCARD", ""}
    return [line for line in text.split("\r\n") if line not in fixed]


def test_one_changed_entry_is_one_changed_line():
    octets = vcard("3.0", "email;type=HOME:a@b", "TEL;type=CELL:1", "X-FOO:bar")
    assert edited(octets, emails__e1__address="c@d") == [
        "EMAIL;TYPE=home:c@d", "TEL;type=CELL:1", "X-FOO:bar",
    ]  # fmt: skip


def test_unknown_parameters_survive_an_edit():
    octets = vcard("4.0", "EMAIL;X-FOO=Bar;PID=1.1;TYPE=work,x-old:a@b")
    assert edited(octets, emails__e1__address="c@d") == [
        "EMAIL;PROP-ID=e1;TYPE=work,x-old;X-FOO=Bar;PID=1.1:c@d"
    ]


@pytest.mark.parametrize(("version", "name"), [("3.0", "X-PROP-ID"), ("4.0", "PROP-ID")])
def test_keys_stay_when_an_entry_before_goes(version, name):
    octets = vcard(version, "EMAIL:a@b", "EMAIL:c@d")
    assert edited(octets, emails__e1=None) == [f"EMAIL;{name}=e2:c@d"]


def test_a_new_entry_keeps_the_key_that_the_client_chose():
    assert edited(vcard("3.0"), phones={"k391": {"number": "1"}}) == ["TEL;X-PROP-ID=k391:1"]
    assert edited(vcard("3.0"), phones={"p1": {"number": "1"}}) == ["TEL:1"]
    assert edited(vcard("4.0"), phones={"p1": {"number": "1"}}) == ["TEL;PROP-ID=p1:1"]


def test_a_label_goes_into_a_group_that_is_free():
    octets = vcard("3.0", "item1.URL:http://a", "item1.X-ABLabel:x", "TEL:1")
    assert edited(octets, phones__p1__label="Alm") == [
        "item1.URL:http://a", "item1.X-ABLabel:x", "item2.TEL:1", "item2.X-ABLabel:Alm",
    ]  # fmt: skip


def test_a_label_that_apple_translates_stays_so():
    octets = vcard("3.0", "item1.URL:http://a", "item1.X-ABLabel:_$!<HomePage>!$_")
    assert edited(octets, links__l1__uri="http://b") == [
        "item1.URL:http://b", "item1.X-ABLabel:_$!<HomePage>!$_",
    ]  # fmt: skip


def test_a_title_and_its_organization_share_a_group():
    octets = vcard("4.0", "ORG:Acme", "TITLE:Boss")
    assert edited(octets, titles__t1__organizationId="o1") == [
        "item1.ORG;PROP-ID=o1:Acme", "item1.TITLE;PROP-ID=t1:Boss",
    ]  # fmt: skip


def test_nicknames_of_one_line_are_parted_when_one_changes():
    octets = vcard("4.0", "NICKNAME:Jim,Jimmie", "NOTE:x")
    assert edited(octets, nicknames__n2__name="James") == [
        "NICKNAME;PROP-ID=n1:Jim", "NICKNAME;PROP-ID=n2:James", "NOTE:x",
    ]  # fmt: skip


def test_a_birthday_without_a_year_is_what_apple_reads():
    birth = {"birth": {"kind": "birth", "date": {"month": 4, "day": 12}}}
    assert edited(vcard("3.0"), anniversaries=birth) == ["BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12"]


def test_what_vcard_lacks_is_said_by_jsprop_and_taken_back():
    octets = vcard("4.0", "TEL;PROP-ID=p1:1")
    lines = edited(octets, **{"phones__p1__example.com:x": [1]})
    assert lines == ["TEL;PROP-ID=p1:1", 'JSPROP;JSPTR="phones/p1/example.com:x":[1]']
    again = vcard("4.0", *lines)
    assert edited(again, **{"phones__p1__example.com:x": None}) == ["TEL;PROP-ID=p1:1"]


def test_a_jsprop_that_did_not_change_stays_as_it_was():
    line = 'JSPROP;X-A=1;JSPTR="example.com:foo": {"bar": 1}'
    octets = vcard("4.0", line, "TEL;PROP-ID=p1:1")
    assert edited(octets, phones__p1__number="2") == [line, "TEL;PROP-ID=p1:2"]


def test_another_language_is_a_line_of_its_own():
    octets = vcard("4.0", "TITLE:Boss", "TEL:1")
    assert edited(octets, localizations={"fr": {"titles/t1/name": "Patron"}}) == [
        "TITLE;ALTID=t1;PROP-ID=t1:Boss", "TEL:1", "TITLE;ALTID=t1;LANGUAGE=fr:Patron",
    ]  # fmt: skip


def test_3_0_has_no_second_line_for_another_language():
    lines = edited(vcard("3.0", "TITLE:Boss"), localizations={"fr": {"titles/t1/name": "Patron"}})
    assert [line.partition(";")[0] for line in lines] == ["TITLE:Boss", "JSPROP"]


def test_a_photo_is_written_as_the_version_writes_it():
    photo = {"m1": {"kind": "photo", "uri": "data:image/png;base64,iVBORw0KGgo="}}
    assert edited(vcard("3.0"), media=photo) == ["PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgo="]
    assert edited(vcard("4.0"), media=photo) == [
        "PHOTO;PROP-ID=m1:data:image/png;base64,iVBORw0KGgo="
    ]


def test_geo_and_tz_stay_properties():
    octets = vcard("3.0", "GEO:1;2", "TZ:-05:00")
    assert edited(octets, addresses__a1__coordinates="geo:3,4") == [
        "GEO:3;4", "TZ;VALUE=text:Etc/GMT+5",
    ]  # fmt: skip


def test_vcard_props_are_edited_one_by_one():
    octets = vcard("4.0", "X-A:1", "X-B:2")
    assert edited(octets, vCardProps=[["x-b", {}, "unknown", "2"], ["x-c", {}, "text", "a,b"]]) == [
        "X-B:2", "X-C;VALUE=text:a\\,b",
    ]  # fmt: skip


def test_implied_types_and_defaults_change_nothing():
    octets = vcard("4.0", "TITLE:Boss", "EMAIL:a@b")
    old = parse(octets)
    card = copy.deepcopy(from_vcard.card(old))
    card["version"] = "1.0"
    card["titles"]["t1"] = {"@type": "Title", "name": "Boss"}
    card["emails"]["e1"] |= {"@type": "EmailAddress", "contexts": {}}
    card["nicknames"] = {}
    assert to_vcard.apply(old, card) is old


def test_a_stored_card_can_change_its_version():
    new = to_vcard.apply(parse(vcard("3.0", "EMAIL;TYPE=pref:a@b")), {
        "@type": "Card", "version": "2.0", "uid": "1", "name": {"full": "New"},
        "emails": {"e1": {"address": "a@b", "pref": 1}}}, "4.0")  # fmt: skip
    assert (new.value("VERSION"), new.value("FN")) == ("4.0", "New")
    assert "EMAIL;PREF=1:a@b" in write(new).decode()


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        ({"a/b": 1, "a": 2}, "another patch"),
        ({"x/y": 1}, "no such property"),
        ({"list/5": 1}, "no such member"),
        ({"list/-": 1}, "no such member"),
        ({"list/0": None}, "cannot be removed"),
        ({"text/a": 1}, "neither an object nor an array"),
    ],
)
def test_an_invalid_patch_is_refused(patch, message):
    with pytest.raises(FormatError, match=message):
        patched({"a": {}, "list": [1], "text": "t"}, patch)


def test_a_patch_of_the_difference_makes_the_new():
    old = {"a": {"b/c": 1, "d~": [1]}, "e": 1}
    new = {"a": {"b/c": 2, "d~": [1, 2]}, "f": {}}
    assert diff(old, new) == {"a/b~1c": 2, "a/d~0": [1, 2], "e": None, "f": {}}
    assert patched(old, diff(old, new)) == new
    assert old == {"a": {"b/c": 1, "d~": [1]}, "e": 1}

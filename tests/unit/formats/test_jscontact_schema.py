"""What is wrong with a Card, all of it, and where (RFC 9553 §1.7, §2)."""

from __future__ import annotations

import pytest

from cyrpy.formats.jscontact.schema import problems
from cyrpy.formats.jscontact.versions import upgraded


def paths(**properties) -> list[str]:
    return [one.path for one in problems({"@type": "Card", "version": "2.0", **properties})]


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"version": "1.0", "uid": "1"},
        {"kind": "example.com:robot", "example.com:x": {"any": [None]}, "unknownOne": 5},
        {"emails": {"e1": {"@type": "EmailAddress", "address": "a@b", "contexts": {"work": True}}}},
        {"name": {"full": "x", "@type": "Name", "isOrdered": False}},
        {"members": {"urn:uuid:1": True}, "kind": "group"},
        {"media": {"m": {"kind": "photo", "blobId": "B1"}}},
        {"anniversaries": {"a": {"kind": "birth", "date": {"@type": "Timestamp",
                                                           "utc": "2020-01-01T00:00:00.5Z"}}}},
        {"localizations": {"fr": {"titles/t1/name": "x"}}, "titles": {"t1": {"name": "y"}}},
        {"vCardProps": [["x-foo", {"x-bar": ["a", "b"]}, "unknown", "c"]]},
        {"name": {"components": [{"kind": "given", "value": "a"},
                                 {"kind": "separator", "value": ""},
                                 {"kind": "surname", "value": "b"}],
                  "isOrdered": True, "defaultSeparator": " ", "sortAs": {"given": "A"}}},
    ],
)  # fmt: skip
def test_a_valid_card_has_no_problems(properties):
    assert paths(**properties) == []


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        ({"version": "3.0"}, "version"),
        ({"version": "1.0"}, "uid"),
        ({"@type": "Vcard"}, "@type"),
        ({"uid": ""}, "uid"),
        ({"kind": "robot"}, "kind"),
        ({"kind": "Individual"}, "kind"),
        ({"Kind": "individual"}, "Kind"),
        ({"extra": 1}, "extra"),
        ({"bad name": 1}, "bad name"),
        ({"example..com:x": 1}, "example..com:x"),
        ({"created": "2020-01-01T00:00:00.0Z"}, "created"),
        ({"updated": "2020-02-30T00:00:00Z"}, "updated"),
        ({"language": "not a tag"}, "language"),
        ({"members": {"x": True}}, "members"),
        ({"members": {"x": False}, "kind": "group"}, "members/x"),
        ({"relatedTo": {"u": {"relation": {"pal": True}}}}, "relatedTo/u/relation/pal"),
        ({"emails": []}, "emails"),
        ({"emails": {"e 1": {"address": "a"}}}, "emails/e 1"),
        ({"emails": {"e1": {}}}, "emails/e1/address"),
        ({"emails": {"e1": {"address": 5}}}, "emails/e1/address"),
        ({"emails": {"e1": {"address": "a", "pref": 101}}}, "emails/e1/pref"),
        ({"emails": {"e1": {"address": "a", "pref": True}}}, "emails/e1/pref"),
        ({"emails": {"e1": {"address": "a", "@type": "Email"}}}, "emails/e1/@type"),
        ({"phones": {"p": {"number": "1", "features": {"cell": True}}}}, "phones/p/features/cell"),
        ({"onlineServices": {"s": {"service": "x"}}}, "onlineServices/s"),
        ({"links": {"l": {"uri": "no uri"}}}, "links/l/uri"),
        ({"links": {"l": {}}}, "links/l"),
        ({"media": {"m": {"uri": "x:y"}}}, "media/m/kind"),
        ({"directories": {"d": {"kind": "entry", "uri": "x:y", "listAs": 0}}},
         "directories/d/listAs"),
        ({"name": {}}, "name"),
        ({"name": {"components": []}}, "name/components"),
        ({"name": {"components": [{"kind": "given"}]}}, "name/components/0/value"),
        ({"name": {"full": "x", "sortAs": {"given": "x"}}}, "name/sortAs/given"),
        ({"name": {"full": "x", "defaultSeparator": " "}}, "name/defaultSeparator"),
        ({"name": {"components": [{"kind": "separator", "value": ""}]}}, "name/components"),
        ({"name": {"components": [{"kind": "given", "value": "a", "phonetic": "b"}]}},
         "name/components/0/phonetic"),
        ({"addresses": {"a": {"contexts": {"work": True}}}}, "addresses/a"),
        ({"addresses": {"a": {"countryCode": "USA"}}}, "addresses/a/countryCode"),
        ({"organizations": {"o": {"contexts": {}}}}, "organizations/o"),
        ({"speakToAs": {}}, "speakToAs"),
        ({"notes": {"n": {"note": "x", "author": {}}}}, "notes/n/author"),
        ({"anniversaries": {"a": {"kind": "birth", "date": {"day": 1}}}},
         "anniversaries/a/date/day"),
        ({"anniversaries": {"a": {"kind": "birth", "date": {"year": 2021, "month": 2, "day": 29}}}},
         "anniversaries/a/date/day"),
        ({"anniversaries": {"a": {"kind": "birth", "date": {"month": 2}}}},
         "anniversaries/a/date/month"),
        ({"localizations": {"fr": {"titles/t1/name": "x"}}}, "localizations/fr"),
        ({"localizations": {"fr": {"uid": "x"}}}, "localizations/fr/uid"),
        ({"localizations": {"fr": {"prodId": 5}}}, "localizations/fr/prodId"),
        ({"vCardProps": [["x-foo", {}, "unknown"]]}, "vCardProps/0"),
        ({"vCardProps": [["end", {}, "text", "VCARD"]]}, "vCardProps/0"),
        ({"keywords": {"": True}}, "keywords/"),
    ],
)  # fmt: skip
def test_an_invalid_property_is_named(properties, path):
    assert path in paths(**properties)


def test_every_invalid_property_is_told():
    found = paths(uid=5, kind="x", emails={"e1": {"address": 1, "pref": 0}, "!": {}})
    assert found == ["uid", "kind", "emails/e1/address", "emails/e1/pref", "emails/!",
                     "emails/!/address"]  # fmt: skip


@pytest.mark.parametrize("card", [None, [], "x", 5, {}])
def test_whatever_is_no_card_is_told(card):
    assert problems(card)


def test_the_number_and_the_depth_are_bounded():
    assert len(paths(emails={f"e{n}": {} for n in range(500)})) == 100
    deep: object = 1
    for _ in range(500):
        deep = {"a": deep}
    assert paths(**{"example.com:x": deep}) == ["example.com:x"]


def test_1_0_is_taken_as_2_0():
    assert upgraded({"@type": "Card", "version": "1.0", "uid": "1"})["version"] == "2.0"

"""The examples of RFC 9555 (with the keys that are made here), in both directions."""

from __future__ import annotations

import pytest

from cyrpy.formats.jscontact import from_vcard, schema, to_vcard, units
from cyrpy.formats.vcard.parse import parse
from cyrpy.formats.vcard.write import write

GROUP = "urn:uuid:03a0e51f-d1aa-4385-8a53-e29025acd8af"

EXAMPLES = {
    "language of one property": (
        ["FN;LANGUAGE=EN:John Doe", "TITLE;ALTID=1;LANGUAGE=EN:Boss",
         "TITLE;ALTID=1;LANGUAGE=fr:Patron"],
        {"language": "en", "name": {"full": "John Doe"},
         "titles": {"t1": {"kind": "title", "name": "Boss"}},
         "localizations": {"fr": {"titles/t1/name": "Patron"}}},
    ),
    "language where others have none": (
        ["FN:John Doe", "TITLE;ALTID=1:Boss", "TITLE;ALTID=1;LANGUAGE=fr:Patron"],
        {"name": {"full": "John Doe"}, "titles": {"t1": {"kind": "title", "name": "Boss"}},
         "localizations": {"fr": {"titles/t1/name": "Patron"}}},
    ),
    "phonetic": (
        ["LANGUAGE:zh-Hant", "N;ALTID=1;LANGUAGE=zh-Hant:孫;中山;文,逸仙;;",
         "N;ALTID=1;PHONETIC=jyut;SCRIPT=Latn;LANGUAGE=yue:syun1;zung1saan1;man4,jat6sin1;;"],
        {"language": "zh-Hant",
         "name": {"components": [{"kind": "surname", "value": "孫"},
                                 {"kind": "given", "value": "中山"},
                                 {"kind": "given2", "value": "文"},
                                 {"kind": "given2", "value": "逸仙"}]},
         "localizations": {"yue": {"name/phoneticSystem": "jyut", "name/phoneticScript": "Latn",
                                   "name/components/0/phonetic": "syun1",
                                   "name/components/1/phonetic": "zung1saan1",
                                   "name/components/2/phonetic": "man4",
                                   "name/components/3/phonetic": "jat6sin1"}}},
    ),
    "PROP-ID": (
        ['TEL;PROP-ID=PHONE-A;VALUE=uri;PREF=1;TYPE="voice,home":tel:+1-555-555-5555;ext=5555',
         "TEL;PROP-ID=PHONE-B;VALUE=uri;TYPE=home:tel:+33-01-23-45-67"],
        {"phones": {"PHONE-A": {"contexts": {"private": True}, "features": {"voice": True},
                                "number": "tel:+1-555-555-5555;ext=5555", "pref": 1},
                    "PHONE-B": {"contexts": {"private": True}, "number": "tel:+33-01-23-45-67"}}},
    ),
    "KIND": (["KIND:individual"], {"kind": "individual"}),
    "SOURCE": (
        ["SOURCE:https://dir.example.com/addrbook/jdoe/Jean%20Dupont.vcf"],
        {"directories": {"d1": {
            "kind": "entry",
            "uri": "https://dir.example.com/addrbook/jdoe/Jean%20Dupont.vcf"}}},
    ),
    "anniversaries": (
        ["BDAY:19531015T231000Z",
         "BIRTHPLACE:123 Main Street\\nAny Town\\, CA 91921-1234\\nU.S.A.",
         "DEATHDATE:19960415", "DEATHPLACE:5 Court Street\\nNew England\\, ND 58647\\nU.S.A.",
         "ANNIVERSARY:19860201"],
        {"anniversaries": {
            "birth": {"kind": "birth",
                      "date": {"@type": "Timestamp", "utc": "1953-10-15T23:10:00Z"},
                      "place": {"full": "123 Main Street\nAny Town, CA 91921-1234\nU.S.A."}},
            "death": {"kind": "death", "date": {"year": 1996, "month": 4, "day": 15},
                      "place": {"full": "5 Court Street\nNew England, ND 58647\nU.S.A."}},
            "wedding": {"kind": "wedding", "date": {"year": 1986, "month": 2, "day": 1}}}},
    ),
    "FN": (["FN:John Q. Public\\, Esq."], {"name": {"full": "John Q. Public, Esq."}}),
    "GRAMGENDER and PRONOUNS": (
        ["GRAMGENDER:NEUTER", "PRONOUNS;PREF=2:they/them", "PRONOUNS;PREF=1:xe/xir"],
        {"speakToAs": {"grammaticalGender": "neuter",
                       "pronouns": {"p1": {"pronouns": "they/them", "pref": 2},
                                    "p2": {"pronouns": "xe/xir", "pref": 1}}}},
    ),
    "N": (
        ['N;SORT-AS="Stevenson,John Philip":'
         "Stevenson;John;Philip,Paul;Dr.;Jr.,M.D.,A.C.P.;;Jr."],
        {"name": {"components": [{"kind": "surname", "value": "Stevenson"},
                                 {"kind": "given", "value": "John"},
                                 {"kind": "given2", "value": "Philip"},
                                 {"kind": "given2", "value": "Paul"},
                                 {"kind": "title", "value": "Dr."},
                                 {"kind": "credential", "value": "M.D."},
                                 {"kind": "credential", "value": "A.C.P."},
                                 {"kind": "generation", "value": "Jr."}],
                  "sortAs": {"surname": "Stevenson", "given": "John Philip"}}},
    ),
    "NICKNAME": (["NICKNAME:Johnny"], {"nicknames": {"n1": {"name": "Johnny"}}}),
    "PHOTO": (
        ["PHOTO:https://www.example.com/pub/photos/jqpublic.gif"],
        {"media": {"m1": {"kind": "photo",
                          "uri": "https://www.example.com/pub/photos/jqpublic.gif"}}},
    ),
    "ADR": (
        ["ADR;TYPE=work;CC=US:;;54321 Oak St;Reston;VA;20190;USA;;;;54321;Oak St;;;;;;"],
        {"addresses": {"a1": {"contexts": {"work": True},
                              "components": [{"kind": "number", "value": "54321"},
                                             {"kind": "name", "value": "Oak St"},
                                             {"kind": "locality", "value": "Reston"},
                                             {"kind": "region", "value": "VA"},
                                             {"kind": "postcode", "value": "20190"},
                                             {"kind": "country", "value": "USA"}],
                              "countryCode": "US"}}},
    ),
    "EMAIL": (
        ["EMAIL;TYPE=work:jqpublic@xyz.example.com", "EMAIL;PREF=1:jane_doe@example.com"],
        {"emails": {"e1": {"contexts": {"work": True}, "address": "jqpublic@xyz.example.com"},
                    "e2": {"address": "jane_doe@example.com", "pref": 1}}},
    ),
    "IMPP": (
        ["IMPP;PREF=1:xmpp:alice@example.com"],
        {"onlineServices": {"s1": {"uri": "xmpp:alice@example.com", "pref": 1,
                                   "vCardName": "impp"}}},
    ),
    "LANG": (
        ["LANG;TYPE=work;PREF=1:en", "LANG;TYPE=work;PREF=2:fr", "LANG;TYPE=home:fr"],
        {"preferredLanguages": {"l1": {"language": "en", "contexts": {"work": True}, "pref": 1},
                                "l2": {"language": "fr", "contexts": {"work": True}, "pref": 2},
                                "l3": {"language": "fr", "contexts": {"private": True}}}},
    ),
    "LANGUAGE": (["LANGUAGE:de-AT"], {"language": "de-AT"}),
    "SOCIALPROFILE": (
        ["SOCIALPROFILE;SERVICE-TYPE=Mastodon:https://example.com/@foo"],
        {"onlineServices": {"s1": {"service": "Mastodon", "uri": "https://example.com/@foo"}}},
    ),
    "CONTACT-URI": (
        ["CONTACT-URI;PREF=1:mailto:contact@example.com"],
        {"links": {"l1": {"kind": "contact", "uri": "mailto:contact@example.com", "pref": 1}}},
    ),
    "LOGO": (
        ["LOGO:https://www.example.com/pub/logos/abccorp.jpg"],
        {"media": {"m1": {"kind": "logo",
                          "uri": "https://www.example.com/pub/logos/abccorp.jpg"}}},
    ),
    "MEMBER": (
        ["KIND:group", "FN:The Doe family", f"MEMBER:{GROUP}"],
        {"kind": "group", "name": {"full": "The Doe family"}, "members": {GROUP: True}},
    ),
    "ORG": (
        ['ORG;SORT-AS="ABC":ABC\\, Inc.;North American Division;Marketing'],
        {"organizations": {"o1": {"name": "ABC, Inc.", "sortAs": "ABC",
                                  "units": [{"name": "North American Division"},
                                            {"name": "Marketing"}]}}},
    ),
    "RELATED": (
        ["RELATED;TYPE=friend:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
         "RELATED;TYPE=contact:https://example.com/directory/john.vcf",
         "RELATED;VALUE=text:Please contact my deputy John for any inquiries."],
        {"relatedTo": {
            "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6": {"relation": {"friend": True}},
            "https://example.com/directory/john.vcf": {"relation": {"contact": True}},
            "Please contact my deputy John for any inquiries.": {"relation": {}}}},
    ),
    "TITLE and ROLE": (
        ["TITLE:Research Scientist", "group1.ROLE:Project Leader", "group1.ORG:ABC\\, Inc."],
        {"titles": {"t1": {"kind": "title", "name": "Research Scientist"},
                    "t2": {"kind": "role", "name": "Project Leader", "organizationId": "o1"}},
         "organizations": {"o1": {"name": "ABC, Inc."}}},
    ),
    "EXPERTISE": (
        ["EXPERTISE;LEVEL=beginner;INDEX=2:Chinese literature",
         "EXPERTISE;INDEX=1;LEVEL=expert:chemistry"],
        {"personalInfo": {
            "i1": {"kind": "expertise", "value": "Chinese literature", "level": "low",
                   "listAs": 2},
            "i2": {"kind": "expertise", "value": "chemistry", "level": "high", "listAs": 1}}},
    ),
    "HOBBY and INTEREST": (
        ["HOBBY;INDEX=1;LEVEL=high:reading", "INTEREST;INDEX=1;LEVEL=medium:r&b music"],
        {"personalInfo": {
            "i1": {"kind": "hobby", "value": "reading", "level": "high", "listAs": 1},
            "i2": {"kind": "interest", "value": "r&b music", "level": "medium", "listAs": 1}}},
    ),
    "ORG-DIRECTORY": (
        ["ORG-DIRECTORY;INDEX=1:https://directory.mycompany.example.com",
         "ORG-DIRECTORY;PREF=1:ldap://ldap.tech.example/o=Tech,ou=Engineering"],
        {"directories": {
            "d1": {"kind": "directory", "uri": "https://directory.mycompany.example.com",
                   "listAs": 1},
            "d2": {"kind": "directory", "uri": "ldap://ldap.tech.example/o=Tech,ou=Engineering",
                   "pref": 1}}},
    ),
    "CATEGORIES": (
        ["CATEGORIES:internet,IETF,Industry,Information Technology"],
        {"keywords": {"internet": True, "IETF": True, "Industry": True,
                      "Information Technology": True}},
    ),
    "CREATED": (["CREATED:19940930T143510Z"], {"created": "1994-09-30T14:35:10Z"}),
    "NOTE": (
        ["NOTE;CREATED=20221123T150132Z;AUTHOR-NAME=John:"
         "Office hours are from 0800 to 1715 EST\\, Mon-Fri."],
        {"notes": {"n1": {"note": "Office hours are from 0800 to 1715 EST, Mon-Fri.",
                          "created": "2022-11-23T15:01:32Z", "author": {"name": "John"}}}},
    ),
    "PRODID": (["PRODID:ACME Contacts App version 1.23.5"],
               {"prodId": "ACME Contacts App version 1.23.5"}),
    "REV": (["REV:19951031T222710Z"], {"updated": "1995-10-31T22:27:10Z"}),
    "SOUND": (
        ["SOUND:CID:JOHNQPUBLIC.19960229T080000.xyzMail@example.com"],
        {"media": {"m1": {"kind": "sound",
                          "uri": "CID:JOHNQPUBLIC.19960229T080000.xyzMail@example.com"}}},
    ),
    "UID": (["UID:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"],
            {"uid": "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"}),
    "URL": (
        ["URL:https://example.org/restaurant.french/~chezchic.html"],
        {"links": {"l1": {"uri": "https://example.org/restaurant.french/~chezchic.html"}}},
    ),
    "X-ABLabel": (
        ["item1.TEL;VALUE=uri:tel:+1-555-555-5555", "item1.X-ABLabel:foo"],
        {"phones": {"p1": {"number": "tel:+1-555-555-5555", "label": "foo"}}},
    ),
    "KEY": (["KEY:https://www.example.com/keys/jdoe.cer"],
            {"cryptoKeys": {"k1": {"uri": "https://www.example.com/keys/jdoe.cer"}}}),
    "CALADRURI": (
        ["CALADRURI;PREF=1:mailto:janedoe@example.com",
         "CALADRURI:https://example.com/calendar/jdoe"],
        {"schedulingAddresses": {"s1": {"uri": "mailto:janedoe@example.com", "pref": 1},
                                 "s2": {"uri": "https://example.com/calendar/jdoe"}}},
    ),
    "CALURI and FBURL": (
        ["CALURI;PREF=1:https://cal.example.com/calA",
         "FBURL;MEDIATYPE=text/calendar:https://example.com/busy/project-a.ifb"],
        {"calendars": {"c1": {"kind": "calendar", "uri": "https://cal.example.com/calA",
                              "pref": 1},
                       "c2": {"kind": "freeBusy", "mediaType": "text/calendar",
                              "uri": "https://example.com/busy/project-a.ifb"}}},
    ),
    "vCardProps": (
        ["item1.X-FOO;X-BAR=Hello:World!"],
        {"vCardProps": [["x-foo", {"x-bar": "Hello", "group": "item1"}, "unknown", "World!"]]},
    ),
    "vCardParams": (
        ["EMAIL;X-FOO=Bar:jane_doe@example.com"],
        {"emails": {"e1": {"address": "jane_doe@example.com", "vCardParams": {"x-foo": "Bar"}}}},
    ),
    "JSPROP": (
        ["JSPROP;JSPTR=\"someUnknownProperty\":true",
         'JSPROP;JSPTR="example.com:foo":{"bar":1234}'],
        {"someUnknownProperty": True, "example.com:foo": {"bar": 1234}},
    ),
    "JSPROP inside of a map": (
        ["TEL;VALUE=uri;PROP-ID=phone1:tel:+33-01-23-45-67",
         'JSPROP;JSPTR="phones/phone1/example.com:foobar":"tux hux"'],
        {"phones": {"phone1": {"number": "tel:+33-01-23-45-67",
                               "example.com:foobar": "tux hux"}}},
    ),
    "JSCOMPS": (
        ['N;JSCOMPS=";1;0":Doe;Jane;;;;;', "FN;DERIVED=TRUE:Jane Doe"],
        {"name": {"components": [{"kind": "given", "value": "Jane"},
                                 {"kind": "surname", "value": "Doe"}], "isOrdered": True}},
    ),
    "JSCOMPS with second positions": (
        ['N;JSCOMPS=";1;2;2,1;0;6;4,1":Stevenson;John;Philip,Paul;;Jr.,M.D.;;Jr.',
         "FN;DERIVED=TRUE:John Philip Paul Stevenson Jr. M.D."],
        {"name": {"components": [{"kind": "given", "value": "John"},
                                 {"kind": "given2", "value": "Philip"},
                                 {"kind": "given2", "value": "Paul"},
                                 {"kind": "surname", "value": "Stevenson"},
                                 {"kind": "generation", "value": "Jr."},
                                 {"kind": "credential", "value": "M.D."}], "isOrdered": True}},
    ),
    "JSCOMPS with separators": (
        ['ADR;JSCOMPS="s,\\, ;10;s, ;11;3":'
         ";;54321 Oak St;Reston;;;;;;;54321;Oak St;;;;;;"],
        {"addresses": {"a1": {"components": [{"kind": "number", "value": "54321"},
                                             {"kind": "separator", "value": " "},
                                             {"kind": "name", "value": "Oak St"},
                                             {"kind": "locality", "value": "Reston"}],
                              "defaultSeparator": ", ", "isOrdered": True}}},
    ),
}  # fmt: skip


def vcard(lines: list[str]) -> bytes:
    return "\r\n".join(["BEGIN:VCARD", "VERSION:4.0", *lines, "END:VCARD", ""]).encode()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_read_as_the_rfc_says(name):
    lines, expected = EXAMPLES[name]
    card = from_vcard.card(parse(vcard(lines)))
    assert card == {"@type": "Card", "version": "2.0", **expected}
    assert schema.problems(card) == []


@pytest.mark.parametrize("version", ["4.0", "3.0"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_comes_back_from_a_new_vcard(name, version):
    card = {"@type": "Card", "version": "2.0", **EXAMPLES[name][1]}
    written = write(to_vcard.apply(None, card, version))
    again = from_vcard.card(parse(written))
    assert units.comparable(again) == units.comparable(card)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_that_nobody_changed_is_not_written(name):
    octets = vcard(EXAMPLES[name][0])
    old = parse(octets)
    assert write(to_vcard.apply(old, from_vcard.card(old))) == octets


@pytest.mark.parametrize("name", EXAMPLES)
def test_4_0_says_an_example_without_jsprop(name):
    card = {"@type": "Card", "version": "2.0", **EXAMPLES[name][1]}
    lines = to_vcard.apply(None, card, "4.0").properties
    assert "JSPROP" in name or not any(line.name == "JSPROP" for line in lines)

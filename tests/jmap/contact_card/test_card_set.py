"""ContactCard/set and /get (RFC 9610 §3): what is written is what is read."""

from __future__ import annotations

import pytest

FULL = {
    "kind": "individual",
    "uid": "urn:uuid:5a6b1f5e-0000-4000-8000-000000000001",
    "language": "de",
    "name": {
        "full": "Dr. Anna Maria Lee",
        "components": [
            {"kind": "title", "value": "Dr."},
            {"kind": "given", "value": "Anna"},
            {"kind": "given2", "value": "Maria"},
            {"kind": "surname", "value": "Lee"},
        ],
        "isOrdered": True,
    },
    "nicknames": {"n1": {"name": "Annie"}},
    "organizations": {"o1": {"name": "ACME", "units": [{"name": "Rockets"}]}},
    "titles": {"t1": {"name": "Engineer", "kind": "title", "organizationId": "o1"}},
    "emails": {
        "e1": {"address": "anna@example.com", "contexts": {"work": True}, "pref": 1},
        "e2": {"address": "lee@example.org", "label": "club"},
    },
    "phones": {"p1": {"number": "+1 555 010 9999", "features": {"mobile": True}}},
    "onlineServices": {"s1": {"service": "Mastodon", "user": "@anna@example.com"}},
    "addresses": {
        "a1": {
            "components": [
                {"kind": "number", "value": "54321"},
                {"kind": "name", "value": "Oak St"},
                {"kind": "locality", "value": "Reston"},
                {"kind": "region", "value": "VA"},
                {"kind": "postcode", "value": "20190"},
                {"kind": "country", "value": "USA"},
            ],
            "contexts": {"private": True},
        }
    },
    "anniversaries": {
        "b1": {"kind": "birth", "date": {"year": 1977, "month": 3, "day": 5}},
        "w1": {"kind": "wedding", "date": {"month": 6, "day": 7}},
    },
    "keywords": {"friend": True},
    "notes": {"n1": {"note": "met in 2019"}},
    "speakToAs": {"pronouns": {"k1": {"pronouns": "she/her"}}},
    "preferredLanguages": {"l1": {"language": "de", "pref": 1}},
    "example.com:shoe": {"size": 39},
}


def same(value):
    """A JSON value in which the order of what has none does not matter."""
    if isinstance(value, dict):
        return {k: same(v) for k, v in value.items() if k != "@type"}
    if isinstance(value, list):
        return [same(v) for v in value]
    return value


def test_a_card_comes_back_as_it_was_created(anna):
    id = anna.make(**FULL)
    found = anna.one(id)
    assert found["id"] == id
    assert found["addressBookIds"] == {anna.book: True}
    assert found["version"] == "2.0"
    assert found["@type"] == "Card"
    assert {name: same(found.get(name)) for name in FULL} == {n: same(v) for n, v in FULL.items()}


def test_a_creation_tells_what_the_server_set(anna):
    answer = anna.set(create={"k": anna.card(name={"full": "Anna"})})
    made = answer["created"]["k"]
    assert made["uid"].startswith("urn:uuid:")
    assert made["version"] == "2.0"
    assert made["created"] == made["updated"]
    assert anna.one(made["id"])["uid"] == made["uid"]


def test_version_1_is_taken_and_2_is_shown(anna):
    id = anna.make(version="1.0", uid="u1", name={"full": "Anna"})
    assert anna.one(id)["version"] == "2.0"


def test_only_the_properties_asked_for_are_given(anna):
    id = anna.make(**FULL)
    (found,) = anna.call("get", ids=[id], properties=["emails", "example.com:shoe"])["list"]
    assert set(found) == {"id", "emails", "example.com:shoe"}
    assert anna.client.fail("ContactCard/get", properties=["foo"])["type"] == "invalidArguments"


def test_a_patch_changes_what_it_names_only(anna):
    id = anna.make(**FULL)
    anna.update(id, **{"emails/e2/label": "chess club", "nicknames": None})
    found = anna.one(id)
    assert found["emails"]["e2"] == {"address": "lee@example.org", "label": "chess club"}
    assert "nicknames" not in found
    assert same(found["addresses"]) == same(FULL["addresses"])


def test_all_that_is_wrong_is_named_with_its_path(anna):
    error = anna.refused_create(
        **anna.card(
            id="K1",
            foo=1,
            emails={"e1": {"address": ""}, "e2": {"label": "x"}},
            phones={"p 1": {"number": 5}},
            kind=7,
        )
    )
    assert error["type"] == "invalidProperties"
    wanted = {"id", "foo", "emails/e1/address", "emails/e2/address", "kind"}
    assert wanted <= set(error["properties"])
    assert any(path.startswith("phones/") for path in error["properties"])
    for path in error["properties"]:
        assert path in error["description"]


@pytest.mark.parametrize("books", [None, {}, {"nope": True}, {"Default": False}, ["Default"]])
def test_a_card_is_in_an_address_book_that_there_is(anna, books):
    sent = {} if books is None else {"addressBookIds": books}
    error = anna.refused_create(name={"full": "Anna"}, **sent)
    assert error["type"] == "invalidProperties"
    assert error["properties"][0].startswith("addressBookIds")


def test_a_card_is_in_one_address_book(anna):
    other = anna.books.create("Other")
    error = anna.refused_create(addressBookIds={anna.book: True, other: True})
    assert (error["type"], error["properties"]) == ("invalidProperties", ["addressBookIds"])


def test_a_card_moves_and_keeps_its_id(anna):
    other = anna.books.create("Other")
    id = anna.make(**FULL)
    state = anna.state()
    anna.update(id, addressBookIds={other: True})
    assert anna.one(id)["addressBookIds"] == {other: True}
    assert anna.changes(state) == {"created": [], "updated": [id], "destroyed": []}
    anna.update(id, **{f"addressBookIds/{other}": None, f"addressBookIds/{anna.book}": True})
    assert anna.one(id)["addressBookIds"] == {anna.book: True}
    assert anna.refused_update(id, addressBookIds=None)["properties"] == ["addressBookIds"]


def test_a_new_address_book_can_be_named_by_its_creation_id(anna):
    calls = [
        ["AddressBook/set", {"accountId": anna.account, "create": {"b": {"name": "New"}}}],
        [
            "ContactCard/set",
            {
                "accountId": anna.account,
                "create": {"k": {"addressBookIds": {"#b": True}, "name": {"full": "A"}}},
            },
        ],
    ]
    (_, books, _), (_, made, _) = anna.client.run(*calls)
    id = made["created"]["k"]["id"]
    assert anna.one(id)["addressBookIds"] == {books["created"]["b"]["id"]: True}


def test_a_uid_is_that_of_one_card_in_the_account(anna):
    other = anna.books.create("Other")
    id = anna.make(uid="u1", name={"full": "A"})
    for book in (anna.book, other):
        error = anna.refused_create(addressBookIds={book: True}, uid="u1", name={"full": "B"})
        assert (error["type"], error["existingId"]) == ("alreadyExists", id)


@pytest.mark.parametrize("name", ["id", "uid"])
def test_what_identifies_a_card_cannot_change(anna, name):
    id = anna.make(uid="u1", name={"full": "A"})
    assert anna.refused_update(id, **{name: "other"})["properties"] == [name]
    anna.update(id, **{name: anna.one(id)[name]})


def test_a_bad_patch_is_told(anna):
    id = anna.make(**FULL)
    for patch in ({"emails/e9/label": "x"}, {"/emails": {}}, {"emails": {}, "emails/e1": None}):
        assert anna.refused_update(id, **patch)["type"] == "invalidPatch"
    assert same(anna.one(id)["emails"]) == same(FULL["emails"])


def test_a_change_is_noted_in_updated(anna):
    anna.put("a.vcf", vcard("REV:20200101T000000Z\n"))
    (id,) = anna.query()
    assert anna.one(id)["updated"] == "2020-01-01T00:00:00Z"
    told = anna.update(id, nicknames={"n": {"name": "Annie"}})
    assert told["updated"] == anna.one(id)["updated"] > "2026"


def test_what_is_not_there_is_not_found(anna):
    anna.make(**FULL)
    wanted = ["K999999", "x", "K01", "E1"]
    assert anna.call("get", ids=wanted)["notFound"] == wanted
    answer = anna.set(update={"K999999": {"kind": "org"}}, destroy=["K999998"])
    assert answer["notUpdated"]["K999999"]["type"] == "notFound"
    assert answer["notDestroyed"]["K999998"]["type"] == "notFound"


def test_a_destroyed_card_is_gone(anna):
    id = anna.make(**FULL)
    state = anna.state()
    anna.destroy(id)
    assert anna.call("get", ids=[id])["notFound"] == [id]
    assert anna.changes(state)["destroyed"] == [id]
    assert anna.query({"text": "anna"}) == []


def test_too_large_a_card_is_told(anna):
    note = "," * (6 << 20)  # each is two octets in a vCard
    error = anna.refused_create(**anna.card(notes={"a": {"note": note}}))
    assert error["type"] == "tooLarge"


def vcard(lines: str, uid: str = "u1") -> str:
    return f"BEGIN:VCARD\nVERSION:3.0\nUID:{uid}\nFN:Anna Lee\nN:Lee;Anna;;;\n{lines}END:VCARD\n"


def test_what_a_card_cannot_say_survives_an_edit(anna):
    odd = "X-ODD;X-P=q:value\nitem1.EMAIL:a@example.com\nitem1.X-ABLABEL:_$!<Other>!$_\n"
    anna.put("a.vcf", vcard(odd))
    (id,) = anna.query()
    anna.update(id, nicknames={"n": {"name": "Annie"}})
    text = anna.dav("GET", "a.vcf").body.decode().replace("\r\n ", "")
    assert "X-ODD;X-P=q:value" in text
    assert "item1.X-ABLABEL:_$!<Other>!$_" in text
    assert "NICKNAME" in text
    assert "Annie" in text


def test_a_new_card_is_one_that_every_carddav_client_reads(anna):
    id = anna.make(**FULL)
    (found,) = anna.call("get", ids=[id], properties=["x-href"])["list"]
    text = anna.client.get(found["x-href"]).body.decode()
    assert "VERSION:3.0\r\n" in text
    assert "FN:Dr. Anna Maria Lee\r\n" in text
    assert ":Lee;Anna;Maria;Dr.;" in text


def test_a_card_of_carddav_is_seen_once_and_read_whole(anna):
    state = anna.state()
    anna.put("a.vcf", vcard("EMAIL:a@example.com\n"))
    assert len(anna.changes(state)["created"]) == 1
    (id,) = anna.changes(state)["created"]
    found = anna.one(id)
    assert found["uid"] == "u1"
    assert [e["address"] for e in found["emails"].values()] == ["a@example.com"]
    state = anna.state()
    anna.put("a.vcf", vcard("EMAIL:b@example.com\n"))
    assert anna.changes(state) == {"created": [], "updated": [id], "destroyed": []}
    state = anna.state()
    assert anna.dav("DELETE", "a.vcf").status == 204
    assert anna.changes(state) == {"created": [], "updated": [], "destroyed": [id]}


def test_a_group_has_members_whether_they_are_there_or_not(anna):
    anna.make(uid="u1", name={"full": "A"})
    id = anna.make(kind="group", name={"full": "All"}, members={"u1": True, "urn:x:gone": True})
    assert anna.one(id)["members"] == {"u1": True, "urn:x:gone": True}
    anna.update(id, **{"members/u2": True, "members/urn:x:gone": None})
    assert anna.one(id)["members"] == {"u1": True, "u2": True}
    error = anna.refused_create(**anna.card(name={"full": "x"}, members={"u1": True}))
    assert "members" in error["properties"]


def test_the_classic_extensions_are_given_to_who_asks(anna):
    id = anna.make(name={"full": "A"}, **{"x-flagged": True})
    (found,) = anna.call("get", ids=[id], properties=["x-href", "x-flagged"])["list"]
    assert found["x-flagged"] is True
    assert anna.client.get(found["x-href"]).status == 200
    assert "x-flagged" not in anna.one(id)

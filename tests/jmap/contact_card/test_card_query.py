"""ContactCard/query and /queryChanges (RFC 9610 §3.3, §3.4)."""

from __future__ import annotations

import pytest

from tests.support.cards import Cards


def person(cards, given, surname, **more):
    components = [{"kind": "given", "value": given}, {"kind": "surname", "value": surname}]
    return cards.make(name={"full": f"{given} {surname}", "components": components}, **more)


@pytest.fixture
def people(anna):
    """A few cards by a letter each."""
    other = anna.books.create("Other")
    made = {
        "a": person(
            anna,
            "Anna",
            "Lee",
            uid="uid-a",
            created="2020-01-01T00:00:00Z",
            updated="2020-02-01T00:00:00Z",
            emails={"e": {"address": "anna.lee@example.com", "label": "private desk"}},
            phones={"p": {"number": "+49 30 1234567", "label": "parlour"}},
            nicknames={"n": {"name": "Annie"}},
            notes={"n": {"note": "met in Straßburg, likes Crème brûlée"}},
        ),
        "b": person(
            anna,
            "Bert",
            "Smith",
            uid="uid-b",
            created="2021-01-01T00:00:00Z",
            updated="2021-02-01T00:00:00Z",
            organizations={"o": {"name": "ACME Rockets"}},
            onlineServices={"s": {"service": "Mastodon", "user": "@bert@example.org"}},
            addresses={
                "a": {
                    "full": "12 Oak Street, Reston",
                    "components": [
                        {"kind": "name", "value": "Oak Street"},
                        {"kind": "locality", "value": "Reston"},
                    ],
                }
            },
        ),
        "c": person(anna, "Carla", "Annason", uid="uid-c", addressBookIds={other: True}),
        "g": anna.make(
            kind="group", uid="uid-g", name={"full": "Friends"}, members={"uid-a": True}
        ),
        "o": anna.make(
            kind="org",
            uid="uid-o",
            name={
                "full": "株式会社アクメ",
                "components": [{"kind": "surname2", "value": "Zweitname"}],
            },
        ),
    }
    return made, other


CASES = [
    (None, "abcgo"),
    ({}, "abcgo"),
    ({"inAddressBook": "OTHER"}, "c"),
    ({"inAddressBook": "nope"}, ""),
    ({"uid": "uid-a"}, "a"),
    ({"uid": "UID-A"}, ""),
    ({"hasMember": "uid-a"}, "g"),
    ({"hasMember": "uid"}, ""),
    ({"kind": "group"}, "g"),
    ({"kind": "individual"}, "abc"),
    ({"kind": "ORG"}, ""),
    ({"createdBefore": "2020-01-01T00:00:00Z"}, ""),
    ({"createdBefore": "2020-01-01T00:00:00.5Z"}, "a"),
    ({"createdBefore": "2021-01-01T00:00:00Z"}, "a"),
    ({"createdAfter": "2020-01-01T00:00:00Z", "createdBefore": "2022-01-01T00:00:00Z"}, "ab"),
    ({"createdAfter": "2025-01-01T00:00:00Z"}, "cgo"),
    ({"updatedBefore": "2021-02-01T00:00:00Z"}, "a"),
    ({"updatedAfter": "2021-02-01T00:00:00Z"}, "bcgo"),
    ({"createdBefore": "0000-01-01T00:00:00Z"}, ""),
    ({"text": "anna"}, "a"),
    ({"text": "ANNA lee"}, "a"),
    ({"text": "anna smith"}, ""),
    ({"text": "anna*"}, "ac"),
    ({"text": '"anna lee"'}, "a"),
    ({"text": '"lee anna"'}, ""),
    ({"text": "'anna lee'"}, "a"),
    ({"text": "anna.lee@example.com"}, "a"),
    ({"text": "strassburg creme"}, "a"),
    ({"text": "株式"}, "o"),
    ({"text": "アクメ"}, "o"),
    ({"text": " "}, "abcgo"),
    ({"text": "!!!"}, ""),
    ({"text": "301234567"}, "a"),
    ({"name": "smith"}, "b"),
    ({"name": "example"}, ""),
    ({"name/given": "anna"}, "a"),
    ({"name/given": "lee"}, ""),
    ({"name/surname": "annason"}, "c"),
    ({"name/surname2": "zweitname"}, "o"),
    ({"nickname": "annie"}, "a"),
    ({"organization": "rockets"}, "b"),
    ({"email": "example.com"}, "a"),
    ({"email": "desk"}, "a"),
    ({"email": "bert"}, ""),
    ({"phone": "+49 30 1234567"}, "a"),
    ({"phone": "0049301234567"}, "a"),
    ({"phone": "030 1234567"}, "a"),
    ({"phone": "4567"}, "a"),
    ({"phone": "4930"}, "a"),
    ({"phone": "030 12"}, "a"),
    ({"phone": "parlour"}, "a"),
    ({"phone": "030 7654321"}, ""),
    ({"onlineService": "mastodon"}, "b"),
    ({"onlineService": "@bert@example.org"}, "b"),
    ({"address": "oak"}, "b"),
    ({"address": '"oak street"'}, "b"),
    ({"note": "brulee"}, "a"),
    ({"note": "anna"}, ""),
    ({"text": "anna", "kind": "individual"}, "a"),
    ({"text": "anna", "kind": "org"}, ""),
    ({"operator": "OR", "conditions": [{"text": "anna"}, {"kind": "group"}]}, "ag"),
    ({"operator": "OR", "conditions": [{"text": "anna"}, {"text": "smith"}]}, "ab"),
    ({"operator": "OR", "conditions": [{"text": "!!!"}, {"text": "smith"}]}, "b"),
    ({"operator": "AND", "conditions": [{"text": "anna"}, {"text": "lee"}]}, "a"),
    ({"operator": "AND", "conditions": [{"text": "anna"}, {"text": "!!"}]}, ""),
    ({"operator": "NOT", "conditions": [{"text": "anna"}, {"text": "smith"}]}, "cgo"),
    ({"operator": "NOT", "conditions": [{"text": "anna"}, {"kind": "group"}]}, "bco"),
    ({"operator": "NOT", "conditions": [{"text": "!!"}]}, "abcgo"),
    ({"operator": "AND", "conditions": []}, "abcgo"),
    ({"operator": "OR", "conditions": []}, ""),
    ({"operator": "NOT", "conditions": []}, "abcgo"),
    (
        {"operator": "NOT", "conditions": [{"operator": "NOT", "conditions": [{"uid": "uid-a"}]}]},
        "a",
    ),
]


def test_each_filter_finds_what_it_says(anna, people):
    made, other = people
    letters = {id: letter for letter, id in made.items()}
    wrong = []
    for filter, wanted in CASES:
        sent = {"inAddressBook": other} if filter == {"inAddressBook": "OTHER"} else filter
        found = "".join(sorted(letters[id] for id in anna.query(sent)))
        if found != wanted:
            wrong.append((filter, wanted, found))
    assert wrong == []


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [
        ([{"property": "name/surname"}], "gocab"),
        ([{"property": "name/surname", "isAscending": False}], "bacgo"),
        ([{"property": "name/given"}], "goabc"),
        (
            [{"property": "name/surname2", "isAscending": False}, {"property": "name/given"}],
            "ogabc",
        ),
        ([{"property": "created"}], "abcgo"),
        ([{"property": "updated"}], "abcgo"),
        ([{"property": "name/surname", "collation": "i;unicode-casemap"}], "gocab"),
    ],
)
def test_each_sort_orders(anna, people, sort, wanted):
    letters = {id: letter for letter, id in people[0].items()}
    found = "".join(letters[id] for id in anna.query(None, sort=sort))
    assert found == wanted


def test_what_is_not_supported_is_told(anna):
    fail = anna.client.fail
    assert fail("ContactCard/query", filter={"foo": 1})["type"] == "unsupportedFilter"
    assert fail("ContactCard/query", filter={"kind": 1})["type"] == "invalidArguments"
    assert fail("ContactCard/query", filter={"createdBefore": "x"})["type"] == "invalidArguments"
    sort = [{"property": "foo"}]
    assert fail("ContactCard/query", sort=sort)["type"] == "unsupportedSort"
    sort = [{"property": "name/given", "collation": "i;octet"}]
    assert fail("ContactCard/query", sort=sort)["type"] == "unsupportedSort"


def test_a_long_list_is_read_in_parts(anna):
    create = {f"k{n}": anna.card(name={"full": f"N{n}"}, uid=f"u{n}") for n in range(30)}
    ids = [record["id"] for record in anna.set(create=create)["created"].values()]
    sort = [{"property": "created"}]
    found = anna.call("query", sort=sort, position=10, limit=5, calculateTotal=True)
    assert (found["ids"], found["position"], found["total"]) == (ids[10:15], 10, 30)
    assert anna.query(None, sort=sort, position=-3) == ids[-3:]
    assert anna.query(None, sort=sort, anchor=ids[20], anchorOffset=-1, limit=2) == ids[19:21]
    error = anna.client.fail("ContactCard/query", anchor="K999999")
    assert error["type"] == "anchorNotFound"


def test_many_conditions_are_one_question(anna, people):
    words = [{"text": f"word{n} other{n}"} for n in range(400)]
    filter = {"operator": "OR", "conditions": [*words, {"email": "example.com"}]}
    assert anna.query(filter) == [people[0]["a"]]
    filter = {"operator": "NOT", "conditions": words}
    assert len(anna.query(filter)) == 5


def test_an_edit_changes_what_is_found(anna, people):
    id = people[0]["a"]
    anna.update(id, **{"nicknames/n/name": "Nana"})
    assert anna.query({"nickname": "annie"}) == []
    assert anna.query({"text": "nana"}) == [id]
    anna.destroy(id)
    assert anna.query({"text": "nana"}) == []


def test_what_carddav_writes_is_found(anna):
    text = "BEGIN:VCARD\nVERSION:4.0\nUID:u\nFN:Zoë Quarks\nEMAIL:zoe@quarks.example\nEND:VCARD\n"
    anna.put("z.vcf", text)
    (id,) = anna.query({"text": "zoe quarks"})
    anna.put("z.vcf", text.replace("Quarks", "Gluons"))
    assert anna.query({"name": "quarks"}) == []
    assert anna.query({"name": "gluons"}) == [id]
    anna.dav("DELETE", "z.vcf")
    assert anna.query({"text": "gluons"}) == []


def test_destroying_an_address_book_forgets_its_cards(anna, people):
    anna.books.destroy(people[1], onDestroyRemoveContents=True)
    assert anna.query({"name": "carla"}) == []


class Followed:
    """A client's list, which it only ever changes as /queryChanges says."""

    def __init__(self, cards: Cards, filter, sort) -> None:
        self.cards, self.query = cards, {"filter": filter, "sort": sort}
        found = cards.call("query", **self.query)
        self.state, self.ids = found["queryState"], found["ids"]

    def follow(self) -> list[str]:
        found = self.cards.call("queryChanges", sinceQueryState=self.state, **self.query)
        gone = set(found["removed"])
        ids = [id for id in self.ids if id not in gone]
        for item in found["added"]:
            ids.insert(item["index"], item["id"])
        self.state, self.ids = found["newQueryState"], ids
        return ids


def test_following_changes_ends_at_the_same_list(anna, people):
    made, other = people
    filter = {"operator": "NOT", "conditions": [{"kind": "group"}]}
    followed = Followed(anna, filter, [{"property": "name/given"}])
    steps = (
        lambda: anna.update(
            made["a"], name={"full": "Zed", "components": [{"kind": "given", "value": "Zed"}]}
        ),
        lambda: anna.destroy(made["b"]),
        lambda: person(anna, "Dora", "Miller"),
        lambda: anna.update(made["c"], kind="group", members={"x": True}),
        lambda: anna.update(made["o"], addressBookIds={other: True}),
    )
    for step in steps:
        step()
        assert followed.follow() == anna.query(filter, sort=[{"property": "name/given"}])

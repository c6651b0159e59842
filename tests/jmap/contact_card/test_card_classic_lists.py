"""Lists of contacts in the classic dialect: filters, parts, and how they move."""

from __future__ import annotations

from tests.support.contacts import CONTACT, Json

FILTERS = [
    ({}, True),
    ({"text": "rockets"}, True),
    ({"isFlagged": True}, True),
    ({"isFlagged": False}, False),
    ({"prefix": "dr"}, True),
    ({"firstName": "maria"}, True),
    ({"firstName": "lee"}, False),
    ({"lastName": "lee"}, True),
    ({"suffix": "phd"}, True),
    ({"nickname": "annie"}, True),
    ({"company": "acme"}, True),
    ({"department": "rockets"}, True),
    ({"department": "acme"}, False),
    ({"jobTitle": "engineer"}, True),
    ({"email": "lee@example.org"}, True),
    ({"phone": "0301234567"}, True),
    ({"online": "anna77"}, True),
    ({"online": "mastodon"}, True),
    ({"online": "https://example.com"}, True),
    ({"address": "oak"}, True),
    ({"notes": "2019"}, True),
    ({"text": None, "notes": "2019"}, True),
    ({"operator": "NOT", "conditions": [{"text": "anna"}]}, False),
    ({"operator": "OR", "conditions": [{"text": "zzz"}, {"isFlagged": True}]}, True),
]


def test_each_filter_finds_what_it_says(contacts):
    id = contacts.make(**CONTACT)
    contacts.group("anna rockets", id)
    wrong = [(f, found) for f, found in FILTERS if contacts.list(f) != ([id] if found else [])]
    assert wrong == []


def test_a_list_gives_a_part_its_total_and_the_records(contacts):
    ids = [contacts.make(firstName=f"N{n}", lastName="X") for n in range(5)]
    (_, found, _), (name, records, _) = contacts.client.classic(
        [
            "getContactList",
            {
                "position": 1,
                "limit": 2,
                "fetchContacts": True,
                "fetchContactProperties": ["firstName"],
            },
        ]
    )
    assert (found["contactIds"], found["total"], found["position"]) == (ids[1:3], 5, 1)
    assert found["filter"] is None
    assert name == "contacts"
    assert records["list"] == [
        {"id": ids[1], "firstName": "N1"},
        {"id": ids[2], "firstName": "N2"},
    ]
    assert contacts.list(sort=["firstName"]) == ids[::-1]
    assert contacts.list(sort=["firstName asc"]) == ids
    assert contacts.list(anchor=ids[2], anchorOffset=-1, limit=1) == [ids[3]]


def test_wrong_lists_are_told_of(contacts):
    assert contacts.fail("getContactList", filter={"foo": 1})["type"] == "invalidArguments"
    error = contacts.fail("getContactList", filter={"text": 5}, foo=1)
    assert error["arguments"] == ["foo"]
    assert contacts.fail("getContactList", filter={"text": 5})["arguments"] == ["filter"]
    assert contacts.fail("getContactList", position=-1)["arguments"] == ["position"]
    assert contacts.fail("getContactList", sort=["foo"])["type"] == "unsupportedSort"
    error = contacts.fail("getContactList", fetchContactProperties=["foo"])
    assert error["arguments"] == ["fetchContactProperties"]
    deep: Json = {"text": "x"}
    for _ in range(40):
        deep = {"operator": "NOT", "conditions": [deep]}
    assert contacts.fail("getContactList", filter=deep)["type"] == "invalidArguments"


def test_list_updates_lead_to_the_present_list(contacts):
    ids = [contacts.make(firstName=name, lastName="X") for name in "ABC"]
    found = contacts.call("getContactList", filter={"lastName": "x"})
    state, known = found["state"], found["contactIds"]
    assert known == ids
    contacts.update(ids[0], lastName="Y")
    contacts.update(ids[1], firstName="Z")
    contacts.make(firstName="M", lastName="X")
    told = contacts.call("getContactListUpdates", filter={"lastName": "x"}, sinceState=state)
    gone = {item["contactId"] for item in told["removed"]}
    known = [id for id in known if id not in gone]
    for item in told["added"]:
        known.insert(item["index"], item["contactId"])
    assert known == contacts.list({"lastName": "x"})
    assert told["total"] == len(known)

"""Contacts and groups in the classic dialect, over the same cards."""

from __future__ import annotations

import pytest

from tests.jmap.contact_card.test_card_media import PNG
from tests.support.cards import Cards
from tests.support.contacts import CONTACT, EMPTY, Contacts


def test_a_contact_comes_back_as_it_was_created(contacts, anna):
    made = contacts.call("setContacts", create={"k": CONTACT})["created"]["k"]
    assert made["addressbookId"] == anna.book
    assert anna.client.get(made["x-href"]).status == 200
    found = contacts.one(made["id"])
    assert {name: found.get(name) for name in CONTACT} == CONTACT
    assert found["x-hasPhoto"] is False
    assert found["avatar"] is None


def test_what_is_not_known_is_empty(contacts):
    found = contacts.one(contacts.make(company="ACME"))
    shown = {name: value for name, value in found.items() if name in EMPTY}
    assert shown == {**EMPTY, "company": "ACME"}
    (found,) = contacts.call("getContacts", ids=[found["id"]], properties=["emails"])["list"]
    assert found == {"id": found["id"], "emails": []}


@pytest.mark.parametrize("name", [n for n in CONTACT if n != "x-importance"])
def test_one_property_changes_and_the_others_stay(contacts, name):
    id = contacts.make(**CONTACT)
    contacts.update(id, **{name: EMPTY[name]})
    found = contacts.one(id)
    assert {n: found[n] for n in CONTACT} == {**CONTACT, name: EMPTY[name]}
    contacts.update(id, **{name: CONTACT[name]})
    assert {n: contacts.one(id)[n] for n in CONTACT} == CONTACT


def test_a_list_is_edited_and_what_it_does_not_show_stays(contacts, anna):
    id = anna.make(
        name={"full": "A"},
        emails={
            "e1": {"address": "a@x.example", "contexts": {"work": True}, "pref": 3},
            "e2": {"address": "b@x.example", "example.com:key": 5},
        },
    )
    items = contacts.one(id)["emails"]
    items[0]["value"] = "new@x.example"
    contacts.update(
        id, emails=[*items[:1], {"type": "personal", "value": "c@x.example"}, *items[1:]]
    )
    found = anna.one(id)["emails"]
    assert found["e2"]["example.com:key"] == 5
    assert sorted(e["address"] for e in found.values()) == [
        "b@x.example",
        "c@x.example",
        "new@x.example",
    ]


def test_all_that_is_wrong_is_named(contacts):
    error = contacts.refused(
        foo=1,
        id="x",
        firstName=5,
        birthday="1977-13-01",
        emails=[{"type": "work", "value": "a@b.example"}, {"type": "moon", "value": 1, "z": 2}, 7],
        phones="x",
        avatar={"blobId": 5},
        online=[{"type": "uri", "value": "not a uri"}],
        addresses=[{"type": "home"}],
    )
    assert error["type"] == "invalidProperties"
    assert set(error["properties"]) == {
        "foo",
        "id",
        "firstName",
        "birthday",
        "emails[1].type",
        "emails[1].value",
        "emails[1].z",
        "emails[2]",
        "phones",
        "avatar",
        "online[0].value",
        "addresses[0]",
    }
    for path in error["properties"]:
        assert path in error["description"]


def test_what_only_the_server_sets_may_be_repeated(contacts):
    id = contacts.make(**CONTACT)
    found = contacts.one(id)
    contacts.update(id, **{n: v for n, v in found.items() if n != "avatar"})
    assert contacts.one(id) == found
    error = contacts.refused(id, **{"x-href": "/elsewhere", "x-hasPhoto": True})
    assert set(error["properties"]) == {"x-href", "x-hasPhoto"}
    assert contacts.refused("K999", firstName="x")["type"] == "notFound"


def test_an_avatar_is_an_uploaded_image(contacts, anna):
    blob_id = anna.upload(PNG)
    id = contacts.make(firstName="A", avatar={"blobId": blob_id, "type": "image/png"})
    found = contacts.one(id)
    assert (found["avatar"]["blobId"], found["x-hasPhoto"]) == (blob_id, True)
    assert anna.download(blob_id).body == PNG
    error = contacts.refused(id, avatar={"blobId": anna.upload(b"text")})
    assert error["properties"] == ["avatar/p/blobId"] or error["properties"][0].startswith("avatar")
    contacts.update(id, avatar=None)
    assert contacts.one(id)["avatar"] is None


def test_a_contact_moves_to_another_address_book(contacts, anna):
    other = anna.books.create("Other")
    id = contacts.make(firstName="A")
    contacts.update(id, addressbookId=other)
    assert contacts.one(id)["addressbookId"] == other
    assert contacts.refused(id, addressbookId="nope")["properties"] == ["addressbookId/nope"]


def test_updates_tell_of_contacts_and_of_groups_by_themselves(contacts):
    state, groups = contacts.state(), contacts.state("ContactGroups")
    id = contacts.make(firstName="A")
    group = contacts.group("Friends", id)
    assert contacts.updates(state) == {"changed": [id], "removed": []}
    assert contacts.updates(groups, "ContactGroup") == {"changed": [group], "removed": []}
    state = contacts.state()
    contacts.call("setContacts", destroy=[id])
    assert contacts.updates(state) == {"changed": [], "removed": [id]}
    (_, updates, _), (name, fetched, _) = contacts.client.classic(
        ["getContactUpdates", {"sinceState": groups, "fetchRecords": True, "maxChanges": 5}]
    )
    assert (name, fetched["list"], updates["hasMoreUpdates"]) == ("contacts", [], False)


def test_a_card_that_becomes_a_group_changes_its_type(contacts, anna):
    id = contacts.make(firstName="A")
    state = contacts.state()
    anna.update(id, kind="group", members={"x": True})
    assert contacts.updates(state) == {"changed": [], "removed": [id]}
    assert contacts.updates(state, "ContactGroup")["changed"] == [id]
    assert anna.changes(state) == {"created": [], "updated": [id], "destroyed": []}
    assert contacts.call("getContacts", ids=[id])["notFound"] == [id]
    (group,) = contacts.call("getContactGroups")["list"]
    assert (group["id"], group["name"], group["contactIds"]) == (id, "A", [])


def test_groups_name_their_members_by_id_and_in_order(contacts, anna):
    ids = [contacts.make(firstName=name) for name in "ABC"]
    group = contacts.group("Friends", ids[2], ids[0])
    (found,) = contacts.call("getContactGroups", ids=[group])["list"]
    assert (found["name"], found["contactIds"]) == ("Friends", [ids[2], ids[0]])
    assert contacts.client.get(found["x-href"]).status == 200
    anna.update(group, **{"members/urn:x:gone": True})
    change = {"name": "Foes", "contactIds": [ids[1]]}
    answer = contacts.call("setContactGroups", update={group: change})
    assert answer["updated"] == [group]
    (found,) = contacts.call("getContactGroups", ids=[group])["list"]
    assert (found["name"], found["contactIds"]) == ("Foes", [ids[1]])
    assert "urn:x:gone" in anna.one(group)["members"]
    assert contacts.list({"inContactGroup": [group]}) == [ids[1]]
    contacts.call("setContacts", destroy=[ids[1]])
    (found,) = contacts.call("getContactGroups", ids=[group])["list"]
    assert found["contactIds"] == []
    answer = contacts.call("setContactGroups", destroy=[group, ids[0]])
    assert answer["destroyed"] == [group]
    assert answer["notDestroyed"][ids[0]]["type"] == "notFound"


def test_wrong_groups_are_told_of(contacts):
    create = {"g": {"name": "", "contactIds": ["K999"], "foo": 1}}
    error = contacts.call("setContactGroups", create=create)["notCreated"]["g"]
    assert {"name", "foo"} <= set(error["properties"])
    create = {"g": {"name": "x", "contactIds": ["K999"]}}
    error = contacts.call("setContactGroups", create=create)["notCreated"]["g"]
    assert (error["type"], error["properties"]) == ("invalidProperties", ["contactIds/0"])


def test_a_group_may_have_a_contact_of_the_same_request(contacts):
    (_, made, _), (_, groups, _) = contacts.client.classic(
        ["setContacts", {"create": {"new one": {"firstName": "A"}}}],
        ["setContactGroups", {"create": {"g": {"name": "G", "contactIds": ["#new one"]}}}],
    )
    group = groups["created"]["g"]["id"]
    (found,) = contacts.call("getContactGroups", ids=[group])["list"]
    assert found["contactIds"] == [made["created"]["new one"]["id"]]


def test_contacts_are_copied_from_who_shares_them(contacts, anna, bert):
    id = contacts.make(**CONTACT)
    anna.books.share(anna.book, **{bert.account: {"mayRead": True}})
    own = Contacts(Cards(bert))
    answer = own.call(
        "copyContacts", fromAccountId=anna.client.name, contacts={"c 1": {"contactId": id}}
    )
    assert answer["fromAccountId"] == anna.client.name
    new = answer["created"]["c 1"]["id"]
    assert own.one(new)["emails"] == CONTACT["emails"]
    answer = own.call(
        "copyContacts",
        fromAccountId=anna.client.name,
        contacts={"a": {"contactId": "K999"}, "b": {}, "c": {"contactId": id, "foo": 1}},
    )
    assert {key: error["type"] for key, error in answer["notCreated"].items()} == {
        "a": "notFound",
        "b": "invalidProperties",
        "c": "invalidProperties",
    }
    for name, error in (("nobody", "fromAccountNotFound"), (None, "invalidArguments")):
        assert own.fail("copyContacts", fromAccountId=name, contacts={})["type"] == error
    error = own.fail("copyContacts", fromAccountId=anna.client.name, toAccountId="x", contacts={})
    assert error["type"] == "toAccountNotFound"


def test_a_sharee_names_the_account_by_its_user(contacts, anna, bert):
    id = contacts.make(firstName="A")
    anna.books.share(anna.book, **{bert.account: {"mayRead": True}})
    own = Contacts(Cards(bert))
    found = own.call("getContacts", accountId=anna.client.name)
    assert [c["id"] for c in found["list"]] == [id]
    answer = own.call("setContacts", accountId=anna.client.name, destroy=[id])
    assert answer["notDestroyed"][id]["type"] == "forbidden"
    answer = own.call("setContacts", accountId=anna.client.name, create={"k": {"firstName": "B"}})
    assert answer["notCreated"]["k"]["type"] == "forbidden"
    assert own.call("getContacts")["list"] == []


def test_a_group_may_have_contacts_of_other_accounts(contacts, anna, bert):
    id = contacts.make(firstName="A")
    anna.books.share(anna.book, **{bert.account: {"mayRead": True}})
    own = Contacts(Cards(bert))
    create = {"g": {"name": "G", "otherAccountContactIds": {anna.client.name: [id]}}}
    group = own.call("setContactGroups", create=create)["created"]["g"]["id"]
    (found,) = own.call("getContactGroups", ids=[group])["list"]
    assert found["otherAccountContactIds"] == {anna.client.name: [id]}
    assert found["contactIds"] == []


def test_address_books_as_the_web_client_asks_for_them(contacts, anna):
    (book,) = contacts.call("getAddressbooks")["list"]
    assert book["id"] == anna.book
    assert book["mayReadItems"] is book["mayAddItems"] is book["mayRename"] is True
    assert book["isVisible"] is True
    state = contacts.state("Addressbooks")
    made = contacts.call("setAddressbooks", create={"b": {"name": "New"}})["created"]["b"]
    assert contacts.updates(state, "Addressbook")["changed"] == [made["id"]]
    answer = contacts.call(
        "setAddressbooks", update={made["id"]: {"name": None, "mayDelete": False}}
    )
    assert set(answer["notUpdated"][made["id"]]["properties"]) == {"name", "mayDelete"}
    assert contacts.call("setAddressbooks", destroy=[made["id"]])["destroyed"] == [made["id"]]


def test_both_dialects_show_the_same_contact(contacts, anna):
    id = contacts.make(**CONTACT)
    card = anna.one(id)
    assert card["name"]["full"] == "Dr. Anna Maria Lee PhD"
    assert {e["address"] for e in card["emails"].values()} == {
        e["value"] for e in CONTACT["emails"]
    }
    anna.update(id, nicknames={"n": {"name": "Nana"}})
    assert contacts.one(id)["nickname"] == "Nana"
    assert anna.query({"nickname": "nana"}) == [id]


def test_a_card_of_carddav_is_a_contact(contacts, anna):
    anna.put(
        "a.vcf",
        "BEGIN:VCARD\nVERSION:3.0\nUID:u\nN:Gump;Forrest;Alexander;Mr.;Jr.\nFN:Forrest Gump\n"
        "ORG:Bubba Gump Shrimp Co.;Boats\nTITLE:Shrimp Man\nNICKNAME:Forest\nBDAY:1944-06-06\n"
        "TEL;TYPE=CELL:1\nTEL;TYPE=HOME,VOICE:2\nTEL;TYPE=WORK,FAX:3\n"
        "EMAIL;TYPE=HOME,PREF:gump@example.com\nURL:http://gump.example/\n"
        "IMPP;X-SERVICE-TYPE=Skype:skype:gump\n"
        "ADR;TYPE=HOME:;;42 Plantation St.;Baytown;LA;30314;US\nNOTE:run\nEND:VCARD\n",
    )
    (found,) = contacts.call("getContacts")["list"]
    assert (found["prefix"], found["firstName"], found["lastName"], found["suffix"]) == (
        "Mr.",
        "Forrest Alexander",
        "Gump",
        "Jr.",
    )
    assert (found["company"], found["department"]) == ("Bubba Gump Shrimp Co.", "Boats")
    assert (found["jobTitle"], found["birthday"]) == ("Shrimp Man", "1944-06-06")
    assert [(p["type"], p["value"]) for p in found["phones"]] == [
        ("mobile", "1"),
        ("home", "2"),
        ("fax", "3"),
    ]
    (email,) = found["emails"]
    assert (email["type"], email["isDefault"]) == ("personal", True)
    (address,) = found["addresses"]
    assert (address["street"], address["locality"]) == ("42 Plantation St.", "Baytown")
    assert [(o["type"], o["value"]) for o in found["online"]] == [
        ("uri", "http://gump.example/"),
        ("username", "skype:gump"),
    ]

"""AddressBook/get, /changes and /set (RFC 9610 §2)."""

from __future__ import annotations

import pytest

from tests.support.jmap import CONTACTS, Replica

RIGHTS = ["mayRead", "mayWrite", "mayShare", "mayDelete"]
READ = {"mayRead": True}


def rights(**given: bool) -> dict[str, bool]:
    return dict.fromkeys(RIGHTS, False) | given


def test_a_new_user_has_a_default_address_book(anna):
    assert anna.one("Default") == {
        "id": "Default",
        "name": "Default",
        "description": None,
        "sortOrder": 1,
        "isDefault": True,
        "isSubscribed": True,
        "shareWith": None,
        "myRights": dict.fromkeys(RIGHTS, True),
    }


def test_the_capability_says_what_an_account_can_do(anna):
    part = anna.client.session()["accounts"][anna.account]["accountCapabilities"][CONTACTS]
    assert part == {"maxAddressBooksPerCard": 1, "mayCreateAddressBook": True}


def test_what_was_created_is_there_with_its_defaults(anna):
    answer = anna.set(create={"k": {"name": "Friends"}})
    made = answer["created"]["k"]
    assert made["isDefault"] is False
    assert made["myRights"] == dict.fromkeys(RIGHTS, True)
    assert anna.one(made["id"]) == {
        **made,
        "name": "Friends",
        "description": None,
        "sortOrder": 0,
        "isSubscribed": True,
        "shareWith": None,
    }


def test_every_invalid_property_is_named(anna):
    error = anna.refused_create(
        name="", sortOrder=-1, isDefault=True, shareWith={"x y": {}}, nonsense=1
    )
    assert error["type"] == "invalidProperties"
    assert set(error["properties"]) >= {"name", "sortOrder", "isDefault", "nonsense"}


@pytest.mark.parametrize("name", ["", "é" * 128, None, 1])
def test_names_have_1_to_255_octets(anna, name):
    assert anna.refused_create(name=name)["properties"] == ["name"]


def test_properties_are_changed_by_patches(anna):
    id = anna.create("Friends")
    anna.update(id, name="Foes", description="Beware", sortOrder=7, isSubscribed=False)
    found = anna.one(id)
    assert (found["name"], found["description"]) == ("Foes", "Beware")
    assert (found["sortOrder"], found["isSubscribed"]) == (7, False)


def test_an_empty_one_can_be_destroyed_and_its_id_is_not_given_again(anna):
    id = anna.create()
    anna.destroy(id)
    assert id not in anna.all()
    assert anna.create() != id


def test_the_default_stays_until_another_is(anna):
    assert anna.refused_destroy("Default")["type"] == "isDefault"
    answer = anna.set(create={"k": {"name": "New"}}, onSuccessSetIsDefault="#k")
    assert answer["created"]["k"]["isDefault"] is True
    assert answer["updated"] == {"Default": {"isDefault": False}}
    anna.destroy("Default")


def test_what_is_shared_is_seen_with_the_rights_that_were_given(anna, bert, shared):
    anna.share("Default", **{bert.account: READ})
    assert anna.one("Default")["shareWith"] == {bert.account: rights(mayRead=True)}
    found = shared.one("Default")
    assert found["myRights"] == rights(mayRead=True)
    assert found["shareWith"] is None
    assert found["isSubscribed"] is False


def test_order_and_subscription_are_a_sharees_own(anna, bert, shared):
    anna.share("Default", **{bert.account: READ})
    shared.update("Default", isSubscribed=True, sortOrder=9)
    assert (shared.one("Default")["isSubscribed"], shared.one("Default")["sortOrder"]) == (True, 9)
    assert anna.one("Default")["sortOrder"] == 1
    assert shared.refused_update("Default", name="Mine")["type"] == "forbidden"


def test_a_sharee_creates_and_destroys_nothing(anna, bert, shared):
    anna.share("Default", **{bert.account: READ})
    assert shared.refused_create(name="New")["type"] == "forbidden"
    assert shared.refused_destroy("Default")["type"] == "forbidden"


def test_unknown_principals_and_the_owner_are_named(anna):
    error = anna.refused_update("Default", shareWith={"nobody": READ, anna.account: READ})
    assert set(error["properties"]) == {"shareWith/nobody", f"shareWith/{anna.account}"}


def test_following_changes_ends_where_the_server_is(anna, bert, shared):
    anna.share("Default", **{bert.account: READ})
    own, other = Replica(anna, limit=1), Replica(shared)
    own.sync()
    other.sync()
    id = anna.create("Later")
    anna.update("Default", name="Renamed")
    anna.share(id, **{bert.account: READ})
    anna.update("Default", shareWith=None)
    own.sync()
    assert own.records == anna.all()
    other.sync()
    assert other.records == shared.all()
    assert set(other.records) == {id}


def test_a_change_by_one_sharee_is_told_to_nobody_else(anna, bert, shared):
    anna.share("Default", **{bert.account: READ})
    state = anna.state()
    shared.update("Default", sortOrder=3)
    assert anna.changes(state) == {"created": [], "updated": [], "destroyed": []}

"""Calendar/get (JMAP Calendars, "Calendar/get")."""

from __future__ import annotations

import pytest

ALL_RIGHTS = {
    "mayReadFreeBusy": True,
    "mayReadItems": True,
    "mayWriteAll": True,
    "mayWriteOwn": True,
    "mayUpdatePrivate": True,
    "mayRSVP": True,
    "mayShare": True,
    "mayDelete": True,
}
DEFAULT = {
    "id": "Default",
    "name": "Default",
    "description": None,
    "color": "#FD8208",
    "sortOrder": 1,
    "isSubscribed": True,
    "isVisible": True,
    "isDefault": True,
    "includeInAvailability": "all",
    "defaultAlertsWithTime": None,
    "defaultAlertsWithoutTime": None,
    "timeZone": None,
    "shareWith": None,
    "myRights": ALL_RIGHTS,
}


def test_a_new_user_has_one_calendar(anna):
    assert anna.all() == {"Default": DEFAULT}


def test_unknown_ids_are_not_found(anna):
    answer = anna.call("get", ids=["nothing", "Default", "nothing"])
    assert [record["id"] for record in answer["list"]] == ["Default"]
    assert answer["notFound"] == ["nothing"]


@pytest.mark.parametrize("name", sorted(DEFAULT))
def test_each_property_can_be_asked_for_alone(anna, name):
    (found,) = anna.call("get", ids=None, properties=[name])["list"]
    assert found == {"id": "Default", name: DEFAULT[name]}


def test_the_extensions_come_only_when_asked_for(anna):
    (found,) = anna.call("get", properties=["x-href", "x-color"])["list"]
    assert found == {
        "id": "Default",
        "x-color": "#FD8208FF",
        "x-href": f"/dav/calendars/user/{anna.client.name}/Default",
    }


def test_a_property_that_there_is_not_is_named(anna):
    error = anna.client.fail("Calendar/get", properties=["name", "colour"])
    assert (error["type"], error["arguments"]) == ("invalidArguments", ["properties"])
    assert "'colour'" in error["description"]


def test_calendars_come_in_their_order(anna):
    last, first = anna.create("last", sortOrder=7), anna.create("first")
    assert [record["id"] for record in anna.call("get")["list"]] == [first, "Default", last]


def test_the_state_is_that_of_the_last_set(anna):
    answer = anna.set(create={"k": {"name": "Work"}})
    assert anna.state() == answer["newState"]


def test_the_state_of_a_refused_set_is_the_old_one(anna):
    answer = anna.set(create={"k": {"name": ""}})
    assert answer["newState"] == answer["oldState"] == anna.state()


def test_the_account_of_another_is_not_found(anna, bert):
    assert bert.fail("Calendar/get", accountId=anna.account)["type"] == "accountNotFound"


def test_what_was_just_created_goes_by_its_creation_id(anna):
    account = {"accountId": anna.account}
    made, got = anna.client.run(
        ["Calendar/set", {**account, "create": {"k": {"name": "Work"}}}],
        ["Calendar/get", {**account, "ids": ["#k"], "properties": ["name"]}],
    )
    assert got[1]["list"] == [{"id": made[1]["created"]["k"]["id"], "name": "Work"}]


def test_the_capability_tells_who_may_create(anna):
    part = anna.client.session()["accounts"][anna.account]["accountCapabilities"]
    assert part["urn:ietf:params:jmap:calendars"]["mayCreateCalendar"] is True

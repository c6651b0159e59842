"""Contacts in each profile of the classic dialect, through the whole server."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("profile", ["A0", "A", "B", "C"])
def test_contacts_are_there_in_every_profile(start, profile):
    server = start(jmap_classic_profile=profile)
    made = server.call("setContacts", create={"k": {"firstName": "Anna", "lastName": "Lee"}})
    id = made["created"]["k"]["id"]
    answer = server.call("setContacts", update={id: {"nickname": "Annie"}})
    assert answer["updated"] == ({id: None} if profile in "BC" else [id])
    group = {"name": "G", "contactIds": [id]}
    made = server.call("setContactGroups", create={"g": group})
    assert made["created"]["g"]["id"]
    (found, (name, records, _)) = server.calls(
        ["getContactList", {"filter": {"text": "lee"}, "fetchRecords": True}]
    )
    assert found[1]["contactIds"] == [id]
    assert (name, records["list"][0]["nickname"]) == ("contacts", "Annie")


def test_a_reference_leads_through_a_list(start):
    server = start(jmap_classic_profile="C")
    server.call("setContacts", create={"k": {"firstName": "Anna", "nickname": "Annie"}})
    _, (name, found, _) = server.calls(
        ["getContactList", {}],
        [
            "getContacts",
            {"#ids": {"resultOf": "#0", "path": "/contactIds"}, "properties": ["nickname"]},
        ],
    )
    assert name == "contacts"
    assert [record["nickname"] for record in found["list"]] == ["Annie"]


@pytest.mark.parametrize(("profile", "error"), [("A", "invalidArguments"), ("B", "cannotDoFilter")])
def test_a_filter_that_is_not_known_is_told_as_the_profile_does(start, profile, error):
    server = start(jmap_classic_profile=profile)
    found = server.call("getContactList", filter={"foo": 1})
    assert (found["type"], found["arguments"]) == (error, ["filter"])
    assert "foo" in found["description"]


def test_an_account_without_contacts_is_told_by_its_kind_of_data(start):
    server = start(jmap_classic_profile="A0")
    calendar = server.call("getCalendars", user="anna")["list"][0]["id"]
    share_calendar(server, calendar)
    found = server.call("getContacts", accountId="anna@localhost")
    assert found["type"] == "accountNoContacts"


def share_calendar(server, calendar) -> None:
    """Anna lets the user test read a calendar of hers."""
    using = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:calendars"]
    update = {calendar: {"shareWith": {"test_40localhost": {"mayReadItems": True}}}}
    call = ["Calendar/set", {"accountId": "anna_40localhost", "update": update}, "0"]
    answer = server.post({"using": using, "methodCalls": [call]}, user="anna")
    assert answer.json["methodResponses"][0][1]["updated"], answer.body


@pytest.mark.parametrize(("profile", "is_told"), [("A", True), ("C", False)])
def test_a_state_that_nobody_knows_leads_to_the_present_one(start, profile, is_told):
    server = start(jmap_classic_profile=profile)
    for name in ("getContactUpdates", "getContactGroupUpdates", "getContactListUpdates"):
        found = server.call(name, sinceState="nonsense")
        assert found["type"] == "cannotCalculateChanges"
        assert ("newState" in found) is is_told

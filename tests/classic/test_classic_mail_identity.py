"""Identities and the vacation response (profile A)."""

from __future__ import annotations

import pytest

from tests.support.classic_mail import ClassicMail

OWN = {"id", "name", "email", "replyTo", "bcc", "textSignature", "htmlSignature"}


@pytest.fixture
def mail(server):
    return ClassicMail(server)


def new(mail, **properties):
    answer = mail.call("setIdentities", create={"k": {"email": "test@localhost", **properties}})
    assert answer["notCreated"] == {}, answer
    return answer["created"]["k"]["id"]


def one(mail, id):
    (found,) = mail.call("getIdentities", ids=[id])["list"]
    return found


def test_every_address_has_an_identity(mail):
    (identity,) = mail.call("getIdentities")["list"]
    assert identity.keys() == OWN | {"mayDeleteIdentity"}
    assert (identity["email"], identity["mayDeleteIdentity"]) == ("test@localhost", False)
    assert (identity["replyTo"], identity["bcc"], identity["textSignature"]) == ("", "", "")


def test_an_identity_comes_back_as_it_was_sent(mail):
    properties = {
        "name": "Tést",
        "replyTo": "re@example.org",
        "bcc": 'Ann <a@example.org>, "Bo, Jr." <b@example.org>, c@example.org',
        "textSignature": "--\nT",
        "htmlSignature": "<b>T</b>",
    }
    id = new(mail, **properties)
    found = one(mail, id)
    assert properties.items() <= found.items()
    assert found["mayDeleteIdentity"] is True


def test_an_identity_can_change_but_for_its_address(mail):
    id = new(mail, name="One")
    change = {**one(mail, id), "name": "Two", "bcc": ""}
    assert mail.call("setIdentities", update={id: change})["updated"] == [id]
    assert one(mail, id)["name"] == "Two"
    answer = mail.call("setIdentities", update={id: {"email": "x@localhost"}})
    error = answer["notUpdated"][id]
    assert (error["type"], error["properties"]) == ("invalidProperties", ["email"])


@pytest.mark.parametrize(
    ("properties", "type", "wrong"),
    [
        ({"email": "eve@elsewhere.org"}, "emailNotPermitted", None),
        ({}, "invalidProperties", {"email"}),
        ({"email": "test@localhost", "replyTo": 5, "name": []}, "invalidProperties",
         {"replyTo", "name"}),
        ({"email": "test@localhost", "id": "x", "mayDeleteIdentity": True}, "invalidProperties",
         {"id", "mayDeleteIdentity"}),
        ({"email": "test@localhost", "colour": "red"}, "invalidProperties", {"colour"}),
        ({"email": "test@localhost", "mayDelete": True}, "invalidProperties", {"mayDelete"}),
    ],
)  # fmt: skip
def test_an_identity_that_cannot_be_is_refused(mail, properties, type, wrong):
    error = mail.call("setIdentities", create={"k": properties})["notCreated"]["k"]
    assert error["type"] == type
    assert error["description"]
    assert (set(error["properties"]) if wrong else error.get("properties")) == wrong


def test_the_identity_of_an_address_stays(mail):
    (identity,) = mail.call("getIdentities")["list"]
    mine = new(mail)
    answer = mail.call("setIdentities", destroy=[identity["id"], mine, "nothing"])
    assert answer["destroyed"] == [mine]
    assert answer["notDestroyed"][identity["id"]]["type"] == "forbidden"
    assert answer["notDestroyed"]["nothing"]["type"] == "notFound"


def test_updates_tell_what_changed_and_what_is_gone(mail):
    kept, gone = new(mail, name="Kept"), new(mail, name="Gone")
    since = mail.call("getIdentities")["state"]
    mail.call("setIdentities", update={kept: {"name": "Other"}}, destroy=[gone])
    arguments = {"sinceState": since, "fetchRecords": True, "fetchRecordProperties": ["name"]}
    found, fetched = mail.calls(["getIdentityUpdates", arguments])
    assert (found[1]["changed"], found[1]["removed"]) == ([kept], [gone])
    assert fetched[:2] == ["identities", {**fetched[1], "list": [{"id": kept, "name": "Other"}]}]


VACATION = {
    "isEnabled": True,
    "fromDate": "2026-01-01T00:00:00Z",
    "toDate": "2026-01-08T00:00:00Z",
    "subject": "Away",
    "textBody": "I am away.",
    "htmlBody": "<p>I am away.</p>",
}


def test_the_vacation_response_is_one(mail):
    answer = mail.call("getVacationResponse")
    assert answer.keys() == {"accountId", "list"}
    (found,) = answer["list"]
    assert found == {"id": "singleton", **dict.fromkeys(VACATION), "isEnabled": False}


def test_the_vacation_response_can_change(mail):
    answer = mail.call("setVacationResponse", update={"singleton": VACATION})
    assert answer == {"accountId": "test@localhost", "updated": ["singleton"], "notUpdated": {}}
    assert mail.call("getVacationResponse")["list"] == [{"id": "singleton", **VACATION}]
    mail.call("setVacationResponse", update={"singleton": {"id": "singleton", "subject": None}})
    (found,) = mail.call("getVacationResponse")["list"]
    assert (found["subject"], found["isEnabled"]) == (None, True)
    assert mail.modern("VacationResponse/get")["list"] == [found]


@pytest.mark.parametrize(
    ("id", "change", "type", "wrong"),
    [
        ("singleton", {"isEnabled": "yes", "fromDate": "x"}, "invalidProperties",
         {"isEnabled", "fromDate"}),
        ("singleton", {"colour": "red"}, "invalidProperties", {"colour"}),
        ("singleton", {"id": "other"}, "invalidProperties", {"id"}),
        ("other", {"isEnabled": True}, "notFound", None),
    ],
)  # fmt: skip
def test_a_vacation_response_that_cannot_be_is_refused(mail, id, change, type, wrong):
    error = mail.call("setVacationResponse", update={id: change})["notUpdated"][id]
    assert error["type"] == type
    assert (set(error["properties"]) if wrong else error.get("properties")) == wrong


@pytest.mark.parametrize(
    ("call", "arguments", "wrong"),
    [
        ("getVacationResponse", {"ids": ["singleton"]}, ["ids"]),
        ("setVacationResponse", {"create": {"k": {}}}, ["create"]),
        ("setVacationResponse", {"destroy": ["singleton"]}, ["destroy"]),
        ("getIdentities", {"properties": ["colour"]}, ["properties"]),
        ("getIdentityUpdates", {}, ["sinceState"]),
    ],
)
def test_calls_that_cannot_be_are_refused(mail, call, arguments, wrong):
    error = mail.error(call, **arguments)
    assert (error["type"], error["arguments"]) == ("invalidArguments", wrong)


@pytest.mark.parametrize("call", ["getIdentities", "getVacationResponse"])
def test_identities_and_vacation_are_their_owners_alone(mail, call):
    anna = ClassicMail(mail.server, "anna")
    anna.share(anna.new_box("Shared"), test={"mayReadItems": True})
    error = mail.error(call, accountId="anna@localhost")
    assert error["type"] == "accountNotSupportedByMethod"

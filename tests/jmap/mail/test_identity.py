"""Identity/get, /changes and /set (RFC 8621 §6)."""

from __future__ import annotations

import pytest

from cyrpy.groupware import principals
from cyrpy.groupware.userids import UserIds
from tests.jmap.mail.conftest import SUBMISSION
from tests.support.jmap import Records


class Identities(Records):
    """Identities."""

    type = "Identity"


@pytest.fixture
def identities(anna):
    return Identities(anna)


def arrange(client, change) -> None:
    """Change something of the user by the command line's way."""
    core = client.server.core
    userids = UserIds.of(core.settings)

    def work(unit):
        change(unit, userids, principals.find(unit, userids, client.name))

    core.database.write(work)


def test_the_session_tells_of_submission(anna):
    session = anna.session()
    assert session["capabilities"][SUBMISSION] == {}
    part = session["accounts"][anna.account]["accountCapabilities"][SUBMISSION]
    assert part["maxDelayedSend"] == 512 * 86_400
    assert part["submissionExtensions"]["FUTURERELEASE"] == [str(512 * 86_400)]


def test_each_address_of_the_user_has_one(anna, identities):
    before = identities.state()
    arrange(
        anna, lambda unit, userids, row: principals.add_address(unit, userids, row, alias(anna))
    )
    first, second = identities.all().values()
    assert first == {
        "id": first["id"],
        "name": anna.user,
        "email": anna.name,
        "replyTo": None,
        "bcc": None,
        "textSignature": "",
        "htmlSignature": "",
        "mayDelete": False,
    }
    assert second["email"] == alias(anna)
    assert identities.changes(before)["created"] == [second["id"]]
    before = identities.state()
    arrange(anna, lambda unit, userids, row: principals.remove_address(unit, alias(anna)))
    assert identities.changes(before)["destroyed"] == [second["id"]]
    assert list(identities.all()) == [first["id"]]


def alias(client) -> str:
    return f"other.{client.name}"


def test_all_but_the_address_can_be_set(anna, identities):
    (id,) = identities.all()
    before = identities.state()
    wanted = {
        "name": "Ännchen",
        "replyTo": [{"name": None, "email": "else@example.com"}],
        "bcc": [{"name": "Me", "email": anna.name}],
        "textSignature": "-- \nA",
        "htmlSignature": "<b>A</b>",
    }
    identities.update(id, **wanted)
    found = identities.one(id)
    assert {name: found[name] for name in wanted} == wanted
    assert identities.changes(before)["updated"] == [id]
    error = identities.refused_update(id, email="x@example.com")
    assert (error["type"], error["properties"]) == ("invalidProperties", ["email"])
    identities.update(id, replyTo=None)
    assert identities.one(id)["replyTo"] is None


def test_users_make_more_of_their_addresses(anna, identities):
    before = identities.state()
    answer = identities.set(create={"k": {"name": "List", "email": f"{anna.user}+list@localhost"}})
    made = answer["created"]["k"]
    assert made["mayDelete"] is True
    assert (made["textSignature"], made["bcc"]) == ("", None)
    assert identities.one(made["id"])["name"] == "List"
    assert identities.changes(before)["created"] == [made["id"]]
    identities.update(made["id"], name="")
    assert identities.one(made["id"])["name"] == ""
    identities.destroy(made["id"])
    assert len(identities.all()) == 1


@pytest.mark.parametrize("email", ["ceo@localhost", "x@example.com", "*@localhost", ""])
def test_addresses_of_others_are_refused(identities, email):
    assert identities.refused_create(name="x", email=email)["type"] == "forbiddenFrom"


def test_wrong_properties_are_named(anna, identities):
    error = identities.refused_create(
        email=anna.name, bcc=[{"mail": 1}], textSignature=5, mayDelete=True
    )
    assert error["type"] == "invalidProperties"
    assert {one.partition("/")[0] for one in error["properties"]} == {
        "bcc",
        "textSignature",
        "mayDelete",
    }


def test_an_address_keeps_its_identity(identities):
    (id,) = identities.all()
    assert identities.refused_destroy(id)["type"] == "forbidden"
    assert identities.refused_destroy("I999")["type"] == "notFound"


def test_the_users_new_name_is_told(anna, identities):
    (id,) = identities.all()
    before = identities.state()
    anna.call("Principal/set", update={anna.account: {"name": "Anna B."}})
    assert identities.changes(before)["updated"] == [id]
    assert identities.one(id)["name"] == "Anna B."


def test_identities_are_the_users_own(anna, bert, identities):
    inbox = next(b["id"] for b in anna.call("Mailbox/get")["list"] if b["role"] == "inbox")
    rights = {"mayReadItems": True}
    anna.call("Mailbox/set", update={inbox: {"shareWith": {bert.account: rights}}})
    error = bert.fail("Identity/get", accountId=anna.account)
    assert error["type"] == "accountNotSupportedByMethod"

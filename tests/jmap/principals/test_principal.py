"""Principal/get, /changes, /set and /query (RFC 9670 §3)."""

from __future__ import annotations

import pytest

from tests.support.jmap import CALENDARS, PRINCIPALS, AddressBooks, Calendars, Jmap, Principals

OWNER = "urn:ietf:params:jmap:principals:owner"


def of(client: Jmap) -> Principals:
    return Principals(client)


def test_the_session_says_who_one_is(anna):
    session = anna.session()
    part = session["accounts"][anna.account]["accountCapabilities"]
    assert part[PRINCIPALS] == {"currentUserPrincipalId": anna.account}
    assert part[OWNER] == {"accountIdForPrincipal": anna.account, "principalId": anna.account}
    assert session["capabilities"][PRINCIPALS] == {}
    assert OWNER not in session["capabilities"]


def test_a_shared_account_names_its_owner(anna, bert):
    AddressBooks(anna).share("Default", **{bert.account: {"mayRead": True}})
    part = bert.session()["accounts"][anna.account]["accountCapabilities"]
    assert part[OWNER] == {"accountIdForPrincipal": bert.account, "principalId": anna.account}
    assert PRINCIPALS not in part


def test_others_are_seen_without_what_is_theirs(anna, bert):
    found = of(anna).one(bert.account)
    assert found["type"] == "individual"
    assert found["email"] == bert.name
    assert found["accounts"] is None
    assert of(anna).one(anna.account)["accounts"][anna.account]["isPersonal"] is True


def test_calendars_say_how_a_principal_is_scheduled_with(anna, bert):
    part = of(anna).one(bert.account)["capabilities"][CALENDARS]
    assert part["accountId"] is None
    assert part["calendarAddress"] == f"mailto:{bert.name}"
    Calendars(bert).share("Default", **{anna.account: {"mayReadItems": True}})
    assert of(anna).one(bert.account)["capabilities"][CALENDARS]["accountId"] == bert.account


def test_one_may_change_what_is_said_of_oneself(anna):
    of(anna).update(anna.account, name="Anna B.", description="Cellist", timeZone="Europe/Vienna")
    found = of(anna).one(anna.account)
    assert (found["name"], found["description"]) == ("Anna B.", "Cellist")
    assert found["timeZone"] == "Europe/Vienna"


def test_nobody_changes_others_or_what_only_the_server_sets(anna, bert):
    assert of(anna).refused_update(bert.account, name="x")["type"] == "forbidden"
    error = of(anna).refused_update(anna.account, email="x@y", type="group", timeZone="Nowhere")
    assert error["type"] == "invalidProperties"
    assert set(error["properties"]) == {"email", "type", "timeZone"}


def test_principals_are_neither_made_nor_destroyed(anna):
    answer = of(anna).set(create={"k": {"name": "x"}}, destroy=[anna.account])
    assert answer["notCreated"]["k"]["type"] == "forbidden"
    assert answer["notDestroyed"][anna.account]["type"] == "forbidden"


def test_a_state_that_is_not_now_cannot_be_calculated_from(anna):
    state = of(anna).state()
    assert of(anna).call("changes", sinceState=state)["newState"] == state
    of(anna).update(anna.account, description="other")
    error = anna.fail("Principal/changes", sinceState=state)
    assert error["type"] == "cannotCalculateChanges"


@pytest.mark.parametrize(
    "condition",
    [
        lambda who: {"email": who.name.upper()},
        lambda who: {"name": who.user},
        lambda who: {"text": who.name, "type": "individual"},
        lambda who: {"calendarAddress": f"mailto:{who.name}"},
    ],
)
def test_principals_are_found_by_what_is_shown(anna, bert, condition):
    found = of(anna).call("query", filter=condition(bert), sort=[{"property": "name"}])
    assert found["ids"] == [bert.account]
    assert found["canCalculateChanges"] is False


def test_accounts_find_their_owners(anna, bert):
    query = {"filter": {"accountIds": [anna.account, bert.account]}}
    assert of(anna).call("query", **query)["ids"] == [anna.account]


def test_an_unknown_one_is_not_found(anna):
    assert of(anna).call("get", ids=["nobody"])["notFound"] == ["nobody"]

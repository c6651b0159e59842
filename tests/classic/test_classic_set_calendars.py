"""setCalendars and what it leads to, through the whole server."""

from __future__ import annotations

import pytest


def create(server, **properties):
    """The id of a new calendar."""
    answer = server.call("setCalendars", create={"k": {"name": "Work", **properties}})
    assert answer["notCreated"] == {}
    return answer["created"]["k"]["id"]


def calendar(server, id, **how):
    (found,) = server.call("getCalendars", ids=[id], **how)["list"]
    return found


def test_a_new_calendar_is_as_it_was_asked_for(server):
    id = create(server, color="#12345678", sortOrder=3, isVisible=False, mayDelete=True)
    found = calendar(server, id)
    assert {k: found[k] for k in ("name", "color", "sortOrder", "isVisible")} == {
        "name": "Work",
        "color": "#12345678",
        "sortOrder": 3,
        "isVisible": False,
    }


def test_what_the_server_set_comes_with_the_answer(server):
    answer = server.call("setCalendars", create={"k": {"name": "Work"}})
    created = answer["created"]["k"]
    whole = calendar(server, created["id"])
    assert {"id", "x-href", "mayDelete", "mayRename"} <= created.keys()
    assert created.items() - {("isVisible", True)} <= whole.items()


def test_states_follow_each_other(server):
    before = server.call("getCalendars")["state"]
    answer = server.call("setCalendars", create={"k": {"name": "Work"}})
    assert (answer["oldState"], answer["newState"]) == (
        before,
        server.call("getCalendars")["state"],
    )


def test_updates_tell_what_changed_and_what_is_gone(server):
    one, two = create(server), create(server)
    since = server.call("getCalendars")["state"]
    three = create(server)
    server.call("setCalendars", update={one: {"name": "Play"}}, destroy=[two])
    updates, records = server.calls(
        ["getCalendarUpdates", {"sinceState": since, "fetchRecords": True}]
    )
    assert sorted(updates[1]["changed"]) == sorted([one, three])
    assert updates[1]["removed"] == [two]
    assert {r["id"]: r["name"] for r in records[1]["list"]} == {one: "Play", three: "Work"}


def test_a_state_that_is_too_old_is_told_the_new_one(server):
    error = server.call("getCalendarUpdates", sinceState="1")
    assert error["type"] == "cannotCalculateChanges"
    assert error["newState"] == server.call("getCalendars")["state"]


def test_the_default_calendar_cannot_be_destroyed(server):
    answer = server.call("setCalendars", destroy=["Default", "gone"])
    assert answer["notDestroyed"]["Default"]["type"] == "isDefault"
    assert answer["notDestroyed"]["gone"]["type"] == "notFound"
    assert answer["destroyed"] == []


def test_a_record_may_be_sent_back_whole(server):
    id = create(server)
    answer = server.call("setCalendars", update={id: {**calendar(server, id), "name": "Play"}})
    assert (answer["updated"], answer["notUpdated"]) == ([id], {})
    assert calendar(server, id)["name"] == "Play"


@pytest.mark.parametrize("name", ["mayDelete", "mayRename", "mayAddItems", "x-href", "id"])
def test_what_the_server_sets_cannot_be_changed(server, name):
    id = create(server)
    whole = {**calendar(server, id), "name": "Play", name: False}
    answer = server.call("setCalendars", update={id: whole})
    assert answer["notUpdated"][id]["properties"] == [name]
    assert calendar(server, id)["name"] == "Work"


def test_a_record_made_in_the_same_request_goes_by_its_creation_id(server):
    (_, made, _), (_, changed, _) = server.calls(
        ["setCalendars", {"create": {"a b": {"name": "x"}}}],
        ["setCalendars", {"update": {"#a b": {"name": "y", "mayDelete": True}}}],
    )
    id = made["created"]["a b"]["id"]
    assert changed["updated"] == [id]
    assert calendar(server, id)["name"] == "y"


def test_a_reused_creation_id_is_the_newest_record(server):
    calls = [["setCalendars", {"create": {"k": {"name": name}}}] for name in ("one", "two")]
    *_, destroyed = server.calls(*calls, ["setCalendars", {"destroy": ["#k"]}])
    names = {c["name"] for c in server.call("getCalendars")["list"]}
    assert len(destroyed[1]["destroyed"]) == 1
    assert names == {"Default", "one"}


def test_one_failing_call_stops_no_other(server):
    answers = server.calls(
        ["setCalendars", {"ifInState": "0", "create": {"k": {"name": "x"}}}],
        ["getFoos", {}],
        ["getCalendars", {"ids": []}],
    )
    assert [(name, args.get("type")) for name, args, _ in answers] == [
        ("error", "stateMismatch"),
        ("error", "unknownMethod"),
        ("calendars", None),
    ]


@pytest.mark.parametrize("name", ["getCalendars", "setCalendars"])
def test_the_account_of_another_is_not_found(server, name):
    assert server.call(name, accountId="anna@localhost")["type"] == "accountNotFound"


def test_accounts_name_the_user(server):
    (account,) = server.call("getAccounts")["list"]
    assert account["id"] == "test@localhost"
    assert account["calendars"] == {"isReadOnly": False}


def share(server, rights):
    """Anna's default calendar, shared with test over RFC 8620."""
    calendars = "urn:ietf:params:jmap:calendars"
    patch = {"shareWith": {"test_40localhost": rights}}
    arguments = {"accountId": "anna_40localhost", "update": {"Default": patch}}
    request = {
        "using": ["urn:ietf:params:jmap:core", calendars],
        "methodCalls": [["Calendar/set", arguments, "s"]],
    }
    answer = server.post(request, user="anna").json
    assert answer["methodResponses"][0][1]["updated"] == {"Default": None}, answer


def test_a_shared_calendar_is_in_the_account_of_its_owner(server):
    share(server, {"mayReadItems": True})
    found = calendar(server, "Default", accountId="anna@localhost")
    assert (found["mayReadItems"], found["mayAddItems"], found["mayDelete"]) == (True, False, False)
    assert found["x-href"] == "/dav/calendars/user/anna@localhost/Default"


def test_who_may_only_read_cannot_destroy(server):
    share(server, {"mayReadItems": True})
    answer = server.call("setCalendars", accountId="anna@localhost", destroy=["Default"])
    assert answer["notDestroyed"]["Default"]["type"] in {"forbidden", "isDefault"}


@pytest.mark.parametrize("profile", ["A0", "A", "B", "C"])
def test_every_profile_makes_and_unmakes_a_calendar(start, profile):
    server = start(jmap_classic_profile=profile)
    id = create(server)
    updated = server.call("setCalendars", update={id: {"name": "x"}})["updated"]
    assert updated == ([id] if profile in {"A0", "A"} else {id: None})
    assert server.call("setCalendars", destroy=[id])["destroyed"] == [id]

"""Foo/get and Foo/changes (RFC 8620 §5.1, §5.2), and who sees what."""

from __future__ import annotations

import pytest

from cyrpy.data import access


@pytest.mark.parametrize("properties", [None, ["title", "size"], [], ["id"]])
def test_records_have_the_properties_asked_for_and_their_id(anna, properties):
    anna.make("milk", rank=3)
    (note,) = anna.call("Note/get", ids=["N1"], properties=properties)["list"]
    assert note["id"] == "N1"
    wanted = {"id", *properties} if properties is not None else set(note)
    assert set(note) == wanted
    assert len(set(note)) == (10 if properties is None else len(wanted))


def test_an_unknown_property_refuses_the_call(anna):
    error = anna.fail("Note/get", ids=[], properties=["title", "colour"])
    assert (error["type"], error["arguments"]) == ("invalidArguments", ["properties"])
    assert "'colour'" in error["description"]


def test_each_id_is_answered_once(anna):
    id = anna.make("milk")
    answer = anna.call("Note/get", ids=[id, "N99", id, "N99", "#nothing"])
    assert [note["id"] for note in answer["list"]] == [id]
    assert answer["notFound"] == ["N99", "#nothing"]


def test_no_ids_are_an_empty_list_and_null_is_everything(anna):
    anna.make("milk")
    assert anna.call("Note/get", ids=[])["list"] == []
    assert len(anna.call("Note/get", ids=None)["list"]) == 1
    assert anna.call("Note/get")["notFound"] == []


def test_more_than_the_limit_is_too_large_named_or_not(anna):
    assert anna.fail("Note/get", ids=[f"N{n}" for n in range(11)])["type"] == "requestTooLarge"
    for half in "ab":
        anna.set(create={f"k{n}": {"title": f"{half}{n}"} for n in range(6)})
    assert anna.fail("Note/get", ids=None)["type"] == "requestTooLarge"


@pytest.mark.parametrize("arguments", [{"ids": "N1"}, {"ids": [1]}, {"x": 1}, {"properties": "id"}])
def test_wrong_arguments_are_refused(anna, arguments):
    assert anna.fail("Note/get", **arguments)["type"] == "invalidArguments"


@pytest.mark.parametrize("method", ["Note/get", "Note/changes", "Note/query", "Note/set"])
def test_an_account_that_may_not_be_seen_is_not_found(anna, bert, method):
    extra = {"sinceState": "0"} if method == "Note/changes" else {}
    assert bert.fail(method, accountId="anna", **extra)["type"] == "accountNotFound"
    assert bert.fail(method, accountId="nobody", **extra)["type"] == "accountNotFound"


def test_the_account_must_be_named(anna):
    error = anna.run(["Note/get", {"ids": []}])["methodResponses"][0][1]
    assert (error["type"], error["arguments"]) == ("invalidArguments", ["accountId"])


def test_a_capability_that_a_grant_does_not_open_is_not_supported(core, anna, bert):
    owner, guest = anna.identity.principal_id, bert.identity.principal_id
    core.database.write(lambda unit: access.put_grant(unit, owner, "Calendar", 1, guest, "lr"))
    bert.identity = bert.identity._replace(epoch=2)
    assert bert.fail("Note/get", accountId="anna")["type"] == "accountNotSupportedByMethod"


def test_a_guest_sees_only_what_it_may_in_get_query_and_changes(anna, shared):
    open_, private = anna.make("open"), anna.make("private", isPrivate=True)
    state = anna.call("Note/get", ids=[])["state"]
    anna.set(update={open_: {"rank": 1}, private: {"rank": 1}})
    answer = shared.call("Note/get", accountId="anna", ids=[open_, private])
    assert [note["id"] for note in answer["list"]] == [open_]
    assert answer["notFound"] == [private]
    assert shared.call("Note/query", accountId="anna")["ids"] == [open_]
    assert shared.call("Note/changes", accountId="anna", sinceState=state)["updated"] == [open_]
    error = shared.set(accountId="anna", update={private: {"rank": 2}}, destroy=[private])
    assert error["notUpdated"][private]["type"] == "notFound"
    assert error["notDestroyed"][private]["type"] == "notFound"


def test_changes_are_net(anna):
    kept, gone = anna.make("kept"), anna.make("gone")
    state = anna.call("Note/get", ids=[])["state"]
    brief = anna.make("brief")
    new = anna.make("new")
    anna.set(update={kept: {"rank": 1}, new: {"rank": 1}}, destroy=[gone, brief])
    answer = anna.call("Note/changes", sinceState=state)
    assert answer["oldState"] == state
    assert answer["newState"] == anna.call("Note/get", ids=[])["state"]
    assert answer["hasMoreChanges"] is False
    assert [answer[k] for k in ("created", "updated", "destroyed")] == [[new], [kept], [gone]]


def test_changes_can_be_had_in_parts(anna):
    state = anna.call("Note/get", ids=[])["state"]
    made = [anna.make(f"t{n}") for n in range(5)]
    found: list[str] = []
    more = True
    while more:
        answer = anna.call("Note/changes", sinceState=state, maxChanges=2)
        assert len(answer["created"]) <= 2
        found += answer["created"]
        state, more = answer["newState"], answer["hasMoreChanges"]
    assert found == made


@pytest.mark.parametrize("since", ["77", "x", "", "-1"])
def test_a_state_that_never_was_cannot_be_calculated_from(anna, since):
    assert anna.fail("Note/changes", sinceState=since)["type"] == "cannotCalculateChanges"


@pytest.mark.parametrize("most", [0, -1, 1.5, "2", True])
def test_max_changes_must_be_positive(anna, most):
    error = anna.fail("Note/changes", sinceState="0", maxChanges=most)
    assert (error["type"], error["arguments"]) == ("invalidArguments", ["maxChanges"])

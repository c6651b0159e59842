"""Foo/copy (RFC 8620 §5.4) and Blob/copy (§6.3)."""

from __future__ import annotations

import pytest


def copy(client, **arguments):
    return client.call("Note/copy", fromAccountId="anna", accountId="bert", **arguments)


def test_a_copy_has_what_the_client_wants_otherwise(anna, shared):
    id = anna.make("milk", rank=3)
    answer = copy(shared, create={"k": {"id": id, "rank": 7}})
    assert answer["created"]["k"] == {"id": "N1", "size": 4}
    assert answer["oldState"] != answer["newState"]
    (note,) = shared.call("Note/get", ids=None)["list"]
    assert (note["title"], note["rank"]) == ("milk", 7)
    assert anna.titles() == ["milk"]


def test_each_record_fails_on_its_own(anna, shared):
    open_, private = anna.make("open"), anna.make("private", isPrivate=True)
    shared.make("taken")
    create = {
        "a": {"id": open_},
        "b": {"id": private},
        "c": {},
        "d": {"id": open_, "title": 5, "size": 1},
        "e": {"id": open_, "title": "taken"},
    }
    answer = copy(shared, create=create)
    assert set(answer["created"]) == {"a"}
    assert {cid: e["type"] for cid, e in answer["notCreated"].items()} == {
        "b": "notFound",
        "c": "invalidProperties",
        "d": "invalidProperties",
        "e": "alreadyExists",
    }
    assert sorted(answer["notCreated"]["d"]["properties"]) == ["size", "title"]
    assert answer["notCreated"]["e"]["existingId"] == "N1"


def test_the_originals_are_destroyed_by_a_set_that_follows(anna, shared):
    id = anna.make("milk")
    arguments = {
        "fromAccountId": "anna",
        "accountId": "bert",
        "create": {"k": {"id": id}},
        "onSuccessDestroyOriginal": True,
        "destroyFromIfInState": anna.call("Note/get", ids=[])["state"],
    }
    first, second = shared.run(["Note/copy", arguments])["methodResponses"]
    assert (first[0], second[0], second[2]) == ("Note/copy", "Note/set", first[2])
    assert (second[1]["accountId"], second[1]["destroyed"]) == ("anna", [id])
    assert anna.titles() == []


@pytest.mark.parametrize(
    ("arguments", "type"),
    [
        ({"fromAccountId": "nobody"}, "fromAccountNotFound"),
        ({"accountId": "nobody"}, "accountNotFound"),
        ({"accountId": "anna"}, "invalidArguments"),
        ({"ifInState": "77"}, "stateMismatch"),
        ({"ifFromInState": "77"}, "stateMismatch"),
        ({"create": None}, "invalidArguments"),
    ],
)
def test_each_mistake_has_its_error(anna, shared, arguments, type):
    given = {"fromAccountId": "anna", "accountId": "bert", "create": {}} | arguments
    assert shared.fail("Note/copy", **given)["type"] == type


def test_a_blob_of_ones_own_can_be_used_elsewhere(shared):
    uploaded = shared.request("POST", "/upload/bert/", b"hello").json["blobId"]
    answer = shared.call(
        "Blob/copy", fromAccountId="bert", accountId="anna", blobIds=[uploaded, "G00", "x"]
    )
    assert answer["copied"] == {uploaded: uploaded}
    assert {id: e["type"] for id, e in answer["notCopied"].items()} == {
        "G00": "notFound",
        "x": "notFound",
    }
    assert shared.request("GET", f"/download/anna/{uploaded}/f").body == b"hello"


def test_a_blob_of_others_is_not_found_by_its_id(anna, shared):
    uploaded = anna.request("POST", "/upload/anna/", b"secret").json["blobId"]
    answer = shared.call("Blob/copy", fromAccountId="anna", accountId="bert", blobIds=[uploaded])
    assert answer["notCopied"][uploaded]["type"] == "notFound"
    assert shared.request("GET", f"/download/anna/{uploaded}/f").status == 404

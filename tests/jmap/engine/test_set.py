"""Foo/set (RFC 8620 §5.3)."""

from __future__ import annotations

import pytest


def test_a_creation_answers_what_the_client_did_not_send(anna):
    created = anna.set(create={"k": {"title": "milk", "rank": 3}})["created"]["k"]
    assert created == {
        "id": "N1",
        "size": 4,
        "tags": {},
        "uid": None,
        "parentId": None,
        "links": [],
        "related": {},
        "isPrivate": False,
    }


def test_what_did_not_happen_is_null(anna):
    answer = anna.set(create={"k": {"title": "milk"}})
    assert [answer[k] for k in ("updated", "destroyed", "notCreated", "notUpdated")] == [None] * 4
    assert answer["notDestroyed"] is None
    assert anna.set()["created"] is None


def test_states_are_those_before_and_after(anna):
    first = anna.set(create={"k": {"title": "milk"}})
    assert first["oldState"] != first["newState"] == anna.call("Note/get", ids=[])["state"]
    assert anna.set()["newState"] == first["newState"]


def test_every_wrong_property_of_a_creation_is_named(anna):
    wrong = {"title": 7, "rank": -1, "colour": "red", "id": "N9", "links": [{"noteId": "?"}]}
    error = anna.set(create={"k": wrong})["notCreated"]["k"]
    assert error["type"] == "invalidProperties"
    assert sorted(error["properties"]) == ["colour", "id", "links/0/noteId", "rank", "title"]
    assert "colour: Note has no such property" in error["description"]


def test_a_missing_property_is_named(anna):
    error = anna.set(create={"k": {}})["notCreated"]["k"]
    assert (error["type"], error["properties"]) == ("invalidProperties", ["title"])


def test_a_path_has_its_slashes_escaped(anna):
    error = anna.set(create={"k": {"title": "x", "tags": {"a/b~c": 1}}})["notCreated"]["k"]
    assert error["properties"] == ["tags/a~1b~0c"]


def test_one_bad_record_does_not_stop_the_others(anna):
    answer = anna.set(create={"a": {"title": "x"}, "b": {}, "c": {"title": "y"}})
    assert set(answer["created"]) == {"a", "c"}
    assert set(answer["notCreated"]) == {"b"}


def test_a_domain_error_becomes_a_set_error_and_undoes_its_record_alone(anna):
    id = anna.make("milk")
    answer = anna.set(create={"a": {"title": "milk"}, "b": {"title": "tea"}})
    assert answer["notCreated"]["a"]["type"] == "alreadyExists"
    assert answer["notCreated"]["a"]["existingId"] == id
    assert anna.titles() == ["milk", "tea"]


def test_an_update_changes_only_what_the_patch_names(anna):
    id = anna.make("milk", rank=2, tags={"a": True, "b": True})
    assert anna.set(update={id: {"tags/b": None, "tags/c": True}})["updated"] == {id: None}
    (note,) = anna.call("Note/get", ids=[id], properties=["tags", "rank"])["list"]
    assert note == {"id": id, "tags": {"a": True, "c": True}, "rank": 2}


def test_an_update_answers_what_the_server_changed_beside(anna):
    id = anna.make("milk")
    assert anna.set(update={id: {"title": "butter"}})["updated"] == {id: {"size": 6}}


def test_a_whole_record_is_a_valid_patch(anna):
    id = anna.make("milk", uid="u")
    (note,) = anna.call("Note/get", ids=[id])["list"]
    assert anna.set(update={id: note})["updated"] == {id: None}


def test_null_sets_the_default(anna):
    id = anna.make("milk", rank=5)
    anna.set(update={id: {"rank": None}})
    assert anna.call("Note/get", ids=[id])["list"][0]["rank"] == 0


@pytest.mark.parametrize(
    ("patch", "properties"),
    [
        ({"size": 9}, ["size"]),
        ({"id": "N7"}, ["id"]),
        ({"uid": "other"}, ["uid"]),
        ({"colour": 1, "rank": "x"}, ["colour", "rank"]),
        ({"colour": None}, ["colour"]),
        ({"title": None}, ["title"]),
        ({"tags/a": 1}, ["tags/a"]),
    ],
)
def test_a_wrong_update_names_its_properties(anna, patch, properties):
    id = anna.make("milk", uid="u", tags={"a": True})
    error = anna.set(update={id: patch})["notUpdated"][id]
    assert error["type"] == "invalidProperties"
    assert sorted(error["properties"]) == properties


@pytest.mark.parametrize(
    "patch",
    [
        {"nowhere/deep": 1},
        {"links/0/label": "x"},
        {"tags": {}, "tags/a": True},
        {"/title": "x"},
        {"title/x": "x"},
        {"tags/a~2": True},
        {"tags/a/b": True},
        {"parentId/x": None},
    ],
)
def test_a_pointer_that_breaks_a_rule_is_an_invalid_patch(anna, patch):
    id = anna.make("milk", tags={"a": True}, links=[{"noteId": "N1"}])
    error = anna.set(update={id: patch})["notUpdated"][id]
    assert error["type"] == "invalidPatch"
    assert anna.titles([id]) == ["milk"]


def test_what_is_not_there_is_not_found(anna):
    answer = anna.set(update={"N77": {"rank": 1}, "#x": {"rank": 1}}, destroy=["N78", "#y"])
    assert {k: e["type"] for k, e in answer["notUpdated"].items()} == {
        "N77": "notFound",
        "#x": "notFound",
    }
    assert {k: e["type"] for k, e in answer["notDestroyed"].items()} == {
        "N78": "notFound",
        "#y": "notFound",
    }


def test_what_is_forbidden_is_forbidden(anna):
    id = anna.make("locked")
    assert anna.set(update={id: {"rank": 1}})["notUpdated"][id]["type"] == "forbidden"


def test_a_record_that_is_destroyed_is_not_updated(anna):
    id = anna.make("milk")
    answer = anna.set(update={id: {"rank": 1}}, destroy=[id, id])
    assert answer["notUpdated"][id]["type"] == "willDestroy"
    assert answer["destroyed"] == [id]


def test_creation_ids_stand_for_ids_whatever_the_order(anna):
    create = {
        "a": {"title": "child", "parentId": "#b", "links": [{"noteId": "#c"}]},
        "b": {"title": "parent", "related": {"#c": True}},
        "c": {"title": "root"},
    }
    created = anna.set(create=create)["created"]
    ids = {cid: record["id"] for cid, record in created.items()}
    notes = {note["id"]: note for note in anna.call("Note/get", ids=None)["list"]}
    assert notes[ids["a"]]["parentId"] == ids["b"]
    assert notes[ids["a"]]["links"] == [{"noteId": ids["c"]}]
    assert notes[ids["b"]]["related"] == {ids["c"]: True}


def test_references_in_a_circle_fail_and_name_the_property(anna):
    create = {"a": {"title": "x", "parentId": "#b"}, "b": {"title": "y", "parentId": "#a"}}
    answer = anna.set(create=create)
    assert answer["created"] is None
    assert [e["properties"] for e in answer["notCreated"].values()] == [["parentId"]] * 2


def test_creation_ids_hold_for_later_calls_and_may_name_what_to_change(anna):
    responses = anna.run(
        ["Note/set", {"accountId": "anna", "create": {"k": {"title": "a"}, "l": {"title": "b"}}}],
        [
            "Note/set",
            {
                "accountId": "anna",
                "update": {"#k": {"parentId": "#l", "related/#l": True}},
                "destroy": ["#l"],
            },
        ],
        ["Note/get", {"accountId": "anna", "ids": ["#k"], "properties": ["parentId", "related"]}],
    )["methodResponses"]
    assert responses[1][1]["updated"] == {"N1": None}
    assert responses[1][1]["destroyed"] == ["N2"]
    assert responses[2][1]["list"] == [{"id": "N1", "parentId": "N2", "related": {"N2": True}}]


def test_created_ids_come_in_and_go_out(anna):
    id = anna.make("old")
    answer = anna.run(
        ["Note/set", {"accountId": "anna", "create": {"k": {"title": "a", "parentId": "#o"}}}],
        createdIds={"o": id},
    )
    assert answer["createdIds"] == {"o": id, "k": "N2"}
    assert "createdIds" not in anna.run(["Core/echo", {}])


def test_a_state_that_is_not_the_state_stops_everything(anna):
    state = anna.set(create={"k": {"title": "a"}})["newState"]
    error = anna.fail("Note/set", ifInState="nonsense", create={"k": {"title": "b"}})
    assert error["type"] == "stateMismatch"
    assert anna.set(ifInState=state, create={"k": {"title": "c"}})["created"]
    assert anna.titles() == ["a", "c"]


def test_more_records_than_allowed_are_too_large(anna):
    create = {f"k{n}": {"title": f"t{n}"} for n in range(6)}
    error = anna.fail("Note/set", create=create, destroy=["N1"] * 5)
    assert error["type"] == "requestTooLarge"
    assert "maxObjectsInSet" in error["description"]


def test_a_failure_of_the_server_undoes_the_call_and_shows_only_a_number(anna, caplog):
    create = {"a": {"title": "fine"}, "b": {"title": "crash"}}
    error = anna.fail("Note/set", create=create)
    assert error["type"] == "serverFail"
    assert "ZeroDivision" not in error["description"]
    assert caplog.records[0].levelname == "ERROR"
    assert anna.titles() == []


def test_an_implied_call_answers_under_the_same_call_id(anna):
    id = anna.make("old")
    arguments = {"accountId": "anna", "create": {"k": {"title": "new"}}, "onSuccessDestroy": [id]}
    responses = anna.run(["Note/set", arguments])["methodResponses"]
    assert [(r[0], r[2]) for r in responses] == [("Note/set", "c0"), ("Note/set", "c0")]
    assert responses[1][1]["destroyed"] == [id]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"create": []}, "create"),
        ({"create": {"k": 1}}, "create"),
        ({"create": {"not valid": {"title": "x"}}}, "create"),
        ({"update": {"N1": []}}, "update"),
        ({"destroy": "N1"}, "destroy"),
        ({"ifInState": 4}, "ifInState"),
        ({"surprise": True}, "surprise"),
        ({"accountId": None}, "accountId"),
    ],
)
def test_a_wrong_argument_is_named(anna, arguments, name):
    error = anna.fail("Note/set", **arguments)
    assert (error["type"], error["arguments"]) == ("invalidArguments", [name])

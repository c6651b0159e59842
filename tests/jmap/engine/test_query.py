"""Foo/query and Foo/queryChanges (RFC 8620 §5.5, §5.6)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.fixture
def five(anna) -> list[str]:
    """N1 to N5 of rank 5 to 1."""
    return [anna.make(f"t{n}", rank=5 - n, tags={"odd": True} if n % 2 else {}) for n in range(5)]


@pytest.mark.parametrize(
    ("arguments", "position", "ids"),
    [
        ({}, 0, [0, 1, 2, 3, 4]),
        ({"position": 2}, 2, [2, 3, 4]),
        ({"position": 1, "limit": 2}, 1, [1, 2]),
        ({"position": -2}, 3, [3, 4]),
        ({"position": -9}, 0, [0, 1, 2, 3, 4]),
        ({"position": 9}, 9, []),
        ({"limit": 0}, 0, []),
        ({"anchor": 2}, 2, [2, 3, 4]),
        ({"anchor": 2, "anchorOffset": -1, "limit": 2, "position": 4}, 1, [1, 2]),
        ({"anchor": 2, "anchorOffset": -5}, 0, [0, 1, 2, 3, 4]),
        ({"anchor": 2, "anchorOffset": 9}, 11, []),
        ({"anchorOffset": 3}, 0, [0, 1, 2, 3, 4]),
    ],
)
def test_the_window_is_where_it_was_asked_for(anna, five, arguments, position, ids):
    if "anchor" in arguments:
        arguments = arguments | {"anchor": five[arguments["anchor"]]}
    answer = anna.call("Note/query", **arguments)
    assert answer["position"] == position
    assert answer["ids"] == [five[n] for n in ids]
    assert "total" not in answer
    assert "limit" not in answer


def test_the_total_is_counted_only_when_asked_for(anna, five):
    answer = anna.call("Note/query", limit=1, calculateTotal=True, filter={"tag": "odd"})
    assert (answer["total"], answer["ids"]) == (2, [five[1]])


def test_filters_combine(anna, five):
    either = {
        "operator": "OR",
        "conditions": [
            {"operator": "NOT", "conditions": [{"tag": "odd"}, {"minRank": 2}]},
            {"operator": "AND", "conditions": [{"tag": "odd"}, {"minRank": 4}]},
        ],
    }
    assert anna.call("Note/query", filter=either)["ids"] == [five[1], five[4]]
    assert anna.call("Note/query", filter={})["ids"] == five
    none = {"operator": "OR", "conditions": []}
    assert anna.call("Note/query", filter=none)["ids"] == []


def test_comparators_apply_in_turn(anna, five):
    sort = [{"property": "tag", "tag": "odd", "isAscending": False}, {"property": "rank"}]
    ids = anna.call("Note/query", sort=sort)["ids"]
    assert ids == [five[n] for n in (3, 1, 4, 2, 0)]


@pytest.mark.parametrize(
    ("arguments", "type"),
    [
        ({"filter": {"colour": 1}}, "unsupportedFilter"),
        ({"filter": {"tag": 1}}, "invalidArguments"),
        ({"filter": [1]}, "invalidArguments"),
        ({"filter": {"operator": "XOR", "conditions": []}}, "invalidArguments"),
        ({"filter": {"operator": ["AND"], "conditions": []}}, "invalidArguments"),
        ({"filter": {"operator": "AND"}}, "invalidArguments"),
        ({"filter": {"operator": "AND", "conditions": [], "tag": "a"}}, "invalidArguments"),
        ({"filter": {"operator": "AND", "conditions": [{}] * 600}}, "unsupportedFilter"),
        ({"sort": [{"property": "colour"}]}, "unsupportedSort"),
        ({"sort": [{"property": "title", "collation": "i;klingon"}]}, "unsupportedSort"),
        ({"sort": [{"property": "rank"}] * 17}, "unsupportedSort"),
        ({"sort": [{"property": "tag", "tag": 1}]}, "invalidArguments"),
        ({"sort": [{"property": "rank", "tag": "x"}]}, "invalidArguments"),
        ({"sort": [{"property": "rank", "isAscending": "yes"}]}, "invalidArguments"),
        ({"sort": ["rank"]}, "invalidArguments"),
        ({"sort": {"property": "rank"}}, "invalidArguments"),
        ({"position": None}, "invalidArguments"),
        ({"limit": -1}, "invalidArguments"),
        ({"anchor": "N99"}, "anchorNotFound"),
        ({"collapseNotes": True}, "invalidArguments"),
    ],
)
def test_each_mistake_has_its_error(anna, arguments, type):
    assert anna.fail("Note/query", **arguments)["type"] == type


def test_a_filter_nested_too_deeply_is_unsupported(anna):
    filter = {"tag": "a"}
    for _ in range(16):
        filter = {"operator": "NOT", "conditions": [filter]}
    assert anna.fail("Note/query", filter=filter)["type"] == "unsupportedFilter"
    assert anna.call("Note/query", filter=filter["conditions"][0])["ids"] == []


def test_query_changes_say_what_left_and_what_came(anna, five):
    arguments = {"filter": {"tag": "odd"}, "sort": [{"property": "rank"}]}
    before = anna.call("Note/query", **arguments)["queryState"]
    new = anna.make("new", tags={"odd": True}, rank=3)
    anna.set(update={five[1]: {"tags": {}}}, destroy=[five[3]])
    answer = anna.call(
        "Note/queryChanges", sinceQueryState=before, calculateTotal=True, **arguments
    )
    assert answer["oldQueryState"] == before
    assert answer["newQueryState"] == anna.call("Note/query", **arguments)["queryState"]
    assert set(answer["removed"]) == {five[1], five[3]}
    assert answer["added"] == [{"id": new, "index": 0}]
    assert answer["total"] == 1


def test_where_nothing_moved_nothing_is_said(anna, five):
    state = anna.call("Note/query")["queryState"]
    answer = anna.call("Note/queryChanges", sinceQueryState=state)
    assert (answer["removed"], answer["added"]) == ([], [])
    assert "total" not in answer


def test_updates_do_not_touch_a_query_on_what_cannot_change(anna, five):
    arguments = {"sort": [{"property": "uid"}]}
    state = anna.call("Note/query", **arguments)["queryState"]
    anna.set(update={five[0]: {"rank": 9}})
    first, second = anna.make("a", uid="b"), anna.make("c", uid="a")
    answer = anna.call("Note/queryChanges", sinceQueryState=state, upToId=second, **arguments)
    assert answer["removed"] == []
    assert answer["added"] == [{"id": second, "index": 5}]
    assert first not in answer


def test_too_many_changes_are_said_to_be(anna, five):
    state = anna.call("Note/query")["queryState"]
    anna.set(update={id: {"rank": 9} for id in five})
    sort = [{"property": "rank"}]
    error = anna.fail("Note/queryChanges", sinceQueryState=state, sort=sort, maxChanges=9)
    assert error["type"] == "tooManyChanges"
    assert anna.call("Note/queryChanges", sinceQueryState=state, sort=sort, maxChanges=10)


def test_an_unknown_query_state_cannot_be_calculated_from(anna):
    assert anna.fail("Note/queryChanges", sinceQueryState="x")["type"] == "cannotCalculateChanges"


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["create", "update", "destroy"]), st.integers(0, 5), st.integers(0, 3)
    ),
    max_size=8,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=ACTS)
def test_a_client_that_splices_as_told_has_the_new_results(anna, acts):
    while left := anna.call("Note/query", limit=10)["ids"]:  # as many as one /set may destroy
        anna.set(destroy=left)
    arguments = {"filter": {"minRank": 1}, "sort": [{"property": "rank"}, {"property": "title"}]}
    ids = [anna.make(f"s{n}", rank=n) for n in range(4)]
    before = anna.call("Note/query", **arguments)
    for n, (act, which, rank) in enumerate(acts):
        if act == "create":
            ids.append(anna.make(f"new{n}", rank=rank))
        elif act == "update":
            anna.set(update={ids[which % len(ids)]: {"rank": rank}})
        else:
            anna.set(destroy=[ids[which % len(ids)]])
    told = anna.call("Note/queryChanges", sinceQueryState=before["queryState"], **arguments)
    cached = [id for id in before["ids"] if id not in told["removed"]]
    for item in told["added"]:
        cached.insert(item["index"], item["id"])
    assert cached == anna.call("Note/query", **arguments)["ids"]

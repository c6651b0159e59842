"""Patches with JSON Pointers as keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.errors import FormatError
from cyrpy.formats.pointer import (
    MAX_DEPTH,
    MAX_TOKENS,
    additions,
    apply,
    diff,
    is_deeper,
    join,
    split,
)

KEYS = st.text("ab/~01", max_size=3)
VALUES = st.recursive(
    st.integers(0, 3) | st.booleans() | st.text("xy", max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=4)


def deep(depth: int) -> dict:
    value: dict = {}
    for _ in range(depth):
        value = {"a": value}
    return value


@given(OBJECTS, OBJECTS)
def test_a_difference_applied_gives_the_other_object(before, after):
    assert apply(before, diff(before, after)) == after


@given(OBJECTS, OBJECTS)
def test_additions_never_change_what_is_there(before, after):
    made = apply(before, additions(before, after))
    assert additions(made, after) == {}
    assert diff(before, made).keys() <= additions(before, after).keys()


@given(st.lists(KEYS.filter(bool), min_size=1, max_size=4))
def test_tokens_survive_as_pointer(tokens):
    assert split(join(tuple(tokens))) == tuple(tokens)


def test_the_patched_object_is_left_alone():
    before = {"a": {"b": [1, {"c": 2}]}}
    after = apply(before, {"a/b/1/c": 3, "x~1y": 1})
    assert before == {"a": {"b": [1, {"c": 2}]}}
    assert after == {"a": {"b": [1, {"c": 3}]}, "x/y": 1}


def test_null_removes_and_may_remove_what_is_not_there():
    assert apply({"a": 1, "b": {"c": 1}}, {"a": None, "b/c": None, "d": None}) == {"b": {}}


def test_a_small_change_is_a_small_patch():
    before = {"participants": {"x": {"name": "X", "status": "a"}}, "title": "t"}
    after = {"participants": {"x": {"name": "X", "status": "b"}}, "title": "t"}
    assert diff(before, after) == {"participants/x/status": "b"}
    assert diff(before, after, whole={"participants"}) == {"participants": after["participants"]}


def test_true_is_not_one():
    assert diff({"a": 1}, {"a": True}) == {"a": True}


@pytest.mark.parametrize(
    "patch",
    [
        {"/a": 1},
        {"b/c": 1},
        {"a/b": 1},
        {"list/2": 1},
        {"list/-": 1},
        {"list/0": None},
        {"x~2/y": 1},
        {"/".join("a" * 40): 1},
    ],
    ids=lambda patch: next(iter(patch))[:12],
)
def test_refuses_a_pointer_that_leads_nowhere(patch):
    with pytest.raises(FormatError):
        apply({"a": 1, "list": [1]}, patch)


def test_is_bounded():
    assert is_deeper(deep(40), 40)
    assert not is_deeper(deep(40), 41)
    assert max(map(len, map(split, diff(deep(60), deep(61))))) <= MAX_TOKENS
    with pytest.raises(FormatError):
        additions(deep(MAX_DEPTH + 3), deep(MAX_DEPTH + 3))

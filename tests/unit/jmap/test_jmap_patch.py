"""PatchObject (RFC 8620 §5.3)."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy_jmap.errors import SetError
from cyrpy_jmap.patch import apply
from tests.support.caught import caught

KEYS = st.text(alphabet="ab/~", max_size=3)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(KEYS, JSON, max_size=4)


def no_default(name: str) -> object:
    raise KeyError(name)


def escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


@given(OBJECTS, st.dictionaries(st.text(alphabet="ab/~01", max_size=8), JSON, max_size=4))
def test_a_patch_applies_or_is_refused_and_leaves_the_original(current, patch):
    before = copy.deepcopy(current)
    error = caught(SetError, apply, current, patch, no_default)
    assert error is None or (error.type == "invalidPatch" and error.properties)
    assert current == before


@given(OBJECTS, OBJECTS)
def test_a_patch_of_top_level_names_is_an_assignment(current, wanted):
    patch = {escaped(k): v for k, v in wanted.items() if k}
    result = apply(current, patch, no_default)
    expected = current | {k: v for k, v in wanted.items() if k}
    assert result == {
        k: v for k, v in expected.items() if v is not None or k not in wanted or not k
    }


def test_parts_of_one_parent_are_patched_together():
    current = {"a": {"b": 1, "c": {"d": 2}}}
    patch = {"a/b": None, "a/c/d": 3, "a/e": 4}
    assert apply(current, patch, no_default) == {"a": {"c": {"d": 3}, "e": 4}}


def test_a_missing_property_with_a_default_can_be_patched_inside():
    assert apply({}, {"tags/x": True}, {"tags": {}}.__getitem__) == {"tags": {"x": True}}


def test_every_wrong_pointer_is_named_with_the_reason():
    patch = {"a/0": 1, "b/c": 1, "x": {}, "x/y": 1, "/z": 1, "~": 1}
    with pytest.raises(SetError) as caught:
        apply({"a": [], "b": 7}, patch, no_default)
    assert sorted(caught.value.properties or ()) == ["/z", "a/0", "b/c", "x/y", "~"]
    assert "a is an array" in caught.value.description
    assert "b is no object" in caught.value.description


def test_a_pointer_of_too_many_parts_is_refused():
    with pytest.raises(SetError, match="more than 64 parts"):
        apply({}, {"/".join("a" * 65): 1}, no_default)

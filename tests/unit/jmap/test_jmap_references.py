"""Result references and creation ids, against whatever JSON there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from cyrpy_jmap.creation import in_order, references, substitute
from cyrpy_jmap.errors import MethodError, SetError
from cyrpy_jmap.invocation import Invocation, Response
from cyrpy_jmap.objects import Id, JmapModel, JmapObject
from cyrpy_jmap.references import Budget, resolve
from tests.support.caught import caught

NAMES = st.sampled_from(["a", "b", "~0", "~1", "*", "0", "1", "", "ids", "list"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
PATHS = st.lists(NAMES, max_size=5).map(lambda parts: "".join(f"/{p}" for p in parts))


def responses(arguments) -> list[Response]:
    call = Invocation("X/get", {}, "a")
    return [Response("X/get", arguments, "a", call)]


def found(arguments, path: str, octets: int = 10_000):
    reference = {"resultOf": "a", "name": "X/get", "path": path}
    return resolve({"#v": reference}, responses(arguments), Budget(octets))["v"]


@given(st.dictionaries(NAMES, JSON, max_size=4), PATHS)
def test_any_path_into_any_json_resolves_or_fails_cleanly(arguments, path):
    error = caught(MethodError, found, arguments, path)
    assert error is None or error.type == "invalidResultReference"


@given(st.dictionaries(NAMES, JSON, max_size=3), JSON)
def test_any_reference_object_resolves_or_fails_cleanly(arguments, reference):
    given = ({"#v": reference, "w": 1}, responses(arguments), Budget(1000))
    error = caught(MethodError, resolve, *given)
    assert error is None or error.type == "invalidResultReference"


def test_a_star_flattens_one_level():
    lists = {"list": [{"ids": [["a"], "b"]}, {"ids": []}, {"ids": "c"}]}
    assert found(lists, "/list/*/ids") == [["a"], "b", "c"]
    assert found(lists, "/list/*/ids/0".replace("*", "0")) == ["a"]


def test_escapes_are_undone_in_order():
    assert found({"~1": 1, "/": 2}, "/~01") == 1
    assert found({"~1": 1, "/": 2}, "/~1") == 2


def test_what_is_brought_in_is_bounded():
    with pytest.raises(MethodError, match="maxSizeRequest"):
        found({"a": ["x" * 100] * 10}, "", octets=1000)


class Part(JmapModel):
    of: Id | None = None
    parts: list[Part] = Field(default_factory=list)


class Thing(JmapObject):
    name: str
    parent: Id | None = None
    all: list[Id] = Field(default_factory=list)
    marks: dict[Id, bool] = Field(default_factory=dict)
    parts: dict[str, Part] = Field(default_factory=dict)


EVERYWHERE = {
    "name": "#a",
    "parent": "#a",
    "all": ["#b", "x"],
    "marks": {"#c": True},
    "parts": {"#p": {"of": "#d", "parts": [{"of": "#e"}]}},
}


def test_references_are_found_wherever_the_type_says_id_and_nowhere_else():
    assert references(Thing, EVERYWHERE) == {"a", "b", "c", "d", "e"}
    result = substitute(Thing, EVERYWHERE, {c: c.upper() for c in "abcde"})
    assert result == {
        "name": "#a",
        "parent": "A",
        "all": ["B", "x"],
        "marks": {"C": True},
        "parts": {"#p": {"of": "D", "parts": [{"of": "E"}]}},
    }


def test_a_reference_to_nothing_is_named_by_its_path():
    with pytest.raises(SetError) as caught:
        substitute(Thing, EVERYWHERE, {"a": "A", "b": "B"})
    assert caught.value.properties == ["marks/#c", "parts/#p/of", "parts/#p/parts/0/of"]


@given(st.dictionaries(NAMES, JSON, max_size=5))
def test_substitution_leaves_records_of_any_shape_alone(value):
    assert substitute(Thing, value, {}) == value


@given(st.lists(st.integers(0, 30), min_size=1, max_size=30))
def test_each_record_comes_after_what_it_needs(parents):
    records = {
        f"c{n}": {"name": "x", "parent": f"#c{parent}" if parent > n else None}
        for n, parent in enumerate(parents)
    }
    order = in_order(Thing, records)
    assert sorted(order) == sorted(records)
    for cid, record in records.items():
        needed = (record["parent"] or "#")[1:]
        if needed in records:
            assert order.index(needed) < order.index(cid)


def test_a_long_chain_of_records_needs_no_recursion():
    records = {f"c{n}": {"name": "x", "parent": f"#c{n + 1}"} for n in range(4000)}
    assert in_order(Thing, records)[-1] == "c0"

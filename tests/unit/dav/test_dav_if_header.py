"""The If header as values (RFC 4918 §10.4)."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.dav.errors import DavError
from cyrpy.dav.ifheader import Condition, Tagged, parse

URLS = st.text(st.characters(codec="ascii", exclude_characters="<>", min_codepoint=33), min_size=1)
ETAGS = st.builds(
    lambda weak, text: f'{weak}"{text}"',
    st.sampled_from(["", "W/"]),
    st.text(st.characters(codec="ascii", exclude_characters='"', min_codepoint=33)),
)
CONDITIONS = st.one_of(
    st.builds(Condition, URLS, st.just(False), st.booleans()),
    st.builds(Condition, ETAGS, st.just(True), st.booleans()),
)
LISTS = st.lists(CONDITIONS, min_size=1, max_size=4).map(tuple)


def written(lists: list[Tagged]) -> str:
    """The header that says so."""
    parts = []
    for tagged in lists:
        conditions = [
            ("Not " if c.is_negated else "") + (f"[{c.value}]" if c.is_etag else f"<{c.value}>")
            for c in tagged.conditions
        ]
        parts += [f"<{tagged.url}>"] if tagged.url is not None else []
        parts.append(f"({' '.join(conditions)})")
    return " ".join(parts)


@given(st.lists(LISTS, min_size=1, max_size=4))
def test_lists_without_a_resource_round_trip(lists):
    tagged = [Tagged(None, conditions) for conditions in lists]
    assert parse(written(tagged)) == tuple(tagged)


@given(st.lists(st.tuples(URLS, LISTS), min_size=1, max_size=4))
def test_lists_of_resources_round_trip(lists):
    tagged = [Tagged(url, conditions) for url, conditions in lists]
    assert parse(written(tagged)) == tuple(tagged)


def test_several_lists_can_be_of_one_resource():
    assert parse('<a> (<b>) (Not ["c"])') == (
        Tagged("a", (Condition("b", False, False),)),
        Tagged("a", (Condition('"c"', True, True),)),
    )


@given(st.text(st.sampled_from('()<>[]" NotW/ab')))
def test_whatever_comes_is_read_or_refused(text):
    with suppress(DavError):
        assert all(tagged.conditions for tagged in parse(text))


def test_a_long_header_is_refused_in_little_time():
    for text in ("(" * 50_000, "(<a>) " * 50_000, "[" * 50_000, '("' + "x" * 50_000):
        with pytest.raises(DavError):
            parse(text)

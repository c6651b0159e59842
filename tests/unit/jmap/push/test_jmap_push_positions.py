"""Positions: what event ids and push states say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cyrpy_jmap.push.announce import POSITION_LENGTH, read_position, write_position
from cyrpy_jmap.push.job import topic_of

ids = st.from_regex(r"[A-Za-z0-9_-]{1,255}", fullmatch=True)


@given(st.dictionaries(ids, st.integers(0, 10**17), min_size=1, max_size=10))
def test_a_position_is_read_as_it_was_written(position):
    assert read_position(write_position(position)) == position


@given(st.dictionaries(ids, st.integers(0, 10**17), max_size=60))
def test_a_position_has_room_in_a_header(position):
    assert len(write_position(position)) <= POSITION_LENGTH


@given(st.text())
def test_any_text_is_read_or_refused(text):
    read_position(text)


def test_what_was_not_written_here_is_no_position():
    for text in ("", "nonsense", "anna:", "anna:x", "anna:1,", "a b:1", "anna:1\n", "anna:-1"):
        assert read_position(text) is None


def test_a_topic_depends_on_the_types_and_not_on_the_states():
    one = topic_of({"A": {"Email": "1", "Mailbox": "2"}})
    assert one == topic_of({"A": {"Mailbox": "7", "Email": "9"}})
    assert one != topic_of({"A": {"Email": "1"}})
    assert one != topic_of({"B": {"Email": "1", "Mailbox": "2"}})
    assert len(one) == 32

"""Collations (RFC 4790, RFC 5051)."""

from __future__ import annotations

import pytest

from cyrpy.errors import FormatError
from cyrpy.formats.textmatch import (
    ASCII_CASEMAP,
    ASCII_NUMERIC,
    OCTET,
    UNICODE_CASEMAP,
    collation,
    matcher,
)


@pytest.mark.parametrize(
    ("by", "one", "other", "equal"),
    [
        (ASCII_CASEMAP, "Work", "wORK", True),
        (ASCII_CASEMAP, "ärger", "ÄRGER", False),
        (UNICODE_CASEMAP, "ärger", "ÄRGER", True),
        (UNICODE_CASEMAP, "cafe\u0301", "CAFÉ", True),
        (UNICODE_CASEMAP, "\u212bland", "åland", True),
        (UNICODE_CASEMAP, "straße", "STRASSE", False),  # simple mappings only (RFC 5051 §2)
        (OCTET, "a", "A", False),
        (ASCII_NUMERIC, "007", "7 dwarfs", True),
    ],
)
def test_equality(by, one, other, equal):
    assert matcher(one, by, "equals")(other) is equal


@pytest.mark.parametrize(
    ("match_type", "text", "found"),
    [
        ("contains", "Big MEETING room", True),
        ("contains", "meet", False),
        ("starts-with", "Meeting", True),
        ("starts-with", "A meeting", False),
        ("ends-with", "the meeting", True),
        ("equals", "MEETING", True),
    ],
)
def test_match_types(match_type, text, found):
    assert matcher("meeting", ASCII_CASEMAP, match_type)(text) is found


def test_keys_order_texts():
    names = ["Zoë", "adam", "Émile", "Bob"]
    assert sorted(names, key=UNICODE_CASEMAP.key) == ["adam", "Bob", "Émile", "Zoë"]
    assert sorted(["x", "10", "9", "0"], key=ASCII_NUMERIC.key) == ["0", "9", "10", "x"]


def test_an_unknown_collation_is_refused_with_the_known_ones():
    with pytest.raises(FormatError, match="i;ascii-casemap"):
        collation("i;basic;uca=3.1.1")
    assert collation("default", UNICODE_CASEMAP) is UNICODE_CASEMAP
    assert collation("i;octet") is OCTET


def test_numbers_have_no_substrings():
    with pytest.raises(FormatError, match="equals"):
        matcher("1", ASCII_NUMERIC, "contains")
    with pytest.raises(FormatError, match="starts-with"):
        matcher("1", OCTET, "similar")

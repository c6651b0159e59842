"""Wildmat patterns (RFC 3977 §4)."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.config.wildmat import fits, matches


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("*", ""),
        ("*", "https://example.com"),
        ("https://*.example.com", "https://mail.example.com"),
        ("a?c", "abc"),
        ("[a-c]x", "bx"),
        ("[^a-c]x", "dx"),
        ("[]a]", "]"),
        ("[^]a]", "b"),
        ("[a-]", "-"),
        (r"\*", "*"),
        ("[", "["),
        ("\\", "\\"),
        ("*a*b", "xaxbab"),
    ],
)
def test_patterns_that_fit(pattern, text):
    assert fits(text, pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("", "a"),
        ("a", ""),
        ("?", ""),
        ("https://example.com", "https://example.com:8080"),
        ("https://*.example.com", "https://example.com"),
        ("A", "a"),
        (r"\*", "x"),
        ("[^a]", "a"),
        ("*a", "ab"),
    ],
)
def test_patterns_that_do_not_fit(pattern, text):
    assert not fits(text, pattern)


def test_the_last_pattern_that_fits_decides():
    patterns = ("*", "!http://*", "http://localhost")
    assert matches("https://x", patterns)
    assert not matches("http://x", patterns)
    assert matches("http://localhost", patterns)


@pytest.mark.parametrize("patterns", [(), ("!*",), ("@*",), ("https://*",)])
def test_what_no_pattern_admits_is_refused(patterns):
    assert not matches("http://x", patterns)


def test_many_stars_do_not_take_long():
    assert not fits("a" * 2000, "*a" * 50 + "b")


@given(st.text("ab", max_size=12), st.text("ab*?", max_size=8))
def test_stars_and_question_marks_are_those_of_the_shell(text, pattern):
    assert fits(text, pattern) == fnmatchcase(text, pattern)


@given(st.text("ab]^-", max_size=6), st.text("ab[]^-*\\!", max_size=10))
def test_any_pattern_is_understood(text, pattern):
    assert fits(text, pattern) in {True, False}

"""Types of options: switches, durations, sizes, lists, URLs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.config import types


@pytest.mark.parametrize("text", ["yes", "YES", "on", "1", "t", "true", "y"])
def test_a_switch_is_on_in_each_spelling(text):
    assert types.read_switch(text) is True


@pytest.mark.parametrize("text", ["no", "No", "off", "0", "f", "false", "n"])
def test_a_switch_is_off_in_each_spelling(text):
    assert types.read_switch(text) is False


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("45", 45),
        ("45s", 45),
        ("5m", 300),
        ("1h30m", 5400),
        ("1h30", 3630),
        ("7d", 604800),
        ("30m1h", 5400),
        ("2147483647", 2**31 - 1),
    ],
)
def test_durations_are_composed_of_units(text, seconds):
    assert types.read_duration(text) == seconds


def test_a_bare_number_counts_the_unit_of_the_option():
    assert [types.read_duration("3", unit) for unit in "smhd"] == [3, 180, 10800, 259200]


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("0", 0),
        ("512", 512),
        ("512B", 512),
        ("10k", 10240),
        ("10K", 10240),
        ("10 KiB", 10240),
        ("10mb", 10 * 1024**2),
        ("1Gi", 1024**3),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_sizes_have_binary_units(text, octets):
    assert types.read_size(text) == octets


def test_a_bare_size_counts_the_unit_of_the_option_and_one_with_a_unit_does_not():
    assert [types.read_size(text, "k") for text in ("10", "10B", "10M")] == [
        10240,
        10,
        10 * 1024**2,
    ]


def test_words_are_kept_once_and_in_order():
    assert types.read_words(" jmap  caldav\tjmap ") == ("jmap", "caldav")


def test_folders_stand_between_bars_and_may_hold_spaces():
    assert types.read_folders("Junk | Sent Items||Junk") == ("Junk", "Sent Items")


def test_a_bar_alone_is_an_empty_list_of_folders():
    assert types.read_folders("|") == ()
    assert types.write_folders(()) == "|"


def test_patterns_stand_between_commas_or_spaces():
    assert types.read_patterns("https://*, !https://evil  x") == ("https://*", "!https://evil", "x")


@pytest.mark.parametrize(
    ("text", "word"), [("yes", "on"), ("1", "on"), ("F", "off"), ("userid", "userid")]
)
def test_a_choice_with_on_and_off_takes_the_words_of_a_switch(text, word):
    assert types.read_on_off(text) == word


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://mail.example.com/", "https://mail.example.com"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
    ],
)
def test_a_url_has_no_slash_at_its_end(text, url):
    assert types.read_url(text) == url


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *((types.read_switch, text) for text in ("", "maybe", "2", "yes please")),
        *((types.read_duration, text) for text in ("", "x", "-5", "5w", "5 m", "h", "1.5h", "٣")),
        *((types.read_duration, text) for text in ("2147483648", "30000d")),
        *((types.read_size, text) for text in ("", "-1", "1T", "1.5M", "M", "1 0", "1kk", "٣")),
        *((types.read_size, text) for text in ("9223372036854775808", "9007199254740992K")),
        *((types.read_url, text) for text in ("", "mail.example.com", "ftp://x", "https://")),
        *((types.read_url, text) for text in ("https://x?q", "https://x#f", "https://a b")),
        *((types.read_url, text) for text in ("https://a@b", "https://x:99999", "https://[x")),
    ],
)
def test_other_texts_are_refused(read: Callable[[str], object], text: str):
    with pytest.raises(ValueError):  # noqa: PT011 - the reason may be empty
        read(text)


@given(st.integers(0, 2**31 - 1))
def test_a_duration_that_is_written_reads_as_the_same(seconds):
    for unit in "smhd":
        assert types.read_duration(types.write_duration(seconds), unit) == seconds


@given(st.integers(0, 2**63 - 1) | st.integers(0, 2**33).map(lambda count: count * 1024))
def test_a_size_that_is_written_reads_as_the_same(octets):
    for unit in ("", "k"):
        assert types.read_size(types.write_size(octets), unit) == octets


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    for read in (types.read_switch, types.read_duration, types.read_size, types.read_url):
        try:
            read(text)
        except ValueError:
            continue

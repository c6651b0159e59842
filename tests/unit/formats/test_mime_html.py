"""Text of HTML: as a reader sees it, and in time that its size bounds."""

from __future__ import annotations

import time

import pytest

from cyrpy.formats.mime.html import MAX_DEPTH, text_of

SIZE = 500_000  # characters
BOUND = 5.0  # seconds of CPU; one of these took minutes


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<b a='{}'><p>",
        "<font size={}>",
        "<table><tr><td>",
        "<div></x>",
        "<div><p></div>",
        "<svg><g>",
        "<button><p></button>",
        "<!--",
        "<script>",
        "<a",
        "</p>",
        "<select><option>",
        "<nobr>",
        "&#x41;",
    ],
)
def test_no_html_takes_long(piece):
    html = "".join(piece.format(n) for n in range(SIZE // len(piece)))
    started = time.process_time()
    text_of(html, with_attributes=True)
    assert time.process_time() - started < BOUND


def test_what_is_inside_too_many_elements_is_read_all_the_same():
    deep = "<div>" * (MAX_DEPTH + 1)
    html = f"{deep}One<br>t<b>w</b>o &amp; <style>p {{}}</style><!-- no --><p>three{'</div>' * 9}"
    assert text_of(html).split() == ["One", "two", "&", "three"]


def test_ordinary_nesting_is_left_to_the_parser():
    rows = "<tr><td><p>cell<td>other</tr>" * MAX_DEPTH
    assert text_of(f"<table>{rows}</table>").split()[:2] == ["cell", "other"]

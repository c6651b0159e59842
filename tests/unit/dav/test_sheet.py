"""Sheets: responses written from columns of rows."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from lxml import etree

from cyrpy.dav.markup import DECLARATIONS, escape_utf8
from cyrpy.dav.sheet import Cell, Sheet, Text
from cyrpy.dav.urls import path_of

URL = "/dav/calendars/user/a%20b/50%25/"
CELLS = {
    "{DAV:}getetag": Cell("etag", '"%s"'),
    "{DAV:}resourcetype": Cell(None, ""),
    "{DAV:}getcontenttype": Cell(None, "text/x; a=100%"),
    "{urn:x}size": Cell("size", "%s octets", write=lambda size: f"{size} &lt;"),
}


def stored(found: Sequence[bytes | None]) -> list[bytes | None]:
    return [None if octets is None else escape_utf8(octets) for octets in found]


TEXT = Text("{urn:x}data", ("octets",), stored)


def sheet(*names: str, text: Text | None = TEXT) -> Sheet:
    made = Sheet.of(URL, names, CELLS, lambda: text)
    assert made is not None
    return made


def told(markup: bytes) -> list[dict[str, str | None]]:
    """The href and the properties of each response."""
    root = etree.fromstring(b"<r%b>%b</r>" % (DECLARATIONS, markup))
    return [
        {element.tag: element.text for element in response.iter() if not len(element)}
        for response in root
    ]


def test_many_rows_are_written_as_each_by_itself():
    made = sheet(*CELLS)
    rows = [(f"{n}.ics", f"tag{n}", n) for n in range(5)]
    lines = made.lines(rows)
    assert made.columns == ("uri", "etag", "size")
    assert made.block([list(column) for column in zip(*rows, strict=True)]) == b"".join(lines)


def test_a_response_says_what_the_row_has():
    (found,) = told(sheet(*CELLS).lines([("a.ics", "tag", 7)])[0])
    assert found == {
        "{DAV:}href": URL + "a.ics",
        "{DAV:}getetag": '"tag"',
        "{DAV:}resourcetype": None,
        "{DAV:}getcontenttype": "text/x; a=100%",
        "{urn:x}size": "7 < octets",
        "{DAV:}status": "HTTP/1.1 200 OK",
    }


@pytest.mark.parametrize("name", ["a b.ics", "50%.ics", "<&>.ics", "ä/ö.ics", "a\nb.ics", "%s.ics"])
def test_names_stand_in_urls_as_they_are(name):
    made = sheet("{DAV:}getetag")
    for markup in (made.lines([(name, "tag")])[0], made.block([["x.ics", name], ["t", "tag"]])):
        href = told(markup)[-1]["{DAV:}href"]
        assert path_of(href, "") == ("dav", "calendars", "user", "a b", "50%", name)


def test_a_text_stands_behind_all_else():
    (found,) = told(
        sheet("{urn:x}data", "{DAV:}getetag").lines([("a.ics", "t", b"A<B>&\r\n%s")])[0]
    )
    assert found["{urn:x}data"] == "A<B>&\r\n%s"
    assert found["{DAV:}getetag"] == '"t"'


def test_a_text_that_is_not_told_plainly_is_left_to_its_member():
    assert sheet("{urn:x}data").lines([("a.ics", None)]) == [None]


def test_there_is_none_for_what_rows_do_not_tell():
    assert Sheet.of(URL, ("{DAV:}owner",), CELLS, lambda: TEXT) is None
    assert Sheet.of(URL, ("{DAV:}getetag", "{urn:x}data"), CELLS, lambda: None) is None


def test_no_rows_are_no_responses():
    assert sheet("{DAV:}getetag").block([[], []]) == b""

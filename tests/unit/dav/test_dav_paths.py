"""Paths of URLs: whatever is remembered of them, a path is what its segments are."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.dav.errors import DavError
from cyrpy.dav.urls import SHORT, split

SEGMENTS = st.sampled_from(["a", "b%20c", "%41", "", ".", "..", "d.ics", "%2F", "%00", "%ff", "é"])


def plainly(raw: str) -> tuple[str, ...] | None:
    """The segments one by one; None if one of them cannot be."""
    parts = raw.removeprefix("/").removesuffix("/").split("/")
    if parts == [""]:
        return ()
    names = [unquote(part, errors="surrogateescape") for part in parts]
    wrong = any(n in {"", ".", ".."} or "\0" in n or not n.isprintable() for n in names)
    return None if wrong else tuple(names)


@given(st.lists(SEGMENTS, max_size=5), st.booleans(), st.booleans())
def test_a_path_is_what_its_segments_are(segments, has_start, has_end):
    raw = "/" * has_start + "/".join(segments) + "/" * has_end
    try:
        found = split(raw)
    except DavError:
        found = None
    assert found == plainly(raw)


@pytest.mark.parametrize("length", [1, SHORT, 40 * SHORT])
def test_long_collections_are_split_alike(length):
    name = "x" * length
    assert split(f"/a/{name}/b.ics") == split(f"/a/{name}/b.ics/") == ("a", name, "b.ics")

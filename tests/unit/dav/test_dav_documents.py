"""Bodies of requests, of which the small ones are remembered."""

from __future__ import annotations

import pytest

from cyrpy.dav.errors import DavError
from cyrpy.dav.multistatus import requested_properties
from cyrpy.dav.xml import SMALL, Element, document_of

BODY = b'<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>'


def test_what_is_made_of_a_small_body_is_made_once():
    made: list[Element] = []
    for body in (BODY + b" ", BODY + b" "):
        document_of(body).once(made.append)
    assert len(made) == 1


def test_a_large_body_is_not_kept():
    body = BODY + b" " * SMALL
    assert document_of(body) is not document_of(body)


def test_bodies_that_differ_are_told_apart():
    other = BODY.replace(b"getetag", b"owner")
    names = [document_of(body).once(requested_properties) for body in (BODY, other)]
    assert names == [("{DAV:}getetag",), ("{DAV:}owner",)]


def test_what_is_wrong_is_wrong_each_time():
    for _ in range(2):
        with pytest.raises(DavError) as refused:
            document_of(b"<D:propfind/>")
        assert refused.value.status == 400


def test_what_cannot_be_made_is_not_remembered():
    many = b"".join(b"<D:p%d/>" % n for n in range(501))
    document = document_of(BODY.replace(b"<D:getetag/>", many))
    for _ in range(2):
        with pytest.raises(DavError):
            document.once(requested_properties)

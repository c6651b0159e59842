"""Bodies that are made to do harm (RFC 4918 §20.6)."""

from __future__ import annotations

import pytest

BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<D:propfind xmlns:D="DAV:"><D:prop><D:owner>&c;</D:owner></D:prop></D:propfind>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>
<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x>&f;</x></D:prop></D:set></D:propertyupdate>"""
DTD = b"""<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">
<D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>"""
DEEP = b"<x>" * 5000 + b"</x>" * 5000
WIDE = b'<D:propfind xmlns:D="DAV:"><D:prop>' + b"<a/>" * 250_000 + b"</D:prop></D:propfind>"
LONG = b'<D:propfind xmlns:D="DAV:"><!--' + b"a" * (5 << 20) + b"--></D:propfind>"


@pytest.mark.parametrize("body", [BOMB, OUTSIDE, DTD, DEEP, WIDE, LONG], ids=len)
@pytest.mark.parametrize("method", ["PROPFIND", "PROPPATCH", "REPORT", "ACL", "LOCK", "POST"])
def test_hostile_xml_is_refused(anna, method, body):
    url = f"{anna.calendars}Default/"
    answer = anna.request(method, url, body, {"content-type": "text/xml", "depth": "0"})
    assert answer.status in {400, 403, 413}
    assert b"root:" not in answer.body


@pytest.mark.parametrize("kind", ["calendars", "books"])
def test_what_is_too_large_is_refused_and_not_stored(anna, kind):
    url = f"{getattr(anna, kind)}Default/large"
    body = b"BEGIN:VCARD\r\nNOTE:" + b"a" * (11 << 20) + b"\r\nEND:VCARD\r\n"
    assert anna.request("PUT", url, body).status in {403, 413}
    assert anna.request("GET", url).status == 404

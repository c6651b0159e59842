"""The ceiling of a multiget: lxml, one raw statement and templates of octets, and nothing else.

It signs nobody in, judges no rights and takes no snapshot; its answer says what cyrpy's does.
"""

from __future__ import annotations

import json
import os
import sqlite3

from lxml import etree

from bench.floor import Message, Receive, Send, lifespan

STATEMENT = (
    "SELECT o.uri, o.etag, o.icalendar FROM calendar_objects o WHERE o.account_id = ? "
    "AND o.calendar_id = ? AND o.uri IN (SELECT value FROM json_each(?))"
)
RESPONSE = (
    b"<D:response><D:href>%b</D:href><D:propstat><D:prop><D:getetag>%b</D:getetag>"
    b"<C:calendar-data>%b</C:calendar-data></D:prop><D:status>HTTP/1.1 200 OK</D:status>"
    b"</D:propstat></D:response>\n"
)
START = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:" '
    b'xmlns:C="urn:ietf:params:xml:ns:caldav">'
)
HREF = "{DAV:}href"
_database = sqlite3.connect(os.environ["RAW_DATABASE"], isolation_level=None)
_place = _database.execute("SELECT account_id, id FROM calendars WHERE uri = 'bench'").fetchone()


def answer(body: bytes) -> bytes:
    """The multistatus."""
    hrefs = [str(node.text) for node in etree.fromstring(body).iterchildren(HREF)]
    names = json.dumps([href.rpartition("/")[2] for href in hrefs])
    rows = _database.execute(STATEMENT, (*_place, names)).fetchall()
    found = {uri: (etag, octets) for uri, etag, octets in rows}
    return b"".join(
        [
            START,
            *(_response(href, *found[href.rpartition("/")[2]]) for href in hrefs),
            b"</D:multistatus>",
        ]
    )


def _response(href: str, etag: str, octets: bytes) -> bytes:
    escaped = octets.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
    return RESPONSE % (href.encode(), b'"%b"' % etag.encode(), escaped.replace(b"\r", b"&#13;"))


async def app(scope: Message, receive: Receive, send: Send) -> None:
    """Read all, answer."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
        return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    content = answer(body)
    headers = [(b"content-type", b"application/xml"), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": 207, "headers": headers})
    await send({"type": "http.response.body", "body": content})

"""DAV for benchmarks: requests as one user, and the data that they are about."""

from __future__ import annotations

import http.client
import re
from datetime import datetime, timedelta

from bench.load import Wrong

AUTHORIZATION = "Basic dGVzdDp0ZXN0"  # test:test
USER = "test@localhost"
CALENDARS = f"/dav/calendars/user/{USER}/"
BOOKS = f"/dav/addressbooks/user/{USER}/"
NAMESPACES = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
    'xmlns:CR="urn:ietf:params:xml:ns:carddav" xmlns:CS="http://calendarserver.org/ns/"'
)
PROLOG = f'<?xml version="1.0" encoding="utf-8"?><D:propfind {NAMESPACES}><D:prop>'
EPILOG = "</D:prop></D:propfind>"


class Dav:
    """Makes requests, and sends those that prepare something."""

    def __init__(self, port: int) -> None:
        self._port = port

    def request(self, method: str, url: str, body: str = "", depth: str = "0") -> bytes:
        """The octets that are sent."""
        content = body.encode()
        kind = "application/xml" if body.startswith("<") else "text/calendar"
        if body.startswith("BEGIN:VCARD"):
            kind = "text/vcard"
        lines = [
            f"{method} {url} HTTP/1.1",
            "Host: localhost",
            f"Authorization: {AUTHORIZATION}",
            f"Depth: {depth}",
            f"Content-Type: {kind}; charset=utf-8",
            f"Content-Length: {len(content)}",
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + content

    def answer(self, method: str, url: str, body: str = "", status: int = 207) -> bytes:
        """Send a request; the body of the answer.

        Raises:
            Wrong: it is not the expected one.
        """
        lines = self.request(method, url, body).partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        connection.request(method, url, body.encode(), dict(x.split(": ", 1) for x in lines))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if answer.status != status:
            raise Wrong(f"{method} {url}: {answer.status} {content[:200]!r}")
        return content


def token_in(answer: bytes) -> str:
    """The sync token in an answer.

    Raises:
        Wrong: there is none.
    """
    found = re.search(rb"<D:sync-token>([^<]+)</D:sync-token>", answer)
    if found is None:
        raise Wrong(f"no sync token in {answer[:200]!r}")
    return found[1].decode()


def sync_of(token: str) -> str:
    """What changed since."""
    return (
        f"<D:sync-collection {NAMESPACES}><D:sync-token>{token}</D:sync-token>"
        "<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"
    )


def query_of(week: datetime) -> str:
    """The events of a week, with their data."""
    start, end = (f"{at:%Y%m%dT%H%M%SZ}" for at in (week, week + timedelta(days=7)))
    return (
        f"<C:calendar-query {NAMESPACES}><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter>"
        '<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
        f'<C:time-range start="{start}" end="{end}"/>'
        "</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
    )

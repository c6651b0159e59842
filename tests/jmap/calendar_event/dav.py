"""CalDAV beside JMAP, on the same server."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.support import events as objects
from tests.support.icalendar import octets
from tests.support.jmap import CalendarEvents

SYNC = (
    '<D:sync-collection xmlns:D="DAV:"><D:sync-token>{}</D:sync-token>'
    "<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"
)


def event(uid: str = "one", *lines: str, parts: Sequence[str] = ()) -> bytes:
    """An iCalendar object with one VEVENT, or with these components."""
    return octets(*parts) if parts else objects.event(uid, *lines)


def url(events: CalendarEvents, name: str = "", calendar: str = "Default") -> str:
    """Where something of the user's is over CalDAV."""
    return f"/dav/calendars/user/{events.client.name}/{calendar}/{name}"


def put(events: CalendarEvents, name: str, body: bytes) -> None:
    """PUT of an object into the user's own calendar."""
    headers = {"content-type": "text/calendar", **events.client.sign_in}
    answer = events.client.server.request("PUT", url(events, name), body, headers)
    assert answer.status in (201, 204), (answer.status, answer.body)


def get(events: CalendarEvents, name: str) -> str:
    """The object as it is stored, unfolded."""
    found = events.client.get(url(events, name))
    assert found.status == 200, found.status
    return re.sub("\r\n[ \t]", "", found.body.decode())


def delete(events: CalendarEvents, name: str) -> None:
    """DELETE of an object."""
    answer = events.client.server.request("DELETE", url(events, name), b"", events.client.sign_in)
    assert answer.status == 204, answer.status


def sync(events: CalendarEvents, token: str = "") -> tuple[dict[str, bool], str]:
    """Names that changed since, with whether each is still there; and the new token."""
    headers = {"content-type": "application/xml", "depth": "0", **events.client.sign_in}
    body = SYNC.format(token).encode()
    answer = events.client.server.request("REPORT", url(events), body, headers)
    assert answer.status == 207, answer.body
    text = answer.body.decode()
    found: dict[str, bool] = {}
    for part in re.findall("<[A-Za-z]*:?response>(.*?)</[A-Za-z]*:?response>", text, re.DOTALL):
        href = re.search("href>([^<]*)<", part)
        assert href is not None
        found[href[1].rpartition("/")[2]] = " 404 " not in part
    new = re.search("sync-token>([^<]*)<", text)
    assert new is not None
    return found, new[1]

"""Calendar objects over CalDAV, for tests of all who share them."""

from __future__ import annotations

from typing import Any

from tests.support.dav import Answer, Client, tree
from tests.support.icalendar import octets

START = "DTSTART:20260105T100000Z"


def event(uid: str = "one", *lines: str) -> bytes:
    """An iCalendar object with one VEVENT of an hour."""
    times = () if any(line.startswith("DTSTART") for line in lines) else (START, "DURATION:PT1H")
    return octets("\n".join(["VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *times, *lines]))


def todo(uid: str = "one", *lines: str) -> bytes:
    """An iCalendar object with one VTODO."""
    return octets("\n".join(["VTODO", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines]))


def put(client: Client, url: str, body: bytes, **headers: str) -> Answer:
    """PUT; the name of a header has `_` for `-`."""
    given = {
        "content-type": "text/calendar",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    return client.request("PUT", url, body, given)


def made(client: Client, url: str, body: bytes, **headers: str) -> Answer:
    """PUT of something new."""
    answer = put(client, url, body, **headers)
    assert answer.status == 201, (answer.status, answer.body)
    return answer


def names_in(client: Client, calendar: str) -> set[str]:
    """The names of the members that a client sees."""
    found = client.propfind(calendar, "D:getetag", depth="1").responses
    return {href.removeprefix(calendar) for href in found} - {""}


def multiget(client: Client, url: str, *hrefs: str) -> dict[str, Any]:
    """Href -> entity tag, or the status of one that is not there."""
    content = "<D:prop><D:getetag/></D:prop>" + "".join(f"<D:href>{h}</D:href>" for h in hrefs)
    answer = client.request("REPORT", url, tree("C:calendar-multiget", content), {"depth": "0"})
    return {
        href: response.status or response["D:getetag"]
        for href, response in answer.responses.items()
    }

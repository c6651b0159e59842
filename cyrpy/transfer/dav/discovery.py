"""Where the calendars and address books of a user are (RFC 6764 §6, RFC 5397, RFC 4791 §6.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote, urljoin, urlsplit

from cyrpy.errors import FormatError
from cyrpy.formats.colors import is_color
from cyrpy.formats.ical.guess import guess
from cyrpy.formats.ical.parse import parse
from cyrpy.transfer.dav import xml
from cyrpy.transfer.dav.client import Client
from cyrpy.transfer.dav.errors import RemoteError
from cyrpy.transfer.dav.xml import APPLE, CALDAV, CARDDAV, CS, DAV, Response

Kind = Literal["calendar", "addressbook"]
TYPES: Final[dict[str, Kind]] = {
    f"{CALDAV}calendar": "calendar",
    f"{CARDDAV}addressbook": "addressbook",
}
HOMES: Final = (f"{CALDAV}calendar-home-set", f"{CARDDAV}addressbook-home-set")
WELL_KNOWN: Final = ("/.well-known/caldav", "/.well-known/carddav")
MAX_COLLECTIONS: Final = 1000
_TYPE: Final = f"{DAV}resourcetype"
_PRINCIPALS: Final = (f"{DAV}current-user-principal", f"{DAV}principal-URL")
_COMPONENTS: Final = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY"})
_ASKED: Final = (
    _TYPE,
    *_PRINCIPALS,
    *HOMES,
    f"{DAV}displayname",
    f"{DAV}sync-token",
    f"{DAV}supported-report-set",
    f"{CALDAV}calendar-description",
    f"{CARDDAV}addressbook-description",
    f"{CALDAV}supported-calendar-component-set",
    f"{CALDAV}calendar-timezone",
    f"{APPLE}calendar-color",
    f"{APPLE}calendar-order",
    f"{CS}source",
)


@dataclass(frozen=True)
class Remote:
    """A collection on the other server."""

    url: str
    kind: Kind
    name: str
    description: str | None = None
    color: str | None = None
    order: int = 0
    components: str = ""  # with spaces between; "" if it does not say
    time_zone: str | None = None
    can_sync: bool = False  # whether it knows sync-collection
    is_shared: bool = False  # whether it is another user's

    @property
    def uri(self) -> str:
        """The last part of its URL."""
        return unquote(urlsplit(self.url).path.rstrip("/").rpartition("/")[2])


def find(client: Client) -> list[Remote]:
    """All collections of the user; only the one, if the URL is that of a collection.

    Raises:
        RemoteError: none can be found.
    """
    start = _look(client, client.url)
    if start is not None and (one := _remote(start)) is not None:
        return [one]
    homes = list(dict.fromkeys(_homes(client, start)))
    if not homes and start is not None and start.has(_TYPE, f"{DAV}collection"):
        homes = [start.url]
    found: dict[str, Remote] = {}
    for home in homes:
        for remote in _collections(client, home):
            found.setdefault(remote.url, remote)
    if not found:
        raise RemoteError(f"no calendars or address books of the user were found at {client.url}")
    return list(found.values())[:MAX_COLLECTIONS]


def _look(client: Client, url: str) -> Response | None:
    """What is at a URL; None if WebDAV is not spoken there.

    Raises:
        RemoteError: the sign-in failed.
    """
    reply = client.request("PROPFIND", url, xml.propfind(_ASKED), {"depth": "0"})
    if reply.status == 401:
        raise RemoteError(f"{url}: the server refused the name or the password", 401)
    if reply.status != 207:
        return None
    responses = xml.multistatus(reply.body, reply.url).responses
    return responses[0] if responses else None


def _homes(client: Client, start: Response | None) -> Iterator[str]:
    """The home collections, by the principal, which the URL or the well-known URLs tell of."""
    places = [start] if start is not None else []
    yield from _homes_by(client, places)
    for path in WELL_KNOWN:
        try:
            found = _look(client, urljoin(client.url, path))
            more = [] if found is None else list(_homes_by(client, [found]))
        except RemoteError as exc:
            if exc.status == 401:
                raise
            continue  # it leads nowhere
        yield from more


def _homes_by(client: Client, places: Iterable[Response]) -> Iterator[str]:
    for place in places:
        yield from (url for name in HOMES for url in place.hrefs(name))
        principals = [url for name in _PRINCIPALS for url in place.hrefs(name)]
        for url in dict.fromkeys(principals):
            if url != place.url and (principal := _look(client, url)) is not None:
                yield from (home for name in HOMES for home in principal.hrefs(name))


def _collections(client: Client, home: str) -> Iterator[Remote]:
    reply = client.request("PROPFIND", home, xml.propfind(_ASKED), {"depth": "1"})
    if reply.status != 207:
        raise RemoteError(f"{home}: the server answered {reply.status}", reply.status)
    for response in xml.multistatus(reply.body, reply.url).responses:
        remote = _remote(response)
        if remote is not None:
            yield remote


def _remote(response: Response) -> Remote | None:
    """The collection, if it is one that is copied: no inbox, and no subscription."""
    kind = next((kind for tag, kind in TYPES.items() if response.has(_TYPE, tag)), None)
    if kind is None or response.status >= 300 or response.has(_TYPE, f"{CS}subscribed"):
        return None
    url = response.url if response.url.endswith("/") else response.url + "/"
    color = response.text(f"{APPLE}calendar-color")
    description = response.text(f"{CALDAV}calendar-description")
    order = response.text(f"{APPLE}calendar-order")
    reports = response.props.get(f"{DAV}supported-report-set")
    return Remote(
        url=url,
        kind=kind,
        name=response.text(f"{DAV}displayname"),
        description=description or response.text(f"{CARDDAV}addressbook-description") or None,
        color=color if is_color(color) else None,
        order=int(order) if order.isascii() and order.isdigit() and len(order) < 9 else 0,
        components=_components(response),
        time_zone=_time_zone(response.text(f"{CALDAV}calendar-timezone")),
        is_shared=response.has(_TYPE, f"{CS}shared"),
        can_sync=reports is not None and reports.find(f".//{DAV}sync-collection") is not None,
    )


def _components(response: Response) -> str:
    found = response.props.get(f"{CALDAV}supported-calendar-component-set")
    if found is None:
        return ""
    names = [node.get("name", "").upper() for node in found.findall(f"{CALDAV}comp")]
    return " ".join(dict.fromkeys(name for name in names if name in _COMPONENTS))


def _time_zone(text: str) -> str | None:
    """The IANA name of the zone in an iCalendar object; None if there is none."""
    try:
        zones = parse(text.encode()).named("VTIMEZONE") if text else []
    except FormatError:
        return None
    return guess(zones[0], zones[0].text("TZID") or "") if zones else None

"""Getting members of a collection: many by one multiget, else one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from cyrpy.transfer.dav import xml
from cyrpy.transfer.dav.client import Client
from cyrpy.transfer.dav.discovery import Remote
from cyrpy.transfer.dav.errors import RemoteError
from cyrpy.transfer.dav.xml import CALDAV, CARDDAV, DAV, Response

BATCH: Final = 50  # members asked for at once
_REPORTS: Final = {
    "calendar": ("C:calendar-multiget", "<C:calendar-data/>", f"{CALDAV}calendar-data"),
    "addressbook": ("CR:addressbook-multiget", "<CR:address-data/>", f"{CARDDAV}address-data"),
}
_ACCEPT: Final = {"calendar": "text/calendar", "addressbook": "text/vcard"}


class Fetched(NamedTuple):
    """A member; without octets: why they could not be had."""

    url: str
    etag: str
    octets: bytes | None
    reason: str = ""


class Reported(NamedTuple):
    """A member as a report gives it."""

    fetched: Fetched
    is_converted: bool  # whether it has not as many octets as the server says


class Fetcher:
    """Gets members of one collection; finds out what the server can do."""

    def __init__(self, client: Client, remote: Remote) -> None:
        self._client = client
        self._remote = remote
        self._has_multiget = True
        # A report gives cards in version 3.0 (RFC 6352 §10.4), however they are stored there; what
        # has another length than the server says is got by itself, which mostly gives it as it is.
        self._checks_length = remote.kind == "addressbook"

    def batches(self, urls: Sequence[str]) -> Iterator[list[Fetched]]:
        """All of them, BATCH at once; what is gone meanwhile is left out."""
        for start in range(0, len(urls), BATCH):
            yield self._batch(urls[start : start + BATCH])

    def _batch(self, urls: Sequence[str]) -> list[Fetched]:
        reported = self._multiget(urls) if self._has_multiget else {}
        found = {url: one for url in urls if (one := self._one(url, reported)) is not None}
        return list(found.values())

    def _one(self, url: str, reported: Mapping[str, Reported]) -> Fetched | None:
        told = reported.get(url)
        if told is None:
            return self._get(url)
        if self._checks_length and told.is_converted:
            one = self._get(url)
            if one is not None and one.octets is not None:
                self._checks_length = one.octets != told.fetched.octets
                return one
        return told.fetched

    def _multiget(self, urls: Sequence[str]) -> dict[str, Reported]:
        """What one report gives; an answer that is too large is no reason to give up."""
        root, data, name = _REPORTS[self._remote.kind]
        paths = xml.hrefs(_path(url) for url in urls)
        asked = f"<D:prop><D:getetag/><D:getcontentlength/>{data}</D:prop>"
        body = xml.document(root, asked + paths)
        try:
            reply = self._client.request("REPORT", self._remote.url, body, {"depth": "1"})
            if reply.status != 207:
                self._has_multiget = False
                return {}
            responses = xml.multistatus(reply.body, reply.url).responses
        except RemoteError:
            return {}
        return {each.url: one for each in responses if (one := _reported(each, name)) is not None}

    def _get(self, url: str) -> Fetched | None:
        try:
            reply = self._client.request("GET", url, headers={"accept": self._accept()})
        except RemoteError as exc:
            return Fetched(url, "", None, str(exc))
        if reply.status in {404, 410}:
            return None
        if reply.status != 200:
            return Fetched(url, "", None, f"the server answered {reply.status}")
        return Fetched(url, reply.headers.get("etag", ""), reply.body)

    def _accept(self) -> str:
        return f"{_ACCEPT[self._remote.kind]}, */*;q=0.1"


def _reported(response: Response, name: str) -> Reported | None:
    node = response.props.get(name)
    if node is None or not node.text:
        return None
    octets = _octets(node.text)
    length = response.text(f"{DAV}getcontentlength")
    fetched = Fetched(response.url, response.text(f"{DAV}getetag"), octets)
    return Reported(fetched, length.isdigit() and length != str(len(octets)))


def _octets(text: str) -> bytes:
    """The text of an element, with the line ends that XML has taken from it."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "replace")


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path

"""What is in a collection on the other server, and what changed since the last look (RFC 6578)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from cyrpy.transfer.dav import xml
from cyrpy.transfer.dav.client import Client
from cyrpy.transfer.dav.discovery import Remote
from cyrpy.transfer.dav.errors import RemoteError
from cyrpy.transfer.dav.xml import DAV, Response

MAX_ROUNDS: Final = 100_000  # of one truncated sync
MAX_HREF: Final = 1000  # characters
_ETAG: Final = f"{DAV}getetag"
_TYPE: Final = f"{DAV}resourcetype"


@dataclass
class Listing:
    """Members by URL with their entity tags; `is_whole`: all of them, not changes alone.

    Attributes:
        gone: URLs of members that are no more.
        sync_token: Where the next look can start; None: it has to list all again.
    """

    members: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    sync_token: str | None = None
    is_whole: bool = True


def look(client: Client, remote: Remote, token: str | None, known: Collection[str]) -> Listing:
    """What is to be looked at; `known` are the members that were there at the last look.

    Raises:
        RemoteError: it cannot be listed.
    """
    found = _synced(client, remote, token) if remote.can_sync else None
    if found is None and token is not None and remote.can_sync:
        found = _synced(client, remote, None)  # it is too old, or of another time
    if found is None:
        found = _listed(client, remote)
    if found.is_whole:
        found.gone = set(known) - set(found.members)
    return found


def _synced(client: Client, remote: Remote, token: str | None) -> Listing | None:
    """By sync-collection; None if the server does not take the token."""
    found = Listing(is_whole=token is None)
    at = token or ""
    for _ in range(MAX_ROUNDS):
        answer = client.request("REPORT", remote.url, _sync_body(at), {"depth": "0"})
        if answer.status != 207:
            return None
        page = xml.multistatus(answer.body, answer.url)
        is_cut = any(_is_cut(response, remote) for response in page.responses)
        for response in page.responses:
            _note(found, response, remote)
        if not page.sync_token or (is_cut and page.sync_token == at):
            return None
        at = page.sync_token
        if not is_cut:
            found.sync_token = at
            return found
    raise RemoteError(f"{remote.url}: the server never comes to an end")


def _sync_body(token: str) -> bytes:
    inside = xml.text("D:sync-token", token) + xml.text("D:sync-level", "1")
    asked = "<D:prop><D:getetag/><D:resourcetype/></D:prop>"
    return xml.document("D:sync-collection", inside + asked)


def _is_cut(response: Response, remote: Remote) -> bool:
    """Whether the server says that there is more (RFC 6578 §3.6)."""
    return response.status == 507 and _is_itself(response, remote)


def _is_itself(response: Response, remote: Remote) -> bool:
    return response.url.rstrip("/") == remote.url.rstrip("/")


def _note(found: Listing, response: Response, remote: Remote) -> None:
    """One member, which changed or is gone."""
    if _is_itself(response, remote) or len(response.url) > MAX_HREF:
        return
    if response.status in {404, 410}:
        found.members.pop(response.url, None)
        found.gone.add(response.url)
    elif response.status < 300 and not response.has(_TYPE, f"{DAV}collection"):
        found.gone.discard(response.url)
        found.members[response.url] = response.text(_ETAG)


def _listed(client: Client, remote: Remote) -> Listing:
    body = xml.propfind((_ETAG, _TYPE))
    reply = client.request("PROPFIND", remote.url, body, {"depth": "1"})
    if reply.status != 207:
        raise RemoteError(f"{remote.url}: the server answered {reply.status}", reply.status)
    found = Listing()
    for response in xml.multistatus(reply.body, reply.url).responses:
        _note(found, response, remote)
    return found

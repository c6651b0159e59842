"""DAV clients without a server between: requests as one user, and what the answers say."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from lxml import etree

import cyrpy_caldav
import cyrpy_carddav
from cyrpy import dav
from cyrpy.auth.identity import SCOPE_KEY, Identity
from cyrpy.config import CoreSettings
from cyrpy.core import Core
from cyrpy.data import principals
from cyrpy.data.blobs import Blobs
from cyrpy.data.database import Database
from cyrpy.data.notifier import Notifier
from cyrpy.data.principals import PrincipalRow
from cyrpy.groupware.principals import NewPrincipal, create
from cyrpy.groupware.provision import Folders
from cyrpy.groupware.userids import UserIds

MODULES = (dav.module, cyrpy_caldav.module, cyrpy_carddav.module)
NS = {
    "D": "DAV:",
    "C": "urn:ietf:params:xml:ns:caldav",
    "CR": "urn:ietf:params:xml:ns:carddav",
    "CS": "http://calendarserver.org/ns/",
    "A": "http://apple.com/ns/ical/",
    "ME": "http://me.com/_namespace/",
    "X": "http://example.com/ns/",
}
XMLNS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NS.items())
SETTINGS = {"defaultdomain": "example.com"}


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


def clark(name: str) -> str:
    """`D:href` as `{DAV:}href`."""
    prefix, _, local = name.partition(":")
    return f"{{{NS[prefix]}}}{local}"


def prop(*names: str) -> str:
    """DAV:prop with empty elements."""
    return "<D:prop>" + "".join(f"<{name}/>" for name in names) + "</D:prop>"


def tree(name: str, content: str) -> bytes:
    """A document with all prefixes declared."""
    return f'<?xml version="1.0"?><{name} {XMLNS}>{content}</{name}>'.encode()


def described(element: Any) -> Any:
    """An element's value: its text, or the names, hrefs and texts of what is in it."""
    if not len(element):
        return element.text or ""
    return [
        child.text if child.tag == clark("D:href") else (child.tag, described(child))
        if len(child) or child.text else child.tag
        for child in element
    ]  # fmt: skip


class Response:
    """One DAV:response."""

    def __init__(self, element: Any) -> None:
        self.element = element
        self.href: str = element.findtext(clark("D:href"))
        status = element.findtext(clark("D:status"))
        self.status = int(status.split()[1]) if status else None
        self.found: dict[int, dict[str, Any]] = {}
        for propstat in element.findall(clark("D:propstat")):
            code = int(propstat.findtext(clark("D:status")).split()[1])
            values = {c.tag: described(c) for c in propstat.find(clark("D:prop"))}
            self.found.setdefault(code, {}).update(values)

    def __getitem__(self, name: str) -> Any:
        return self.found[200][clark(name)]

    def status_of(self, name: str) -> int:
        """The status of one property."""
        (code,) = [code for code, values in self.found.items() if clark(name) in values]
        return code


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def root(self) -> Any:
        return etree.fromstring(self.body)

    @property
    def responses(self) -> dict[str, Response]:
        assert self.status == 207, (self.status, self.body)
        found = [Response(e) for e in self.root.findall(clark("D:response"))]
        assert len({each.href for each in found}) == len(found)
        return {each.href: each for each in found}

    @property
    def one(self) -> Response:
        (response,) = self.responses.values()
        return response

    @property
    def condition(self) -> str | None:
        """The precondition in DAV:error."""
        assert self.root.tag == clark("D:error"), self.body
        assert self.root.findtext(clark("D:responsedescription"))
        first = self.root[0].tag
        return None if first == clark("D:responsedescription") else first

    @property
    def token(self) -> str:
        return self.root.findtext(clark("D:sync-token"))


class Nobody:
    """Signs nobody in: tests put the identity into the scope."""

    async def authenticate(self, scope: Mapping[str, Any]) -> Any:
        raise NotImplementedError

    async def refresh(self, identity: Any) -> Any:
        raise NotImplementedError


def _settings(module: Any, limits: Mapping[str, Any]) -> Any:
    """A module's settings, with those of the limits that it has."""
    known = module.settings.model_fields
    return module.settings(**{name: value for name, value in limits.items() if name in known})


class Server:
    """The DAV modules over one database."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        modules: Sequence[Any] = MODULES,
        limits: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        given = {m.name: _settings(m, limits or {}) for m in modules}
        self.core = Core(
            settings=CoreSettings(configdirectory=folder, **(SETTINGS | settings)),
            database=database,
            blobs=Blobs(folder / "blobs"),
            notifier=Notifier(),
            sign_in=Nobody(),
            offers=tuple(o for m in modules for o in m.offers(given[m.name])),
        )
        self.apps = {
            prefix: module.app(self.core, given[module.name])
            for module in modules
            for prefix in module.prefixes
        }

    def add(self, name: str, type: Any = "individual", **new: Any) -> PrincipalRow:
        settings = self.core.settings
        principal = NewPrincipal(name, type, **new)
        return self.core.database.write(
            lambda unit: create(unit, UserIds.of(settings), Folders.of(settings), principal)
        )

    def client(self, name: str, **new: Any) -> Client:
        """A new user."""
        return Client(self, self.add(name, **new))


class Client:
    """One user of a server."""

    def __init__(self, server: Server, row: PrincipalRow) -> None:
        self.server = server
        self.row = row
        self.root = ""  # where a proxy shows the server
        self.principal = f"/dav/principals/user/{row.name}/"
        self.calendars = f"/dav/calendars/user/{row.name}/"
        self.books = f"/dav/addressbooks/user/{row.name}/"

    @property
    def identity(self) -> Identity:
        with self.server.core.database.read() as unit:
            groups = principals.groups_of(unit, self.row.id)
        row = self.row
        return Identity(row.id, row.name, row.wire_id, False, None, groups, row.epoch, 1)

    def request(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        return asyncio.run(self._request(method, url, body, headers or {}))

    async def _request(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        url, _, query = url.partition("?")
        raw = self.root + quote(url, safe="/%@!$&'()*+,;=:~")
        path = unquote(raw)
        parts = url.split("/")
        prefix = "/".join(parts[:3])
        if prefix not in self.server.apps:
            prefix = "/dav"
        sent: list[Any] = []
        coming = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            if not coming:
                await asyncio.Event().wait()  # the client stays
            return coming.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": raw.encode(),
            "root_path": self.root + prefix,
            "query_string": query.encode(),
            "headers": [
                (b"host", b"dav.example.com"),
                *((k.lower().encode(), v.encode()) for k, v in headers.items()),
            ],
            SCOPE_KEY: self.identity,
        }
        await self.server.apps[prefix](scope, receive, send)
        head = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
        return Answer(sent[0]["status"], head, b"".join(m.get("body", b"") for m in sent[1:]))

    def propfind(self, url: str, *names: str, depth: str = "0", **headers: str) -> Answer:
        body = tree("D:propfind", prop(*names) if names else "<D:allprop/>")
        given = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.request("PROPFIND", url, body, {"depth": depth, **given})

    def get(self, url: str, name: str) -> Any:
        """One property that is there."""
        return self.propfind(url, name).one[name]

    def proppatch(self, url: str, content: str, **headers: str) -> Answer:
        return self.request("PROPPATCH", url, tree("D:propertyupdate", content), headers)

    def set(self, url: str, name: str, value: str) -> int:
        """The status of setting one property to text or markup."""
        content = f"<D:set><D:prop><{name}>{value}</{name}></D:prop></D:set>"
        return self.proppatch(url, content).one.status_of(name)

    def remove(self, url: str, name: str) -> int:
        content = f"<D:remove><D:prop><{name}/></D:prop></D:remove>"
        return self.proppatch(url, content).one.status_of(name)

    def report(self, url: str, name: str, content: str = "", depth: str = "0") -> Answer:
        return self.request("REPORT", url, tree(name, content), {"depth": depth})

    def sync(self, url: str, token: str = "", limit: int | None = None) -> Answer:
        """A sync-collection for resourcetype."""
        cut = f"<D:limit><D:nresults>{limit}</D:nresults></D:limit>" if limit else ""
        content = f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>{cut}"
        return self.report(url, "D:sync-collection", content + prop("D:resourcetype"))

    def share(self, url: str, **privileges: str) -> Answer:
        """ACL that grants: principal's URL by a client's name in the test -> privileges."""
        aces = "".join(
            f"<D:ace><D:principal><D:href>{who}</D:href></D:principal><D:grant>"
            + "".join(f"<D:privilege><{name}/></D:privilege>" for name in names.split())
            + "</D:grant></D:ace>"
            for who, names in privileges.items()
        )
        return self.request("ACL", url, tree("D:acl", aces))

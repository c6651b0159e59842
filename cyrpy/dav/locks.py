"""Locks: which of them are in the way of a change, and what If says (RFC 4918 §6, §7, §10.4).

A lock is on a URL, the one in the home of whom the resource belongs to. It binds those who write
by WebDAV; other protocols have no locks, and go by none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from cyrpy.data import locks
from cyrpy.data.locks import LockRow
from cyrpy.dav import ifheader
from cyrpy.dav.errors import DavError
from cyrpy.dav.ifheader import Condition
from cyrpy.dav.markup import Xml, element, href
from cyrpy.dav.resource import Collection
from cyrpy.dav.sync import token as sync_token
from cyrpy.dav.urls import Path, collection, encode, path_of, split
from cyrpy.dav.xml import DAV

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.resource import Resource

URN = "urn:uuid:"


class Place(NamedTuple):
    """Where a lock can be: an account, and a canonical URL without a slash at its end."""

    account_id: int
    url: str


class Locks:
    """The locks that one request meets."""

    def __init__(self, ctx: DavContext) -> None:
        self._ctx = ctx
        self._held: dict[int, dict[str, list[LockRow]]] = {}

    def held(self, account_id: int) -> dict[str, list[LockRow]]:
        """All of an account by their URLs; mostly there are none."""
        by_url = self._held.get(account_id)
        if by_url is None:
            by_url = self._held[account_id] = {}
            for row in locks.held(self._ctx.unit, account_id):
                by_url.setdefault(row.url, []).append(row)
        return by_url

    def count(self, account_id: int) -> int:
        """How many they are."""
        return sum(map(len, self.held(account_id).values()))

    def changed(self, account_id: int) -> None:
        """They are others now."""
        self._held.pop(account_id, None)

    def place(self, path: Path) -> Place | None:
        """Where locks on that path are; None if there can be none."""
        found = self._ctx.resolve(path)
        return self.place_of(found) if isinstance(found, Collection) else self._inside(path)

    def place_of(self, resource: Resource) -> Place | None:
        """The same for a resource that was found."""
        if not isinstance(resource, Collection):
            return self._inside(split(resource.url))
        account_id = resource.account_id
        if account_id is None:
            return None
        return Place(account_id, resource.canonical(self._ctx).removesuffix("/"))

    def _inside(self, path: Path) -> Place | None:
        """By the collection that the path is in."""
        parent = self._ctx.resolve(path[:-1]) if path else None
        if not isinstance(parent, Collection) or parent.account_id is None:
            return None
        return Place(parent.account_id, parent.canonical(self._ctx) + encode(path[-1]))

    def covering(self, place: Place | None) -> list[LockRow]:
        """Those on the place, and deep ones on what it is in."""
        if place is None:
            return []
        by_url = self.held(place.account_id)
        found = list(by_url.get(place.url, ()))
        above = place.url.rpartition("/")[0]
        while by_url and above:
            found += [row for row in by_url.get(above, ()) if row.is_deep]
            above = above.rpartition("/")[0]
        return found

    def below(self, place: Place | None) -> list[LockRow]:
        """Those on what is in the place, at any depth."""
        if place is None:
            return []
        start = place.url + "/"
        by_url = self.held(place.account_id)
        return [row for url, rows in by_url.items() if url.startswith(start) for row in rows]

    def require(self, path: Path, *, membership: bool = False, tree: bool = False) -> None:
        """Make sure that the client holds what is locked there.

        With `membership` also the collection that it is in, which gains or loses a member; with
        `tree` also all that is below it.

        Raises:
            DavError: 423 lock-token-submitted.
        """
        if not self._may_matter(path):
            return
        place = self.place(path)
        missing = self._missing(self.covering(place))
        if membership:
            missing += self._missing(self.covering(self.place(path[:-1])))
        if tree:
            below = self.below(place)
            for url in dict.fromkeys(row.url for row in below):
                missing += self._missing([row for row in below if row.url == url])
        if missing:
            raise self._locked(missing)

    def _may_matter(self, path: Path) -> bool:
        """Whether there is any lock in that account."""
        resource: Resource | None = self._ctx.resolve(path) or self._ctx.resolve(path[:-1])
        account_id = None if resource is None else resource.account_id
        return account_id is not None and bool(self.held(account_id))

    def _missing(self, rows: Sequence[LockRow]) -> list[LockRow]:
        """The locks, unless the client submitted one that it made itself (RFC 4918 §6.4)."""
        held = any(
            row.token in self.submitted and row.principal_id == self._ctx.user_id for row in rows
        )
        return [] if held else list(rows)

    def _locked(self, rows: Iterable[LockRow]) -> DavError:
        base = self._ctx.request.base
        roots = b"".join(href(url, base) for url in self.shown(rows))
        return DavError(
            423,
            "this is locked, and the If header has no token of the lock that the user made",
            element(DAV("lock-token-submitted"), roots),
        )

    def shown(self, rows: Iterable[LockRow]) -> list[str]:
        """Where locks are; of what the user does not see, the collection that it is in."""
        paths = [split(row.url) for row in rows]
        seen = [path if self._ctx.resolve(path) is not None else path[:-1] for path in paths]
        return list(dict.fromkeys(collection(*path).removesuffix("/") for path in seen))

    def drop(self, path: Path, *, root: bool = True) -> None:
        """Remove the locks on what goes away: below the path, and with `root` on it, too."""
        if not self._may_matter(path):
            return
        place = self.place(path)
        if place is None:
            return
        tokens = [row.token for row in self.below(place)]
        if root:
            tokens += [row.token for row in self.held(place.account_id).get(place.url, ())]
        if tokens:
            locks.remove(self._ctx.unit, place.account_id, tokens)
            self.changed(place.account_id)

    @cached_property
    def _lists(self) -> tuple[ifheader.Tagged, ...]:
        text = self._ctx.request.header(b"if")
        return () if text is None else ifheader.parse(text)

    @cached_property
    def submitted(self) -> frozenset[str]:
        """The lock tokens that the client shows, wherever they stand in If."""
        return frozenset(
            condition.value.lower().removeprefix(URN)
            for tagged in self._lists
            for condition in tagged.conditions
            if not condition.is_etag
        )

    def check_if(self) -> None:
        """Make sure that If is true, where there is one.

        Raises:
            DavError: 412.
        """
        if not self._lists:
            return
        base = self._ctx.request.base
        for tagged in self._lists:
            path: Path | None = self._ctx.request.path
            if tagged.url is not None:
                path = path_of(tagged.url, base)
            if all(self._holds(condition, path) for condition in tagged.conditions):
                return
        raise DavError(412, "nothing of what the If header names is as it says")

    def _holds(self, condition: Condition, path: Path | None) -> bool:
        return self._has(condition, path) != condition.is_negated

    def _has(self, condition: Condition, path: Path | None) -> bool:
        if path is None:
            return False
        found = self._ctx.resolve(path)
        if condition.is_etag:
            return found is not None and found.etag(self._ctx) == condition.value
        if isinstance(found, Collection) and self._is_sync_token(condition.value, found):
            return True
        if not self._may_matter(path):
            return False
        token = condition.value.lower().removeprefix(URN)
        return any(row.token == token for row in self.covering(self.place(path)))

    def _is_sync_token(self, value: str, found: Collection) -> bool:
        """Whether it is the collection's, which is a state token, too (RFC 6578 §5)."""
        if found.sync_tag is None:
            return False
        return value == sync_token(found, found.sync_state(self._ctx))


def described(rows: Iterable[LockRow], ctx: DavContext) -> Xml:
    """DAV:activelock for each lock (RFC 4918 §14.1)."""
    return Xml(b"".join(_active(row, ctx) for row in rows))


def _active(row: LockRow, ctx: DavContext) -> bytes:
    scope = DAV("exclusive" if row.is_exclusive else "shared")
    return element(
        DAV("activelock"),
        element(DAV("locktype"), element(DAV("write"))),
        element(DAV("lockscope"), element(scope)),
        element(DAV("depth"), "infinity" if row.is_deep else "0"),
        row.owner.encode(),
        element(DAV("timeout"), f"Second-{row.expires_at - ctx.unit.now}"),
        element(DAV("locktoken"), href(URN + row.token, "")),
        element(DAV("lockroot"), href(row.url, ctx.request.base)),
    )

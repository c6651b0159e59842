"""Homes: where a user's calendars or address books are, those that others share included.

`/dav/calendars/user/<userid>/` holds what the account has, as far as the one who asks may see it.
In one's own home there is also what others share, as `<owner>.<name>`: most clients look into one
home only.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Protocol, TypeVar

from cyrpy.data import access
from cyrpy.data.dav import Key
from cyrpy.data.principals import PrincipalRow
from cyrpy.dav import invitations, privileges
from cyrpy.dav.container import Container, View
from cyrpy.dav.errors import DavError
from cyrpy.dav.homesync import accounts_in, changes, state
from cyrpy.dav.invitations import Answered
from cyrpy.dav.markup import Href
from cyrpy.dav.resource import KINDS, TYPES, Collection, Delta, Principal, Resource
from cyrpy.dav.urls import Path, check_name, collection
from cyrpy.dav.xml import DAV
from cyrpy.groupware.sharing import Container as Shared

if TYPE_CHECKING:
    from cyrpy.dav.answer import Answer
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.item import Upload

MEMBER: Final = 4  # parts of the path of a collection's member: user, name, collection, member
MAX_COLLECTIONS: Final = 1000  # that one account may have of a type
V = TypeVar("V", bound=View)


class Home(Collection, Generic[V]):
    """The calendars, or the address books, of one principal."""

    methods = Collection.methods | {"PROPPATCH", "POST"}
    types = (DAV("collection"),)
    prefix: ClassVar[Path]  # ("dav", "calendars")
    principals: ClassVar[frozenset[str]]  # types of principals that have such a home
    container: ClassVar[type[Container[Any]]]
    reserved: ClassVar[frozenset[str]] = frozenset()  # names in lower case that mean other things

    def __init__(self, row: PrincipalRow) -> None:
        super().__init__(collection(*self.prefix, KINDS[row.type], row.name), row.id)
        self.row = row
        self.sync_tag = f"{self.container.kind}s.{row.id}"
        self._own: dict[str, V] | None = None
        self._views: dict[str, V] | None = None

    def visible(self, account_id: int, ctx: DavContext) -> list[V]:
        """What the user may see of an account."""
        raise NotImplementedError

    def _visible(self, account_id: int, ctx: DavContext) -> list[V]:
        key = (type(self), account_id, ctx.actor)
        return ctx.unit.kept(key, partial(self.visible, account_id, ctx))

    def is_own(self, ctx: DavContext) -> bool:
        """Whether it belongs to the user."""
        return self.row.id == ctx.user_id

    def display_name(self, ctx: DavContext) -> str | None:
        """Its owner's."""
        return self.row.display_name

    def held(self, ctx: DavContext) -> frozenset[str]:
        """The owner may add and remove; others look."""
        return privileges.OWNING if self.is_own(ctx) else privileges.READING

    def dead_key(self, ctx: DavContext) -> Key | None:
        """Clients keep properties on their own home."""
        return Key(self.row.id, f"{self.container.kind}Home", 0) if self.is_own(ctx) else None

    def sharers(self, ctx: DavContext) -> list[tuple[int, str]]:
        """Accounts of which there is something in this home: number and userid."""
        if not self.is_own(ctx):
            return []
        of = list(ctx.actor.principals)
        rows = ctx.unit.kept(
            ("sharers", ctx.actor), lambda: ctx.unit.all(access.SHARED_WITH, principals=of)
        )
        return [
            (row.account_id, row.name)
            for row in rows
            if row.kind == self.container.kind and row.account_id != self.row.id
        ]

    def of_account(self, ctx: DavContext) -> dict[str, V]:
        """What is in it of the account that it belongs to, by name."""
        if self._own is None:
            self._own = {view.row.uri: view for view in self._visible(self.row.id, ctx)}
        return self._own

    def views(self, ctx: DavContext) -> dict[str, V]:
        """All that is in it, by name; of two that have the same, the user's own."""
        if self._views is None:
            self._views = dict(self.of_account(ctx))
            for account_id, userid in self.sharers(ctx):
                for view in self._visible(account_id, ctx):
                    self._views.setdefault(f"{userid}.{view.row.uri}", view)
        return self._views

    def members(self, ctx: DavContext) -> Iterable[Resource]:
        """The collections."""
        return [self.container(self, name, view) for name, view in self.views(ctx).items()]

    def member(self, name: str, ctx: DavContext) -> Resource | None:
        """One collection."""
        view = self.of_account(ctx).get(name) or self.views(ctx).get(name)
        return None if view is None else self.container(self, name, view)

    def draft(self, name: str, types: frozenset[str], ctx: DavContext) -> Resource:
        """A new collection; a plain MKCOL makes what belongs here, too."""
        if types - set(self.container.types):
            raise DavError(
                403,
                "collections here have the types " + " and ".join(self.container.types),
                DAV("valid-resourcetype"),
            )
        ctx.require(self, DAV("bind"))
        self.check_new(name)
        if sum(view.is_owner for view in self.views(ctx).values()) >= MAX_COLLECTIONS:
            raise DavError(403, f"an account has at most {MAX_COLLECTIONS} collections here")
        return self.container(self, name, None)

    def check_new(self, name: str) -> None:
        """Make sure that a collection may be called so.

        Raises:
            DavError: 403 if it may not.
        """
        check_name(name)
        if name.lower() in self.reserved:
            raise DavError(403, f"{name!r} is not free for clients to use; take another name")

    def offered(self, account_id: int, container_id: int, ctx: DavContext) -> Shared | None:
        """What a container of an account is, also while the user does not see it yet."""
        raise NotImplementedError

    def prepare_post(self, ctx: DavContext, upload: Upload) -> Answered:
        """An answer to an invitation."""
        return invitations.read_reply(upload)

    def post(self, ctx: DavContext, prepared: Answered) -> Answer | None:
        """Accept or decline it."""
        return invitations.answer(self, prepared, ctx)

    def look_again(self) -> None:
        """Forget what was read: it has changed."""
        self._own = self._views = None

    def sync_state(self, ctx: DavContext) -> str:
        """Of the account, and of each that shares something."""
        return state(self, ctx)

    def sync_members(self, ctx: DavContext) -> Iterable[tuple[int, Resource]]:
        """By account and number."""
        found = [
            ((view.row.account_id << 40) + view.row.id, self.container(self, name, view))
            for name, view in self.views(ctx).items()
        ]
        return sorted(found, key=lambda pair: pair[0])

    def sync_listing(self, ctx: DavContext, state: str) -> Iterable[tuple[int, Resource]]:
        """Without those of accounts that shared nothing yet: these are told of as a whole later."""
        known = accounts_in(self, state)
        return (pair for pair in self.sync_members(ctx) if pair[1].account_id in known)

    def sync_changes(self, ctx: DavContext, since: str, limit: int | None) -> Delta:
        """Put together of the logs of all these accounts."""
        return changes(self, ctx, since, limit)


class Directory(Collection):
    """What is above the homes: `/dav/calendars/`, and in it `user/`, `room/` and `resource/`."""

    types = (DAV("collection"),)

    def __init__(self, home: type[Home[Any]], kind: str | None = None) -> None:
        super().__init__(collection(*home.prefix, *([kind] if kind else [])))
        self._home = home
        self._kind = kind

    def members(self, ctx: DavContext) -> Iterable[Resource]:
        """The user's own home, and those of who shares something with the user."""
        if self._kind is None:
            return [Directory(self._home, KINDS[type]) for type in sorted(self._home.principals)]
        own = ctx.principal_row(ctx.user_id)
        homes = [] if own is None else [self._home(own)]
        for account_id, _ in homes[0].sharers(ctx) if homes else ():
            row = ctx.principal_row(account_id)
            if row is not None and row.type in self._home.principals:
                homes.append(self._home(row))
        return [home for home in homes if KINDS[home.row.type] == self._kind]


class Resolver(Protocol):
    """Finds what is below the prefix of an extension."""

    def __call__(self, path: Path, ctx: DavContext) -> Resource | None:
        """The resource, if the user may see it."""


def resolver(home: type[Home[Any]]) -> Resolver:
    """For the homes of one type."""
    return partial(_resolve, home)


def _resolve(home: type[Home[Any]], path: Path, ctx: DavContext) -> Resource | None:
    if not path:
        return Directory(home)
    if TYPES.get(path[0]) not in home.principals:
        return None
    if len(path) == 1:
        return Directory(home, path[0])
    if len(path) == MEMBER:  # its collection is often known already, or will be asked for
        parent = ctx.resolve((*home.prefix, *path[:-1]))
        return parent.member(path[-1], ctx) if isinstance(parent, Collection) else None
    row = ctx.principal_named(TYPES[path[0]], path[1])
    found: Resource | None = None if row is None else home(row)
    if isinstance(found, Home) and not found.is_own(ctx) and not found.views(ctx):
        return None
    for name in path[2:]:
        found = found.member(name, ctx) if isinstance(found, Collection) else None
    return found


def home_href(home: type[Home[Any]], principal: Principal) -> Href | None:
    """Where a principal's home is; None if such a principal has none."""
    return Href(home(principal.row).url) if principal.row.type in home.principals else None
